-- The log as a file: JSON lines, which a database that was restored reads again.

-- Events that came by file. They are no part of the log here: they say what a log said elsewhere.
CREATE TABLE gdpr_log.imported (LIKE gdpr_log.event INCLUDING CONSTRAINTS INCLUDING COMMENTS);
ALTER TABLE gdpr_log.imported ADD PRIMARY KEY (id), ALTER COLUMN fingerprints SET STORAGE EXTERNAL, ALTER COLUMN keys SET STORAGE EXTERNAL;
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.imported', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gdpr_log.imported
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log.append_only();
ALTER TABLE gdpr_log.imported ENABLE ALWAYS TRIGGER append_only;
REVOKE ALL ON gdpr_log.imported FROM PUBLIC;
COMMENT ON TABLE gdpr_log.imported IS 'Events that came by file: what a log said elsewhere. Written by gdpr_log_import';

CREATE FUNCTION gdpr_log_export(since timestamptz DEFAULT NULL) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY SELECT pg_catalog.jsonb_build_object('gdpr_log', 1, 'origin', @extschema@.gdpr_log_origin(), 'secret', @extschema@.gdpr_secret_check(), 'since', since)::text;
  RETURN QUERY
    SELECT pg_catalog.jsonb_build_object('event', pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(e)))::text
    FROM gdpr_log.event e WHERE since IS NULL OR e.at >= since ORDER BY e.at, e.id;
  -- A seal can be later than its events, never earlier.
  RETURN QUERY
    SELECT pg_catalog.jsonb_build_object('seal', pg_catalog.to_jsonb(s) || pg_catalog.jsonb_build_object('before', (
             SELECT b.digest FROM gdpr_log.seal b WHERE b.number = s.number - 1)))::text
    FROM gdpr_log.seal s WHERE since IS NULL OR s.at >= since ORDER BY s.number;
END $$;

CREATE FUNCTION gdpr_log_import(lines text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET bytea_output = 'hex' AS $$
DECLARE
  documents jsonb[];
  head jsonb;
  broken text;
  imported bigint;
BEGIN
  IF lines IS NULL THEN
    RAISE EXCEPTION 'lines must not be NULL' USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the text that gdpr_log_export() returned.';
  END IF;
  BEGIN
    SELECT pg_catalog.array_agg(line::jsonb ORDER BY n) INTO documents
    FROM pg_catalog.regexp_split_to_table(lines, E'\r?\n') WITH ORDINALITY u(line, n) WHERE line <> '';
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'these are no JSON lines' USING ERRCODE = 'invalid_text_representation', HINT = 'Give the text that gdpr_log_export() returned, whole.';
  END;
  head := documents[1];
  IF head ->> 'gdpr_log' IS DISTINCT FROM '1' THEN
    RAISE EXCEPTION 'these lines are not of gdpr_log_export' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Its first line says {"gdpr_log": 1, ...}.';
  END IF;
  IF head ->> 'secret' IS DISTINCT FROM @extschema@.gdpr_secret_check() THEN
    RAISE EXCEPTION 'these events were written under another secret' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = 'Their keys and fingerprints would lead to nobody here.',
      HINT = 'Import them into a database that was restored from the one that wrote them, or give it that secret.';
  END IF;
  BEGIN
    -- Every line is an event or a seal, whole and nothing besides.
    IF EXISTS (
      SELECT FROM pg_catalog.unnest(documents[2:]) d
      LEFT JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.event, d -> 'event') e ON d ? 'event'
      LEFT JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.seal, d -> 'seal') s ON d ? 'seal'
      WHERE d IS DISTINCT FROM CASE
        WHEN d ? 'event' THEN pg_catalog.jsonb_build_object('event', pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(e)))
        WHEN d ? 'seal' THEN pg_catalog.jsonb_build_object('seal', pg_catalog.to_jsonb(s) || pg_catalog.jsonb_build_object('before', d #> '{seal,before}')) END)
    THEN
      RAISE EXCEPTION 'wrong shape' USING ERRCODE = 'invalid_text_representation';
    END IF;
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'some lines are neither an event nor a seal' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Give the text that gdpr_log_export() returned, unchanged.';
  END;
  -- The chain: the seals, and the events by the digests in them.
  WITH events AS (
    SELECT e.id, e.origin, e.transaction, pg_catalog.sha256(pg_catalog.convert_to(d ->> 'event', 'UTF8')) AS digest
    FROM pg_catalog.unnest(documents) d CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.event, d -> 'event') e
    WHERE d ? 'event'
  ), seals AS (
    SELECT s AS seal, s.number, s.origin, s.snapshot, s.entries, s.digest, (d #>> '{seal,before}')::bytea AS before
    FROM pg_catalog.unnest(documents) d CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.seal, d -> 'seal') s
    WHERE d ? 'seal'
  ), entries AS (
    SELECT s.number, pg_catalog.encode(pg_catalog.substr(s.entries, i * 48 + 1, 16), 'hex')::uuid AS id, pg_catalog.substr(s.entries, i * 48 + 17, 32) AS digest
    FROM seals s CROSS JOIN LATERAL pg_catalog.generate_series(0, pg_catalog.length(s.entries) / 48 - 1) i
  ), ends AS (
    SELECT DISTINCT ON (s.origin) s.origin, s.snapshot FROM seals s ORDER BY s.origin, s.number DESC
  ), problems(problem) AS (
    SELECT pg_catalog.format('seal %s is changed', s.number) FROM seals s WHERE gdpr_log.chained(s.before, s.seal) IS DISTINCT FROM s.digest
    UNION ALL
    SELECT pg_catalog.format('seals before %s are missing', s.number)
    FROM (SELECT t.number, t.before, pg_catalog.lag(t.number) OVER chain AS last, pg_catalog.lag(t.digest) OVER chain AS digest
          FROM seals t WINDOW chain AS (ORDER BY t.number)) s
    WHERE s.last IS NOT NULL AND (s.number <> s.last + 1 OR s.before IS DISTINCT FROM s.digest)
       OR s.last IS NULL AND s.number > 1 AND head -> 'since' = 'null'
    UNION ALL
    SELECT pg_catalog.format(CASE WHEN v.id IS NULL THEN 'event %s is missing' ELSE 'event %s is changed' END, n.id)
    FROM entries n LEFT JOIN events v ON v.id = n.id
    WHERE v.digest <> n.digest OR v.id IS NULL AND head -> 'since' = 'null'
    UNION ALL
    SELECT pg_catalog.format('event %s was inserted afterwards', v.id)
    FROM events v JOIN ends ON ends.origin = v.origin
    WHERE pg_catalog.pg_visible_in_snapshot(v.transaction, ends.snapshot) AND head -> 'since' = 'null' AND NOT EXISTS (SELECT FROM entries n WHERE n.id = v.id)
    UNION ALL
    SELECT pg_catalog.format('event %s was imported before, and was another', v.id)
    FROM events v JOIN gdpr_log.imported i ON i.id = v.id
    WHERE pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(i))::text, 'UTF8')) <> v.digest
  )
  SELECT min(problem) INTO broken FROM problems;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'the chain of these events is broken' USING ERRCODE = 'data_corrupted', DETAIL = broken || '.',
      HINT = 'Somebody has changed the lines, or the log before they were written: gdpr_log_verify() there tells. Nothing was imported.';
  END IF;
  WITH new AS (
    INSERT INTO gdpr_log.imported
      SELECT e.* FROM pg_catalog.unnest(documents) d CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.event, d -> 'event') e
      WHERE d ? 'event'
    ON CONFLICT (id) DO NOTHING RETURNING 1
  )
  SELECT pg_catalog.count(*) INTO imported FROM new;
  RETURN imported;
END $$;

COMMENT ON FUNCTION gdpr_log_export(timestamptz) IS 'The log as JSON lines: a line that says whose it is, the events, and the seals; all, or those since a time (Art. 5(2) GDPR)';
COMMENT ON FUNCTION gdpr_log_import(text) IS 'Reads what gdpr_log_export wrote into gdpr_log.imported, and says how many events are new; the chain is verified. XX001 if it is broken, 22023 for lines that are not of gdpr_log_export or were written under another secret';
REVOKE ALL ON FUNCTION gdpr_log_export(timestamptz), gdpr_log_import(text) FROM PUBLIC;
