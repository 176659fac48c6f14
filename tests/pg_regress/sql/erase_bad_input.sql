-- Bad input to gdpr_erase and gdpr_delete: a sentence, an SQLSTATE and a hint; nothing is changed, and nothing is logged.
--
-- No message repeats an id that was given: it may be a name or an address, and messages end up in logs.
CREATE SCHEMA erase_bad_input;
SET search_path = erase_bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE member (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE keyless (name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
CREATE TABLE letter (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
CREATE VIEW person_view AS SELECT * FROM person;
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO member VALUES (1, 1, 'Ada');
INSERT INTO orders VALUES (11, 1, 'ring twice');
INSERT INTO letter VALUES (21, 2, 3, 'Bea to Cleo');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('member', '{"name": "null"}', subject => true);
SELECT gdpr_register('orders');
SELECT gdpr_register('letter');

-- NULL.
SELECT * FROM gdpr_erase(NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person', NULL::int);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person', ARRAY[1, NULL]);
\echo :SQLSTATE
SELECT * FROM gdpr_delete(NULL, 1);
\echo :SQLSTATE
SELECT * FROM gdpr_delete('person', NULL::int);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erase', 'person', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('delete', NULL, 1);
\echo :SQLSTATE

-- An id of another type. Ada's name is not repeated.
SELECT * FROM gdpr_erase('person', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_delete('person', ARRAY['1', 'Ada Lovelace']);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('member', 'Ada Lovelace');
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erase', 'person', 'Ada Lovelace');
\echo :SQLSTATE

-- No such relation, no table, a table without a key.
SELECT * FROM gdpr_erase('nobody', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_delete('person_view', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person_pkey', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('keyless', 1);
\echo :SQLSTATE

-- A transaction that keeps its first snapshot would not see rows that others have added since; one that may not write cannot.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM gdpr_delete('person', 1);
\echo :SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
ROLLBACK;

-- Too few arguments, unknown ones, and an action that cannot be previewed.
SELECT * FROM gdpr_erase('person');
\echo :SQLSTATE
SELECT * FROM gdpr_delete('person', 1, cascade => false);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erased', 'person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('', 'person', 1);
\echo :SQLSTATE

-- What is kept needs a ground.
SELECT gdpr_register('orders', on_erase => 'keep');
\echo :SQLSTATE
UPDATE gdpr_registry SET on_erase = 'keep' WHERE relation = 'orders'::regclass;
\echo :SQLSTATE

-- A row that is somebody else's too, and nobody has declared what that means.
SELECT * FROM gdpr_erase('person', 2);
\echo :SQLSTATE
SELECT * FROM gdpr_delete('person', 3);
\echo :SQLSTATE

-- Rows that have to stay because of what is kept, in a table without rules.
CREATE TABLE claim (id int PRIMARY KEY, order_id int REFERENCES orders, text text);
INSERT INTO claim VALUES (31, 11, 'broken');
SELECT gdpr_register('claim', on_erase => 'keep', ground => 'a claim is pending');
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE

-- Nobody has these ids: that is no error.
SELECT * FROM gdpr_erase('person', 99);
SELECT * FROM gdpr_delete('person', ARRAY[98, 99]);
SELECT * FROM gdpr_erase('member', '{"tenant": 9, "id": 9}');

-- A rule that was right when it was registered, and is not any more.
SELECT gdpr_register('orders', '{"note": "null"}');
ALTER TABLE orders ALTER note SET NOT NULL;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erase', 'person', 1);
\echo :SQLSTATE

-- Nothing has happened.
TABLE person ORDER BY id;
SELECT (SELECT count(*) FROM member) AS members, (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM letter) AS letters,
       (SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'erase_bad_input.%') AS events;

SET client_min_messages = warning;
DROP SCHEMA erase_bad_input CASCADE;
