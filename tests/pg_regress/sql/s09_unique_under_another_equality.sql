-- S09: what is unique in the source need not be unique by the link's equality. Two people whose e-mail addresses differ in case only
-- both own a row that is compared as citext: it is shared, and comes once.
SET client_min_messages = warning;
CREATE SCHEMA s09u;
SET search_path = s09u, public;
CREATE EXTENSION citext SCHEMA s09u;
CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE mailing_log (id int PRIMARY KEY, email citext);
INSERT INTO person VALUES (1, 'Ada@example.org'), (2, 'ada@example.org'), (3, 'bea@example.org');
INSERT INTO mailing_log VALUES (10, 'ADA@example.org'), (11, 'BEA@example.org');
SELECT gdpr_link('person', '{email}', 'mailing_log', '{email}');

SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, key;
SELECT depth, relation, key, shared FROM gdpr_collect('person', 3) ORDER BY depth, key;
SELECT depth, relation, key, shared FROM gdpr_collect('person', ARRAY[1, 2]) ORDER BY depth, key;

DROP SCHEMA s09u CASCADE;
