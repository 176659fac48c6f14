-- Rows that the law asks to keep go with any plain DELETE of what they refer to.
SELECT 'error', k.conrelid, (SELECT string_agg(a.attname, ', ' ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY u(number, n) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = number),
       format('rows of table %s are to be kept (%s), and a DELETE of rows of %s takes them along', k.conrelid::regclass, e.ground, k.confrelid::regclass),
       format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s;', k.conrelid::regclass, k.conname, replace(pg_get_constraintdef(k.oid), ' ON DELETE CASCADE', ''))
FROM entry e
JOIN pg_catalog.pg_constraint k ON k.conrelid = e.relation AND k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype = 'c'
WHERE e.on_erase = 'keep'
