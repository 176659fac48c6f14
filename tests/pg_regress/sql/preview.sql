-- gdpr_preview: what an action would do.
--
-- It is made of the same plan, so that it gives the rows that the action gives. It changes nothing, takes no row locks, and works where
-- nothing may be written. Where the action would refuse, it shows why, and goes on.
CREATE SCHEMA preview;
SET search_path = preview, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text, reference text);
CREATE TABLE invoice (id int PRIMARY KEY, order_id int REFERENCES orders, addressee text);
CREATE TABLE letter (id int PRIMARY KEY, sender int REFERENCES person, recipient int REFERENCES person, body text);
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org'), (3, 'Cleo', 'cleo@example.org');
INSERT INTO orders VALUES (11, 1, 'ring twice', 'R-1'), (12, 1, NULL, NULL), (13, 2, 'x', 'R-2');
INSERT INTO invoice VALUES (21, 11, 'Ada Lovelace'), (22, 12, 'Ada Lovelace');
INSERT INTO letter VALUES (31, 1, 2, 'Ada to Bea'), (32, 1, NULL, 'a draft');
INSERT INTO device VALUES (41, 1, 'SN-0001');
SELECT gdpr_register('person', '{"name": "null", "email": "email"}', subject => true);
SELECT gdpr_register('orders', '{"note": "null", "reference": "pseudonym"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('letter', '{"body": "null"}');

-- One letter is Bea's too, and nobody has said what that means; and the device's table is not registered. The action would refuse both.
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT gdpr_link('person', '{id}', 'letter', '{sender}');
SELECT gdpr_link('person', '{id}', 'letter', '{recipient}');
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('device', '{"serial": "hash"}');

-- It needs no more than a read-only transaction in any isolation level.
BEGIN READ ONLY;
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT count(*) FROM gdpr_preview('anonymise', 'person', 1);
COMMIT;

-- No row is locked (that would write its xmax), none is another version, no table is locked for more than reading, and nothing is logged.
CREATE VIEW version AS
    SELECT 'person' AS relation, id, ctid::text AS place, xmin::text AS made, xmax::text AS locked FROM person
    UNION ALL SELECT 'orders', id, ctid::text, xmin::text, xmax::text FROM orders
    UNION ALL SELECT 'letter', id, ctid::text, xmin::text, xmax::text FROM letter
    UNION ALL SELECT 'device', id, ctid::text, xmin::text, xmax::text FROM device;
CREATE TABLE before AS TABLE version;
BEGIN;
SELECT count(*) FROM gdpr_preview('anonymise', 'person', ARRAY[1, 2, 3], force => true);
SELECT DISTINCT mode FROM pg_locks JOIN pg_class c ON c.oid = relation
WHERE pid = pg_backend_pid() AND relnamespace = 'preview'::regnamespace AND relname IN ('person', 'orders', 'invoice', 'letter', 'device');
SELECT pg_current_xact_id_if_assigned() IS NULL AS wrote_nothing;
COMMIT;
TABLE version EXCEPT TABLE before;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'preview.%';
SELECT gdpr_is_anonymised('person', 1);

-- The same rows in the same order as the action, whatever the arguments are.
CREATE FUNCTION differs(id int[], "cascade" bool, force bool) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE before text[]; after text[];
BEGIN
    before := ARRAY(SELECT p::text FROM gdpr_preview('anonymise', 'preview.person', id, "cascade", force) p);
    after := ARRAY(SELECT a::text FROM gdpr_anonymise('preview.person', id, "cascade", force) a);
    RETURN NEXT format('%s rows', cardinality(after));
    IF before <> after THEN
        RETURN NEXT format('preview %s, action %s', before, after);
    END IF;
END $$;
SELECT differs('{1}', false, false);
SELECT differs('{1}', true, false);
SELECT differs('{1}', true, false);
SELECT differs('{1}', true, true);
SELECT differs('{1,2}', true, false);
SELECT differs('{3}', true, false);
SELECT differs('{3,99}', true, true);
UPDATE orders SET note = 'back' WHERE id = 11;
SELECT differs('{1,2,3}', true, false);

-- What it does not know.
SELECT * FROM gdpr_preview('anonymize', 'person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('', 'person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_preview(NULL, 'person', 1);
\echo :SQLSTATE

SET client_min_messages = warning;
DROP SCHEMA preview CASCADE;
