-- What was registered does not fit the table any more: the next action fails.
SELECT 'error', b.relation, b."column",
       format('the registry''s entry of table %s does not hold any more: %s', b.relation::regclass, b.problem),
       coalesce(b.call, format('SELECT gdpr_unregister(%L);', b.relation::regclass))
FROM broken b
