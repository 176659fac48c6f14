-- NOTIFY gdpr_event: at commit, each event's id goes to whoever listens.
--
-- A cache or a search index that holds copies of rows listens to it, and reads in gdpr_log.event which rows it has to forget. This
-- session listens to itself: psql prints what it hears, and the ids, which are random, are compared and not printed.
CREATE SCHEMA notify;
SET search_path = notify, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'hello'), (12, 2, 'hello');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
LISTEN gdpr_event;
\set heard `mktemp`
\setenv HEARD :heard

-- One notification for each event, with its id.
\o | sed -nE 's/^Asynchronous notification "gdpr_event" with payload "([^"]*)" .*/\1/p' >"$HEARD"
SELECT relation, action, rows FROM gdpr_anonymise('person', 1);
\o
\set payloads `sort "$HEARD" | paste -s -d,`
SELECT string_to_array(:'payloads', ',')::uuid[] = 
       ARRAY(SELECT id FROM gdpr_log.event WHERE relation LIKE 'notify.%' ORDER BY id) AS the_ids_of_the_events,
       cardinality(string_to_array(:'payloads', ',')) AS heard;

-- Nothing was done, or it was rolled back: silence. (A notification would be printed here.)
SELECT relation, action, rows FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_preview('anonymise', 'person', 2);
BEGIN;
SELECT relation, action, rows FROM gdpr_anonymise('person', 2);
ROLLBACK;

-- In a transaction: not before its commit.
BEGIN;
SELECT relation, action, rows FROM gdpr_anonymise('person', 2);
SELECT 'not yet' AS heard;
\o | sed -nE 's/^Asynchronous notification "gdpr_event" with payload "([^"]*)" .*/\1/p' >"$HEARD"
COMMIT;
\o
\set payloads `sort "$HEARD" | paste -s -d,`
SELECT string_to_array(:'payloads', ',')::uuid[] = 
       ARRAY(SELECT id FROM gdpr_log.event WHERE relation LIKE 'notify.%' AND keys <@ '[2, 12]' ORDER BY id) AS the_ids_of_the_events,
       cardinality(string_to_array(:'payloads', ',')) AS heard;

UNLISTEN gdpr_event;
\! rm -f "$HEARD"
SET client_min_messages = warning;
DROP SCHEMA notify CASCADE;
