-- The tables that a command was about, as far as it can have left something open: registered ones, and those that it made refer to others or inherit. What
-- this transaction wrote is not older than the transaction. The first command decides which columns were there before.
INSERT INTO @extschema@.gdpr_pending_ddl (relation, known, told)
SELECT t.relation, coalesce(c.known, '{}'), coalesce(c.told, '{}')
FROM (SELECT DISTINCT coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid) AS relation
      FROM pg_catalog.pg_event_trigger_ddl_commands() d
      JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
      WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND NOT d.in_extension
        AND EXISTS (SELECT FROM @extschema@.gdpr_registry)
        AND (EXISTS (SELECT FROM @extschema@.gdpr_registry r WHERE r.relation = c.oid)
             OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0 AND pg_catalog.age(k.xmin) <= 0)
             OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition AND pg_catalog.age(i.xmin) <= 0))) t
CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(k.number) AS known, pg_catalog.array_agg(k.number) FILTER (WHERE k.told = a.atttypid) AS told
                    FROM @extschema@.gdpr_known_column k LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relation AND a.attnum = k.number
                    WHERE k.relation = t.relation) c
WHERE NOT EXISTS (SELECT FROM @extschema@.gdpr_pending_ddl p WHERE p.relation = t.relation)
