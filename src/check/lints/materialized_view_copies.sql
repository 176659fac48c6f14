-- What it holds stays when the person is erased, until somebody refreshes it.
WITH RECURSIVE shown(view, kind, relation) AS (
  SELECT DISTINCT w.ev_class, c.relkind, r.relation
  FROM rule r
  JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = r.relation AND p.refobjsubid = r.number AND p.classid = 'pg_catalog.pg_rewrite'::regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = p.objid
  JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind IN ('v', 'm')
  WHERE r.changes
  UNION
  SELECT w.ev_class, c.relkind, s.relation
  FROM shown s
  JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = s.view AND p.classid = 'pg_catalog.pg_rewrite'::regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = p.objid AND w.ev_class <> s.view
  JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind IN ('v', 'm')
)
SELECT 'warning', s.view, NULL,
       format('materialized view %s holds copies of what has rules in %s, until it is refreshed', s.view::regclass, string_agg(s.relation::regclass::text, ', ' ORDER BY s.relation::regclass::text COLLATE "C")),
       format('SELECT gdpr_waive(''materialized_view_copies'', %L, reason => ''refreshed every night'');', s.view::regclass)
FROM shown s
WHERE s.kind = 'm'
GROUP BY s.view
