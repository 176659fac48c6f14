-- S63. ON DELETE ANONYMISE for a foreign key whose parent nobody has registered.
--
-- A company is no person, and needs no entry in the registry. What references it is anonymised when it goes all the same; that the company
-- itself went is nobody's business, and is no event.
CREATE SCHEMA s63;
SET search_path = s63, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, keys, columns FROM gdpr_log.event WHERE relation LIKE 's63.%' ORDER BY id;
CREATE TABLE company (id int PRIMARY KEY, name text);
CREATE TABLE contact (id int PRIMARY KEY, company_id int REFERENCES company, name text, phone text);
INSERT INTO company VALUES (1, 'Cups'), (2, 'Pots'), (3, 'Spoons');
INSERT INTO contact VALUES (11, 1, 'Ada', '101'), (12, 2, 'Bea', '102'), (13, 3, 'Cleo', '103');
SELECT gdpr_register('contact', '{"name": "null", "phone": "null"}');
SELECT gdpr_on_delete('contact', '{company_id}');
SELECT relation FROM gdpr_registry ORDER BY relation::text;

DELETE FROM company WHERE id = 1;
TABLE contact ORDER BY id;
TABLE told;

-- Registered, its rows are logged too. Unregistered again, they are not; what references them is anonymised as before.
SELECT gdpr_register('company');
DELETE FROM company WHERE id = 2;
SELECT gdpr_unregister('company');
DELETE FROM company WHERE id = 3;
TABLE contact ORDER BY id;
TABLE told;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'company'::regclass AND NOT tgisinternal;

-- Under the parent's name nothing else is found: a table of the same name in another schema is another table.
CREATE SCHEMA s63_other;
CREATE TABLE s63_other.company (id int PRIMARY KEY, name text);
INSERT INTO s63_other.company VALUES (4, 'Forks');
INSERT INTO company VALUES (4, 'Knives');
INSERT INTO contact VALUES (14, 4, 'Dora', '104');
DELETE FROM s63_other.company;
SELECT * FROM contact WHERE id = 14;

SET client_min_messages = warning;
DROP SCHEMA s63_other CASCADE;
DROP SCHEMA s63 CASCADE;
