-- Certificates cannot say until when backups still hold what was erased.
SELECT 'notice', NULL, NULL, 'nobody has said how long backups are kept', format('ALTER DATABASE %I SET gdpr_ext.backup_retention = ''35 days'';', current_database())
WHERE EXISTS (SELECT FROM @extschema@.gdpr_registry) AND @extschema@.gdpr_backup_retention() IS NULL
