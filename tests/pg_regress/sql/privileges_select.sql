-- SELECT is needed on every table that is read, and asked for before anything is read.
--
-- A person is collected whole or not at all: a table that the caller may not read is an error that names it, not a gap.
CREATE ROLE regress_owner;
CREATE ROLE regress_clerk;
CREATE SCHEMA privileges AUTHORIZATION regress_owner;
SET search_path = privileges, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_clerk;

SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE diagnosis (id int PRIMARY KEY, person_id int REFERENCES person, icd text);
CREATE TABLE country (id int PRIMARY KEY);
ALTER TABLE person ADD country_id int REFERENCES country;
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'hello');
INSERT INTO diagnosis VALUES (21, 2, 'J11');
GRANT USAGE ON SCHEMA privileges TO regress_clerk;
GRANT SELECT ON person, note TO regress_clerk;

-- Diagnoses may not be read, whether or not this person has one. Context tables are not read, and need no privilege.
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('person', 2) ORDER BY depth;
\echo :SQLSTATE
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
\echo :SQLSTATE

-- A right to some of the columns is no right to the row.
SET ROLE regress_owner;
GRANT SELECT (id, person_id) ON diagnosis TO regress_clerk;
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
\echo :SQLSTATE

-- With SELECT it works; locking asks for more, as SELECT FOR UPDATE does.
SET ROLE regress_owner;
GRANT SELECT ON diagnosis TO regress_clerk;
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
\set VERBOSITY sqlstate
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;
\set VERBOSITY default
SET ROLE regress_owner;
GRANT UPDATE ON person, note, diagnosis TO regress_clerk;
SET ROLE regress_clerk;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

-- No USAGE on the schema.
SET ROLE regress_owner;
REVOKE USAGE ON SCHEMA privileges FROM regress_clerk;
SET ROLE regress_clerk;
SELECT relation, key FROM gdpr_collect('privileges.person', 1) ORDER BY depth;
\echo :SQLSTATE

-- A right that is taken away is gone for a session that has collected before.
RESET ROLE;
GRANT USAGE ON SCHEMA privileges TO regress_clerk;
SET ROLE regress_clerk;
SELECT count(*) FROM gdpr_collect('person', 1);
SET ROLE regress_owner;
REVOKE SELECT ON note FROM regress_clerk;
SET ROLE regress_clerk;
SELECT count(*) FROM gdpr_collect('person', 1);
\echo :SQLSTATE

-- And the owner himself without it: PostgreSQL lets an owner revoke his own rights.
SET ROLE regress_owner;
REVOKE SELECT ON note FROM regress_owner;
SELECT count(*) FROM gdpr_collect('person', 1);
\echo :SQLSTATE
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA privileges CASCADE;
DROP OWNED BY regress_owner, regress_clerk;
DROP ROLE regress_owner, regress_clerk;
