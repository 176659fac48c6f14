-- What a role needs to erase a person, and what it does not get by it.
--
-- EXECUTE on the function; SELECT, UPDATE and DELETE on the tables: what the same statements would need by hand. They run as the owner of
-- each table, so that nobody's triggers run with a superuser's rights. What is missing is named, before anything is changed.
CREATE ROLE regress_owner;
CREATE ROLE regress_second;
CREATE ROLE regress_clerk;
CREATE SCHEMA erase_privileges;
GRANT ALL ON SCHEMA erase_privileges TO regress_owner, regress_second;
GRANT USAGE ON SCHEMA erase_privileges TO regress_clerk;
SET search_path = erase_privileges, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_second;
SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, body text);
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, addressee text);
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
CREATE TABLE locker (id int PRIMARY KEY, person_id int REFERENCES person, place text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
INSERT INTO note VALUES (11, 1, 'hello'), (12, 2, 'hello'), (13, 3, 'hello');
INSERT INTO invoice VALUES (21, 2, 'Bea Bell');
INSERT INTO device VALUES (31, 1, 'SN-0001');
INSERT INTO locker VALUES (41, 1, 'left');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('device', '{"serial": "null"}', on_erase => 'anonymise');
SELECT gdpr_link('person', '{id}', 'locker', '{person_id}', kind => 'ignore');
RESET ROLE;

-- EXECUTE is nobody's until it is granted.
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
SELECT * FROM gdpr_erase('person', '1');
SELECT * FROM gdpr_delete('person', 1);
SELECT * FROM gdpr_delete('person', '1');
\echo :SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_erase(regclass, anyelement), gdpr_delete(regclass, anyelement),
    gdpr_preview(text, regclass, anyelement, boolean, boolean) TO regress_clerk;

-- SELECT and UPDATE are what the walk needs, which reads and locks rows. A preview needs no more than SELECT.
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT ON person, note, invoice, device TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT UPDATE ON person, note, invoice, device TO regress_clerk;

-- The locker is not hers, but its key is to be changed.
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT ON locker TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT UPDATE ON locker TO regress_clerk;

-- DELETE, on the tables whose rows are deleted.
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
\echo :SQLSTATE
RESET ROLE;
GRANT DELETE ON note TO regress_clerk;
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM note) AS notes, (SELECT count(person_id) FROM locker) AS lockers,
       (SELECT count(serial) FROM device) AS serials,
       (SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'erase_privileges.%') AS events;

-- Where the person's row stays, the right to delete it is not needed; the right to delete notes is.
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 2);
RESET ROLE;
GRANT DELETE ON person TO regress_clerk;
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('person', 1);
-- What is to be anonymised cannot be deleted without the right to it.
RESET ROLE;
INSERT INTO device VALUES (32, 4, 'SN-0002');
SET ROLE regress_clerk;
SELECT * FROM gdpr_delete('person', 4);
\echo :SQLSTATE
-- It writes the log, and cannot read it.
SELECT count(*) FROM gdpr_log.event;
RESET ROLE;
SELECT DISTINCT "current_user" FROM gdpr_log.event WHERE relation LIKE 'erase_privileges.%';

-- A superuser deletes, the owner's trigger runs as the owner.
SET ROLE regress_owner;
CREATE TABLE told (relation text, who name);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO erase_privileges.told VALUES (TG_TABLE_NAME, current_user);
    RETURN OLD;
END $$;
CREATE TRIGGER tell BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER tell BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION tell();
RESET ROLE;
SELECT * FROM gdpr_erase('person', 3);
SELECT * FROM told ORDER BY relation;

-- Tables of several owners are no matter, as long as they are not in one cycle: a statement for each.
SET ROLE regress_owner;
GRANT SELECT, REFERENCES, TRIGGER, INSERT ON person, told TO regress_second;
SET ROLE regress_second;
CREATE TABLE post (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, body text);
CREATE TRIGGER tell BEFORE DELETE ON post FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO post VALUES (51, 4, 'hello');
SELECT gdpr_register('post');
RESET ROLE;
TRUNCATE told;
SELECT * FROM gdpr_delete('person', 4);
SELECT * FROM told ORDER BY relation;

-- In a cycle one statement deletes from all its tables. Each owner could have triggers in it: it runs as the caller, and a superuser, who
-- could do anything in it, is not led into that.
SET ROLE regress_owner;
CREATE TABLE account (id int PRIMARY KEY, profile_id int NOT NULL, iban text);
GRANT SELECT, UPDATE, DELETE, REFERENCES ON account TO regress_second, regress_clerk;
SELECT gdpr_register('account', '{"iban": "null"}', subject => true);
SET ROLE regress_second;
CREATE TABLE profile (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, bio text);
GRANT SELECT, UPDATE, DELETE, REFERENCES ON profile TO regress_owner, regress_clerk;
SELECT gdpr_register('profile', '{"bio": "null"}');
SET ROLE regress_owner;
ALTER TABLE account ADD FOREIGN KEY (profile_id) REFERENCES profile;
RESET ROLE;
WITH account AS (INSERT INTO account VALUES (1, 61, 'NL00-1'), (2, 62, 'NL00-2'))
INSERT INTO profile VALUES (61, 1, 'Ada'), (62, 2, 'Bea');
SELECT * FROM gdpr_erase('account', 1);
\echo :SQLSTATE
SELECT count(*) FROM account JOIN profile ON profile_id = profile.id AND account_id = account.id;
SET ROLE regress_clerk;
SELECT * FROM gdpr_erase('account', 1);
RESET ROLE;
SELECT account.id, profile.id FROM account JOIN profile ON profile_id = profile.id AND account_id = account.id;

SET client_min_messages = warning;
DROP SCHEMA erase_privileges CASCADE;
DROP OWNED BY regress_owner, regress_second, regress_clerk;
DROP ROLE regress_owner, regress_second, regress_clerk;
