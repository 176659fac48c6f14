-- The tables $1, or all that can be registered, with the columns that could be given a rule, and what they are read from: themselves, their partitions, their heirs.
WITH RECURSIVE chosen AS (
  SELECT c.oid, n.nspname, c.relname
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE CASE WHEN $1 IS NULL THEN
          c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND NOT c.relispartition
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'gdpr_log', 'gdpr_internal') AND n.nspname !~ '^pg_toast'
          -- What belongs to an extension is none of the user's.
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ELSE c.oid = ANY ($1) END
), tree(root, relation) AS (
  SELECT oid, oid FROM chosen
  UNION
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relation
), piece AS (
  SELECT t.root, c.oid, s.pages,
         CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages END AS density,
         row_number() OVER (PARTITION BY t.root ORDER BY s.pages DESC, c.oid) AS place
  FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.relation
  CROSS JOIN LATERAL (SELECT pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8) s(pages)
  WHERE c.relkind = 'r' AND s.pages > 0
)
SELECT coalesce(json_agg(json_build_object(
  'relation', c.oid::int8,
  'columns', (
    SELECT coalesce(json_agg(a.attnum ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute a
    -- What is inherited is the parent's; a generated column follows what it is made from, a foreign key what it references.
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0 AND a.attgenerated = '' AND a.attidentity <> 'a'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))),
  'pieces', (
    SELECT coalesce(json_agg(json_build_object('relation', p.oid::int8, 'pages', p.pages, 'density', p.density) ORDER BY p.place), '[]')
    FROM piece p WHERE p.root = c.oid AND p.place <= 16)
) ORDER BY c.nspname, c.relname), '[]')::text
FROM chosen c
