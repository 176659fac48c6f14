-- The foreign keys, the table hierarchies, and what the user declared, of the whole database.
-- A partition's copy of its parent's foreign key (conparentid <> 0) is not a foreign key of its own.
SELECT json_build_object(
  'foreign_keys', (
    SELECT coalesce(json_agg(json_build_object(
             'name', conname, 'source', confrelid::int8, 'source_columns', confkey,
             'target', conrelid::int8, 'target_columns', conkey,
             'operators', conpfeqop::int8[], 'on_delete', confdeltype, 'match_full', confmatchtype = 'f', 'release', d.action) ORDER BY oid), '[]')
    FROM pg_catalog.pg_constraint
    LEFT JOIN @extschema@.gdpr_on_delete_key d ON d.foreign_key = oid
    WHERE contype = 'f' AND conparentid = 0),
  'inheritance', (
    SELECT coalesce(json_agg(json_build_object(
             'child', i.inhrelid::int8, 'parent', i.inhparent::int8, 'partition', c.relispartition)
             ORDER BY i.inhrelid, i.inhseqno), '[]')
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE c.relkind IN ('r', 'p', 'f')),
  'entries', (
    SELECT coalesce(json_agg(json_build_object(
             'relation', relation::oid::int8, 'subject', subject, 'key', key, 'rules', rules, 'on_erase', on_erase,
             'ground', ground, 'hooks', hooks, 'created', created, 'export', export, 'facts', facts,
             'search', search) ORDER BY relation::oid), '[]')
    FROM @extschema@.gdpr_registry),
  -- the same for the same content, in whatever database
  'version', (
    SELECT pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
             coalesce(pg_catalog.string_agg(content, E'\n' ORDER BY content COLLATE "C"), ''), 'UTF8')), 'hex'), 16)
    FROM (SELECT row_to_json(r)::text AS content FROM @extschema@.gdpr_registry r
          UNION ALL SELECT row_to_json(l)::text FROM @extschema@.gdpr_links l
          UNION ALL SELECT row_to_json(d)::text FROM @extschema@.gdpr_on_delete d
          UNION ALL SELECT row_to_json(s)::text FROM @extschema@.gdpr_sources s) registry),
  'sources', (
    SELECT coalesce(json_agg(json_build_object(
             'name', s.name, 'collect', json_build_object('name', s.collect, 'known', c.function::int8),
             'erase', CASE WHEN s.erase IS NOT NULL THEN json_build_object('name', s.erase, 'known', e.function::int8) END,
             'relation', s.relation::oid::int8, 'ground', s.ground, 'label', s.label, 'facts', s.facts) ORDER BY s.name COLLATE "C"), '[]')
    FROM @extschema@.gdpr_sources s
    LEFT JOIN @extschema@.gdpr_known_function c ON (c.source, c.action, c.version)
      = (s.name, 'collect', pg_catalog.current_setting('server_version_num')::int / 10000)
    LEFT JOIN @extschema@.gdpr_known_function e ON (e.source, e.action, e.version)
      = (s.name, 'erase', pg_catalog.current_setting('server_version_num')::int / 10000)),
  'links', (
    SELECT coalesce(json_agg(json_build_object(
             'source', source::oid::int8, 'source_columns', source_columns,
             'target', target::oid::int8, 'target_columns', target_columns,
             'kind', kind, 'condition', condition)
             ORDER BY source::oid, target::oid, source_columns, target_columns), '[]')
    FROM @extschema@.gdpr_links l
    WHERE EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = l.source)
      AND EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = l.target))
)::text
