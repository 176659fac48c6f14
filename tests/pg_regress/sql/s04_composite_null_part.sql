-- S04. A composite foreign key of which one part is NULL refers to nobody.
--
-- With MATCH SIMPLE, the default, PostgreSQL does not check such a key at all: (1, NULL) is no reference to any person of
-- tenant 1. The row is nobody's, is not taken, and gives its other columns no meaning.
CREATE SCHEMA s04;
SET search_path = s04, public;

CREATE TABLE person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE invoice (
    no int PRIMARY KEY,
    tenant int,
    person_id int,
    FOREIGN KEY (tenant, person_id) REFERENCES person (tenant, id)
);
CREATE TABLE invoice_line (invoice_no int REFERENCES invoice, line int, PRIMARY KEY (invoice_no, line));
INSERT INTO person VALUES (1, 1, 'Ada'), (1, 2, 'Bea');
INSERT INTO invoice VALUES (11, 1, 1), (12, 1, NULL), (13, NULL, 1), (14, NULL, NULL), (15, 9, NULL);
INSERT INTO invoice_line VALUES (11, 1), (12, 1), (13, 1), (14, 1);

SELECT depth, relation, key, via, shared FROM gdpr_collect('person', '{"tenant": 1, "id": 1}')
ORDER BY depth, relation::text, key;

-- A half NULL key is no second owner either: the delivery of invoice 11 that names (1, NULL) as its recipient is Ada's alone.
CREATE TABLE delivery (
    no int PRIMARY KEY,
    invoice_no int REFERENCES invoice,
    tenant int,
    recipient int,
    FOREIGN KEY (tenant, recipient) REFERENCES person (tenant, id)
);
INSERT INTO delivery VALUES (21, 11, 1, NULL), (22, 11, 1, 2), (23, NULL, 1, NULL);
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', '{"tenant": 1, "id": 1}')
ORDER BY depth, relation::text, key;

-- The rows are still there.
SELECT count(*) FROM invoice;

SET client_min_messages = warning;
DROP SCHEMA s04 CASCADE;
