-- S56. A table that was reached and that nobody has registered.
--
-- The walk found rows of the person in it, and whether they are personal nobody has said. Going on would leave them; so the call is
-- refused, and prints the calls that settle it. `gdpr_ext.unregistered = 'report'` goes on, warns, and says in its result what it left.
CREATE SCHEMA s56;
SET search_path = s56, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text, total numeric);
CREATE TABLE "Order Line" (order_id int REFERENCES orders, pos int, "We""ird" text, PRIMARY KEY (order_id, pos));
CREATE TABLE session (id int PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE TABLE club (id int PRIMARY KEY, name text);
CREATE TABLE membership (person_id int REFERENCES person, club_id int REFERENCES club, PRIMARY KEY (person_id, club_id));
CREATE TABLE empty_handed (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO orders VALUES (11, 1, 'ring twice', 12.50), (12, 1, NULL, 3), (13, 2, 'x', 1);
INSERT INTO "Order Line" VALUES (11, 1, 'engraved: Ada'), (11, 2, NULL), (12, 1, NULL);
INSERT INTO session VALUES (21, 1, '192.0.2.1');
INSERT INTO club VALUES (1, 'chess');
INSERT INTO membership VALUES (1, 1), (2, 1);
INSERT INTO empty_handed VALUES (31, 2, 'somebody else''s');

-- The person's own table is one too.
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('session', '{"ip": "null"}');

-- Two tables are left. A table in which she has no row is not asked about, nor one that consists of keys: it has nothing to hide.
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
-- The preview refuses nothing, and shows what is missing.
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT count(*) FROM person WHERE name IS NULL;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's56.%';

-- It is nobody's table as long as only her own row is meant.
BEGIN;
SELECT * FROM gdpr_anonymise('person', 1, cascade => false);
ROLLBACK;

-- Reported: a warning, and a row and an event for each.
SET gdpr_ext.unregistered = 'report';
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
SELECT relation, action, rows, columns FROM gdpr_log.event WHERE relation LIKE 's56.%' ORDER BY relation;
SELECT * FROM orders ORDER BY id;
RESET gdpr_ext.unregistered;
SET gdpr_ext.unregistered = 'whatever';
SHOW gdpr_ext.unregistered;

-- Still refused afterwards: that she is anonymised elsewhere changes nothing.
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE

-- The printed calls settle it: with rules, and without any, which says that somebody has looked.
SELECT gdpr_register('orders', rules => '{"note": "null", "total": "keep"}');
SELECT gdpr_register('"Order Line"');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM orders ORDER BY id;
SELECT * FROM "Order Line" ORDER BY order_id, pos;

-- A table that was all keys until it got a column more.
ALTER TABLE membership ADD nick text;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('membership', '{"nick": "null"}');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT gdpr_unregister('membership');
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
ALTER TABLE membership DROP COLUMN nick;
SELECT * FROM gdpr_anonymise('person', 1);

-- A child of old-style inheritance that has no entry of its own takes its parent's.
CREATE TABLE sealed_session (seal text, PRIMARY KEY (id)) INHERITS (session);
INSERT INTO sealed_session VALUES (22, 1, '192.0.2.2', 'wax');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT id, ip, seal FROM sealed_session;

SET client_min_messages = warning;
DROP SCHEMA s56 CASCADE;
