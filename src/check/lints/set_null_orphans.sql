-- When the person's row goes by any other way than gdpr_erase, the row stays with what is personal in it, and nobody leads to it any more.
SELECT 'warning', l.target, array_to_string(l.target_columns, ', '),
       format('when a row of %s is deleted, rows of table %s lose their key and keep what is personal', l.source::regclass, l.target::regclass),
       CASE WHEN e.relation IS NULL THEN format('SELECT gdpr_register(%L, rules => %L); ', l.target_table::regclass, f.rules) ELSE '' END
       || CASE WHEN e.on_erase = 'keep'
            THEN format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s;', l.target::regclass, k.conname,
                        regexp_replace(pg_get_constraintdef(k.oid), ' ON DELETE SET (NULL|DEFAULT)( \([^)]*\))?', ''))
            ELSE format('SELECT gdpr_on_delete(%L, %L, %L);', l.target::regclass, l.target_columns, CASE k.confdeltype WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END) END
FROM link l
JOIN pg_catalog.pg_constraint k ON k.conrelid = l.target AND k.conname = l.foreign_key AND k.contype = 'f'
LEFT JOIN entry e ON e.relation = l.target_table
LEFT JOIN fresh_rules f ON f.relation = l.target_table
WHERE l.from_person AND k.confdeltype IN ('n', 'd')
  AND CASE WHEN e.relation IS NULL THEN f.relation IS NOT NULL ELSE EXISTS (SELECT FROM rule r WHERE r.relation = l.target_table AND r.changes) END
  AND NOT EXISTS (SELECT FROM @extschema@.gdpr_on_delete_key o WHERE o.foreign_key = k.oid)
  -- Somebody else leads to each of its rows.
  AND NOT EXISTS (SELECT FROM link o JOIN pg_catalog.pg_constraint ok ON ok.conrelid = o.target AND ok.conname = o.foreign_key AND ok.contype = 'f'
                  WHERE o.target = l.target AND o.walked AND ok.oid <> k.oid
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = ok.conrelid AND a.attnum = ANY (ok.conkey) AND NOT a.attnotnull))
