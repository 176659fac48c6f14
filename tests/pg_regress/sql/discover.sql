-- What S110 starts from: gdpr_discover says which columns without a rule look personal, and gdpr_discover_register registers what it suggests.
--
-- It tells a category, how certain it is, why, and a rule that can be registered; never a value. A sample is read of each table, with the rights of its owner.
CREATE SCHEMA discover;
SET search_path = discover, public;
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE FUNCTION told(relations regclass[] DEFAULT NULL) RETURNS TABLE (relation text, "column" text, category text, special boolean, sure text, reason text, rule jsonb) LANGUAGE sql AS
  $$ SELECT relation::text, "column", category, special, CASE WHEN confidence >= 0.8 THEN 'yes' WHEN confidence >= 0.5 THEN 'likely' ELSE 'perhaps' END, reason, rule
     FROM gdpr_discover(relations) WHERE relation::text NOT LIKE 'public.%' $$;

-- By name, in a table that nobody has filled yet.
CREATE TABLE kunde (id int PRIMARY KEY, vorname text NOT NULL, nachname text NOT NULL, e_mail text NOT NULL UNIQUE, telefon varchar(12), geburtsdatum date, plz char(5), konfession text, blutgruppe text NOT NULL,
  gewerkschaftsmitglied boolean, vorstrafen text, foto bytea, angelegt timestamptz, rabatt numeric, email_bestaetigt boolean, kundengruppe text, gps point, sprache text);
SELECT "column", category, special, sure, reason, rule FROM told('{kunde}');

-- By what stands in it, under names that say nothing; inside documents and arrays too, whose places are named, but not by keys that are data themselves.
CREATE TABLE import (c1 text, c2 text, c3 text, c4 text, c5 text, c6 inet, c7 jsonb, c8 text[], c9 json, c10 jsonb NOT NULL, c11 text, c12 bigint);
INSERT INTO import SELECT
  'user' || i || '@example.org', '+49 30 1234' || i, 'DE89 3704 0044 0532 0130 00', (ARRAY['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Jürgen Müller'])[i % 4 + 1], 'shipped on day ' || i,
  '192.0.2.1'::inet + i, jsonb_build_object('items', jsonb_build_array(jsonb_build_object('buyer', jsonb_build_object('mail', 'user' || i || '@example.org'), 'n', i))),
  ARRAY['user' || i || '@example.org'], '{"theme": "dark"}', jsonb_build_object('user' || i || '@example.org', jsonb_build_object('religion', 'x')), i || '.0.1.2', 10000 + i
FROM generate_series(1, 40) i;
SELECT "column", category, special, sure, reason, rule FROM told('{import}');

-- Numbers of persons by their check digits, and numbers that only look like them.
CREATE TABLE numbers (de text, fr text, it text, es text, pl text, nl text, se text, ro text, card text, serial text, ean text, version text, order_no text);
INSERT INTO numbers VALUES
  ('86095742719', '255081416802538', 'RSSMRA85T10A562S', '12345678Z', '44051401359', '111222333', '811218-9876', '1800101221144', '4111111111111111', '10000000001', '4006381333931', '1.2.3.4', '4111111111111111'),
  ('47036892816', '2 55 08 14 168 025 38', 'MRTMTT25D09F205Z', 'X1234567L', '02070803628', '123456782', '19811218-9876', '1800101221144', '5555555555554444', '10000000002', '4006381333932', '1.2.3.5', '5555555555554444'),
  ('65929970489', NULL, NULL, '00000000T', '02270803624', '1234.56.782', '811278-9873', NULL, '378282246310005', '10000000003', '4006381333933', '1.13.3.5', '378282246310005');
SELECT "column", category, sure, reason FROM told('{numbers}');

-- Texts in which something personal stands. Which one it is, nobody is told.
CREATE TABLE ticket (id int, body text, log text);
INSERT INTO ticket SELECT i, CASE WHEN i % 10 = 0 THEN 'Please call Frau Lovelace, +49 30 1234567, or write to ada@example.org.' ELSE 'The parcel ' || i || ' has not arrived yet.' END, 'job ' || i || ' done' FROM generate_series(1, 50) i;
SELECT "column", category, sure, reason, rule FROM told('{ticket}');

-- The rule fits the column: its type, its length, NOT NULL, unique, and what a check asks for.
CREATE DOMAIN phone_number AS text CHECK (VALUE ~ '^\+[0-9]+$');
CREATE TABLE strict_client (id int PRIMARY KEY, first_name varchar(3) NOT NULL, last_name text NOT NULL CHECK (last_name = upper(last_name)), email varchar(10) NOT NULL UNIQUE, phone phone_number NOT NULL, mobile phone_number, iban char(5) NOT NULL, born date NOT NULL,
  contact jsonb NOT NULL, UNIQUE (last_name));
INSERT INTO strict_client VALUES (1, 'Ada', 'LOVELACE', 'a@b.org', '+4412', NULL, 'DE891', '1985-12-10', '{"email": "ada@example.org", "phone": "+44 20 7946 0018", "lang": "en"}');
SELECT "column", category, rule, reason ~ 'no rule' AS has_none FROM told('{strict_client}');
SELECT gdpr_register('strict_client', jsonb_object_agg("column", rule)) FROM told('{strict_client}') WHERE rule IS NOT NULL;
SELECT "column", reason FROM told('{strict_client}');
SELECT gdpr_unregister('strict_client');

-- What has a rule, or is kept, is not told; nor what "*" means, what is generated, and what references something else.
CREATE TABLE member (id int PRIMARY KEY, email text UNIQUE, first_name text, last_name text, phone text, full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED);
CREATE TABLE letter (id int PRIMARY KEY, member_email text REFERENCES member (email), recipient_name text);
SELECT gdpr_register('member', '{"first_name": "null", "phone": {"strategy": "keep", "reason": "for tests"}}');
SELECT relation, "column", rule FROM told('{member,letter}');
SELECT gdpr_register('member', '{"*": "auto"}');
SELECT relation, "column", rule FROM told('{member,letter}');

-- A partitioned table is one, and so is one with heirs; what an heir has besides is its own.
CREATE TABLE visit (id int, at date, visitor_email text) PARTITION BY RANGE (at);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO visit SELECT i, '2024-01-01'::date + i, 'user' || i || '@example.org' FROM generate_series(1, 700) i;
CREATE TABLE animal (id int, owner_email text);
CREATE TABLE dog (owner_phone text) INHERITS (animal);
INSERT INTO dog SELECT i, 'user' || i || '@example.org', NULL FROM generate_series(1, 20) i;
SELECT relation, "column", sure, reason FROM told() WHERE relation ~ 'visit|animal|dog';
SELECT * FROM gdpr_discover('{visit_1}');
\echo :SQLSTATE

-- Views and what an extension brought are not looked at.
CREATE VIEW emails AS SELECT e_mail FROM kunde;
SELECT * FROM gdpr_discover('{emails}');
\echo :SQLSTATE
SELECT * FROM gdpr_discover('{kunde,NULL}');
\echo :SQLSTATE
SELECT * FROM gdpr_discover(sample => 0);
\echo :SQLSTATE
SELECT * FROM gdpr_discover(sample => NULL);
SELECT * FROM gdpr_discover_register(1.5);
\echo :SQLSTATE
SELECT * FROM gdpr_discover_register(NULL);
SELECT count(*) FROM gdpr_discover('{}');

-- Registered for review: what is certain, in the entries that there are or in new ones. What was said already stays.
DROP TABLE import, numbers, ticket, strict_client, letter, visit, animal, dog;
SELECT gdpr_register('kunde', '{"vorname": "blank"}', on_erase => 'keep', ground => 'tax law');
SELECT relation, "column", rule FROM gdpr_discover_register() WHERE relation::text NOT LIKE 'public.%';
SELECT rules ->> 'vorname' AS vorname, rules -> 'e_mail' AS e_mail, on_erase, subject FROM gdpr_registry WHERE relation = 'kunde'::regclass;
SELECT "column", sure FROM told('{kunde}');
SELECT count(*) FROM gdpr_discover_register() WHERE relation::text NOT LIKE 'public.%';
-- Parent and heir: the heir's entry keeps what the parent's says.
CREATE TABLE person (id int PRIMARY KEY, email text);
CREATE TABLE pupil (religion text) INHERITS (person);
SELECT gdpr_register('person', '{"email": "null"}');
SELECT relation, "column", rule FROM gdpr_discover_register();
SELECT relation, rules FROM gdpr_registry WHERE relation IN ('person'::regclass, 'pupil'::regclass) ORDER BY relation::text;

SELECT gdpr_unregister(relation) FROM gdpr_registry;
DROP SCHEMA discover CASCADE;
