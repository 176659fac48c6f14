-- What is personal here no request finds: no walk leads to it. An address that a person's row names is linked; rows with names of their own are people themselves, who do not belong
-- to whoever names them; of what is neither nobody can tell but its owner.
SELECT 'warning', u.relation, NULL,
       CASE WHEN e.relation IS NOT NULL THEN format('table %s is registered, and no table of persons leads to it', u.relation::regclass)
            ELSE format('table %s has columns that look personal (%s), and no table of persons leads to it', u.relation::regclass, p.names) END,
       CASE WHEN up.source IS NOT NULL AND looks.is_place AND NOT looks.is_person THEN format('SELECT gdpr_link(%L, %L, %L, %L, kind => ''owner'');', up.source::regclass, up.source_columns, u.relation::regclass, up.columns)
              || CASE WHEN e.relation IS NULL THEN format(' SELECT gdpr_register(%L, rules => %L);', u.relation::regclass, f.rules) ELSE '' END
            WHEN NOT k.has_key OR e.relation IS NOT NULL AND NOT looks.is_person THEN format('SELECT gdpr_waive(''unreachable_personal_table'', %L, reason => ''...'');', u.relation::regclass)
            WHEN e.relation = e.registered THEN format('SELECT gdpr_register(%L, subject => true);', u.relation::regclass)
            ELSE format('SELECT gdpr_register(%L, subject => true, rules => %L);', u.relation::regclass, f.rules) END
FROM user_table u
LEFT JOIN reached t ON t.relation = u.relation
LEFT JOIN entry e ON e.relation = u.relation
LEFT JOIN fresh_rules f ON f.relation = u.relation
LEFT JOIN (SELECT relation, string_agg(name, ', ' ORDER BY number) AS names FROM telling GROUP BY relation) p ON p.relation = u.relation
LEFT JOIN LATERAL (
  -- a row of a person that names a row here
  SELECT l.target AS source, l.target_columns AS source_columns, l.source_columns AS columns
  FROM link l JOIN reached s ON s.relation = l.target_table AND s.depth IS NOT NULL
  WHERE l.source = u.relation AND l.foreign_key IS NOT NULL
  ORDER BY s.depth, l.target::regclass::text COLLATE "C", l.target_columns LIMIT 1) up ON true
CROSS JOIN LATERAL (
  SELECT coalesce(bool_or(a.attname::text ~* '(first|last|sur|given|family|user|nick|full).?name|birth|mail|passw|login'), false) AS is_person,
         coalesce(bool_or(a.attname::text ~* 'street|address|city|post.?code|postal|zip'), false) AS is_place
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = u.relation AND a.attnum > 0 AND NOT a.attisdropped) looks
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM pg_catalog.pg_index i
                 WHERE i.indrelid = u.relation AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND NOT 0 = ANY (i.indkey::int2[])
                   AND NOT EXISTS (SELECT FROM pg_catalog.unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) number
                                   JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = number WHERE NOT a.attnotnull)) AS has_key) k
WHERE t.depth IS NULL
  AND (p.relation IS NOT NULL AND (e.relation IS NULL OR EXISTS (SELECT FROM rule r JOIN telling c USING (relation, number) WHERE r.relation = u.relation AND r.changes))
       OR EXISTS (SELECT FROM rule r WHERE r.relation = u.relation AND r.changes))
