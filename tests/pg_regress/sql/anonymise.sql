-- gdpr_anonymise: the rules of every table, applied to every row of one person.
--
-- It answers with a row for each table and action, in the order of the walk, and in the words of the regulation's recital 26: what can
-- still be recognised by whoever has the secret is pseudonymised, the rest is anonymised, and what stays is kept, with its ground.
CREATE SCHEMA anonymise;
SET search_path = anonymise, public;
SET DateStyle = 'ISO';
\set SHOW_CONTEXT never
CREATE TABLE country (code char(2) PRIMARY KEY, name text);
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, born date, country char(2) REFERENCES country);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, note text, total numeric(10, 2));
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, article text, engraving text, PRIMARY KEY (order_id, pos));
CREATE TABLE invoice (id int PRIMARY KEY, order_id int REFERENCES orders, addressee text);
CREATE TABLE device (id int PRIMARY KEY, customer_id int REFERENCES customer, serial text);
INSERT INTO country VALUES ('NL', 'Netherlands');
INSERT INTO customer VALUES (1, 'Ada Lovelace', 'ada@example.org', '1815-12-10', 'NL'),
    (2, 'Bea Bell', 'bea@example.org', '1999-09-09', 'NL');
INSERT INTO orders VALUES (11, 1, 'ring twice', 12.50), (12, 1, NULL, 3), (13, 2, 'leave it at the door', 8);
INSERT INTO order_line VALUES (11, 1, 'cup', 'Ada'), (11, 2, 'tea', NULL), (13, 1, 'cup', 'Bea');
INSERT INTO invoice VALUES (21, 11, 'Ada Lovelace'), (22, 13, 'Bea Bell');
INSERT INTO device VALUES (31, 1, 'SN-0001'), (32, 2, 'SN-0002');

SELECT gdpr_register('customer', '{"name": {"strategy": "value", "value": "(gone)"}, "email": "email", "born": "generalise"}',
       subject => true);
SELECT gdpr_register('orders', '{"note": "null", "total": {"strategy": "keep", "reason": "bookkeeping"}}');
SELECT gdpr_register('order_line', '{"engraving": "blank"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('device', '{"serial": "hash"}');

-- What it would do, and what it does.
SELECT * FROM gdpr_preview('anonymise', 'customer', 1);
SELECT gdpr_is_anonymised('customer', 1);
SELECT * FROM gdpr_anonymise('customer', 1);
SELECT gdpr_is_anonymised('customer', 1), gdpr_is_anonymised('customer', 2) AS somebody_else;

-- Every row of hers, and no other. An address at example.invalid reaches nobody, ever (RFC 2606).
SELECT id, name, regexp_replace(email, '^anon-[0-9a-z]+@', 'anon-<random>@') AS email, born, country FROM customer ORDER BY id;
SELECT * FROM orders ORDER BY id;
SELECT * FROM order_line ORDER BY order_id, pos;
SELECT * FROM invoice ORDER BY id;
SELECT id, serial ~ '^[0-9a-f]{64}$' AS is_hash, CASE id WHEN 32 THEN serial END AS serial FROM device ORDER BY id;

-- A second time there is nothing left to do.
SELECT * FROM gdpr_anonymise('customer', 1);

-- What is kept stays what it is; the report of another person says so again.
SELECT * FROM gdpr_anonymise('customer', 2);

SET client_min_messages = warning;
DROP SCHEMA anonymise CASCADE;
