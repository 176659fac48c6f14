-- S16, third part. Links and registrations that cannot be right are refused when they are declared.
CREATE SCHEMA s16l;
SET search_path = s16l, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, name text, born date);
CREATE TABLE note (id int PRIMARY KEY, person_id int, body text, place point);
CREATE VIEW note_view AS SELECT * FROM note;

-- Columns.
SELECT gdpr_link('person', '{id}', 'note', '{persn_id}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{Id}', 'note', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id,born}', 'note', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{}', 'note', '{}');
\echo :SQLSTATE
SELECT gdpr_link('person', NULL, 'note', '{person_id}');
\echo :SQLSTATE
\set VERBOSITY sqlstate
SELECT gdpr_link('person', '{id}', 'note', '{NULL}');
\set VERBOSITY default
SELECT gdpr_link(NULL, '{id}', 'note', '{person_id}');
\echo :SQLSTATE

-- Types that no operator compares, and a type that has no equality at all.
SELECT gdpr_link('person', '{born}', 'note', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{place}');
\echo :SQLSTATE

-- Kinds.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', kind => 'acessor');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', kind => NULL);
\echo :SQLSTATE

-- Relations.
SELECT gdpr_link('person', '{id}', 'note_view', '{person_id}');
\echo :SQLSTATE

-- Conditions.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target.body =');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'true) OR (true');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'true; DROP TABLE note');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'true AS c FROM note');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'true UNION SELECT true');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target IS NOT NULL');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => '');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target.body');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target.bdy IS NULL');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'other.body IS NULL');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'EXISTS (SELECT FROM note)');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'random() < 0.5');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'count(*) > 1');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'row_number() OVER () = 1');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'generate_series(1, 2) = 1');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target.id = $1');
\echo :SQLSTATE

-- Expressions in place of columns are held to the same.
SELECT gdpr_link('person', '{id}', 'note', '{((SELECT 1))}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{(person_id + random()::int)}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{(person_id}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'note', '{(person_id), (id)}');
\echo :SQLSTATE

-- A link that is not there.
SELECT gdpr_unlink('person', '{id}', 'note', '{person_id}');
\echo :SQLSTATE

-- Nothing of all this has left a trace.
SELECT count(*) FROM gdpr_links WHERE source = 'person'::regclass;

SET client_min_messages = warning;
DROP SCHEMA s16l CASCADE;
