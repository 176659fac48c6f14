-- S40. Row security raises, it never filters.
--
-- A clerk whom a policy limits would get half of a person, and nobody would see that it is half. So whoever is limited gets an
-- error that names the table; whoever is not gets everything.
CREATE ROLE regress_owner;
CREATE ROLE regress_clerk;
CREATE ROLE regress_auditor BYPASSRLS;
CREATE SCHEMA s40 AUTHORIZATION regress_owner;
SET search_path = s40, public;
\set SHOW_CONTEXT never

SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, secret bool);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO note VALUES (11, 1, false), (12, 1, true);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY public_only ON note USING (NOT secret);
GRANT USAGE ON SCHEMA s40 TO regress_clerk, regress_auditor;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA s40 TO regress_clerk, regress_auditor;
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_clerk, regress_auditor;

-- The clerk sees one note of two, and is told that he cannot have the whole.
SET ROLE regress_clerk;
SELECT id FROM note;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\echo :SQLSTATE
SELECT relation, rows FROM gdpr_lock('person', 1);
\echo :SQLSTATE

-- His own row_security setting does not change that.
SET row_security = off;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\echo :SQLSTATE
RESET row_security;

-- The table's owner, an auditor with BYPASSRLS and a superuser get everything.
SET ROLE regress_owner;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
SET ROLE regress_auditor;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
RESET ROLE;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;

-- FORCE limits the owner as well. A superuser and an auditor are above it: that the statement runs as the owner must not take
-- anything from them (nor give the owner what he may not see).
ALTER TABLE note FORCE ROW LEVEL SECURITY;
SET ROLE regress_owner;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\echo :SQLSTATE
SET ROLE regress_auditor;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
RESET ROLE;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;
ALTER TABLE note NO FORCE ROW LEVEL SECURITY;

-- A policy that lets everything through is a policy still: nobody can tell tomorrow's rows by it.
SET ROLE regress_owner;
ALTER POLICY public_only ON note USING (true);
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\echo :SQLSTATE

-- On the subject itself.
SET ROLE regress_owner;
ALTER TABLE note DISABLE ROW LEVEL SECURITY;
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\echo :SQLSTATE

-- On a table that only says whose a row is (a second owner that the walk does not come to).
SET ROLE regress_owner;
ALTER TABLE person DISABLE ROW LEVEL SECURITY;
CREATE TABLE staff (id int PRIMARY KEY);
INSERT INTO staff VALUES (7);
SELECT gdpr_register('staff', subject => true);
ALTER TABLE note ADD staff_id int REFERENCES staff;
UPDATE note SET staff_id = 7 WHERE id = 12;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
SET ROLE regress_clerk;
SELECT relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, key;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA s40 CASCADE;
DROP OWNED BY regress_owner, regress_clerk, regress_auditor;
DROP ROLE regress_owner, regress_clerk, regress_auditor;
