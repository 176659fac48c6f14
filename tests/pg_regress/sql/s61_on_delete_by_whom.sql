-- S61. ON DELETE ANONYMISE does not depend on who deletes, nor how.
--
-- A single DELETE or thousands of rows, a cascade from two tables above, MERGE, a CTE, a prepared statement, a role that has no rights on
-- what references: the profile is anonymised, and references nobody. Nor does it matter what the foreign key itself says.
CREATE SCHEMA s61;
SET search_path = s61, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, rows, CASE WHEN rows < 10 THEN keys END AS keys, columns, "current_user" FROM gdpr_log.event
    WHERE subject LIKE 's61.%' OR relation LIKE 's61.%' ORDER BY id;
CREATE TABLE company (id int PRIMARY KEY, name text);
CREATE TABLE person (id int PRIMARY KEY, company_id int REFERENCES company ON DELETE CASCADE, name text);
CREATE TABLE profile (id int PRIMARY KEY, person_id int REFERENCES person, about text);
CREATE INDEX ON person (company_id);
CREATE INDEX ON profile (person_id);
INSERT INTO company SELECT i, 'company ' || i FROM generate_series(1, 9) i;
INSERT INTO person SELECT i, (i - 1) / 1000 + 1, 'name ' || i FROM generate_series(1, 6000) i;
INSERT INTO profile SELECT i, i, 'about ' || i FROM generate_series(1, 6000) i;
SELECT gdpr_register('profile', '{"about": "null"}');
SELECT gdpr_on_delete('profile', '{person_id}');
-- What is left to anonymise of persons who are gone, and what references nobody.
CREATE VIEW state AS
    SELECT count(*) FILTER (WHERE person_id IS NOT NULL) AS referencing, count(*) FILTER (WHERE about IS NOT NULL) AS telling,
           count(*) FILTER (WHERE person_id IS NULL AND about IS NOT NULL) AS orphans,
           (SELECT count(*) FROM person) AS people
    FROM profile;
TABLE state;

-- One row, and none.
DELETE FROM person WHERE id = 1;
DELETE FROM person WHERE id = 1;
TABLE state;
-- Many: one event for each action, not for each row.
DELETE FROM person WHERE id BETWEEN 2 AND 3000;
TABLE state;
TABLE told;

-- By a cascade from the table above, at the same time from two of its rows.
DELETE FROM company WHERE id IN (4, 5);
TABLE state;
SELECT subject, relation, action, rows FROM told OFFSET 4;

-- Rolled back, it did not happen.
BEGIN;
DELETE FROM person WHERE id = 5001;
TABLE state;
ROLLBACK;
BEGIN;
SAVEPOINT before;
DELETE FROM person WHERE id = 5001;
ROLLBACK TO before;
DELETE FROM person WHERE id = 5002;
COMMIT;
TABLE state;
SELECT action, keys FROM told OFFSET 6;

-- In a CTE, which sees what was before; with RETURNING; through a view; by a USING.
WITH gone AS (DELETE FROM person WHERE id = 5003 RETURNING id)
SELECT profile.* FROM profile JOIN gone ON gone.id = person_id;
DELETE FROM person WHERE id = 5004 RETURNING id;
CREATE VIEW staff AS SELECT * FROM person WHERE company_id = 6;
DELETE FROM staff WHERE id = 5005;
DELETE FROM person USING company WHERE company.id = company_id AND person.id = 5006;
SELECT * FROM profile WHERE id BETWEEN 5001 AND 5007 ORDER BY id;
-- Two of them in one statement.
WITH a AS (DELETE FROM person WHERE id = 5011), b AS (DELETE FROM person WHERE id = 5012) SELECT;
SELECT * FROM profile WHERE id BETWEEN 5011 AND 5013 ORDER BY id;
-- Written and deleted in one transaction.
BEGIN;
INSERT INTO person VALUES (7001, 6, 'Ada');
INSERT INTO profile VALUES (7001, 7001, 'me');
DELETE FROM person WHERE id = 7001;
COMMIT;
SELECT * FROM profile WHERE id = 7001;

-- MERGE, which PostgreSQL has since 15.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        EXECUTE 'MERGE INTO person USING (VALUES (5021), (5022)) gone(id) ON gone.id = person.id
                 WHEN MATCHED AND person.id = 5021 THEN DELETE
                 WHEN MATCHED THEN UPDATE SET name = ''kept''';
    ELSE
        DELETE FROM person WHERE id = 5021;
    END IF;
END $$;
SELECT * FROM profile WHERE id BETWEEN 5021 AND 5022 ORDER BY id;

-- Prepared, until the plan is a generic one.
PREPARE gone(int) AS DELETE FROM person WHERE id = $1;
EXECUTE gone(5031);
EXECUTE gone(5032);
EXECUTE gone(5033);
EXECUTE gone(5034);
EXECUTE gone(5035);
EXECUTE gone(5036);
EXECUTE gone(5037);
SELECT count(*), count(person_id), count(about) FROM profile WHERE id BETWEEN 5031 AND 5037;
DEALLOCATE gone;
-- In a function, row by row, and with a handler of errors.
DO $$
DECLARE gone int;
BEGIN
    FOR gone IN SELECT id FROM person WHERE id BETWEEN 5041 AND 5043 LOOP
        BEGIN
            DELETE FROM person WHERE id = gone;
            IF gone = 5042 THEN
                RAISE EXCEPTION 'not this one';
            END IF;
        EXCEPTION WHEN raise_exception THEN
        END;
    END LOOP;
END $$;
SELECT * FROM profile WHERE id BETWEEN 5041 AND 5043 ORDER BY id;
-- In a REPEATABLE READ transaction, in which nobody else writes.
BEGIN ISOLATION LEVEL REPEATABLE READ;
DELETE FROM person WHERE id = 5051;
COMMIT;
SELECT * FROM profile WHERE id = 5051;

-- A role that may delete people, and may not even read profiles. What is done there is done as its owner; the log says who it was.
CREATE ROLE regress_s61;
GRANT USAGE ON SCHEMA s61 TO regress_s61;
GRANT SELECT, DELETE ON person TO regress_s61;
SET ROLE regress_s61;
SELECT count(*) FROM profile;
\echo :SQLSTATE
DELETE FROM person WHERE id = 5061;
RESET ROLE;
SELECT * FROM profile WHERE id = 5061;
SELECT action, keys, "current_user" FROM told WHERE keys = '[5061]';
-- Row security is for the role, not for what has to be anonymised.
ALTER TABLE profile ENABLE ROW LEVEL SECURITY;
SET ROLE regress_s61;
DELETE FROM person WHERE id = 5062;
RESET ROLE;
ALTER TABLE profile DISABLE ROW LEVEL SECURITY;
SELECT * FROM profile WHERE id = 5062;
-- A table of his own in his path is not taken for another.
CREATE SCHEMA regress_s61 AUTHORIZATION regress_s61;
CREATE TABLE regress_s61.profile (id int, person_id int, about text);
INSERT INTO regress_s61.profile VALUES (1, 5063, 'not this');
SET ROLE regress_s61;
SET search_path = regress_s61, s61;
DELETE FROM s61.person WHERE id = 5063;
RESET ROLE;
SET search_path = s61, public;
SELECT * FROM profile WHERE id = 5063;
TABLE regress_s61.profile;
SET client_min_messages = warning;
DROP SCHEMA regress_s61 CASCADE;
RESET client_min_messages;

-- The other way round: whoever owns the referencing table need not own the referenced one. What he says of his rows is done in his name.
GRANT SELECT, REFERENCES ON person TO regress_s61;
GRANT CREATE ON SCHEMA s61 TO regress_s61;
GRANT EXECUTE ON FUNCTION gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[], jsonb, text), gdpr_on_delete(regclass, text[], text)
TO regress_s61;
SET ROLE regress_s61;
CREATE TABLE diary (id int PRIMARY KEY, person_id int REFERENCES person, body text, masked_as text);
INSERT INTO diary VALUES (1, 5064, 'dear diary', 'not yet');
SELECT gdpr_register('diary', '{"body": "null", "masked_as": {"strategy": "sql", "expression": "current_user::text"}}');
SELECT gdpr_on_delete('diary', '{person_id}');
RESET ROLE;
DELETE FROM person WHERE id = 5064;
TABLE diary;
SELECT * FROM profile WHERE id = 5064;
DROP TABLE diary;
REVOKE EXECUTE ON FUNCTION gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[], jsonb, text), gdpr_on_delete(regclass, text[], text)
FROM regress_s61;

-- Whatever the foreign key itself says, it finds nothing left to do; if it says so at the end of the transaction, too.
CREATE FUNCTION deletes_with(action text) RETURNS TABLE (id int, person_id int, about text) LANGUAGE plpgsql AS $$
DECLARE gone int = (SELECT max(person.id) FROM person);
BEGIN
    EXECUTE 'ALTER TABLE profile DROP CONSTRAINT profile_person_id_fkey,
             ADD CONSTRAINT profile_person_id_fkey FOREIGN KEY (person_id) REFERENCES person ' || action;
    DELETE FROM person WHERE person.id = gone;
    SET CONSTRAINTS ALL IMMEDIATE;
    RETURN QUERY SELECT profile.* FROM profile WHERE profile.id = gone;
END $$;
SELECT * FROM deletes_with('ON DELETE NO ACTION');
SELECT * FROM deletes_with('ON DELETE CASCADE');
SELECT * FROM deletes_with('ON DELETE RESTRICT');
SELECT * FROM deletes_with('ON DELETE SET NULL');
SELECT * FROM deletes_with('ON DELETE SET DEFAULT');
SELECT * FROM deletes_with('DEFERRABLE INITIALLY DEFERRED');
SELECT * FROM deletes_with('ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED');
SELECT * FROM deletes_with('NOT VALID');

-- Triggers of the child fire, and see the change. One that swallows it would leave personal data that leads to nobody: the DELETE fails.
CREATE TABLE seen (id int, about text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO s61.seen VALUES (NEW.id, coalesce(NEW.about, '(nothing)'));
    RETURN NULL;
END $$;
CREATE TRIGGER see AFTER UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION see();
DELETE FROM person WHERE id = 5071;
TABLE seen;
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallow BEFORE UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION swallow();
DELETE FROM person WHERE id = 5072;
\echo :SQLSTATE
SELECT * FROM profile WHERE id = 5072;
SELECT count(*) FROM person WHERE id = 5072;
DROP TRIGGER swallow ON profile;
-- A trigger of the parent that keeps the row: nothing is deleted, so nothing is anonymised.
CREATE TRIGGER swallow BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION swallow();
DELETE FROM person WHERE id = 5072;
SELECT * FROM profile WHERE id = 5072;
DROP TRIGGER swallow ON person;

-- A chain: what is anonymised stays, so what references it is not looked at; what a cascade deletes lets go of what is declared there.
CREATE TABLE remark (id int PRIMARY KEY, profile_id int REFERENCES profile ON DELETE CASCADE, body text);
SELECT gdpr_register('remark', '{"body": "null"}');
SELECT gdpr_on_delete('remark', '{profile_id}');
INSERT INTO remark VALUES (1, 5081, 'hello');
DELETE FROM person WHERE id = 5081;
SELECT * FROM profile WHERE id = 5081;
TABLE remark;
DELETE FROM profile WHERE id = 5081;
TABLE remark;

-- Hooks of the child run, with the keys of the rows that were masked.
CREATE TABLE hooked (relation regclass, keys jsonb);
CREATE FUNCTION remember(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS 'INSERT INTO s61.hooked VALUES (relation, keys)';
SELECT gdpr_register('profile', hooks => '{"after": "s61.remember"}');
INSERT INTO profile VALUES (7100, 5101, NULL);
DELETE FROM person WHERE id = 5101;
TABLE hooked;
SELECT gdpr_register('profile', hooks => '{}');
-- A trigger that deletes further people: those are done as well, and the first DELETE is not lost over it.
CREATE FUNCTION next_too() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM s61.person WHERE id = OLD.person_id + 1 AND id < 5105;
    RETURN NEW;
END $$;
CREATE TRIGGER next_too BEFORE UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION next_too();
DELETE FROM person WHERE id = 5102;
DROP TRIGGER next_too ON profile;
SELECT * FROM profile WHERE id BETWEEN 5102 AND 5105 ORDER BY id;
-- A DELETE in a hook, within an action for somebody else.
CREATE TABLE subscriber (id int PRIMARY KEY, name text);
INSERT INTO subscriber VALUES (1, 'Ada');
CREATE FUNCTION other(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS 'DELETE FROM s61.person WHERE id = 5106';
SELECT gdpr_register('subscriber', '{"name": "null"}', subject => true, hooks => '{"before": "s61.other"}');
SELECT * FROM gdpr_erase('subscriber', 1);
SELECT * FROM profile WHERE id = 5106;

-- A natural key that is rewritten when its row is anonymised: what references it follows.
CREATE TABLE account (nick text PRIMARY KEY, person_id int REFERENCES person, about text);
CREATE TABLE follower (id int PRIMARY KEY, nick text REFERENCES account);
INSERT INTO account VALUES ('ada85', 5111, 'tea'), ('bea', 5112, 'cups');
INSERT INTO follower VALUES (1, 'ada85'), (2, 'bea');
SELECT gdpr_register('account', '{"nick": "pseudonym", "about": "null"}');
SELECT gdpr_on_delete('account', '{person_id}');
DELETE FROM person WHERE id = 5111;
SELECT follower.id, person_id, nick IN ('ada85', 'bea') AS known, about FROM follower JOIN account USING (nick) ORDER BY id;

-- A row that a cascade deletes by another key lets go of the person first. Both are logged.
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, order_id int REFERENCES orders ON DELETE CASCADE, body text);
SELECT gdpr_register('note', '{"body": "null"}');
SELECT gdpr_on_delete('note', '{person_id}');
INSERT INTO orders VALUES (1, 5082);
INSERT INTO note VALUES (1, 5082, 1, 'x'), (2, 5082, NULL, 'y');
DELETE FROM person WHERE id = 5082;
TABLE note;
SELECT call, action, keys FROM told WHERE relation = 's61.note' ORDER BY action;

-- The referenced table is partitioned: its rows may be deleted through it, or from a partition.
CREATE TABLE client (id int, region text, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE client_eu PARTITION OF client FOR VALUES IN ('eu');
CREATE TABLE parcel (id int PRIMARY KEY, client_id int, client_region text, address text,
                     FOREIGN KEY (client_id, client_region) REFERENCES client (id, region));
SELECT gdpr_register('parcel', '{"address": "null"}');
SELECT gdpr_on_delete('parcel', '{client_id,client_region}');
-- One that is made afterwards, and one that is attached, with its columns in another order.
CREATE TABLE client_us PARTITION OF client FOR VALUES IN ('us');
CREATE TABLE client_asia (name text, gone int, region text NOT NULL, id int NOT NULL);
ALTER TABLE client_asia DROP gone;
INSERT INTO client_asia VALUES ('Emmy', 'asia', 5), ('Fay', 'asia', 6);
ALTER TABLE client ATTACH PARTITION client_asia FOR VALUES IN ('asia');
INSERT INTO client VALUES (1, 'eu', 'Ada'), (2, 'eu', 'Bea'), (3, 'us', 'Cleo'), (4, 'us', 'Dora');
INSERT INTO parcel SELECT 10 + id, id, region, 'of ' || name FROM client;
DELETE FROM client WHERE id IN (1, 3, 5);
DELETE FROM client_asia WHERE id = 6;
TABLE parcel ORDER BY id;
-- A row that an UPDATE moves to another partition is not deleted: it is as with any key that changes.
\set VERBOSITY sqlstate
UPDATE client SET region = 'eu' WHERE id = 4;
\set VERBOSITY default
SELECT * FROM parcel WHERE id = 14;
-- ON UPDATE CASCADE follows such rows since 15.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER TABLE parcel DROP CONSTRAINT parcel_client_id_client_region_fkey,
            ADD FOREIGN KEY (client_id, client_region) REFERENCES client (id, region) ON UPDATE CASCADE;
        UPDATE client SET region = 'eu' WHERE id = 4;
    END IF;
END $$;
SELECT id, client_id, address FROM parcel WHERE id = 14;
SELECT call, subject, relation, action, keys FROM told WHERE subject = 's61.client' ORDER BY action, keys;

-- The referencing table is partitioned.
CREATE TABLE visit (id int, person_id int REFERENCES person ON DELETE CASCADE, day date, page text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE visit_later PARTITION OF visit DEFAULT;
SELECT gdpr_register('visit', '{"page": "blank"}');
SELECT gdpr_on_delete('visit', '{person_id}');
INSERT INTO visit VALUES (1, 5091, '2025-02-02', '/tea'), (2, 5091, '2026-02-02', '/cup'), (3, 5092, '2025-03-03', '/cat');
DELETE FROM person WHERE id = 5091;
SELECT tableoid::regclass, * FROM visit ORDER BY id;
SELECT subject, relation, action, rows FROM told WHERE relation = 's61.visit' ORDER BY action;
-- A foreign key of one partition.
ALTER TABLE visit DROP CONSTRAINT visit_person_id_fkey;
ALTER TABLE visit_2025 ADD FOREIGN KEY (person_id) REFERENCES person ON DELETE CASCADE;
SELECT gdpr_on_delete('visit_2025', '{person_id}');
DELETE FROM person WHERE id = 5092;
SELECT tableoid::regclass, * FROM visit WHERE id = 3;

-- The referenced table is inherited from. Its heirs are other tables for the foreign key.
CREATE TABLE human (id int PRIMARY KEY, name text);
CREATE TABLE artist (stage_name text) INHERITS (human);
CREATE TABLE song (id int PRIMARY KEY, human_id int REFERENCES human, title text);
SELECT gdpr_register('song', '{"title": "null"}');
SELECT gdpr_on_delete('song', '{human_id}');
INSERT INTO human VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO artist VALUES (1, 'Ada too', 'A'), (3, 'Cleo', 'C');
INSERT INTO song VALUES (11, 1, 'Tea'), (12, 2, 'Cups');
-- The heir has the same number, and the song is not hers.
DELETE FROM artist WHERE id = 1;
TABLE song ORDER BY id;
DELETE FROM human WHERE id IN (1, 3);
TABLE song ORDER BY id;
-- An heir that is referenced itself.
ALTER TABLE artist ADD PRIMARY KEY (id);
CREATE TABLE album (id int PRIMARY KEY, artist_id int REFERENCES artist, title text);
SELECT gdpr_register('album', '{"title": "null"}');
SELECT gdpr_on_delete('album', '{artist_id}');
INSERT INTO artist VALUES (4, 'Dora', 'D'), (5, 'Emmy', 'E');
INSERT INTO album VALUES (21, 4, 'Tea'), (22, 5, 'Cups');
DELETE FROM human WHERE id = 4;
DELETE FROM ONLY human WHERE id = 5;
TABLE album ORDER BY id;
-- A table becomes an heir or a partition before it is declared, not after: PostgreSQL wants triggers of other kinds there.
CREATE TABLE base (id int NOT NULL, company_id int, name text);
ALTER TABLE person INHERIT base;
BEGIN;
CREATE TEMPORARY TABLE declared ON COMMIT DROP AS
    SELECT d.* FROM gdpr_on_delete d JOIN pg_constraint ON conrelid = d.relation AND contype = 'f' WHERE confrelid = 'person'::regclass;
DELETE FROM gdpr_on_delete USING declared WHERE gdpr_on_delete.relation = declared.relation AND gdpr_on_delete.columns = declared.columns;
ALTER TABLE person INHERIT base;
INSERT INTO gdpr_on_delete TABLE declared;
COMMIT;
DELETE FROM base WHERE id = 5093;
SELECT * FROM profile WHERE id = 5093;
ALTER TABLE person NO INHERIT base;
DELETE FROM person WHERE id = 5094;
SELECT * FROM profile WHERE id = 5094;

-- In all, nobody who is gone left something behind.
SELECT orphans FROM state;
SELECT count(*) FROM profile WHERE person_id NOT IN (SELECT id FROM person);

SET client_min_messages = warning;
DROP SCHEMA s61 CASCADE;
DROP ROLE regress_s61;
