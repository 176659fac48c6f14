-- A policy that limits whoever answers requests: the call is refused, for it would leave rows out.
SELECT 'warning', c.oid, NULL,
       format('row security of table %s would hide rows from %s, whom the functions for requests are granted to', c.oid::regclass, string_agg(quote_ident(o.rolname), ', ' ORDER BY o.rolname)),
       string_agg(format('ALTER ROLE %I BYPASSRLS;', o.rolname), ' ' ORDER BY o.rolname)
FROM pg_catalog.pg_class c
JOIN (SELECT relation FROM entry UNION SELECT relation FROM reached WHERE depth IS NOT NULL) t ON t.relation = c.oid
JOIN (SELECT DISTINCT r.oid, r.rolname
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid AND x.extname = 'gdpr_ext'
      CROSS JOIN LATERAL aclexplode(p.proacl) a
      JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
      WHERE p.proname IN ('gdpr_collect', 'gdpr_export', 'gdpr_export_archive', 'gdpr_export_html', 'gdpr_anonymise', 'gdpr_erase', 'gdpr_delete', 'gdpr_search', 'gdpr_preview', 'gdpr_scrub_db')
        AND NOT r.rolsuper AND NOT r.rolbypassrls) o ON NOT pg_has_role(o.oid, c.relowner, 'USAGE')
WHERE c.relrowsecurity
GROUP BY c.oid
