-- A shop of ten tables for erasing: 20,000 customers with a hundred rows each, two million in all. One customer in four has invoices, which the law
-- keeps: eight of ten orders stay for them, and so does the customer, both anonymised. Every value is a function of the row's number; 7919 has no
-- factor in common with the number of customers, so that a customer's rows lie far apart on disk.

CREATE TABLE customer (
    id int NOT NULL, email text NOT NULL, name text NOT NULL, phone text, born date, created_at timestamptz NOT NULL);
INSERT INTO customer
SELECT i, md5('mail' || i) || '@example.org', initcap(left(md5('name' || i), 14)), CASE WHEN i % 3 > 0 THEN '+45 ' || i * 991 END,
       date '1950-01-01' + i % 18000, timestamptz '2020-01-01 00:00Z' + i * interval '97 minutes'
FROM generate_series(1, 20000) i;

CREATE TABLE address (
    id int NOT NULL, customer_id int NOT NULL, street text NOT NULL, postcode varchar(10) NOT NULL, city text NOT NULL, country char(2) NOT NULL);
INSERT INTO address
SELECT i, 1 + i::bigint * 7919 % 20000, initcap(left(md5('street' || i), 12)) || ' ' || i % 200, 1000 + i % 8999, initcap(left(md5('city' || i % 700), 9)),
       (ARRAY['DK', 'DE', 'SE', 'NO'])[1 + i % 4]
FROM generate_series(1, 80000) i;

CREATE TABLE orders (
    id bigint NOT NULL, customer_id int NOT NULL, placed_at timestamptz NOT NULL, status text NOT NULL, total numeric(12, 2) NOT NULL, note text);
INSERT INTO orders
SELECT i, 1 + i::bigint * 7919 % 20000, timestamptz '2021-01-01 00:00Z' + i * interval '11 minutes', (ARRAY['paid', 'sent', 'done'])[1 + i % 3],
       i % 90000 / 100.0, md5('note' || i)
FROM generate_series(1, 200000) i;

-- Two lines an order, and three from order 100,001 on: 25 a customer.
CREATE TABLE order_line (
    id bigint NOT NULL, order_id bigint NOT NULL, sku text NOT NULL, quantity int NOT NULL, price numeric(10, 2) NOT NULL);
INSERT INTO order_line
SELECT row_number() OVER (), id, 'SKU-' || id % 5000, 1 + id % 4, id % 40000 / 100.0
FROM (SELECT o.id FROM orders o, generate_series(1, CASE WHEN o.id > 100000 THEN 3 ELSE 2 END) n ORDER BY n, md5(o.id::text)) spread;

-- The diamond: an invoice has its customer and its order, which is the same customer's.
CREATE TABLE invoice (
    id bigint NOT NULL, customer_id int NOT NULL, order_id bigint NOT NULL, number text NOT NULL, total numeric(12, 2) NOT NULL);
INSERT INTO invoice
SELECT 200001 - id, customer_id, id, 'R' || id, total FROM orders WHERE customer_id % 4 = 0 AND id <= 160000;

CREATE TABLE session (
    id uuid NOT NULL, customer_id int NOT NULL, ip inet NOT NULL, user_agent text NOT NULL, started_at timestamptz NOT NULL);
INSERT INTO session
SELECT md5('session' || i)::uuid, 1 + i::bigint * 7919 % 20000, inet '10.0.0.0' + i, 'Browser/' || i % 90 || ' (' || md5('agent' || i % 50) || ')',
       timestamptz '2022-01-01 00:00Z' + i * interval '5 minutes'
FROM generate_series(1, 400000) i;

CREATE TABLE event (
    id bigint NOT NULL, customer_id int NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, detail jsonb NOT NULL);
INSERT INTO event
SELECT i, 1 + i::bigint * 7919 % 20000, (ARRAY['login', 'view', 'search'])[1 + i % 3], timestamptz '2022-01-01 00:00Z' + i * interval '4 minutes',
       jsonb_build_object('page', i % 700, 'ms', i % 90)
FROM generate_series(1, 400000) i;

-- Reviews stay, anonymised: nobody's where the customer goes.
CREATE TABLE review (
    id int NOT NULL, customer_id int, sku text NOT NULL, stars smallint NOT NULL, title text, body text NOT NULL);
INSERT INTO review
SELECT i, 1 + i::bigint * 7919 % 20000, 'SKU-' || i % 5000, 1 + i % 5, md5('title' || i), repeat(md5('body' || i) || ' ', 1 + i % 4)
FROM generate_series(1, 120000) i;

CREATE TABLE ticket (
    id int NOT NULL, customer_id int NOT NULL, subject text NOT NULL, state text NOT NULL, opened_at timestamptz NOT NULL);
INSERT INTO ticket
SELECT i, 1 + i::bigint * 7919 % 20000, md5('subject' || i), (ARRAY['open', 'waiting', 'closed'])[1 + i % 3],
       timestamptz '2021-03-01 00:00Z' + i * interval '9 minutes'
FROM generate_series(1, 80000) i;

CREATE TABLE ticket_reply (
    id int NOT NULL, ticket_id int NOT NULL, body text NOT NULL, written_at timestamptz NOT NULL);
INSERT INTO ticket_reply
SELECT i, 1 + i::bigint * 7919 % 80000, repeat(md5('reply' || i) || ' ', 1 + i % 3), timestamptz '2021-03-02 00:00Z' + i * interval '9 minutes'
FROM generate_series(1, 160000) i;

-- Keys come after the rows, because building an index once is cheaper than filling it row by row. Every referencing column has an index: without
-- one, the check of a foreign key would read the whole table for each row that goes.
DO $$
DECLARE
    link record;
BEGIN
    EXECUTE 'ALTER TABLE customer ADD PRIMARY KEY (id)';
    FOR link IN
        SELECT * FROM (VALUES
            ('address', 'customer'), ('orders', 'customer'), ('order_line', 'orders'), ('invoice', 'customer'), ('session', 'customer'),
            ('event', 'customer'), ('review', 'customer'), ('ticket', 'customer'), ('ticket_reply', 'ticket')) AS l (child, parent)
    LOOP
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', link.child);
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (%I) REFERENCES %I (id)', link.child,
                       CASE link.parent WHEN 'orders' THEN 'order' ELSE link.parent END || '_id', link.parent);
        EXECUTE format('CREATE INDEX ON %I (%I)', link.child, CASE link.parent WHEN 'orders' THEN 'order' ELSE link.parent END || '_id');
    END LOOP;
    EXECUTE 'ALTER TABLE invoice ADD FOREIGN KEY (order_id) REFERENCES orders (id)';
    EXECUTE 'CREATE INDEX ON invoice (order_id)';
    -- Autovacuum would come at some moment, and slow the side that happens to run.
    FOR link IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        CONTINUE WHEN link.relname LIKE 'gdpr%';
        EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = off)', link.relname);
    END LOOP;
END $$;

SELECT gdpr_register('customer', '{"email": {"strategy": "value", "value": ""}, "name": {"strategy": "value", "value": ""}, "phone": "null", "born": "null"}',
                     subject => true);
SELECT gdpr_register('address');
SELECT gdpr_register('orders', '{"note": "null"}');
SELECT gdpr_register('order_line');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('session');
SELECT gdpr_register('event');
SELECT gdpr_register('review', '{"title": "null", "body": {"strategy": "value", "value": ""}}', on_erase => 'anonymise');
SELECT gdpr_register('ticket');
SELECT gdpr_register('ticket_reply');

CREATE TABLE hand_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), who name NOT NULL, subject text NOT NULL,
    ids int[] NOT NULL, rows bigint NOT NULL);

-- What one would write: static statements, children first, each table once. It knows that an order stays for its invoices, a customer for the
-- orders that are left, and that nothing else can hold anything.
CREATE FUNCTION erase_by_hand(wanted int[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    done bigint := 0;
    n bigint;
BEGIN
    DELETE FROM order_line t USING orders o WHERE t.order_id = o.id AND o.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM orders t WHERE t.customer_id = ANY (wanted) AND NOT EXISTS (SELECT FROM invoice i WHERE i.order_id = t.id);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    UPDATE orders t SET note = NULL WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM address t WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM session t WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM event t WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM ticket_reply t USING ticket p WHERE t.ticket_id = p.id AND p.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM ticket t WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    UPDATE review t SET title = NULL, body = '',
        customer_id = CASE WHEN EXISTS (SELECT FROM orders o WHERE o.customer_id = t.customer_id) THEN t.customer_id END
    WHERE t.customer_id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM customer t WHERE t.id = ANY (wanted) AND NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = t.id);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    UPDATE customer t SET email = '', name = '', phone = NULL, born = NULL WHERE t.id = ANY (wanted);
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    INSERT INTO hand_log (who, subject, ids, rows) VALUES (session_user, 'customer', wanted, done);
    RETURN done;
END $$;
