-- A function of a store outside the database is gone: requests about its persons fail.
SELECT 'error', s.relation, NULL,
       format('source "%s" has no function %s any more', s.name, f.function),
       format('SELECT gdpr_unregister_source(%L);', s.name)
FROM @extschema@.gdpr_sources s
CROSS JOIN LATERAL (VALUES ('collect', s.collect), ('erase', s.erase)) f(action, function)
WHERE f.function IS NOT NULL AND @extschema@.gdpr_function_of(f.function, f.action) IS NULL
