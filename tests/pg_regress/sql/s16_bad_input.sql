-- S16. Bad input: each a sentence, an SQLSTATE and a hint, or an empty result.
--
-- No message repeats an id that was given: it may be a name or an address, and messages end up in logs.
CREATE SCHEMA s16;
SET search_path = s16, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE member (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE VIEW person_view AS SELECT * FROM person;
CREATE MATERIALIZED VIEW person_matview AS SELECT * FROM person;
CREATE SEQUENCE person_sequence;
CREATE TYPE person_type AS (id int);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO member VALUES (1, 1);

-- No such relation.
SELECT * FROM gdpr_collect('nobody', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect(0::regclass, 1);
\echo :SQLSTATE

-- Relations that are no tables.
SELECT * FROM gdpr_collect('person_view', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person_matview', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person_pkey', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person_sequence', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person_type', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_graph('person_view');
\echo :SQLSTATE
SELECT * FROM gdpr_lock('person_view', 1);
\echo :SQLSTATE
SELECT gdpr_register('person_view');
\echo :SQLSTATE

-- NULL.
SELECT * FROM gdpr_collect(NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', NULL::int);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', ARRAY[1, NULL]);
\echo :SQLSTATE
SELECT * FROM gdpr_graph(NULL);
\echo :SQLSTATE
SELECT gdpr_graph_mermaid(NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_lock(NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_lock('person', NULL);
\echo :SQLSTATE

-- No such id: nothing is found, and that is no error. Neither is asking for nobody.
SELECT * FROM gdpr_collect('person', 99);
SELECT * FROM gdpr_collect('person', '99');
SELECT * FROM gdpr_collect('person', '{}'::int[]);
SELECT * FROM gdpr_lock('person', 99);
SELECT key FROM gdpr_collect('person', ARRAY[99, 1, 1]);

-- An id of another type, or out of its range.
SELECT * FROM gdpr_collect('person', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', '');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', 99999999999);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', '99999999999');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', ARRAY['1', 'Ada Lovelace']);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', date '1815-12-10');
\echo :SQLSTATE

-- A composite id.
SELECT * FROM gdpr_collect('member', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '7');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '{"tenant": 1}');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '{"tenant": 1, "id": 1, "name": "Ada Lovelace"}');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '{"tenant": 1, "id": null}');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '{"tenant": 1, "id": "Ada Lovelace"}');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '{"tenant": 1, "id": {"Ada": "Lovelace"}}');
\echo :SQLSTATE
SELECT * FROM gdpr_collect('member', '[{"tenant": 1, "id": 1}, 7]'::jsonb);
\echo :SQLSTATE
SELECT key FROM gdpr_collect('member', '{"tenant": "1", "id": 1}');

SET client_min_messages = warning;
DROP SCHEMA s16 CASCADE;
