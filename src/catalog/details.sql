-- What rules have to respect in the tables $1: their columns, indexes and constraints.
SELECT coalesce(json_agg(json_build_object(
  'relation', c.oid::int8,
  'is_partition', c.relispartition,
  'triggers', EXISTS (
    -- a user's trigger that an UPDATE or a DELETE fires, on the table or one of its partitions
    SELECT FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid IN (SELECT c.oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid))
      AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & (8 | 16) <> 0
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = t.tgfoid AND d.deptype = 'e'
          AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND e.extname = 'gdpr_ext')),
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
             'number', a.attnum, 'name', a.attname, 'type', a.atttypid::int8, 'typmod', a.atttypmod,
             'sql_type', pg_catalog.format_type(a.atttypid, a.atttypmod),
             'not_null', a.attnotnull, 'generated', a.attgenerated <> '', 'identity_always', a.attidentity = 'a',
             'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END) ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'unique_indexes', (
    SELECT coalesce(json_agg(json_build_object(
             'name', ic.relname, 'primary', i.indisprimary, 'whole', i.indpred IS NULL AND NOT 0 = ANY (i.indkey::int2[]),
             'nulls_distinct', coalesce(NOT (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, true),
             'columns', CASE WHEN 0 = ANY (i.indkey::int2[]) THEN (
               SELECT coalesce(json_agg(DISTINCT refobjsubid), '[]') FROM pg_catalog.pg_depend
               WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = i.indexrelid
                 AND refclassid = 'pg_catalog.pg_class'::regclass AND refobjid = i.indrelid AND refobjsubid > 0)
             ELSE to_json((i.indkey::int2[])[0:i.indnkeyatts - 1]) END) ORDER BY ic.relname), '[]')
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisunique),
  'checks', (
    SELECT coalesce(json_agg(json_build_object(
             'name', conname, 'columns', coalesce(conkey, '{}'), 'expression', pg_catalog.pg_get_expr(conbin, conrelid)) ORDER BY conname), '[]')
    FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'c'),
  'exclusions', (
    SELECT coalesce(json_agg(json_build_object(
             'name', conname, 'columns', conkey, 'operators', conexclop::int8[]) ORDER BY conname), '[]')
    FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'x'),
  'references', (
    SELECT coalesce(json_agg(json_build_object(
             'name', conname, 'columns', conkey) ORDER BY conname), '[]')
    FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> 0),
  'referenced', coalesce(f.columns, '[]')
)), '[]')::text
FROM pg_catalog.pg_class c
-- No index finds foreign keys by what they reference: they are read once for all tables.
LEFT JOIN (
  SELECT confrelid, json_agg(DISTINCT k) AS columns
  FROM pg_catalog.pg_constraint, pg_catalog.unnest(confkey) k WHERE contype = 'f' AND confrelid = ANY ($1)
  GROUP BY confrelid) f ON f.confrelid = c.oid
WHERE c.oid = ANY ($1)
