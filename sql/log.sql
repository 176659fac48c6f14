-- The log: what was done, by whom, to which rows; and what is needed to say so without personal data. A schema of its own, dumped with the database.

CREATE SCHEMA gdpr_log;

CREATE TABLE gdpr_log.event (
  id               uuid        PRIMARY KEY,
  request          uuid        NOT NULL,
  at               timestamptz NOT NULL DEFAULT pg_catalog.now(),
  transaction      xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  "session_user"   name        NOT NULL,
  "current_user"   name        NOT NULL,
  call             text        NOT NULL,
  subject          text        NOT NULL,
  relation         text        NOT NULL,
  action           text        NOT NULL,
  rows             bigint      NOT NULL,
  key_columns      text[]      NOT NULL,
  keys             jsonb       NOT NULL,
  columns          text[]      NOT NULL,
  fingerprints     bytea,
  ground           text,
  registry_version text        NOT NULL,
  reason           text,
  origin           text        NOT NULL,
  CONSTRAINT action_is_known CHECK (action OPERATOR(pg_catalog.=) ANY (
    '{deleted,anonymised,pseudonymised,detached,kept,unregistered,rerun,read,scrubbed}')),
  CONSTRAINT there_are_rows CHECK (rows OPERATOR(pg_catalog.>) 0 OR action OPERATOR(pg_catalog.=) ANY ('{rerun,read,scrubbed}')),
  -- A table without a key has none to log.
  CONSTRAINT a_key_for_each_row CHECK (
    pg_catalog.jsonb_typeof(keys) OPERATOR(pg_catalog.=) 'array'
    AND pg_catalog.jsonb_array_length(keys)
        OPERATOR(pg_catalog.=) CASE WHEN key_columns OPERATOR(pg_catalog.=) '{}' THEN 0 ELSE rows END),
  CONSTRAINT a_fingerprint_for_each_row CHECK (
    fingerprints IS NULL
    OR pg_catalog.length(fingerprints)
       OPERATOR(pg_catalog.=) (4 OPERATOR(pg_catalog.*) rows OPERATOR(pg_catalog.*) pg_catalog.cardinality(columns))),
  CONSTRAINT fingerprints_are_of_columns CHECK (
    (action OPERATOR(pg_catalog.=) ANY ('{anonymised,pseudonymised,deleted}') AND columns OPERATOR(pg_catalog.<>) '{}')
    OPERATOR(pg_catalog.=) (fingerprints IS NOT NULL)),
  -- What is in a store outside the database has no columns.
  CONSTRAINT columns_were_changed CHECK (
    action OPERATOR(pg_catalog.=) 'deleted'
    OR pg_catalog.starts_with(relation, 'source:') AND columns OPERATOR(pg_catalog.=) '{}'
    OR (action OPERATOR(pg_catalog.=) ANY ('{anonymised,pseudonymised,detached,scrubbed}')) OPERATOR(pg_catalog.=) (columns OPERATOR(pg_catalog.<>) '{}'))
);
CREATE INDEX event_request ON gdpr_log.event (request);
CREATE INDEX event_at ON gdpr_log.event USING brin (at);
CREATE INDEX event_origin ON gdpr_log.event (origin, transaction);
-- Keyed digests and their keys do not get smaller by compression.
ALTER TABLE gdpr_log.event ALTER COLUMN fingerprints SET STORAGE EXTERNAL, ALTER COLUMN keys SET STORAGE EXTERNAL;

-- Seals: each over the events that were committed since the one before, and over that one.
CREATE TABLE gdpr_log.seal (
  number   bigint      PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  origin   text        NOT NULL,
  snapshot pg_snapshot NOT NULL,  -- the transactions of this origin whose events are sealed
  entries  bytea       NOT NULL,  -- of each event its id, 16 bytes, and its digest, 32
  digest   bytea       NOT NULL
);
CREATE INDEX seal_origin ON gdpr_log.seal (origin, number);
ALTER TABLE gdpr_log.seal ALTER COLUMN entries SET STORAGE EXTERNAL;

-- What stands in each anonymised row, as keyed digests: a value that has one is left alone, one written since is not.
CREATE TABLE gdpr_log.anonymised (
  relation regclass NOT NULL,
  key      bigint   NOT NULL,  -- a keyed digest of the row's key
  marks    bytea    NOT NULL,  -- four bytes for each value
  PRIMARY KEY (relation, key)
);

-- Where short values of unique columns come from: each number is given once.
CREATE SEQUENCE gdpr_log.distinct_number;

CREATE TABLE gdpr_log.secret (
  secret  bytea       NOT NULL,
  made_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  CONSTRAINT secret_is_long_enough CHECK (pg_catalog.length(secret) OPERATOR(pg_catalog.>=) 32)
);
CREATE UNIQUE INDEX secret_is_one ON gdpr_log.secret ((true));

-- A restored dump brings its own row of a table that has one, such as the secret: it takes the place of the one just made.
CREATE FUNCTION gdpr_log.replace_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE pg_catalog.format('DELETE FROM %s', TG_RELID::regclass);
  RETURN NEW;
END $$;
CREATE TRIGGER replace_secret BEFORE INSERT ON gdpr_log.secret
  FOR EACH ROW EXECUTE FUNCTION gdpr_log.replace_row();
ALTER TABLE gdpr_log.secret ENABLE ALWAYS TRIGGER replace_secret;

-- 244 bits from the system's strong random source.
INSERT INTO gdpr_log.secret (secret) VALUES (pg_catalog.sha256(
  pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) OPERATOR(pg_catalog.||) pg_catalog.uuid_send(pg_catalog.gen_random_uuid())));

CREATE FUNCTION gdpr_log.append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) THEN
    RAISE EXCEPTION 'the log can only be added to'
      USING ERRCODE = 'insufficient_privilege',
            HINT = 'An event shows what was done; to correct it, do what is right now.';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gdpr_log.event
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log.append_only();
ALTER TABLE gdpr_log.event ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gdpr_log.seal
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log.append_only();
ALTER TABLE gdpr_log.seal ENABLE ALWAYS TRIGGER append_only;

-- The digest of each event of an origin whose transaction is not before this one: SHA-256 of its content as jsonb, without what is NULL.
CREATE FUNCTION gdpr_log.digests(of_origin text, since xid8) RETURNS TABLE (id uuid, transaction xid8, digest bytea)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY
    SELECT e.id, e.transaction,
           pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(e))::text, 'UTF8'))
    FROM gdpr_log.event e
    WHERE e.origin OPERATOR(pg_catalog.=) of_origin AND e.transaction OPERATOR(pg_catalog.>=) since;
END $$;

-- What a seal is a digest of: the one before it, all that it says, and its entries.
CREATE FUNCTION gdpr_log.chained(before bytea, s gdpr_log.seal) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
  SELECT pg_catalog.sha256(coalesce(before, '') OPERATOR(pg_catalog.||) pg_catalog.convert_to(
    pg_catalog.format('|%s|%s|%s|%s|', s.number, s.at, s.origin, s.snapshot), 'UTF8') OPERATOR(pg_catalog.||) s.entries)
$$;

-- A seal as a person can write it down: its number and 80 bits of its digest.
CREATE FUNCTION gdpr_log.head(number bigint, digest bytea) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.concat_ws('-', number, pg_catalog.substr(h, 1, 5), pg_catalog.substr(h, 6, 5), pg_catalog.substr(h, 11, 5), pg_catalog.substr(h, 16, 5))
  FROM pg_catalog.encode(digest, 'hex') h
$$;

CREATE VIEW gdpr_log.summary AS
  SELECT at::pg_catalog.date AS day, action, relation, pg_catalog.count(DISTINCT request) AS requests, pg_catalog.count(*) AS events,
         pg_catalog.sum(rows) AS rows
  FROM gdpr_log.event
  GROUP BY 1, 2, 3;

SELECT pg_catalog.pg_extension_config_dump('gdpr_log.event', '');
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.seal', '');
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.anonymised', '');
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.secret', '');
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.distinct_number', '');

REVOKE ALL ON SCHEMA gdpr_log FROM PUBLIC;
REVOKE ALL ON gdpr_log.event, gdpr_log.seal, gdpr_log.anonymised, gdpr_log.secret, gdpr_log.summary FROM PUBLIC;
REVOKE ALL ON SEQUENCE gdpr_log.distinct_number FROM PUBLIC;
REVOKE ALL ON FUNCTION gdpr_log.append_only(), gdpr_log.replace_row(), gdpr_log.digests(text, xid8), gdpr_log.chained(bytea, gdpr_log.seal),
  gdpr_log.head(bigint, bytea) FROM PUBLIC;

COMMENT ON SCHEMA gdpr_log IS 'What gdpr_ext has done, without personal data (Art. 5(2) GDPR)';
COMMENT ON TABLE gdpr_log.event IS 'An action on rows of one table. Append-only; written in the transaction of the action';
COMMENT ON COLUMN gdpr_log.event.request IS 'The same for all events of one call';
COMMENT ON COLUMN gdpr_log.event.call IS 'What was called: anonymise, erase, delete, export';
COMMENT ON COLUMN gdpr_log.event.subject IS 'The table whose person the call was about';
COMMENT ON COLUMN gdpr_log.event.relation IS 'The table, or source:name for a store outside the database';
COMMENT ON COLUMN gdpr_log.event.action IS 'deleted, anonymised, pseudonymised, detached, kept, unregistered; read; rerun, which is about other events';
COMMENT ON COLUMN gdpr_log.event.keys IS 'The rows'' keys: integers and uuids without a rule as they are, others as HMAC';
COMMENT ON COLUMN gdpr_log.event.columns IS 'Columns that were changed; of deleted rows those that are fingerprinted, * for the whole row without its key';
COMMENT ON COLUMN gdpr_log.event.fingerprints IS 'Four bytes for each row and column: keyed digests of the values before, by which a row is known again';
COMMENT ON COLUMN gdpr_log.event.ground IS 'Why rows were kept: Art. 17(3)';
COMMENT ON COLUMN gdpr_log.event.registry_version IS 'Digest of the registry that the action went by';
COMMENT ON COLUMN gdpr_log.event.reason IS 'The setting gdpr_ext.reason';
COMMENT ON COLUMN gdpr_log.event.origin IS 'Where it was written: system identifier, database oid, timeline';
COMMENT ON TABLE gdpr_log.seal IS 'Digests of the events, chained (Art. 5(2) GDPR). Append-only; written by gdpr_log_seal';
COMMENT ON COLUMN gdpr_log.seal.snapshot IS 'The transactions of the origin whose events are sealed by it or before it';
COMMENT ON COLUMN gdpr_log.seal.entries IS 'Of each event its id, 16 bytes, and its digest, 32 bytes';
COMMENT ON COLUMN gdpr_log.seal.digest IS 'SHA-256 of the seal before it, and of all this';
COMMENT ON FUNCTION gdpr_log.digests(text, xid8) IS 'Internal: digests of events';
COMMENT ON FUNCTION gdpr_log.chained(bytea, gdpr_log.seal) IS 'Internal: the digest of a seal';
COMMENT ON FUNCTION gdpr_log.head(bigint, bytea) IS 'Internal: a seal in a few characters';
COMMENT ON VIEW gdpr_log.summary IS 'Events and rows per day, action and table';
COMMENT ON TABLE gdpr_log.anonymised IS 'Keyed digests of what stands in anonymised rows';
COMMENT ON TABLE gdpr_log.secret IS 'The key of every hash, pseudonym and digest, unless gdpr_ext.secret_file names another';
COMMENT ON SEQUENCE gdpr_log.distinct_number IS 'Internal: source of distinct values';
COMMENT ON FUNCTION gdpr_log.append_only() IS 'Internal: trigger of gdpr_log.event';
COMMENT ON FUNCTION gdpr_log.replace_row() IS 'Internal: trigger of gdpr_log.secret and gdpr_log.database';
