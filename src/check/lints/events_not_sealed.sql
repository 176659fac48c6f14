-- A change of an event that no seal holds is found by nobody.
SELECT CASE WHEN EXISTS (SELECT FROM gdpr_log.event e WHERE e.at < now() - interval '1 day' AND (s.sealed_at IS NULL OR e.at > s.sealed_at)) THEN 'warning' ELSE 'notice' END, NULL, NULL,
       CASE s.unsealed WHEN 1 THEN '1 event of the log is in no seal' ELSE s.unsealed || ' events of the log are in no seal' END,
       'SELECT gdpr_log_seal();'
FROM gdpr_log.status s
WHERE s.unsealed > 0 AND NOT s.restored
