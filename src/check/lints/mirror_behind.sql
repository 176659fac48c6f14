-- What only this database knows is lost with it.
SELECT 'warning', NULL, NULL, format('%s for the mirror of the log, the oldest since %s', CASE s.queued WHEN 1 THEN '1 event waits' ELSE s.queued || ' events wait' END, to_char(s.queued_since, 'YYYY-MM-DD')),
       'SELECT * FROM gdpr_log_mirror_sync();'
FROM gdpr_log.status s
WHERE s.queued > 0
