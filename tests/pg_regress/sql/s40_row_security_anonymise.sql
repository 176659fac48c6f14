-- S40, the acting part. Row security raises, it never filters.
--
-- A clerk whom a policy limits would anonymise half of a person, and the log would say that it was done. So whoever is limited gets an
-- error that names the table, and nothing is changed; whoever is not does all of it.
CREATE ROLE regress_owner;
CREATE ROLE regress_clerk;
CREATE ROLE regress_auditor BYPASSRLS;
CREATE SCHEMA s40b AUTHORIZATION regress_owner;
SET search_path = s40b, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_clerk, regress_auditor;
SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, secret bool, body text);
INSERT INTO person SELECT i, 'Person ' || i FROM generate_series(1, 4) i;
INSERT INTO note SELECT 10 * i + j, i, j = 2, 'hello' FROM generate_series(1, 4) i, generate_series(1, 2) j;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
GRANT USAGE ON SCHEMA s40b TO regress_clerk, regress_auditor;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA s40b TO regress_clerk, regress_auditor;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY public_only ON note USING (NOT secret);

-- The clerk may see one note of two: he is told, for both actions, whatever his row_security is.
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
\echo :SQLSTATE
SET row_security = off;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
RESET row_security;
-- His own table, of which he needs all: cascade => false touches no note.
SELECT * FROM gdpr_anonymise('person', 1, cascade => false);
RESET ROLE;
SELECT count(*) FILTER (WHERE name IS NULL) AS people, (SELECT count(*) FROM note WHERE body IS NULL) AS notes FROM person;
SELECT count(*) FROM gdpr_log.event WHERE relation = 's40b.note';

-- Who may read all rows and change only some is limited too.
SET ROLE regress_owner;
DROP POLICY public_only ON note;
CREATE POLICY read_all ON note FOR SELECT USING (true);
CREATE POLICY change_public ON note FOR UPDATE USING (NOT secret);
SET ROLE regress_clerk;
SELECT * FROM gdpr_anonymise('person', 2);
\echo :SQLSTATE

-- The owner, an auditor with BYPASSRLS and a superuser do all of it.
SET ROLE regress_owner;
SELECT * FROM gdpr_anonymise('person', 2);
SET ROLE regress_auditor;
SELECT * FROM gdpr_anonymise('person', 3);
RESET ROLE;
-- FORCE limits the owner as well, and not a superuser, though the statement runs as the owner.
ALTER TABLE note FORCE ROW LEVEL SECURITY;
SET ROLE regress_owner;
SELECT * FROM gdpr_anonymise('person', 4);
\echo :SQLSTATE
RESET ROLE;
SELECT * FROM gdpr_anonymise('person', 4);
SELECT person_id, count(*) FILTER (WHERE body IS NULL) AS anonymised FROM note GROUP BY person_id ORDER BY person_id;

-- A WITH CHECK of the owner's own policy is no reason to fail a superuser's call.
INSERT INTO person VALUES (5, 'Person 5');
INSERT INTO note VALUES (51, 5, true, 'hello');
DROP POLICY change_public ON note;
CREATE POLICY never_blank ON note FOR UPDATE USING (true) WITH CHECK (body IS NOT NULL);
SELECT * FROM gdpr_anonymise('person', 5);

SET client_min_messages = warning;
DROP SCHEMA s40b CASCADE;
DROP OWNED BY regress_owner, regress_clerk, regress_auditor;
DROP ROLE regress_owner, regress_clerk, regress_auditor;
