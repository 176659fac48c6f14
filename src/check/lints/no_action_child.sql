-- A row that refers to a person's row and is not taken with it: nobody can delete the person. What gdpr_erase takes along is in the way of a plain DELETE only.
SELECT CASE WHEN d.is_refused THEN 'error' ELSE 'notice' END, l.target, array_to_string(l.target_columns, ', '),
       CASE WHEN d.is_refused THEN format('a row of table %s that refers to a row of %s keeps it from being erased: the key (%s) can neither go nor become NULL',
                                          l.target::regclass, l.source::regclass, array_to_string(l.target_columns, ', '))
            ELSE format('a plain DELETE of a row of %s fails while rows of table %s refer to it; gdpr_erase takes these first', l.source::regclass, l.target::regclass) END,
       CASE WHEN d.is_refused AND d.nullable IS NOT NULL THEN format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL;', l.target::regclass, d.nullable)
            WHEN NOT d.is_refused AND e.on_erase = 'delete'
              THEN format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s;', l.target::regclass, k.conname, d.cascading)
            WHEN NOT d.is_refused AND NOT d.not_null AND e.on_erase IS DISTINCT FROM 'keep' AND e.on_erase IS DISTINCT FROM 'delete' AND EXISTS (SELECT FROM rule r WHERE r.relation = l.target_table AND r.changes)
              THEN format('SELECT gdpr_on_delete(%L, %L, ''SET NULL'');', l.target::regclass, l.target_columns)
            ELSE format('SELECT gdpr_waive(''no_action_child'', %L, %L, reason => ''...'');', l.target::regclass, array_to_string(l.target_columns, ', ')) END
FROM link l
JOIN pg_catalog.pg_constraint k ON k.conrelid = l.target AND k.conname = l.foreign_key AND k.contype = 'f'
LEFT JOIN entry e ON e.relation = l.target_table
LEFT JOIN entry s ON s.relation = l.source_table
CROSS JOIN LATERAL (
  SELECT bool_and(a.attnotnull) AS not_null,
         min(a.attname::text) FILTER (WHERE NOT EXISTS (SELECT FROM key_column p WHERE p.relation = a.attrelid AND p.number = a.attnum AND p.type = 'p')) AS nullable
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) c
CROSS JOIN LATERAL (
  SELECT c.not_null, c.nullable, c.not_null AND NOT (l.walked AND l.kind = 'owner') AS is_refused,
         regexp_replace(pg_get_constraintdef(k.oid), '( ON DELETE RESTRICT)?( NOT DEFERRABLE| DEFERRABLE| NOT VALID|$)', ' ON DELETE CASCADE\2') AS cascading) d
WHERE l.from_person AND k.confdeltype IN ('a', 'r')
  AND coalesce(s.on_erase, 'delete') = 'delete'
  -- What is kept by law is to keep its person.
  AND (d.is_refused OR l.from_subject AND l.walked AND e.on_erase IS DISTINCT FROM 'keep')
  AND NOT EXISTS (SELECT FROM @extschema@.gdpr_on_delete_key o WHERE o.foreign_key = k.oid)
