-- Writing gdpr_registry and gdpr_links directly passes the same validation as the functions.
--
-- A migration tool, a COPY or a careless UPDATE must not be able to put there what the functions would refuse.
CREATE SCHEMA registry;
SET search_path = registry, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, email text, payload jsonb);
CREATE VIEW person_view AS SELECT * FROM person;
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org');
INSERT INTO note VALUES (11, NULL, 'ada@example.org');

INSERT INTO gdpr_registry (relation, subject, rules) VALUES ('person', true, '{"email": "email"}');
INSERT INTO gdpr_links (source, source_columns, target, target_columns) VALUES ('person', '{email}', 'note', '{email}');
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) ORDER BY depth;

-- Refused, as the functions refuse it.
INSERT INTO gdpr_registry (relation) VALUES ('person_view');
\echo :SQLSTATE
-- (A duplicate is refused by the primary key, whose message has an OID in it.)
\set VERBOSITY sqlstate
INSERT INTO gdpr_registry (relation) VALUES ('person');
\set VERBOSITY default
UPDATE gdpr_registry SET rules = '{"emial": "email"}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET on_erase = 'keep' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET key = '{nothing}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
INSERT INTO gdpr_links (source, source_columns, target, target_columns) VALUES ('person', '{id}', 'note', '{nothing}');
\echo :SQLSTATE
INSERT INTO gdpr_links (source, source_columns, target, target_columns) VALUES ('person', '{id}', 'note', '{email}');
\echo :SQLSTATE
\set VERBOSITY sqlstate
INSERT INTO gdpr_links (source, source_columns, target, target_columns) VALUES ('person', '{email}', 'note', '{email}');
\set VERBOSITY default
UPDATE gdpr_links SET kind = 'onwer' WHERE source = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_links SET condition = 'EXISTS (SELECT)' WHERE source = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_links SET target_columns = '{email,id}' WHERE source = 'person'::regclass;
\echo :SQLSTATE

-- COPY is a write like any other.
COPY gdpr_links (source, source_columns, target, target_columns, kind) FROM stdin;
registry.person	{id}	registry.note	{nothing}	owner
\.

-- Nothing has changed.
SELECT relation, subject, rules, on_erase, key FROM gdpr_registry WHERE relation = 'person'::regclass;
SELECT source, source_columns, target, target_columns, kind, condition FROM gdpr_links WHERE source = 'person'::regclass;

-- What is right is taken, and the next walk knows it: another kind, an expression in its canonical form.
UPDATE gdpr_links SET kind = 'context' WHERE source = 'person'::regclass;
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
UPDATE gdpr_links SET kind = 'owner', source_columns = '{(email)}', target_columns = '{(payload->>''email'')}'
WHERE source = 'person'::regclass;
SELECT source_columns, target_columns FROM gdpr_links WHERE source = 'person'::regclass;
DELETE FROM gdpr_links WHERE source = 'person'::regclass;
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;

-- So is emptying both tables.
BEGIN;
INSERT INTO gdpr_links (source, source_columns, target, target_columns, kind) VALUES ('person', '{id}', 'note', '{person_id}', 'ignore');
SELECT depth, link, kind, reviewed FROM gdpr_graph('person') ORDER BY link;
TRUNCATE gdpr_registry, gdpr_links;
SELECT depth, link, kind, reviewed FROM gdpr_graph('person') ORDER BY link;
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA registry CASCADE;
