-- S80: an event that a superuser changes, takes out or puts in is named, and a tail that is cut off is found with the last head.
SET client_min_messages = warning;
CREATE SCHEMA s80;
SET search_path = s80, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person SELECT n, 'name ' || n FROM generate_series(1, 9) n;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);

-- Whatever other tests have logged is sealed first; from here on it is this test's own.
SELECT rows FROM gdpr_anonymise('person', 9);
SELECT gdpr_log_seal() ~ '^[0-9]+(-[0-9a-f]{5}){4}$' AS is_head;
SELECT gdpr_log_seal() AS before \gset
SELECT count(*) AS seals_before FROM gdpr_log.seal \gset
CREATE VIEW seals AS SELECT row_number() OVER (ORDER BY number) - :seals_before AS seal, length(entries) / 48 AS events FROM gdpr_log.seal;
CREATE VIEW verified AS
SELECT keys, (seal - (SELECT max(number) FROM gdpr_log.seal WHERE number <= :seals_before)) AS seal, problem
FROM gdpr_log_verify() LEFT JOIN gdpr_log.event ON id = event ORDER BY 2, 3, 1;

SELECT rows FROM gdpr_erase('person', 1);
SELECT rows FROM gdpr_anonymise('person', 2);
SELECT gdpr_log_seal() AS first \gset
DELETE FROM person WHERE id = 3;
SELECT gdpr_log_seal() AS second \gset
SELECT :'before' <> :'first' AS other, :'first' <> :'second' AS again;
SELECT * FROM seals WHERE seal > 0;
TABLE verified;

-- With nothing new to seal it is the same head.
SELECT gdpr_log_seal() = :'second' AS same;
SELECT * FROM gdpr_log_verify(:'first');
SELECT * FROM gdpr_log_verify(:'second');

-- What this transaction has written is not committed: a later seal has it. What is rolled back never was.
BEGIN;
DELETE FROM person WHERE id = 4;
SELECT gdpr_log_seal() = :'second' AS same;
DELETE FROM person WHERE id = 5;
SAVEPOINT s;
DELETE FROM person WHERE id = 6;
ROLLBACK TO s;
COMMIT;
SELECT gdpr_log_seal() AS third \gset
SELECT * FROM seals WHERE seal > 0;
TABLE verified;

-- Changed.
BEGIN;
UPDATE gdpr_log.event SET reason = 'nobody asked' WHERE relation = 's80.person' AND keys = '[2]';
TABLE verified;
ROLLBACK;
BEGIN;
UPDATE gdpr_log.event SET at = at + '1 microsecond', keys = '[7]' WHERE relation = 's80.person' AND keys = '[3]';
TABLE verified;
ROLLBACK;
-- Missing.
BEGIN;
DELETE FROM gdpr_log.event WHERE relation = 's80.person' AND keys = '[1]';
TABLE verified;
ROLLBACK;
-- Inserted.
BEGIN;
CREATE TEMP TABLE forged AS SELECT * FROM gdpr_log.event WHERE relation = 's80.person' AND keys = '[3]';
UPDATE forged SET id = gen_random_uuid(), keys = '[8]';
INSERT INTO gdpr_log.event TABLE forged;
TABLE verified;
ROLLBACK;
-- One for another.
BEGIN;
CREATE TEMP TABLE forged AS SELECT * FROM gdpr_log.event WHERE relation = 's80.person' AND keys = '[3]';
DELETE FROM gdpr_log.event WHERE id = (SELECT id FROM forged);
UPDATE forged SET rows = 2, keys = '[3, 8]', fingerprints = fingerprints || fingerprints;
INSERT INTO gdpr_log.event TABLE forged;
TABLE verified;
ROLLBACK;

-- The chain: a seal that says something else, one that is gone, one that was made anew.
BEGIN;
UPDATE gdpr_log.seal SET entries = substr(entries, 1, 48) WHERE number = (SELECT max(number) - 2 FROM gdpr_log.seal);
TABLE verified;
ROLLBACK;
BEGIN;
UPDATE gdpr_log.seal SET at = at - '1 day'::interval WHERE number = (SELECT max(number) - 1 FROM gdpr_log.seal);
TABLE verified;
ROLLBACK;
BEGIN;
DELETE FROM gdpr_log.seal WHERE number = (SELECT max(number) - 1 FROM gdpr_log.seal);
TABLE verified;
ROLLBACK;

-- Its end: only somebody who has the head can know.
BEGIN;
DELETE FROM gdpr_log.event WHERE relation = 's80.person' AND keys IN ('[4]', '[5]');
DELETE FROM gdpr_log.seal WHERE number = (SELECT max(number) FROM gdpr_log.seal);
TABLE verified;
SELECT event, problem FROM gdpr_log_verify(:'second');
SELECT event, problem FROM gdpr_log_verify(:'third');
ROLLBACK;
BEGIN;
DELETE FROM gdpr_log.seal WHERE number = (SELECT max(number) FROM gdpr_log.seal);
UPDATE gdpr_log.event SET reason = 'nobody asked' WHERE relation = 's80.person' AND keys = '[5]';
SELECT gdpr_log_seal() <> :'third' AS other;
COMMIT;
SELECT gdpr_log_seal() IS NOT NULL AS made_anew;
SELECT event, problem FROM gdpr_log_verify(:'third');

-- No head; and nobody but a superuser changes a seal.
SELECT gdpr_log_verify('12-8a3f1');
\echo :SQLSTATE
SELECT gdpr_log_verify('none');
CREATE ROLE regress_s80;
GRANT USAGE ON SCHEMA gdpr_log, s80 TO regress_s80;
GRANT SELECT, UPDATE, DELETE, TRUNCATE ON gdpr_log.seal TO regress_s80;
SET ROLE regress_s80;
SELECT gdpr_log_seal();
\echo :SQLSTATE
UPDATE gdpr_log.seal SET digest = '';
\echo :SQLSTATE
DELETE FROM gdpr_log.seal;
TRUNCATE gdpr_log.seal;
RESET ROLE;
-- EXECUTE is all that a scheduler's role needs.
GRANT EXECUTE ON FUNCTION gdpr_log_seal(), gdpr_log_verify(text) TO regress_s80;
SET ROLE regress_s80;
SELECT gdpr_log_seal() IS NOT NULL AS sealed;
SELECT count(*) FROM gdpr_log_verify();
RESET ROLE;

DROP OWNED BY regress_s80;
DROP ROLE regress_s80;
DROP SCHEMA s80 CASCADE;
