-- S65. Columns, tables and schemas are renamed, and ON DELETE ANONYMISE goes on.
--
-- What \d shows of the trigger on the referenced table are the names of now.
CREATE SCHEMA s65;
SET search_path = s65, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE profile (id int PRIMARY KEY, person_id int REFERENCES person, about text);
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('profile', '{"about": "null"}');
SELECT gdpr_on_delete('profile', '{person_id}');
INSERT INTO person SELECT i, 'name ' || i FROM generate_series(1, 9) i;
INSERT INTO profile SELECT 10 + i, i, 'about ' || i FROM generate_series(1, 9) i;
\d person
DELETE FROM person WHERE id = 1;

-- The columns of the key, those of the parent, one with a rule.
ALTER TABLE profile RENAME person_id TO whom;
ALTER TABLE profile RENAME about TO words;
ALTER TABLE person RENAME id TO number;
SELECT * FROM gdpr_on_delete;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'person'::regclass AND tgname = 'GDPR_on_delete';
DELETE FROM person WHERE number = 2;
-- A name that has to be quoted.
BEGIN;
ALTER TABLE profile RENAME whom TO "of ""whom""";
INSERT INTO person VALUES (20, 'Ada');
INSERT INTO profile VALUES (20, 20, 'me');
DELETE FROM person WHERE number = 20;
SELECT * FROM profile WHERE id = 20;
ROLLBACK;

-- The child, the parent, the constraint.
ALTER TABLE profile RENAME TO "Page";
ALTER TABLE person RENAME TO human;
ALTER TABLE "Page" RENAME CONSTRAINT profile_person_id_fkey TO whose;
SELECT * FROM gdpr_on_delete;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'human'::regclass AND tgname = 'GDPR_on_delete';
DELETE FROM human WHERE number = 3;

-- The schemas.
CREATE SCHEMA s65_other;
ALTER TABLE "Page" SET SCHEMA s65_other;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'human'::regclass AND tgname = 'GDPR_on_delete';
DELETE FROM human WHERE number = 4;
ALTER SCHEMA s65_other RENAME TO "Other";
ALTER SCHEMA s65 RENAME TO s65_new;
SET search_path = s65_new, public;
\d human
-- A name that has to be quoted stands there as it has to be written.
BEGIN;
ALTER TABLE "Other"."Page" RENAME whom TO "of ""whom""";
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'human'::regclass AND tgname = 'GDPR_on_delete';
ROLLBACK;
SELECT * FROM gdpr_on_delete;
DELETE FROM human WHERE number = 5;
SELECT * FROM "Other"."Page" ORDER BY id;
SELECT call, subject, relation, action, keys, columns FROM gdpr_log.event
WHERE relation LIKE 's65%' OR relation LIKE '"Other"%' ORDER BY id;

-- A rename that is rolled back.
BEGIN;
ALTER TABLE "Other"."Page" RENAME whom TO whose;
DELETE FROM human WHERE number = 6;
SELECT * FROM "Other"."Page" WHERE id = 16;
ROLLBACK;
SELECT columns FROM gdpr_on_delete;
DELETE FROM human WHERE number = 6;
SELECT * FROM "Other"."Page" WHERE id = 16;

-- Two columns that swap their names.
ALTER TABLE "Other"."Page" ADD COLUMN editor int REFERENCES human;
UPDATE "Other"."Page" SET editor = 8 WHERE id = 17;
ALTER TABLE "Other"."Page" RENAME whom TO third;
ALTER TABLE "Other"."Page" RENAME editor TO whom;
ALTER TABLE "Other"."Page" RENAME third TO editor;
SELECT columns FROM gdpr_on_delete;
DELETE FROM human WHERE number = 7;
SELECT * FROM "Other"."Page" WHERE id = 17;

-- A column that is needed: its DROP is a WARNING, and with strict_ddl an error.
SET gdpr_ext.strict_ddl = on;
ALTER TABLE "Other"."Page" DROP COLUMN editor;
\echo :SQLSTATE
RESET gdpr_ext.strict_ddl;
BEGIN;
ALTER TABLE "Other"."Page" DROP COLUMN editor;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'human'::regclass AND NOT tgisinternal ORDER BY tgname;
DELETE FROM human WHERE number = 9;
SELECT * FROM "Other"."Page" WHERE id = 19;
ROLLBACK;

-- The owner changes: the next DELETE anonymises as the new one.
CREATE ROLE regress_s65;
GRANT USAGE ON SCHEMA "Other", s65_new TO regress_s65;
GRANT SELECT, REFERENCES ON human TO regress_s65;
ALTER TABLE "Other"."Page" OWNER TO regress_s65;
DELETE FROM human WHERE number = 9;
SELECT * FROM "Other"."Page" WHERE id = 19;

-- Drops: with the child goes the declaration, with the parent and the foreign key goes the trigger.
CREATE TABLE "Other".sheet (id int PRIMARY KEY, human int REFERENCES human, body text);
SELECT gdpr_register('"Other".sheet', '{"body": "null"}');
SELECT gdpr_on_delete('"Other".sheet', '{human}');
DROP TABLE "Other"."Page";
SELECT * FROM gdpr_on_delete;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'human'::regclass AND tgname = 'GDPR_on_delete';
SET client_min_messages = warning;
DROP TABLE human CASCADE;
RESET client_min_messages;
SELECT * FROM gdpr_on_delete;
INSERT INTO "Other".sheet VALUES (1, 1, 'as it is');
TABLE "Other".sheet;

SET client_min_messages = warning;
DROP SCHEMA "Other", s65_new CASCADE;
SELECT count(*) FROM gdpr_on_delete;
DROP ROLE regress_s65;
