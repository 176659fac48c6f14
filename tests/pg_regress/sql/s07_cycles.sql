-- S07. Cycles of foreign keys.
--
-- A row in a cycle is owned by a row that it owns. Every walk ends, each row comes once, and rows that own each other
-- are the person's own as long as nobody else owns one of them.
CREATE SCHEMA s07;
SET search_path = s07, public;
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');

-- A cycle of three: account -> basket -> claim -> account.
CREATE TABLE account (id int PRIMARY KEY, person_id int REFERENCES person, claim_id int);
CREATE TABLE basket (id int PRIMARY KEY, account_id int REFERENCES account);
CREATE TABLE claim (id int PRIMARY KEY, basket_id int REFERENCES basket);
ALTER TABLE account ADD FOREIGN KEY (claim_id) REFERENCES claim;
INSERT INTO account VALUES (11, 1), (21, 2);
INSERT INTO basket VALUES (12, 11), (22, 21);
INSERT INTO claim VALUES (13, 12), (23, 22);
UPDATE account SET claim_id = id + 2;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- Bea's cycle now passes through Ada's claim: her account is Ada's too. From either side it is shared and ends the walk.
UPDATE account SET claim_id = 13 WHERE id = 21;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 2) ORDER BY depth, relation::text, key;
DROP TABLE account, basket, claim CASCADE;

-- Two cycles between the same two tables: a team has a lead and a head, a member has a team.
CREATE TABLE member (id int PRIMARY KEY, person_id int REFERENCES person, team_id int);
CREATE TABLE team (id int PRIMARY KEY, lead int REFERENCES member, head int REFERENCES member);
ALTER TABLE member ADD FOREIGN KEY (team_id) REFERENCES team;
INSERT INTO member VALUES (11, 1), (12, 1), (21, 2);
INSERT INTO team VALUES (51, 11, 12), (52, 12, 12), (53, 11, 21);
UPDATE member SET team_id = 51 WHERE id IN (11, 12);
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
DROP TABLE member, team CASCADE;

-- The same where the people themselves are in the cycle: a project is led by employees, an employee works in a project.
-- The way back is context, since a person is owned by nobody.
CREATE TABLE employee (id int PRIMARY KEY, project_id int);
CREATE TABLE project (id int PRIMARY KEY, lead int NOT NULL REFERENCES employee, head int NOT NULL REFERENCES employee);
ALTER TABLE employee ADD FOREIGN KEY (project_id) REFERENCES project;
INSERT INTO employee VALUES (1), (2);
INSERT INTO project VALUES (51, 1, 1), (52, 1, 2), (53, 2, 2);
UPDATE employee SET project_id = 51;
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 1) ORDER BY depth, relation::text, key;
DROP TABLE employee, project CASCADE;

-- Two groups of cycles in one component: wish <-> wrap, and below it xfer <-> yield.
CREATE TABLE wish (id int PRIMARY KEY, person_id int REFERENCES person, wrap_id int);
CREATE TABLE wrap (id int PRIMARY KEY, wish_id int REFERENCES wish);
CREATE TABLE xfer (id int PRIMARY KEY, wrap_id int REFERENCES wrap, yield_id int);
CREATE TABLE yield (id int PRIMARY KEY, xfer_id int REFERENCES xfer);
ALTER TABLE wish ADD FOREIGN KEY (wrap_id) REFERENCES wrap;
ALTER TABLE xfer ADD FOREIGN KEY (yield_id) REFERENCES yield;
INSERT INTO wish VALUES (11, 1), (21, 2);
INSERT INTO wrap VALUES (12, 11), (22, 21);
INSERT INTO xfer VALUES (13, 12), (23, 22);
INSERT INTO yield VALUES (14, 13), (24, 23);
UPDATE wish SET wrap_id = id + 1;
UPDATE xfer SET yield_id = id + 1;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
DROP TABLE wish, wrap, xfer, yield CASCADE;

-- Mutual NOT NULL keys: an order has an invoice, and the invoice its order.
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, invoice_id int NOT NULL);
CREATE TABLE invoice (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders);
ALTER TABLE orders ADD FOREIGN KEY (invoice_id) REFERENCES invoice DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO orders VALUES (11, 1, 12), (21, 2, 22);
INSERT INTO invoice VALUES (12, 11), (22, 21);
COMMIT;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s07 CASCADE;
