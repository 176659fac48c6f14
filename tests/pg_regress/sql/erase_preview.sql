-- gdpr_preview('erase' | 'delete', ...): the rows that the action would return, and nothing is changed for it.
--
-- It is made by the same plan. It takes no row locks, and works where nothing may be written.
CREATE SCHEMA erase_preview;
SET search_path = erase_preview, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, boss_id int REFERENCES person);
CREATE TABLE session (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, ip inet);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
CREATE TABLE invoice (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, addressee text);
CREATE TABLE letter (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
INSERT INTO person VALUES (1, 'Ada', NULL), (2, 'Bea', 1), (3, 'Cleo', 2), (4, 'Dora', 3);
INSERT INTO session VALUES (21, 1, '192.0.2.1'), (22, 1, '192.0.2.2'), (23, 3, '192.0.2.3');
INSERT INTO orders VALUES (11, 1, 'ring twice'), (12, 1, NULL), (13, 2, 'leave it at the door');
INSERT INTO invoice VALUES (31, 11, 'Ada Lovelace');
INSERT INTO letter VALUES (41, 1, 2, 'Ada to Bea'), (42, 1, NULL, 'a draft'), (43, 2, 3, 'Bea to Cleo');
INSERT INTO device VALUES (51, 1, 'SN-0001'), (52, 3, 'SN-0002');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('session', on_erase => 'delete');
SELECT gdpr_register('orders', '{"note": "null"}', on_erase => 'anonymise');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('letter', '{"body": {"strategy": "null", "of": "sender_id"}}');
SELECT gdpr_register('device', '{"serial": "hash"}', on_erase => 'anonymise');

-- What nobody has declared the action refuses; the preview shows it, and goes on.
SELECT relation, action, rows FROM gdpr_preview('erase', 'person', 1) WHERE action = 'unreviewed';
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'letter', '{sender_id}');
SELECT gdpr_link('person', '{id}', 'letter', '{recipient_id}');

SELECT * FROM gdpr_preview('erase', 'person', 1);

-- A read-only transaction of any isolation level is enough.
BEGIN READ ONLY;
SELECT count(*) FROM gdpr_preview('erase', 'person', 1);
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT count(*) FROM gdpr_preview('delete', 'person', ARRAY[1, 2]);
COMMIT;

-- No row is locked (that would write its xmax) or is another version, no table is locked for more than reading, nothing is logged.
CREATE VIEW version AS
    SELECT 'person' AS relation, id, ctid::text AS place, xmin::text AS made, xmax::text AS locked FROM person
    UNION ALL SELECT 'session', id, ctid::text, xmin::text, xmax::text FROM session
    UNION ALL SELECT 'orders', id, ctid::text, xmin::text, xmax::text FROM orders
    UNION ALL SELECT 'invoice', id, ctid::text, xmin::text, xmax::text FROM invoice
    UNION ALL SELECT 'letter', id, ctid::text, xmin::text, xmax::text FROM letter
    UNION ALL SELECT 'device', id, ctid::text, xmin::text, xmax::text FROM device;
CREATE TABLE before AS TABLE version;
BEGIN;
SELECT count(*) > 0 AS some FROM gdpr_preview('erase', 'person', ARRAY[1, 2, 3]);
SELECT count(*) > 0 AS some FROM gdpr_preview('delete', 'person', ARRAY[1, 2, 3]);
SELECT DISTINCT mode FROM pg_locks JOIN pg_class c ON c.oid = relation
WHERE pid = pg_backend_pid() AND relnamespace = 'erase_preview'::regnamespace AND relkind = 'r';
SELECT pg_current_xact_id_if_assigned() IS NULL AS wrote_nothing;
COMMIT;
TABLE version EXCEPT TABLE before;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'erase_preview.%';

-- The same rows in the same order as the action, whomever it is about.
CREATE FUNCTION differs(action text, ids int[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    previewed text[] := ARRAY(SELECT p::text FROM gdpr_preview(action, 'erase_preview.person', ids) p);
    done text[];
BEGIN
    EXECUTE format('SELECT ARRAY(SELECT d::text FROM gdpr_%s(''erase_preview.person'', $1) d)', action) INTO done USING ids;
    RETURN NEXT format('%s rows', cardinality(done));
    IF previewed <> done THEN
        RETURN NEXT format('preview %s, action %s', previewed, done);
    END IF;
    RETURN NEXT format('%s rows are left to do',
                       (SELECT count(*) FROM gdpr_preview(action, 'erase_preview.person', ids) p WHERE p.action <> 'kept'));
END $$;
BEGIN;
SELECT differs('erase', '{1}');
ROLLBACK;
BEGIN;
SELECT differs('erase', '{2}');
ROLLBACK;
BEGIN;
SELECT differs('erase', '{3}');
ROLLBACK;
BEGIN;
SELECT differs('erase', '{1,2,3}');
ROLLBACK;
BEGIN;
SELECT differs('delete', '{1}');
ROLLBACK;
BEGIN;
SELECT differs('delete', '{2}');
ROLLBACK;
BEGIN;
SELECT differs('delete', '{3}');
ROLLBACK;
BEGIN;
SELECT differs('delete', '{99}');
ROLLBACK;
-- One after the other, each in the state that the last one left.
SELECT differs('erase', '{3,99}');
SELECT differs('erase', '{1}');
SELECT differs('delete', '{2}');
SELECT differs('delete', '{1,2,3,4}');

SET client_min_messages = warning;
DROP SCHEMA erase_preview CASCADE;
