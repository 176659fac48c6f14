-- A trigger that writes old rows somewhere else, where no walk from the person finds them. Where one does, they are cleaned in the same call.
SELECT 'warning', t.relation, NULL,
       CASE WHEN h.history IS NOT NULL THEN format('trigger %I of table %s copies old rows into %s, which no table of persons leads to', t.name, t.relation::regclass, h.history::regclass)
            ELSE format('trigger %I of table %s copies old rows elsewhere', t.name, t.relation::regclass) END,
       CASE WHEN k.names IS NOT NULL
         THEN format('SELECT gdpr_link(%L, %L, %L, %L, kind => ''owner''); SELECT gdpr_register(%3$L, rules => %5$L, on_erase => ''delete'');', t.relation::regclass, k.names, h.history::regclass, k.names,
                     coalesce(f.rules, '{}') || (SELECT jsonb_object_agg(name, jsonb_build_object('strategy', 'keep', 'reason', 'the key of ' || t.relation::regclass)) FROM unnest(k.names) name
                                                 WHERE f.rules ? name))
         ELSE format('SELECT gdpr_waive(''history_trigger'', %L, reason => ''...'');', t.relation::regclass) END
FROM (
  SELECT t.tgrelid AS relation, t.tgname::text AS name, p.prosrc AS body, p.pronamespace AS schema, l.lanname AS language, p.proname, t.tgoldtable
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'D' AND t.tgtype & (8 | 16) <> 0
    AND (t.tgrelid IN (SELECT relation FROM reached WHERE depth IS NOT NULL) OR t.tgrelid IN (SELECT relation FROM entry))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
                    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' AND x.extname = 'gdpr_ext')
    AND CASE WHEN l.lanname IN ('c', 'internal') THEN p.proname IN ('versioning')
             ELSE p.prosrc ~* '\minsert\s+into\M|\mcopy\M|\mexecute\M|\mINSERT\M' AND p.prosrc ~* ('\mold\M|\m' || coalesce(nullif(regexp_replace(t.tgoldtable, '\W', '', 'g'), ''), 'old') || '\M') END) t
JOIN pg_catalog.pg_class c ON c.oid = t.relation
LEFT JOIN LATERAL (
  SELECT DISTINCT to_regclass(found.name)::oid AS history
  FROM regexp_matches(t.body, '\minsert\s+into\s+((?:[a-z_][\w$]*|"[^"]+")(?:\s*\.\s*(?:[a-z_][\w$]*|"[^"]+"))?)', 'gi') m
  CROSS JOIN LATERAL (
    SELECT name FROM unnest(ARRAY[m[1], quote_ident(c.relnamespace::regnamespace::text) || '.' || m[1], quote_ident(t.schema::regnamespace::text) || '.' || m[1], 'public.' || m[1]]) WITH ORDINALITY u(name, n)
    WHERE to_regclass(name) IS NOT NULL ORDER BY n LIMIT 1) found) h ON true
LEFT JOIN fresh_rules f ON f.relation = h.history
LEFT JOIN LATERAL (
  -- The history table has the key of the table under the same names.
  SELECT array_agg(a.attname::text ORDER BY n) AS names
  FROM pg_catalog.pg_index i
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY u(number, n)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
  LEFT JOIN pg_catalog.pg_attribute o ON o.attrelid = h.history AND o.attname = a.attname AND o.atttypid = a.atttypid
  WHERE i.indrelid = t.relation AND i.indisprimary
  HAVING count(o.attname) = count(*)) k ON true
WHERE NOT EXISTS (SELECT FROM reached r WHERE r.relation = h.history AND r.depth IS NOT NULL)
