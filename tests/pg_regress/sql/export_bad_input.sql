-- Bad input to gdpr_export and its like: a sentence, an SQLSTATE and a hint; nobody is given half of a document, and nothing is logged.
--
-- First what is called with, then what is registered, then what goes wrong while rows are read. No message repeats an id or a value.
CREATE SCHEMA export_bad_input;
SET search_path = export_bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, nick text);
CREATE TABLE member (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE keyless (name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text, product_id int);
CREATE TABLE letter (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
CREATE VIEW person_view AS SELECT * FROM person;
INSERT INTO person VALUES (1, 'Ada', NULL), (2, 'Bea', NULL), (3, 'Cleo', NULL);
INSERT INTO member VALUES (1, 1, 'Ada');
INSERT INTO orders VALUES (11, 1, 'ring twice', 5);
INSERT INTO letter VALUES (21, 2, 3, 'Bea to Cleo');
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('member', subject => true);
SELECT gdpr_register('orders');
SELECT gdpr_register('letter');

-- NULL.
SELECT gdpr_export(NULL, 1);
\echo :SQLSTATE
SELECT gdpr_export('person', NULL);
\echo :SQLSTATE
SELECT gdpr_export('person', NULL::int);
\echo :SQLSTATE
SELECT gdpr_export('person', 1, NULL);
\echo :SQLSTATE
SELECT gdpr_export_html('person', NULL::int);
\echo :SQLSTATE
SELECT gdpr_export_archive('person', 1, mode => NULL);
\echo :SQLSTATE

-- A mode that there is not.
SELECT gdpr_export('person', 1, 'Access');
\echo :SQLSTATE
SELECT gdpr_export_html('person', 1, 'erase');
\echo :SQLSTATE
SELECT gdpr_export_archive('person', 1, '');
\echo :SQLSTATE

-- Several people, or none: a document is about one.
SELECT gdpr_export('person', ARRAY[1, 2]);
\echo :SQLSTATE
SELECT gdpr_export('person', '{}'::int[]);
\echo :SQLSTATE
SELECT gdpr_export('member', '[{"tenant": 1, "id": 1}, {"tenant": 1, "id": 2}]');
\echo :SQLSTATE
SELECT gdpr_export_html('person', ARRAY[1, 2]);
\echo :SQLSTATE
SELECT gdpr_export_archive('person', ARRAY[1, 2]);
\echo :SQLSTATE

-- An id of another type. Ada's name is not repeated.
SELECT gdpr_export('person', 'Ada Lovelace');
\echo :SQLSTATE
SELECT gdpr_export('member', 'Ada Lovelace');
\echo :SQLSTATE
SELECT gdpr_export('member', '{"tenant": 1}');
\echo :SQLSTATE

-- No such relation, no table, a table without a key.
SELECT gdpr_export('nobody', 1);
\echo :SQLSTATE
SELECT gdpr_export('person_view', 1);
\echo :SQLSTATE
SELECT gdpr_export('person_pkey', 1);
\echo :SQLSTATE
SELECT gdpr_export('keyless', 1);
\echo :SQLSTATE

-- What an entry says of exports: an object of known keys, each of its own type.
SELECT gdpr_register('person', export => '[]');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"excluded": ["name"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"include": "name"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"exclude": [1]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"order": {"name": 1}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"disclose": true}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"derived": "name"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": ["Name"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": {"name": 5}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": {"name": " "}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label": {"en": "Person"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label": ""}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": true}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": ["f"]}');
\echo :SQLSTATE

-- Columns that there are not.
SELECT gdpr_register('person', export => '{"include": ["id", "surname"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"exclude": ["surname"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"order": ["surname"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": {"surname": "Surname"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"derived": ["surname"]}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"disclose": ["surname"]}');
\echo :SQLSTATE

-- Two columns with one label: two that are given it, and one that is given another's name. An exchange of names is none.
SELECT gdpr_register('person', export => '{"labels": {"name": "Called", "nick": "Called"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": {"nick": "name"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"labels": {"nick": "name", "name": "nick"}}');

-- What a row is called: one expression over its columns, that only reads.
SELECT gdpr_register('person', export => '{"label_expression": "surname"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "name ||"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "name, nick"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "name); DROP TABLE person; --"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "name FROM person"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "(SELECT note FROM orders LIMIT 1)"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "max(name)"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "row_number() OVER ()"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "unnest(ARRAY[name])"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "name || random()"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "gdpr_export(''person'', id)::text"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"label_expression": "$1"}');
\echo :SQLSTATE

-- transform: a function that takes one jsonb and returns one.
CREATE FUNCTION of_text(text) RETURNS jsonb LANGUAGE sql AS 'SELECT to_jsonb($1)';
CREATE FUNCTION to_text(jsonb) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
CREATE FUNCTION to_rows(jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION of_two(jsonb, jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION made(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE gathered(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb);
CREATE PROCEDURE done(jsonb) LANGUAGE sql AS '';
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.nowhere"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.of_text"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.to_text"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.to_rows"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.of_two"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.gathered"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.done"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "made"}');
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{"transform": "export_bad_input.made(jsonb)"}');
\echo :SQLSTATE

-- Written into the registry directly, it is the same.
UPDATE gdpr_registry SET export = '{"excluded": []}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET export = '{"label_expression": "(SELECT note FROM export_bad_input.orders LIMIT 1)"}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET export = '{"transform": "export_bad_input.to_text"}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
-- None of it was taken.
SELECT export FROM gdpr_registry WHERE relation = 'person'::regclass;

-- Facts: known ones, each a text or several.
SELECT gdpr_register('person', facts => '{"purposes": "sales"}');
\echo :SQLSTATE
SELECT gdpr_register('person', facts => '{"purpose": {"en": "sales"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', facts => '{"recipients": ["the post", 5]}');
\echo :SQLSTATE

-- A transform that fails, or makes no object of a row: no part of a document is given. What the function says may hold values of the row.
SELECT gdpr_register('person', export => '{}');
CREATE FUNCTION fail(document jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cannot write %', document USING ERRCODE = '58030', DETAIL = document::text, HINT = document::text;
END $$;
SELECT gdpr_register('orders', export => '{"transform": "export_bad_input.fail"}');
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
SELECT gdpr_export_html('person', 1);
\echo :SQLSTATE
SELECT gdpr_export_archive('person', 1);
\echo :SQLSTATE
CREATE OR REPLACE FUNCTION fail(document jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT document -> 'note' $$;
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
CREATE OR REPLACE FUNCTION fail(document jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_array(document) $$;
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
CREATE OR REPLACE FUNCTION fail(document jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT NULL::jsonb $$;
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
-- It may not write: a document is read.
CREATE OR REPLACE FUNCTION fail(document jsonb) RETURNS jsonb LANGUAGE sql AS $$
    UPDATE export_bad_input.orders SET note = 'read' RETURNING document
$$;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SELECT note FROM orders;
-- A transform that was dropped since.
DROP FUNCTION fail;
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('orders', export => '{}');

-- A label expression that fails for some row. The server would say which text is no number.
CREATE TABLE product (id int PRIMARY KEY, code text, title text);
INSERT INTO product VALUES (5, 'five of Ada''s', 'Tea pot');
ALTER TABLE orders ADD FOREIGN KEY (product_id) REFERENCES product;
SELECT gdpr_register('product', export => '{"label_expression": "code::int + 1"}');
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('product', export => '{"label_expression": "title"}');
SELECT gdpr_register('person', export => '{"label_expression": "1 / (id - 1)"}');
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
SELECT gdpr_register('person', export => '{}');

-- Rows that are somebody else's, too, and nobody has declared what that means.
SELECT gdpr_export('person', 2);
\echo :SQLSTATE
SELECT gdpr_export_archive('person', 3);
\echo :SQLSTATE

-- Rows in a table of which the registry knows nothing. A table of mere keys needs no entry.
CREATE TABLE claim (id int PRIMARY KEY, order_id int REFERENCES orders, text text, amount numeric);
CREATE TABLE likes (person_id int REFERENCES person, product_id int REFERENCES product, PRIMARY KEY (person_id, product_id));
INSERT INTO claim VALUES (31, 11, 'broken', 5);
INSERT INTO likes VALUES (1, 5);
SELECT gdpr_export('person', 1);
\echo :SQLSTATE
SELECT gdpr_export_html('person', 1, 'portability');
\echo :SQLSTATE
-- Nothing was given, and nothing was logged.
SELECT count(*) AS events FROM gdpr_log.event WHERE subject LIKE 'export\_bad\_input.%';
-- With gdpr_ext.unregistered = 'report' they are in the document, with all of their columns.
SET gdpr_ext.unregistered = 'report';
SELECT jsonb_pretty(jsonb_path_query_array(doc, '$.sections[*].data')) AS data FROM gdpr_export('person', 1) doc;
RESET gdpr_ext.unregistered;
DELETE FROM claim;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;

-- Nobody has this id: that is no error.
SELECT doc->'rows' AS rows, doc->'sections' AS sections FROM gdpr_export('person', 99) doc;
SELECT doc->'subject' AS subject FROM gdpr_export('member', '{"id": 9, "tenant": 9}') doc;

SET client_min_messages = warning;
DROP SCHEMA export_bad_input CASCADE;
