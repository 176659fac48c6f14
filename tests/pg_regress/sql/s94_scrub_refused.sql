-- S94. What cannot be scrubbed is an error before anything is touched, not a gap; and what fails on the way leaves everything as it was.
--
-- Each refusal names the table and says what to do. No message has a value of a row.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s94 TEMPLATE template0;
\c gdpr_s94
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

-- Nobody has said anything yet.
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE

CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE letter (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE club (id int PRIMARY KEY, name text);
CREATE TABLE visit (id int, page text) PARTITION BY HASH (id);
CREATE TABLE visit_0 PARTITION OF visit FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE VIEW people AS SELECT id, name FROM person;
CREATE MATERIALIZED VIEW names AS SELECT name FROM person;
CREATE SEQUENCE counter;
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org');
INSERT INTO letter VALUES (11, 1, 'Dear Ada'), (12, 2, 'Dear Bea');
INSERT INTO visit VALUES (21, 'page of Ada');
SELECT gdpr_register('person', '{"name": "blank"}', subject => true), gdpr_register('letter', '{"body": "blank"}'), gdpr_register('club'),
    gdpr_register('visit', '{"page": "blank"}');

-- Everything that a scrub changes, to see that it has not.
CREATE FUNCTION state() RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat((SELECT jsonb_agg(p ORDER BY id) FROM person p), (SELECT jsonb_agg(l ORDER BY id) FROM letter l), (SELECT jsonb_agg(v)
        FROM visit v),
        (SELECT string_agg(oid || '.' || relfilenode, ' ' ORDER BY oid) FROM pg_class WHERE relkind IN ('r', 'i', 'm', 't') AND oid > 16383),
        (SELECT jsonb_agg(e ORDER BY id) FROM gdpr_log.event e), (SELECT secret FROM gdpr_log.secret), (SELECT d::text FROM gdpr_log.database d)))
$$;
SELECT state() AS before \gset

-- What is not a table with rules.
SELECT * FROM gdpr_scrub_db('{club}');
\echo :SQLSTATE
CREATE TABLE nobody (id int);
SELECT * FROM gdpr_scrub_db('{person,nobody}');
\echo :SQLSTATE
DROP TABLE nobody;
SELECT * FROM gdpr_scrub_db('{people}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{names}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{counter}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{person_pkey}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{visit_0}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{pg_class}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{gdpr_log.event}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(ARRAY[4711::regclass]);
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(ARRAY['person', NULL]::regclass[]);
\echo :SQLSTATE
-- Nothing is not all: a database in which nothing was done must not count as scrubbed.
SELECT * FROM gdpr_scrub_db('{}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(large_objects => 'perhaps');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(large_objects => NULL);
\echo :SQLSTATE

-- A foreign table with rules is somebody else's data: the original's, most likely. Without rules it is not looked at.
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE remote (id int, name text) SERVER elsewhere;
SELECT gdpr_register('remote', key => '{id}');
SELECT count(*) > 0 AS scrubbed FROM gdpr_scrub_db(dry_run => true);
SELECT gdpr_register('remote', '{"name": "blank"}', key => '{id}');
SELECT * FROM gdpr_scrub_db('{remote}');
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
DROP FOREIGN TABLE remote;
-- A partition that is a foreign table is no better.
CREATE TABLE spread (id int, name text) PARTITION BY LIST (id);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
CREATE FOREIGN TABLE spread_2 PARTITION OF spread FOR VALUES IN (2) SERVER elsewhere;
SELECT gdpr_register('spread', '{"name": "blank"}', key => '{id}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
DROP TABLE spread;
DROP SERVER elsewhere;

-- Large objects have no column that a rule could be about.
SELECT lo_from_bytea(4711, 'a photo of Ada') AS photo;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT count(*) FROM pg_largeobject_metadata;
SELECT relation, action, rows FROM gdpr_scrub_db('{person}', dry_run => true, large_objects => 'keep') ORDER BY relation::text;
BEGIN;
SELECT relation, action, rows FROM gdpr_scrub_db(large_objects => 'keep') ORDER BY relation::text;
SELECT count(*) FROM pg_largeobject_metadata;
ROLLBACK;
BEGIN;
SELECT relation, action, rows FROM gdpr_scrub_db(large_objects => 'unlink') ORDER BY relation::text;
SELECT count(*) FROM pg_largeobject_metadata;
ROLLBACK;
SELECT lo_unlink(4711);

-- Tables that a person's rows lead to, with rows, and that nobody has registered. Empty ones hold nothing.
SET client_min_messages = error;
CREATE TABLE session (id int PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE TABLE nothing_yet (id int PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE TABLE below (id int PRIMARY KEY, session_id int REFERENCES session, agent text);
SET client_min_messages = warning;
INSERT INTO session VALUES (31, 1, '192.0.2.1');
INSERT INTO below VALUES (41, 31, 'Mosaic');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(dry_run => true);
\echo :SQLSTATE
-- Whoever names tables says himself what is to be scrubbed.
SELECT relation, action, rows FROM gdpr_scrub_db('{person}', dry_run => true) ORDER BY relation::text;
-- Reported: a warning, and a row.
BEGIN;
SET LOCAL gdpr_ext.unregistered = 'report';
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text;
ROLLBACK;
DROP TABLE below, nothing_yet, session;

-- Rights: SELECT and UPDATE on each table; and the owner's for a materialized view, since only he can refresh it. Missing ones are named.
CREATE ROLE regress_scrub;
GRANT EXECUTE ON FUNCTION gdpr_scrub_db TO regress_scrub;
GRANT SELECT, UPDATE ON person, letter TO regress_scrub;
GRANT SELECT ON visit TO regress_scrub;
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
RESET ROLE;
REVOKE SELECT ON visit FROM regress_scrub;
GRANT UPDATE ON visit TO regress_scrub;
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{visit}');
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT ON visit TO regress_scrub;
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
RESET ROLE;
REVOKE EXECUTE ON FUNCTION gdpr_scrub_db FROM regress_scrub;
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_scrub_db TO regress_scrub;
-- A key that is rewritten with its references: the rights are needed on those, too.
CREATE TABLE member (email text PRIMARY KEY);
CREATE TABLE pass (id int PRIMARY KEY, email text REFERENCES member);
GRANT SELECT, UPDATE ON member TO regress_scrub;
SELECT gdpr_register('member', '{"email": "email"}');
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db('{member}');
\echo :SQLSTATE
RESET ROLE;
DROP TABLE pass, member;

-- A policy that would hide rows from the caller: that is an error, never a copy without them.
CREATE TABLE hidden (id int PRIMARY KEY, name text);
INSERT INTO hidden VALUES (1, 'Ada'), (2, 'Bea');
GRANT SELECT, UPDATE ON hidden TO regress_scrub;
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY first ON hidden USING (id = 1);
SELECT gdpr_register('hidden', '{"name": "blank"}');
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db('{hidden}');
\echo :SQLSTATE
RESET ROLE;
-- The owner himself too, where policies are forced on him.
ALTER TABLE hidden OWNER TO regress_scrub;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
SET ROLE regress_scrub;
SELECT * FROM gdpr_scrub_db('{hidden}');
\echo :SQLSTATE
RESET ROLE;
-- No policy is about a superuser: all rows are there afterwards, though they are read as the owner.
BEGIN;
SELECT relation, action, rows FROM gdpr_scrub_db('{hidden}') ORDER BY relation::text;
SELECT count(*) FROM hidden;
ROLLBACK;
DROP TABLE hidden;
DROP OWNED BY regress_scrub;
DROP ROLE regress_scrub;

-- In another isolation level than READ COMMITTED, rows that were committed since would be lost.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
ROLLBACK;

-- Somebody is just reading the table in this session, or has work for its triggers left.
BEGIN;
DECLARE reader CURSOR FOR SELECT * FROM letter;
FETCH 1 FROM reader;
SELECT * FROM gdpr_scrub_db('{letter}');
\echo :SQLSTATE
ROLLBACK;
BEGIN;
ALTER TABLE letter ALTER CONSTRAINT letter_person_id_fkey DEFERRABLE INITIALLY DEFERRED;
UPDATE letter SET person_id = 2 WHERE id = 11;
SELECT * FROM gdpr_scrub_db('{letter}');
\echo :SQLSTATE
ROLLBACK;
BEGIN TRANSACTION READ ONLY;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
ROLLBACK;

-- A rule that is no longer one: its column is gone.
CREATE TABLE changed (id int PRIMARY KEY, name text, old text);
INSERT INTO changed VALUES (1, 'Ada', 'old');
SELECT gdpr_register('changed', '{"name": "blank", "old": "blank"}');
SET client_min_messages = error;
ALTER TABLE changed DROP COLUMN old;
SET client_min_messages = warning;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_unregister('changed');
DROP TABLE changed;

-- All of that was found before anything was touched.
SELECT state() = :'before' AS as_before;

-- What only shows in the rows fails the call. The tables before it in the same call are as they were, too.
CREATE TABLE strict (
    id int PRIMARY KEY, age int, must text NOT NULL, code text UNIQUE, period int4range, short varchar(5),
    CONSTRAINT of_age CHECK (age >= 18),
    CONSTRAINT one_at_a_time EXCLUDE USING gist (period WITH &&)
);
CREATE UNIQUE INDEX strict_lower ON strict (lower(must));
INSERT INTO strict VALUES (1, 40, 'Secret One', 'secret-1', '[1,5)', 'a'), (2, 35, 'Secret Two', 'secret-2', '[5,9)', 'b');
SELECT state() AS before, jsonb_agg(s) AS strict FROM strict s \gset
SELECT gdpr_register('strict', '{"age": {"strategy": "sql", "expression": "age / 2"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"must": {"strategy": "sql", "expression": "nullif(must, ''Secret Two'')"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"code": {"strategy": "sql", "expression": "left(code, 6)"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"must": {"strategy": "sql", "expression": "left(must, 6)"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"period": {"strategy": "sql", "expression": "int4range(1, upper(period))"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"short": {"strategy": "sql", "expression": "must"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"age": {"strategy": "sql", "expression": "age / (id - 1)"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('strict', '{"age": {"strategy": "sql", "expression": "must::int"}}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
-- A matched partition, none for the new value.
CREATE TABLE season (id int, month int, name text) PARTITION BY RANGE (month);
CREATE TABLE season_1 PARTITION OF season FOR VALUES FROM (1) TO (7);
INSERT INTO season VALUES (1, 4, 'Ada');
SELECT gdpr_register('season', '{"month": {"strategy": "sql", "expression": "month * 2"}}', key => '{id}');
SELECT gdpr_register('strict', '{"short": "null"}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
TABLE season;
DROP TABLE season;
-- A materialized view that fails on the new values.
CREATE MATERIALIZED VIEW ages AS SELECT length(name) / length(name) AS one FROM person;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
DROP MATERIALIZED VIEW ages;
SELECT state() = :'before' AS as_before, jsonb_agg(s) = :'strict' AS strict_as_before FROM strict s;

-- Without all that it works.
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text;

\c :home
DROP DATABASE gdpr_s94;
