-- The columns of the table $1 in their physical order, those that were dropped too.
SELECT coalesce(json_agg(json_build_object(
  'name', a.attname, 'dropped', a.attisdropped, 'type', a.atttypid::int8, 'typmod', a.atttypmod,
  'sql_type', CASE WHEN a.attisdropped THEN '' ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END,
  'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END) ORDER BY a.attnum), '[]')::text
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1 AND a.attnum > 0
