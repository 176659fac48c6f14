-- Materialized views that hold rows, those that others read, also through views, before these.
WITH RECURSIVE reads AS (
  SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
  FROM pg_catalog.pg_rewrite r
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class
  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
), deep(view, depth) AS (
  SELECT oid, 0 FROM pg_catalog.pg_class WHERE relkind IN ('v', 'm')
  UNION
  -- Views can read each other in a circle.
  SELECT r.reader, deep.depth + 1 FROM deep JOIN reads r ON r.read = deep.view
  WHERE deep.depth < (SELECT count(*) FROM reads)
), ordered AS (
  SELECT view, max(depth) AS depth FROM deep GROUP BY view
)
SELECT coalesce(json_agg(json_build_object(
  'relation', c.oid::int8,
  'calls', EXISTS (
    -- also through a view that it reads
    WITH RECURSIVE below(view) AS (SELECT c.oid UNION SELECT r.read FROM below JOIN reads r ON r.reader = below.view)
    SELECT FROM below JOIN pg_catalog.pg_rewrite w ON w.ev_class = below.view
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_proc'::regclass)
  ) ORDER BY o.depth, c.oid), '[]')::text
FROM ordered o JOIN pg_catalog.pg_class c ON c.oid = o.view
WHERE c.relkind = 'm' AND c.relispopulated
