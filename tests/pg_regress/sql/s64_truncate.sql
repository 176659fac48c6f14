-- S64. TRUNCATE is a deletion too, and is an event with the keys of all rows that were there.
--
-- PostgreSQL truncates a referenced table together with what references it, or not at all; so nothing is left to anonymise.
CREATE SCHEMA s64;
SET search_path = s64, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, rows, key_columns, keys, columns FROM gdpr_log.event WHERE relation LIKE 's64.%' ORDER BY id;
CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE profile (id int PRIMARY KEY, person_id int REFERENCES person, about text);
CREATE TABLE note (id int PRIMARY KEY, profile_id int REFERENCES profile, body text);
CREATE TABLE loose (id int PRIMARY KEY, body text);
INSERT INTO person (name) VALUES ('Ada'), ('Bea');
INSERT INTO profile VALUES (11, 1, 'I like tea'), (12, 2, 'I like coffee');
INSERT INTO note VALUES (21, 11, 'more tea');
INSERT INTO loose VALUES (31, 'x'), (32, 'y');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('profile', '{"about": "null"}');
SELECT gdpr_register('loose', '{"body": "null"}');
SELECT gdpr_on_delete('profile', '{person_id}');

TRUNCATE loose;
TABLE told;
-- Nothing was there.
TRUNCATE loose;
SELECT count(*) FROM told;

-- As always: referenced tables are truncated with the others, or not at all.
TRUNCATE person;
\echo :SQLSTATE
SELECT count(*) FROM told;
BEGIN;
TRUNCATE person, profile, note;
SELECT call, subject, relation, keys FROM told WHERE relation <> 's64.loose' ORDER BY relation;
ROLLBACK;
SELECT count(*) FROM person;
SELECT count(*) FROM told;

-- CASCADE: whatever is registered is logged, each under its own name. Notes are not.
SET client_min_messages = warning;
TRUNCATE person RESTART IDENTITY CASCADE;
RESET client_min_messages;
SELECT call, subject, relation, action, rows, keys FROM told WHERE relation <> 's64.loose' ORDER BY relation;
SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM profile), (SELECT count(*) FROM note);
-- One statement is several calls of a trigger, in one transaction.
SELECT count(DISTINCT transaction) FROM gdpr_log.event WHERE relation IN ('s64.person', 's64.profile');
INSERT INTO person (name) VALUES ('Cleo') RETURNING id;

-- Rows of the same transaction, and rows that it has deleted already: those are logged once.
BEGIN;
INSERT INTO loose VALUES (41, 'x'), (42, 'y'), (43, 'z');
DELETE FROM loose WHERE id = 42;
TRUNCATE loose;
COMMIT;
SELECT call, keys FROM told WHERE relation = 's64.loose' OFFSET 1;

-- Partitions: through the table, through one of them; both are rows of the table. So is a partition of a partition.
CREATE TABLE client (id int, region int, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE client_eu PARTITION OF client FOR VALUES IN (49) PARTITION BY RANGE (id);
CREATE TABLE client_eu_low PARTITION OF client_eu FOR VALUES FROM (0) TO (100);
SELECT gdpr_register('client', '{"name": "null"}', subject => true);
CREATE TABLE client_us PARTITION OF client FOR VALUES IN (1);
INSERT INTO client VALUES (11, 49, 'Ada'), (12, 1, 'Bea');
TRUNCATE client_us;
TRUNCATE client_eu;
INSERT INTO client VALUES (13, 49, 'Cleo'), (14, 1, 'Dora');
TRUNCATE client;
SELECT call, relation, rows, key_columns, keys FROM told WHERE relation LIKE 's64.client%' ORDER BY keys;

-- Heirs are truncated with their parent, unless it is ONLY.
CREATE TABLE human (id int PRIMARY KEY, name text);
SELECT gdpr_register('human', '{"name": "null"}');
CREATE TABLE artist (PRIMARY KEY (id)) INHERITS (human);
INSERT INTO human VALUES (1, 'Ada');
INSERT INTO artist VALUES (2, 'Bea');
TRUNCATE ONLY human;
INSERT INTO human VALUES (3, 'Cleo');
TRUNCATE human;
SELECT call, relation, rows, keys FROM told WHERE relation IN ('s64.human', 's64.artist') ORDER BY keys;

-- Whoever may truncate need not be able to read: the table is read as its owner, and row security hides nothing from the log.
CREATE ROLE regress_s64;
GRANT USAGE ON SCHEMA s64 TO regress_s64;
GRANT TRUNCATE ON loose TO regress_s64;
ALTER TABLE loose ENABLE ROW LEVEL SECURITY;
INSERT INTO loose VALUES (51, 'x');
SET ROLE regress_s64;
TRUNCATE loose;
RESET ROLE;
SELECT call, keys, "current_user" FROM gdpr_log.event WHERE relation = 's64.loose' ORDER BY id DESC LIMIT 1;

-- A table that is anonymised, truncated and filled again: what is new under an old number is not taken for done.
INSERT INTO person OVERRIDING SYSTEM VALUE VALUES (91, 'Ada');
SELECT * FROM gdpr_anonymise('person', 91);
SELECT gdpr_is_anonymised('person', 91);
SET client_min_messages = warning;
TRUNCATE person CASCADE;
RESET client_min_messages;
SELECT count(*) FROM gdpr_log.anonymised WHERE relation = 'person'::regclass;
INSERT INTO person OVERRIDING SYSTEM VALUE VALUES (91, NULL);
SELECT gdpr_is_anonymised('person', 91);

-- Many rows.
INSERT INTO loose SELECT i, 'x' FROM generate_series(1, 30000) i;
TRUNCATE loose;
SELECT rows, jsonb_array_length(keys), keys -> 29999 AS last FROM gdpr_log.event WHERE relation = 's64.loose' AND rows > 100;

SET client_min_messages = warning;
DROP SCHEMA s64 CASCADE;
DROP ROLE regress_s64;
