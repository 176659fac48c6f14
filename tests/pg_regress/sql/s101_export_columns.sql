-- S101. Excluded columns are nowhere in any format; columns keep their order; keys are shown as what they refer to is called.
CREATE SCHEMA s101;
SET search_path = s101, public;
\set SHOW_CONTEXT never
CREATE TABLE country (code char(2) PRIMARY KEY, name text, population int);
CREATE TABLE branch (country char(2) REFERENCES country, no int, town text, PRIMARY KEY (country, no));
CREATE TABLE person (id int PRIMARY KEY, name text, password_hash text, country_code char(2) REFERENCES country);
CREATE TABLE visit (
    id int PRIMARY KEY, person_id int REFERENCES person, branch_country char(2), branch_no int, token text, product int, product_id int, friend_no int,
    FOREIGN KEY (branch_country, branch_no) REFERENCES branch
);
INSERT INTO country VALUES ('dk', 'Denmark', 6), ('no', 'Norway', 5);
INSERT INTO branch VALUES ('dk', 1, 'Aarhus'), ('no', 1, NULL);
INSERT INTO person VALUES (1, 'Ada', 'hash-of-ada', 'dk');
INSERT INTO visit VALUES (11, 1, 'dk', 1, 'token-of-ada', 3, 4, NULL), (12, 1, 'no', 1, NULL, 3, 4, NULL), (13, 1, NULL, 1, NULL, 3, 99, NULL);
CREATE TABLE product (id int PRIMARY KEY, title text);
INSERT INTO product VALUES (3, 'Cup'), (4, 'Tea pot');
ALTER TABLE visit ADD FOREIGN KEY (product) REFERENCES product;
SELECT gdpr_link('product', '{id}', 'visit', '{product_id}', kind => 'context');
SELECT gdpr_register('person', subject => true, export => '{"exclude": ["password_hash"]}');
SELECT gdpr_register('product', export => '{"label_expression": "title"}');
SELECT gdpr_register('visit', export => '{"exclude": ["token"], "label_expression": "token"}');
SELECT gdpr_register('country', export => '{"label_expression": "name", "exclude": ["population"]}');
SELECT gdpr_register('branch', export => '{"label_expression": "town || '', '' || country"}');

-- Nowhere: neither values nor names of columns, in json and on the page. (The files of the archive are made from the same document.)
SELECT doc::text ~ 'hash|token' AS in_access, portable::text ~ 'hash|token' AS in_portable, html ~ 'hash|token' AS on_the_page
FROM gdpr_export('person', 1) doc, gdpr_export('person', 1, 'portability') portable, gdpr_export_html('person', 1) html;
-- The same where only what is included is shown.
SELECT gdpr_register('visit', export => '{"include": ["id"]}');
SELECT doc #> '{sections,1}' AS visits FROM gdpr_export('person', 1, 'portability') doc;
-- Everything excluded: rows without anything, and their number.
SELECT gdpr_register('visit', export => '{"include": []}');
SELECT doc #> '{sections,1}' AS visits FROM gdpr_export('person', 1, 'portability') doc;
SELECT gdpr_register('visit', export => '{"exclude": ["token"]}');

-- Labels instead of bare keys, under the short name where that is free; of a composite key in the place of its last column. Where there is no
-- name, or nothing to refer to, the key is shown as it is.
SELECT c->>'column' AS column, c->>'label' AS label, c->>'type' AS type
FROM gdpr_export('person', 1) doc, jsonb_array_elements(doc->'sections') s, jsonb_array_elements(s->'columns') c;
SELECT doc #> '{sections,0,data}' AS person, jsonb_pretty(doc #> '{sections,1,data}') AS visits FROM gdpr_export('person', 1) doc;

-- Columns that come first, in the order that is stated; the others follow as they stand in the table. The same each time.
SELECT gdpr_register('visit', export => '{"exclude": ["token"], "order": ["product_id", "friend_no", "id"]}');
CREATE VIEW columns_of_visits AS SELECT jsonb_path_query_array(gdpr_export('person', 1), '$.sections[1].columns[*].column') AS columns;
TABLE columns_of_visits;
-- A column that is added comes last; rows keep the order of their keys, wherever they stand in the table.
ALTER TABLE visit ADD added int;
UPDATE visit SET added = -id WHERE id = 11;
TABLE columns_of_visits;
SELECT jsonb_path_query_array(doc, '$.sections[1].data[*].id') AS ids FROM gdpr_export('person', 1) doc;
-- Keys are compared as their types are: 9 before 10.
INSERT INTO visit (id, person_id) VALUES (9, 1), (100, 1), (-1, 1);
SELECT jsonb_path_query_array(doc, '$.sections[1].data[*].id') AS ids FROM gdpr_export('person', 1) doc;
-- Without a key, rows are ordered by what they are: equal ones stay two.
CREATE TABLE page_view (person_id int REFERENCES person, page text, seconds int);
INSERT INTO page_view VALUES (1, '/tea', 9), (1, '/tea', 10), (1, '/cups', 3), (1, '/tea', 9);
SELECT gdpr_register('page_view');
SELECT s->'data' AS views FROM gdpr_export('person', 1) doc, jsonb_array_elements(doc->'sections') s WHERE s->>'relation' = 's101.page_view';

-- All three formats, twice: nothing but the time differs.
SELECT gdpr_export('person', 1) - 'created_at' = gdpr_export('person', 1) - 'created_at' AS the_same;
BEGIN;
SELECT gdpr_export_html('person', 1) = gdpr_export_html('person', 1) AS same_page, gdpr_export_archive('person', 1) = gdpr_export_archive('person', 1) AS same_archive;
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA s101 CASCADE;
