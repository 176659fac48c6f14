-- S15, second part. Keys of every type.
--
-- A chain of tables each of which has a key of another type. A numeric NaN equals itself, as does an infinite date.
CREATE SCHEMA s15k;
SET search_path = s15k, public;

CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN code AS varchar(5);
CREATE TYPE place AS (street text, no int);
CREATE TABLE person (id uuid PRIMARY KEY, name text);
CREATE TABLE k_numeric (dropped int, k numeric PRIMARY KEY, up uuid REFERENCES person);
ALTER TABLE k_numeric DROP dropped;
CREATE TABLE k_date (k date PRIMARY KEY, dropped int, up numeric REFERENCES k_numeric);
ALTER TABLE k_date DROP dropped;
CREATE TABLE k_bytea (k bytea PRIMARY KEY, up date REFERENCES k_date);
CREATE TABLE k_domain (k code PRIMARY KEY, up bytea REFERENCES k_bytea);
CREATE TABLE k_enum (k mood PRIMARY KEY, up code REFERENCES k_domain);
CREATE TABLE k_array (k int[] PRIMARY KEY, up mood REFERENCES k_enum);
CREATE TABLE k_range (k int4range PRIMARY KEY, up int[] REFERENCES k_array);
CREATE TABLE k_composite (k place PRIMARY KEY, up int4range REFERENCES k_range);
CREATE TABLE k_interval (k interval PRIMARY KEY, up place REFERENCES k_composite);
CREATE TABLE k_float (k float8 PRIMARY KEY, up interval REFERENCES k_interval);
CREATE TABLE k_jsonb (k jsonb PRIMARY KEY, up float8 REFERENCES k_float);
CREATE TABLE k_timestamptz (k timestamptz PRIMARY KEY, up jsonb REFERENCES k_jsonb);
CREATE TABLE k_bool (k bool PRIMARY KEY, up timestamptz REFERENCES k_timestamptz);

INSERT INTO person VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Ada'), ('b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Bea');
INSERT INTO k_numeric VALUES ('NaN', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (1.50, 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
INSERT INTO k_date VALUES ('infinity', 'NaN'), ('2024-01-01', 1.5);
INSERT INTO k_bytea VALUES ('\x00', 'infinity'), ('\x01', '2024-01-01');
INSERT INTO k_domain VALUES ('a''b', '\x00'), ('c', '\x01');
INSERT INTO k_enum VALUES ('happy', 'a''b'), ('sad', 'c');
INSERT INTO k_array VALUES ('{1,NULL}', 'happy'), ('{}', 'sad');
INSERT INTO k_range VALUES ('[1,5)', '{1,NULL}'), ('empty', '{}');
INSERT INTO k_composite VALUES (('Elm St', 1), '[1,4]'), (('Oak St', 2), 'empty');
INSERT INTO k_interval VALUES ('1 day', ('Elm St', 1)), ('2 days', ('Oak St', 2));
INSERT INTO k_float VALUES ('-0', '24:00'), ('Infinity', '48:00');      -- one day is 24 hours
INSERT INTO k_jsonb VALUES ('{"a": 1.0}', '0'), ('[]', 'Infinity');     -- minus nought is nought
INSERT INTO k_timestamptz VALUES ('2024-01-01 00:00+00', '{"a": 1}'), ('infinity', '[]');
INSERT INTO k_bool VALUES (true, '2024-01-01 01:00+01'), (false, 'infinity');

SET TimeZone = 'UTC';
SELECT depth, relation, key, shared FROM gdpr_collect('person', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11') ORDER BY depth;
SELECT depth, relation, key, shared FROM gdpr_collect('person', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid) ORDER BY depth;

-- Both at once: values of each type travel in arrays, an array or a composite value of its own as well.
SELECT depth, relation, count(*), count(DISTINCT key) AS once, bool_or(shared) AS any_shared
FROM gdpr_collect('person', (SELECT array_agg(id) FROM person)) GROUP BY depth, relation ORDER BY depth;
SELECT relation, rows FROM gdpr_lock('person', (SELECT array_agg(id) FROM person)) ORDER BY relation::text;

-- Each of them may be the subject; its id as text, as its type, and in an array.
SELECT relation, key FROM gdpr_collect('k_bool', 'true');
SELECT relation, key FROM gdpr_collect('k_bool', true);
SELECT relation, key FROM gdpr_collect('k_range', '[1,4]') WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_date', 'infinity'::date) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_timestamptz', '2024-01-01 02:00+02') WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_enum', 'sad'::mood) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_bytea', '\x00'::bytea) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_domain', 'c'::code) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_numeric', 1.500) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_numeric', 1) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('person', ARRAY['b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[]) WHERE depth = 0;
SELECT relation, key FROM gdpr_collect('k_enum', ARRAY['sad', 'happy']::mood[]) WHERE depth = 0 ORDER BY key;

SET client_min_messages = warning;
DROP SCHEMA s15k CASCADE;
