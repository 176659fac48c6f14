-- S06. Several links from one table to another.
--
-- An order has a shipping and a billing address, and a customer of its own. Three links lead to it; they make one set of rows,
-- each once, with the shortest way to it (of equally short ones the first by name).
CREATE SCHEMA s06;
SET search_path = s06, public;

CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE address (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, street text);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int REFERENCES customer,
    shipping_address int REFERENCES address,
    billing_address int REFERENCES address
);
CREATE TABLE line (order_id int REFERENCES orders, pos int, PRIMARY KEY (order_id, pos));
INSERT INTO customer VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO address VALUES (11, 1, 'Elm St'), (12, 1, 'Oak St'), (21, 2, 'Fir St');
INSERT INTO orders VALUES
    (101, 1, 11, 12),       -- three ways to the same row
    (102, 1, 11, 11),       -- both keys name the same address
    (103, NULL, 11, 12),    -- ordered as a guest: only the addresses lead to it
    (104, 1, 21, 11);       -- a present: shipped to Bea
INSERT INTO line VALUES (101, 1), (102, 1), (103, 1), (104, 1);

-- Order 104 is Bea's too (her address is an owner of it), so it is shared, and its line is not walked.
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 2) ORDER BY depth, relation::text, key;

-- For both together everything is own.
SELECT relation, count(*), count(DISTINCT key), bool_or(shared) AS any_shared FROM gdpr_collect('customer', ARRAY[1, 2])
GROUP BY relation ORDER BY relation::text;

-- Both links are in the graph, with their names.
SELECT depth, link, kind FROM gdpr_graph('customer') ORDER BY depth, link;

-- One of them declared to be context leaves the other alone.
SELECT gdpr_link('address', '{id}', 'orders', '{shipping_address}', kind => 'context');
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) WHERE relation = 'orders'::regclass ORDER BY key;

SET client_min_messages = warning;
DROP SCHEMA s06 CASCADE;
