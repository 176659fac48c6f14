-- The relations $1: names, owner, columns, indexes. Only an index's expressions are deparsed, which is slow.
SELECT coalesce(json_agg(json_build_object(
  'oid', c.oid::int8, 'name', c.relname, 'schema', n.nspname, 'schema_oid', n.oid::int8, 'owner', c.relowner::int8,
  'kind', c.relkind,
  'temporary', c.relpersistence = 't',
  'reachable', c.relpersistence <> 't' OR pg_catalog.pg_my_temp_schema() = c.relnamespace,
  'server', CASE WHEN c.relkind = 'f' THEN (
    SELECT json_build_object('name', s.srvname, 'is_postgres',
             EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.oid = w.fdwhandler AND p.proname = 'postgres_fdw_handler'))
    FROM pg_catalog.pg_foreign_table t
    JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE t.ftrelid = c.oid) END,
  'access_method', (SELECT amname FROM pg_catalog.pg_am WHERE oid = c.relam),
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
             'number', a.attnum, 'name', a.attname, 'type', a.atttypid::int8, 'collation', a.attcollation::int8,
             'not_null', a.attnotnull) ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
             'primary', i.indisprimary,
             'unique', i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL,
             'usable', i.indisvalid,
             'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid),
             'columns', (
               SELECT json_agg(coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, k.position::int, false))
                               ORDER BY k.position)
               FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, position)
               LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
               WHERE k.position <= i.indnkeyatts),
             'plain', NOT 0 = ANY (i.indkey::int2[])) ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid), '[]')
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid)
)), '[]')::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY ($1)
