-- Plain deletes: rows of registered tables that anybody deletes, by whatever statement, are events of the log.
--
-- A row that a restored backup brings back must go again, whoever deleted it. So every DELETE of a registered table is logged with the keys
-- of its rows, in the same transaction. Keys are as always: numbers and uuids without a rule are plain, all others are keyed digests.
CREATE SCHEMA plain_deletes;
SET search_path = plain_deletes, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, rows, key_columns, regexp_replace(keys::text, '[0-9a-f]{32}', '<32 hex digits>', 'g') AS keys
    FROM gdpr_log.event WHERE relation LIKE 'plain_deletes.%' ORDER BY event.id;
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
-- Nobody has registered it yet.
DELETE FROM person WHERE id = 4;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);

SET gdpr_ext.reason = 'request 2026-118';
DELETE FROM person WHERE id = 1;
RESET gdpr_ext.reason;
SELECT call, subject, relation, action, rows, key_columns, keys, columns, fingerprints IS NULL AS no_fingerprints, ground, reason,
       registry_version IS NOT NULL AS versioned, "session_user" = session_user AS by_me, at = now() AS at_now,
       transaction = pg_current_xact_id() AS of_this_transaction
FROM gdpr_log.event WHERE relation = 'plain_deletes.person';
-- None, several, and several statements of one transaction: each statement is a request.
DELETE FROM person WHERE id = 1;
DELETE FROM person WHERE id > 1;
TABLE told;
BEGIN;
INSERT INTO person VALUES (5, 'Emmy'), (6, 'Fay');
DELETE FROM person WHERE id = 5;
DELETE FROM person WHERE id = 6;
COMMIT;
SELECT keys FROM told OFFSET 2;
SELECT count(DISTINCT request) AS requests, count(DISTINCT transaction) AS transactions FROM gdpr_log.event WHERE keys IN ('[5]', '[6]')
AND relation = 'plain_deletes.person';
-- Rolled back, it is no event; nor is an UPDATE.
BEGIN;
INSERT INTO person VALUES (7, 'Gerda');
DELETE FROM person;
ROLLBACK;
BEGIN;
INSERT INTO person VALUES (8, 'Hedy'), (9, 'Ida');
SAVEPOINT before;
DELETE FROM person WHERE id = 8;
ROLLBACK TO before;
DELETE FROM person WHERE id = 9;
COMMIT;
UPDATE person SET id = 10, name = 'Jo' WHERE id = 8;
SELECT keys FROM told OFFSET 4;
-- By a trigger that keeps the row nothing is deleted.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallow BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION swallow();
DELETE FROM person;
SELECT keys FROM told OFFSET 5;
DROP TRIGGER swallow ON person;

-- The key: of several columns, of other types, with a rule, none.
CREATE TABLE line (order_id int, pos smallint, article text, PRIMARY KEY (order_id, pos));
CREATE TABLE member (nick text PRIMARY KEY, about text);
CREATE TABLE device (id uuid PRIMARY KEY, serial text);
CREATE TABLE phone (number bigint PRIMARY KEY, place text);
CREATE TABLE pair (tenant int, login text, about text, PRIMARY KEY (tenant, login));
CREATE TABLE visit (person_id int, page text);
CREATE TABLE named (id int, name text);
INSERT INTO line VALUES (1, 1, 'tea'), (1, 2, 'cup');
INSERT INTO member VALUES ('ada85', 'tea'), ('b', NULL);
INSERT INTO device VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'SN-1');
INSERT INTO phone VALUES (4930123456, 'home');
INSERT INTO pair VALUES (1, 'ada', 'tea'), (2, 'ada', 'cups');
INSERT INTO visit VALUES (1, '/tea'), (1, '/tea'), (2, '/cup');
INSERT INTO named VALUES (1, 'Ada'), (NULL, 'Bea');
SELECT gdpr_register('line', '{"article": "null"}');
SELECT gdpr_register('member', '{"about": "null"}');
SELECT gdpr_register('device', '{"serial": "null"}');
SELECT gdpr_register('phone', '{"number": "pseudonym", "place": "null"}');
SELECT gdpr_register('pair', '{"about": "null"}');
SELECT gdpr_register('visit', '{"page": "null"}');
SELECT gdpr_register('named', '{"name": "null"}', key => '{id}');
DELETE FROM line;
DELETE FROM member;
DELETE FROM device;
DELETE FROM phone;
DELETE FROM pair;
DELETE FROM visit;
DELETE FROM named;
SELECT relation, rows, key_columns, keys FROM told OFFSET 5;
-- The digests are those of other events about the same row, so that they can be told to be the same.
INSERT INTO member VALUES ('ada85', 'tea');
SELECT * FROM gdpr_anonymise('member', 'ada85');
DELETE FROM member;
SELECT call, keys = (SELECT keys FROM gdpr_log.event WHERE relation = 'plain_deletes.member' AND call = 'anonymise') AS same
FROM gdpr_log.event WHERE relation = 'plain_deletes.member' AND rows = 1 ORDER BY id;

-- Without rules, and kept: also these rows are gone.
CREATE TABLE invoice (id int PRIMARY KEY, total numeric);
CREATE TABLE looked_at (id int PRIMARY KEY, total numeric);
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('looked_at');
INSERT INTO invoice VALUES (31, 12.50);
INSERT INTO looked_at VALUES (32, 3);
DELETE FROM invoice;
DELETE FROM looked_at;
SELECT call, action, keys, ground FROM gdpr_log.event WHERE relation IN ('plain_deletes.invoice', 'plain_deletes.looked_at') ORDER BY id;
-- A table that is not registered any more.
SELECT gdpr_unregister('looked_at');
INSERT INTO looked_at VALUES (33, 3);
DELETE FROM looked_at;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'looked_at'::regclass;
SELECT count(*) FROM told WHERE relation = 'plain_deletes.looked_at';
-- Rules that do not fit the table any more keep nobody from deleting.
INSERT INTO invoice VALUES (34, 12.50);
UPDATE gdpr_registry SET on_erase = NULL, ground = NULL, rules = '{"total": "null"}' WHERE relation = 'invoice'::regclass;
SET client_min_messages = error;
ALTER TABLE invoice DROP COLUMN total;
RESET client_min_messages;
DELETE FROM invoice;
SELECT call, rows, key_columns, keys FROM told WHERE relation = 'plain_deletes.invoice' OFFSET 1;

-- Partitions: a row of a partition is one of the table, through whichever of them it is deleted. One that moves stays.
CREATE TABLE client (id int, region int, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE client_1 PARTITION OF client FOR VALUES IN (1);
SELECT gdpr_register('client', '{"name": "null"}', subject => true);
CREATE TABLE client_49 PARTITION OF client FOR VALUES IN (49) PARTITION BY RANGE (id);
CREATE TABLE client_49_low PARTITION OF client_49 FOR VALUES FROM (0) TO (100);
-- Its columns are in another order.
CREATE TABLE client_44 (name text, gone int, region int NOT NULL, id int NOT NULL);
ALTER TABLE client_44 DROP gone;
ALTER TABLE client ATTACH PARTITION client_44 FOR VALUES IN (44);
INSERT INTO client VALUES (11, 1, 'Ada'), (12, 49, 'Bea'), (13, 44, 'Cleo'), (14, 1, 'Dora'), (15, 49, 'Emmy'), (16, 44, 'Fay'), (17, 1, 'Gerda'),
                          (18, 44, 'Hedy');
DELETE FROM client_1 WHERE id = 11;
DELETE FROM client_49_low WHERE id = 12;
DELETE FROM client_44 WHERE id = 13;
DELETE FROM client_49;
UPDATE client SET region = 44 WHERE id = 14;
DELETE FROM client WHERE id IN (14, 16);
SELECT relation, rows, (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_array_elements(keys::jsonb) key) AS keys FROM told
WHERE relation LIKE '%.client%';
-- Detached, it is a table of its own, which nobody has registered.
ALTER TABLE client DETACH PARTITION client_44;
DELETE FROM client_44;
SELECT count(*) FROM told WHERE relation LIKE '%.client%';
SELECT tgname FROM pg_trigger WHERE tgrelid = 'client_44'::regclass;
DELETE FROM client;
SELECT keys FROM told WHERE relation LIKE '%.client%' OFFSET 5;

-- Heirs: each is a table of its own, and has the entry of its parent.
CREATE TABLE human (id int PRIMARY KEY, name text);
SELECT gdpr_register('human', '{"name": "null"}');
CREATE TABLE artist (PRIMARY KEY (id)) INHERITS (human);
INSERT INTO human VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO artist VALUES (3, 'Cleo'), (4, 'Dora');
DELETE FROM artist WHERE id = 3;
DELETE FROM ONLY human WHERE id = 1;
DELETE FROM human;
SELECT relation, rows, keys FROM told WHERE relation IN ('plain_deletes.human', 'plain_deletes.artist') ORDER BY keys;
-- As in other events, and what was remembered of a row of an heir goes with it, too.
INSERT INTO artist VALUES (5, 'Emmy');
SELECT * FROM gdpr_anonymise('artist', 5);
SELECT relation FROM gdpr_log.event WHERE keys = '[5]' AND call = 'anonymise' AND relation ~ 'plain_deletes.(human|artist)';
SELECT gdpr_is_anonymised('artist', 5);
DELETE FROM human WHERE id = 5;
INSERT INTO artist VALUES (5, NULL);
SELECT gdpr_is_anonymised('artist', 5);

-- A cascade deletes rows of other tables: they are events of those.
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, note text);
CREATE TABLE order_line (id int PRIMARY KEY, order_id int REFERENCES orders ON DELETE CASCADE, note text);
CREATE TABLE wish (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE SET NULL, body text);
SELECT gdpr_register('orders', '{"note": "null"}');
SELECT gdpr_register('order_line', '{"note": "null"}');
SELECT gdpr_register('wish', '{"body": "null"}');
INSERT INTO person VALUES (21, 'Ada'), (22, 'Bea'), (23, 'Cleo'), (24, 'Dora');
INSERT INTO orders VALUES (211, 21, 'x'), (212, 21, 'x'), (221, 22, 'x'), (231, 23, 'x'), (241, 24, 'x');
INSERT INTO order_line VALUES (2111, 211, 'x'), (2211, 221, 'x'), (2311, 231, 'x');
INSERT INTO wish VALUES (1, 21, 'x');
DELETE FROM person WHERE id IN (21, 22);
SELECT subject, relation, rows, keys FROM told WHERE subject IN ('plain_deletes.orders', 'plain_deletes.order_line') OR keys = '[21, 22]'
ORDER BY relation;

-- What gdpr_erase and gdpr_delete delete they log themselves, once. What a trigger of yours deletes meanwhile is logged by the trigger.
CREATE TABLE basket (id int PRIMARY KEY, owner_no int, body text);
SELECT gdpr_register('basket', '{"body": "null"}');
INSERT INTO basket VALUES (1, 23, 'tea'), (2, 24, 'cup');
CREATE FUNCTION empty_basket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM plain_deletes.basket WHERE owner_no = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER empty_basket BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION empty_basket();
SELECT * FROM gdpr_erase('person', 23);
SELECT * FROM gdpr_delete('person', 24);
SELECT call, subject, relation, keys FROM told
WHERE keys IN ('[23]', '[24]', '[231]', '[241]', '[2311]') OR relation = 'plain_deletes.basket' ORDER BY call, subject, relation;
-- After the action a DELETE is plain again.
INSERT INTO person VALUES (25, 'Emmy');
SELECT * FROM gdpr_erase('person', 25);
INSERT INTO person VALUES (25, 'Emmy again');
DELETE FROM person WHERE id = 25;
SELECT call, keys FROM told WHERE keys = '[25]';

-- What was remembered of an anonymised row goes with it: another row of the same number is not taken for done.
INSERT INTO person VALUES (31, 'Ada');
SELECT * FROM gdpr_anonymise('person', 31);
SELECT gdpr_is_anonymised('person', 31);
DELETE FROM person WHERE id = 31;
SELECT count(*) FROM gdpr_log.anonymised WHERE relation = 'person'::regclass;
INSERT INTO person VALUES (31, NULL);
SELECT gdpr_is_anonymised('person', 31);

-- Who deletes needs no right on the log; and cannot write into it either.
CREATE ROLE regress_plain_deletes;
GRANT USAGE ON SCHEMA plain_deletes TO regress_plain_deletes;
GRANT DELETE ON line TO regress_plain_deletes;
INSERT INTO line VALUES (9, 9, 'tea');
SET ROLE regress_plain_deletes;
DELETE FROM line;
INSERT INTO gdpr_log.event DEFAULT VALUES;
\echo :SQLSTATE
RESET ROLE;
SELECT relation, keys, "current_user" FROM gdpr_log.event WHERE relation = 'plain_deletes.line' ORDER BY id DESC LIMIT 1;
-- The functions of the triggers are of no use to others.
CREATE TABLE mine (id int);
CREATE TRIGGER forged AFTER DELETE ON mine REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log_deleted();
INSERT INTO mine VALUES (1);
DELETE FROM mine;
SELECT count(*) FROM told WHERE relation = 'plain_deletes.mine';

-- Under session_replication_role = replica triggers do not fire, those of foreign keys included, unless they are ENABLE ALWAYS.
INSERT INTO line VALUES (10, 1, 'tea'), (10, 2, 'cup');
SET session_replication_role = replica;
DELETE FROM line WHERE pos = 1;
RESET session_replication_role;
ALTER TABLE line ENABLE ALWAYS TRIGGER gdpr_log_delete;
SET session_replication_role = replica;
DELETE FROM line WHERE pos = 2;
RESET session_replication_role;
SELECT keys FROM told WHERE relation = 'plain_deletes.line' OFFSET 2;

SET client_min_messages = warning;
DROP SCHEMA plain_deletes CASCADE;
DROP ROLE regress_plain_deletes;
