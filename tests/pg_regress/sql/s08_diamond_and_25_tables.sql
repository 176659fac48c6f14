-- S08. A diamond, and 25 tables that each refer to all others.
--
-- The number of ways to a row grows without end, the number of rows does not. Each row comes once, whatever the ways.
CREATE SCHEMA s08;
SET search_path = s08, public;
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');

-- The diamond: a payment has an order and an account, both have a person.
CREATE TABLE account (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE payment (id int PRIMARY KEY, account_id int REFERENCES account, order_id int REFERENCES orders);
CREATE TABLE refund (id int PRIMARY KEY, payment_id int REFERENCES payment);
INSERT INTO account VALUES (11, 1), (21, 2);
INSERT INTO orders VALUES (12, 1), (22, 2);
INSERT INTO payment VALUES (13, 11, 12), (14, 11, NULL), (15, NULL, 12), (16, 11, 22), (23, 21, 22);
INSERT INTO refund VALUES (17, 13), (18, 16);
-- Payment 16, from Ada's account for Bea's order, belongs to both: shared, and its refund is not walked.
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
DROP TABLE account, orders, payment, refund;

-- 25 tables, 600 foreign keys between them. Only the first refers to the person.
DO $$
BEGIN
    FOR i IN 1..25 LOOP
        EXECUTE format('CREATE TABLE t%1$s (id int PRIMARY KEY, person_id int)', i);
        EXECUTE format('INSERT INTO t%1$s VALUES (1), (2)', i);
    END LOOP;
    FOR i IN 1..25 LOOP
        FOR j IN 1..25 LOOP
            CONTINUE WHEN i = j;
            EXECUTE format('ALTER TABLE t%1$s ADD ref_%2$s int REFERENCES t%2$s', i, j);
            EXECUTE format('UPDATE t%1$s SET ref_%2$s = id', i, j);
        END LOOP;
    END LOOP;
END $$;
ALTER TABLE t1 ADD FOREIGN KEY (person_id) REFERENCES person;
UPDATE t1 SET person_id = id;

-- Row 1 of each table is Ada's, row 2 is Bea's.
SELECT depth, count(*), count(DISTINCT (relation, key)) AS once, min(key ->> 'id') AS lowest, max(key ->> 'id') AS highest,
       bool_or(shared) AS any_shared
FROM gdpr_collect('person', 1) GROUP BY depth ORDER BY depth;
SELECT relation, via FROM gdpr_collect('person', 1) WHERE relation IN ('t1'::regclass, 't2'::regclass) ORDER BY relation::text;
SELECT count(*) AS links, count(*) FILTER (WHERE kind = 'owner') AS owners FROM gdpr_graph('person');

-- One of Bea's rows refers to a row of Ada's: it has an owner outside, is shared, and ends the walk. Everything else of Bea's is
-- reached through it only.
UPDATE t1 SET ref_2 = 1 WHERE id = 2;
SELECT depth, relation, key, shared FROM gdpr_collect('person', 2) ORDER BY depth, relation::text;

SET client_min_messages = warning;
DROP SCHEMA s08 CASCADE;
