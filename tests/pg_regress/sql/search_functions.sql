-- gdpr_search: where columns are not enough, a function of the table's owner finds the rows.
CREATE SCHEMA search;
SET search_path = search, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, name text, phone text);
CREATE TABLE note (person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', '+49 (30) 12-34'), (2, 'Bea', '+49 30 999');
INSERT INTO note VALUES (1, 'call 0049301234'), (1, 'call 0049301234'), (2, 'nothing');
CREATE FUNCTION by_digits(term text) RETURNS SETOF person STABLE LANGUAGE sql
    AS $$ SELECT * FROM search.person WHERE regexp_replace(phone, '\D', '', 'g') = regexp_replace(term, '\D', '', 'g') $$;
CREATE FUNCTION notes(term text) RETURNS SETOF note STABLE LANGUAGE sql
    AS $$ SELECT * FROM search.note WHERE strpos(body, term) > 0 $$;
CREATE FUNCTION twice(term text) RETURNS SETOF person STABLE LANGUAGE sql AS $$ SELECT p.* FROM search.person p, generate_series(1, 2) $$;
CREATE FUNCTION invented(term text) RETURNS SETOF person STABLE LANGUAGE sql AS $$ SELECT 9, 'Nobody', term $$;
CREATE FUNCTION one(term text) RETURNS person STABLE LANGUAGE sql AS $$ SELECT * FROM search.person LIMIT 1 $$;
CREATE FUNCTION other(term text) RETURNS SETOF note STABLE LANGUAGE sql AS $$ SELECT * FROM search.note $$;
CREATE FUNCTION number(term int) RETURNS SETOF person STABLE LANGUAGE sql AS $$ SELECT * FROM search.person $$;
CREATE FUNCTION fails(term text) RETURNS SETOF person LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no % here', term USING ERRCODE = 'division_by_zero', DETAIL = term, HINT = term; END $$;

-- Column and function of one table; a table without a key, two of whose rows look alike.
SELECT gdpr_register('person', subject => true, search => '{name, function search.by_digits}');
SELECT gdpr_register('note', search => '{function search.notes}');
SELECT * FROM gdpr_search('49 30 1234') ORDER BY relation::text;
SELECT relation, key, "column", snippet, subject_key FROM gdpr_search('0049301234') ORDER BY relation::text;
SELECT relation, "column", snippet, subject_key FROM gdpr_search('ada');

-- Each row once, however often the function gives it; what is no row of the table is not found.
SELECT gdpr_register('person', search => '{function search.twice}');
SELECT relation, key, subject_key FROM gdpr_search('x') ORDER BY key;
SELECT gdpr_register('person', search => '{function search.invented}');
SELECT relation, key, subject_key FROM gdpr_search('x');

-- A function that is no search function.
SELECT gdpr_register('person', search => '{function search.one}');
\echo :SQLSTATE
SELECT gdpr_register('person', search => '{function search.other}');
\echo :SQLSTATE
SELECT gdpr_register('person', search => '{function search.number}');
\echo :SQLSTATE

-- One that fails does so without a word of what was searched for, or of the rows.
SELECT gdpr_register('person', search => '{function search.fails}');
\set VERBOSITY verbose
SELECT * FROM gdpr_search('0049301234');
\set VERBOSITY default
\echo :SQLSTATE
DROP FUNCTION fails;
SELECT * FROM gdpr_search('0049301234');
\echo :SQLSTATE

SET client_min_messages = warning;
DROP SCHEMA search CASCADE;
