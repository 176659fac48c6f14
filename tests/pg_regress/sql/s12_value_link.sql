-- S12, the reading part. A link by the very value that will be anonymised.
--
-- A mailing log knows people only by their e-mail address. It has no primary key, and the same mail may have been sent twice:
-- two rows that look alike are two rows.
CREATE SCHEMA s12;
SET search_path = s12, public;

CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE mailing_log (email text, subject text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org'), (3, 'Cleo', NULL), (4, 'Ada again', 'ada@example.org');
INSERT INTO mailing_log VALUES
    ('ada@example.org', 'Welcome'), ('ada@example.org', 'Welcome'), ('bea@example.org', 'Welcome'),
    ('ADA@example.org', 'Case matters'), (NULL, 'To nobody'), ('', 'To nobody');

SELECT gdpr_link('person', '{email}', 'mailing_log', '{email}');
SELECT depth, relation, key, via, shared, data FROM gdpr_collect('person', 2) ORDER BY depth, relation::text, data;

-- NULL equals nothing, not even NULL.
SELECT depth, relation, key, via, shared, data FROM gdpr_collect('person', 3) ORDER BY depth, relation::text, data;

-- Two people with the same address: whose mail was it? The link is declared, so it is taken for both, and shown as shared.
SELECT depth, relation, key, via, shared, data FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, data;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

-- Asked about both, it is theirs alone.
SELECT relation, count(*), bool_or(shared) AS any_shared FROM gdpr_collect('person', ARRAY[1, 4]) GROUP BY relation ORDER BY relation::text;

-- By a function of the address, as a mail server compares.
SELECT gdpr_unlink('person', '{email}', 'mailing_log', '{email}');
SELECT gdpr_link('person', '{(lower(email))}', 'mailing_log', '{(lower(email))}');
SELECT depth, relation, key, shared, data FROM gdpr_collect('person', 4) ORDER BY depth, relation::text, data;

SET client_min_messages = warning;
DROP SCHEMA s12 CASCADE;
