-- S32. A rule that cannot work is refused when it is registered.
--
-- Not on the day on which somebody asks to be forgotten. Each refusal is a sentence that names the column (and the constraint), a hint,
-- and an SQLSTATE that a client can branch on; nothing is changed by it.
CREATE SCHEMA s32;
SET search_path = s32, public;
\set SHOW_CONTEXT never
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN surname AS text NOT NULL;
CREATE DOMAIN adult AS int CHECK (VALUE >= 18);
CREATE DOMAIN postcode AS varchar(10) CHECK (VALUE ~ '^[0-9]{5}$');
CREATE TABLE country (code char(2) PRIMARY KEY);
CREATE TABLE person (
    id int PRIMARY KEY,
    name text NOT NULL,
    family surname,
    nick varchar(10),
    initials char(2),
    email text UNIQUE,
    code text,
    badge text UNIQUE NULLS NOT DISTINCT,
    handle text,
    active bool,
    age adult NOT NULL,
    zip postcode NOT NULL,
    height numeric(3, 2),
    shoe int CONSTRAINT shoe_size CHECK (shoe BETWEEN 15 AND 60),
    gender text NOT NULL CONSTRAINT gender_known CHECK (gender IN ('f', 'm', 'x')),
    how mood,
    born date,
    joined timestamptz DEFAULT now(),
    seen date DEFAULT '2000-01-01',
    stay daterange NOT NULL,
    payload jsonb,
    uid uuid,
    photo bytea,
    tags text[],
    country char(2) REFERENCES country,
    serial int GENERATED ALWAYS AS IDENTITY,
    loud text GENERATED ALWAYS AS (upper(nick)) STORED,
    gone text,
    CONSTRAINT one_stay EXCLUDE USING gist (stay WITH &&)
);
ALTER TABLE person DROP COLUMN gone;
CREATE UNIQUE INDEX person_code_of_active ON person (code) WHERE active;
CREATE UNIQUE INDEX person_handle_any_case ON person (lower(handle));

-- Names that are almost right: the nearest valid one is the hint.
SELECT gdpr_register('person', '{"nick": "emial"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "partial", "keep_lst": 2}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "fake", "kind": "fist_name"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "fake", "kind": "name", "locale": "klingon"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nik": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"gone": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"ctid": "null"}');
\echo :SQLSTATE

-- Parameters that are missing, of the wrong kind, or out of range.
SELECT gdpr_register('person', '{"nick": {"kind": "name"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": "value"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": "sql"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"payload": "json"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "null", "value": 1}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "partial", "keep_last": "two"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "partial", "keep_last": -1}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "partial", "mask": "##"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "partial", "mask": ""}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "hash", "length": 0}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "hash", "length": 65}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"uid": {"strategy": "hash", "length": 8}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "random", "length": 0}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "random", "min": 40, "max": 20}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "noise", "ratio": 0}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "noise", "ratio": 0.1, "amount": 3}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "generalise", "step": 0}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "generalise", "to": "fortnight"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "noise", "interval": "soon"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "noise", "interval": "0 days"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "noise", "interval": "3 hours"}}');
\echo :SQLSTATE

-- Mail goes to somebody unless the domain is one of those that RFC 2606 reserves.
SELECT gdpr_register('person', '{"email": {"strategy": "email", "domain": "gmail.com"}}');
\echo :SQLSTATE

-- A strategy that is not for the type.
SELECT gdpr_register('person', '{"shoe": "email"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": "partial"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "fake", "kind": "name"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": "hash"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": "noise"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": "generalise"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "json", "paths": {"a": "null"}}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": "pseudonym"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"payload": "random"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "generalise", "step": 10}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "generalise", "to": "year"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "noise", "interval": "30 days"}}');
\echo :SQLSTATE

-- Inside a document the same holds.
SELECT gdpr_register('person', '{"payload": {"strategy": "json", "paths": {"contact.email": "emial"}}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"payload": {"strategy": "json", "paths": {"contact.born": "generalise"}}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"payload": {"strategy": "json", "paths": {}}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"payload": {"strategy": "json", "paths": {"": "null"}}}');
\echo :SQLSTATE

-- NULL for what may not be NULL: a column's constraint, a domain's, a default that there is not.
SELECT gdpr_register('person', '{"name": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"family": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": "default"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "value", "value": null}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"id": "null"}');
\echo :SQLSTATE

-- The same for everybody in a unique column: a constraint, a partial index, an index over an expression, NULLS NOT DISTINCT.
SELECT gdpr_register('person', '{"email": {"strategy": "value", "value": "gone"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"email": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"code": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"handle": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"badge": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"email": "partial"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"email": {"strategy": "pseudonym", "kind": "first_name"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"code": {"strategy": "pseudonym", "kind": "city"}}');
\echo :SQLSTATE
-- So short that chance gives two of them the same soon.
SELECT gdpr_register('person', '{"email": {"strategy": "hash", "length": 8}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"email": {"strategy": "random", "length": 5}}');
\echo :SQLSTATE
-- Which kinds of pseudonym a unique column takes: those that have room for what tells them apart. A made-up value that need not be the same
-- again always has.
CREATE TABLE kinds (id int PRIMARY KEY, of_text text UNIQUE, small smallint UNIQUE, number int UNIQUE, big bigint UNIQUE);
CREATE FUNCTION kind_is_taken(strategy text, kind text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gdpr_register('kinds', jsonb_build_object('of_text', jsonb_build_object('strategy', strategy, 'kind', kind)));
    RETURN 'taken';
EXCEPTION WHEN unique_violation THEN
    RETURN SQLSTATE;
END $$;
SELECT kind, kind_is_taken('pseudonym', kind) AS pseudonym, kind_is_taken('fake', kind) AS fake
FROM unnest('{name,first_name,last_name,email,user_name,phone,company,street,city,postcode,country,iban,ip,url,text}'::text[]) kind;
-- Of the numbers of a smallint there are too few.
SELECT gdpr_register('kinds', '{"small": "pseudonym"}');
\echo :SQLSTATE
SELECT gdpr_register('kinds', '{"number": "pseudonym", "big": "pseudonym"}');
DROP TABLE kinds;
-- NULL in a unique column is no duplicate.
BEGIN;
SELECT gdpr_register('person', '{"email": "null", "code": "null", "handle": "null"}');
ROLLBACK;

-- Too long for the column.
SELECT gdpr_register('person', '{"nick": "email"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "value", "value": "a nick that is too long"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "hash", "length": 64}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"nick": {"strategy": "random", "length": 11}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"initials": {"strategy": "fake", "kind": "iban"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"height": {"strategy": "value", "value": 1000}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"height": {"strategy": "random", "min": 0, "max": 100}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "random", "min": 0, "max": 3000000000}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "random", "min": "2000-01-01", "max": "2000-02-30"}}');
\echo :SQLSTATE

-- A value that is none of the type.
SELECT gdpr_register('person', '{"how": {"strategy": "value", "value": "furious"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"shoe": {"strategy": "value", "value": "large"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"born": {"strategy": "value", "value": "yesterday, perhaps"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"uid": {"strategy": "value", "value": "nobody"}}');
\echo :SQLSTATE

-- A CHECK, of the table or of a domain, that no outcome can meet; an exclusion constraint.
SELECT gdpr_register('person', '{"shoe": {"strategy": "value", "value": 0}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"gender": {"strategy": "value", "value": "unknown"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"gender": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"gender": "auto"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"gender": "hash"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"age": "auto"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"age": {"strategy": "value", "value": 17}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"zip": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"zip": {"strategy": "value", "value": "1234"}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"stay": {"strategy": "value", "value": "[2000-01-01,2000-01-02)"}}');
\echo :SQLSTATE
-- An empty range overlaps nothing: that one is allowed. So is what the constraints allow.
BEGIN;
SELECT gdpr_register('person', '{"stay": "auto", "gender": {"strategy": "value", "value": "x"}, "age": {"strategy": "value", "value": 18},
                                 "zip": {"strategy": "value", "value": "00000"}, "shoe": "null"}');
ROLLBACK;

-- What the database computes itself.
SELECT gdpr_register('person', '{"loud": "null"}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"serial": "random"}');
\echo :SQLSTATE

-- A default that reads the clock would say when it was done.
SELECT gdpr_register('person', '{"joined": "default"}');
\echo :SQLSTATE

-- A column that refers to another table is no free text: it can be cut or kept.
SELECT gdpr_register('person', '{"country": {"strategy": "random", "length": 2}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"country": {"strategy": "value", "value": "XX"}}');
\echo :SQLSTATE
BEGIN;
SELECT gdpr_register('person', '{"country": "null"}');
SELECT gdpr_register('person', '{"country": "auto"}');
SELECT gdpr_register('person', '{"country": {"strategy": "keep", "reason": "statistics"}}');
ROLLBACK;

-- Rules stand at the root of a partitioned table, for all of its rows.
CREATE TABLE visit (id int PRIMARY KEY, page text) PARTITION BY HASH (id);
CREATE TABLE visit_0 PARTITION OF visit FOR VALUES WITH (MODULUS 1, REMAINDER 0);
SELECT gdpr_register('visit_0', '{"page": "null"}');
\echo :SQLSTATE

-- Hooks are functions (relation regclass, keys jsonb).
CREATE FUNCTION wrong_arguments(text) RETURNS void LANGUAGE sql AS '';
SELECT gdpr_register('person', hooks => '{"before": "s32.nothing"}');
\echo :SQLSTATE
SELECT gdpr_register('person', hooks => '{"after": "s32.wrong_arguments"}');
\echo :SQLSTATE
SELECT gdpr_register('person', hooks => '{"befor": "s32.wrong_arguments"}');
\echo :SQLSTATE
SELECT gdpr_register('person', hooks => '["s32.wrong_arguments"]');
\echo :SQLSTATE

-- One bad rule among good ones refuses them all, and an entry that was there stays as it was.
SELECT count(*) FROM gdpr_registry WHERE relation::text IN ('person', 'visit', 'visit_0');
SELECT gdpr_register('person', '{"nick": "null"}');
SELECT gdpr_register('person', '{"nick": "blank", "name": "null"}');
\echo :SQLSTATE
UPDATE gdpr_registry SET rules = '{"name": "null"}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET hooks = '{"before": "s32.nothing"}' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
INSERT INTO gdpr_registry (relation, rules) VALUES ('visit', '{"page": "emial"}');
\echo :SQLSTATE
SELECT relation, rules, hooks FROM gdpr_registry WHERE relation::text IN ('person', 'visit', 'visit_0');

-- A column named by itself is not meant by "*": whether the rest can be done is asked of the rest alone.
SELECT gdpr_register('person', '{"*": "null", "name": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('visit', '{"*": "null"}');
SELECT relation, rules, hooks FROM gdpr_registry WHERE relation::text IN ('person', 'visit', 'visit_0') ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s32 CASCADE;
