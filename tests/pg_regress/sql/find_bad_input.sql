-- Bad input to gdpr_find: a sentence, an SQLSTATE and a hint. Nothing that was given is repeated, whichever argument it was taken for.
CREATE SCHEMA find_bad_input;
SET search_path = find_bad_input, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada');

SELECT * FROM gdpr_find(NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', NULL);
\echo :SQLSTATE
SELECT * FROM gdpr_find('');
\echo :SQLSTATE
SELECT * FROM gdpr_find(E' \t\n ');
\echo :SQLSTATE
SELECT * FROM gdpr_find(repeat('Ada ', 251));
\echo :SQLSTATE
SELECT * FROM gdpr_find('contains', 'Ada');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', 'Contains');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', schemas => '{find_bad_input,Ada}');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', schemas => '{find_bad_input,NULL}');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', schemas => '{}');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', schemas => '{find_bad_input,pg_catalog}');
\echo :SQLSTATE
SELECT * FROM gdpr_find('Ada', schemas => '{gdpr_log}');
\echo :SQLSTATE

-- One character is enough; so is a text that reads as something that it is not.
SELECT * FROM gdpr_find('a', schemas => '{find_bad_input}');
SELECT term, (SELECT count(*) FROM gdpr_find(term, match, '{find_bad_input}')) AS found
FROM unnest(ARRAY['1e400', '0000-00-00', '1985-02-30', '24:61', '1/2', '{', '(?', '\', '***:a', '(?i)a', '$1', '%', '"']) term, unnest('{contains,exact,prefix,word}'::text[]) match
WHERE (SELECT count(*) FROM gdpr_find(term, match, '{find_bad_input}')) > 0;

SET client_min_messages = warning;
DROP SCHEMA find_bad_input CASCADE;
