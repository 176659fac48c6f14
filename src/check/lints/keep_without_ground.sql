-- Art. 17(3) lets keep what a law asks for, and the person is told which.
SELECT 'warning', e.relation, NULL,
       format('rows of table %s are kept, and the ground does not say why', e.relation::regclass),
       format('SELECT gdpr_register(%L, on_erase => ''anonymise'');', e.registered::regclass)
FROM entry e
WHERE e.on_erase = 'keep' AND e.relation = e.registered AND (length(trim(coalesce(e.ground, ''))) < 4 OR trim(e.ground) ~* '^(todo|tbd|tba|fixme|n/?a|none|xxx+|legal|law|keep|ground|reason|because|unknown|test|\W+)\W*$')
UNION ALL
SELECT 'warning', r.relation, r.name,
       format('column %I of table %s looks personal, and its rule keeps it without a reason', r.name, r.relation::regclass),
       format('SELECT gdpr_register(%L, rules => %L);', r.relation::regclass, e.rules || (
         SELECT jsonb_object_agg(o.name, 'auto') FROM rule o JOIN telling t USING (relation, number) WHERE o.relation = r.relation AND o.strategy = 'keep' AND coalesce(trim(o.reason), '') = ''))
FROM rule r
JOIN telling t USING (relation, number)
JOIN entry e ON e.relation = r.relation
WHERE r.strategy = 'keep' AND coalesce(trim(r.reason), '') = ''
