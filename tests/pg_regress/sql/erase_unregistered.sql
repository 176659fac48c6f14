-- S56, the erasing part. A table that was reached and that nobody has registered.
--
-- To delete what nobody has looked at could break the law as well as to keep it: the call is refused, and prints the calls that settle it.
-- `gdpr_ext.unregistered = 'report'` goes on, warns, and says in its result what it left.
CREATE SCHEMA erase_unregistered;
SET search_path = erase_unregistered, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
CREATE TABLE session (id int PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE TABLE club (id int PRIMARY KEY, name text);
CREATE TABLE membership (person_id int REFERENCES person, club_id int REFERENCES club, PRIMARY KEY (person_id, club_id));
CREATE TABLE empty_handed (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
INSERT INTO orders VALUES (11, 1, 'ring twice'), (12, 1, NULL), (13, 4, 'hello');
INSERT INTO session VALUES (21, 1, '192.0.2.1'), (22, 2, '192.0.2.2');
INSERT INTO club VALUES (1, 'chess');
INSERT INTO membership VALUES (1, 1), (2, 1), (3, 1);
INSERT INTO empty_handed VALUES (31, 4, 'somebody else''s');

SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT * FROM gdpr_delete('person', 1);
\echo :SQLSTATE
-- The preview shows what is missing.
SELECT relation, action, rows FROM gdpr_preview('erase', 'person', 1) WHERE action = 'unregistered';
SELECT relation, action, rows FROM gdpr_preview('delete', 'person', 1) WHERE action = 'unregistered';

-- Cleo has rows in no such table. Link tables consist of keys: there is nothing to look at, they go.
SELECT * FROM gdpr_erase('person', 3);

-- Reported: what nobody has looked at stays as it is, like what is kept, and holds what it refers to. Else it would be personal data that
-- no person leads to.
SET gdpr_ext.unregistered = 'report';
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
SELECT * FROM gdpr_erase('person', 2);
TABLE person ORDER BY id;
TABLE orders ORDER BY id;
TABLE session ORDER BY id;
SELECT relation, action, rows, keys FROM gdpr_log.event WHERE relation IN ('erase_unregistered.orders', 'erase_unregistered.session')
ORDER BY relation, action, keys;
RESET gdpr_ext.unregistered;

-- Registered, they go: also without rules, since nothing of them stays.
SELECT gdpr_register('orders');
SELECT gdpr_register('session');
SELECT * FROM gdpr_erase('person', 1);

-- A child of old-style inheritance that has no entry of its own goes by its parent's.
CREATE TABLE sealed_session (seal text, PRIMARY KEY (id)) INHERITS (session);
INSERT INTO person VALUES (5, 'Emmy');
INSERT INTO session VALUES (23, 5, '192.0.2.3');
INSERT INTO sealed_session VALUES (24, 5, '192.0.2.4', 'wax');
SELECT * FROM gdpr_erase('person', 5);
SELECT tableoid::regclass, id FROM session ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA erase_unregistered CASCADE;
