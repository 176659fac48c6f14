-- S19b, exports. Two undeclared owners: nobody has said whether an order is the customer's, the salesman's, or both's.
--
-- An export could then give one the other's data. It is refused, the calls that settle it are printed, and after one of them it works.
CREATE SCHEMA s19b_export;
SET search_path = s19b_export, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES person, sales_rep_id int REFERENCES person, note text);
CREATE TABLE delivery (id int PRIMARY KEY, order_id int REFERENCES orders, address text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO orders VALUES (11, 1, 2, 'ring twice'), (12, 3, 3, 'her own'), (13, 1, NULL, 'without advice');
INSERT INTO delivery VALUES (21, 11, '1 Tea Lane');
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('orders');
SELECT gdpr_register('delivery');

SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SELECT doc->'rows' AS rows FROM gdpr_export('person', 2, 'portability') doc;
\echo :SQLSTATE
SELECT length(html) FROM gdpr_export_html('person', 1) html;
\echo :SQLSTATE
SELECT length(archive) FROM gdpr_export_archive('person', 1) archive;
\echo :SQLSTATE

-- An order of which both are the same person is hers alone: there is nothing to ask.
SELECT s->>'label' AS label, s->'data' AS data FROM gdpr_export('person', 3) doc, jsonb_array_elements(doc->'sections') s;

-- The call as it was printed, but that the salesman has access.
SELECT gdpr_link('person', '{id}', 'orders', '{sales_rep_id}', kind => 'accessor');
-- The customer's: whole, but that the salesman is somebody else.
SELECT s->>'label' AS label, s->'redacted' AS redacted, s->'data' AS data
FROM gdpr_export('person', 1) doc, jsonb_array_elements(doc->'sections') s;
-- The salesman's.
SELECT s->>'label' AS label, s->'redacted' AS redacted, s->'data' AS data
FROM gdpr_export('person', 2) doc, jsonb_array_elements(doc->'sections') s;

-- Declared to be nothing to us: it is not in his document at all.
SELECT gdpr_link('person', '{id}', 'orders', '{sales_rep_id}', kind => 'ignore');
SELECT s->>'label' AS label, s->'data' AS data FROM gdpr_export('person', 2) doc, jsonb_array_elements(doc->'sections') s;

SET client_min_messages = warning;
DROP SCHEMA s19b_export CASCADE;
