-- Whoever may read the view sees what it shows, and no request lists the view.
SELECT 'notice', d.view, NULL,
       format('view %s shows columns of table %s that have rules: %s', d.view::regclass, d.relation::regclass, string_agg(DISTINCT d.name, ', ')),
       format('SELECT gdpr_waive(''view_shows_ruled_columns'', %L, reason => ''...'');', d.view::regclass)
FROM (SELECT w.ev_class AS view, r.relation, r.name
      FROM rule r
      JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = r.relation AND p.refobjsubid = r.number AND p.classid = 'pg_catalog.pg_rewrite'::regclass
      JOIN pg_catalog.pg_rewrite w ON w.oid = p.objid
      JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind = 'v'
      WHERE r.changes) d
GROUP BY d.view, d.relation
