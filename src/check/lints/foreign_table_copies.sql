-- The rows are on another server: its backups, logs and copies are its own, and what it does is not undone with ours.
SELECT 'notice', c.oid, NULL,
       format('table %s keeps what is personal on server %s, whose backups and logs no action here reaches', c.oid::regclass, quote_ident(s.srvname)),
       format('SELECT gdpr_waive(''foreign_table_copies'', %L, reason => ''...'');', c.oid::regclass)
FROM (SELECT DISTINCT r.relation FROM rule r WHERE r.changes) r
CROSS JOIN LATERAL (SELECT r.relation AS oid UNION SELECT relid FROM pg_partition_tree(r.relation)) p
JOIN pg_catalog.pg_class c ON c.oid = p.oid AND c.relkind = 'f'
JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
