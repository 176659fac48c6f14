-- S90. A copy of a database that is safe to develop on: every rule on every row.
--
-- gdpr_scrub_db() rewrites each table that has rules once, with all of its rules, in one transaction. It is off until a superuser has said
-- that this database is a copy. Afterwards there are as many rows as before, joins give what they gave, and every constraint holds.
--
-- It is about a whole database, and leaves a mark in it: the test has one of its own.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s90 TEMPLATE template0;
\c gdpr_s90
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
CREATE EXTENSION amcheck;

CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE person (
    id int PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    phone varchar(20),
    born date,
    height int CHECK (height > 0),
    country char(2) NOT NULL REFERENCES country,
    profile jsonb
);
CREATE TABLE login (email text PRIMARY KEY REFERENCES person (email), ip inet, visits int NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text, total numeric(8, 2) NOT NULL);
CREATE TABLE line (order_id int REFERENCES orders, number int, product text, PRIMARY KEY (order_id, number));
CREATE TABLE mailing_log (id int PRIMARY KEY, email text NOT NULL, subject text);
CREATE TABLE friend (email text, login text);
CREATE TABLE letter (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text, label text);
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, addressee text NOT NULL, total numeric);
CREATE TABLE ledger (id int PRIMARY KEY, person_id int REFERENCES person, amount numeric);
CREATE INDEX ON orders (person_id);
CREATE INDEX ON mailing_log (email);
CREATE INDEX ON person (lower(name));
CREATE MATERIALIZED VIEW known AS SELECT country, count(*) AS people, min(name) AS first FROM person GROUP BY country;
CREATE VIEW tall AS SELECT name, email FROM person WHERE height > 180;

INSERT INTO country VALUES ('GB', 'United Kingdom'), ('FR', 'France');
INSERT INTO person
SELECT i, 'person' || i || '@example.org', 'Person ' || i, CASE WHEN i % 3 > 0 THEN '+44 20 7946 ' || i END, '1950-01-01'::date + i * 7, 150 + i % 50,
       CASE i % 4 WHEN 0 THEN 'FR' ELSE 'GB' END, jsonb_build_object('nick', 'nick' || i, 'theme', 'dark')
FROM generate_series(1, 1000) i;
INSERT INTO login SELECT email, '192.0.2.0'::inet + id % 256, id FROM person WHERE id % 2 = 0;
INSERT INTO orders SELECT i, 1 + i % 1000, 'note ' || i, i % 100 + 0.99 FROM generate_series(1, 3000) i;
INSERT INTO line SELECT o, n, 'tea' FROM generate_series(1, 3000) o, generate_series(1, 2) n;
INSERT INTO mailing_log SELECT i, 'person' || 1 + i % 500 || '@example.org', 'subject ' || i FROM generate_series(1, 2000) i;
INSERT INTO friend SELECT email, 'person' || id + 1 || '@example.org' FROM person;
INSERT INTO letter SELECT i, 1 + i % 7, CASE WHEN i % 5 > 0 THEN 1 + i % 11 END, 'body ' || i, 'label ' || i FROM generate_series(1, 100) i;
INSERT INTO invoice SELECT i, i, 'Addressee ' || i, i FROM generate_series(1, 50) i;
INSERT INTO ledger SELECT i, i, i FROM generate_series(1, 50) i;
REFRESH MATERIALIZED VIEW known;
ANALYZE;

SELECT gdpr_register('person', '{
    "email": {"strategy": "pseudonym", "kind": "email"},
    "name": {"strategy": "fake", "kind": "name"},
    "phone": {"strategy": "partial", "keep_first": 3},
    "born": {"strategy": "generalise", "to": "decade"},
    "height": {"strategy": "noise", "amount": 10},
    "country": {"strategy": "keep", "reason": "statistics by country"},
    "profile": {"strategy": "json", "paths": {"nick": "null"}}}', subject => true);
SELECT gdpr_register('login', '{"ip": "null"}');
SELECT gdpr_register('orders', '{"note": {"strategy": "sql", "expression": "upper(left(note, 4))"}}');
SELECT gdpr_register('mailing_log', '{"email": {"strategy": "pseudonym", "kind": "email"}, "subject": "blank"}');
SELECT gdpr_register('friend', '{"email": "hash", "login": "hash"}');
-- Whose a column is makes a difference for one person. In a copy all of them go.
SELECT gdpr_register('letter', '{"body": {"strategy": "null", "of": "sender_id"}, "label": {"strategy": "null", "of": "recipient_id"}}');
-- What the law makes the shop keep is kept in the shop. In a copy its rules are applied; without rules there is nothing to apply.
SELECT gdpr_register('invoice', '{"addressee": {"strategy": "fake", "kind": "name"}}', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_register('ledger', on_erase => 'keep', ground => 'tax law');
-- What hangs on the orders has no personal column: it has an entry, and no rules.
SELECT gdpr_register('line');

-- What there is, to compare with.
CREATE SCHEMA before;
DO $$
DECLARE t name;
BEGIN
    FOREACH t IN ARRAY '{country,person,login,orders,line,mailing_log,friend,letter,invoice,ledger}'::name[] LOOP
        EXECUTE format('CREATE TABLE before.%I AS TABLE public.%1$I', t);
    END LOOP;
END $$;

-- Off, until it is said that this is a copy; and that cannot be said by everybody.
SHOW gdpr_ext.allow_scrub;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(dry_run => true);
\echo :SQLSTATE
CREATE ROLE regress_scrub;
SET ROLE regress_scrub;
SET gdpr_ext.allow_scrub = on;
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
RESET ROLE;
DROP ROLE regress_scrub;
SELECT count(*) AS unchanged FROM (TABLE person INTERSECT TABLE before.person) AS p;
ALTER DATABASE gdpr_s90 SET gdpr_ext.allow_scrub = on;
\c
SET client_min_messages = warning;
SHOW gdpr_ext.allow_scrub;

-- One call. The sizes are those of table, TOAST and indexes.
SELECT relation, action, rows, bytes_before > 0 AS bytes_before, bytes_after > 0 AS bytes_after, ms > 0 AS ms
FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";

-- Every rule on every row, and a NULL stays NULL.
SELECT count(*) AS people,
       count(*) FILTER (WHERE p.email = b.email) AS email,
       count(*) FILTER (WHERE p.name = b.name) AS name,
       count(*) FILTER (WHERE p.phone <> '+44' || repeat('*', length(b.phone) - 3) OR (p.phone IS NULL) <> (b.phone IS NULL)) AS phone,
       count(*) FILTER (WHERE p.born <> date_trunc('decade', b.born)) AS born,
       count(*) FILTER (WHERE p.height = b.height OR abs(p.height - b.height) > 10) AS height,
       count(*) FILTER (WHERE p.country <> b.country) AS country,
       count(*) FILTER (WHERE p.profile <> '{"nick": null, "theme": "dark"}') AS profile
FROM person p JOIN before.person b USING (id);
SELECT count(*) AS orders, count(*) FILTER (WHERE o.note <> 'NOTE') AS note, count(*) FILTER (WHERE (o.person_id, o.total) <> (b.person_id,
    b.total)) AS others
FROM orders o JOIN before.orders b USING (id);
SELECT count(*) AS letters, count(body) AS body, count(label) AS label FROM letter;
SELECT count(*) AS invoices, count(*) FILTER (WHERE i.addressee = b.addressee) AS addressee, count(*) FILTER (WHERE i.total <> b.total) AS total
FROM invoice i JOIN before.invoice b USING (id);
SELECT count(*) AS logins, count(ip) AS ip FROM login;
-- Tables without rules are as they were.
(TABLE ledger EXCEPT TABLE before.ledger) UNION ALL (TABLE before.ledger EXCEPT TABLE ledger);
(TABLE line EXCEPT TABLE before.line) UNION ALL (TABLE before.line EXCEPT TABLE line);
(TABLE country EXCEPT TABLE before.country) UNION ALL (TABLE before.country EXCEPT TABLE country);
-- Nobody's old address, wherever there was one.
SELECT count(*) AS addresses, count(DISTINCT email) AS different FROM person;
SELECT count(*) AS old FROM (SELECT email FROM before.person INTERSECT (SELECT email FROM person UNION SELECT email FROM login UNION SELECT email
    FROM mailing_log
    UNION SELECT email FROM friend UNION SELECT login FROM friend)) AS found;

-- As many rows as before, and joins give what they gave: by key, by natural key, by a pseudonym and by a hash that are the same everywhere.
CREATE FUNCTION joins() RETURNS TABLE (what text, rows bigint) LANGUAGE sql AS $$
    SELECT 'person', count(*) FROM person UNION ALL
    SELECT 'orders of persons', count(*) FROM orders o JOIN person p ON p.id = o.person_id UNION ALL
    SELECT 'logins of persons', sum(l.visits - p.id + 1) FROM login l JOIN person p USING (email) UNION ALL
    SELECT 'mails to persons', count(*) FROM mailing_log m JOIN person p USING (email) UNION ALL
    SELECT 'persons with mail', count(DISTINCT email) FROM mailing_log UNION ALL
    SELECT 'friends', count(*) FROM friend f JOIN friend g ON g.email = f.login UNION ALL
    SELECT 'lines of people in France', count(*) FROM line l JOIN orders o ON o.id = order_id JOIN person p ON p.id = person_id WHERE country = 'FR'
$$;
SET search_path = before;
SELECT * FROM public.joins();
SET search_path = public;
SELECT * FROM joins();

-- What was made from the tables is made anew, the materialized view too.
SELECT k.country, k.people, k.first = p.first AS first FROM known k JOIN (SELECT country, min(name) AS first FROM person
    GROUP BY country) p USING (country)
ORDER BY k.country;
SELECT count(*) FROM known k JOIN before.person b ON b.name = k.first;

-- Every constraint holds when it is checked anew, and every index has every row.
DO $$
DECLARE c record;
BEGIN
    FOR c IN SELECT oid, conname, conrelid::regclass AS relation FROM pg_constraint
             WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace AND conrelid > 0 LOOP
        UPDATE pg_constraint SET convalidated = false WHERE oid = c.oid;
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.relation, c.conname);
    END LOOP;
END $$;
SELECT contype, count(*), bool_and(convalidated) AS valid FROM pg_constraint WHERE connamespace = 'public'::regnamespace
AND conrelid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e') GROUP BY contype ORDER BY contype;
SELECT count(*) AS indexes, count(bt_index_check(i.indexrelid, true)) AS sound FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE 'gdpr%';
SELECT c.oid::regclass AS heap, v.* FROM pg_class c, verify_heapam(c.oid) v WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm');

-- Only some of the tables: these, and what refers to keys of theirs that are rewritten.
CREATE TABLE again AS TABLE person;
SELECT relation, action, rows FROM gdpr_scrub_db('{orders,letter}') ORDER BY relation::text COLLATE "C";
SELECT count(*) AS unchanged FROM (TABLE person INTERSECT TABLE again) AS p;
SELECT relation, action, rows FROM gdpr_scrub_db('{person}') ORDER BY relation::text COLLATE "C";
SELECT count(*) AS unchanged FROM (SELECT email FROM person INTERSECT SELECT email FROM again) AS p;
SELECT what, rows FROM joins() WHERE what LIKE 'logins%';
-- The mails were not asked for: they have the pseudonyms of the call before.
SELECT what, rows FROM joins() WHERE what LIKE 'mails%';

-- It happens with the transaction that it is in, or not at all.
CREATE TABLE once_more AS TABLE person;
BEGIN;
SELECT count(*) > 0 AS scrubbed FROM gdpr_scrub_db();
SELECT count(*) AS unchanged FROM (SELECT email FROM person INTERSECT SELECT email FROM once_more) AS p;
ROLLBACK;
SELECT count(*) AS unchanged FROM (TABLE person INTERSECT TABLE once_more) AS p;
SELECT what, rows FROM joins() WHERE what LIKE 'logins%';

-- Empty tables are no trouble.
TRUNCATE person, login, orders, line, mailing_log, friend, letter, invoice, ledger;
SELECT relation, action, rows FROM gdpr_scrub_db() WHERE rows > 0;
SELECT count(*) FROM person;

\c :home
DROP DATABASE gdpr_s90;
