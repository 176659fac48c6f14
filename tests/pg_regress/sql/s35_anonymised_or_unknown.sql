-- S35. Somebody unknown, somebody who is anonymised already: zero rows, and success.
--
-- A job that works through a list must be able to run again from its beginning. What did nothing logs nothing.
CREATE SCHEMA s35;
SET search_path = s35, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', NULL), (3, NULL, NULL);
INSERT INTO note VALUES (11, 1, 'hello'), (12, 3, NULL);
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
CREATE VIEW logged AS SELECT count(DISTINCT request) AS calls, count(*) AS events FROM gdpr_log.event WHERE relation LIKE 's35.%';

-- Unknown.
SELECT * FROM gdpr_anonymise('person', 99);
SELECT * FROM gdpr_anonymise('person', '99', force => true);
SELECT * FROM gdpr_preview('anonymise', 'person', 99);
SELECT gdpr_is_anonymised('person', 99);
SELECT * FROM gdpr_anonymise('person', ARRAY[]::int[]);
SELECT * FROM gdpr_anonymise('person', ARRAY[98, 99]);
TABLE logged;

-- Anonymised already.
SELECT * FROM gdpr_anonymise('person', 1);
TABLE logged;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 99]);
TABLE logged;
SELECT gdpr_is_anonymised('person', 1);

-- Together with somebody who is not: that one is done.
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 2, 99]);
SELECT gdpr_is_anonymised('person', ARRAY[1, 2]) AS both, gdpr_is_anonymised('person', ARRAY[1, 99]) AS with_somebody_unknown;
TABLE logged;

-- Somebody of whom nothing personal was ever stored: there is nothing to change.
SELECT * FROM gdpr_anonymise('person', 3);
TABLE logged;
TABLE person ORDER BY id;

-- And after the row is gone: unknown again. Both plain deletes are logged, each as a call of its own.
DELETE FROM note WHERE person_id = 1;
DELETE FROM person WHERE id = 1;
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
TABLE logged;

SET client_min_messages = warning;
DROP SCHEMA s35 CASCADE;
