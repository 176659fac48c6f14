-- What a role needs to anonymise a person, and what it does not get by it.
--
-- EXECUTE on the function, SELECT and UPDATE on the tables: no more. It writes the log without being able to read it, and uses the
-- secret without being able to see it. What is missing is named, before anything is changed.
CREATE ROLE regress_owner;
CREATE ROLE regress_clerk;
CREATE ROLE regress_second;
CREATE SCHEMA privileges_anonymise;
GRANT ALL ON SCHEMA privileges_anonymise TO regress_owner, regress_second;
SET search_path = privileges_anonymise, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_second;
SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, addressee text);
CREATE TABLE diagnosis (id int PRIMARY KEY, person_id int REFERENCES person, icd text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org');
INSERT INTO note VALUES (11, 1, 'hello');
INSERT INTO invoice VALUES (21, 1, 'Ada Lovelace');
SELECT gdpr_register('person', '{"name": "pseudonym", "email": "email"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('diagnosis', '{"icd": "null"}');
RESET ROLE;

-- EXECUTE is nobody's until it is granted.
GRANT USAGE ON SCHEMA privileges_anonymise TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_anonymise('person', '1');
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT gdpr_is_anonymised('person', 1);
SELECT gdpr_hash('ada');
SELECT gdpr_pseudonym('ada');
SELECT gdpr_partial('ada');
SELECT gdpr_email();
SELECT gdpr_fake_name();
SELECT gdpr_random_text();
SELECT gdpr_noise(1::bigint, 0.1);
SELECT gdpr_generalise(date '2024-02-02', 'year');
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean),
    gdpr_preview(text, regclass, anyelement, boolean, boolean), gdpr_is_anonymised(regclass, anyelement)
TO regress_clerk;

-- SELECT on every table that is read, UPDATE on every one that rows are locked in.
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
\echo :SQLSTATE
SELECT gdpr_is_anonymised('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT ON person, note, invoice, diagnosis TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT UPDATE ON person, invoice, diagnosis TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
-- A right to some of the columns is none to the row.
RESET ROLE;
GRANT UPDATE (id) ON note TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
RESET ROLE;
SELECT name, email FROM person WHERE id = 1;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'privileges_anonymise.%';

-- With both it works, also with rules that need the secret.
GRANT UPDATE ON note TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT gdpr_is_anonymised('person', 1);
SELECT name = 'Ada' AS name, email LIKE 'anon-%' AS email FROM person WHERE id = 1;
RESET ROLE;
SELECT DISTINCT "session_user", "current_user" FROM gdpr_log.event WHERE relation LIKE 'privileges_anonymise.%';

-- The log, its secret and the registry stay closed to the clerk.
SET ROLE regress_clerk;
SELECT * FROM gdpr_log.event;
\echo :SQLSTATE
SELECT * FROM gdpr_log.summary;
SELECT * FROM gdpr_log.anonymised;
SELECT * FROM gdpr_log.secret;
SELECT * FROM gdpr_registry;
SET gdpr_ext.secret_file = '/etc/passwd';
\echo :SQLSTATE
RESET ROLE;
-- To the tables' owner too, and to whoever was granted only to look at the schema.
GRANT USAGE ON SCHEMA gdpr_log TO regress_owner;
SET ROLE regress_owner;
SELECT * FROM gdpr_log.event;
\echo :SQLSTATE
SELECT * FROM gdpr_log.summary;
SELECT * FROM gdpr_log.anonymised;
SELECT * FROM gdpr_log.secret;
RESET ROLE;

-- A right that is taken away is gone for a session that has anonymised before.
INSERT INTO person VALUES (3, 'Cleo', 'cleo@example.org');
REVOKE UPDATE ON person FROM regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 3);
\echo :SQLSTATE
RESET ROLE;
GRANT UPDATE ON person TO regress_clerk;

-- The rules are the owner's: who may anonymise may not change what that means.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_clerk;
SET ROLE regress_clerk;
SELECT gdpr_register('note', '{"body": "keep"}');
\echo :SQLSTATE
RESET ROLE;

-- A key that is rewritten across tables of two owners: one statement, in which each of them could have triggers. It runs as the caller,
-- and a superuser, who could do anything in it, is not led into that.
SET ROLE regress_owner;
CREATE TABLE member (email text PRIMARY KEY, name text);
INSERT INTO member VALUES ('ada@example.org', 'Ada'), ('bea@example.org', 'Bea');
GRANT SELECT, UPDATE, REFERENCES ON member TO regress_second, regress_clerk;
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true);
SET ROLE regress_second;
CREATE TABLE post (id int PRIMARY KEY, email text REFERENCES member, body text);
INSERT INTO post VALUES (31, 'ada@example.org', 'hello'), (32, 'bea@example.org', 'hello');
GRANT SELECT, UPDATE ON post TO regress_clerk;
SELECT gdpr_register('post', '{"body": "null"}');
RESET ROLE;
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');
\echo :SQLSTATE
SELECT count(*) FROM post JOIN member USING (email) WHERE email = 'ada@example.org' AND body = 'hello';
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');
SELECT p.id, p.body, m.name, m.email LIKE 'anon-%' AS anonymised FROM post p JOIN member m USING (email) ORDER BY p.id;
-- No user expression in it: a rule of the one would be evaluated with the rights of the caller.
SET ROLE regress_second;
SELECT gdpr_register('post', '{"body": {"strategy": "sql", "expression": "upper(body)"}}');
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('member', 'bea@example.org');
\echo :SQLSTATE
RESET ROLE;
SELECT count(*) FROM post JOIN member USING (email) WHERE email = 'bea@example.org' AND body = 'hello';

SET client_min_messages = warning;
DROP SCHEMA privileges_anonymise CASCADE;
DROP OWNED BY regress_owner, regress_clerk, regress_second;
DROP ROLE regress_owner, regress_clerk, regress_second;
