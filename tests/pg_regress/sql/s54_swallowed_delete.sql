-- S54. A trigger that swallows the delete; and triggers that do other work.
--
-- A DELETE that a BEFORE trigger cancels is no error for PostgreSQL: it reports fewer rows, and goes on. Here it is one: a call that says
-- `deleted` has deleted every row that it meant, or it fails, and nothing is half done.
CREATE SCHEMA s54_delete;
SET search_path = s54_delete, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, body text, locked bool NOT NULL, deleted bool);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO note VALUES (11, 1, 'one', false), (12, 1, 'two', true), (13, 1, 'three', false), (14, 2, 'four', true), (15, 3, 'five', false);
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note');
CREATE VIEW done AS
    SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM note WHERE deleted IS NULL) AS notes,
           (SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's54_delete.%') AS events;
TABLE done;

-- One row of three is swallowed.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN OLD.locked THEN NULL ELSE OLD END;
END $$;
CREATE TRIGGER swallow BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
SELECT * FROM gdpr_delete('person', 1);
\echo :SQLSTATE
TABLE done;
-- All of one.
SELECT * FROM gdpr_erase('person', 2);
\echo :SQLSTATE
DROP TRIGGER swallow ON note;

-- A row that is only said to be deleted.
CREATE FUNCTION only_say_so() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE s54_delete.note SET deleted = true WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER only_say_so BEFORE DELETE ON note FOR EACH ROW WHEN (OLD.locked) EXECUTE FUNCTION only_say_so();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER only_say_so ON note;

-- A row that is put back afterwards refers to a person who goes.
CREATE FUNCTION put_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO s54_delete.note SELECT OLD.*;
    RETURN NULL;
END $$;
CREATE TRIGGER put_back AFTER DELETE ON note FOR EACH ROW WHEN (OLD.locked) EXECUTE FUNCTION put_back();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER put_back ON note;

-- The person's own row is swallowed, when her notes are gone already.
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER never BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION never();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER never ON person;

-- A row is gone when the statement comes to it.
CREATE FUNCTION take_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM s54_delete.note WHERE id = 13;
    RETURN OLD;
END $$;
CREATE TRIGGER take_away BEFORE DELETE ON note FOR EACH ROW WHEN (OLD.id = 11) EXECUTE FUNCTION take_away();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER take_away ON note;

-- A rewrite rule that does nothing instead.
CREATE RULE nothing AS ON DELETE TO note WHERE OLD.locked DO INSTEAD NOTHING;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
TABLE done;
DROP RULE nothing ON note;

-- An error of a trigger: its text is not shown, since it may hold what the row holds.
CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'not %', OLD.body USING ERRCODE = '22000';
END $$;
CREATE TRIGGER complain BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION complain();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
DROP TRIGGER complain ON note;

-- The change of a row outside the person, whose key was to become NULL, is swallowed. What the foreign key would do then must not happen
-- either: one row would be deleted with the person, the other would refer to nobody.
CREATE TABLE locker (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, place text);
CREATE TABLE parking (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE SET NULL, place text);
INSERT INTO locker VALUES (21, 1, 'left');
INSERT INTO parking VALUES (31, 2, 'north');
SELECT gdpr_link('person', '{id}', 'locker', '{person_id}', kind => 'ignore');
SELECT gdpr_link('person', '{id}', 'parking', '{person_id}', kind => 'ignore');
CREATE TRIGGER never BEFORE UPDATE ON locker FOR EACH ROW EXECUTE FUNCTION never();
CREATE TRIGGER never BEFORE UPDATE ON parking FOR EACH ROW EXECUTE FUNCTION never();
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_erase('person', 2);
\echo :SQLSTATE
TABLE done;
TABLE locker;
TABLE parking;
DROP TABLE locker, parking;

-- Triggers that do other work: the copies that they make of the deleted rows are treated in the same call, by what is registered for the
-- history. One history is deleted, the other is anonymised.
CREATE TABLE person_history (no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int, name text);
CREATE TABLE note_history (no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int, body text);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'person' THEN
        INSERT INTO s54_delete.person_history (person_id, name) VALUES (OLD.id, OLD.name);
    ELSE
        INSERT INTO s54_delete.note_history (person_id, body) VALUES (OLD.person_id, OLD.body);
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER remember AFTER DELETE OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION remember();
CREATE TRIGGER remember BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION remember();
UPDATE person SET name = name || '!';
SELECT gdpr_register('person_history');
SELECT gdpr_register('note_history', '{"body": "null"}', on_erase => 'anonymise');
SELECT gdpr_link('person', '{id}', 'person_history', '{person_id}');
SELECT gdpr_link('person', '{id}', 'note_history', '{person_id}');
SELECT * FROM gdpr_erase('person', 1);
TABLE person_history ORDER BY no;
SELECT person_id, body FROM note_history;
SELECT relation, action, rows FROM gdpr_log.event WHERE relation LIKE 's54_delete.%' ORDER BY relation;

-- A kept history keeps what is in it, and the copies too; the report counts them.
SELECT gdpr_register('person_history', on_erase => 'keep', ground => 'audit law');
SELECT * FROM gdpr_erase('person', 2);
SELECT person_id, name FROM person_history ORDER BY no;

-- Under session_replication_role = replica no trigger fires: none of ours is needed, and no foreign key dangles.
SET session_replication_role = replica;
SELECT * FROM gdpr_erase('person', 3);
RESET session_replication_role;
SELECT count(*) FROM note;

SET client_min_messages = warning;
DROP SCHEMA s54_delete CASCADE;
