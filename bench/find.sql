-- Tables as they are searched for somebody: each in a schema of its own. One row in 100,000 is Ada's.
-- :rows is how many rows the tables have; the one with long texts has a fiftieth.
CREATE SCHEMA texts;
CREATE TABLE texts.customer (id int PRIMARY KEY, name text, email varchar(80), phone text, address text, note text);
INSERT INTO texts.customer
SELECT i, CASE WHEN i % 100000 = 7 THEN 'Ada Müller-Lovelace' ELSE 'Customer number ' || i END,
  CASE WHEN i % 100000 = 7 THEN 'Ada.Lovelace@example.org' ELSE 'user' || i || '@shop-' || i % 1000 || '.example.com' END,
  '+49 30 ' || 1000000 + i % 8999999, 'Some Street ' || i % 500 || ', 12345 Town, Country of Everything',
  md5(i::text) || ' rang twice, and then he left it with the neighbours ' || md5((-i)::text)
FROM generate_series(1, :rows) i;

CREATE SCHEMA documents;
CREATE TABLE documents.event (id int PRIMARY KEY, payload jsonb, tags text[]);
INSERT INTO documents.event
SELECT i, jsonb_build_object('user', CASE WHEN i % 100000 = 7 THEN 'Ada.Lovelace@example.org' ELSE 'user' || i || '@example.com' END,
    'agent', 'Mozilla/5.0 (X11; Linux x86_64)', 'items', jsonb_build_array(i, i + 1, i + 2)),
  CASE WHEN i % 100000 = 7 THEN ARRAY['seen', 'Ada.Lovelace@example.org'] ELSE ARRAY['tag' || i % 1000, 'seen', md5(i::text)] END
FROM generate_series(1, :rows) i;

CREATE SCHEMA long;
CREATE TABLE long.page (id int PRIMARY KEY, body text);
INSERT INTO long.page
SELECT i, (SELECT string_agg(md5((i * 1000 + j)::text) || ' and what else was Said there ', '') FROM generate_series(1, 100) j) || CASE WHEN i % 2000 = 7 THEN 'Ada.Lovelace@example.org' ELSE '' END
FROM generate_series(1, :rows / 50) i;

CREATE SCHEMA cyrillic;
CREATE TABLE cyrillic.customer (id int PRIMARY KEY, name text, address text);
INSERT INTO cyrillic.customer
SELECT i, CASE WHEN i % 100000 = 7 THEN 'Ада Лавлейс' ELSE 'Покупатель ' || i END, 'Улица Длинная, дом ' || i % 500 || ', Город, Страна'
FROM generate_series(1, :rows) i;

-- A hundred tables of the kind that every database has.
CREATE SCHEMA small;
SELECT format('CREATE TABLE small.t%s (id int PRIMARY KEY, name text, code varchar(20), document jsonb, seen timestamptz)', i) FROM generate_series(1, 100) i
\gexec
SELECT format('INSERT INTO small.t%s SELECT i, ''Row '' || i, ''c'' || i, jsonb_build_object(''n'', i), now() FROM generate_series(1, 1000) i', i) FROM generate_series(1, 100) i
\gexec
INSERT INTO small.t50 VALUES (0, 'Ada.Lovelace@example.org');
