-- S34. What is anonymised already stays as it is.
--
-- A call that is repeated must not give a person a second set of random values, log again, or touch rows for nothing. A value that was
-- written since is personal again, and is anonymised alone. `force => true` redoes all: that is for when the rules have changed.
CREATE SCHEMA s34;
SET search_path = s34, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE, phone text, shoe int);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', '+31 6 1234', 38), (2, 'Bea', 'bea@example.org', NULL, 39);
INSERT INTO note VALUES (11, 1, 'hello'), (12, 1, 'again');
SELECT gdpr_register('person', '{"name": "pseudonym", "email": "email", "phone": "random"}', subject => true);
SELECT gdpr_register('note', '{"body": "random"}');
SELECT * FROM gdpr_anonymise('person', 1);
CREATE TABLE first AS TABLE person;
CREATE TABLE first_note AS TABLE note;
CREATE TABLE place AS SELECT 'person' AS relation, id, ctid::text AS place, xmin::text AS version FROM person
UNION ALL SELECT 'note', id, ctid::text, xmin::text FROM note;
CREATE VIEW touched AS
    SELECT 'person' AS relation, id, ctid::text AS place, xmin::text AS version FROM person
    UNION ALL SELECT 'note', id, ctid::text, xmin::text FROM note
    EXCEPT TABLE place;
CREATE VIEW logged AS
    SELECT request, relation, action, rows, columns, rank() OVER (ORDER BY at) AS call FROM gdpr_log.event WHERE relation LIKE 's34.%';

-- Again: no rows, no event, and the rows are the very same versions.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM touched;
SELECT count(DISTINCT request) AS calls, count(*) AS events FROM logged;

-- Her address is written again: it alone is anonymised again.
UPDATE person SET email = 'ada.lovelace@example.org' WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
SELECT p.email LIKE 'anon-%@example.invalid' AS email, p.email = f.email AS same_email, p.name = f.name AS same_name,
       p.phone = f.phone AS same_phone
FROM person p JOIN first f USING (id) WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT relation, action, rows, columns FROM logged ORDER BY call DESC LIMIT 1;

-- So is a value in a column that was NULL, and a row that is new; what has no rule is nobody's business.
UPDATE person SET phone = '+31 6 9876', shoe = 40 WHERE id = 1;
INSERT INTO note VALUES (13, 1, 'I am back');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT p.phone = '+31 6 9876' AS phone_is_back, p.name = f.name AS same_name, p.shoe FROM person p JOIN first f USING (id) WHERE id = 1;
SELECT n.id, n.body = f.body AS same FROM note n LEFT JOIN first_note f USING (id) ORDER BY n.id;
UPDATE person SET shoe = 41 WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);

-- A value that is set to NULL by hand is gone already.
UPDATE person SET phone = NULL WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);

-- Copied from another person's anonymised row: what was made for Ada is not known to be made for Bea.
SELECT * FROM gdpr_anonymise('person', 2);
UPDATE person SET name = (SELECT name FROM person WHERE id = 1) WHERE id = 2;
SELECT gdpr_is_anonymised('person', 1) AS ada, gdpr_is_anonymised('person', 2) AS bea;

-- By force: all of it anew. What is random is another value; a pseudonym of the same input would be the same, and the input is now a
-- pseudonym.
CREATE TABLE second AS TABLE person;
SELECT * FROM gdpr_preview('anonymise', 'person', 1, force => true);
SELECT * FROM gdpr_anonymise('person', 1, force => true);
SELECT p.email = s.email AS same_email, p.name = s.name AS same_name, p.phone FROM person p JOIN second s USING (id) WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);

-- The rule has changed: what was done under the old one stands, until somebody forces it.
SELECT gdpr_register('person', '{"name": {"strategy": "value", "value": "(gone)"}, "email": "email", "phone": "random"}');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT name = '(gone)' AS by_the_new_rule FROM person WHERE id = 1;
SELECT * FROM gdpr_anonymise('person', 1, force => true);
SELECT name = '(gone)' AS by_the_new_rule FROM person WHERE id = 1;

-- A rule for a column that had none: that column is done, the others are not.
DROP TABLE second;
CREATE TABLE second AS TABLE person;
SELECT gdpr_register('person', '{"name": {"strategy": "value", "value": "(gone)"}, "email": "email", "phone": "random", "shoe": "null"}');
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
SELECT p.shoe, p.name = s.name AS same_name, p.email = s.email AS same_email FROM person p JOIN second s USING (id) WHERE id = 1;

-- A call that was rolled back has not happened.
UPDATE person SET email = 'ada@example.com' WHERE id = 1;
BEGIN;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT gdpr_is_anonymised('person', 1);
ROLLBACK;
SELECT gdpr_is_anonymised('person', 1);
SELECT email FROM person WHERE id = 1;
SELECT * FROM gdpr_anonymise('person', 1);

-- A row that is deleted and comes again under the same key is another row.
DELETE FROM note WHERE id = 11;
INSERT INTO note VALUES (11, 1, 'a new note');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT count(*) FROM note WHERE body = 'a new note';

SET client_min_messages = warning;
DROP SCHEMA s34 CASCADE;
