-- gdpr_search: columns of every kind of type. A term that the type does not read finds nothing there, and is no error.
CREATE EXTENSION citext;
CREATE SCHEMA search;
SET search_path = search, public;
\set SHOW_CONTEXT never

CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION no_accent (provider = icu, locale = 'und-u-ks-level1-kc-true', deterministic = false);
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE thing (
    id int PRIMARY KEY, t text, v varchar(20), c char(12), n name, ci citext, d email, plain_c text COLLATE "C", nc text COLLATE no_case, na text COLLATE no_accent,
    ta text[], va varchar(20)[], ca citext[], ia int[], da email[],
    jb jsonb, j json,
    i8 bigint, num numeric, u uuid, dt date, ts timestamptz, ip inet, b boolean, e colour, by bytea);
INSERT INTO thing (id, t, v, c, n, ci, d, plain_c, nc, na, ta, va, ca, ia, da, jb, j, i8, num, u, dt, ts, ip, b, e, by) VALUES
    (1, 'Zoë', 'Zoë', 'Zoë', 'Zoë', 'Zoë', 'Zoë@x.org', 'Zoë', 'Zoë', 'Zoë', '{a,Zoë}', '{Zoë,b}', '{Zoë}', '{1,4711}', '{zoë@x.org}',
     '{"a": ["x", {"b": "Zoë"}], "n": 4711}', '{"a": {"b": ["Zoë", 4711]}}', 4711, 4711.00, '00000000-0000-7000-8000-000000004711', '2026-05-04',
     '2026-05-04 12:00+00', '192.0.2.1', true, 'red', '\x4711'),
    (2, 'Zo', 'Zo', 'Zo', 'Zo', 'Zo', 'Zo@x.org', 'Zo', 'Zo', 'Zo', '{}', NULL, '{NULL}', '{}', '{}', '{}', '[]', 0, 0, NULL, NULL, NULL, NULL, false, 'green', '');
SELECT gdpr_register('thing', subject => true,
                     search => '{id,t,v,c,n,ci,d,plain_c,nc,na,ta,va,ca,ia,da,jb,j,i8,num,u,dt,ts,ip,b,e,by}');

-- Text, in upper case too: a letter that the collation of a column has no upper case for (name, "C") is found as it is written only.
SELECT "column", snippet FROM gdpr_search('Zoë') WHERE key = '{"id": 1}' ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('ZOË') WHERE key = '{"id": 1}' ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('zoe') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('ZOË@x.org') ORDER BY "column";

-- Everything else: by the type's own equality, however it is written.
SELECT "column", snippet FROM gdpr_search('4711') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('4711.0') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('{00000000-0000-7000-8000-000000004711}') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('May 4, 2026') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('2026-05-04 14:00+02') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('192.0.2.1') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('\x4711') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('red') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('yes') ORDER BY "column";

-- Parts and beginnings are for text: of a value, of an element; of a document its text.
UPDATE thing SET jb = '{"a": "say \"Zoë\" twice"}', j = '{"a": "C:\\Zoë\\x"}' WHERE id = 1;
SELECT gdpr_register('thing', search => '{t contains,v contains,c contains,n contains,ci contains,d contains,plain_c contains,nc contains,na contains,ta contains,
                     va contains,ca contains,da contains,jb contains,j contains}');
SELECT "column", snippet FROM gdpr_search('Oë') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('say "zoë" t') ORDER BY "column";
SELECT "column", snippet FROM gdpr_search('c:\zoë\') ORDER BY "column";
SELECT gdpr_register('thing', search => '{t prefix,v prefix,c prefix,n prefix,ci prefix,d prefix,plain_c prefix,nc prefix,na prefix,ta prefix,va prefix,ca prefix,da prefix}');
SELECT "column", snippet FROM gdpr_search('zoë') ORDER BY "column";
SELECT gdpr_register('thing', search => '{jb prefix}');
\echo :SQLSTATE
SELECT gdpr_register('thing', search => '{i8 contains}');
\echo :SQLSTATE
ALTER TABLE thing ADD place point;
SELECT gdpr_register('thing', search => '{place}');
\echo :SQLSTATE

-- Documents: keys and numbers are no strings. json can hold what text cannot; such a document is searched as it is written.
SELECT gdpr_register('thing', search => '{jb,j}');
UPDATE thing SET jb = '"top"', j = '"top"' WHERE id = 1;
UPDATE thing SET jb = '{"top": 4711}', j = '{"top": 4711, "no text": "\u0000", "half": "\ud83d", "in": ["there"]}' WHERE id = 2;
SELECT key, "column", snippet FROM gdpr_search('TOP') ORDER BY key, "column";
SELECT key, "column", snippet FROM gdpr_search('4711') ORDER BY key, "column";
SELECT key, "column", snippet FROM gdpr_search('There') ORDER BY key, "column";

SET client_min_messages = warning;
DROP SCHEMA search CASCADE;
DROP EXTENSION citext;
