-- S23, the reading part. A parent that belongs to the person.
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

SET client_min_messages = warning;
DROP SCHEMA s23 CASCADE;
