-- Whoever was erased since the backup is back.
SELECT 'error', NULL, NULL, 'this database was restored, and has not done again what was erased since the backup', 'SELECT * FROM gdpr_rerun();'
WHERE gdpr_log.is_restored()
