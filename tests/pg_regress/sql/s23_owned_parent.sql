-- S23. A parent that belongs to the person.
--
-- customer.address_id refers to an address: the address is referenced, and yet it is the customer's. A declared link leads up to
-- it. It is shared while another customer uses it.
CREATE SCHEMA s23;
SET search_path = s23, public;

CREATE TABLE address (id int PRIMARY KEY, street text);
CREATE TABLE customer (id int PRIMARY KEY, name text, address_id int REFERENCES address, work_address_id int REFERENCES address);
CREATE TABLE doorbell (id int PRIMARY KEY, address_id int REFERENCES address);
INSERT INTO address VALUES (11, 'Elm St'), (12, 'Oak St'), (13, 'Fir St');
INSERT INTO customer VALUES (1, 'Ada', 11, 12), (2, 'Bea', 13, 12), (3, 'Cleo', NULL, NULL);
INSERT INTO doorbell VALUES (21, 11), (22, 12);

SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;

SELECT gdpr_link('customer', '{address_id}', 'address', '{id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;

-- Bea's work address is Ada's too.
SELECT gdpr_link('customer', '{work_address_id}', 'address', '{id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 2) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('customer', 2) ORDER BY relation::text;
SELECT depth, relation, key, via, shared FROM gdpr_collect('customer', 3) ORDER BY depth, relation::text, key;

-- The foreign keys do not lead back down: no customer comes through an address.
SELECT depth, link, kind, reviewed FROM gdpr_graph('customer') ORDER BY depth NULLS LAST, link;

-- Nor does one for a start at the address itself, which has only its doorbells.
SELECT depth, relation, key, via, shared FROM gdpr_collect('address', 12) ORDER BY depth, relation::text, key;

-- Erased with the customer, unless another customer uses it. Ada's home is hers, her work address is Bea's too.
SELECT gdpr_register('customer', '{"name": "null"}', subject => true);
SELECT gdpr_register('address', '{"street": "null"}');
SELECT * FROM gdpr_preview('erase', 'customer', 1);
SELECT * FROM gdpr_erase('customer', 1);
TABLE customer ORDER BY id;
TABLE address ORDER BY id;
TABLE doorbell ORDER BY id;
-- Now it is Bea's alone.
SELECT * FROM gdpr_erase('customer', 2);
SELECT * FROM gdpr_erase('customer', 3);
SELECT (SELECT count(*) FROM customer) AS customers, (SELECT count(*) FROM address) AS addresses,
       (SELECT count(*) FROM doorbell) AS doorbells;

-- The same address twice is one address.
INSERT INTO address VALUES (14, 'Ash St');
INSERT INTO customer VALUES (4, 'Dora', 14, 14);
SELECT * FROM gdpr_erase('customer', 4);

-- A customer whose row has to stay lets go of the address: it is deleted all the same. Where the key may not be NULL, it stays.
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int REFERENCES customer, total numeric);
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
INSERT INTO address VALUES (15, 'Yew St'), (16, 'Box St');
INSERT INTO customer VALUES (5, 'Emmy', 15, NULL), (6, 'Fay', 16, 16);
INSERT INTO invoice VALUES (31, 5, 10), (32, 6, 10);
SELECT * FROM gdpr_erase('customer', 5);
DELETE FROM invoice WHERE id = 31;
DELETE FROM customer WHERE id = 5;
ALTER TABLE customer ALTER address_id SET NOT NULL;
SELECT * FROM gdpr_erase('customer', 6);
TABLE customer;
TABLE address;

SET client_min_messages = warning;
DROP SCHEMA s23 CASCADE;
