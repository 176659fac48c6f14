-- The registry: what is personal, a row per table.
--
-- gdpr_register writes it. Called again it changes only what is given, so that a migration may add one thing without knowing the rest.
CREATE SCHEMA registry;
SET search_path = registry, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);

-- Registered without anything else: somebody has looked at it.
SELECT gdpr_register('person');
SELECT relation, subject, rules, on_erase, ground, search, export, facts, key FROM gdpr_registry WHERE relation = 'person'::regclass;

-- Each argument on its own; the others stay.
SELECT gdpr_register('person', '{"email": "email"}');
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('person', search => '{name,email}');
SELECT gdpr_register('person', facts => '{"purpose": "to sell tea"}');
SELECT gdpr_register('person', export => '{"exclude": ["email"]}');
SELECT relation, subject, rules, search, export, facts FROM gdpr_registry WHERE relation = 'person'::regclass;
SELECT gdpr_register('person', rules => '{"name": "blank"}');
SELECT gdpr_register('person', subject => false);
SELECT relation, subject, rules, search FROM gdpr_registry WHERE relation = 'person'::regclass;

-- What is kept needs a ground.
SELECT gdpr_register('note', on_erase => 'keep');
\echo :SQLSTATE
SELECT gdpr_register('note', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('note', on_erase => 'delete');
SELECT relation, on_erase, ground FROM gdpr_registry WHERE relation = 'note'::regclass;
SELECT gdpr_register('note', on_erase => 'forget');
\echo :SQLSTATE

-- Columns that do not exist, values that are no rules.
SELECT gdpr_register('person', '{"emial": "email"}');
\echo :SQLSTATE
SELECT gdpr_register('person', search => '{emial}');
\echo :SQLSTATE
SELECT gdpr_register('person', '["email"]');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"email": 7}');
\echo :SQLSTATE
SELECT gdpr_register(NULL);
\echo :SQLSTATE
SELECT relation, rules, search FROM gdpr_registry WHERE relation = 'person'::regclass;

-- Registered as a subject it changes what a foreign key is; taken back, it is as before.
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;
SELECT gdpr_register('note', subject => true);
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;
SELECT gdpr_unregister('note');
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;

-- Unregistered twice: there is nothing to take back.
SELECT gdpr_unregister('note');
\echo :SQLSTATE

-- A rollback takes a registration back, and the walk knows it.
BEGIN;
SELECT gdpr_register('note', subject => true);
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;
ROLLBACK;
SELECT link, kind FROM gdpr_graph('person') ORDER BY link;

SET client_min_messages = warning;
DROP SCHEMA registry CASCADE;
SELECT count(*) FROM gdpr_registry;
