-- The log as a file: JSON lines, which a database that was restored reads again.

-- Events that came by file. They are no part of the log here: they say what a log said elsewhere.
CREATE TABLE gdpr_log.imported (LIKE gdpr_log.event INCLUDING CONSTRAINTS INCLUDING COMMENTS, log text NOT NULL);
ALTER TABLE gdpr_log.imported ADD PRIMARY KEY (id), ALTER COLUMN fingerprints SET STORAGE EXTERNAL, ALTER COLUMN keys SET STORAGE EXTERNAL;
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.imported', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gdpr_log.imported
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log.append_only();
ALTER TABLE gdpr_log.imported ENABLE ALWAYS TRIGGER append_only;
REVOKE ALL ON gdpr_log.imported FROM PUBLIC;
-- And the seals over them, by which it is seen when somebody changes them here.
CREATE TABLE gdpr_log.imported_seal (LIKE gdpr_log.seal INCLUDING COMMENTS, log text NOT NULL);
ALTER TABLE gdpr_log.imported_seal ADD PRIMARY KEY (number, digest), ALTER COLUMN entries SET STORAGE EXTERNAL;
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.imported_seal', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gdpr_log.imported_seal
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log.append_only();
ALTER TABLE gdpr_log.imported_seal ENABLE ALWAYS TRIGGER append_only;
REVOKE ALL ON gdpr_log.imported_seal FROM PUBLIC;
COMMENT ON COLUMN gdpr_log.imported.log IS 'Under which secret it was written: gdpr_secret_check()';
COMMENT ON COLUMN gdpr_log.imported_seal.log IS 'Under which secret its events were written: gdpr_secret_check()';
COMMENT ON TABLE gdpr_log.imported_seal IS 'The seals that came with them. Written by gdpr_log_import';
COMMENT ON TABLE gdpr_log.imported IS 'Events that came by file: what a log said elsewhere. Written by gdpr_log_import';

-- A row of the log as it stands in the file: what is NULL is left out. The caller pins the settings that times and bytes are written by.
CREATE FUNCTION gdpr_log.line(kind text, document anyelement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.jsonb_build_object(kind, pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(document)))
$$;

CREATE FUNCTION gdpr_log_export(since timestamptz DEFAULT NULL) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY SELECT pg_catalog.jsonb_build_object('gdpr_log', 1, 'origin', @extschema@.gdpr_log_origin(), 'secret', @extschema@.gdpr_secret_check(), 'since', since,
    'head', (SELECT gdpr_log.head(s.number, s.digest) FROM gdpr_log.seal s ORDER BY s.number DESC LIMIT 1))::text;
  RETURN QUERY
    SELECT gdpr_log.line('event', e)::text
    FROM gdpr_log.event e WHERE since IS NULL OR e.at >= since ORDER BY e.at, e.id;
  -- A seal can be later than its events, never earlier.
  RETURN QUERY
    SELECT pg_catalog.jsonb_set(gdpr_log.line('seal', s), '{seal,before}', coalesce((
             SELECT pg_catalog.to_jsonb(b.digest) FROM gdpr_log.seal b WHERE b.number = s.number - 1), 'null'))::text
    FROM gdpr_log.seal s WHERE since IS NULL OR s.at >= since ORDER BY s.number;
END $$;

CREATE FUNCTION gdpr_log_import(lines text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET bytea_output = 'hex' AS $$
DECLARE
  documents jsonb[];
  head jsonb;
  events gdpr_log.event[];
  seals gdpr_log.seal[];
  befores bytea[];
  is_whole boolean;
  is_all boolean;
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
    SELECT pg_catalog.array_agg(e ORDER BY n) FILTER (WHERE d ? 'event'), pg_catalog.array_agg(s ORDER BY n) FILTER (WHERE d ? 'seal'),
           pg_catalog.array_agg((d #>> '{seal,before}')::bytea ORDER BY n) FILTER (WHERE d ? 'seal'),
           -- Every line is an event or a seal, whole and nothing besides.
           pg_catalog.bool_and(d IS NOT DISTINCT FROM CASE
             WHEN d ? 'event' THEN gdpr_log.line('event', e)
             WHEN d ? 'seal' THEN pg_catalog.jsonb_set(gdpr_log.line('seal', s), '{seal,before}', coalesce(d #> '{seal,before}', '""')) END)
    INTO events, seals, befores, is_whole
    FROM pg_catalog.unnest(documents[2:]) WITH ORDINALITY u(d, n)
    LEFT JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.event, d -> 'event') e ON d ? 'event'
    LEFT JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.seal, d -> 'seal') s ON d ? 'seal';
    IF NOT is_whole THEN
      RAISE EXCEPTION 'wrong shape' USING ERRCODE = 'invalid_text_representation';
    END IF;
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'some lines are neither an event nor a seal' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Give the text that gdpr_log_export() returned, unchanged.';
  END;
  -- The chain: the seals, and the events by the digests in them. Of lines since some time, what is not in them is not missed.
  is_all := head -> 'since' = 'null';
  WITH event AS MATERIALIZED (
    SELECT e.id, e.origin, e.transaction, gdpr_log.digest(e) AS digest FROM pg_catalog.unnest(events) e
  ), seal AS MATERIALIZED (
    SELECT s.* FROM ROWS FROM (pg_catalog.unnest(seals), pg_catalog.unnest(befores)) AS s(number, at, origin, snapshot, entries, digest, before)
  ), entry AS MATERIALIZED (
    SELECT s.number, x.id, x.digest FROM seal s CROSS JOIN LATERAL gdpr_log.entries(s.entries) x
  ), ends AS (
    SELECT DISTINCT ON (s.origin) s.origin, s.snapshot FROM seal s ORDER BY s.origin, s.number DESC
  ), problems(problem) AS (
    SELECT pg_catalog.format('seal %s is changed', s.number)
    FROM seal s WHERE gdpr_log.seal_digest(s.before, s.number, s.at, s.origin, s.snapshot, s.entries) <> s.digest
    UNION ALL
    SELECT pg_catalog.format('seals before %s are missing', s.number)
    FROM (SELECT t.number, t.before, pg_catalog.lag(t.number) OVER chain AS last, pg_catalog.lag(t.digest) OVER chain AS digest
          FROM seal t WINDOW chain AS (ORDER BY t.number)) s
    WHERE s.last IS NOT NULL AND (s.number <> s.last + 1 OR s.before IS DISTINCT FROM s.digest)
       OR s.last IS NULL AND s.number > 1 AND is_all
    UNION ALL
    SELECT pg_catalog.format('seal %s is missing', pg_catalog.split_part(head ->> 'head', '-', 1))
    WHERE is_all AND NOT EXISTS (SELECT FROM seal s WHERE gdpr_log.head(s.number, s.digest) = head ->> 'head') AND head ->> 'head' IS NOT NULL
    UNION ALL
    SELECT pg_catalog.format(CASE WHEN v.id IS NULL THEN 'event %s is missing' ELSE 'event %s is changed' END, n.id)
    FROM entry n LEFT JOIN event v ON v.id = n.id
    WHERE v.digest <> n.digest OR v.id IS NULL AND is_all
    UNION ALL
    SELECT pg_catalog.format('event %s was inserted afterwards', v.id)
    FROM event v JOIN ends ON ends.origin = v.origin
    WHERE pg_catalog.pg_visible_in_snapshot(v.transaction, ends.snapshot) AND is_all AND NOT EXISTS (SELECT FROM entry n WHERE n.id = v.id)
    UNION ALL
    SELECT pg_catalog.format('event %s was imported before, and was another', v.id)
    FROM event v JOIN gdpr_log.imported i ON i.id = v.id
    CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::gdpr_log.event, pg_catalog.to_jsonb(i)) e
    WHERE gdpr_log.digest(e) <> v.digest
  )
  SELECT min(problem) INTO broken FROM problems;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'the chain of these events is broken' USING ERRCODE = 'data_corrupted', DETAIL = broken || '.',
      HINT = 'Somebody has changed the lines, or the log before they were written: gdpr_log_verify() there tells. Nothing was imported.';
  END IF;
  INSERT INTO gdpr_log.imported SELECT e.*, head ->> 'secret' FROM pg_catalog.unnest(events) e ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS imported = ROW_COUNT;
  INSERT INTO gdpr_log.imported_seal SELECT s.*, head ->> 'secret' FROM pg_catalog.unnest(seals) s ON CONFLICT (number, digest) DO NOTHING;
  RETURN imported;
END $$;

COMMENT ON FUNCTION gdpr_log_export(timestamptz) IS 'The log as JSON lines: a line that says whose it is, with the head of the log, the events, and the seals; all, or those since a time (Art. 5(2) GDPR)';
COMMENT ON FUNCTION gdpr_log_import(text) IS 'Reads what gdpr_log_export wrote into gdpr_log.imported, and says how many events are new; the chain is verified. XX001 if it is broken, 22023 for lines that are not of gdpr_log_export or were written under another secret';
COMMENT ON FUNCTION gdpr_log.line(text, anyelement) IS 'Internal: an event or a seal as a line of a file';
REVOKE ALL ON FUNCTION gdpr_log_export(timestamptz), gdpr_log_import(text), gdpr_log.line(text, anyelement) FROM PUBLIC;
