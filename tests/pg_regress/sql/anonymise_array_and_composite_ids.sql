-- Many people in one call, and keys of several columns or other types.
--
-- The ids are what gdpr_collect takes. Many at once are one action: one statement per table, one event per table, all with one request.
CREATE SCHEMA ids;
SET search_path = ids, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person SELECT i, 'Person ' || i FROM generate_series(1, 20) i;
INSERT INTO note SELECT i, i / 2, 'note ' || i FROM generate_series(2, 41) i;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');

-- An array, as text, with one id twice and one that nobody has.
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 2]);
SELECT * FROM gdpr_anonymise('person', '3');
SELECT * FROM gdpr_anonymise('person', 4::bigint);
SELECT * FROM gdpr_anonymise('person', ARRAY['5', '6']);
SELECT * FROM gdpr_anonymise('person', ARRAY[7, 7, 1, 99]);
SELECT id FROM person WHERE name IS NULL ORDER BY id;
SELECT rows, jsonb_array_length(keys) AS keys FROM gdpr_log.event WHERE relation = 'ids.person' ORDER BY id;
SELECT keys FROM gdpr_log.event WHERE relation = 'ids.person' ORDER BY keys;
SELECT array_agg(value::int ORDER BY value::int) AS notes FROM gdpr_log.event, jsonb_array_elements(keys) WHERE relation = 'ids.note';
SELECT gdpr_is_anonymised('person', ARRAY[1, 2, 3]) AS all_of_them, gdpr_is_anonymised('person', ARRAY[1, 8]) AS not_all,
       gdpr_is_anonymised('person', '8') AS none, gdpr_is_anonymised('person', ARRAY['1', '2']) AS as_text;

-- People of whom one owns what the other has too: rows are counted once.
CREATE TABLE letter (id int PRIMARY KEY, sender int REFERENCES person, recipient int REFERENCES person, body text);
INSERT INTO letter VALUES (1, 8, 9, 'a'), (2, 9, 8, 'b'), (3, 8, 8, 'c'), (4, 9, 10, 'd');
SELECT gdpr_register('letter', '{"body": "null"}');
SELECT gdpr_link('person', '{id}', 'letter', '{sender}');
SELECT gdpr_link('person', '{id}', 'letter', '{recipient}');
SELECT * FROM gdpr_anonymise('person', ARRAY[8, 9]);
TABLE letter ORDER BY id;

-- A call for each row of a query: each a request of its own.
SELECT p.id, a.relation, a.action, a.rows FROM person p, gdpr_anonymise('person', p.id) a WHERE p.id IN (11, 12)
ORDER BY p.id, a.relation::text;
SELECT count(DISTINCT request) AS requests FROM gdpr_log.event WHERE relation = 'ids.person';

-- A composite key: an object, its parts in any order; an array of objects as jsonb and as jsonb[].
CREATE TABLE tenant_person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
INSERT INTO tenant_person SELECT t, i, 'x' FROM generate_series(1, 3) t, generate_series(1, 3) i;
SELECT gdpr_register('tenant_person', '{"name": "null"}', subject => true);
SELECT * FROM gdpr_anonymise('tenant_person', '{"tenant": 1, "id": 2}');
SELECT * FROM gdpr_anonymise('tenant_person', '{"id": 3, "tenant": 1}'::jsonb);
SELECT * FROM gdpr_anonymise('tenant_person', '[{"tenant": 2, "id": 1}, {"tenant": 2, "id": 2}]'::jsonb);
SELECT * FROM gdpr_anonymise('tenant_person', ARRAY['{"tenant": 3, "id": 1}', '{"tenant": 3, "id": 2}']::jsonb[]);
SELECT tenant, id FROM tenant_person WHERE name IS NULL ORDER BY tenant, id;
SELECT key_columns, keys FROM gdpr_log.event WHERE relation = 'ids.tenant_person' ORDER BY keys;
SELECT gdpr_is_anonymised('tenant_person', '{"tenant": 1, "id": 2}') AS one,
       gdpr_is_anonymised('tenant_person', '[{"tenant": 2, "id": 1}, {"tenant": 2, "id": 2}]'::jsonb) AS two,
       gdpr_is_anonymised('tenant_person', '{"tenant": 1, "id": 1}') AS other;
SELECT * FROM gdpr_anonymise('tenant_person', '{"tenant": 1}');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('tenant_person', 1);
\echo :SQLSTATE

-- A uuid, plain in the log; a text, as a digest; a key of both.
CREATE TABLE token_person (id uuid PRIMARY KEY, name text);
CREATE TABLE named_person (login text PRIMARY KEY, name text);
CREATE TABLE mixed_person (login text, no int, name text, PRIMARY KEY (no, login));
INSERT INTO token_person VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Ada'), ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'Bea');
INSERT INTO named_person VALUES ('ada', 'Ada'), ('bea', 'Bea');
INSERT INTO mixed_person VALUES ('ada', 1, 'Ada'), ('ada', 2, 'Ada');
SELECT gdpr_register('token_person', '{"name": "null"}', subject => true);
SELECT gdpr_register('named_person', '{"name": "null"}', subject => true);
SELECT gdpr_register('mixed_person', '{"name": "null"}', subject => true);
SELECT * FROM gdpr_anonymise('token_person', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
SELECT * FROM gdpr_anonymise('token_person', ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12']::uuid[]);
SELECT * FROM gdpr_anonymise('named_person', 'ada');
SELECT * FROM gdpr_anonymise('named_person', ARRAY['ada', 'bea']);
SELECT * FROM gdpr_anonymise('mixed_person', '{"login": "ada", "no": 2}');
SELECT relation, key_columns, regexp_replace(keys::text, '[0-9a-f]{32}', '<digest>', 'g') AS keys FROM gdpr_log.event
WHERE relation ~ '^ids\.(token|named|mixed)' ORDER BY relation, keys::text;

SET client_min_messages = warning;
DROP SCHEMA ids CASCADE;
