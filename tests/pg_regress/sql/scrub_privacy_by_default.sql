-- gdpr_ext.privacy_by_default: whoever adds a column says what it is, or there is no copy.
--
-- On, every column of every table with rules or without must have a rule or `keep`. Exempt is what cannot be said by itself: generated columns and
-- foreign keys, which follow, and keys and identity columns of integer or uuid types, which say nothing of anybody.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_by_default TEMPLATE template0;
\c gdpr_by_default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE country (code char(2) PRIMARY KEY, name text);
CREATE TABLE person (
    id uuid PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY, name text, email text NOT NULL UNIQUE,
        shown text GENERATED ALWAYS AS (upper(name)) STORED,
    country char(2) REFERENCES country, badge int UNIQUE
);
CREATE TABLE login (id smallint PRIMARY KEY, email text REFERENCES person (email), badge int REFERENCES person (badge), ip inet);
CREATE TABLE visit (id int, page text, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE nickname (nick text PRIMARY KEY, amount int);
INSERT INTO country VALUES ('GB', 'United Kingdom');
INSERT INTO person VALUES (gen_random_uuid(), DEFAULT, 'Ada', 'ada@example.org', DEFAULT, 'GB', 7);
INSERT INTO login VALUES (1, 'ada@example.org', 7, '192.0.2.1');
INSERT INTO visit VALUES (1, 'home', '2024-02-02');
INSERT INTO nickname VALUES ('ada', 7);
SELECT gdpr_register('person', '{"name": "blank"}', subject => true), gdpr_register('login'), gdpr_register('visit', '{"page": "blank"}');

-- Off: what has no rule stays.
SHOW gdpr_ext.privacy_by_default;
SELECT relation, action, rows FROM gdpr_scrub_db(dry_run => true) ORDER BY relation::text COLLATE "C";

-- Not everybody's to switch.
CREATE ROLE regress_default;
SET ROLE regress_default;
SET gdpr_ext.privacy_by_default = on;
\echo :SQLSTATE
RESET ROLE;
DROP ROLE regress_default;

-- On: each column that nobody has spoken of, in the detail; the calls to fill in, in the hint. Nothing is touched.
SET gdpr_ext.privacy_by_default = on;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db(dry_run => true);
\echo :SQLSTATE
SELECT name, email FROM person;

-- Spoken of, one after the other. "*" speaks of all the rest.
SELECT gdpr_register('person', '{"name": "blank", "email": "email"}', subject => true);
SELECT gdpr_register('login', '{"ip": "null"}');
SELECT gdpr_register('visit', '{"page": "blank", "day": {"strategy": "keep", "reason": "statistics"}}');
SELECT gdpr_register('nickname', '{"nick": "hash", "*": "keep"}');
SELECT gdpr_register('country', '{"*": "keep", "code": "keep"}');
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";
SELECT p.name, p.shown, p.email LIKE 'anon-%' AS email, p.country, p.badge, p.number, l.ip, l.id FROM person p JOIN login l USING (email, badge);
SELECT length(nick), amount FROM nickname;

-- A column that comes later, or a table.
SET client_min_messages = error;
ALTER TABLE person ADD COLUMN shoe int, ADD COLUMN "Shoe size" int;
SET client_min_messages = warning;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
ALTER TABLE person DROP COLUMN shoe, DROP COLUMN "Shoe size";
SET client_min_messages = error;
CREATE TABLE diary (id int PRIMARY KEY, person_id uuid REFERENCES person, line text);
SET client_min_messages = warning;
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE
SELECT gdpr_register('diary', '{"line": "null"}');
SELECT count(*) > 0 AS scrubbed FROM gdpr_scrub_db();

-- Of tables that are named only these are asked about.
CREATE TABLE other (id int PRIMARY KEY, what text);
SELECT relation, action, rows FROM gdpr_scrub_db('{login}');
SELECT * FROM gdpr_scrub_db();
\echo :SQLSTATE

\c :home
DROP DATABASE gdpr_by_default;
