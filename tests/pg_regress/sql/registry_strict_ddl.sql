-- gdpr_ext.strict_ddl belongs to the administrator.
--
-- It is on for this role, and only a superuser may switch it off: whoever could would drop the column first. That must hold in a fresh
-- session too, in which nothing of the extension has run yet and the setting is only a name to the server.
CREATE ROLE regress_developer LOGIN;
ALTER ROLE regress_developer SET gdpr_ext.strict_ddl = on;
CREATE SCHEMA strict AUTHORIZATION regress_developer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_developer;
\set SHOW_CONTEXT never
\set VERBOSITY sqlstate

\c - regress_developer
SET client_min_messages = error;
SET search_path = strict, public;
CREATE TABLE person (id int PRIMARY KEY, email text, shoe_size int);
SELECT gdpr_register('person', '{"email": "email"}');
ALTER TABLE person DROP COLUMN email;
SET gdpr_ext.strict_ddl = off;
ALTER TABLE person DROP COLUMN email;

-- A fresh session.
\c - regress_developer
SET client_min_messages = error;
SET gdpr_ext.strict_ddl = off;
ALTER TABLE strict.person DROP COLUMN email;
ALTER TABLE strict.person DROP COLUMN shoe_size;
SELECT attname FROM pg_attribute WHERE attrelid = 'strict.person'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;

\c - postgres
SET client_min_messages = warning;
DROP SCHEMA strict CASCADE;
DROP OWNED BY regress_developer;
DROP ROLE regress_developer;
