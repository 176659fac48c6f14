-- gdpr_search: from what is known of a person to the rows that hold it, and to the person.
--
-- The start of every request: somebody writes from alice@example.org. One call looks in every column that was registered for it, whatever table it is
-- in, and says whose the row is.
CREATE SCHEMA search;
SET search_path = search, public;
\set SHOW_CONTEXT never

CREATE TABLE customer (id int PRIMARY KEY, name text, email varchar(80) UNIQUE, phone text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, ship_to text, remark text);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, engraving text, PRIMARY KEY (order_id, pos));
CREATE TABLE article (id int PRIMARY KEY, name text);
CREATE TABLE audit (at date, what text);
INSERT INTO customer VALUES (1, 'Alice Munro', 'Alice@Example.org', '+49 30 1234'), (2, 'Bob', 'bob@example.org', '+49 30 9999');
INSERT INTO orders VALUES (11, 1, 'Alice Munro', 'please ring twice'), (12, 2, 'Alice MUNRO', NULL);
INSERT INTO order_line VALUES (11, 1, 'for Bob'), (12, 1, 'for alice@example.org, with love');
INSERT INTO article VALUES (5, 'Alice in Wonderland');
INSERT INTO audit VALUES ('2026-05-04', 'alice@example.org logged in');

SELECT gdpr_register('customer', subject => true, search => '{name contains, email, phone prefix}',
                     export => '{"label_expression": "name || '' ('' || id || '')''"}');
SELECT gdpr_register('orders', search => '{ship_to, remark contains}');
SELECT gdpr_register('order_line', search => '{engraving contains}');
SELECT gdpr_register('article', search => '{name contains}');
SELECT gdpr_register('audit', search => '{what contains}');

-- Exactly, but for upper and lower case. The order line is in Bob's order: whose the row is counts, not of whom it speaks.
SELECT * FROM gdpr_search('alice@example.ORG') ORDER BY relation::text, key;

-- What nobody owns is found too: an article, and a row of a table that leads to no person.
SELECT * FROM gdpr_search('alice') ORDER BY relation::text, key;
SELECT * FROM gdpr_search('Alice Munro') ORDER BY relation::text, key;

-- A prefix is found at the beginning only, an exact value as a whole only.
SELECT relation, key, "column", snippet FROM gdpr_search('+49 30') ORDER BY key;
SELECT relation, key, "column", snippet FROM gdpr_search('30 1234') ORDER BY key;
SELECT relation, key, "column", snippet FROM gdpr_search('Alice@Example.or') ORDER BY key;

-- A row for each column that matches.
UPDATE orders SET remark = 'for Alice Munro' WHERE id = 11;
SELECT relation, key, "column", snippet, subject_key FROM gdpr_search('alice munro') WHERE relation = 'orders'::regclass ORDER BY key, "column";

-- Of a long text the part around the match.
UPDATE audit SET what = repeat('before ', 20) || 'ALICE@example.org' || repeat(' after', 20);
SELECT snippet, length(snippet) FROM gdpr_search('alice@example.org') WHERE relation = 'audit'::regclass;

-- What a pattern would mean, a term does not.
UPDATE article SET name = '100%_\ pure' WHERE id = 5;
SELECT relation, snippet FROM gdpr_search('100%');
SELECT relation, snippet FROM gdpr_search('%_\');
SELECT relation, snippet FROM gdpr_search('1%e');
SELECT relation, snippet FROM gdpr_search('\ p');
SELECT relation, snippet FROM gdpr_search('_00');
UPDATE customer SET phone = '%49' WHERE id = 2;
SELECT relation, snippet FROM gdpr_search('%4');
SELECT relation, snippet FROM gdpr_search('_4');

-- It can be joined with what it finds.
SELECT c.depth, c.relation, c.key
FROM gdpr_search('ALICE@example.org') s CROSS JOIN LATERAL gdpr_collect(s.subject, s.subject_key) c
WHERE s.relation = 'customer'::regclass ORDER BY c.depth, c.relation::text;

-- Nothing is not searched for.
SELECT * FROM gdpr_search(NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_search('');
\echo :SQLSTATE
SELECT * FROM gdpr_search(E' \t\n');
\echo :SQLSTATE
SELECT * FROM gdpr_search('nowhere at all');

-- Registered words are what the table has.
SELECT gdpr_register('orders', search => '{ship_too}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => '{ship_too contains}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => '{ship_to like}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => '{id prefix}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => '{function search.find}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => '{function find}');
\echo :SQLSTATE
SELECT gdpr_register('orders', search => ARRAY[NULL]);
\echo :SQLSTATE
SELECT search FROM gdpr_registry WHERE relation = 'orders'::regclass;

-- exact can be said. A column can be called like two words.
ALTER TABLE audit ADD "what contains" text, ADD "first name" text;
UPDATE audit SET "what contains" = 'something', "first name" = 'Alice-Ann';
SELECT gdpr_register('audit', search => '{what exact, what contains, first name   prefix}');
SELECT "column", snippet FROM gdpr_search('something');
SELECT "column", snippet FROM gdpr_search('alice-a');
SELECT "column", snippet FROM gdpr_search('alice@example.org') WHERE relation = 'audit'::regclass;

-- The words follow a column's name. So does what is called like two of them.
ALTER TABLE audit RENAME "first name" TO given;
ALTER TABLE audit RENAME what TO happened;
ALTER TABLE audit RENAME "what contains" TO detail;
SELECT search FROM gdpr_registry WHERE relation = 'audit'::regclass;
SELECT "column", snippet FROM gdpr_search('alice-a');

-- A column that is needed and gone: a warning, and an error at the next search; never a search that finds less.
BEGIN;
ALTER TABLE audit DROP COLUMN given;
SELECT * FROM gdpr_search('alice');
\echo :SQLSTATE
ROLLBACK;
SET gdpr_ext.strict_ddl = on;
ALTER TABLE audit DROP COLUMN given;
\echo :SQLSTATE
RESET gdpr_ext.strict_ddl;

-- What is registered, renamed or dropped in this session or another is seen at once.
SELECT gdpr_unregister('audit');
SELECT relation, "column" FROM gdpr_search('alice') ORDER BY relation::text;
DROP TABLE order_line;
SELECT gdpr_register('customer', search => '{}');
SELECT relation, "column" FROM gdpr_search('alice munro') ORDER BY relation::text, "column";

SET client_min_messages = warning;
DROP SCHEMA search CASCADE;
