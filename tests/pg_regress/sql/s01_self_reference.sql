-- S01. A row that refers to itself.
--
-- King is his own boss (employee.boss_id = employee.id). A walk that follows the key without remembering where it has been
-- never ends. Ours ends, and each row comes once.
CREATE SCHEMA s01;
SET search_path = s01, public;

CREATE TABLE employee (
    id int PRIMARY KEY,
    name text NOT NULL,
    boss_id int REFERENCES employee
);
INSERT INTO employee VALUES (1, 'King', 1), (2, 'Blake', 1), (3, 'Martin', 2), (4, 'Ford', NULL);

-- The start table is a subject: a person does not own a person, so the key to the boss is context.
SELECT depth, relation, key, via, shared, data FROM gdpr_collect('employee', 1) ORDER BY depth, relation::text, key;
SELECT depth, link, kind, reviewed FROM gdpr_graph('employee') ORDER BY link;

-- Declared to be an owner link it is walked, and still ends: King, who is below himself, comes once and as the start.
SELECT gdpr_link('employee', '{id}', 'employee', '{boss_id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 2) ORDER BY depth, relation::text, key;
SELECT depth, link, kind, reviewed FROM gdpr_graph('employee') ORDER BY link;

-- The same in a table that is nobody's self: a note that opens a thread is its own thread. Note 13 opens a thread too, but
-- nothing connects it to a person.
CREATE TABLE note (
    id int PRIMARY KEY,
    employee_id int REFERENCES employee,
    thread_id int REFERENCES note
);
INSERT INTO note VALUES (11, 4, 11), (12, NULL, 11), (13, NULL, 13);
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 4) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s01 CASCADE;
