-- Sealing and verifying the log. Apart from writing it, so that nobody who writes waits for anybody.

-- The seal is over the events that are committed now and were not when the one before was made: which these are, the two snapshots say. So it neither
-- waits for a transaction that runs, nor does one keep it from sealing what others have committed.
CREATE FUNCTION gdpr_log_seal() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text;
  now pg_snapshot;
  own bigint;
  source record;
  last gdpr_log.seal;
  next gdpr_log.seal;
BEGIN
  -- One at a time; whoever writes events does not come by here.
  LOCK TABLE gdpr_log.seal IN SHARE ROW EXCLUSIVE MODE;
  here := @extschema@.gdpr_log_origin();
  -- What this transaction has written itself is not committed.
  own := pg_catalog.pg_current_xact_id_if_assigned()::text::bigint;
  SELECT pg_catalog.format('%s:%s:%s', least(pg_catalog.pg_snapshot_xmin(s)::text::bigint, own),
                           greatest(pg_catalog.pg_snapshot_xmax(s)::text::bigint, own + 1),
                           (SELECT pg_catalog.string_agg(x::text, ',' ORDER BY x)
                            FROM (SELECT xip::text::bigint FROM pg_catalog.pg_snapshot_xip(s) xip
                                  UNION SELECT own WHERE own IS NOT NULL) running(x)))::pg_snapshot
  INTO now FROM pg_catalog.pg_current_snapshot() s;
  FOR source IN
    WITH RECURSIVE origins(origin) AS (
      (SELECT e.origin FROM gdpr_log.event e ORDER BY e.origin LIMIT 1)
      UNION ALL
      SELECT (SELECT e.origin FROM gdpr_log.event e WHERE e.origin > o.origin ORDER BY e.origin LIMIT 1) FROM origins o WHERE o.origin IS NOT NULL
    )
    -- What was restored or imported is committed, whatever its transaction's number here.
    SELECT o.origin, s.snapshot AS sealed,
           CASE WHEN o.origin = here THEN now ELSE (
             SELECT pg_catalog.format('%1$s:%1$s:', max(e.transaction)::text::bigint + 1)::pg_snapshot
             FROM gdpr_log.event e WHERE e.origin = o.origin) END AS snapshot
    FROM origins o
    LEFT JOIN LATERAL (SELECT seal.snapshot FROM gdpr_log.seal WHERE seal.origin = o.origin ORDER BY number DESC LIMIT 1) s ON true
    WHERE o.origin IS NOT NULL
    ORDER BY o.origin = here, o.origin
  LOOP
    SELECT * INTO last FROM gdpr_log.seal ORDER BY number DESC LIMIT 1;
    SELECT coalesce(last.number, 0) + 1, pg_catalog.clock_timestamp(), source.origin, source.snapshot,
           pg_catalog.string_agg(pg_catalog.uuid_send(d.id) || d.digest, '' ORDER BY d.id), NULL
    INTO next
    FROM gdpr_log.digests(source.origin, coalesce(pg_catalog.pg_snapshot_xmin(source.sealed), '0'::xid8)) d
    WHERE pg_catalog.pg_visible_in_snapshot(d.transaction, source.snapshot)
      AND (source.sealed IS NULL OR NOT pg_catalog.pg_visible_in_snapshot(d.transaction, source.sealed));
    IF next.entries IS NOT NULL THEN
      INSERT INTO gdpr_log.seal (number, at, origin, snapshot, entries, digest)
      VALUES (next.number, next.at, next.origin, next.snapshot, next.entries, gdpr_log.chained(last.digest, next));
    END IF;
  END LOOP;
  RETURN (SELECT gdpr_log.head(number, digest) FROM gdpr_log.seal ORDER BY number DESC LIMIT 1);
END $$;

CREATE FUNCTION gdpr_log_verify(head text DEFAULT NULL, OUT event uuid, OUT seal bigint, OUT problem text) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF head !~ '^[0-9]{1,18}(-[0-9a-f]{5}){4}$' THEN
    RAISE EXCEPTION 'this is no head of the log' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'It is what gdpr_log_seal() returned: a number and four groups of five hexadecimal digits.';
  END IF;
  -- The chain.
  RETURN QUERY
    SELECT NULL::uuid, s.number, CASE WHEN s.number <> s.expected THEN 'seals before it are missing' ELSE 'seal is changed' END
    FROM (SELECT t.number, t.digest, coalesce(pg_catalog.lag(t.number) OVER chain, 0) + 1 AS expected,
                 gdpr_log.chained(pg_catalog.lag(t.digest) OVER chain, t) AS chained
          FROM gdpr_log.seal t WINDOW chain AS (ORDER BY t.number)) s
    WHERE s.number <> s.expected OR s.digest <> s.chained OR pg_catalog.length(s.digest) <> 32;
  -- Its end: what was cut off it cannot say itself.
  IF head IS NOT NULL AND NOT EXISTS (SELECT FROM gdpr_log.seal t WHERE gdpr_log.head(t.number, t.digest) = gdpr_log_verify.head) THEN
    RETURN QUERY
      SELECT NULL::uuid, n.number, CASE WHEN EXISTS (SELECT FROM gdpr_log.seal t WHERE t.number = n.number)
                                   THEN 'seal is not the one of this head' ELSE 'seal is missing' END
      FROM (SELECT pg_catalog.split_part(head, '-', 1)::bigint) n(number);
  END IF;
  -- The events.
  RETURN QUERY
    WITH sealed AS (
      SELECT t.number, pg_catalog.encode(pg_catalog.substr(t.entries, i * 48 + 1, 16), 'hex')::uuid AS id, pg_catalog.substr(t.entries, i * 48 + 17, 32) AS digest
      FROM gdpr_log.seal t CROSS JOIN LATERAL pg_catalog.generate_series(0, pg_catalog.length(t.entries) / 48 - 1) i
    ), there AS (
      SELECT o.origin, d.id, d.transaction, d.digest
      FROM (SELECT DISTINCT e.origin FROM gdpr_log.event e) o CROSS JOIN LATERAL gdpr_log.digests(o.origin, '0'::xid8) d
    ), ends AS (
      SELECT DISTINCT ON (t.origin) t.origin, t.number, t.snapshot FROM gdpr_log.seal t ORDER BY t.origin, t.number DESC
    )
    SELECT coalesce(s.id, t.id), s.number, CASE WHEN t.id IS NULL THEN 'event is missing' WHEN s.id IS NULL THEN 'event was inserted afterwards'
                                          ELSE 'event is changed' END
    FROM sealed s
    FULL JOIN there t ON t.id = s.id
    LEFT JOIN ends ON ends.origin = t.origin
    WHERE t.id IS NULL OR t.digest <> s.digest
       OR s.id IS NULL AND pg_catalog.pg_visible_in_snapshot(t.transaction, ends.snapshot)
    ORDER BY 2, 1;
END $$;

COMMENT ON FUNCTION gdpr_log_seal() IS 'Seals the events that were committed since the last seal, and returns the head of the log: a short text to keep elsewhere (Art. 5(2) GDPR). NULL for an empty log';
COMMENT ON FUNCTION gdpr_log_verify(text) IS 'A row for each event or seal that is changed, missing or was inserted afterwards; none if the log is sound. With a head also what was cut off its end (Art. 5(2) GDPR). 22023 for what is no head';
REVOKE ALL ON FUNCTION gdpr_log_seal(), gdpr_log_verify(text) FROM PUBLIC;
