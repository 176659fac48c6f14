-- The interface, frozen: every function of the extension, its arguments, and how it behaves.
--
-- Whoever changes a line here changes what users have written. Names of arguments count, since calls name them.
SELECT p.pronamespace::regnamespace AS schema, p.proname AS function, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS returns,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
       CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security,
       p.proisstrict AS strict
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext') AND d.deptype = 'e'
ORDER BY p.proname COLLATE "C", pg_get_function_arguments(p.oid) COLLATE "C"
\gx

-- Everything else that belongs to it.
SELECT pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE "C" AS object
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext') AND d.deptype = 'e'
  AND d.classid <> 'pg_proc'::regclass
ORDER BY 1;

-- The tables and views, column by column. (gdpr_known_... are internal, and open to change.)
SELECT c.oid::regclass AS relation, attname AS column, format_type(atttypid, atttypmod) AS type, attnotnull AS not_null
FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid JOIN pg_attribute ON attrelid = c.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext') AND d.deptype = 'e'
  AND c.relkind IN ('r', 'v', 'p') AND c.relname NOT LIKE 'gdpr\_known\_%' AND attnum > 0 AND NOT attisdropped
ORDER BY c.oid::regclass::text COLLATE "C", attnum;

-- Their constraints, which are what a reader of the log may rely on.
SELECT conrelid::regclass AS relation, conname AS constraint, pg_get_constraintdef(con.oid) AS definition
FROM pg_depend d JOIN pg_constraint con ON d.classid = 'pg_class'::regclass AND d.objid = con.conrelid
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext') AND d.deptype = 'e'
  AND conrelid::regclass::text NOT LIKE 'gdpr\_known\_%'
ORDER BY conrelid::regclass::text COLLATE "C", conname COLLATE "C"
\gx

-- What pg_dump dumps, and which rows of it.
SELECT table_oid::regclass AS dumped, condition
FROM pg_extension, unnest(extconfig, extcondition) AS config (table_oid, condition)
WHERE extname = 'gdpr_ext' ORDER BY table_oid::regclass::text COLLATE "C";

-- Functions and tables that say nothing about themselves: none.
SELECT pg_describe_object(d.classid, d.objid, 0) COLLATE "C" AS without_comment
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext') AND d.deptype = 'e'
  AND (d.classid = 'pg_proc'::regclass OR d.classid = 'pg_class'::regclass AND (SELECT relkind FROM pg_class WHERE oid = d.objid) IN ('r', 'v'))
  AND obj_description(d.objid, d.classid::regclass::name) IS NULL
ORDER BY 1;

-- The settings, known once the library is loaded.
LOAD 'gdpr_ext';
SELECT name, vartype, boot_val, context FROM pg_settings WHERE name LIKE 'gdpr\_ext.%' ORDER BY name;
