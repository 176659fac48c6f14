-- The whole table is read whenever rows of a person are looked for in it; and, for a foreign key, whenever a row that it references is deleted.
SELECT CASE WHEN l.walked THEN 'warning' ELSE 'notice' END, l.target, array_to_string(l.target_columns, ', '),
       format('no index of table %s finds rows by (%s), which %s leads to', l.target::regclass, array_to_string(l.target_columns, ', '), l.source::regclass),
       format('CREATE INDEX ON %s (%s);', l.target::regclass,
              (SELECT string_agg(CASE WHEN c LIKE '(%' THEN c ELSE quote_ident(c) END, ', ' ORDER BY n) FROM unnest(l.target_columns) WITH ORDINALITY u(c, n)))
FROM (SELECT DISTINCT ON (target, target_columns) * FROM link
      WHERE from_person AND (walked OR foreign_key IS NOT NULL) AND indexed = false AND NOT broken
      ORDER BY target, target_columns, walked DESC, source) l
JOIN pg_catalog.pg_class c ON c.oid = l.target AND c.relkind IN ('r', 'p')
