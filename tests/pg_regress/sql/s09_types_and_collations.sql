-- S09. Keys are equal as their operator says, not as their text looks.
--
-- A value link may join columns of different types by casting one of them; a foreign key may join int with bigint or numeric;
-- a citext key matches whatever the case.
CREATE SCHEMA s09;
SET search_path = s09, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (10, 'Jo');

-- The other table knows people as text: there is no operator int = text, and the error says what to do.
CREATE TABLE legacy_note (no int PRIMARY KEY, person_ref text);
INSERT INTO legacy_note VALUES (11, '1'), (12, '2'), (13, '10'), (14, NULL), (15, 'n/a'), (16, '01');
SELECT gdpr_link('person', '{id}', 'legacy_note', '{person_ref}');
\echo :SQLSTATE

-- The id as text: '01' is another text.
SELECT gdpr_link('person', '{(id::text)}', 'legacy_note', '{person_ref}');
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT gdpr_unlink('person', '{(id::text)}', 'legacy_note', '{person_ref}');

-- The text as an id: '01' is the number 1. What is no number has to be kept from the cast.
SELECT gdpr_link('person', '{id}', 'legacy_note', ARRAY['(CASE WHEN person_ref ~ ''^\d+$'' THEN person_ref::int END)']);
SELECT depth, relation, key, data FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- A foreign key from int and bigint to numeric, and from bigint to int: 1 is 1.
CREATE TABLE account (no numeric PRIMARY KEY, person_id bigint REFERENCES person);
CREATE TABLE booking (id int PRIMARY KEY, account_no int REFERENCES account);
INSERT INTO account VALUES (100.00, 1), (200, 2);
INSERT INTO booking VALUES (21, 100), (22, 200);
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation <> 'legacy_note'::regclass
ORDER BY depth, relation::text, key;

-- citext: the key and the reference differ in case only.
SET client_min_messages = warning;
CREATE EXTENSION citext SCHEMA s09;
RESET client_min_messages;
CREATE TABLE member (email citext PRIMARY KEY);
CREATE TABLE post (id int PRIMARY KEY, author citext REFERENCES member, quoted text);
INSERT INTO member VALUES ('Ada@example.org'), ('bea@example.org');
INSERT INTO post VALUES (31, 'ada@EXAMPLE.org', NULL), (32, 'BEA@example.org', 'ADA@example.org');
SELECT depth, relation, key, via, shared FROM gdpr_collect('member', 'ADA@EXAMPLE.ORG') ORDER BY depth, relation::text, key;

-- The operators of citext must be found where a search_path does not lead to them.
SET search_path = public;
SELECT depth, relation, key, via FROM gdpr_collect('s09.member', 'ADA@EXAMPLE.ORG'::s09.citext) ORDER BY depth, relation::text;
SET search_path = s09, public;

-- A value link between citext and text compares as text; by a cast it compares as citext. Post 32 is Bea's as well, and
-- declared.
SELECT gdpr_link('member', '{email}', 'post', '{(quoted::citext)}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('member', 'ada@example.org') ORDER BY depth, relation::text, key;

-- char(n) is padded, and its operator ignores the padding.
CREATE TABLE country_code (code char(5) PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE region (id int PRIMARY KEY, code char(3) REFERENCES country_code);
INSERT INTO country_code VALUES ('DE', 1);
INSERT INTO region VALUES (41, 'DE ');
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation IN ('country_code'::regclass, 'region'::regclass)
ORDER BY depth;

SET client_min_messages = warning;
DROP SCHEMA s09 CASCADE;
