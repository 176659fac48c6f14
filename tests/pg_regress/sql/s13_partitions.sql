-- S13. Partitioned tables on both sides of a link.
--
-- A partitioned table and its partitions are one table, whichever of them is named. PostgreSQL keeps a copy of a foreign key
-- for each partition (conparentid <> 0): counted one by one they would lead to each row several times.
CREATE SCHEMA s13;
SET search_path = s13, public;

-- By list; by range, and one range again by hash; by hash.
CREATE TABLE customer (id int, region text, name text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE customer_eu PARTITION OF customer FOR VALUES IN ('eu');
CREATE TABLE customer_rest PARTITION OF customer DEFAULT;
CREATE TABLE orders (
    id int, placed date, region text, customer_id int,
    PRIMARY KEY (placed, id),
    FOREIGN KEY (region, customer_id) REFERENCES customer (region, id)
) PARTITION BY RANGE (placed);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- A partition that was a table before: its columns stand in another order, with a hole.
CREATE TABLE orders_2025 (junk text, customer_id int, region text, placed date NOT NULL, id int NOT NULL);
ALTER TABLE orders_2025 DROP COLUMN junk;
ALTER TABLE orders ATTACH PARTITION orders_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE orders_later PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE orders_later_0 PARTITION OF orders_later FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE orders_later_1 PARTITION OF orders_later FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE line (
    order_id int, placed date, pos int,
    PRIMARY KEY (order_id, placed, pos),
    FOREIGN KEY (placed, order_id) REFERENCES orders (placed, id)
) PARTITION BY HASH (order_id);
CREATE TABLE line_0 PARTITION OF line FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE line_1 PARTITION OF line FOR VALUES WITH (MODULUS 2, REMAINDER 1);

INSERT INTO customer VALUES (1, 'eu', 'Ada'), (1, 'us', 'Bea'), (2, 'eu', 'Cleo');
INSERT INTO orders VALUES
    (11, '2024-05-01', 'eu', 1), (12, '2025-05-01', 'eu', 1), (13, '2026-05-01', 'eu', 1), (14, '2027-05-01', 'eu', 1),
    (15, '2025-05-01', 'us', 1), (16, '2025-05-01', 'eu', 2), (17, '2025-05-01', NULL, 1);
INSERT INTO line SELECT id, placed, pos FROM orders, generate_series(1, 2) pos;

SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', '{"region": "eu", "id": 1}') ORDER BY depth, relation::text, key;
-- The columns are those of the partitioned table, whatever their place in the partition.
SELECT data FROM gdpr_collect('customer', '{"region": "eu", "id": 1}') WHERE key = '{"placed": "2025-05-01", "id": 12}';

-- Each foreign key is one link.
SELECT depth, link, kind, indexed FROM gdpr_graph('customer') ORDER BY depth, link;

-- A partition given as the subject, a leaf or one in between: its row is reached by its key, and is the same person. A row of
-- another partition is not in it.
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer_eu', '{"region": "eu", "id": 2}') ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('orders_2025', '{"placed": "2025-05-01", "id": 15}')
ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('orders_later', '{"placed": "2027-05-01", "id": 14}')
ORDER BY depth, relation::text, key;
SELECT count(*) FROM gdpr_collect('orders_later', '{"placed": "2025-05-01", "id": 15}');

-- gdpr_lock can lock rows of partitioned tables.
SELECT relation, rows FROM gdpr_lock('customer', '{"region": "eu", "id": 1}') ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s13 CASCADE;
