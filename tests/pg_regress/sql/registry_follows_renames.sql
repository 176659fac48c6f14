-- Registry and links follow the tables: a rename changes nothing, a DROP takes the entry along.
--
-- An anonymisation rule that silently stops to apply because a column got a better name is how personal data stays behind.
CREATE SCHEMA registry;
SET search_path = registry, public;
\set SHOW_CONTEXT never
CREATE FUNCTION is_live(text) RETURNS bool IMMUTABLE LANGUAGE sql RETURN $1 = 'live';
CREATE TABLE person (id int PRIMARY KEY, email text, name text);
CREATE TABLE note (id int PRIMARY KEY, email text, state text, payload jsonb);
INSERT INTO person VALUES (1, 'ada@example.org', 'Ada');
INSERT INTO note VALUES (11, 'ada@example.org', 'live', '{"u": "1"}'), (12, 'ada@example.org', 'draft', '{"u": "1"}');

SELECT gdpr_register('person', '{"email": "email", "name": "blank"}', subject => true, search => '{email,name}', key => '{id}');
SELECT gdpr_link('person', '{email}', 'note', '{email}', condition => 'is_live(target.state)');
SELECT gdpr_link('person', '{(id::text)}', 'note', '{(payload->>''u'')}', kind => 'accessor', condition => $$target.state = 'draft'$$);
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- Columns of keys, rules, search, conditions and expressions; two columns that swap their names.
ALTER TABLE person RENAME email TO "E-Mail";
ALTER TABLE person RENAME id TO person_id;
ALTER TABLE note RENAME state TO email_;
ALTER TABLE note RENAME email TO state;
ALTER TABLE note RENAME email_ TO email;
ALTER TABLE note RENAME payload TO "the ""payload""";
SELECT relation, rules, search, key FROM gdpr_registry WHERE relation = 'person'::regclass;
SELECT source_columns, target_columns, kind, condition FROM gdpr_links WHERE source = 'person'::regclass ORDER BY kind;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- Tables, functions and schemas.
ALTER TABLE person RENAME TO "Human";
ALTER TABLE note RENAME TO remark;
ALTER FUNCTION is_live(text) RENAME TO is_published;
CREATE SCHEMA registry_other;
ALTER TABLE remark SET SCHEMA registry_other;
ALTER SCHEMA registry RENAME TO registry_new;
SET search_path = registry_new, public;
SELECT relation, rules, search, key FROM gdpr_registry WHERE relation = '"Human"'::regclass;
SELECT source, source_columns, target, target_columns, condition FROM gdpr_links WHERE source = '"Human"'::regclass ORDER BY kind;
SELECT depth, relation, key, via, shared FROM gdpr_collect('"Human"', 1) ORDER BY depth, relation::text, key;

-- The link is still known by its columns' present names.
SELECT gdpr_link('"Human"', '{E-Mail}', 'registry_other.remark', '{state}', kind => 'context');
SELECT count(*) FROM gdpr_links WHERE source = '"Human"'::regclass;

-- A rename that is rolled back.
BEGIN;
ALTER TABLE "Human" RENAME name TO full_name;
SELECT rules, search FROM gdpr_registry WHERE relation = '"Human"'::regclass;
ROLLBACK;
SELECT rules, search FROM gdpr_registry WHERE relation = '"Human"'::regclass;

-- A table that is replaced by another of the same name is another table.
DROP TABLE registry_other.remark;
SELECT count(*) FROM gdpr_links WHERE source = '"Human"'::regclass;
CREATE TABLE registry_other.remark (id int PRIMARY KEY, state text);
SELECT link FROM gdpr_graph('"Human"');
DROP TABLE "Human";
SELECT count(*) FROM gdpr_registry;
SELECT count(*) FROM gdpr_links;

-- A whole schema.
CREATE TABLE registry_other.member (id int PRIMARY KEY);
SELECT gdpr_register('registry_other.member', subject => true);
SELECT gdpr_link('registry_other.member', '{id}', 'registry_other.remark', '{id}');
SET client_min_messages = warning;
DROP SCHEMA registry_other CASCADE;
SELECT (SELECT count(*) FROM gdpr_registry) AS registered, (SELECT count(*) FROM gdpr_links) AS links;
DROP SCHEMA registry_new CASCADE;
