-- Bad input to gdpr_register_source and gdpr_unregister_source, and what erasers may not say: a sentence, an SQLSTATE and a hint.
--
-- What can be known is said when the source is registered; nothing that a function has returned is repeated in a message.
CREATE ROLE regress_sources;
CREATE SCHEMA sources_bad_input;
SET search_path = sources_bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE keyless (name text);
CREATE TABLE measured (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (1) TO (9);
CREATE VIEW person_view AS SELECT * FROM person;
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
CREATE FUNCTION collects(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$ SELECT '{"mail": "ada@example.org"}'::jsonb $$;
CREATE FUNCTION erases(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT '{"action": "deleted", "rows": 1}'::jsonb $$;

-- NULL, and a new source without a function.
SELECT gdpr_register_source(NULL, 'collects', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source('store');
\echo :SQLSTATE
SELECT gdpr_unregister_source(NULL);
\echo :SQLSTATE

-- A name that cannot stand in a report.
SELECT gdpr_register_source(' ', 'collects', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source(E'store\nsource:files', 'collects', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source(repeat('s', 64), 'collects', relation => 'person');
\echo :SQLSTATE

-- Functions: none, several of the name, other arguments, another result, an aggregate.
SELECT gdpr_register_source('store', 'nothing', relation => 'person');
\echo :SQLSTATE
CREATE FUNCTION several(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT keys';
CREATE FUNCTION several(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT keys';
SELECT gdpr_register_source('store', 'several', relation => 'person');
\echo :SQLSTATE
CREATE FUNCTION takes_text(relation text, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT keys';
SELECT gdpr_register_source('store', 'takes_text', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source('store', 'erases', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source('store', 'collects', 'collects', 'person');
\echo :SQLSTATE
CREATE FUNCTION gives_one(relation regclass, keys jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT keys';
SELECT gdpr_register_source('store', 'gives_one', relation => 'person');
\echo :SQLSTATE
CREATE FUNCTION gives_text(relation regclass, keys jsonb, action text) RETURNS SETOF text LANGUAGE sql AS 'SELECT action';
SELECT gdpr_register_source('store', 'collects', 'gives_text', 'person');
\echo :SQLSTATE
CREATE PROCEDURE no_function(relation regclass, keys jsonb) LANGUAGE sql AS 'SELECT keys';
SELECT gdpr_register_source('store', 'no_function', relation => 'person');
\echo :SQLSTATE

-- Tables: none, a view, a partition, a temporary one, one without a key.
SELECT gdpr_register_source('store', 'collects', relation => 'nobody');
\echo :SQLSTATE
SELECT gdpr_register_source('store', 'collects', relation => 'person_view');
\echo :SQLSTATE
SELECT gdpr_register_source('store', 'collects', relation => 'measured_1');
\echo :SQLSTATE
CREATE TEMPORARY TABLE gone_soon (id int PRIMARY KEY);
SELECT gdpr_register_source('store', 'collects', relation => 'gone_soon');
\echo :SQLSTATE
DROP TABLE gone_soon;
SELECT gdpr_register_source('store', 'collects', relation => 'keyless');
\echo :SQLSTATE

-- A ground that is none.
SELECT gdpr_register_source('store', 'collects', relation => 'person', ground => ' ');
\echo :SQLSTATE

-- Facts that are not known, and what is no object.
SELECT gdpr_register_source('store', 'collects', relation => 'person', facts => '{"purpos": "news"}');
\echo :SQLSTATE
SELECT gdpr_register_source('store', 'collects', relation => 'person', facts => '["news"]');
\echo :SQLSTATE

-- None of that name.
SELECT gdpr_unregister_source('store');
\echo :SQLSTATE

-- Written directly, it is checked alike; a function needs its schema.
INSERT INTO gdpr_sources (name, collect) VALUES ('store', 'collects');
\echo :SQLSTATE
INSERT INTO gdpr_sources (name, collect) VALUES ('store', 'sources_bad_input.nothing');
\echo :SQLSTATE
INSERT INTO gdpr_sources (name, collect) VALUES ('store', 'no..name');
\echo :SQLSTATE
INSERT INTO gdpr_sources (name, collect, relation) VALUES (' ', 'sources_bad_input.collects', 'person');
\echo :SQLSTATE
INSERT INTO gdpr_sources (name, collect, relation) VALUES ('store', 'Sources_Bad_Input.COLLECTS', 'person');
SELECT name, collect FROM gdpr_sources;
UPDATE gdpr_sources SET erase = 'sources_bad_input.gives_text' WHERE name = 'store';
\echo :SQLSTATE
UPDATE gdpr_sources SET erase = 'sources_bad_input.erases' WHERE name = 'store';
DELETE FROM gdpr_sources WHERE name = 'store';

-- Whoever registers must own the functions and the table: else a superuser's function would run for whoever thinks of it.
GRANT USAGE, CREATE ON SCHEMA sources_bad_input TO regress_sources;
GRANT EXECUTE ON FUNCTION gdpr_register_source, gdpr_unregister_source TO regress_sources;
SET ROLE regress_sources;
CREATE TABLE own (id int PRIMARY KEY);
CREATE FUNCTION own_collects(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT keys';
SELECT gdpr_register_source('theirs', 'collects', relation => 'own');
\echo :SQLSTATE
SELECT gdpr_register_source('theirs', 'own_collects', 'erases', 'own');
\echo :SQLSTATE
SELECT gdpr_register_source('theirs', 'own_collects', relation => 'person');
\echo :SQLSTATE
SELECT gdpr_register_source('theirs', 'own_collects');
\echo :SQLSTATE
SELECT gdpr_register_source('own', 'own_collects', relation => 'own');
RESET ROLE;
-- Nor can a source be taken over, or taken out.
SELECT gdpr_register_source('store', 'collects', 'erases', 'person');
SET ROLE regress_sources;
SELECT gdpr_register_source('store', 'own_collects', relation => 'own');
\echo :SQLSTATE
SELECT gdpr_register_source('store', label => 'Mine');
\echo :SQLSTATE
SELECT gdpr_unregister_source('store');
\echo :SQLSTATE
SELECT gdpr_unregister_source('own');
RESET ROLE;
SELECT name, collect, relation, label FROM gdpr_sources;

-- What an eraser may not say. Its rows are not repeated.
CREATE FUNCTION says(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT row FROM sources_bad_input.said;
END $$;
CREATE TABLE said (row jsonb);
SELECT gdpr_register_source('store', erase => 'says');
INSERT INTO said VALUES ('{"action": "deleted", "rows": 1}'), ('{"action": "forgotten", "rows": 1}');
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
UPDATE said SET row = '{"action": "deleted", "rows": -1}';
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
UPDATE said SET row = '{"action": "deleted", "rows": 1.5}';
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
UPDATE said SET row = '{"action": "kept", "rows": 1}';
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
UPDATE said SET row = '{"action": "deleted", "rows": 1, "mail": "ada@example.org"}';
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
UPDATE said SET row = '"ada@example.org"';
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
UPDATE said SET row = NULL;
SELECT * FROM gdpr_delete('person', 1);
\echo :SQLSTATE

-- A collector may return what is no object; NULL is nothing.
CREATE FUNCTION anything(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$ VALUES ('"a text"'::jsonb), (NULL), ('null'), ('[1]') $$;
SELECT gdpr_register_source('store', 'anything');
SELECT data FROM gdpr_collect('person', 1) WHERE relation IS NULL;

-- A table that has lost its key: its rows cannot be named any more.
CREATE TABLE paper (id int PRIMARY KEY, person_id int REFERENCES person);
INSERT INTO paper VALUES (11, 1);
SELECT gdpr_register('paper');
SELECT gdpr_register_source('store', relation => 'paper');
ALTER TABLE paper DROP CONSTRAINT paper_pkey, ALTER id DROP NOT NULL;
SELECT data FROM gdpr_collect('person', 1) WHERE relation IS NULL;
\echo :SQLSTATE

-- Nothing has happened.
TABLE person ORDER BY id;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'sources_bad_input.%' OR relation = 'source:store';

SET client_min_messages = warning;
DROP SCHEMA sources_bad_input CASCADE;
SELECT gdpr_unregister_source(name) FROM gdpr_sources;
DROP OWNED BY regress_sources;
DROP ROLE regress_sources;
