-- gdpr_delete: everything of a person that the law does not make one keep; beside gdpr_erase, which goes by the `on_erase` of each table.
CREATE SCHEMA erase_delete;
SET search_path = erase_delete, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, boss_id int REFERENCES person);
CREATE TABLE session (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, ip inet);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
CREATE TABLE invoice (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, addressee text);
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
CREATE TABLE told (no int GENERATED ALWAYS AS IDENTITY, hook text, relation regclass, keys jsonb, devices bigint);
INSERT INTO person VALUES (1, 'Ada', NULL), (2, 'Bea', 1);
INSERT INTO session VALUES (11, 1, '192.0.2.1'), (12, 2, '192.0.2.2');
INSERT INTO orders VALUES (21, 1, 'ring twice'), (22, 1, 'with an invoice'), (23, 2, 'leave it at the door');
INSERT INTO invoice VALUES (31, 22, 'Ada Lovelace');
INSERT INTO device VALUES (41, 1, 'SN-0001'), (42, 2, 'SN-0002');
SELECT gdpr_register('person', '{"name": "null"}', subject => true, on_erase => 'anonymise');
SELECT gdpr_register('session', on_erase => 'delete');
SELECT gdpr_register('orders', '{"note": "null"}', on_erase => 'anonymise');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('device', '{"serial": "null"}', on_erase => 'anonymise');

-- Bea has nothing that must be kept. To erase her is to anonymise most of it; to delete her leaves nothing.
BEGIN;
SELECT * FROM gdpr_erase('person', 2);
ROLLBACK;
BEGIN;
SELECT * FROM gdpr_delete('person', 2);
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM session) AS sessions, (SELECT count(*) FROM orders) AS orders,
       (SELECT count(*) FROM device) AS devices;
ROLLBACK;

-- Ada's invoice is kept by both. The order that it belongs to stays with it, and so does she; Bea keeps her boss.
BEGIN;
SELECT * FROM gdpr_erase('person', 1);
ROLLBACK;
BEGIN;
SELECT * FROM gdpr_preview('delete', 'person', 1);
SELECT * FROM gdpr_delete('person', 1);
TABLE person ORDER BY id;
TABLE orders ORDER BY id;
TABLE invoice;
SELECT relation, call, action, rows, keys FROM gdpr_log.event WHERE relation LIKE 'erase_delete.%' ORDER BY relation, action;
ROLLBACK;

-- Erased first, deleted later: what was anonymised then goes now.
SELECT * FROM gdpr_erase('person', 2);
SELECT * FROM gdpr_erase('person', 2);
SELECT * FROM gdpr_delete('person', 2);
SELECT * FROM gdpr_delete('person', 2);
-- Whoever gets the id next is another person, of whom nothing is remembered.
INSERT INTO person VALUES (2, NULL);
SELECT gdpr_is_anonymised('person', 2);
DELETE FROM person WHERE id = 2;

-- Without an invoice Ada goes altogether. Whoever is told of it by hooks is told before and after, with the keys of the rows.
CREATE FUNCTION before_it(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO erase_delete.told (hook, relation, keys, devices) SELECT 'before', relation, keys, count(*) FROM erase_delete.device $$;
CREATE FUNCTION after_it(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO erase_delete.told (hook, relation, keys, devices) SELECT 'after', relation, keys, count(*) FROM erase_delete.device $$;
SELECT gdpr_register('device', hooks => '{"before": "erase_delete.before_it", "after": "erase_delete.after_it"}');
DELETE FROM invoice;
INSERT INTO device VALUES (43, 1, 'SN-0003');
SELECT * FROM gdpr_delete('person', ARRAY[1, 99]);
SELECT hook, relation, keys, devices FROM told ORDER BY no;
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM session) AS sessions, (SELECT count(*) FROM orders) AS orders,
       (SELECT count(*) FROM device) AS devices;

SET client_min_messages = warning;
DROP SCHEMA erase_delete CASCADE;
