-- A walk from a person finds rows here, and every action then refuses. Tables of keys only go with their owners.
SELECT 'error', t.relation, NULL,
       format('table %s is %s away from a table of persons, and nobody has registered it', t.relation::regclass, CASE t.depth WHEN 1 THEN '1 link' ELSE t.depth || ' links' END),
       format('SELECT gdpr_register(%L, rules => %L);', t.relation::regclass, f.rules)
FROM reached t
JOIN fresh_rules f ON f.relation = t.relation
WHERE t.depth IS NOT NULL AND NOT t.registered
