-- What gdpr_rerun refuses: sources that are no log of this database, and words that it does not know. Nothing is changed then.
SET client_min_messages = warning;
CREATE SCHEMA rerun_bad_input;
SET search_path = rerun_bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
INSERT INTO person SELECT n, 'name ' || n, 'mail ' || n FROM generate_series(1, 3) n;
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true);
-- Deleted, and back again; the log has forgotten it.
DELETE FROM person WHERE id = 1;
CREATE TABLE lost AS SELECT * FROM gdpr_log.event ORDER BY id DESC LIMIT 1;
DELETE FROM gdpr_log.event WHERE id IN (SELECT id FROM lost);
INSERT INTO person VALUES (1, 'name 1', 'mail 1');

SELECT * FROM gdpr_rerun('lost', on_mismatch => 'aply');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM gdpr_rerun('lost', on_mismatch => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM gdpr_rerun('lost', dry_run => NULL);
\echo :LAST_ERROR_SQLSTATE
-- Of another shape.
SELECT * FROM gdpr_rerun('person');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE odd AS SELECT e.*, 1 AS void FROM lost e;
SELECT * FROM gdpr_rerun('odd');
\echo :LAST_ERROR_SQLSTATE
-- Whoever owns what a view reads decides what it says, later.
CREATE VIEW shown AS TABLE lost;
SELECT * FROM gdpr_rerun('shown');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM gdpr_rerun('nowhere');
\echo :LAST_ERROR_SQLSTATE
-- Of another database.
CREATE TABLE strange AS TABLE lost;
UPDATE strange SET origin = '7000000000000000000/5/1';
SELECT * FROM gdpr_rerun('strange');
\echo :LAST_ERROR_SQLSTATE
-- Keys that no log has written.
CREATE TABLE garbled AS TABLE lost;
UPDATE garbled SET keys = '[{"id": 1}]';
SELECT * FROM gdpr_rerun('garbled');
\echo :LAST_ERROR_SQLSTATE
UPDATE garbled SET keys = '"1"';
SELECT * FROM gdpr_rerun('garbled');
\echo :LAST_ERROR_SQLSTATE
-- Somebody else's.
CREATE ROLE regress_stranger;
CREATE TABLE theirs AS TABLE lost;
ALTER TABLE theirs OWNER TO regress_stranger;
SELECT * FROM gdpr_rerun('theirs');
\echo :LAST_ERROR_SQLSTATE
-- Whoever may not execute it, and whoever may and has no rights on the table.
GRANT USAGE ON SCHEMA rerun_bad_input TO regress_stranger;
SET ROLE regress_stranger;
SELECT * FROM gdpr_rerun('lost');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_rerun(regclass, boolean, text) TO regress_stranger;
SET ROLE regress_stranger;
SELECT * FROM gdpr_rerun('lost');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
GRANT SELECT, UPDATE ON person TO regress_stranger;
SET ROLE regress_stranger;
SELECT * FROM gdpr_rerun('lost');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
-- In transactions that would not see what others have done, or may not write.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM gdpr_rerun('lost');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM gdpr_rerun('lost');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- None of it has changed anything.
SELECT * FROM person ORDER BY id;
SELECT relation, action, outcome, rows FROM gdpr_rerun('lost');
SELECT * FROM person ORDER BY id;

DROP OWNED BY regress_stranger;
DROP ROLE regress_stranger;
DROP SCHEMA rerun_bad_input CASCADE;
