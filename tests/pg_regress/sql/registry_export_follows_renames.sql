-- What the registry says of exports follows the tables: a rename changes nothing, a dropped column is told.
--
-- An "exclude" that silently stops to apply because a column got a better name is how a password hash gets into a letter.
CREATE SCHEMA export_renames;
SET search_path = export_renames, public;
\set SHOW_CONTEXT never
CREATE TABLE shop (id int PRIMARY KEY, name text, town text);
CREATE TABLE person (id int PRIMARY KEY, name text, nick text, hash text, score int);
CREATE TABLE visit (id int PRIMARY KEY, person_id int REFERENCES person, host_id int REFERENCES person, shop_id int REFERENCES shop, note text, mood text);
INSERT INTO shop VALUES (5, 'Tea', 'Aarhus');
INSERT INTO person VALUES (1, 'Ada', 'A.', 'hash-of-ada', 7), (2, 'Bea', 'B.', 'hash-of-bea', 8);
INSERT INTO visit VALUES (11, 1, 2, 5, 'rainy', 'glad');
CREATE FUNCTION shown(title text) RETURNS text IMMUTABLE LANGUAGE sql RETURN '*' || $1 || '*';
CREATE FUNCTION marked(of_row jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$ SELECT of_row || '{"marked": true}' $$;
SELECT gdpr_link('person', '{id}', 'visit', '{person_id}');
SELECT gdpr_link('person', '{id}', 'visit', '{host_id}', kind => 'accessor');
SELECT gdpr_register('shop', export => '{"label_expression": "shown(name) || '' in '' || town"}');
SELECT gdpr_register('person', subject => true,
    export => '{"exclude": ["hash"], "order": ["name"], "labels": {"nick": "Called"}, "derived": ["score"], "label_expression": "shown(name)"}');
SELECT gdpr_register('visit', '{"mood": {"strategy": "null", "of": "host_id"}}',
    export => '{"include": ["id", "host_id", "shop_id", "mood"], "disclose": ["mood"], "transform": "export_renames.marked"}');
CREATE VIEW what_is_shown AS SELECT doc #> '{subject,name}' AS name, jsonb_path_query_array(doc, '$.sections[*].data[*]') AS data,
    jsonb_path_query_array(portable, '$.sections[0].columns[*].column') AS portable
FROM gdpr_export('person', 1) doc, gdpr_export('person', 1, 'portability') portable;
CREATE VIEW registered AS SELECT relation, export FROM gdpr_registry WHERE relation IN ('shop'::regclass, 'person'::regclass, 'visit'::regclass) ORDER BY relation::text;
TABLE registered;
TABLE what_is_shown;

-- Columns, two of which swap their names.
ALTER TABLE person RENAME hash TO "Hash ""#""";
ALTER TABLE person RENAME nick TO name_;
ALTER TABLE person RENAME name TO nick;
ALTER TABLE person RENAME name_ TO name;
ALTER TABLE person RENAME score TO likely_worth;
ALTER TABLE visit RENAME mood TO "Mood";
ALTER TABLE visit RENAME host_id TO host;
ALTER TABLE shop RENAME name TO called;
ALTER TABLE shop RENAME town TO place;
TABLE registered;
TABLE what_is_shown;

-- Tables, functions and schemas.
ALTER TABLE shop RENAME TO branch;
ALTER TABLE person RENAME TO "Human";
ALTER FUNCTION shown(text) RENAME TO starred;
CREATE SCHEMA export_renames_other;
ALTER TABLE visit SET SCHEMA export_renames_other;
SELECT relation, export FROM gdpr_registry WHERE relation IN ('branch'::regclass, '"Human"'::regclass) ORDER BY relation::text;
SELECT doc #> '{subject}' AS subject, jsonb_path_query_array(doc, '$.sections[*].data[*]') AS data FROM gdpr_export('"Human"', 1) doc;

-- A function that is renamed keeps what it does for expressions; a transform is known by its name, and a name that is gone is an error.
ALTER FUNCTION marked(jsonb) RENAME TO unmarked;
SELECT doc->'rows' AS rows FROM gdpr_export('"Human"', 1) doc;
\echo :SQLSTATE
SELECT gdpr_register('export_renames_other.visit', export => '{"include": ["id", "host", "shop_id", "Mood"], "order": ["Mood"], "labels": {"shop_id": "Shop"}, "disclose": ["Mood"]}');
SELECT jsonb_path_query_array(doc, '$.sections[1].data[*]') AS data FROM gdpr_export('"Human"', 1) doc;

-- A column that is dropped: refused where that is wanted, told otherwise. What said something of it says nothing any more.
SET gdpr_ext.strict_ddl = on;
ALTER TABLE "Human" DROP COLUMN "Hash ""#""";
\echo :SQLSTATE
ALTER TABLE branch DROP COLUMN called;
\echo :SQLSTATE
ALTER TABLE export_renames_other.visit DROP COLUMN "Mood";
\echo :SQLSTATE
RESET gdpr_ext.strict_ddl;
ALTER TABLE "Human" DROP COLUMN "Hash ""#""";
ALTER TABLE export_renames_other.visit DROP COLUMN "Mood";
SELECT jsonb_path_query_array(doc, '$.sections[*].data[*]') AS data FROM gdpr_export('"Human"', 1) doc;
-- What a row is called cannot be said without a column of it: an error, and no name that is silently missing.
ALTER TABLE branch DROP COLUMN called;
SELECT doc->'rows' AS rows FROM gdpr_export('"Human"', 1) doc;
\echo :SQLSTATE
-- The way out.
SELECT gdpr_register('branch', export => '{"label_expression": "place"}');
SELECT jsonb_path_query_array(doc, '$.sections[1].data[*]') AS data FROM gdpr_export('"Human"', 1) doc;

-- A new column of an excluded one's name is excluded, as if it had been there all the time; one of another name is shown.
ALTER TABLE "Human" ADD COLUMN "Hash ""#""" text DEFAULT 'hash-of-ada';
SELECT doc::text ~ 'hash-of-ada' AS is_shown FROM gdpr_export('"Human"', 1) doc;

SET client_min_messages = warning;
DROP SCHEMA export_renames_other, export_renames CASCADE;
