-- S31, for whole tables. Unique columns get distinct values that fit, for 100,000 rows at once.
--
-- All rows change in the same moment: a value may go to another row while its old one moves on. Values are random, so counts are printed.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s31 TEMPLATE template0;
\c gdpr_s31
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE person (
    id int PRIMARY KEY,
    email text NOT NULL,
    code varchar(10) NOT NULL UNIQUE,
    active bool NOT NULL,
    login varchar(60) NOT NULL,
    nick varchar(12) NOT NULL,
    tenant int NOT NULL,
    number int NOT NULL UNIQUE,
    badge bigint UNIQUE NULLS NOT DISTINCT,
    token uuid NOT NULL UNIQUE,
    phone text UNIQUE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT person_email UNIQUE (email),
    CONSTRAINT person_of_tenant UNIQUE (tenant, nick)
);
CREATE UNIQUE INDEX person_login_of_active ON person (login) WHERE active;
CREATE UNIQUE INDEX person_nick_any_case ON person (lower(nick));
INSERT INTO person
SELECT i, 'person' || i || '@example.org', 'c' || i, i % 10 > 0, CASE WHEN i % 10 = 0 THEN 'the same' ELSE 'login' || i END, 'Nick' || i, i % 7,
    i * 3, nullif(i, 1), gen_random_uuid(),
       CASE WHEN i % 2 = 0 THEN 'phone ' || i END
FROM generate_series(1, 100000) i;
CREATE TABLE before AS TABLE person;

SELECT gdpr_register('person', '{"email": "email", "code": "auto", "login": {"strategy": "pseudonym", "kind": "user_name"}, "nick": "auto",
    "number": "auto", "badge": "pseudonym",
    "token": "pseudonym", "phone": {"strategy": "fake", "kind": "phone"}}', subject => true);
SELECT relation, action, rows FROM gdpr_scrub_db();

-- Distinct, in the sense of their indexes.
SELECT count(*), count(DISTINCT email) AS email, count(DISTINCT code) AS code, count(DISTINCT login) FILTER (WHERE active) AS active_login,
    count(DISTINCT lower(nick)) AS nick,
       count(DISTINCT number) AS number, count(badge) AS badges, count(DISTINCT badge) AS badge, count(DISTINCT token) AS token,
           count(phone) AS phones, count(DISTINCT phone) AS phone
FROM person;
-- What was equal and need not be distinct has one pseudonym.
SELECT count(DISTINCT login) FROM person WHERE NOT active;
-- No row has what it had, and what nobody spoke of is untouched.
SELECT count(*) FILTER (WHERE a.email = b.email) AS email, count(*) FILTER (WHERE a.code = b.code) AS code,
    count(*) FILTER (WHERE a.login = b.login) AS login,
       count(*) FILTER (WHERE a.nick = b.nick) AS nick, count(*) FILTER (WHERE a.badge = b.badge) AS badge,
           count(*) FILTER (WHERE a.token = b.token) AS token,
       count(*) FILTER (WHERE a.phone = b.phone OR (a.phone IS NULL) <> (b.phone IS NULL)) AS phone, count(*) FILTER (WHERE a.tenant <> b.tenant
           OR a.active <> b.active) AS others
FROM person a JOIN before b USING (id);
-- None says which row it is in: it does not grow with the primary key, nor with what stood there.
SELECT abs(corr(id, number)) < 0.05 AS number, abs(corr(id, rank)) < 0.05 AS code
FROM (SELECT id, number, rank() OVER (ORDER BY code COLLATE "C") FROM person) AS ranked;
-- The indexes are unique still.
\set VERBOSITY terse
INSERT INTO person SELECT 0, 'x', 'x', true, 'x', upper(nick), 8, -1, -1, gen_random_uuid(), NULL FROM person WHERE id = 1;
\echo :SQLSTATE
\set VERBOSITY default
DROP TABLE person, before;

-- Full to the last value: as many rows as there are numbers of a smallint that are not negative, and as many as there are at all; letters of a
-- column of one; pairs of a flag and a letter.
CREATE TABLE half (id int PRIMARY KEY, small smallint NOT NULL UNIQUE);
INSERT INTO half SELECT i, i FROM generate_series(0, 32767) i;
SELECT gdpr_register('half', '{"small": "auto"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{half}');
SELECT count(DISTINCT small), count(*) FILTER (WHERE id = small) < 100 AS moved FROM half;
DROP TABLE half;
CREATE TABLE "full" (id int PRIMARY KEY, small smallint NOT NULL UNIQUE);
INSERT INTO "full" SELECT i, i FROM generate_series(-32768, 32767) i;
SELECT gdpr_register('"full"', '{"small": "auto"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{full}');
SELECT count(DISTINCT small), count(*) FILTER (WHERE id = small) < 100 AS moved FROM "full";
DROP TABLE "full";
CREATE TABLE tiny (id int PRIMARY KEY, letter varchar(1) NOT NULL UNIQUE, flag bool NOT NULL, initial char(1) NOT NULL, UNIQUE (flag, initial));
INSERT INTO tiny SELECT i, chr(912 + i), i % 2 = 0, chr(912 + i / 2) FROM generate_series(0, 35) i;
SELECT gdpr_register('tiny', '{"letter": "auto", "initial": "auto"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{tiny}');
SELECT count(DISTINCT letter) AS letters, count(DISTINCT (flag, initial)) AS initials, bool_and(letter ~ '^[0-9a-z]$'
    AND initial ~ '^[0-9a-z]$') AS plain FROM tiny;
-- One more than there are: said, and nothing is changed.
INSERT INTO tiny VALUES (36, 'Ä', true, 'Ä');
SELECT * FROM gdpr_scrub_db('{tiny}');
\echo :SQLSTATE
SELECT count(*) FROM tiny WHERE letter = 'Ä';
DROP TABLE tiny;

-- Of a partitioned table the values are distinct over all partitions.
CREATE TABLE visitor (id int, code varchar(4) NOT NULL, mail text, PRIMARY KEY (id), UNIQUE (id, code)) PARTITION BY HASH (id);
CREATE TABLE visitor_0 PARTITION OF visitor FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE visitor_1 PARTITION OF visitor FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE spot (code varchar(4) NOT NULL, id int, UNIQUE (code)) PARTITION BY LIST (code);
CREATE TABLE spot_all PARTITION OF spot DEFAULT;
INSERT INTO visitor SELECT i, to_char(i, 'FM0000'), i || '@example.org' FROM generate_series(1, 5000) i;
INSERT INTO spot SELECT to_char(i, 'FM0000'), i FROM generate_series(1, 5000) i;
SELECT gdpr_register('visitor', '{"code": "auto", "mail": "email"}'), gdpr_register('spot', '{"code": "auto"}', key => '{id}');
SELECT relation, action, rows FROM gdpr_scrub_db() WHERE relation = 'spot_all'::regclass;
SELECT count(DISTINCT code) AS code, count(*) AS rows FROM spot;
SELECT count(DISTINCT mail) AS mail, count(*) AS rows FROM visitor;

-- Duplicates that only show when all rows are there are refused, and the message has none of the values.
CREATE TABLE worker (id int PRIMARY KEY, email text, born date, UNIQUE (email, born));
INSERT INTO worker SELECT i, 'w' || i % 10 || '@example.org', '2000-01-01'::date + i FROM generate_series(1, 100) i;
SELECT gdpr_register('worker', '{"born": {"strategy": "sql", "expression": "date_trunc(''year'', born)::date"}}');
SELECT * FROM gdpr_scrub_db('{worker}');
\echo :SQLSTATE
SELECT count(DISTINCT born) FROM worker;

\c :home
DROP DATABASE gdpr_s31;
