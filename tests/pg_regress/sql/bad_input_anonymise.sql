-- Bad input to what acts: a sentence, an SQLSTATE and a hint; nothing is changed, and nothing is logged.
--
-- No message repeats an id that was given: it may be a name or an address, and messages end up in logs.
CREATE SCHEMA bad_input;
SET search_path = bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE member (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE keyless (name text);
CREATE TABLE unregistered (id int PRIMARY KEY, name text);
CREATE VIEW person_view AS SELECT * FROM person;
CREATE MATERIALIZED VIEW person_matview AS SELECT * FROM person;
CREATE TEMP TABLE person_temp (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO member VALUES (1, 1, 'Ada');
INSERT INTO unregistered VALUES (1, 'Ada');
INSERT INTO person_temp VALUES (1, 'Ada');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('member', '{"name": "null"}', subject => true);

-- NULL.
SELECT * FROM gdpr_anonymise(NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', NULL::int);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', ARRAY[1, NULL]);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', 1, cascade => NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', 1, force => NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', 1, NULL);
\echo :SQLSTATE
SELECT gdpr_is_anonymised(NULL, 1);
\echo :SQLSTATE
SELECT gdpr_is_anonymised('person', NULL);
\echo :SQLSTATE

-- An id of another type. Ada's name is not repeated.
SELECT * FROM gdpr_anonymise('person', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', 1.5);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', '99999999999999999999');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', ARRAY['1', 'Ada Lovelace']);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('member', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('member', '{"tenant": 1, "id": "Ada Lovelace"}');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('member', '{"tenant": 1, "no": 1}');
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', 'Ada Lovelace');
\echo :SQLSTATE
SELECT gdpr_is_anonymised('person', 'Ada Lovelace');
\echo :SQLSTATE

-- No such relation, no table, a table without a key, one that nobody registered.
SELECT * FROM gdpr_anonymise('nobody', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise(0::regclass, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person_view', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person_matview', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person_pkey', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person_view', 1);
\echo :SQLSTATE
SELECT gdpr_is_anonymised('person_view', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('keyless', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('unregistered', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('unregistered', 1, cascade => false);
\echo :SQLSTATE
SELECT gdpr_is_anonymised('unregistered', 1);

-- A temporary table cannot be registered, and so cannot be anonymised. (Its schema has a number in its name.)
\set VERBOSITY sqlstate
SELECT gdpr_register('person_temp', '{"name": "null"}');
SELECT * FROM gdpr_anonymise('person_temp', 1);
\set VERBOSITY default

-- A transaction that keeps its first snapshot would not see rows that others have added since; one that may not write cannot.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT gdpr_is_anonymised('person', 1);
COMMIT;

-- Too few arguments, too many, of other types.
SELECT * FROM gdpr_anonymise('person');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', 1, 'yes please');
\echo :SQLSTATE
SELECT * FROM gdpr_anonymise('person', 1, cascades => true);
\echo :SQLSTATE

-- A rule that was right when it was registered, and is not any more.
CREATE TABLE changed (id int PRIMARY KEY, name text, nick text);
INSERT INTO changed VALUES (1, 'Ada', 'Countess');
SELECT gdpr_register('changed', '{"name": "null", "nick": "blank"}', subject => true);
ALTER TABLE changed ALTER name SET NOT NULL;
SELECT * FROM gdpr_anonymise('changed', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'changed', 1);
\echo :SQLSTATE
ALTER TABLE changed ALTER name DROP NOT NULL, ALTER nick TYPE int USING 7;
SELECT * FROM gdpr_anonymise('changed', 1);
\echo :SQLSTATE
ALTER TABLE changed DROP COLUMN nick;
SELECT * FROM gdpr_anonymise('changed', 1);
\echo :SQLSTATE
TABLE changed;

-- Nothing has happened.
TABLE person;
TABLE member;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'bad_input.%';

-- The settings.
SET gdpr_ext.unregistered = 'ignore';
\echo :SQLSTATE
SET gdpr_ext.secret_file = '/nowhere/at/all';
SELECT gdpr_hash('ada');
\echo :SQLSTATE
RESET gdpr_ext.secret_file;
SELECT length(gdpr_hash('ada'));

SET client_min_messages = warning;
DROP TABLE person_temp;
DROP SCHEMA bad_input CASCADE;
