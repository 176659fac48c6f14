-- A column of a registered table of which nobody has said what is to become of it. A table that has no rules at all, and whose rows go or stay whole, was registered so.
SELECT CASE WHEN e.rules = '{}' AND e.on_erase IN ('delete', 'keep') THEN 'notice' ELSE 'error' END, c.relation, c.name,
       format('column %I of table %s has no rule', c.name, c.relation::regclass),
       format('SELECT gdpr_register(%L, rules => %L);', c.relation::regclass, e.rules || m.rules)
FROM entry e
JOIN content c ON c.relation = e.relation
JOIN (SELECT c.relation, jsonb_object_agg(c.name, 'auto') AS rules
      FROM entry e JOIN content c ON c.relation = e.relation
      LEFT JOIN rule r ON r.relation = c.relation AND r.number = c.number
      WHERE r.relation IS NULL AND NOT e.rules ? c.name
      GROUP BY c.relation) m ON m.relation = e.relation
WHERE m.rules ? c.name
