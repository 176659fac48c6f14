-- The labels that PostgreSQL Anonymizer has put on columns, in the order of tables and columns.
SELECT coalesce(json_agg(json_build_object(
  'relation', c.oid::int8, 'table', c.relname, 'column', a.attname, 'column_type', pg_catalog.format_type(a.atttypid, a.atttypmod),
  'label', l.label) ORDER BY n.nspname, c.relname, a.attnum), '[]')::text
FROM pg_catalog.pg_seclabel l
JOIN pg_catalog.pg_class c ON c.oid = l.objoid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = l.objsubid
WHERE l.provider = 'anon' AND l.classoid = 'pg_catalog.pg_class'::regclass AND l.objsubid > 0 AND NOT a.attisdropped
