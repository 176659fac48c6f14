-- gdpr_export: everything that is held about one person, as one document.
--
-- A head that says who answers for it and what Art. 15(1) asks to be told; a section for each table, its columns by the names that people
-- know them by; what hangs on a row stands within it; keys of what is not the person's become what it is called.
CREATE SCHEMA export;
SET search_path = export, public;
\set SHOW_CONTEXT never
CREATE TABLE customer (id int PRIMARY KEY, email text, full_name text, password_hash text, credit_score int);
CREATE TABLE product (id int PRIMARY KEY, title text, price numeric(8,2));
CREATE TABLE orders (id int PRIMARY KEY, note text, placed date, customer_id int REFERENCES customer, weight float4);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, product_id int REFERENCES product, quantity int, PRIMARY KEY (order_id, pos));
CREATE TABLE likely_purchase (id int PRIMARY KEY, customer_id int REFERENCES customer, product_id int REFERENCES product, probability numeric);
INSERT INTO customer VALUES (1, 'ada@example.org', 'Ada Lovelace', '$2a$10$x', 740), (2, 'bea@example.org', 'Bea', '$2a$10$y', 500);
INSERT INTO product VALUES (5, 'Tea pot', 19.90), (6, 'Cup', 4.50), (7, 'Spoon', 1.00);
INSERT INTO orders VALUES (12, NULL, '2026-05-05', 1, 0.1), (11, 'ring twice', '2026-05-04', 1, 2), (13, 'Bea''s', '2026-05-06', 2, 3);
INSERT INTO order_line VALUES (11, 2, 6, 4), (11, 1, 5, 1), (12, 1, NULL, 2), (13, 1, 5, 9);
INSERT INTO likely_purchase VALUES (31, 1, 7, 0.800);

-- Nothing is said of the tables but that they are known: the columns under their names, in the order of the table.
SELECT gdpr_register('customer', subject => true);
SELECT gdpr_register('orders');
SELECT gdpr_register('order_line');
SELECT gdpr_register('likely_purchase');
SELECT jsonb_pretty(gdpr_export('customer', 2) - 'created_at' - 'rights' - 'missing');

-- What was not stated: all of it. (The product is not registered. It is nobody's, and its key stands for it.)
SELECT fact->>'article' AS article, fact->>'fact' AS fact, fact->>'relation' AS relation
FROM jsonb_array_elements(gdpr_export('customer', 2)->'missing') fact;

-- What a shop would say.
SELECT gdpr_register('customer',
    facts => '{"controller": "The Tea Shop Ltd", "contact": ["privacy@shop.example", "1 Tea Lane"], "supervisory_authority": "Datatilsynet",
               "purpose": "To sell you tea", "legal_basis": "contract", "category": "contact data", "recipients": ["the post", "our bank"],
               "retention": "as long as you have an account", "source": "you", "label": "Your account",
               "transfers": "none", "automated_decisions": "none"}',
    export => '{"exclude": ["password_hash"], "derived": ["credit_score"], "label_expression": "full_name || '' ('' || email || '')''",
                "order": ["full_name", "email"], "labels": {"full_name": "Name", "email": "E-mail", "credit_score": "Score"}}');
SELECT gdpr_register('product', export => '{"label_expression": "title || '' at '' || price"}');
SELECT gdpr_register('orders', facts => '{"purpose": "To deliver", "retention": "10 years", "label": "What you bought"}',
    export => '{"include": ["id", "placed", "note"], "order": ["id", "placed"], "labels": {"placed": "Ordered on"}, "label": "Orders"}');
SELECT gdpr_register('order_line', export => '{"include": ["pos", "product_id", "quantity"], "label": "Lines"}');
SELECT gdpr_register('likely_purchase', export => '{"derived": true, "labels": {"product_id": "You may buy"}}');

-- The head. The person's name is what the label expression says.
CREATE TABLE of_ada AS SELECT gdpr_export('customer', 1) AS doc;
SELECT doc->>'format' AS format, doc->>'mode' AS mode, doc->'rows' AS rows FROM of_ada;
SELECT jsonb_pretty(doc->'subject') AS subject, jsonb_pretty(doc->'controller') AS controller FROM of_ada;
-- When it was made: with the zone, to the second.
SELECT doc->>'created_at' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$' AS as_iso_8601,
       (doc->>'created_at')::timestamptz BETWEEN now() - interval '1 minute' AND clock_timestamp() AS just_now FROM of_ada;

-- The sections, the person's own row first. Orders stand for themselves; their lines stand within them.
SELECT s->>'label' AS label, s->>'relation' AS relation, s->'rows' AS rows, s->>'within' AS within, s ? 'data' AS has_data
FROM of_ada, jsonb_array_elements(doc->'sections') s;

-- Columns: those that come first, then the others as in the table; without what is excluded or not included.
SELECT s->>'label' AS section, c->>'label' AS label, c->>'column' AS column, c->>'type' AS type
FROM of_ada, jsonb_array_elements(doc->'sections') s, jsonb_array_elements(s->'columns') c;

-- The rows, by their keys. Of an order line the product's label is shown, as product; where nothing is referred to, there is none.
SELECT jsonb_pretty(jsonb_path_query_array(doc, '$.sections[*].data')) AS data FROM of_ada;

-- What Art. 15(1) asks to be told, of each table. What is decided for all data (transfers, automated decisions) is stated once.
SELECT s->>'label' AS section, s->>'purpose' AS purpose, s->>'legal_basis' AS legal_basis, s->'recipients' AS recipients,
       s->>'retention' AS retention, s->>'origin_of_data' AS origin_of_data, s->>'transfers' AS transfers
FROM of_ada, jsonb_array_elements(doc->'sections') s;
-- What nobody has stated is said to be missing.
SELECT fact->>'article' AS article, fact->>'fact' AS fact, fact->>'relation' AS relation
FROM of_ada, jsonb_array_elements(doc->'missing') fact;
-- Blank texts state nothing.
SELECT gdpr_register('orders', facts => '{"purpose": "  ", "retention": [""], "recipients": null}');
SELECT fact->>'article' AS article, fact->>'fact' AS fact
FROM jsonb_array_elements(gdpr_export('customer', 1)->'missing') fact WHERE fact->>'relation' = 'export.orders';

-- The rights, Art. 15(1)(e) and (f).
SELECT r->>'article' AS article, r->>'text' AS text FROM of_ada, jsonb_array_elements(doc->'rights') r;

-- The id as a text is the same person.
SELECT gdpr_export('customer', '1'::text) - 'created_at' - 'missing' - 'sections' = doc - 'created_at' - 'missing' - 'sections' AS the_same
FROM of_ada;

-- Art. 20: what the person provided or what was observed, without what was inferred of them; and without what Art. 15 asks to be told.
CREATE TABLE portable AS SELECT gdpr_export('customer', 1, mode => 'portability') AS doc;
SELECT doc - 'created_at' - 'sections' AS head FROM portable;
SELECT s->>'label' AS section, c->>'label' AS label FROM portable, jsonb_array_elements(doc->'sections') s, jsonb_array_elements(s->'columns') c;
SELECT jsonb_pretty(doc #> '{sections,0}') AS the_account FROM portable;

-- transform: a function makes another document of each row. It is given what is shown, by the names of the columns.
CREATE FUNCTION readable(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT of_row - 'note' || jsonb_build_object('note', upper(of_row->>'note'), 'was given', of_row)
$$;
SELECT gdpr_register('orders', export => '{"exclude": ["weight"], "labels": {"placed": "Ordered on"}, "transform": "export.readable"}');
SELECT jsonb_pretty(doc #> '{sections,1,data,0}') AS an_order,
       jsonb_path_query_array(doc #> '{sections,1,columns}', '$.label') AS columns FROM gdpr_export('customer', 1) doc;
-- What it adds under a label that is taken gets another: nothing is lost.
CREATE OR REPLACE FUNCTION readable(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT of_row - 'note' - 'customer_id' || '{"Ordered on": "a Monday"}'
$$;
SELECT doc #> '{sections,1,data,1}' AS an_order FROM gdpr_export('customer', 1) doc;
-- It may leave columns out, and it may be left with none.
CREATE OR REPLACE FUNCTION readable(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT of_row - 'note' - 'customer_id' $$;
SELECT doc #> '{sections,1,data,0}' AS an_order FROM gdpr_export('customer', 1) doc;
CREATE OR REPLACE FUNCTION readable(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT '{}'::jsonb $$;
SELECT doc #> '{sections,1,data,1}' AS an_order, doc #> '{sections,1,columns}' AS columns FROM gdpr_export('customer', 1) doc;
-- A key that it leaves as it is becomes what it refers to, as without it.
CREATE FUNCTION doubled(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT of_row || jsonb_build_object('quantity', (of_row->'quantity')::int * 2)
$$;
SELECT gdpr_register('order_line', export => '{"include": ["pos", "product_id", "quantity"], "transform": "export.doubled"}');
SELECT doc #> '{sections,1,data,0}' AS an_order FROM gdpr_export('customer', 1) doc;
SELECT gdpr_register('orders', export => '{}');
SELECT doc #> '{sections,1,data,0,Order line}' AS lines FROM gdpr_export('customer', 1) doc;

-- Two tables with one label, and a label that is a column's: each has a key of its own.
SELECT gdpr_register('orders', export => '{"label": "Things"}');
SELECT gdpr_register('likely_purchase', export => '{"label": "Things"}');
SELECT gdpr_register('order_line', export => '{"label": "note"}');
SELECT s->>'label' AS label, s->>'within' AS within FROM gdpr_export('customer', 1) doc, jsonb_array_elements(doc->'sections') s;
SELECT jsonb_path_query_array(doc, '$.sections[1].data[0].keyvalue().key') AS keys FROM gdpr_export('customer', 1) doc;

-- The page for people has the same content.
SELECT html LIKE '<!DOCTYPE html>%' AS is_html, position('Ada Lovelace (ada@example.org)' IN html) > 0 AS names_her,
       position('Tea pot at 19.90' IN html) > 0 AS names_what_she_bought, position('To sell you tea' IN html) > 0 AS says_why,
       html ~* '<script' AS has_scripts, html ~* '(src|href)\s*=\s*"?(https?:)?//' AS loads_something
FROM gdpr_export_html('customer', 1) html;
-- The archive is a zip.
SELECT substr(archive, 1, 4) AS magic, octet_length(archive) > 1000 AS has_content FROM gdpr_export_archive('customer', 1) archive;

SET client_min_messages = warning;
DROP SCHEMA export CASCADE;
