-- S102. A person of whom nothing is held gets a valid document that says so. That is no error: it is the answer to the question.
CREATE SCHEMA s102;
SET search_path = s102, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE member (tenant int, login text, PRIMARY KEY (tenant, login));
CREATE TABLE subscriber (email text PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person);
SELECT gdpr_register('person', subject => true, export => '{"label_expression": "name"}', facts => '{"controller": "The Tea Shop Ltd", "purpose": "To sell tea"}');
SELECT gdpr_register('member', subject => true);
SELECT gdpr_register('subscriber', subject => true);
SELECT gdpr_register('orders');

-- An id that no row has: whom it would be about, who answers for it, the rights, and nothing else. What is asked of data that are not held is not missing.
SELECT jsonb_pretty(doc - 'created_at' - 'rights') AS document, jsonb_array_length(doc->'rights') AS rights FROM gdpr_export('person', 99) doc;
SELECT jsonb_pretty(doc - 'created_at') AS document FROM gdpr_export('person', 99, 'portability') doc;
-- A composite key, and one that is a text.
SELECT doc->'subject' AS subject, doc->'rows' AS rows FROM gdpr_export('member', '{"tenant": 1, "login": "ada"}') doc;
SELECT doc->'subject' AS subject, doc->'rows' AS rows FROM gdpr_export('subscriber', 'ada@example.org') doc;

-- The page says it to people, and the archive has it.
SELECT position('Nothing is held' IN html) > 0 AS says_so, html LIKE '%</html>%' AS whole FROM gdpr_export_html('person', 99) html;
SELECT substr(archive, 1, 4) AS zip FROM gdpr_export_archive('person', 99) archive;

-- It is logged: somebody asked. About whom is not in the log, since there is no row.
SELECT call, relation, action, rows, keys, key_columns FROM gdpr_log.event WHERE subject = 's102.person' ORDER BY id LIMIT 1;

-- A person with nothing but the own row.
INSERT INTO person VALUES (1, 'Ada');
SELECT doc->'rows' AS rows, doc #>> '{subject,name}' AS name, jsonb_path_query_array(doc, '$.sections[*].label') AS sections FROM gdpr_export('person', 1) doc;
-- A person who is gone, and whose orders are no longer theirs.
INSERT INTO orders VALUES (11, 1);
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
UPDATE orders SET person_id = NULL;
DELETE FROM person;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;

SET client_min_messages = warning;
DROP SCHEMA s102 CASCADE;
