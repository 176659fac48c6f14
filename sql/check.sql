-- What gdpr_check keeps: waivers, and the tables that a transaction's DDL was about. And what it is called by in CI.

CREATE TABLE @extschema@.gdpr_waivers (
  code      text        NOT NULL,
  relation  regclass,
  "column"  text,
  reason    text        NOT NULL,
  waived_by name        NOT NULL DEFAULT SESSION_USER,
  waived_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  CONSTRAINT there_is_a_reason CHECK (pg_catalog.btrim(reason) OPERATOR(pg_catalog.<>) ''),
  CONSTRAINT column_is_of_a_table CHECK ("column" IS NULL OR relation IS NOT NULL)
);
CREATE UNIQUE INDEX gdpr_waivers_key ON @extschema@.gdpr_waivers (code, COALESCE(relation::pg_catalog.oid, 0), COALESCE("column", ''));
SELECT pg_catalog.pg_extension_config_dump('@extschema@.gdpr_waivers', '');

-- Who publishes all tables publishes this one.
ALTER TABLE @extschema@.gdpr_waivers REPLICA IDENTITY FULL;

-- Empty but within a transaction.
CREATE UNLOGGED TABLE @extschema@.gdpr_pending_ddl (
  relation oid        NOT NULL,
  known    smallint[] NOT NULL, -- the columns that it had when it was registered
  told     smallint[] NOT NULL  -- those of another type since then, of which somebody was warned
);

REVOKE ALL ON @extschema@.gdpr_waivers, @extschema@.gdpr_pending_ddl FROM PUBLIC;

CREATE FUNCTION gdpr_check_or_fail(relation regclass DEFAULT NULL, severity text DEFAULT 'error') RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- the gravest first
  grades text[] := '{error,warning,notice}';
  least integer := pg_catalog.array_position(grades, severity);
  counted integer;
  said text;
  first text;
BEGIN
  IF least IS NULL THEN
    RAISE EXCEPTION '"%" is not a severity', severity USING ERRCODE = 'invalid_parameter_value', HINT = 'It is one of: error, warning, notice.';
  END IF;
  SELECT pg_catalog.string_agg(f.said, E'\n' ORDER BY f.n), pg_catalog.min(f.hint) FILTER (WHERE f.n = 1)
  INTO said, first
  FROM (SELECT c.severity || ' ' || c.code || ': ' || c.message AS said, c.hint, pg_catalog.row_number() OVER () AS n
        FROM @extschema@.gdpr_check(gdpr_check_or_fail.relation) c
        WHERE pg_catalog.array_position(grades, c.severity) <= least) f;
  IF said IS NULL THEN
    RETURN;
  END IF;
  counted := pg_catalog.cardinality(pg_catalog.string_to_array(said, E'\n'));
  RAISE EXCEPTION 'gdpr_check: %', CASE WHEN counted = 1 THEN '1 finding' ELSE counted || ' findings' END
    USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = said, HINT = first;
END $$;

COMMENT ON TABLE gdpr_waivers IS 'Findings of gdpr_check that are known and accepted. Written by gdpr_waive';
COMMENT ON COLUMN gdpr_waivers.relation IS 'The table; NULL: wherever it is found';
COMMENT ON COLUMN gdpr_waivers."column" IS 'The column; NULL: any';
COMMENT ON COLUMN gdpr_waivers.reason IS 'Why it is accepted';
COMMENT ON COLUMN gdpr_waivers.waived_by IS 'The session user who said so';
COMMENT ON TABLE gdpr_pending_ddl IS 'Internal: tables that this transaction''s DDL was about';
COMMENT ON FUNCTION gdpr_check(regclass) IS 'What could leave something of a person behind: a row per finding, with a code that stays the same and SQL that settles it (Art. 5(2), 25 GDPR). Counts shared rows with the caller''s SELECT';
COMMENT ON FUNCTION gdpr_check_or_fail(regclass, text) IS 'For CI: 55000 if gdpr_check finds anything of this severity or graver (Art. 5(2), 25 GDPR). 22023 for an unknown severity';
COMMENT ON FUNCTION gdpr_waive(text, regclass, text, text) IS 'Says that a finding of gdpr_check is known and accepted, and why (Art. 5(2) GDPR). Needs ownership of the table, or without one of the extension (42501); 22023 for an unknown code or no reason, 42703';
COMMENT ON FUNCTION gdpr_unwaive(text, regclass, text) IS 'Takes a waiver back. Needs ownership as gdpr_waive does (42501); 42704 if there is none';
COMMENT ON FUNCTION gdpr_note_tables() IS 'Internal: event trigger that notes which tables DDL was about';
COMMENT ON FUNCTION gdpr_check_ddl() IS 'Internal: trigger of gdpr_pending_ddl, which tells at the end of a transaction what its DDL left open';

REVOKE ALL ON FUNCTION gdpr_check(regclass), gdpr_check_or_fail(regclass, text), gdpr_waive(text, regclass, text, text), gdpr_unwaive(text, regclass, text),
  gdpr_note_tables(), gdpr_check_ddl() FROM PUBLIC;
