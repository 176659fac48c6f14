-- S16, second part. A subject needs a key by which it can be asked for.
--
-- Without a primary key the smallest unique, immediate, whole key over NOT NULL columns does; otherwise the columns named when
-- the table is registered; otherwise there is a clear error.
CREATE SCHEMA s16k;
SET search_path = s16k, public;
\set SHOW_CONTEXT never

CREATE TABLE person (a int NOT NULL, b int NOT NULL, email text, name text);
INSERT INTO person VALUES (1, 1, 'ada@example.org', 'Ada'), (1, 2, NULL, 'Bea');

SELECT * FROM gdpr_collect('person', 1);
\echo :SQLSTATE

-- None of these makes rows known: a nullable column, part of the rows, an expression, a check at the end of the transaction.
CREATE UNIQUE INDEX ON person (email);
CREATE UNIQUE INDEX ON person (b) WHERE a = 1;
CREATE UNIQUE INDEX ON person ((a + 10 * b));
ALTER TABLE person ADD UNIQUE (b) DEFERRABLE INITIALLY DEFERRED;
SELECT * FROM gdpr_collect('person', 1);
\echo :SQLSTATE

-- This does, and a smaller one is preferred to it; a column that is only INCLUDEd is no part of it.
CREATE UNIQUE INDEX by_both ON person (a, b);
SELECT key, data ->> 'name' AS name FROM gdpr_collect('person', '{"a": 1, "b": 2}');
CREATE UNIQUE INDEX by_b ON person (b) INCLUDE (name);
SELECT key, data ->> 'name' AS name FROM gdpr_collect('person', 2);

-- The primary key wins over all of them.
ALTER TABLE person ADD PRIMARY KEY (a, b);
SELECT key, data ->> 'name' AS name FROM gdpr_collect('person', '{"a": 1, "b": 2}');

-- A key by declaration: nothing enforces it, somebody has said so.
CREATE TABLE legacy (no int, name text);
INSERT INTO legacy VALUES (1, 'Ada'), (2, 'Bea');
SELECT * FROM gdpr_collect('legacy', 2);
\echo :SQLSTATE
SELECT gdpr_register('legacy', key => '{no}');
SELECT key, data ->> 'name' AS name FROM gdpr_collect('legacy', 2);
SELECT gdpr_register('legacy', key => '{nothing}');
\echo :SQLSTATE

-- A table that is reached needs no key: its rows are found, with a key of NULL, and look-alikes are counted.
CREATE TABLE click (legacy_no int);
INSERT INTO click VALUES (2), (2), (1);
SELECT gdpr_link('legacy', '{no}', 'click', '{legacy_no}');
SELECT depth, relation, key, data FROM gdpr_collect('legacy', 2) ORDER BY depth;

-- Temporary tables: one's own is a table like any other.
CREATE TEMP TABLE visitor (id int PRIMARY KEY, name text);
CREATE TEMP TABLE visit (id int PRIMARY KEY, visitor_id int REFERENCES visitor);
INSERT INTO visitor VALUES (1, 'Ada');
INSERT INTO visit VALUES (11, 1);
SELECT depth, relation, key, via FROM gdpr_collect('visitor', 1) ORDER BY depth;
DROP TABLE visitor, visit;

SET client_min_messages = warning;
DROP SCHEMA s16k CASCADE;
