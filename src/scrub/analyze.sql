-- Relations whose statistics tell of the rows of $1, and those to call ANALYZE for.
WITH RECURSIVE up(relation) AS (
  SELECT pg_catalog.unnest($1)
  UNION
  SELECT i.inhparent FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.relation
)
SELECT json_build_object(
  'forgotten', (
    SELECT coalesce(json_agg(oid::int8), '[]')
    FROM (SELECT relation AS oid FROM up UNION SELECT i.indexrelid FROM pg_catalog.pg_index i JOIN up ON up.relation = i.indrelid) f),
  'analyzed', (
    SELECT coalesce(json_agg(c.oid::int8 ORDER BY c.oid), '[]')
    FROM up JOIN pg_catalog.pg_class c ON c.oid = up.relation
    WHERE NOT c.relispartition))::text
