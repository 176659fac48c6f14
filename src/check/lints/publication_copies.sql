-- Each subscriber holds a copy. It follows what is erased only if deletes and updates are published.
SELECT CASE WHEN d.missing IS NULL THEN 'notice' ELSE 'error' END, d.relation, NULL,
       CASE WHEN d.missing IS NULL THEN format('publication %I sends columns of table %s that have rules to its subscribers', d.pubname, d.relation::regclass)
            ELSE format('publication %I sends columns of table %s that have rules, but not every %s', d.pubname, d.relation::regclass, d.missing) END,
       CASE WHEN d.missing IS NULL THEN format('SELECT gdpr_waive(''publication_copies'', %L, reason => ''the subscriber is ours, and a recipient in the registry'');', d.relation::regclass)
            ELSE format('ALTER PUBLICATION %I SET (publish = ''insert, update, delete, truncate''); SELECT gdpr_waive(''publication_copies'', %L, reason => ''the subscriber is ours, and a recipient in the registry'');',
                        d.pubname, d.relation::regclass) END
FROM (
  SELECT b.pubname, CASE WHEN t.is_root THEN t.relation ELSE t.sent END AS relation,
         nullif(concat_ws(', ', CASE WHEN NOT b.pubdelete THEN 'DELETE' END, CASE WHEN NOT b.pubupdate THEN 'UPDATE' END), '') AS missing
  FROM pg_catalog.pg_publication b
  CROSS JOIN LATERAL (
    SELECT DISTINCT root.relation, p.relid AS sent, root.relation = p.relid AS is_root, root.number
    FROM (SELECT r.relation, r.number FROM rule r WHERE r.changes) root
    JOIN LATERAL (SELECT root.relation AS relid UNION SELECT relid FROM pg_partition_tree(root.relation)) p ON true
    WHERE b.puballtables
       OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel l WHERE l.prpubid = b.oid AND l.prrelid = p.relid
                    AND (to_jsonb(l) ->> 'prattrs' IS NULL OR root.number::text = ANY (string_to_array(to_jsonb(l) ->> 'prattrs', ' '))))
       OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace s JOIN pg_catalog.pg_class c ON c.relnamespace = s.pnnspid WHERE s.pnpubid = b.oid AND c.oid = p.relid)) t) d
GROUP BY d.pubname, d.relation, d.missing
