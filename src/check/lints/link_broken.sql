-- A declared link over a column that is gone: every walk that meets it fails.
SELECT 'error', l.target, NULL,
       format('the link from %s to %s names a column that there is not', l.source::regclass, l.target::regclass),
       format('SELECT gdpr_unlink(%L, %L, %L, %L);', d.source, d.source_columns, d.target, d.target_columns)
FROM (SELECT DISTINCT source, target FROM link WHERE broken) l
JOIN @extschema@.gdpr_links d ON d.source = l.source AND d.target = l.target
WHERE EXISTS (SELECT FROM unnest(d.source_columns) name WHERE name NOT LIKE '(%'
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.source AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped))
   OR EXISTS (SELECT FROM unnest(d.target_columns) name WHERE name NOT LIKE '(%'
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.target AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped))
