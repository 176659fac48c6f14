-- S54. A trigger that swallows the update, or undoes it.
--
-- An UPDATE that a BEFORE trigger cancels is no error for PostgreSQL: it reports fewer rows, and goes on. Here it is one: a call that says
-- `anonymised` has changed every row that it meant, or it fails, and nothing is half done.
CREATE SCHEMA s54;
SET search_path = s54, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text, changed timestamptz, locked bool NOT NULL);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO note VALUES (11, 1, 'one', NULL, false), (12, 1, 'two', NULL, true), (13, 1, 'three', NULL, false);
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
CREATE VIEW done AS
    SELECT (SELECT count(*) FROM person WHERE name IS NULL) AS people, (SELECT count(*) FROM note WHERE body IS NULL) AS notes,
           (SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's54.%') AS events;

-- One row of three is swallowed.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN OLD.locked THEN NULL ELSE NEW END;
END $$;
CREATE TRIGGER swallow BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER swallow ON note;

-- The update happens, and the trigger puts the old value back.
CREATE FUNCTION put_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.locked THEN
        NEW.body := OLD.body;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER put_back BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION put_back();
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER put_back ON note;

-- The same afterwards, by another update.
CREATE FUNCTION put_back_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE s54.note SET body = OLD.body WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER put_back_later AFTER UPDATE ON note FOR EACH ROW WHEN (OLD.locked AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION put_back_later();
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
TABLE done;
DROP TRIGGER put_back_later ON note;

-- The row is gone when the update comes to it.
CREATE FUNCTION take_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM s54.note WHERE id = 12;
    RETURN NEW;
END $$;
CREATE TRIGGER take_away BEFORE UPDATE ON note FOR EACH ROW WHEN (OLD.id = 11) EXECUTE FUNCTION take_away();
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
TABLE done;
SELECT count(*) FROM note;
DROP TRIGGER take_away ON note;

-- A rewrite rule that does nothing instead.
CREATE RULE nothing AS ON UPDATE TO note WHERE OLD.locked DO INSTEAD NOTHING;
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
TABLE done;
DROP RULE nothing ON note;

-- Triggers that do other work are none of that: the time of the change, another spelling, a value that is none of the old one's.
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := '2024-01-01 00:00+00';
    NEW.body := coalesce(NEW.body, 'nothing to see');
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION stamp();
SELECT * FROM gdpr_anonymise('person', 1);
SELECT id, body, changed IS NOT NULL AS stamped FROM note ORDER BY id;
TABLE done;
-- And what the trigger wrote counts as what was written: nothing is left to do.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT gdpr_is_anonymised('person', 1);

-- In a table whose key is rewritten.
CREATE TABLE member (email text PRIMARY KEY, name text);
CREATE TABLE login (id int PRIMARY KEY, email text NOT NULL REFERENCES member);
INSERT INTO member VALUES ('ada@example.org', 'Ada');
INSERT INTO login VALUES (1, 'ada@example.org'), (2, 'ada@example.org');
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true);
CREATE FUNCTION put_name_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := OLD.name;
    RETURN NEW;
END $$;
CREATE TRIGGER put_name_back BEFORE UPDATE ON member FOR EACH ROW EXECUTE FUNCTION put_name_back();
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');
\echo :SQLSTATE
SELECT count(*) FROM login JOIN member USING (email) WHERE email = 'ada@example.org';

SET client_min_messages = warning;
DROP SCHEMA s54 CASCADE;
