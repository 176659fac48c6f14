-- Accounts 1 to 4 have 1,000, 10,000, 100,000 and 1,000,000 rows besides their own; 10,000 others have ten each. One row in five is an order,
-- three in five are its lines, one in five hangs on the account directly.
CREATE UNLOGGED TABLE account (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, since date NOT NULL);
INSERT INTO account
SELECT i, md5('name' || i), md5('mail' || i) || '@example.org', date '2015-01-01' + i % 3000 FROM generate_series(1, 10004) i;

CREATE UNLOGGED TABLE orders (
    id bigint NOT NULL, account_id int NOT NULL, placed_at timestamptz NOT NULL, status text NOT NULL, total numeric(12, 2) NOT NULL, note text);
INSERT INTO orders
SELECT row_number() OVER (), account, timestamptz '2021-01-01 00:00Z' + i * interval '1 minute', (ARRAY['paid', 'sent', 'done'])[1 + i % 3],
       i % 90000 / 100.0, CASE WHEN i % 5 = 0 THEN md5('note' || i) END
FROM (SELECT a.id AS account, n AS i FROM account a,
             LATERAL generate_series(1, CASE WHEN a.id <= 4 THEN 200 * (10 ^ (a.id - 1))::int ELSE 2 END) n
      -- Spread over the table: an account's orders were not placed in one go.
      ORDER BY n % 1000, md5(a.id || '/' || n)) spread;

CREATE UNLOGGED TABLE order_line (
    id bigint NOT NULL, order_id bigint NOT NULL, sku text NOT NULL, quantity int NOT NULL, price numeric(10, 2) NOT NULL, options jsonb);
INSERT INTO order_line
SELECT o.id * 3 + n, o.id, 'SKU-' || (o.id + n) % 5000, 1 + o.id % 4, o.id % 40000 / 100.0,
       CASE WHEN o.id % 4 = 0 THEN jsonb_build_object('colour', n, 'engraving', left(md5('text' || o.id), 10)) END
FROM orders o, generate_series(0, 2) n;

CREATE UNLOGGED TABLE event (
    id bigint NOT NULL, account_id int NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, ip inet NOT NULL, detail jsonb NOT NULL);
INSERT INTO event
SELECT o.id, o.account_id, (ARRAY['login', 'view', 'search'])[1 + o.id % 3], o.placed_at + interval '1 hour', inet '10.0.0.0' + o.id,
       jsonb_build_object('page', o.id % 700, 'ms', o.id % 90)
FROM orders o;

ALTER TABLE orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (account_id) REFERENCES account;
CREATE INDEX ON orders (account_id);
ALTER TABLE order_line ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES orders;
CREATE INDEX ON order_line (order_id);
ALTER TABLE event ADD PRIMARY KEY (id), ADD FOREIGN KEY (account_id) REFERENCES account;
CREATE INDEX ON event (account_id);
