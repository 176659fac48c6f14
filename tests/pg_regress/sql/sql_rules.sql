-- The strategy sql: an expression of the user's own over the row.
--
-- It sees the row as it was, also the columns that other rules change in the same call. Whether its outcome is anonymous only its
-- author knows: `pseudonymous` says it is not.
CREATE SCHEMA sql_rules;
SET search_path = sql_rules, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, first_name text, last_name text, email text, born date, salary numeric(8, 2), tags text[],
    payload jsonb, area varchar(8));
CREATE TABLE device (id int PRIMARY KEY, person_id int REFERENCES person, serial text);
INSERT INTO person VALUES
    (1, 'Ada', 'Lovelace', 'ada@example.org', '1815-12-10', 1234.56, '{poet,secret}', '{"shoe": 38, "name": "Ada"}', '1234 AB'),
    (2, NULL, 'Bell', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO device VALUES (11, 1, 'SN-0001');
SELECT gdpr_register('person', '{
    "first_name": {"strategy": "sql", "expression": "left(first_name, 1) || ''.'' || left(last_name, 1) || ''.''"},
    "last_name": "blank",
    "email": {"strategy": "sql", "expression": "''nobody'' || length(last_name) || ''@example.invalid''"},
    "born": {"strategy": "sql", "expression": "date_trunc(''year'', born)::date"},
    "salary": {"strategy": "sql", "expression": "round(salary, -3)"},
    "tags": {"strategy": "sql", "expression": "array_remove(tags, ''secret'')"},
    "payload": {"strategy": "sql", "expression": "payload - ''name''"},
    "area": {"strategy": "sql", "expression": "gdpr_partial(area, 2)"}
}', subject => true);
SELECT gdpr_register('device', '{"serial": {"strategy": "sql", "expression": "gdpr_hash(serial, 12)", "pseudonymous": true}}');

-- The words: the expression of device is declared to be pseudonymous.
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM person WHERE id = 1 \gx
SELECT id, serial = gdpr_hash('SN-0001', 12) AS hashed FROM device;

-- A NULL stays NULL, whatever the expression says of it.
SELECT * FROM gdpr_anonymise('person', 2);
SELECT * FROM person WHERE id = 2 \gx
SELECT * FROM gdpr_anonymise('person', ARRAY[1, 2]);

-- Names of columns that look like something else, and a rule that follows their renames.
CREATE TABLE odd (id int PRIMARY KEY, "Last Name" text, "we""ird" text, "select" text);
INSERT INTO odd VALUES (1, 'Lovelace', 'x', 'y');
SELECT gdpr_register('odd', '{"Last Name": {"strategy": "sql", "expression": "left(\"Last Name\", 1) || \"we\"\"ird\" || \"select\""}}',
       subject => true);
ALTER TABLE odd RENAME "Last Name" TO surname;
ALTER TABLE odd RENAME "we""ird" TO plain;
SELECT rules FROM gdpr_registry WHERE relation = 'odd'::regclass;
SELECT * FROM gdpr_anonymise('odd', 1);
TABLE odd;

-- The caller's settings mean nothing to it: neither his search_path nor his DateStyle.
CREATE TABLE diary (id int PRIMARY KEY, entry text, day date);
INSERT INTO diary VALUES (1, 'hello', '2024-02-01');
SELECT gdpr_register('diary', '{"entry": {"strategy": "sql", "expression": "upper(entry) || to_char(day, ''YYYY'')"}}', subject => true);
CREATE SCHEMA sql_rules_hostile;
CREATE FUNCTION sql_rules_hostile.upper(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'hijacked' $$;
SET search_path = sql_rules_hostile, pg_catalog, public;
SELECT * FROM gdpr_anonymise('sql_rules.diary', 1);
SELECT entry FROM sql_rules.diary;

SET client_min_messages = warning;
DROP SCHEMA sql_rules_hostile CASCADE;
DROP SCHEMA sql_rules CASCADE;
