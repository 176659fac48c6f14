-- S05. A foreign key may refer to any UNIQUE columns, not only to the primary key.
--
-- The codes here are other people's ids: a tool that compares the child's key with the primary key, whatever the foreign key
-- says, finds a stranger's cards. The referenced columns are those of the foreign key (confkey).
CREATE SCHEMA s05;
SET search_path = s05, public;

CREATE TABLE person (id int PRIMARY KEY, name text, code int NOT NULL UNIQUE, badge int UNIQUE);
CREATE TABLE card (no int PRIMARY KEY, person_code int REFERENCES person (code));
CREATE TABLE entry (no int PRIMARY KEY, badge int REFERENCES person (badge));
INSERT INTO person VALUES (1, 'Ada', 2, 7), (2, 'Bea', 1, NULL), (3, 'Cleo', 7, NULL);
INSERT INTO card VALUES (11, 1), (12, 2), (13, 7);
INSERT INTO entry VALUES (21, 7), (22, NULL);

SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 2) ORDER BY depth, relation::text, key;

-- A badge that is NULL equals no entry's NULL, and Cleo's code 7 is not Ada's badge 7.
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 3) ORDER BY depth, relation::text, key;

-- The same one step down: the line refers to the invoice's public number.
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, number text NOT NULL UNIQUE);
CREATE TABLE line (invoice_number text REFERENCES invoice (number), pos int, PRIMARY KEY (invoice_number, pos));
INSERT INTO invoice VALUES (31, 1, 'A-1'), (32, 2, 'A-2');
INSERT INTO line VALUES ('A-1', 1), ('A-1', 2), ('A-2', 1);
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation IN ('invoice'::regclass, 'line'::regclass)
ORDER BY depth, relation::text, key;

-- And with several unique columns, named by the foreign key in another order than by the constraint.
ALTER TABLE person ADD tenant int NOT NULL DEFAULT 1, ADD UNIQUE (tenant, code);
CREATE TABLE locker (no int PRIMARY KEY, code int, tenant int, FOREIGN KEY (code, tenant) REFERENCES person (code, tenant));
INSERT INTO locker VALUES (41, 1, 1), (42, 2, 1);
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation = 'locker'::regclass;

SET client_min_messages = warning;
DROP SCHEMA s05 CASCADE;
