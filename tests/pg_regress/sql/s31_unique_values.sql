-- S31. Unique columns get distinct values that fit, in bulk too.
--
-- 100,000 people in one call, and every kind of unique index: a constraint over varchar(10), a partial index, one over an expression,
-- numbers. What is printed are counts and properties, since the values are random.
CREATE SCHEMA s31;
SET search_path = s31, public;
\set SHOW_CONTEXT never
CREATE TABLE person (
    id int PRIMARY KEY,
    code varchar(10) NOT NULL UNIQUE,
    active bool NOT NULL,
    email text NOT NULL,
    nick varchar(12) NOT NULL,
    number int NOT NULL UNIQUE
);
CREATE UNIQUE INDEX person_email_of_active ON person (email) WHERE active;
CREATE UNIQUE INDEX person_nick_any_case ON person (lower(nick));
INSERT INTO person
SELECT i, 'c' || i, i % 10 > 0, 'person' || i || '@example.org', 'Nick' || i, i * 3 FROM generate_series(1, 100000) i;
CREATE TABLE before AS TABLE person;
ANALYZE person;

SELECT gdpr_register('person', '{"code": "auto", "email": "email", "nick": "auto", "number": "auto"}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('person', ARRAY(SELECT id FROM person));

-- Distinct, in the sense of their indexes.
SELECT count(*), count(DISTINCT code) AS code, count(DISTINCT lower(nick)) AS nick, count(DISTINCT number) AS number,
       count(DISTINCT email) FILTER (WHERE active) AS active_email
FROM person;
-- None is what it was, and what nobody spoke of is untouched.
SELECT count(*) FILTER (WHERE a.code = b.code) AS code, count(*) FILTER (WHERE a.nick = b.nick) AS nick,
       count(*) FILTER (WHERE a.number = b.number) AS number, count(*) FILTER (WHERE a.email = b.email) AS email,
       count(*) FILTER (WHERE a.active <> b.active) AS active
FROM person a JOIN before b USING (id);
-- None says which row it is in: it does not grow with the primary key.
SELECT abs(corr(id, number)) < 0.05 AS number, abs(corr(id, rank)) < 0.05 AS code
FROM (SELECT id, number, rank() OVER (ORDER BY code COLLATE "C") FROM person) AS ranked;
-- Rows that are added later, with a call of their own, are distinct from those before.
INSERT INTO person SELECT id + 100000, code, active, email, nick, number FROM before WHERE id <= 100;
SELECT relation, action, rows FROM gdpr_anonymise('person', ARRAY(SELECT id FROM person WHERE id > 100000));
SELECT count(DISTINCT code) AS code, count(DISTINCT lower(nick)) AS nick, count(DISTINCT number) AS number FROM person;

-- More kinds: several columns together, NULLS NOT DISTINCT, other types.
CREATE TABLE account (
    id int PRIMARY KEY,
    tenant int NOT NULL,
    login varchar(20) NOT NULL,
    badge int UNIQUE NULLS NOT DISTINCT,
    token uuid NOT NULL UNIQUE,
    amount numeric(8, 2) NOT NULL UNIQUE,
    ratio float8 NOT NULL UNIQUE,
    digest bytea NOT NULL UNIQUE,
    address inet NOT NULL UNIQUE,
    born date NOT NULL UNIQUE,
    seen timestamptz NOT NULL UNIQUE,
    UNIQUE (tenant, login)
);
INSERT INTO account
SELECT i, i % 7, 'login' || i, i, gen_random_uuid(), i, i, decode(lpad(i::text, 8, '0'), 'hex'), '10.0.0.0'::inet + i,
       '2000-01-01'::date + i, '2000-01-01'::timestamptz + i * interval '1 hour'
FROM generate_series(1, 5000) i;
CREATE TABLE account_before AS TABLE account;
SELECT gdpr_register('account', '{"login": "auto", "badge": "auto", "token": "auto", "amount": "auto", "ratio": "auto", "digest": "auto",
       "address": "auto", "born": "auto", "seen": "auto"}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('account', ARRAY(SELECT id FROM account));
SELECT count(DISTINCT (tenant, login)) AS login, count(DISTINCT badge) AS badge, count(DISTINCT token) AS token,
       count(DISTINCT amount) AS amount, count(DISTINCT ratio) AS ratio, count(DISTINCT digest) AS digest,
       count(DISTINCT address) AS address, count(DISTINCT born) AS born, count(DISTINCT seen) AS seen
FROM account;
SELECT count(*) FILTER (WHERE a.login = b.login) AS login, count(*) FILTER (WHERE a.token = b.token) AS token,
       count(*) FILTER (WHERE a.digest = b.digest) AS digest, count(*) FILTER (WHERE a.address = b.address) AS address,
       count(*) FILTER (WHERE a.born = b.born) AS born, count(*) FILTER (WHERE a.seen = b.seen) AS seen
FROM account a JOIN account_before b USING (id);

-- Short columns. There are 46,656 codes of three letters and digits, and 32,768 numbers that a smallint has: so many rows that chance alone
-- would give many of them the same.
CREATE TABLE short (id int PRIMARY KEY, code varchar(3) NOT NULL UNIQUE, padded char(3) NOT NULL UNIQUE, small smallint NOT NULL UNIQUE);
INSERT INTO short SELECT i, to_char(i, 'FM000'), to_char(i, 'FM000'), i FROM generate_series(1, 999) i;
SELECT gdpr_register('short', '{"code": "auto", "padded": "auto", "small": "auto"}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('short', ARRAY(SELECT id FROM short));
SELECT count(DISTINCT code) AS code, count(DISTINCT padded) AS padded, count(DISTINCT small) AS small, min(length(code)) AS shortest
FROM short;
-- Again and again: values that rows have already are not given to others.
SELECT sum(rows) AS rows FROM generate_series(1, 10) again, gdpr_anonymise('short', ARRAY(SELECT id FROM short WHERE id <= 200), force => true);
SELECT count(DISTINCT code) AS code, count(DISTINCT padded) AS padded, count(DISTINCT small) AS small FROM short;
-- Where rows take all the values that there are, one that is new finds none.
CREATE TABLE tiny (id int PRIMARY KEY, letter varchar(1) NOT NULL UNIQUE);
INSERT INTO tiny SELECT i, chr(912 + i) FROM generate_series(1, 37) i;
SELECT gdpr_register('tiny', '{"letter": "auto"}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('tiny', ARRAY(SELECT id FROM tiny WHERE id < 37));
SELECT count(DISTINCT letter) AS letters FROM tiny WHERE letter ~ '^[0-9a-z]$';
SELECT relation, action, rows FROM gdpr_anonymise('tiny', 37);
\echo :SQLSTATE

-- Distinct values of the other strategies that promise them.
CREATE TABLE member (
    id int PRIMARY KEY, email varchar(40) UNIQUE, hashed varchar(20) UNIQUE, pseudo text UNIQUE, drawn varchar(12) UNIQUE,
    number bigint UNIQUE, uid uuid UNIQUE, mail text UNIQUE
);
INSERT INTO member
SELECT i, i || '@example.org', 'h' || i, 'p' || i, 'd' || i, i, gen_random_uuid(), i || '@example.org' FROM generate_series(1, 10000) i;
SELECT gdpr_register('member', '{"email": "email", "hashed": "hash", "pseudo": "pseudonym", "drawn": "random", "number": "pseudonym",
       "uid": "random", "mail": {"strategy": "pseudonym", "kind": "email"}}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('member', ARRAY(SELECT id FROM member));
SELECT count(DISTINCT email) AS email, count(DISTINCT hashed) AS hashed, count(DISTINCT pseudo) AS pseudo, count(DISTINCT drawn) AS drawn,
       count(DISTINCT number) AS number, count(DISTINCT uid) AS uid, count(DISTINCT mail) AS mail
FROM member;
SELECT bool_and(email LIKE 'anon-%@example.invalid') AS email, bool_and(hashed ~ '^[0-9a-f]{20}$') AS hashed,
       bool_and(number >= 0) AS number, bool_and(number <> id) AS another FROM member;

SET client_min_messages = warning;
DROP SCHEMA s31 CASCADE;
