-- What a copy that was scrubbed must not know any longer.

-- By the marks it could be told what stood in a row, and with the secret of the original what a digest in its log was made of; its mirror is the original's. The tables get new
-- files, so that nothing stays in the old ones.
CREATE FUNCTION gdpr_log.forget() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM gdpr_log.set_mirror(NULL);
  TRUNCATE gdpr_log.anonymised;
  TRUNCATE gdpr_log.secret;
  INSERT INTO gdpr_log.secret (secret)
    VALUES (pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())));
  UPDATE gdpr_log.database SET scrubbed = pg_catalog.now();
END $$;

COMMENT ON FUNCTION gdpr_log.forget() IS 'Internal: another secret, no marks, no mirror, and that the database was scrubbed';
COMMENT ON FUNCTION gdpr_scrub_db(regclass[], boolean, text) IS
  'Applies every rule to every row of this copy of a database, so that it is safe to develop on (Art. 25, 32 GDPR): of these tables, or of all that are registered. Returns for each relation what was done, its rows, its bytes before and after, and the milliseconds it took; dry_run => true changes nothing. Only where a superuser has set gdpr_ext.allow_scrub, else 55000; 55000 too for a table without rules, columns that gdpr_ext.privacy_by_default asks for, tables that nobody has registered, and large objects unless large_objects is unlink or keep (22023 otherwise); 42501 without SELECT and UPDATE on every table; 42809 for what is no table; 0A000 for foreign tables; the SQLSTATE of a constraint that refuses a new value. All or nothing';
REVOKE ALL ON FUNCTION gdpr_scrub_db(regclass[], boolean, text), gdpr_log.forget() FROM PUBLIC;
