-- gdpr_graph: the links that a walk from a table may take, and those that end it.
--
-- A small shop. Whoever prepares a database reads this list first: what is walked, what is context, what nobody has looked at,
-- which link has no index and would read a whole table at every request, and what a delete would do.
CREATE SCHEMA graph;
SET search_path = graph, public;

CREATE TABLE country (code char(2) PRIMARY KEY, name text);
CREATE TABLE customer (id int PRIMARY KEY, email text, country char(2) REFERENCES country, favourite_address int);
CREATE TABLE address (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer ON DELETE CASCADE, street text);
ALTER TABLE customer ADD FOREIGN KEY (favourite_address) REFERENCES address ON DELETE SET NULL;
CREATE TABLE product (id int PRIMARY KEY, name text);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int REFERENCES customer ON DELETE RESTRICT,
    ship_to int REFERENCES address ON DELETE SET DEFAULT
);
CREATE TABLE line (
    order_id int REFERENCES orders ON DELETE CASCADE, product_id int REFERENCES product, pos int,
    PRIMARY KEY (order_id, pos)
);
CREATE TABLE review (product_id int REFERENCES product, customer_id int REFERENCES customer, stars int);
CREATE TABLE mailing_log (email text, at date);
CREATE TABLE tracking (visitor int REFERENCES customer, page text);
CREATE TABLE unrelated (id int PRIMARY KEY);

CREATE INDEX ON address (customer_id);
CREATE INDEX ON orders (ship_to, customer_id);          -- serves ship_to, not customer_id
CREATE INDEX ON review (customer_id) WHERE stars > 3;   -- serves some rows only
SELECT gdpr_link('customer', '{email}', 'mailing_log', '{email}', kind => 'accessor', condition => $$target.at > '2000-01-01'$$);
SELECT gdpr_link('customer', '{id}', 'tracking', '{visitor}', kind => 'ignore');

SELECT depth, link, kind, reviewed, indexed, on_delete FROM gdpr_graph('customer') ORDER BY depth NULLS LAST, link;
SELECT link, source, source_columns, target, target_columns, condition FROM gdpr_graph('customer')
WHERE target IN ('mailing_log'::regclass, 'orders'::regclass) ORDER BY link;

-- From another table it is another graph.
SELECT depth, link, kind FROM gdpr_graph('orders') ORDER BY depth NULLS LAST, link;
SELECT depth, link, kind FROM gdpr_graph('product') ORDER BY depth NULLS LAST, link;
SELECT count(*) FROM gdpr_graph('unrelated');

-- The same for a Mermaid viewer.
\pset format unaligned
SELECT gdpr_graph_mermaid('customer');
SELECT gdpr_graph_mermaid('unrelated');

-- Names that mean something to Mermaid, and to HTML.
CREATE TABLE "end" (id int PRIMARY KEY);
CREATE TABLE "say ""hi"" <script> #amp; [x] --> y" (id int PRIMARY KEY, "a|b" int REFERENCES "end");
SELECT gdpr_graph_mermaid('"end"');
\pset format aligned

SET client_min_messages = warning;
DROP SCHEMA graph CASCADE;
