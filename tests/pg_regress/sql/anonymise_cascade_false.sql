-- cascade => false: the person's own row, and nothing that hangs on it.
--
-- For an application that deals with the other tables itself. Nothing is asked about them, then: neither whether they are registered
-- nor whose their rows are.
CREATE SCHEMA no_cascade;
SET search_path = no_cascade, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text, boss_id int REFERENCES person);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, about_id int REFERENCES person, body text);
CREATE TABLE forgotten (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', NULL), (2, 'Bea', 'bea@example.org', 1), (3, 'Cleo', 'cleo@example.org', 1);
INSERT INTO note VALUES (11, 1, NULL, 'hello'), (12, 1, 2, 'about Bea');
INSERT INTO forgotten VALUES (21, 1, 'x');
SELECT gdpr_register('person', '{"name": "null", "email": "email"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');

-- With cascade it would be refused: one table is not registered, and one note is somebody else's too.
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', 1);

SELECT * FROM gdpr_preview('anonymise', 'person', 1, cascade => false);
SELECT * FROM gdpr_anonymise('person', 1, cascade => false);
SELECT id, name, email LIKE 'anon-%' AS anonymised, boss_id FROM person ORDER BY id;
TABLE note;
TABLE forgotten;
SELECT gdpr_is_anonymised('person', 1);

-- Again, by force, and for many.
SELECT * FROM gdpr_anonymise('person', 1, cascade => false);
SELECT * FROM gdpr_anonymise('person', 1, cascade => false, force => true);
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 2, 3], false);

-- The rest, once it is settled: the person's own row is done.
SELECT gdpr_register('forgotten', '{"body": "null"}');
SELECT gdpr_link('person', '{id}', 'note', '{about_id}', kind => 'context');
SELECT * FROM gdpr_anonymise('person', 1);

-- A key that is rewritten takes its references with it all the same: they would dangle.
CREATE TABLE member (email text PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, email text REFERENCES member, body text);
INSERT INTO member VALUES ('ada@example.org', 'Ada');
INSERT INTO post VALUES (31, 'ada@example.org', 'hello');
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true);
SELECT * FROM gdpr_anonymise('member', 'ada@example.org', cascade => false);
SELECT p.id, p.body, m.email LIKE 'anon-%' AS anonymised FROM post p JOIN member m USING (email);

SET client_min_messages = warning;
DROP SCHEMA no_cascade CASCADE;
