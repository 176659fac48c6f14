-- Internal functions stay internal, whatever is granted.
--
-- `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public` is common, and includes what the extension has for itself. A parse tree that anybody may
-- hand in is read as memory: it could crash the server. So that function serves a superuser only.
CREATE ROLE regress_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_app;
CREATE SCHEMA internals AUTHORIZATION regress_app;
SET search_path = internals, public;
\set SHOW_CONTEXT never
\set VERBOSITY sqlstate
SET ROLE regress_app;
CREATE TABLE person (id int PRIMARY KEY);
SELECT gdpr_expression_text('{VAR :varno 1 :varattno 1 :vartype 23 :vartypmod -1 :varcollid 0 :varlevelsup 0 :varnosyn 1 :varattnosyn 1 :location -1}',
                            'person', NULL);
RESET ROLE;

-- What it is for goes on working for everybody: renames are followed with the rights of the extension's owner.
SET ROLE regress_app;
CREATE TABLE note (id int PRIMARY KEY, person_id text);
SELECT gdpr_link('person', '{(id::text)}', 'note', '{person_id}');
ALTER TABLE person RENAME id TO no;
RESET ROLE;
SELECT source_columns FROM gdpr_links WHERE source = 'person'::regclass;

SET client_min_messages = warning;
DROP SCHEMA internals CASCADE;
DROP OWNED BY regress_app;
DROP ROLE regress_app;
