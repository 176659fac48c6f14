-- Stores outside the database: what only code can reach, a newsletter service, a folder of files, is a pair of functions.
--
-- What the collector returns stands in gdpr_collect beside the rows of tables. The eraser is called by gdpr_erase, gdpr_delete and
-- gdpr_anonymise in the same transaction, when everything in the database is done, and its report joins theirs. (Here a table plays the store.)
CREATE SCHEMA sources;
SET search_path = sources, public;
\set SHOW_CONTEXT never
CREATE TABLE customer (id int PRIMARY KEY, name text, email text);
CREATE TABLE document (box int, no int, customer_id int REFERENCES customer, title text, PRIMARY KEY (box, no));
CREATE TABLE letter (id int PRIMARY KEY, sender_id int REFERENCES customer, recipient_id int REFERENCES customer, body text);
INSERT INTO customer VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org'), (3, 'Cleo', 'cleo@example.org'), (4, 'Dora', 'dora@example.org');
INSERT INTO document VALUES (7, 1, 1, 'Passport'), (7, 2, 1, 'Photo'), (8, 1, 2, 'Passport');
INSERT INTO letter VALUES (91, 3, 4, 'Cleo to Dora');
SELECT gdpr_register('customer', '{"name": "null", "email": "null"}', subject => true);
SELECT gdpr_register('document', '{"title": "null"}');
SELECT gdpr_register('letter', '{"body": {"strategy": "null", "of": "sender_id"}}');
SELECT gdpr_link('customer', '{id}', 'letter', '{sender_id}', 'owner');
SELECT gdpr_link('customer', '{id}', 'letter', '{recipient_id}', 'owner');

-- The stores, and what they were asked.
CREATE TABLE subscriber (customer_id int, list text, opened int);
INSERT INTO subscriber VALUES (1, 'weekly', 12), (1, 'sales', 0), (2, 'weekly', 3), (4, 'weekly', 1);
CREATE TABLE file (box int, no int, bytes int);
INSERT INTO file VALUES (7, 1, 5120), (7, 2, 880), (8, 1, 4096);
CREATE TABLE asked (no int GENERATED ALWAYS AS IDENTITY, what text, who name, relation regclass, keys jsonb, customers int);

CREATE FUNCTION newsletter_collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('list', s.list, 'opened', s.opened)
    FROM jsonb_to_recordset(keys) AS k (id int) JOIN sources.subscriber s ON s.customer_id = k.id ORDER BY s.list
$$;
CREATE FUNCTION newsletter_erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sources.asked (what, who, relation, keys, customers) SELECT action, current_user, relation, keys, count(*) FROM sources.customer;
    RETURN QUERY WITH gone AS (
        DELETE FROM sources.subscriber s USING jsonb_to_recordset(keys) AS k (id int) WHERE s.customer_id = k.id RETURNING 1)
    SELECT jsonb_build_object('action', 'deleted', 'rows', count(*)) FROM gone;
END $$;
SELECT gdpr_register_source('newsletter', 'newsletter_collect', 'newsletter_erase', 'customer', label => 'Newsletter',
       facts => '{"purpose": "News that the customer has asked for", "recipients": "the newsletter service"}');

CREATE FUNCTION files_collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('file', f.box || '/' || f.no, 'bytes', f.bytes)
    FROM jsonb_to_recordset(keys) AS k (box int, no int) JOIN sources.file f USING (box, no) ORDER BY f.box, f.no
$$;
CREATE FUNCTION files_erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sources.asked (what, who, relation, keys, customers) SELECT action, current_user, relation, keys, count(*) FROM sources.customer;
    DELETE FROM sources.file f USING jsonb_to_recordset(keys) AS k (box int, no int) WHERE (f.box, f.no) = (k.box, k.no) AND f.no > 1;
    RETURN QUERY VALUES ('{"action": "deleted", "rows": 1}'::jsonb), ('{"action": "kept", "rows": 1, "ground": "proof of identity, 5 years"}');
END $$;
SELECT gdpr_register_source('files', 'files_collect', 'files_erase', 'document');

-- Functions stand there with their schema, whatever the search path was.
SELECT * FROM gdpr_sources ORDER BY name;

-- What is held of Ada: her rows, then what the stores gave, in the order of their names. That belongs to no table.
SELECT depth, relation, key, via, shared, data FROM gdpr_collect('customer', 1);
-- Keys are given as gdpr_collect shows them; of several persons in one call.
SELECT via, data FROM gdpr_collect('customer', ARRAY[1, 2]) WHERE relation IS NULL;
-- Nobody, or nothing: the store is not asked.
SELECT * FROM gdpr_collect('customer', 99);
SELECT via, data FROM gdpr_collect('customer', 3) WHERE relation IS NULL;

-- A preview counts what the collectors return, and says that the erasers would be called. None is.
SELECT * FROM gdpr_preview('erase', 'customer', 1);
TABLE asked;

-- Erased: what the erasers say is in the report, each with its source. They have the keys from before, and the rows are gone already.
SELECT * FROM gdpr_erase('customer', 1);
SELECT what, relation, keys, customers FROM asked ORDER BY no;
TABLE subscriber ORDER BY 1, 2;
TABLE file ORDER BY 1, 2;
-- And in the log, in the words of the report, without keys: what a store calls its rows is its own.
SELECT call, relation, action, rows, key_columns, keys, columns, ground FROM gdpr_log.event
WHERE request = (SELECT request FROM gdpr_log.event ORDER BY id DESC LIMIT 1) ORDER BY relation, action;
SELECT gdpr_certificate_text(request) ~ 'deleted +source:files +1' AS in_the_certificate FROM gdpr_log.event ORDER BY id DESC LIMIT 1;

-- Zero rows are a line, if the eraser says so, and no event.
TRUNCATE asked;
SELECT * FROM gdpr_erase('customer', 3);
SELECT what, keys FROM asked;
SELECT count(*) FROM gdpr_log.event WHERE request = (SELECT request FROM gdpr_log.event ORDER BY id DESC LIMIT 1) AND relation LIKE 'source:%';

-- Anonymised: by the rows that are the person's, also where nothing in them is left to change.
TRUNCATE asked;
SELECT * FROM gdpr_anonymise('customer', 2);
SELECT * FROM gdpr_anonymise('customer', 2);
SELECT what, relation, keys FROM asked ORDER BY no;
-- Without cascade it is about the person's row alone.
TRUNCATE asked;
UPDATE customer SET name = 'Bea B.' WHERE id = 2;
SELECT * FROM gdpr_anonymise('customer', 2, cascade => false);
TABLE asked;

-- Rows that are kept are not given to an eraser: here the documents, and what belongs to them stays.
INSERT INTO customer VALUES (5, 'Emmy', 'emmy@example.org');
INSERT INTO document VALUES (9, 1, 5, 'Passport');
SELECT gdpr_register('document', on_erase => 'keep', ground => 'money laundering act');
SELECT * FROM gdpr_erase('customer', 5);
SELECT what, relation, keys FROM asked ORDER BY no;
SELECT gdpr_register('document', on_erase => 'delete');
-- Nor are rows that are other people's too: a letter of Dora's that somebody else has got.
INSERT INTO customer VALUES (6, 'Fay', 'fay@example.org');
INSERT INTO letter VALUES (92, 4, 6, 'Dora to Fay');
CREATE FUNCTION scans_erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT jsonb_build_object(''action'', ''deleted'', ''rows'', jsonb_array_length(keys))';
CREATE FUNCTION scans_collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT jsonb_array_elements(keys)';
SELECT gdpr_register_source('scans', 'scans_collect', 'scans_erase', 'letter');
SELECT via, data FROM gdpr_collect('customer', 4) WHERE relation IS NULL;
SELECT * FROM gdpr_delete('customer', 4);
SELECT gdpr_unregister_source('scans');

-- A store that cannot be erased stops an action, unless it is said why it is kept. Then it is counted before anything is changed, and is in the report and in the log.
CREATE FUNCTION ledger_collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE AS
    $$ SELECT jsonb_build_object('invoice', 1000 + i) FROM jsonb_to_recordset(keys) AS k (id int), generate_series(1, 2) i $$;
SELECT gdpr_register_source('ledger', 'ledger_collect', relation => 'customer');
SELECT * FROM gdpr_erase('customer', 2);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erase', 'customer', 2);
\echo :SQLSTATE
SELECT gdpr_register_source('ledger', ground => 'tax law, 10 years');
SELECT * FROM gdpr_preview('erase', 'customer', 2);
SELECT * FROM gdpr_erase('customer', 2);
SELECT relation, action, rows, ground FROM gdpr_log.event WHERE request = (SELECT request FROM gdpr_log.event ORDER BY id DESC LIMIT 1) AND relation LIKE 'source:%'
ORDER BY relation, action;

-- Calling it again changes what is given: the label alone here.
SELECT gdpr_register_source('ledger', label => 'Bookkeeping');
SELECT name, collect, relation, ground, label, facts FROM gdpr_sources WHERE name = 'ledger';
SELECT gdpr_unregister_source('ledger');

-- Without a table: for the persons of all subjects. The function is told whose table it is, and must look, since 6 may be a customer and an employee.
CREATE TABLE employee (id uuid PRIMARY KEY, name text);
INSERT INTO employee VALUES ('00000000-0000-0000-0000-000000000001', 'Grete');
SELECT gdpr_register('employee', '{"name": "null"}', subject => true);
CREATE FUNCTION desk_collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NEXT jsonb_build_object('asked about', relation::text, 'keys', keys);
END $$;
SELECT gdpr_register_source('help desk', 'desk_collect', ground => 'anonymous statistics');
SELECT via, data FROM gdpr_collect('customer', 6) WHERE relation IS NULL;
SELECT via, data FROM gdpr_collect('employee', '00000000-0000-0000-0000-000000000001') WHERE relation IS NULL;
-- What is no subject is nobody: document 9/1 is no person.
SELECT via, data FROM gdpr_collect('document', '{"box": 9, "no": 1}') WHERE relation IS NULL;

-- A failing store fails the call, and says which. Nothing is changed, and the others' work is undone with it.
TRUNCATE asked;
CREATE FUNCTION fail(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RAISE EXCEPTION 'the service has no answer for fay@example.org' USING ERRCODE = '58030';
END $$;
CREATE FUNCTION fail(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT '{"action": "deleted", "rows": 1}'::jsonb;
    RAISE EXCEPTION 'the service has no answer for fay@example.org' USING ERRCODE = '58030';
END $$;
SELECT gdpr_register_source('help desk', erase => 'fail(regclass,jsonb,text)'::regprocedure);
SELECT * FROM gdpr_erase('customer', 6);
\echo :SQLSTATE
SELECT name FROM customer WHERE id = 6;
TABLE asked;
SELECT gdpr_register_source('help desk', 'fail(regclass,jsonb)'::regprocedure);
SELECT * FROM gdpr_collect('customer', 6);
\echo :SQLSTATE
SELECT gdpr_unregister_source('help desk');

-- A collector writes nothing, whatever it is declared as.
CREATE FUNCTION writes(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sources.asked (what) VALUES ('written');
END $$;
SELECT gdpr_register_source('writer', 'writes', relation => 'customer', ground => 'a test');
SELECT * FROM gdpr_collect('customer', 6);
\echo :SQLSTATE
SELECT gdpr_unregister_source('writer');

-- An eraser that brings back what has just been erased: the call fails.
CREATE FUNCTION brings_back(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sources.customer SELECT id, 'Fay', 'fay@example.org' FROM jsonb_to_recordset(keys) AS k (id int)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name;
    RETURN NEXT '{"action": "deleted", "rows": 1}'::jsonb;
END $$;
SELECT gdpr_register_source('back', 'scans_collect', 'brings_back', 'customer');
SELECT * FROM gdpr_erase('customer', 6);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('customer', 6);
\echo :SQLSTATE
TABLE customer ORDER BY id;
SELECT gdpr_unregister_source('back');

-- Renamed, or in another schema, it is the same function.
INSERT INTO subscriber VALUES (6, 'weekly', 2);
ALTER FUNCTION newsletter_collect RENAME TO "Newsletter";
CREATE SCHEMA sources_elsewhere;
ALTER FUNCTION newsletter_erase SET SCHEMA sources_elsewhere;
SELECT collect, erase FROM gdpr_sources WHERE name = 'newsletter';
SELECT via, data FROM gdpr_collect('customer', 6) WHERE relation IS NULL;
ALTER SCHEMA sources_elsewhere RENAME TO sources_away;
SELECT collect, erase FROM gdpr_sources WHERE name = 'newsletter';
ALTER FUNCTION sources_away.newsletter_erase SET SCHEMA sources;
-- Dropped, it is missing, and not silently left out. Another one of its name is another one.
SET gdpr_ext.strict_ddl = on;
DROP FUNCTION newsletter_erase;
\echo :SQLSTATE
RESET gdpr_ext.strict_ddl;
DROP FUNCTION newsletter_erase;
SELECT * FROM gdpr_erase('customer', 6);
\echo :SQLSTATE
CREATE FUNCTION newsletter_erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT '{"action": "deleted", "rows": 1}'::jsonb $$;
SELECT * FROM gdpr_erase('customer', 6);
\echo :SQLSTATE
SELECT gdpr_register_source('newsletter', erase => 'newsletter_erase');
-- Replaced, it is still that function.
CREATE OR REPLACE FUNCTION newsletter_erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT '{"action": "pseudonymised", "rows": 2, "ground": "asked by the customer"}'::jsonb $$;
SELECT * FROM gdpr_erase('customer', 6);

-- A source goes with its table; it is taken out by its name.
SELECT gdpr_unregister_source('newsletter');
DROP TABLE document;
SELECT name FROM gdpr_sources;

SET client_min_messages = warning;
DROP SCHEMA sources_away CASCADE;
DROP SCHEMA sources CASCADE;
