-- A shop in which people are searched for: every search column has the index that it needs. :rows is how many customers there are, and orders.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE customer (id int PRIMARY KEY, name text, email text, phone text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, reference text, deliver_to text);
INSERT INTO customer
SELECT i, 'Customer ' || md5(i::text), 'User' || i || '@shop-' || i % 1000 || '.example.com', '+49 30 ' || 1000000 + i % 8999999
FROM generate_series(1, :rows) i;
INSERT INTO orders SELECT i, i, 'ORD-' || lpad(i::text, 8, '0'), md5((-i)::text) FROM generate_series(1, :rows) i;
CREATE INDEX ON customer (lower(email));
CREATE INDEX ON customer (lower(phone) text_pattern_ops);
CREATE INDEX ON customer USING gin (name gin_trgm_ops);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (lower(reference));
CREATE INDEX ON orders USING gin (deliver_to gin_trgm_ops);
SELECT gdpr_register('customer', search => '{email, phone prefix, name contains}', subject => true);
SELECT gdpr_register('orders', search => '{reference, deliver_to contains}');
