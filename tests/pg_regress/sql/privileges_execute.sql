-- Nobody may call anything until somebody says so.
--
-- EXECUTE is revoked from PUBLIC on every function of the extension, and its tables are open to nobody. The lists are read from the
-- catalog, so that a function that is added tomorrow is judged too.
\set SHOW_CONTEXT never
SELECT p.oid::regprocedure AS open_to_public
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid,
     aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND acl.grantee = 0
ORDER BY 1;

SELECT c.oid::regclass AS relation, acl.privilege_type AS granted_to_public
FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid,
     aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
  AND d.deptype = 'e' AND acl.grantee = 0
ORDER BY 1, 2;

-- Not even the schema of the log may be looked into.
SELECT has_schema_privilege('public', 'gdpr_log', 'USAGE') AS usage, has_schema_privilege('public', 'gdpr_log', 'CREATE') AS create;

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
RESET ROLE;

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
