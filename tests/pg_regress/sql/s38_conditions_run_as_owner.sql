-- S38, the reading part. What a table's owner wrote runs as the table's owner.
--
-- Mallory owns tables, and may write functions into conditions, link expressions, domains, operators and casts. When a
-- superuser collects a person, they must not run with the superuser's rights. Two proofs: a function that reads a file, which a
-- superuser could, fails; and one that says as whom it ran says Mallory.
CREATE ROLE regress_mallory;
CREATE SCHEMA s38 AUTHORIZATION regress_mallory;
SET search_path = s38, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_mallory;

SET ROLE regress_mallory;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int, raw text);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO note VALUES (11, 1, '1');
CREATE FUNCTION ran_as(text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'regress_mallory' THEN
        RAISE EXCEPTION '% ran as %', $1, current_user;
    END IF;
    RETURN true;
END $$;
CREATE FUNCTION read_file(text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN pg_read_file('PG_VERSION') IS NOT NULL;
END $$;
CREATE DOMAIN checked AS text CHECK (ran_as('domain'));
CREATE FUNCTION same(text, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN s38.ran_as('operator') AND $1 OPERATOR(pg_catalog.=) $2;
END $$;
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same);
CREATE FUNCTION to_id(text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM s38.ran_as('expression');
    RETURN $1::int;
END $$;
CREATE INDEX ON note (to_id(raw));
RESET ROLE;

-- A condition, called by a superuser.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => $$ran_as('condition') AND target.raw <> ''$$);
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'read_file(target.raw)');
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
\echo :SQLSTATE
SELECT relation, rows FROM gdpr_lock('person', 1);
\echo :SQLSTATE

-- Set past the function, by Mallory with a direct INSERT.
DELETE FROM gdpr_links WHERE source = 'person'::regclass;
GRANT SELECT, INSERT, DELETE ON gdpr_links TO regress_mallory;
SET ROLE regress_mallory;
INSERT INTO gdpr_links (source, source_columns, target, target_columns, kind, condition)
VALUES ('person', '{id}', 'note', '{person_id}', 'owner', 'read_file(source.name)');
RESET ROLE;
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
\echo :SQLSTATE

-- A domain's check in a cast, and an operator.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => $$target.raw::checked IS NOT NULL AND target.raw === '1'$$);
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;

-- An expression in place of a column, for which there is an index.
DELETE FROM gdpr_links WHERE source = 'person'::regclass;
SELECT gdpr_link('person', '{id}', 'note', '{(to_id(raw))}');
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;

-- A cast of a type of hers to json: that is how a row becomes data.
SET ROLE regress_mallory;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION mood_to_json(mood) RETURNS json IMMUTABLE LANGUAGE sql AS 'SELECT to_json(current_user::text)';
CREATE CAST (mood AS json) WITH FUNCTION mood_to_json(mood);
ALTER TABLE person ADD how mood DEFAULT 'happy';
RESET ROLE;
SELECT depth, data ->> 'how' AS rendered_as FROM gdpr_collect('person', 1) WHERE depth = 0;

-- The key of a subject may be of such a type too, and is read from what the caller gives.
SET ROLE regress_mallory;
CREATE TABLE member (id checked PRIMARY KEY);
INSERT INTO member VALUES ('Ada');
RESET ROLE;
SELECT key FROM gdpr_collect('member', 'Ada');

-- Called by somebody else who is no superuser it is the same: a table's condition is its owner's, whoever calls.
CREATE ROLE regress_clerk;
GRANT USAGE ON SCHEMA s38 TO regress_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA s38 TO regress_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_clerk;
SET ROLE regress_clerk;
SELECT depth, relation, key FROM gdpr_collect('person', 1) ORDER BY depth;
RESET ROLE;
-- Afterwards the session is who it was.
SELECT current_user = session_user AS unchanged;

SET client_min_messages = warning;
DROP SCHEMA s38 CASCADE;
DROP OWNED BY regress_mallory, regress_clerk;
DROP ROLE regress_mallory, regress_clerk;
