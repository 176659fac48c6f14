-- gdpr_erase: forget a person (Art. 17 GDPR), each table by its `on_erase`. S52 and S53.
--
-- `delete`, which is what happens where nothing is said; `anonymise`, by the rules of the table; `keep`, on a ground that the law gives
-- (Art. 17(3)). A row that would be deleted, and that a row which stays refers to, stays too: it is anonymised, and the report says what
-- refers to it.
CREATE SCHEMA erase;
SET search_path = erase, public;
\set SHOW_CONTEXT never
CREATE TABLE article (id int PRIMARY KEY, name text);
CREATE TABLE customer (id int PRIMARY KEY, name text, email text);
CREATE TABLE session (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, ip inet);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, note text, total numeric);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, engraving text, PRIMARY KEY (order_id, pos));
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int REFERENCES customer ON DELETE CASCADE, addressee text);
CREATE TABLE wish (customer_id int REFERENCES customer, article_id int REFERENCES article, PRIMARY KEY (customer_id, article_id));
CREATE TABLE device (id int PRIMARY KEY, customer_id int REFERENCES customer, serial text);
INSERT INTO article VALUES (71, 'cup'), (72, 'tea pot');
INSERT INTO customer VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org'), (3, 'Cleo', 'cleo@example.org'),
    (4, 'Dora', 'dora@example.org'), (5, 'Emmy', 'emmy@example.org'), (6, 'Fay', 'fay@example.org');
INSERT INTO session VALUES (11, 1, '192.0.2.1'), (12, 1, '192.0.2.2'), (13, 2, '192.0.2.3'), (14, 3, '192.0.2.4'),
    (15, 5, '192.0.2.5'), (16, 6, '192.0.2.6');
INSERT INTO orders VALUES (21, 1, 'ring twice', 12.50), (22, 1, NULL, 3), (23, 2, 'leave it at the door', 8), (24, 4, 'no hurry', 1);
INSERT INTO order_line VALUES (21, 1, 'Ada'), (21, 2, NULL), (23, 1, 'Bea');
INSERT INTO invoice VALUES (31, 1, 'Ada Lovelace'), (32, 2, 'Bea Bell');
INSERT INTO wish VALUES (1, 71), (3, 71), (3, 72);
INSERT INTO device VALUES (41, 1, 'SN-0001'), (42, 3, 'SN-0002');

SELECT gdpr_register('customer', '{"name": "null", "email": "null"}', subject => true);
SELECT gdpr_register('session', on_erase => 'delete');
SELECT gdpr_register('orders', '{"note": "null", "total": "keep"}', on_erase => 'anonymise');
-- Nothing said: deleted. Its rules are for when it has to stay.
SELECT gdpr_register('order_line', '{"engraving": "null"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('device', '{"serial": "hash"}', on_erase => 'anonymise');

-- Ada has an invoice, which is kept, and orders, which cannot be without a customer: her row stays, and tells nothing any more. The wishes
-- consist of keys: nobody has to register them, they go.
SELECT * FROM gdpr_preview('erase', 'customer', 1);
SELECT * FROM gdpr_erase('customer', 1);
TABLE customer ORDER BY id;
SELECT id, customer_id FROM session ORDER BY id;
TABLE orders ORDER BY id;
TABLE order_line ORDER BY order_id, pos;
-- ON DELETE CASCADE would have taken the invoice along, had the customer been deleted.
TABLE invoice ORDER BY id;
TABLE wish ORDER BY customer_id, article_id;
SELECT id, customer_id, serial ~ '^[0-9a-f]{64}$' AS is_hash FROM device ORDER BY id;
SELECT gdpr_is_anonymised('customer', 1);

-- The log has the same words, and the keys of all rows, those that are gone included.
SELECT call, relation, action, rows, keys, columns, ground FROM gdpr_log.event WHERE relation LIKE 'erase.%' ORDER BY relation, action;

-- Nothing holds Cleo's row: it is deleted. Her device may be without an owner: its key becomes NULL.
SELECT * FROM gdpr_erase('customer', 3);
SELECT id, customer_id, serial ~ '^[0-9a-f]{64}$' AS is_hash FROM device ORDER BY id;
SELECT relation, action, rows, keys, columns FROM gdpr_log.event WHERE relation = 'erase.device' AND keys = '[42]' ORDER BY action;

-- A second time: what is kept is said again, there is nothing else to do. Nobody has the ids 3, any more, and 99.
SELECT * FROM gdpr_erase('customer', 1);
SELECT * FROM gdpr_erase('customer', 3);
SELECT * FROM gdpr_erase('customer', 99);
SELECT * FROM gdpr_erase('customer', '{}'::int[]);

-- Many people in one call. What keeps the rows may be another table for each of them.
SELECT * FROM gdpr_erase('customer', ARRAY[2, 4, 99]);

-- S53. The report is a table, so that SQL adds it up: over the log, however many calls there were.
SELECT relation, action, sum(rows) AS rows, count(DISTINCT request) AS calls FROM gdpr_log.event
WHERE call = 'erase' AND relation LIKE 'erase.%' GROUP BY ROLLUP (relation, action) ORDER BY relation, action;
-- And over the calls themselves.
SELECT relation, action, sum(rows) AS rows, count(*) AS people FROM (VALUES (5), (6)) asked(id), gdpr_erase('customer', asked.id)
GROUP BY ROLLUP (relation, action) ORDER BY relation, action;

-- What stays holds what it refers to, and that in turn. A receipt is kept, its contract therefore stays, and so does the customer.
CREATE TABLE contract (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, terms text);
CREATE TABLE receipt (id int PRIMARY KEY, contract_id int REFERENCES contract, amount numeric);
INSERT INTO customer VALUES (7, 'Gerda', 'gerda@example.org'), (8, 'Hedy', 'hedy@example.org');
INSERT INTO contract VALUES (51, 7, 'Gerda pays'), (52, 7, 'Gerda pays later'), (53, 8, 'Hedy pays');
INSERT INTO receipt VALUES (61, 51, 10), (62, 53, 10);
SELECT gdpr_register('receipt', on_erase => 'keep', ground => 'bookkeeping');
-- A table whose rows nobody thought would stay has no rules by which they could.
SELECT gdpr_register('contract');
SELECT * FROM gdpr_preview('erase', 'customer', 7);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('customer', 7);
\echo :SQLSTATE
SELECT count(*) FROM contract;
SELECT gdpr_register('contract', '{"terms": "null"}');
SELECT * FROM gdpr_erase('customer', 7);
TABLE contract ORDER BY id;

-- It ends where a key may be NULL: the contract stays, without its customer.
ALTER TABLE contract ALTER customer_id DROP NOT NULL;
SELECT * FROM gdpr_erase('customer', 8);
TABLE contract ORDER BY id;
TABLE receipt ORDER BY id;

-- The ground gone, the rest goes: rows that were anonymised because of it included.
DELETE FROM receipt;
SELECT * FROM gdpr_erase('customer', 7);

SET client_min_messages = warning;
DROP SCHEMA erase CASCADE;
