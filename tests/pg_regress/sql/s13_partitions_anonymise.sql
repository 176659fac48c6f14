-- S13, the acting part. Partitioned tables and inheritance.
--
-- A partitioned table is one table with one entry and one row in the result, whichever partition its rows are in; when a rule changes
-- the column that it is partitioned by, the row moves. A child of old-style inheritance is a table of its own, and takes its parent's
-- rules while it has no entry.
CREATE SCHEMA s13b;
SET search_path = s13b, public;
\set SHOW_CONTEXT never
CREATE TABLE customer (id int, region text, name text, email text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE customer_eu PARTITION OF customer FOR VALUES IN ('eu');
-- A partition that was a table before: its columns stand in another order, with a hole.
CREATE TABLE customer_us (junk text, email text, name text, region text NOT NULL, id int NOT NULL);
ALTER TABLE customer_us DROP COLUMN junk;
ALTER TABLE customer ATTACH PARTITION customer_us FOR VALUES IN ('us');
CREATE TABLE orders (
    id int, placed date, region text, customer_id int, note text,
    PRIMARY KEY (placed, id), FOREIGN KEY (region, customer_id) REFERENCES customer (region, id)
) PARTITION BY RANGE (placed);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE orders_later PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO (MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE orders_later_0 PARTITION OF orders_later FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE orders_later_1 PARTITION OF orders_later FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO customer (id, region, name, email) VALUES (1, 'eu', 'Ada', 'ada@example.org'), (1, 'us', 'Bea', 'bea@example.org'),
    (2, 'us', 'Cleo', 'cleo@example.org');
INSERT INTO orders VALUES
    (11, '2024-03-01', 'eu', 1, 'Ada'), (12, '2025-03-01', 'eu', 1, 'Ada'), (13, '2026-03-01', 'eu', 1, 'Ada'),
    (14, '2026-03-02', 'eu', 1, NULL),
    (15, '2024-03-01', 'us', 1, 'Bea'), (16, '2026-03-01', 'us', 2, 'Cleo'), (17, '2025-03-01', 'us', 2, 'Cleo');
SELECT gdpr_register('customer', '{"name": "null", "email": "email"}', subject => true);
SELECT gdpr_register('orders', '{"note": "null"}');

SELECT * FROM gdpr_preview('anonymise', 'customer', '{"region": "eu", "id": 1}');
SELECT * FROM gdpr_anonymise('customer', '{"region": "eu", "id": 1}');
SELECT tableoid::regclass AS partition, id, region, name, email LIKE 'anon-%' AS anonymised FROM customer ORDER BY region, id;
SELECT tableoid::regclass AS partition, id, note FROM orders ORDER BY id;

-- Asked about by a partition's name it is the same table; in the log, too, it is the root.
SELECT * FROM gdpr_anonymise('customer_us', '{"region": "us", "id": 1}');
SELECT gdpr_is_anonymised('customer', '{"region": "us", "id": 1}') AS root,
       gdpr_is_anonymised('customer_us', '{"region": "us", "id": 1}') AS partition;
SELECT * FROM gdpr_anonymise('customer', '{"region": "us", "id": 1}');
SELECT DISTINCT relation FROM gdpr_log.event WHERE relation LIKE 's13b.%' ORDER BY relation;

-- The row has moved by itself since: it is the same row still, and stays as it is.
ALTER TABLE orders DROP CONSTRAINT orders_region_customer_id_fkey;
UPDATE customer SET region = 'eu', id = 3 WHERE region = 'us' AND id = 1;
SELECT tableoid::regclass AS partition, id, region, name FROM customer WHERE id = 3;

-- A rule on the column that it is partitioned by moves the rows, if there is a partition for them.
CREATE TABLE visit (id int PRIMARY KEY, person text);
CREATE TABLE page (visit_id int REFERENCES visit, day date, url text) PARTITION BY RANGE (day);
CREATE TABLE page_january PARTITION OF page FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE page_june PARTITION OF page FOR VALUES FROM ('2024-06-01') TO ('2024-07-01');
INSERT INTO visit VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO page VALUES (1, '2024-06-07', '/tea'), (1, '2024-06-08', '/cup'), (1, '2024-01-05', '/'), (2, '2024-06-07', '/');
SELECT gdpr_register('visit', '{"person": "null"}', subject => true);
SELECT gdpr_register('page', '{"day": "generalise"}');
SELECT * FROM gdpr_anonymise('visit', 1);
SELECT tableoid::regclass AS partition, visit_id, day, url FROM page ORDER BY url, visit_id;
SELECT gdpr_register('page', '{"day": {"strategy": "value", "value": "1970-01-01"}}');
SELECT * FROM gdpr_anonymise('visit', 2);
\echo :SQLSTATE
SELECT person FROM visit WHERE id = 2;

-- Inheritance. loose_note takes note's rules; sealed_note has its own; a column that only the child has needs a rule of the child's.
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE loose_note (colour text) INHERITS (note);
CREATE TABLE sealed_note (seal text, PRIMARY KEY (id)) INHERITS (note);
CREATE TABLE twice_sealed_note (PRIMARY KEY (id)) INHERITS (sealed_note);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'plain'), (12, 2, 'plain');
INSERT INTO loose_note VALUES (11, 1, 'loose', 'blue'), (11, 1, 'loose', 'blue'), (12, 2, 'loose', 'red');
INSERT INTO sealed_note VALUES (11, 1, 'sealed', 'Ada''s'), (12, 2, 'sealed', 'Bea''s');
INSERT INTO twice_sealed_note VALUES (11, 1, 'twice', 'Ada''s');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
SELECT gdpr_register('sealed_note', '{"body": "blank", "seal": "null"}');
SELECT * FROM gdpr_anonymise('person', 1) ORDER BY relation::text;
SELECT * FROM ONLY note ORDER BY id;
SELECT * FROM loose_note ORDER BY id;
SELECT * FROM ONLY sealed_note ORDER BY id;
SELECT * FROM twice_sealed_note;
SELECT * FROM gdpr_anonymise('person', 1);

SET client_min_messages = warning;
DROP SCHEMA s13b CASCADE;
