-- ON DELETE ANONYMISE and gdpr_erase: rows outside the person are anonymised too when they let go of what is deleted.
--
-- What is outside the person by a foreign key that is declared was said not to stay as it is. gdpr_erase, gdpr_delete and gdpr_preview say so
-- in their result, and the preview says what the action then does.
CREATE SCHEMA on_delete_erase;
SET search_path = on_delete_erase, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, rows, (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_array_elements(keys) key) AS keys, columns
    FROM gdpr_log.event WHERE relation LIKE 'on_delete_erase.%' ORDER BY id;
-- What the preview says and the action does not, and the other way round; id is that of a person.
CREATE FUNCTION differs(what text, id int) RETURNS TABLE (said text, relation regclass, action text, rows bigint, ground text) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE before ON COMMIT DROP AS SELECT * FROM public.gdpr_preview(what, 'on_delete_erase.person', id);
    CREATE TEMPORARY TABLE after (LIKE before) ON COMMIT DROP;
    EXECUTE format('INSERT INTO after SELECT * FROM public.gdpr_%I(''on_delete_erase.person'', $1)', what) USING id;
    RETURN QUERY SELECT 'preview', x.* FROM (TABLE before EXCEPT TABLE after) x UNION ALL SELECT what, x.* FROM (TABLE after EXCEPT TABLE before) x;
    DROP TABLE before, after;
END $$;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE review (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE locker (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, label text, place text);
CREATE TABLE badge (id int PRIMARY KEY, person_id int NOT NULL DEFAULT 0 REFERENCES person, holder text);
INSERT INTO person SELECT i, 'name ' || i FROM generate_series(0, 9) i;
INSERT INTO review SELECT 10 + i, i, 'review ' || i FROM generate_series(1, 9) i;
INSERT INTO locker SELECT 20 + i, i, 'label ' || i, 'left' FROM generate_series(1, 9) i;
INSERT INTO locker VALUES (30, 1, NULL, 'right');
INSERT INTO badge SELECT 40 + i, i, 'holder ' || i FROM generate_series(1, 9) i;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('review', '{"body": "null"}', on_erase => 'anonymise');
SELECT gdpr_register('locker', '{"label": "null", "place": "keep"}');
SELECT gdpr_register('badge', '{"holder": "null"}');
-- Lockers and badges are the company's.
SELECT gdpr_link('person', '{id}', 'locker', '{person_id}', kind => 'ignore');
SELECT gdpr_link('person', '{id}', 'badge', '{person_id}', kind => 'context');

-- Not declared: the locker lets go, and keeps what is on it. A badge cannot let go.
SELECT * FROM gdpr_preview('erase', 'person', 1);
\echo :SQLSTATE
SELECT gdpr_on_delete('badge', '{person_id}', 'SET DEFAULT');
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
SELECT * FROM locker WHERE id IN (21, 30) ORDER BY id;
SELECT * FROM badge WHERE id = 41;
TABLE told;

-- Declared: the locker is anonymised. It is the same whether gdpr_erase, gdpr_delete or anybody else deletes the person.
SELECT gdpr_on_delete('locker', '{person_id}');
INSERT INTO locker VALUES (31, 2, NULL, 'right');
SELECT * FROM gdpr_preview('erase', 'person', 2);
SELECT * FROM gdpr_erase('person', 2);
SELECT * FROM gdpr_delete('person', 3);
UPDATE review SET person_id = NULL WHERE id = 14;
DELETE FROM person WHERE id = 4;
SELECT * FROM locker WHERE id IN (22, 23, 24, 31) ORDER BY id;
SELECT * FROM badge WHERE id IN (42, 43, 44) ORDER BY id;
SELECT call, relation, action, keys, columns FROM told WHERE relation ~ 'locker|badge' AND keys <> '[21, 30]' AND keys <> '[41]';
-- The preview said so.
SELECT * FROM differs('erase', 5);
SELECT * FROM differs('delete', 6);
-- Anonymised already: then it only lets go.
UPDATE locker SET label = NULL WHERE id = 27;
SELECT * FROM gdpr_preview('erase', 'person', 7);
SELECT * FROM differs('erase', 7);
-- Two people in one call.
SELECT * FROM gdpr_erase('person', ARRAY[8, 9]);
SELECT id, person_id, label FROM locker WHERE id IN (28, 29) ORDER BY id;

-- The person's own rows: SET DEFAULT holds for them, too, where they stay.
ALTER TABLE review ALTER person_id SET DEFAULT 0;
SELECT gdpr_on_delete('review', '{person_id}', 'SET DEFAULT');
INSERT INTO person VALUES (51, 'Ada'), (52, 'Bea'), (53, 'Cleo');
INSERT INTO review VALUES (151, 51, 'Tea'), (152, 52, 'Cups'), (153, 53, 'Pots');
SELECT * FROM gdpr_preview('erase', 'person', 51);
SELECT * FROM gdpr_erase('person', 51);
SELECT * FROM review WHERE id = 151;
SELECT action, columns FROM told WHERE keys = '[151]';
SELECT * FROM differs('erase', 52);
-- gdpr_delete deletes them, and nothing has to be set.
SELECT * FROM gdpr_delete('person', 53);
SELECT count(*) FROM review WHERE id = 153;

-- What the default is cannot be erased while others need it; what they are is said.
SELECT * FROM gdpr_erase('person', 0);
\echo :SQLSTATE
SELECT * FROM person WHERE id = 0;

-- Kept since: gdpr_erase keeps the person's row, anonymised, as for any kept row. A plain DELETE fails: it cannot do that.
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, addressee text);
SELECT gdpr_register('invoice', '{"addressee": "null"}');
SELECT gdpr_on_delete('invoice', '{person_id}');
INSERT INTO person VALUES (61, 'Ada'), (62, 'Bea');
INSERT INTO invoice VALUES (161, 61, 'Ada Lovelace');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
DELETE FROM person WHERE id = 61;
\echo :SQLSTATE
-- Whom no invoice holds goes.
DELETE FROM person WHERE id = 62;
SELECT * FROM gdpr_preview('erase', 'person', 61);
SELECT * FROM gdpr_erase('person', 61);
SELECT * FROM person WHERE id = 61;
TABLE invoice;
-- Rows outside, kept: the same.
SELECT gdpr_link('person', '{id}', 'invoice', '{person_id}', kind => 'ignore');
INSERT INTO person VALUES (63, 'Cleo');
INSERT INTO invoice VALUES (163, 63, 'Cleo');
SELECT * FROM gdpr_preview('erase', 'person', 63);
SELECT * FROM differs('erase', 63);
SELECT * FROM invoice WHERE id = 163;
SELECT gdpr_unlink('person', '{id}', 'invoice', '{person_id}');
-- The ground gone, all goes as it was declared.
SELECT gdpr_register('invoice', on_erase => 'anonymise');
DELETE FROM person WHERE id = 61;
TABLE invoice ORDER BY id;

-- Its rules gone: there is nothing to anonymise by.
SELECT gdpr_link('person', '{id}', 'invoice', '{person_id}', kind => 'ignore');
INSERT INTO person VALUES (64, 'Dora');
INSERT INTO invoice VALUES (164, 64, 'Dora');
SELECT gdpr_register('invoice', '{}');
DELETE FROM person WHERE id = 64;
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person', 64);
\echo :SQLSTATE
SELECT * FROM gdpr_preview('erase', 'person', 64);
\echo :SQLSTATE
SELECT * FROM person WHERE id = 64;
SELECT * FROM invoice WHERE id = 164;
SELECT gdpr_register('invoice', '{"addressee": "null"}');
SELECT * FROM differs('erase', 64);

-- Two foreign keys of a row outside, to one person: what lets go by the declared one is counted besides. And a row that goes itself is not anonymised before.
CREATE TABLE pair (id int PRIMARY KEY, a int REFERENCES person, b int REFERENCES person, body text);
SELECT gdpr_register('pair', '{"body": "null"}');
SELECT gdpr_link('person', '{id}', 'pair', '{a}', kind => 'ignore');
SELECT gdpr_link('person', '{id}', 'pair', '{b}', kind => 'ignore');
SELECT gdpr_on_delete('pair', '{a}');
INSERT INTO person VALUES (71, 'Ada'), (72, 'Bea');
INSERT INTO pair VALUES (1, 71, 71, 'both'), (2, 71, 72, 'one'), (3, 72, 71, 'the other, which is not declared');
SELECT * FROM gdpr_preview('erase', 'person', 71);
SELECT * FROM gdpr_erase('person', 71);
TABLE pair ORDER BY id;
SELECT * FROM differs('delete', 72);

-- A table that references itself.
CREATE TABLE staff (id int PRIMARY KEY, name text, boss_id int REFERENCES staff);
SELECT gdpr_register('staff', '{"name": "null"}', subject => true);
SELECT gdpr_on_delete('staff', '{boss_id}');
INSERT INTO staff VALUES (1, 'Ada', 1), (2, 'Bea', 1), (3, 'Cleo', 2), (4, 'Dora', 1);
SELECT * FROM gdpr_preview('erase', 'staff', ARRAY[1, 4]);
SELECT * FROM gdpr_erase('staff', ARRAY[1, 4]);
TABLE staff ORDER BY id;

-- The trigger finds nothing left: all of it is one call's.
SELECT count(*) FROM told WHERE call = 'ON DELETE' AND relation = 'on_delete_erase.staff';
-- Who erases needs the rights for rows outside that gdpr_erase asks for, and not more for what is declared.
CREATE ROLE regress_on_delete_erase;
GRANT USAGE ON SCHEMA on_delete_erase TO regress_on_delete_erase;
GRANT SELECT, DELETE, UPDATE ON staff TO regress_on_delete_erase;
GRANT EXECUTE ON FUNCTION gdpr_erase(regclass, anyelement) TO regress_on_delete_erase;
SET ROLE regress_on_delete_erase;
SELECT * FROM gdpr_erase('staff', 2);
RESET ROLE;
TABLE staff ORDER BY id;
REVOKE EXECUTE ON FUNCTION gdpr_erase(regclass, anyelement) FROM regress_on_delete_erase;

-- Under session_replication_role = replica the triggers do not fire, no more than those of foreign keys. gdpr_erase does all itself.
INSERT INTO person VALUES (81, 'Ada'), (82, 'Bea'), (83, 'Cleo');
INSERT INTO locker VALUES (81, 81, 'Ada', 'left'), (82, 82, 'Bea', 'left'), (83, 83, 'Cleo', 'left');
SET session_replication_role = replica;
SELECT * FROM gdpr_erase('person', 81);
DELETE FROM person WHERE id = 82;
RESET session_replication_role;
SELECT * FROM locker WHERE id IN (81, 82) ORDER BY id;
-- ENABLE ALWAYS: it does, and remains so when the trigger is made anew for another declaration.
ALTER TABLE person ENABLE ALWAYS TRIGGER "GDPR_on_delete";
SELECT gdpr_on_delete_drop('pair', '{a}');
SELECT tgenabled FROM pg_trigger WHERE tgrelid = 'person'::regclass AND tgname = 'GDPR_on_delete';
SET session_replication_role = replica;
DELETE FROM person WHERE id = 83;
RESET session_replication_role;
SELECT * FROM locker WHERE id = 83;

SET client_min_messages = warning;
DROP SCHEMA on_delete_erase CASCADE;
DROP ROLE regress_on_delete_erase;
