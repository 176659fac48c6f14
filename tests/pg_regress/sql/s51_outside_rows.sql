-- S51. Rows outside the person that refer to rows inside.
--
-- A colleague whose boss is forgotten stays, without a boss: the key becomes NULL, and the report says of how many rows. A key that may not
-- be NULL cannot be let go: then the call is refused, and says which foreign key of which table stands in the way.
CREATE SCHEMA s51;
SET search_path = s51, public;
\set SHOW_CONTEXT never
CREATE TABLE employee (id int PRIMARY KEY, name text, boss_id int REFERENCES employee);
INSERT INTO employee VALUES (1, 'Ada', NULL), (2, 'Bea', 1), (3, 'Cleo', 1), (4, 'Dora', 2), (5, 'Emmy', 3), (6, 'Fay', 6), (7, 'Gerda', 6);
SELECT gdpr_register('employee', '{"name": "null"}', subject => true);

SELECT * FROM gdpr_preview('erase', 'employee', 1);
SELECT * FROM gdpr_erase('employee', 1);
TABLE employee ORDER BY id;
SELECT relation, action, rows, keys, columns FROM gdpr_log.event WHERE relation LIKE 's51.%' ORDER BY action;
-- Her own boss. And who goes in the same call is not detached before.
SELECT * FROM gdpr_erase('employee', ARRAY[6, 7]);

-- What the foreign keys would do by themselves makes no difference: a row that is not the person's is neither deleted by a CASCADE nor
-- changed behind the report's back. These belong to the company.
CREATE TABLE locker (id int PRIMARY KEY, employee_id int REFERENCES employee ON DELETE CASCADE, place text);
CREATE TABLE parking (id int PRIMARY KEY, employee_id int REFERENCES employee ON DELETE SET NULL, place text);
CREATE TABLE phone (id int PRIMARY KEY, employee_id int DEFAULT 3 REFERENCES employee ON DELETE SET DEFAULT, number text);
INSERT INTO locker VALUES (11, 2, 'left'), (12, 3, 'right');
INSERT INTO parking VALUES (21, 2, 'north'), (22, 3, 'south');
INSERT INTO phone VALUES (31, 2, '101'), (32, 2, '102');
SELECT gdpr_link('employee', '{id}', 'locker', '{employee_id}', kind => 'ignore');
SELECT gdpr_link('employee', '{id}', 'parking', '{employee_id}', kind => 'context');
SELECT gdpr_link('employee', '{id}', 'phone', '{employee_id}', kind => 'ignore');
SELECT * FROM gdpr_preview('erase', 'employee', 2);
SELECT * FROM gdpr_erase('employee', 2);
TABLE locker ORDER BY id;
TABLE parking ORDER BY id;
TABLE phone ORDER BY id;
SELECT relation, action, keys, key_columns, columns FROM gdpr_log.event WHERE relation IN ('s51.locker', 's51.parking', 's51.phone')
ORDER BY relation;

-- A composite key, of which one part is the company's and may not be NULL: the other part is enough.
CREATE TABLE worker (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE seat (id int PRIMARY KEY, tenant int NOT NULL, worker int, FOREIGN KEY (tenant, worker) REFERENCES worker);
INSERT INTO worker VALUES (1, 1, 'Ada'), (1, 2, 'Bea');
INSERT INTO seat VALUES (1, 1, 1), (2, 1, 2);
SELECT gdpr_register('worker', '{"name": "null"}', subject => true);
SELECT gdpr_link('worker', '{tenant,id}', 'seat', '{tenant,worker}', kind => 'ignore');
SELECT * FROM gdpr_erase('worker', '{"tenant": 1, "id": 1}');
TABLE seat ORDER BY id;

-- A key that references one partition: Ada and Bea have the same number in two of them, and the parcel is Ada's.
CREATE TABLE client (id int, region text, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE client_eu PARTITION OF client (UNIQUE (id)) FOR VALUES IN ('eu');
CREATE TABLE client_us PARTITION OF client (UNIQUE (id)) FOR VALUES IN ('us');
CREATE TABLE parcel (id int PRIMARY KEY, client_id int REFERENCES client_eu (id));
INSERT INTO client VALUES (1, 'eu', 'Ada'), (1, 'us', 'Bea');
INSERT INTO parcel VALUES (1, 1);
SELECT gdpr_register('client', '{"name": "null"}', subject => true);
SELECT gdpr_link('client_eu', '{id}', 'parcel', '{client_id}', kind => 'ignore');
SELECT * FROM gdpr_erase('client', '{"id": 1, "region": "us"}');
SELECT * FROM gdpr_erase('client', '{"id": 1, "region": "eu"}');

-- Equal is what the foreign key's own operator says: character(5) is padded, and the text that references it is not.
CREATE TABLE product_owner (id int PRIMARY KEY, code character(5) UNIQUE, name text);
CREATE TABLE product (id int PRIMARY KEY, owner_code text REFERENCES product_owner (code));
INSERT INTO product_owner VALUES (1, 'ab', 'Ada'), (2, 'cd', 'Bea');
INSERT INTO product VALUES (1, 'ab'), (2, 'cd');
SELECT gdpr_register('product_owner', '{"name": "null"}', subject => true);
SELECT gdpr_link('product_owner', '{code}', 'product', '{owner_code}', kind => 'ignore');
SELECT * FROM gdpr_erase('product_owner', 1);
SELECT gdpr_link('product_owner', '{code}', 'product', '{owner_code}', kind => 'owner');
SELECT gdpr_register('product');
SELECT * FROM gdpr_erase('product_owner', 2);
SELECT id, owner_code IS NULL AS detached FROM product;

-- Keys that may not be NULL. That one of them cascades is no reason to delete what is not the person's.
CREATE TABLE badge (id int PRIMARY KEY, employee_id int NOT NULL REFERENCES employee, number text);
CREATE TABLE key_card (id int PRIMARY KEY, employee_id int NOT NULL CONSTRAINT who_has_it REFERENCES employee ON DELETE CASCADE);
INSERT INTO badge VALUES (41, 3, 'B-1'), (42, 3, 'B-2'), (43, 4, 'B-3');
INSERT INTO key_card VALUES (51, 3);
SELECT gdpr_link('employee', '{id}', 'badge', '{employee_id}', kind => 'ignore');
SELECT gdpr_link('employee', '{id}', 'key_card', '{employee_id}', kind => 'ignore');
SELECT * FROM gdpr_erase('employee', 4);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('employee', 3);
\echo :SQLSTATE
SELECT * FROM gdpr_delete('employee', 3);
\echo :SQLSTATE
-- The preview refuses for the same reason.
SELECT * FROM gdpr_preview('erase', 'employee', 3);
\echo :SQLSTATE
-- Nothing has changed, the nullable keys neither.
SELECT * FROM employee WHERE id IN (3, 4, 5) ORDER BY id;
SELECT (SELECT count(employee_id) FROM locker) AS lockers, (SELECT count(employee_id) FROM parking) AS parkings,
       (SELECT count(*) FROM badge) AS badges, (SELECT count(*) FROM key_card) AS key_cards;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's51.%' AND keys @> '[3]' AND action <> 'detached';

-- A key cannot be let go either when its type allows no NULL, when it is generated, or when MATCH FULL wants all of its columns or none.
CREATE DOMAIN known AS int NOT NULL;
CREATE TABLE seat_of (id int PRIMARY KEY, worker_id known REFERENCES employee);
CREATE TABLE desk_of (id int PRIMARY KEY, number int, worker_id int GENERATED ALWAYS AS (number / 100) STORED REFERENCES employee);
CREATE TABLE chair_of (id int PRIMARY KEY, tenant int NOT NULL, worker int, FOREIGN KEY (tenant, worker) REFERENCES worker MATCH FULL);
INSERT INTO employee VALUES (8, 'Hedy', NULL), (9, 'Ida', NULL);
INSERT INTO seat_of VALUES (1, 8);
INSERT INTO desk_of (id, number) VALUES (1, 901);
INSERT INTO chair_of VALUES (1, 1, 2);
SELECT gdpr_link('employee', '{id}', 'seat_of', '{worker_id}', kind => 'ignore');
SELECT gdpr_link('employee', '{id}', 'desk_of', '{worker_id}', kind => 'ignore');
SELECT gdpr_link('worker', '{tenant,id}', 'chair_of', '{tenant,worker}', kind => 'ignore');
SELECT * FROM gdpr_preview('erase', 'employee', 8);
SELECT * FROM gdpr_erase('employee', 8);
SELECT * FROM gdpr_erase('employee', 9);
SELECT * FROM gdpr_erase('worker', '{"tenant": 1, "id": 2}');

-- What the hint says settles it: the badges are hers. The key cards are changed by hand.
SELECT gdpr_link('employee', '{id}', 'badge', '{employee_id}', kind => 'owner');
SELECT gdpr_register('badge');
UPDATE key_card SET employee_id = 5;
SELECT * FROM gdpr_erase('employee', 3);
TABLE badge;

-- Rows that are kept are not touched, whosever they are, not even to let go of a key: what they refer to stays.
CREATE TABLE ledger (id int PRIMARY KEY, employee_id int REFERENCES employee ON DELETE SET NULL, account text);
CREATE TABLE payslip (id int PRIMARY KEY, employee_id int NOT NULL REFERENCES employee ON DELETE CASCADE, account text);
INSERT INTO ledger VALUES (61, 4, 'NL00-1');
INSERT INTO payslip VALUES (71, 4, 'NL00-1');
SELECT gdpr_register('ledger', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('payslip', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_link('employee', '{id}', 'ledger', '{employee_id}', kind => 'ignore');
SELECT gdpr_link('employee', '{id}', 'payslip', '{employee_id}', kind => 'ignore');
SELECT * FROM gdpr_erase('employee', 4);
TABLE ledger;
TABLE payslip;

SET client_min_messages = warning;
DROP SCHEMA s51 CASCADE;
