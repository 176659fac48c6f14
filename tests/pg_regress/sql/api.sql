-- The interface, frozen: every function of the extension, its arguments, and how it behaves.
--
-- Whoever changes a line here changes what users have written. Names of arguments count, since calls name them.
SELECT p.proname AS function, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS returns,
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

-- The tables, column by column.
SELECT attrelid::regclass AS relation, attname AS column, format_type(atttypid, atttypmod) AS type, attnotnull AS not_null
FROM pg_attribute WHERE attrelid IN ('gdpr_registry'::regclass, 'gdpr_links'::regclass) AND attnum > 0 AND NOT attisdropped
ORDER BY attrelid::regclass::text COLLATE "C", attnum;

-- Both are dumped by pg_dump, every row of them.
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
