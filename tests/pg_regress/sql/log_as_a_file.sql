-- gdpr_log_export and gdpr_log_import: the log leaves the database as JSON lines and comes back exactly, or not at all.
SET client_min_messages = warning;
CREATE SCHEMA log_as_a_file;
SET search_path = log_as_a_file, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE login (name text PRIMARY KEY, person_id int REFERENCES person, seen timestamptz);
INSERT INTO person SELECT n, 'name ' || n FROM generate_series(1, 9) n;
INSERT INTO login SELECT lower(name), id, now() FROM person;
SELECT gdpr_register('person', '{"name": "hash"}', subject => true);
SELECT gdpr_register('login', '{"seen": "null"}');
SELECT clock_timestamp() AS begin \gset
SET gdpr_ext.reason = 'a "reason", with \ and ü';
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 2]);
SELECT * FROM gdpr_erase('person', 3);
SELECT gdpr_log_seal() IS NOT NULL AS sealed;
DELETE FROM login WHERE name = 'name 4';
SELECT gdpr_log_seal() IS NOT NULL AS sealed;
DELETE FROM login WHERE name = 'name 5';
RESET gdpr_ext.reason;
CREATE FUNCTION lines(since timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql RETURN (SELECT string_agg(l, E'\n') FROM gdpr_log_export(since) l);
CREATE VIEW kinds AS SELECT CASE WHEN l LIKE '{"event"%' THEN 'event' WHEN l LIKE '{"seal"%' THEN 'seal' ELSE 'head' END AS kind, count(*) FROM gdpr_log_export(:'begin') l GROUP BY 1 ORDER BY 1;
TABLE kinds;

-- What was written since some time, and then all of it. Nothing is imported twice; what comes back is what went, to the byte.
SELECT gdpr_log_import(lines(:'begin'));
SELECT gdpr_log_import(lines(:'begin'));
SELECT gdpr_log_import(lines()) = (SELECT count(*) - 6 FROM gdpr_log.event) AS all_others;
CREATE VIEW imported AS SELECT (jsonb_populate_record(NULL::gdpr_log.event, to_jsonb(i))).* FROM gdpr_log.imported i;
SELECT count(*) AS differ FROM (TABLE gdpr_log.event EXCEPT TABLE imported) e;
SELECT count(*) AS more FROM (TABLE imported EXCEPT TABLE gdpr_log.event) i;
SELECT DISTINCT log = gdpr_secret_check() AS of_this_log FROM gdpr_log.imported UNION SELECT log = gdpr_secret_check() FROM gdpr_log.imported_seal;
-- Settings of the session and the file's line ends make no difference.
BEGIN;
SET LOCAL TimeZone = 'Asia/Kathmandu';
SET LOCAL DateStyle = 'German';
SET LOCAL bytea_output = 'escape';
SELECT gdpr_log_import(replace(lines(), E'\n', E'\r\n') || E'\r\n');
ROLLBACK;

-- Somebody has changed a line, taken one out, put one in.
ALTER TABLE gdpr_log.imported DISABLE TRIGGER append_only;
TRUNCATE gdpr_log.imported;
ALTER TABLE gdpr_log.imported ENABLE ALWAYS TRIGGER append_only;
CREATE FUNCTION refused(text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
    why text;
BEGIN
    RETURN gdpr_log_import($1);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, why = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(': ', SQLSTATE, said, nullif(regexp_replace(why, '[0-9a-f]{8}-[0-9a-f-]{27}|(?<=seals before |seal )[0-9]+', '<...>'), ''));
END $$;
SELECT refused(replace(lines(), '"keys": [3]', '"keys": [4]'));
SELECT refused(string_agg(l, E'\n')) FROM gdpr_log_export() l WHERE l NOT LIKE '%"keys": [3]%';
SELECT refused(string_agg(l, E'\n')) FROM gdpr_log_export() l WHERE l NOT LIKE '{"seal"%"number": ' || (SELECT max(number) - 1 FROM gdpr_log.seal) || ',%';
-- Its end is cut off: the first line says what the last seal was.
SELECT l::jsonb ->> 'head' = (SELECT head FROM gdpr_log.status) AS head_of_the_log FROM gdpr_log_export() l LIMIT 1;
SELECT refused(string_agg(l, E'\n')) FROM gdpr_log_export() l WHERE l NOT LIKE '{"seal"%"number": ' || (SELECT max(number) FROM gdpr_log.seal) || ',%';
SELECT substring(lines() FROM '"entries": "([^"]*)"') AS entries \gset
SELECT refused(replace(lines(), :'entries', left(:'entries', -2) || translate(right(:'entries', 2), '0123456789abcdef', '123456789abcdef0')));
SELECT refused(lines() || E'\n' || replace(l, l::jsonb #>> '{event,id}', gen_random_uuid()::text)) FROM gdpr_log_export() l WHERE l LIKE '%"keys": [3]%' LIMIT 1;
SELECT count(*) AS imported FROM gdpr_log.imported;
-- An event that is not sealed yet can be anything; but not once this and then that.
SELECT gdpr_log_import(lines()) > 0 AS imported;
SELECT refused(regexp_replace(lines(), '"at": "[^"]*", ("id": "' || (SELECT max(id::text) FROM gdpr_log.event) || '")', '"at": "2001-02-03T04:05:06+00:00", \1'));

-- Lines of something else.
SELECT refused('');
SELECT refused('no JSON');
SELECT refused('[1, 2]');
SELECT refused('{"event": {}}');
SELECT refused(lines() || E'\n{"event": {"id": 7}}');
SELECT refused(lines() || E'\n{"person": {"name": "Ada"}}');
SELECT refused(replace(lines(), '"action"', '"reaction"'));
SELECT refused(NULL);
-- Written under another secret: its keys would lead to nobody.
SELECT refused(regexp_replace(lines(), '"secret": "[0-9a-f]+"', '"secret": "0123456789abcdef"'));

-- It is no part of the log, cannot be changed, and needs a grant.
CREATE ROLE regress_file;
GRANT USAGE ON SCHEMA gdpr_log, log_as_a_file TO regress_file;
GRANT ALL ON gdpr_log.imported TO regress_file;
SET ROLE regress_file;
SELECT gdpr_log_export();
SELECT gdpr_log_import('');
DELETE FROM gdpr_log.imported;
\echo :SQLSTATE
RESET ROLE;
DROP OWNED BY regress_file;
DROP ROLE regress_file;
ALTER TABLE gdpr_log.imported DISABLE TRIGGER append_only;
TRUNCATE gdpr_log.imported, gdpr_log.imported_seal;
ALTER TABLE gdpr_log.imported ENABLE ALWAYS TRIGGER append_only;
DROP SCHEMA log_as_a_file CASCADE;
