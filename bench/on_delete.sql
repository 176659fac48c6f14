-- Two people tables alike, each referenced by one row a person: in `plain` ON DELETE SET NULL, in `anonymised` ON DELETE ANONYMISE. Neither parent is
-- registered: only what becomes of the referencing rows is compared.
CREATE SCHEMA plain;
CREATE SCHEMA anonymised;
CREATE TABLE plain.person (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE plain.profile (id int PRIMARY KEY, person_id int REFERENCES plain.person ON DELETE SET NULL, bio text, phone text);
CREATE TABLE anonymised.person (LIKE plain.person INCLUDING ALL);
CREATE TABLE anonymised.profile (id int PRIMARY KEY, person_id int REFERENCES anonymised.person, bio text, phone text);
CREATE INDEX ON plain.profile (person_id);
CREATE INDEX ON anonymised.profile (person_id);
INSERT INTO plain.person SELECT n, 'name ' || n FROM generate_series(1, 200000) n;
INSERT INTO plain.profile SELECT n, n, 'likes the number ' || n, '+44 20 ' || n FROM generate_series(1, 200000) n;
INSERT INTO anonymised.person TABLE plain.person;
INSERT INTO anonymised.profile TABLE plain.profile;
SELECT gdpr_register('anonymised.profile', '{"bio": "blank", "phone": "null"}');
SELECT gdpr_on_delete('anonymised.profile', '{person_id}');
VACUUM ANALYZE;
