-- A column that a link or a rule needs is dropped.
--
-- By default that is a warning, and the next use is an error that names link and column: never a link that silently finds nothing. With
-- gdpr_ext.strict_ddl the DROP itself is refused.
CREATE SCHEMA registry;
SET search_path = registry, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, email text, name text, nick text);
CREATE TABLE note (id int PRIMARY KEY, email text, state text, payload jsonb, unused int);
INSERT INTO person VALUES (1, 'ada@example.org', 'Ada', 'a');
SELECT gdpr_register('person', '{"name": "blank"}', subject => true, search => '{nick}');
SELECT gdpr_link('person', '{email}', 'note', '{email}', condition => $$target.state = 'live'$$);
SELECT gdpr_link('person', '{(id::text)}', 'note', '{(payload->>''u'')}');

-- Refused: the columns of a link, of its condition, of its expression, of a rule, of the search.
SET gdpr_ext.strict_ddl = on;
ALTER TABLE note DROP COLUMN email;
\echo :SQLSTATE
ALTER TABLE person DROP COLUMN email;
\echo :SQLSTATE
ALTER TABLE note DROP COLUMN state;
\echo :SQLSTATE
ALTER TABLE note DROP COLUMN payload;
\echo :SQLSTATE
ALTER TABLE person DROP COLUMN name;
\echo :SQLSTATE
ALTER TABLE person DROP COLUMN nick;
\echo :SQLSTATE

-- Nothing needs this one. And a whole table is dropped with its entries: there is nothing left to get wrong.
ALTER TABLE note DROP COLUMN unused;
BEGIN;
DROP TABLE note;
SELECT count(*) FROM gdpr_links WHERE source = 'person'::regclass;
ROLLBACK;
SELECT depth, relation, key FROM gdpr_collect('person', 1);

-- With the guard off: a warning, and then an error at each use.
RESET gdpr_ext.strict_ddl;
BEGIN;
ALTER TABLE note DROP COLUMN email;
SELECT depth, relation, key FROM gdpr_collect('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN;
ALTER TABLE note DROP COLUMN state;
\set VERBOSITY sqlstate
SELECT depth, relation, key FROM gdpr_collect('person', 1);
\set VERBOSITY default
ROLLBACK;
BEGIN;
ALTER TABLE note DROP COLUMN payload;
\set VERBOSITY sqlstate
SELECT link FROM gdpr_graph('person');
\set VERBOSITY default
ROLLBACK;
-- A column of the same name that is added afterwards takes its place, as in a migration that changes a column by way of a new one.
BEGIN;
ALTER TABLE note DROP COLUMN email;
ALTER TABLE note ADD COLUMN email text;
INSERT INTO note (id, email, state) VALUES (11, 'ada@example.org', 'live');
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
ROLLBACK;

-- The way out: unlink by the names it had.
ALTER TABLE note DROP COLUMN email;
SELECT gdpr_unlink('person', '{email}', 'note', '{email}');
SELECT depth, relation, key FROM gdpr_collect('person', 1);

-- A rule that is left without its column does not keep anybody from reading.
ALTER TABLE person DROP COLUMN name;
SELECT depth, relation, key FROM gdpr_collect('person', 1);

SET client_min_messages = warning;
DROP SCHEMA registry CASCADE;
