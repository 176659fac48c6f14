-- The web shop of one_customer and thousand_subjects: customer and 12 tables with 200,000 rows each, ten rows per customer in each table.
-- Every value is a function of the row's number, so that two runs work on the same rows. 7919 and 15013 have no factor in common with
-- the number of rows: the ten rows of a customer lie far apart on disk, as they do in a shop that has been open for some years.

CREATE UNLOGGED TABLE customer (
    id int NOT NULL, email text NOT NULL, name text NOT NULL, phone text, born date, newsletter boolean NOT NULL,
    created_at timestamptz NOT NULL, settings jsonb NOT NULL);
INSERT INTO customer
SELECT i, md5('mail' || i) || '@example.org', initcap(left(md5('name' || i), 14)), CASE WHEN i % 3 > 0 THEN '+45 ' || i * 991 END,
       date '1950-01-01' + i % 18000, i % 2 = 0, timestamptz '2020-01-01 00:00Z' + i * interval '97 minutes',
       jsonb_build_object('theme', i % 4, 'language', (ARRAY['en', 'da', 'de'])[1 + i % 3])
FROM generate_series(1, 20000) i;

CREATE UNLOGGED TABLE address (
    id int NOT NULL, customer_id int NOT NULL, street text NOT NULL, postcode varchar(10) NOT NULL, city text NOT NULL,
    country char(2) NOT NULL, is_default boolean NOT NULL);
INSERT INTO address
SELECT i, 1 + i::bigint * 7919 % 20000, initcap(left(md5('street' || i), 12)) || ' ' || i % 200, 1000 + i % 8999, initcap(left(md5('city' || i % 700), 9)),
       (ARRAY['DK', 'DE', 'SE', 'NO'])[1 + i % 4], i % 10 = 0
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE orders (
    id bigint NOT NULL, customer_id int NOT NULL, placed_at timestamptz NOT NULL, status text NOT NULL, total numeric(12, 2) NOT NULL,
    currency char(3) NOT NULL, note text);
INSERT INTO orders
SELECT i, 1 + i::bigint * 7919 % 20000, timestamptz '2021-01-01 00:00Z' + i * interval '11 minutes', (ARRAY['paid', 'sent', 'done'])[1 + i % 3],
       i % 90000 / 100.0, 'EUR', CASE WHEN i % 5 = 0 THEN md5('note' || i) END
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE order_line (
    id bigint NOT NULL, order_id bigint NOT NULL, sku text NOT NULL, quantity int NOT NULL, price numeric(10, 2) NOT NULL,
    gift boolean NOT NULL, options jsonb);
INSERT INTO order_line
SELECT i, 1 + i::bigint * 15013 % 200000, 'SKU-' || i % 5000, 1 + i % 4, i % 40000 / 100.0, i % 20 = 0,
       CASE WHEN i % 4 = 0 THEN jsonb_build_object('colour', i % 9, 'engraving', left(md5('text' || i), 10)) END
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE shipment (
    id bigint NOT NULL, order_id bigint NOT NULL, carrier text NOT NULL, tracking uuid NOT NULL, sent_at timestamptz,
    weight double precision NOT NULL);
INSERT INTO shipment
SELECT i, 1 + i::bigint * 15013 % 200000, (ARRAY['post', 'bike', 'van'])[1 + i % 3], md5('tracking' || i)::uuid,
       timestamptz '2021-01-02 00:00Z' + i * interval '11 minutes', i % 3000 / 7.0
FROM generate_series(1, 200000) i;

-- The diamond: a payment hangs on its customer and on its order, which is the same customer's.
CREATE UNLOGGED TABLE payment (
    id bigint NOT NULL, customer_id int NOT NULL, order_id bigint NOT NULL, paid_at timestamptz NOT NULL, amount numeric(12, 2) NOT NULL,
    method text NOT NULL, card_last4 char(4), reference uuid NOT NULL);
INSERT INTO payment
SELECT 200001 - o.id, o.customer_id, o.id, o.placed_at + interval '3 minutes', o.total, (ARRAY['card', 'invoice'])[1 + o.id % 2],
       CASE WHEN o.id % 2 = 0 THEN lpad((o.id % 10000)::text, 4, '0') END, md5('payment' || o.id)::uuid
FROM orders o;

CREATE UNLOGGED TABLE review (
    id int NOT NULL, customer_id int NOT NULL, sku text NOT NULL, stars smallint NOT NULL, title text, body text NOT NULL,
    written_at timestamptz NOT NULL);
INSERT INTO review
SELECT i, 1 + i::bigint * 7919 % 20000, 'SKU-' || i % 5000, 1 + i % 5, CASE WHEN i % 2 = 0 THEN md5('title' || i) END,
       repeat(md5('body' || i) || ' ', 1 + i % 4), timestamptz '2021-02-01 00:00Z' + i * interval '10 minutes'
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE ticket (
    id int NOT NULL, customer_id int NOT NULL, subject text NOT NULL, state text NOT NULL, priority smallint NOT NULL, tags text[] NOT NULL,
    opened_at timestamptz NOT NULL);
INSERT INTO ticket
SELECT i, 1 + i::bigint * 7919 % 20000, md5('subject' || i), (ARRAY['open', 'waiting', 'closed'])[1 + i % 3], i % 4,
       ARRAY['t' || i % 7, 't' || i % 11], timestamptz '2021-03-01 00:00Z' + i * interval '9 minutes'
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE ticket_reply (
    id int NOT NULL, ticket_id int NOT NULL, by_customer boolean NOT NULL, body text NOT NULL, seen boolean, written_at timestamptz NOT NULL);
INSERT INTO ticket_reply
SELECT i, 1 + i::bigint * 15013 % 200000, i % 2 = 0, repeat(md5('reply' || i) || ' ', 1 + i % 3), i % 3 = 0,
       timestamptz '2021-03-02 00:00Z' + i * interval '9 minutes'
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE session (
    id uuid NOT NULL, customer_id int NOT NULL, ip inet NOT NULL, user_agent text NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz);
INSERT INTO session
SELECT md5('session' || i)::uuid, 1 + i::bigint * 7919 % 20000, inet '10.0.0.0' + i, 'Browser/' || i % 90 || ' (' || md5('agent' || i % 50) || ')',
       timestamptz '2022-01-01 00:00Z' + i * interval '5 minutes', timestamptz '2022-01-01 00:20Z' + i * interval '5 minutes'
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE consent (
    id int NOT NULL, customer_id int NOT NULL, purpose text NOT NULL, given boolean NOT NULL, version int NOT NULL, at timestamptz NOT NULL,
    evidence bytea);
INSERT INTO consent
SELECT i, 1 + i::bigint * 7919 % 20000, (ARRAY['newsletter', 'profiling', 'sharing'])[1 + i % 3], i % 4 > 0, i % 6,
       timestamptz '2020-06-01 00:00Z' + i * interval '13 minutes', CASE WHEN i % 3 = 0 THEN decode(md5('evidence' || i), 'hex') END
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE wish (
    id int NOT NULL, customer_id int NOT NULL, sku text NOT NULL, added_on date NOT NULL, price_seen numeric, rank int NOT NULL);
INSERT INTO wish
SELECT i, 1 + i::bigint * 7919 % 20000, 'SKU-' || i % 5000, date '2021-01-01' + i % 900, CASE WHEN i % 6 > 0 THEN i % 50000 / 100.0 END, i % 30
FROM generate_series(1, 200000) i;

CREATE UNLOGGED TABLE device (
    id int NOT NULL, customer_id int NOT NULL, kind text NOT NULL, push_token text, last_seen timestamptz NOT NULL, facts jsonb NOT NULL);
INSERT INTO device
SELECT i, 1 + i::bigint * 7919 % 20000, (ARRAY['phone', 'tablet', 'desk'])[1 + i % 3], CASE WHEN i % 3 < 2 THEN md5('push' || i) END,
       timestamptz '2022-06-01 00:00Z' + i * interval '4 minutes', jsonb_build_object('os', i % 5, 'width', 320 + i % 2000, 'dark', i % 2 = 0)
FROM generate_series(1, 200000) i;

-- Keys come after the rows, because building an index once is cheaper than filling it row by row.
DO $$
DECLARE
    link record;
BEGIN
    EXECUTE 'ALTER TABLE customer ADD PRIMARY KEY (id)';
    FOR link IN
        SELECT * FROM (VALUES
            ('address', 'customer'), ('orders', 'customer'), ('order_line', 'orders'), ('shipment', 'orders'), ('payment', 'customer'),
            ('review', 'customer'), ('ticket', 'customer'), ('ticket_reply', 'ticket'), ('session', 'customer'), ('consent', 'customer'),
            ('wish', 'customer'), ('device', 'customer')) AS l (child, parent)
    LOOP
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', link.child);
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (%I) REFERENCES %I (id)', link.child,
                       CASE link.parent WHEN 'orders' THEN 'order' ELSE link.parent END || '_id', link.parent);
        EXECUTE format('CREATE INDEX ON %I (%I)', link.child, CASE link.parent WHEN 'orders' THEN 'order' ELSE link.parent END || '_id');
    END LOOP;
    EXECUTE 'ALTER TABLE payment ADD FOREIGN KEY (order_id) REFERENCES orders (id)';
    EXECUTE 'CREATE INDEX ON payment (order_id)';
END $$;
