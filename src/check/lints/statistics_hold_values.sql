-- Most common values of several columns are copies of what stood there, until the next ANALYZE.
SELECT 'notice', s.stxrelid, NULL,
       format('extended statistics %s of table %s hold values of columns that have rules', d.name, s.stxrelid::regclass),
       format('DROP STATISTICS %s;', d.name)
FROM pg_catalog.pg_statistic_ext s
CROSS JOIN LATERAL (SELECT format('%I.%I', s.stxnamespace::regnamespace::text, s.stxname) AS name) d
WHERE 'm' = ANY (s.stxkind)
  AND EXISTS (SELECT FROM rule r WHERE r.changes AND r.relation = s.stxrelid
              AND (r.number = ANY (s.stxkeys::int2[])
                   OR EXISTS (SELECT FROM pg_catalog.pg_depend p WHERE p.classid = 'pg_catalog.pg_statistic_ext'::regclass AND p.objid = s.oid
                                AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = r.relation AND p.refobjsubid = r.number)))
