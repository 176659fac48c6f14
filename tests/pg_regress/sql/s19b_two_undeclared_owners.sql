-- S19b. Two ways to own a row that nobody has declared.
--
-- An order has a customer and a sales representative, and both are people. Whose is it? Guessing hands out other people's data
-- or forgets some of this person's. So collect shows the order as shared, everything that acts refuses and prints
-- the calls that settle it, and after one of them it works.
CREATE SCHEMA s19b;
SET search_path = s19b, public;
\set SHOW_CONTEXT never

CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE staff (id int PRIMARY KEY, name text);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customer,
    sales_rep_id int REFERENCES staff
);
CREATE TABLE line (order_id int REFERENCES orders, pos int, PRIMARY KEY (order_id, pos));
INSERT INTO customer VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO staff VALUES (7, 'Rex'), (8, 'Sue');
INSERT INTO orders VALUES (101, 1, 7), (102, 1, NULL), (103, 2, 7);
INSERT INTO line VALUES (101, 1), (101, 2), (102, 1), (103, 1);

-- On a database that nobody has prepared staff leads to no subject: a sales representative is context, like a country.
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;

-- Once staff are registered to be people too, order 101 has two owners. It is shown, and not walked on.
SELECT gdpr_register('customer', subject => true);
SELECT gdpr_register('staff', subject => true);
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('staff', 7) ORDER BY depth, relation::text, key;

-- Acting is refused: which link is not declared, for how many rows, and the call that says what it means.
SELECT * FROM gdpr_lock('customer', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_lock('staff', 7);
\echo :SQLSTATE

-- Where there is nothing to ask there is no question: Sue sold nothing.
SELECT relation, rows FROM gdpr_lock('staff', 8) ORDER BY relation::text;

-- A sales representative may see the order; it is not hers to take away. One call settles it for both.
SELECT gdpr_link('staff', '{id}', 'orders', '{sales_rep_id}', kind => 'accessor');
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('customer', 1) ORDER BY relation::text;

-- For the representative they are shared, and so is what hangs on them.
SELECT depth, relation, key, via, shared FROM gdpr_collect('staff', 7) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('staff', 7) ORDER BY relation::text;
SELECT link, kind, reviewed FROM gdpr_graph('staff') ORDER BY link;

-- Declared to be context, they are not taken at all.
SELECT gdpr_link('staff', '{id}', 'orders', '{sales_rep_id}', kind => 'context');
SELECT depth, relation, key, via, shared FROM gdpr_collect('staff', 7) ORDER BY depth, relation::text, key;

-- What merely hangs on a shared row is not asked about: with the declaration gone, the error is about the one link again, though
-- lines have no owner but the order.
SELECT gdpr_unlink('staff', '{id}', 'orders', '{sales_rep_id}');
SELECT * FROM gdpr_lock('customer', 1);

SET client_min_messages = warning;
DROP SCHEMA s19b CASCADE;
