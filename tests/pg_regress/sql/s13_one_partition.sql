-- S13, second part. Links that name one partition, or one partition after the other.
--
-- A foreign key may refer to a single partition, and only that partition's rows take part in it. A foreign key may also have
-- been made on one partition alone.
CREATE SCHEMA s13o;
SET search_path = s13o, public;

CREATE TABLE customer (id int, region text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE customer_eu PARTITION OF customer FOR VALUES IN ('eu');
CREATE TABLE customer_us PARTITION OF customer FOR VALUES IN ('us');
ALTER TABLE customer_eu ADD UNIQUE (id);
INSERT INTO customer VALUES (1, 'eu'), (2, 'eu'), (1, 'us');

-- A consent is asked for in the EU only: a foreign key that refers to that partition.
CREATE TABLE consent (no int PRIMARY KEY, customer_id int REFERENCES customer_eu (id));
INSERT INTO consent VALUES (11, 1), (12, 2);
SELECT depth, relation, key, shared FROM gdpr_collect('customer', '{"region": "eu", "id": 1}') ORDER BY depth, relation::text, key;
SELECT depth, relation, key, shared FROM gdpr_collect('customer', '{"region": "us", "id": 1}') ORDER BY depth, relation::text, key;

-- A log whose newest partition alone has the foreign key, and a link declared for the oldest one alone.
CREATE TABLE visit (no int, year int, region text, customer_id int) PARTITION BY LIST (year);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES IN (2023);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES IN (2024);
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES IN (2025);
ALTER TABLE visit_2025 ADD FOREIGN KEY (region, customer_id) REFERENCES customer;
INSERT INTO visit VALUES (23, 2023, 'us', 1), (24, 2024, 'us', 1), (25, 2025, 'us', 1);
SELECT relation, key, shared, data FROM gdpr_collect('customer', '{"region": "us", "id": 1}') ORDER BY depth, data ->> 'year';
SELECT gdpr_link('customer', '{region,id}', 'visit_2023', '{region,customer_id}');
SELECT relation, key, shared, data FROM gdpr_collect('customer', '{"region": "us", "id": 1}') ORDER BY depth, data ->> 'year';

-- A link declared for the whole takes in every partition, and each row still comes once.
SELECT gdpr_link('customer', '{region,id}', 'visit', '{region,customer_id}');
SELECT relation, key, shared, data FROM gdpr_collect('customer', '{"region": "us", "id": 1}') ORDER BY depth, data ->> 'year';

-- A partition that is detached is a table of its own.
SELECT gdpr_unlink('customer', '{region,id}', 'visit_2023', '{region,customer_id}');
ALTER TABLE visit DETACH PARTITION visit_2024;
SELECT relation, key, shared, data FROM gdpr_collect('customer', '{"region": "us", "id": 1}') ORDER BY depth, data ->> 'year';

SET client_min_messages = warning;
DROP SCHEMA s13o CASCADE;
