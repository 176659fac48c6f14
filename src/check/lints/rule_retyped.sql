-- A column has another type than when somebody chose its rule. One whose rule cannot be for it any more is broken.
SELECT 'warning', k.relation, a.attname,
       format('column %I of table %s was of type %s when its rule was given, and is of type %s now', a.attname, r.relation, format_type(k.type, NULL), format_type(a.atttypid, NULL)),
       format('SELECT gdpr_register(%L, rules => %L);', r.relation, r.rules)
FROM @extschema@.gdpr_known_column k
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relation AND a.attnum = k.number AND NOT a.attisdropped AND a.atttypid <> k.type
JOIN @extschema@.gdpr_registry r ON r.relation = k.relation AND r.rules ? a.attname::text
WHERE NOT EXISTS (SELECT FROM broken b WHERE b.relation = k.relation AND coalesce(b."column", a.attname) = a.attname)
