-- S62. A key that becomes NULL by hand: nobody is deleted, so nothing is anonymised.
--
-- ON DELETE ANONYMISE is about rows that go. Whoever takes a profile from one person to give it to another, or parks it with nobody, has
-- the profile as it was. Nor is a person deleted whose number changes.
CREATE SCHEMA s62;
SET search_path = s62, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE profile (id int PRIMARY KEY, person_id int DEFAULT 3 REFERENCES person ON UPDATE CASCADE, about text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO profile VALUES (11, 1, 'I like tea'), (12, 1, 'I like cups'), (13, 2, 'I like coffee');
SELECT gdpr_register('profile', '{"about": "null"}');
SELECT gdpr_on_delete('profile', '{person_id}');

UPDATE profile SET person_id = NULL WHERE id = 11;
UPDATE profile SET person_id = DEFAULT WHERE id = 12;
TABLE profile ORDER BY id;
-- It was hers, and is not any more: it stays as it is when she goes.
DELETE FROM person WHERE id = 1;
TABLE profile ORDER BY id;
-- Given to another, it goes with the other.
UPDATE profile SET person_id = 2 WHERE id = 11;
UPDATE person SET id = 4 WHERE id = 2;
TABLE profile ORDER BY id;
DELETE FROM person WHERE id = 4;
TABLE profile ORDER BY id;
-- Profiles that are deleted are gone, and nothing else.
DELETE FROM profile WHERE id = 11;
TABLE profile ORDER BY id;
TABLE person;
-- NULL by hand and the DELETE in one transaction: what was NULL before is nobody's.
BEGIN;
UPDATE profile SET person_id = NULL WHERE id = 12;
DELETE FROM person WHERE id = 3;
COMMIT;
TABLE profile ORDER BY id;
-- By hand, but too late: the foreign key lets it be so until the end, the DELETE does not.
ALTER TABLE profile DROP CONSTRAINT profile_person_id_fkey, ADD FOREIGN KEY (person_id) REFERENCES person DEFERRABLE INITIALLY DEFERRED;
INSERT INTO person VALUES (5, 'Emmy');
INSERT INTO profile VALUES (14, 5, 'too late');
BEGIN;
DELETE FROM person WHERE id = 5;
UPDATE profile SET person_id = NULL WHERE id = 14;
COMMIT;
TABLE profile ORDER BY id;

-- The log knows of what was deleted and of what was anonymised for it, and of nothing else.
SELECT call, relation, action, (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_array_elements(keys) key) AS keys, columns
FROM gdpr_log.event WHERE relation LIKE 's62.%' ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA s62 CASCADE;
