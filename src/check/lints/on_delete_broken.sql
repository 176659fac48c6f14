-- ON DELETE ANONYMISE was declared for a foreign key that is gone: a delete leaves the rows as they are.
SELECT 'error', d.relation, array_to_string(d.columns, ', '),
       format('ON DELETE ANONYMISE of table %s (%s) has no foreign key', d.relation, array_to_string(d.columns, ', ')),
       format('SELECT gdpr_on_delete_drop(%L, %L);', d.relation, d.columns)
FROM @extschema@.gdpr_on_delete d
WHERE NOT EXISTS (SELECT FROM @extschema@.gdpr_on_delete_key k WHERE k.relation = d.relation AND k.columns = d.columns)
