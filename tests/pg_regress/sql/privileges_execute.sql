-- Nobody may call anything until somebody says so.
--
-- EXECUTE is revoked from PUBLIC on every function of the extension, and its tables are open to nobody. The lists are read from the
-- catalog, so that a function that is added tomorrow is judged too. The exceptions are internal functions that the statements of an action
-- call with the rights of whoever owns a table. They either refuse who does not know the action's token, or tell nothing.
\set SHOW_CONTEXT never
SELECT p.oid::regprocedure AS open_to_public
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid,
     aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND acl.grantee = 0
ORDER BY p.oid::regprocedure::text COLLATE "C";

SELECT c.oid::regclass AS relation, acl.privilege_type AS granted_to_public
FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid,
     aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND acl.grantee = 0
ORDER BY 1, 2;

-- Not even the schema of the log may be looked into. That of the internal functions may, since they are called from there with everybody's
-- rights; but nobody may put a function of his own beside them, which could be taken for one of them.
SELECT nspname AS schema, has_schema_privilege('public', oid, 'USAGE') AS usage, has_schema_privilege('public', oid, 'CREATE') AS create
FROM pg_namespace WHERE nspname LIKE 'gdpr\_%' ORDER BY nspname;

-- A SECURITY DEFINER function without a search_path of its own would run what the caller put in front.
SELECT p.oid::regprocedure AS definer_without_search_path
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND p.prosecdef AND NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%search_path=%', false)
ORDER BY 1;

-- So a role that owns its tables cannot even collect from them.
CREATE ROLE regress_app;
CREATE SCHEMA privileges AUTHORIZATION regress_app;
SET search_path = privileges, public;
SET ROLE regress_app;
CREATE TABLE person (id int PRIMARY KEY);
INSERT INTO person VALUES (1);
SELECT * FROM gdpr_collect('person', 1);
\echo :SQLSTATE
SELECT * FROM gdpr_collect('person', '1');
SELECT * FROM gdpr_lock('person', 1);
SELECT * FROM gdpr_graph('person');
SELECT gdpr_graph_mermaid('person');
SELECT gdpr_register('person');
SELECT gdpr_unregister('person');
SELECT gdpr_link('person', '{id}', 'person', '{id}');
SELECT gdpr_unlink('person', '{id}', 'person', '{id}');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT gdpr_is_anonymised('person', 1);
SELECT * FROM gdpr_import_anon();
SELECT * FROM gdpr_discover();
SELECT * FROM gdpr_discover_register();
SELECT gdpr_hash('Ada');
SELECT gdpr_pseudonym('Ada');

-- The internal functions that it may call: one call for each, with a token that is a guess, and with none.
CREATE TABLE answer (place text, call text, answer text);
CREATE FUNCTION ask(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE call text; answer text;
BEGIN
    FOREACH call IN ARRAY ARRAY[
        'gdpr_internal.masked(1, ''Ada''::text, ''{"hash": {"length": 64}}'')',
        'gdpr_internal.masked(NULL, ''Ada''::text, ''{"hash": {"length": 64}}'')',
        'gdpr_internal.masked(1, 7::bigint, ''"hash"'')',
        'gdpr_internal.masked(1, 7::float8, ''{"noise": {"noise": {"amount": 1}, "max": 9}}'')',
        'gdpr_internal.masked(1, ''\x07''::bytea, ''"hash"'')', 'gdpr_internal.masked(1, gen_random_uuid(), ''"hash"'')',
        'gdpr_internal.masked(1, ''{"a": "Ada"}''::jsonb, ''{}'')',
        'gdpr_internal.marks(1, ''Ada''::text, 7)', 'gdpr_internal.marks(NULL, ''Ada''::text)', 'gdpr_internal.marks(0, ''Ada''::text)',
        'gdpr_internal.row_mark(1, ''Ada''::text, 7)', 'gdpr_internal.row_mark(NULL, ''Ada''::text)',
        'gdpr_log.head(1, ''\x07'')', 'gdpr_log.is_restored()',
        'gdpr_internal.distinct_number(1, 100)', 'gdpr_internal.distinct_number(NULL, 100)', 'gdpr_internal.distinct_text(1, 3)', 'gdpr_internal.distinct_number(1, 100, 1)', 'gdpr_internal.distinct_text(1, 3, 1)',
        'gdpr_internal.chance() BETWEEN 0 AND 1', 'abs(gdpr_internal.distance(10)) BETWEEN 1 AND 10',
        -- what a text is looked for by, which is what the caller gives; a table is read for who may read it
        'gdpr_internal.find_needle(''Ada'', ''exact'') ->> ''text''', 'gdpr_internal.find_fold(''{}'')', 'gdpr_internal.find_pattern(''ada'', ''ADA'', ''exact'')',
        'gdpr_internal.find_in_text(''Ada'', NULL, ''{}'')', 'gdpr_internal.find_in_document(''Ada'', NULL, ''{}'')',
        'gdpr_internal.find_condition(''Ada'', 25, 100, 0, ''{}'')', 'gdpr_internal.find_reading(''1'', ''int4'')',
        'gdpr_internal.find_is_text(25)', 'gdpr_internal.find_is_searched(''gdpr_log'')',
        'gdpr_internal.find_statement(''gdpr_log.secret'', ''gdpr_log.secret'', ''{secret}'', gdpr_internal.find_needle(''Ada'', ''exact''))',
        'gdpr_internal.find_counts(''gdpr_log.secret'', ''gdpr_log.secret'', ''{secret}'', gdpr_internal.find_needle(''Ada'', ''exact''))',
        'gdpr_internal.log_find()']
    LOOP
        BEGIN
            EXECUTE 'SELECT (' || call || ')::text' INTO answer;
            answer := coalesce(answer, 'NULL');
        EXCEPTION WHEN OTHERS THEN
            answer := SQLSTATE || ' ' || SQLERRM;
        END;
        INSERT INTO answer VALUES (place, call, answer);
    END LOOP;
END $$;
SELECT ask('outside');
-- Inside an action as well, in a trigger of its own table.
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO note VALUES (1, 1, 'Ada was here');
CREATE FUNCTION ask_inside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM privileges.ask('inside'); RETURN NEW; END $$;
CREATE TRIGGER ask_inside BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION ask_inside();
ALTER FUNCTION ask(text) SET search_path = privileges, public, pg_temp;
RESET ROLE;
SELECT gdpr_register('note', '{"body": "hash"}');
SELECT relation, action, rows FROM gdpr_anonymise('person', 1);
SELECT o.call, i.answer = o.answer AS same_inside, o.answer FROM answer o LEFT JOIN answer i ON i.call = o.call AND i.place = 'inside'
WHERE o.place = 'outside' ORDER BY o.call COLLATE "C";
-- None of those that are open is left out here.
SELECT p.oid::regprocedure AS not_asked
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid,
     aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND acl.grantee = 0
  AND NOT EXISTS (SELECT FROM answer WHERE position(p.oid::regproc || '(' IN call) > 0)
ORDER BY 1;

-- Granted two functions, it can do those, and needs no right on the extension's own tables for it.
GRANT EXECUTE ON FUNCTION gdpr_collect(regclass, anyelement), gdpr_graph(regclass) TO regress_app;
SET ROLE regress_app;
SELECT relation, key FROM gdpr_collect('person', 1);
SELECT count(*) FROM gdpr_graph('person');
SELECT relation, key FROM gdpr_collect('person', '1');
\echo :SQLSTATE
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA privileges CASCADE;
DROP OWNED BY regress_app;
DROP ROLE regress_app;
