-- Fills the shop. Every value is a function of the row's number, so that all runs and all machines show the same shop:
-- `pick(what, i, n)` is a number from 0 to n - 1 that looks random, another one for each `what`.
CREATE FUNCTION pg_temp.pick(what int, i int, n int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint4extended(i, what) & 2147483647)::int % n;

CREATE FUNCTION pg_temp.pick(what int, i int, VARIADIC values_of text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN values_of[1 + ((hashint4extended(i, what) & 2147483647)::int % cardinality(values_of))];

CREATE FUNCTION pg_temp.first_name(i int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_temp.pick(1, i, 'Ada', 'Anna', 'Ben', 'Bo', 'Carla', 'Clara', 'David', 'Ella', 'Emil', 'Eva', 'Finn', 'Freja', 'Hugo', 'Ida',
    'Ivan', 'Jan', 'Julia', 'Karl', 'Lea', 'Liam', 'Luca', 'Maja', 'Marie', 'Max', 'Mia', 'Nils', 'Nora', 'Olga', 'Oskar', 'Paula',
    'Per', 'Rosa', 'Sara', 'Sofia', 'Theo', 'Tom', 'Vera', 'Viktor', 'Yara', 'Zoe');

CREATE FUNCTION pg_temp.last_name(i int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_temp.pick(2, i, 'Andersen', 'Bauer', 'Berg', 'Blanc', 'Costa', 'Dahl', 'Fischer', 'Garcia', 'Hansen', 'Holm', 'Jansen',
    'Keller', 'Kowalski', 'Lang', 'Lind', 'Lopez', 'Martin', 'Meyer', 'Moreau', 'Nielsen', 'Novak', 'Olsen', 'Petit', 'Rossi', 'Roth',
    'Silva', 'Smit', 'Svensson', 'Toth', 'Virtanen', 'Wagner', 'Weber', 'Wolf', 'Zanetti');

-- The first of March 2025, and so many minutes later.
CREATE FUNCTION pg_temp.at(minutes int) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '2025-03-01 08:00+00'::timestamptz + make_interval(secs => 60.0 * minutes);

INSERT INTO country
VALUES ('AT', 'Austria'), ('DE', 'Germany'), ('DK', 'Denmark'), ('ES', 'Spain'), ('FR', 'France'), ('IT', 'Italy'), ('SE', 'Sweden');

INSERT INTO product (name, price)
SELECT adjective || ' ' || thing, 4.90 + pg_temp.pick(3, (row_number() OVER ())::int, 90)
FROM unnest(ARRAY['Blue', 'Folding', 'Little', 'Oak', 'Plain', 'Round', 'Steel', 'Striped', 'Tall', 'Wool']) AS adjective,
     unnest(ARRAY['basket', 'bowl', 'chair', 'cushion', 'kettle', 'lamp', 'mug', 'rug', 'shelf', 'stool', 'tea pot', 'vase']) AS thing;

INSERT INTO employee (name, email, boss_id)
SELECT name, lower(replace(name, ' ', '.')) || '@shop.example', CASE WHEN i > 1 THEN (i + 2) / 4 END
FROM generate_series(1, 30) AS i, concat(pg_temp.first_name(-i), ' ', pg_temp.last_name(-i)) AS name;

INSERT INTO address (street, postcode, city, country_code)
SELECT pg_temp.pick(4, i, 'Canal Street', 'Church Lane', 'Garden Road', 'Harbour Street', 'High Street', 'Mill Lane', 'Park Avenue', 'Station Road')
           || ' ' || 1 + pg_temp.pick(5, i, 120),
       (10000 + pg_temp.pick(6, i, 89999))::text, place[1], place[2]
FROM generate_series(1, 9000) AS i,
     string_to_array(pg_temp.pick(7, i, 'Vienna,AT', 'Graz,AT', 'Berlin,DE', 'Hamburg,DE', 'Aarhus,DK', 'Odense,DK', 'Madrid,ES', 'Lyon,FR',
         'Paris,FR', 'Milan,IT', 'Turin,IT', 'Malmö,SE', 'Uppsala,SE'), ',') AS place;

-- Every tenth customer lives with the one before.
INSERT INTO customer (name, email, phone, born, address_id, joined_at)
SELECT name, lower(replace(name, ' ', '.')) || i || '@example.org',
       CASE WHEN pg_temp.pick(8, i, 3) > 0 THEN '+45 ' || 20000000 + pg_temp.pick(9, i, 79999999) END,
       date '1945-01-01' + pg_temp.pick(10, i, 22000), i - (i + 7) / 10, pg_temp.at(i * 3)
FROM generate_series(1, 10000) AS i, concat(pg_temp.first_name(i), ' ', pg_temp.last_name(i)) AS name;

INSERT INTO orders (customer_id, placed_at, status)
SELECT 1 + pg_temp.pick(11, i, 10000), pg_temp.at(30000 + i * 7), pg_temp.pick(12, i, 'sent', 'sent', 'sent', 'paid', 'cancelled')
FROM generate_series(1, 25000) AS i;

INSERT INTO order_line
SELECT o.id, line, p.id, 1 + pg_temp.pick(13, 4 * o.id + line, 3), p.price
FROM orders AS o, generate_series(1, 1 + pg_temp.pick(14, o.id, 3)) AS line, product AS p
WHERE p.id = 1 + pg_temp.pick(15, 4 * o.id + line, 120);

INSERT INTO payment (customer_id, order_id, method, amount, paid_at)
SELECT o.customer_id, o.id, pg_temp.pick(16, o.id, 'card', 'transfer', 'wallet'), sum(l.quantity * l.price), o.placed_at + interval '2 minutes'
FROM orders AS o JOIN order_line AS l ON l.order_id = o.id
WHERE o.status <> 'cancelled'
GROUP BY o.id
ORDER BY o.id;

INSERT INTO review (customer_id, product_id, stars, body)
SELECT 1 + pg_temp.pick(17, i, 10000), 1 + pg_temp.pick(18, i, 120), stars,
       (ARRAY['Came broken.', 'Not as in the picture.', 'It does its job.', 'Better than I thought.', 'We bought a second one.'])[stars]
FROM generate_series(1, 12000) AS i, LATERAL (SELECT 1 + pg_temp.pick(19, i, 5) AS stars) AS s;

INSERT INTO message (sender_id, recipient_id, body, sent_at)
SELECT sender, 1 + (sender + pg_temp.pick(20, i, 9999)) % 10000,
       pg_temp.pick(21, i, 'Is the shelf still for sale?', 'Does the lamp really fold?', 'Thank you for the review!', 'Which size did you take?'),
       pg_temp.at(60000 + i * 11)
FROM generate_series(1, 12000) AS i, LATERAL (SELECT 1 + pg_temp.pick(22, i, 10000) AS sender) AS s;

INSERT INTO ticket (customer_id, handled_by, subject, opened_at)
SELECT 1 + pg_temp.pick(37, i, 10000), 1 + pg_temp.pick(24, i, 30),
       pg_temp.pick(25, i, 'Where is my parcel?', 'I would like to return this', 'My card was charged twice', 'Can I change my address?'),
       pg_temp.at(70000 + i * 17)
FROM generate_series(1, 8000) AS i;

INSERT INTO session (id, customer_id, ip, browser, started_at)
SELECT md5('session ' || i)::uuid, 1 + pg_temp.pick(26, i, 10000), inet '10.0.0.0' + pg_temp.pick(27, i, 16777216),
       pg_temp.pick(28, i, 'Firefox', 'Chrome', 'Safari'), pg_temp.at(80000 + i * 6)
FROM generate_series(1, 20000) AS i;

-- Half of the customers get the newsletter, and so do some people of whom the shop knows nothing else.
INSERT INTO mailing_log (email, campaign, sent_at)
SELECT coalesce(c.email, 'reader' || i || '@example.net'), campaign, sent_at
FROM (VALUES ('spring sale', pg_temp.at(90000)), ('summer garden', pg_temp.at(150000)), ('winter lights', pg_temp.at(300000))) AS sent(campaign, sent_at),
     generate_series(2, 11000, 2) AS i
     LEFT JOIN customer AS c ON c.id = i
ORDER BY sent_at, i;

INSERT INTO audit (changed_at, table_name, row_id, payload)
SELECT o.placed_at + interval '1 day', 'orders', o.id::text,
       jsonb_build_object('customer_id', o.customer_id, 'old', jsonb_build_object('status', 'paid'), 'new', jsonb_build_object('status', o.status))
FROM orders AS o
WHERE o.status <> 'paid'
ORDER BY o.id;

VACUUM ANALYZE;
