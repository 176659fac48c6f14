-- S19b, third part. A foreign key that points at nothing.
--
-- A key that was added NOT VALID, or loaded with triggers off, may name a row that does not exist. The row still says that it belongs to
-- somebody: it is not simply this person's.
CREATE SCHEMA s19d;
SET search_path = s19d, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE staff (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, staff_id int);
CREATE TABLE line (id int PRIMARY KEY, order_id int REFERENCES orders);
INSERT INTO person VALUES (1);
INSERT INTO orders VALUES (11, 1, 77), (12, 1, NULL);
INSERT INTO line VALUES (111, 11), (121, 12);
ALTER TABLE orders ADD FOREIGN KEY (staff_id) REFERENCES staff NOT VALID;
SELECT gdpr_register('staff', subject => true);

SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;
\echo :SQLSTATE


-- Declared, the order is walked. It is shared while staff own it too, and the person's own once they have access only.
SELECT gdpr_link('staff', '{id}', 'orders', '{staff_id}');
SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT gdpr_link('staff', '{id}', 'orders', '{staff_id}', kind => 'accessor');
SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s19d CASCADE;
