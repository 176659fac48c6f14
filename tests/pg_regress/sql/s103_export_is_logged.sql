-- S103. Exporting changes nothing in the person's rows, and logs who exported whom. gdpr_ext.log_reads says what else is logged.
--
-- An event of action read names the caller, the subject's table and the person's key (keys that are no number are keyed digests), never what
-- was read. Where it cannot be written, nothing is read.
CREATE ROLE regress_clerk;
CREATE SCHEMA s103;
SET search_path = s103, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE TABLE subscriber (email text PRIMARY KEY, name text);
CREATE TABLE member (tenant int, login text, no int, PRIMARY KEY (tenant, login, no));
CREATE TABLE ticket (no int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO orders VALUES (11, 1, 'ring twice');
INSERT INTO subscriber VALUES ('ada@example.org', 'Ada');
INSERT INTO member VALUES (1, 'ada', 7);
INSERT INTO ticket VALUES (5, 'Ada');
SELECT gdpr_register('person', subject => true, export => '{"label_expression": "name"}');
SELECT gdpr_register('orders');
SELECT gdpr_register('subscriber', subject => true);
SELECT gdpr_register('member', subject => true);
-- A key with a rule says something, be it a number.
SELECT gdpr_register('ticket', '{"no": {"strategy": "pseudonym"}}', subject => true);
GRANT USAGE ON SCHEMA s103 TO regress_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA s103 TO regress_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_clerk;
CREATE VIEW reads AS
SELECT "current_user", "session_user", call, subject, relation, action, rows, key_columns, regexp_replace(keys::text, '[0-9a-f]{32}', '<digest>', 'g') AS keys,
       columns, fingerprints, ground, reason
FROM gdpr_log.event WHERE subject LIKE 's103.%' ORDER BY id;
SHOW gdpr_ext.log_reads;

-- What the rows were, physically: neither updated nor locked.
CREATE VIEW versions AS
SELECT 'person' AS of, p::text AS row, ctid::text AS place, xmin::text AS written, xmax::text AS locked FROM person p
UNION ALL SELECT 'orders', o::text, ctid::text, xmin::text, xmax::text FROM orders o;
CREATE TABLE before AS TABLE versions;
SET ROLE regress_clerk;
BEGIN;
SET LOCAL gdpr_ext.reason = 'request 2026-17';
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
COMMIT;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 2, 'portability') doc;
SELECT length(html) > 0 AS page FROM gdpr_export_html('person', 1) html;
SELECT length(archive) > 0 AS archive FROM gdpr_export_archive('person', 1) archive;
RESET ROLE;
SELECT count(*) AS rows FROM before;
TABLE before EXCEPT TABLE versions;
-- One event for each call, with the clerk's name: whatever the format is, it is an export.
SELECT * FROM reads \gx
SELECT count(*) FROM gdpr_log.event e WHERE subject LIKE 's103.%' AND e::text ~ 'Ada|Bea|ring';

-- Keys that say something are hidden.
SELECT doc->'rows' AS rows FROM gdpr_export('subscriber', 'ada@example.org') doc;
SELECT doc->'rows' AS rows FROM gdpr_export('member', '{"tenant": 1, "login": "ada", "no": 7}') doc;
SELECT doc->'rows' AS rows FROM gdpr_export('ticket', 5) doc;
SELECT subject, rows, key_columns, keys FROM reads WHERE subject IN ('s103.subscriber', 's103.member', 's103.ticket');
-- The same person is the same digest, by which it is found who was read: in reads as in all other events.
SELECT doc->'rows' AS rows FROM gdpr_export('subscriber', 'ada@example.org') doc;
SELECT count(*) AS events, count(DISTINCT keys) AS people FROM gdpr_log.event WHERE subject = 's103.subscriber';

-- An id that no row has.
SELECT doc->'rows' AS rows FROM gdpr_export('person', 99) doc;
SELECT call, rows, keys FROM gdpr_log.event WHERE subject = 's103.person' ORDER BY id DESC LIMIT 1;

-- Refused: nothing read, nothing logged.
CREATE TABLE unknown (id int PRIMARY KEY, person_id int REFERENCES person, secret text);
INSERT INTO unknown VALUES (21, 1, 'x');
SELECT count(*) AS events FROM reads;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SELECT count(*) AS events FROM reads;
DROP TABLE unknown;

-- Collecting is not logged, until it is asked for: then with all the people that it was called for.
SELECT count(*) AS rows FROM gdpr_collect('person', ARRAY[1, 2]);
SELECT count(*) AS events FROM reads;
SET gdpr_ext.log_reads = 'all';
SELECT count(*) AS rows FROM gdpr_collect('person', ARRAY[1, 2, 99]);
SELECT count(*) AS rows FROM gdpr_collect('subscriber', 'ada@example.org'::text);
SELECT count(*) AS rows FROM gdpr_collect('person', 99);
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
SELECT call, subject, rows, regexp_replace(keys::text, '[0-9a-f]{32}', '<digest>', 'g') AS keys
FROM (SELECT * FROM gdpr_log.event WHERE subject LIKE 's103.%' ORDER BY id DESC LIMIT 4) last ORDER BY id;
-- A digest of hers is the one that the export left.
SELECT count(DISTINCT keys) AS people FROM gdpr_log.event WHERE subject = 's103.subscriber';

-- Nothing is logged where nothing is to be: a choice that only a superuser has.
SET gdpr_ext.log_reads = 'none';
SELECT count(*) AS events FROM reads;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
SELECT count(*) AS events FROM reads;
RESET gdpr_ext.log_reads;
SET ROLE regress_clerk;
SET gdpr_ext.log_reads = 'none';
\echo :SQLSTATE
SET gdpr_ext.log_reads = 'export';
\echo :SQLSTATE
RESET ROLE;
SET gdpr_ext.log_reads = 'sometimes';
\echo :SQLSTATE

-- A transaction that cannot write cannot log, so it is not shown anything.
BEGIN READ ONLY;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT length(html) > 0 AS page FROM gdpr_export_html('person', 1) html;
\echo :SQLSTATE
ROLLBACK;
-- A collect that is not logged can be read there; one that is to be logged cannot.
BEGIN READ ONLY;
SELECT count(*) AS rows FROM gdpr_collect('person', 1);
SET LOCAL gdpr_ext.log_reads = 'all';
SELECT count(*) AS rows FROM gdpr_collect('person', 1);
\echo :SQLSTATE
ROLLBACK;
-- Unless nothing is to be logged.
BEGIN READ ONLY;
SET LOCAL gdpr_ext.log_reads = 'none';
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
ROLLBACK;

-- Rolled back, the event is gone with the transaction. (What was read is in the server's log.)
SELECT count(*) AS events FROM reads;
BEGIN;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
SELECT count(*) AS events FROM reads;
ROLLBACK;
SELECT count(*) AS events FROM reads;

-- In the overview of the log reads stand beside what was done.
SELECT action, relation, sum(requests) AS requests, sum(rows) AS rows FROM gdpr_log.summary WHERE relation LIKE 's103.%' GROUP BY relation, action
ORDER BY relation, action;
-- An event of reading is one that nothing is done again for, or proved by.
SELECT count(*) AS changed FROM gdpr_log.event WHERE subject LIKE 's103.%' AND action = 'read' AND (fingerprints IS NOT NULL OR columns <> '{}' OR ground IS NOT NULL);

SET client_min_messages = warning;
DROP SCHEMA s103 CASCADE;
DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk;
