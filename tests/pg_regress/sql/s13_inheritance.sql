-- S13, third part. Old-style inheritance.
--
-- A child table is a table of its own with rows of its own, and its rows are read as rows of the parent, too: each must come
-- once, under its own table, with the columns that only the child has.
CREATE SCHEMA s13i;
SET search_path = s13i, public;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE sealed_note (seal text, PRIMARY KEY (id)) INHERITS (note);
CREATE TABLE loose_note (colour text) INHERITS (note);
CREATE TABLE attachment (no int PRIMARY KEY, note_id int REFERENCES note);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'plain'), (12, 2, 'plain');
INSERT INTO sealed_note VALUES (13, 1, 'sealed', 'wax'), (11, 1, 'sealed, the same number', 'wax');
INSERT INTO loose_note VALUES (14, 1, 'loose', 'blue'), (14, 1, 'loose', 'blue'), (15, 2, 'loose', 'red');
INSERT INTO attachment VALUES (21, 11);

-- The foreign key stands at the parent, and nothing checks it in the children; their rows name the person all the same.
-- loose_note has no key of its own: a primary key is not inherited.
SELECT depth, relation, key, shared, data FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key, data;

-- A foreign key of the child itself, with the same columns, counts instead of the parent's: no row comes twice.
ALTER TABLE sealed_note ADD FOREIGN KEY (person_id) REFERENCES person;
SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) WHERE relation = 'sealed_note'::regclass ORDER BY key;

-- And what the child's link was declared to be counts for the child alone.
SELECT gdpr_link('person', '{id}', 'sealed_note', '{person_id}', kind => 'ignore');
SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- People by inheritance: a foreign key cannot refer to a child's row, so Cleo, employee 1, has none of person 1's notes.
CREATE TABLE employee (salary int, PRIMARY KEY (id)) INHERITS (person);
CREATE TABLE badge (no int PRIMARY KEY, holder int);
INSERT INTO employee VALUES (1, 'Cleo', 100);
INSERT INTO badge VALUES (31, 1);
SELECT depth, relation, key, shared, data FROM gdpr_collect('employee', 1) ORDER BY depth, relation::text, key;

-- The parent as the subject means the parent's own rows: there is one person 1.
SELECT depth, relation, key, data FROM gdpr_collect('person', 1) WHERE depth = 0;

-- A declared link that starts from the parent starts from its children's rows too.
SELECT gdpr_link('person', '{id}', 'badge', '{holder}', kind => 'accessor');
SELECT depth, relation, key, shared FROM gdpr_collect('employee', 1) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s13i CASCADE;
