-- S39. The text of an sql rule is one expression over the row, and nothing else.
--
-- It is read by PostgreSQL's own parser when it is registered. Statements, subqueries, functions that write, wrong types and unknown
-- columns are refused there, and so can never run as somebody.
CREATE SCHEMA s39;
SET search_path = s39, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email varchar(40), born date, tags text[], payload jsonb);
CREATE TABLE other (id int PRIMARY KEY, secret text);
CREATE SEQUENCE counter;
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', '1815-12-10');
CREATE FUNCTION writes(text) RETURNS text LANGUAGE sql AS $$ INSERT INTO s39.other VALUES (1, $1) RETURNING secret $$;
CREATE FUNCTION random() RETURNS float8 VOLATILE LANGUAGE sql AS $$ SELECT 0.5 $$;
CREATE FUNCTION many(text) RETURNS SETOF text IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;

-- The refusals: for each text its SQLSTATE and message.
CREATE FUNCTION refusal(rule_column text, expression text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gdpr_register('person', jsonb_build_object(rule_column, jsonb_build_object('strategy', 'sql', 'expression', expression)));
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
\pset format unaligned
\pset tuples_only on

-- More than one expression.
SELECT refusal('name', $$'x'; DROP TABLE person$$);
SELECT refusal('name', $$'x';$$);
SELECT refusal('name', $$'x', email = 'y'$$);
SELECT refusal('name', $$'x' WHERE true$$);
SELECT refusal('name', $$'x' FROM other$$);
SELECT refusal('name', $$'x') , (SELECT 'y'$$);
SELECT refusal('name', $$'x' /* $$);
SELECT refusal('name', $$'x' AS name$$);
SELECT refusal('name', $$$$);
SELECT refusal('name', $$   $$);
SELECT refusal('name', $$'x$$);
SELECT refusal('name', $$DEFAULT$$);
SELECT refusal('name', $$$1$$);
SELECT refusal('name', $$SELECT 'x'$$);

-- Subqueries, however they are hidden.
SELECT refusal('name', $$(SELECT 'x')$$);
SELECT refusal('name', $$(SELECT secret FROM other LIMIT 1)$$);
SELECT refusal('name', $$CASE WHEN EXISTS (SELECT FROM other) THEN 'x' END$$);
SELECT refusal('name', $$(ARRAY(SELECT secret FROM other))[1]$$);
SELECT refusal('name', $$CASE WHEN id IN (SELECT id FROM other) THEN 'x' END$$);

-- Aggregates, window functions, sets.
SELECT refusal('name', $$max(name)$$);
SELECT refusal('name', $$first_value(name) OVER ()$$);
SELECT refusal('name', $$many(name)$$);
SELECT refusal('name', $$unnest(tags)$$);

-- Functions that write, or that are not said not to.
SELECT refusal('name', $$writes(name)$$);
SELECT refusal('name', $$nextval('counter')::text$$);
SELECT refusal('name', $$clock_timestamp()::text$$);
SELECT refusal('name', $$s39.random()::text$$);
SELECT refusal('name', $$set_config('search_path', name, false)$$);
SELECT refusal('name', $$pg_notify('x', name)::text$$);

-- Names that there are not, and columns of other tables.
SELECT refusal('name', $$nam$$);
SELECT refusal('name', $$other.secret$$);
SELECT refusal('name', $$person.nothing$$);
SELECT refusal('name', $$nothing(name)$$);
SELECT refusal('name', $$name::nothing$$);

-- Types that do not fit the column, and constants that do not. (A constant is tried at once, another expression can only be tried on rows.)
SELECT refusal('born', $$name$$);
SELECT refusal('tags', $$name$$);
SELECT refusal('payload', $$name$$);
SELECT refusal('born', $$'not a date'$$);
SELECT refusal('born', $$'2000-02-30'::text::date$$);
SELECT refusal('payload', $$'{'$$);
SELECT refusal('name', $$NULL$$);

-- Parameters of the rule itself.
\pset format aligned
\pset tuples_only off
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": 7}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": "upper(name)", "pseudonymos": true}}');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": "upper(name)", "pseudonymous": "yes"}}');
\echo :SQLSTATE
-- With the hint, and by a direct write to the registry.
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": "upper(nam)"}}');
\echo :SQLSTATE
INSERT INTO gdpr_registry (relation, rules) VALUES ('person',
    '{"name": {"strategy": "sql", "expression": "(SELECT secret FROM s39.other)"}}');
\echo :SQLSTATE

-- Nothing of it was taken, and nothing ran.
SELECT count(*) FROM gdpr_registry WHERE relation = 'person'::regclass;
TABLE person;
TABLE other;

-- Chance is allowed, as our own functions are: PostgreSQL's random() and gen_random_uuid(), but no other function of that name.
SELECT refusal('name', $$random()::text$$) AS random, refusal('name', $$gen_random_uuid()::text$$) AS gen_random_uuid,
       refusal('name', $$gdpr_email()$$) AS gdpr_email, refusal('name', $$gdpr_fake_name('de')$$) AS gdpr_fake_name,
       refusal('name', $$gdpr_hash(name, 16)$$) AS gdpr_hash, refusal('name', $$gdpr_random_text(8)$$) AS gdpr_random_text;
SELECT refusal('born', $$gdpr_noise(born)$$) AS gdpr_noise, refusal('born', $$gdpr_generalise(born, 'year')$$) AS gdpr_generalise;

-- What looks alike and is an expression. It is stored as PostgreSQL prints it, without the comment. An assignment makes a text of anything.
SELECT refusal('name', $$'x' -- $$) AS comment;
SELECT rules FROM gdpr_registry WHERE relation = 'person'::regclass;
SELECT refusal('name', $$payload$$) AS assigned;
SELECT refusal('name', $$'; DROP TABLE person'$$) AS semicolon, refusal('name', $$(('x' || name))$$) AS parentheses,
       refusal('born', $$date_trunc('year', born)::date$$) AS stable_is_enough, refusal('email', $$'x'::text$$) AS assignable;
SELECT rules FROM gdpr_registry WHERE relation = 'person'::regclass;

SET client_min_messages = warning;
DROP SCHEMA s39 CASCADE;
