-- The indexes of the relations $1 and of their partitions: what a search could be found by. A btree finds by its first column.
SELECT coalesce(json_agg(json_build_object(
  'relation', r.oid::int8, 'expression', pg_catalog.pg_get_indexdef(i.indexrelid, k.position, false),
  'method', am.amname, 'family', f.opfname, 'collation', i.indcollation[k.position - 1]::int8,
  'by_bytes', coalesce(CASE l.collprovider WHEN 'c' THEN l.collcollate WHEN 'd' THEN own.locale END IN ('C', 'POSIX'), false))), '[]')::text
FROM pg_catalog.unnest($1) r(oid)
CROSS JOIN LATERAL (SELECT r.oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(r.oid::regclass)) part(oid)
JOIN pg_catalog.pg_index i ON i.indrelid = part.oid AND i.indisvalid
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = c.relam
CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts) k(position)
JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.position - 1]
JOIN pg_catalog.pg_opfamily f ON f.oid = o.opcfamily
LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k.position - 1]
-- The database's own; its provider has a column since PostgreSQL 15.
CROSS JOIN (SELECT CASE coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') WHEN 'c' THEN d.datcollate END AS locale
            FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) own
WHERE k.position = 1 OR am.amname IN ('gin', 'gist')
