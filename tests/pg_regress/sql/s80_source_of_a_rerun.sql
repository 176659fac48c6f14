-- S80: what a rerun goes by is what was sealed. Of imported events that are not in the log here, one that a superuser changed, took out or put in is named,
-- and so is a seal. The seals come back with the events.
SET client_min_messages = warning;
CREATE SCHEMA s80_source;
SET search_path = s80_source, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person SELECT n, 'name ' || n FROM generate_series(1, 9) n;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
-- Whatever other tests have logged is sealed first.
SELECT gdpr_log_seal() AS before \gset
DELETE FROM person WHERE id = 1;
SELECT gdpr_log_seal() AS backup \gset
SELECT max(number) AS backup FROM gdpr_log.seal \gset
CREATE TABLE backup_event AS TABLE gdpr_log.event;
DELETE FROM person WHERE id = 2;
DELETE FROM person WHERE id = 3;
SELECT gdpr_log_seal() IS NOT NULL AS sealed;
DELETE FROM person WHERE id = 4;
SELECT gdpr_log_seal() AS head \gset
DELETE FROM person WHERE id = 5;
SELECT gdpr_log_import(string_agg(l, E'\n')) > 0 AS imported FROM gdpr_log_export() l;
SELECT count(*) = (SELECT count(*) FROM gdpr_log.seal) AS all_seals FROM gdpr_log.imported_seal;

CREATE FUNCTION chain(source regclass DEFAULT 'gdpr_log.imported', seals regclass DEFAULT 'gdpr_log.imported_seal') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    PERFORM gdpr_log.require_chain(source, seals);
    RETURN 'sound';
EXCEPTION WHEN data_corrupted THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    why := coalesce((SELECT replace(why, i.id::text, '<of ' || i.keys::text || '>') FROM gdpr_log.imported i WHERE strpos(why, i.id::text) > 0),
                    regexp_replace(regexp_replace(why, '[0-9a-f]{8}-[0-9a-f-]{27}', '<gone>'), '[0-9]+', '<n>'));
    RETURN SQLSTATE || ': ' || why;
END $$;
-- Nothing is missing here, so nothing is looked at.
BEGIN;
UPDATE gdpr_log.imported SET keys = '[9]' WHERE relation = 's80_source.person' AND keys = '[2]';
SELECT chain();
ROLLBACK;

-- The log is what it was when it was backed up.
BEGIN;
DELETE FROM gdpr_log.event WHERE id NOT IN (SELECT id FROM backup_event);
DELETE FROM gdpr_log.seal WHERE number > :backup;
SELECT chain();
SELECT chain('gdpr_log.event', NULL), chain('gdpr_log.imported', NULL);
-- Settings make no difference.
SET LOCAL TimeZone = 'Asia/Kathmandu';
SET LOCAL DateStyle = 'German';
SET LOCAL bytea_output = 'escape';
SELECT chain();
SAVEPOINT sound;

UPDATE gdpr_log.imported SET keys = '[9]' WHERE relation = 's80_source.person' AND keys = '[2]';
SELECT chain();
-- Without seals nobody can know.
SELECT chain('gdpr_log.imported', NULL);
ROLLBACK TO sound;
UPDATE gdpr_log.imported SET at = at + '1 microsecond' WHERE relation = 's80_source.person' AND keys = '[4]';
SELECT chain();
ROLLBACK TO sound;
DELETE FROM gdpr_log.imported WHERE relation = 's80_source.person' AND keys = '[3]';
SELECT chain();
ROLLBACK TO sound;
INSERT INTO gdpr_log.imported SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'keys', '[9]'::jsonb))).*
FROM gdpr_log.imported i WHERE relation = 's80_source.person' AND keys = '[4]';
SELECT chain();
ROLLBACK TO sound;
-- What no seal holds is not digested.
UPDATE gdpr_log.imported SET keys = '[9]' WHERE relation = 's80_source.person' AND keys = '[5]';
SELECT chain();
ROLLBACK TO sound;
UPDATE gdpr_log.imported_seal SET entries = substr(entries, 1, 48) WHERE number = :backup + 1;
SELECT chain();
ROLLBACK TO sound;
UPDATE gdpr_log.imported_seal SET snapshot = '1:1:' WHERE number = :backup + 2;
SELECT chain();
ROLLBACK TO sound;
DELETE FROM gdpr_log.imported_seal WHERE number = :backup + 1;
SELECT chain();
ROLLBACK TO sound;

-- In any order of columns, with events of other logs and void ones in between: those do not count. A sealed one that is void is missing.
CREATE TABLE kept AS SELECT origin, false AS void, gdpr_secret_check() AS log, keys, id, request, at, transaction, "session_user", "current_user", call, subject, relation, action, rows,
  key_columns, columns, fingerprints, ground, registry_version, reason FROM gdpr_log.imported;
INSERT INTO kept SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid(), 'void', true))).* FROM kept k WHERE keys = '[4]';
INSERT INTO kept SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid(), 'log', 'another'))).* FROM kept k WHERE keys = '[4]';
SELECT chain('kept');
UPDATE kept SET void = true WHERE keys = '[4]' AND relation = 's80_source.person';
SELECT chain('kept');

-- The seals come back as they were, and the chain goes on with the same head; once.
SELECT gdpr_log.take_seals('gdpr_log.imported_seal');
SELECT gdpr_log.take_seals('gdpr_log.imported_seal');
INSERT INTO gdpr_log.event SELECT (jsonb_populate_record(NULL::gdpr_log.event, to_jsonb(i))).* FROM gdpr_log.imported i WHERE NOT EXISTS (SELECT FROM gdpr_log.event e WHERE e.id = i.id);
SELECT count(*) AS broken FROM gdpr_log_verify(:'head');
ROLLBACK;
-- One that does not follow on the last one is left where it is.
BEGIN;
DELETE FROM gdpr_log.seal WHERE number > :backup;
UPDATE gdpr_log.imported_seal SET at = at + '1 second' WHERE number = :backup + 2;
SELECT gdpr_log.take_seals('gdpr_log.imported_seal');
SELECT max(number) - :backup AS taken FROM gdpr_log.seal;
ROLLBACK;

-- Not for everybody, and nobody but a superuser changes them.
CREATE ROLE regress_source;
GRANT USAGE ON SCHEMA gdpr_log TO regress_source;
GRANT ALL ON gdpr_log.imported_seal TO regress_source;
SET ROLE regress_source;
DELETE FROM gdpr_log.imported_seal;
SELECT gdpr_log.require_chain('gdpr_log.imported', NULL);
SELECT gdpr_log.take_seals('gdpr_log.imported_seal');
RESET ROLE;
DROP OWNED BY regress_source;
DROP ROLE regress_source;
TRUNCATE gdpr_log.imported, gdpr_log.imported_seal;
DROP SCHEMA s80_source CASCADE;
