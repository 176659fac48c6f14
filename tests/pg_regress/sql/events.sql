-- gdpr_log.event: what was done, by whom, to which rows, and nothing about whom it was.
--
-- One event for each action and table of a call, all with one request, written in the action's own transaction. Nobody but a superuser
-- changes or removes one. Keys that are integers or uuids are plain, others are keyed digests; values are nowhere.
CREATE ROLE regress_owner;
CREATE SCHEMA events AUTHORIZATION regress_owner;
SET search_path = events, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner;
SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE, phone text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, engraving text, PRIMARY KEY (order_id, pos));
CREATE TABLE invoice (id uuid PRIMARY KEY, order_id int REFERENCES orders, addressee text);
CREATE TABLE session (token text PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
CREATE TABLE nothing_to_do (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE visit (person_id int REFERENCES person, page text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', NULL), (2, 'Bea', 'bea@example.org', '222');
INSERT INTO orders VALUES (11, 1, 'ring twice'), (12, 1, 'leave it'), (13, 2, 'x');
INSERT INTO order_line VALUES (11, 1, 'Ada'), (11, 2, 'Lovelace'), (12, 1, NULL);
INSERT INTO invoice VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 11, 'Ada Lovelace');
INSERT INTO session VALUES ('secret-token', 1, '192.0.2.1');
INSERT INTO device VALUES (31, 1, 'SN-0001');
INSERT INTO nothing_to_do VALUES (41, 1, NULL);
INSERT INTO visit VALUES (1, '/tea'), (1, '/tea');
SELECT gdpr_register('person', '{"name": "null", "email": "email", "phone": "null"}', subject => true);
SELECT gdpr_register('orders', '{"note": "null"}');
SELECT gdpr_register('order_line', '{"engraving": "blank"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('session', '{"ip": "null"}');
SELECT gdpr_register('device', '{"serial": "pseudonym"}');
SELECT gdpr_register('nothing_to_do', '{"body": "null"}');
SELECT gdpr_register('visit', '{"page": "null"}');

BEGIN;
SET LOCAL gdpr_ext.reason = 'request 2024-17';
SELECT * FROM gdpr_anonymise('person', 1);
COMMIT;
SHOW gdpr_ext.reason;

-- The owner did it, and may not read what was logged.
SELECT count(*) FROM gdpr_log.event;
\echo :SQLSTATE
RESET ROLE;

-- Column by column. (visit has no key: its rows are counted.)
SELECT relation, action, rows, ground, columns, key_columns, regexp_replace(keys::text, '[0-9a-f]{32}', '<digest>', 'g') AS keys
FROM gdpr_log.event WHERE relation LIKE 'events.%' ORDER BY relation, action;
SELECT DISTINCT call, subject, "session_user", "current_user", reason FROM gdpr_log.event WHERE relation LIKE 'events.%';
SELECT count(*) AS events, count(DISTINCT id) AS ids, count(DISTINCT request) AS requests, count(DISTINCT at) AS times,
       count(DISTINCT transaction) AS transactions,
       bool_and(at BETWEEN now() - interval '5 minutes' AND clock_timestamp()) AS just_now,
       bool_and(substr(id::text, 15, 1) = '7' AND substr(id::text, 20, 1) IN ('8', '9', 'a', 'b')) AS uuid_version_7,
       count(DISTINCT registry_version) AS registry_versions, bool_and(registry_version <> '') AS versioned
FROM gdpr_log.event WHERE relation LIKE 'events.%';
SELECT bool_and(written BETWEEN at - interval '1 second' AND at + interval '5 minutes') AS id_begins_with_the_time
FROM gdpr_log.event, to_timestamp(('x0000' || translate(left(id::text, 13), '-', ''))::bit(64)::bigint / 1000.0) AS written
WHERE relation LIKE 'events.%';
SELECT relation, octet_length(fingerprints) AS fingerprint_bytes FROM gdpr_log.event WHERE relation LIKE 'events.%'
ORDER BY relation, action;

-- Neither a value nor a key that is no number is anywhere in it.
SELECT count(*) FROM gdpr_log.event e WHERE relation LIKE 'events.%'
       AND e::text ~ 'Ada|Lovelace|example|ring|leave|secret-token|SN-0001|192\.0|/tea';

-- Another call: another request, its own reason (none), the columns that it changed. The registry is the same.
SELECT relation, action, rows FROM gdpr_anonymise('person', 2);
SELECT relation, action, rows, keys, columns, reason FROM gdpr_log.event e
WHERE relation LIKE 'events.%' AND request <> (SELECT request FROM gdpr_log.event WHERE relation = 'events.session') ORDER BY relation;
SELECT count(DISTINCT request) AS requests, count(DISTINCT registry_version) AS registry_versions FROM gdpr_log.event
WHERE relation LIKE 'events.%';
SELECT "session_user", "current_user" FROM gdpr_log.event e WHERE relation = 'events.person' ORDER BY id DESC LIMIT 1;
-- Another rule is another version of the registry.
SELECT gdpr_register('person', '{"name": "null", "email": "email", "phone": "blank"}');
SELECT relation, action, rows FROM gdpr_anonymise('person', 2, cascade => false, force => true);
SELECT count(DISTINCT request) AS requests, count(DISTINCT registry_version) AS registry_versions FROM gdpr_log.event
WHERE relation LIKE 'events.%';
-- An empty reason is none. A reason may be long.
SET gdpr_ext.reason = '';
SELECT count(*) FROM gdpr_anonymise('person', 2, cascade => false, force => true);
SELECT reason IS NULL AS no_reason FROM gdpr_log.event WHERE relation = 'events.person' ORDER BY id DESC LIMIT 1;
RESET gdpr_ext.reason;

-- Rolled back: no event (S77).
BEGIN;
UPDATE person SET name = 'Ada' WHERE id = 1;
SELECT relation, action, rows FROM gdpr_anonymise('person', 1);
SELECT count(*) FROM gdpr_log.event WHERE relation = 'events.person';
ROLLBACK;
SELECT count(*) FROM gdpr_log.event WHERE relation = 'events.person';

-- One keyed fingerprint for each column and row, of what the row was: equal rows would have equal ones under one secret, others have not.
SELECT count(DISTINCT fingerprints) AS distinct_fingerprints FROM gdpr_log.event WHERE relation = 'events.orders';

-- By day, action and table.
SELECT bool_and(current_date - day IN (0, 1)) AS today, action, relation, sum(requests) AS requests, sum(events) AS events, sum(rows) AS rows
FROM gdpr_log.summary WHERE relation LIKE 'events.%' GROUP BY relation, action ORDER BY relation, action;

-- Append-only, for whomever it was granted to.
GRANT USAGE ON SCHEMA gdpr_log TO regress_owner;
GRANT ALL ON ALL TABLES IN SCHEMA gdpr_log TO regress_owner;
SET ROLE regress_owner;
SELECT count(*) > 0 AS may_read FROM gdpr_log.event;
UPDATE gdpr_log.event SET reason = 'nothing happened' WHERE relation = 'events.person';
\echo :SQLSTATE
DELETE FROM gdpr_log.event WHERE relation = 'events.person';
\echo :SQLSTATE
TRUNCATE gdpr_log.event;
\echo :SQLSTATE
INSERT INTO gdpr_log.event SELECT * FROM gdpr_log.event WHERE false;
UPDATE gdpr_log.event SET reason = 'nothing happened' WHERE false;
RESET ROLE;
SELECT count(*) FROM gdpr_log.event WHERE relation = 'events.person';

-- Its invariants are constraints: each broken once, as a superuser could.
CREATE TABLE template AS SELECT * FROM gdpr_log.event WHERE relation = 'events.orders' LIMIT 1;
CREATE FUNCTION broken(change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE violated text;
BEGIN
    INSERT INTO gdpr_log.event
    SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()) || change)).* FROM events.template t;
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS violated := CONSTRAINT_NAME;
    RETURN concat_ws(' ', SQLSTATE, nullif(violated, ''));
END $$;
BEGIN;
SELECT broken('{}') AS as_it_was;
SELECT broken('{"action": "vanished"}') AS action, broken('{"rows": 0, "keys": [], "fingerprints": "\\x"}') AS rows,
       broken('{"rows": -1}') AS negative_rows,
       broken('{"keys": {}}') AS keys_no_array, broken('{"keys": [1, 2, 3]}') AS more_keys_than_rows,
       broken('{"relation": null}') AS relation, broken('{"request": null}') AS request, broken('{"at": null}') AS at,
       broken('{"transaction": null}') AS transaction,
       broken('{"session_user": null}') AS session_user_null, broken('{"registry_version": null}') AS registry_version
\gx
ROLLBACK;

-- What the log needs goes with a dropped table; the events stay.
SELECT count(*) > 0 AS marked FROM gdpr_log.anonymised WHERE relation = 'visit'::regclass OR relation = 'person'::regclass;
SET client_min_messages = warning;
DROP SCHEMA events CASCADE;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
SELECT count(*) AS marks_of_nothing FROM gdpr_log.anonymised a LEFT JOIN pg_class c ON c.oid = a.relation WHERE c.oid IS NULL;
SELECT count(*) > 0 AS events FROM gdpr_log.event WHERE relation = 'events.person';
