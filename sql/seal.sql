-- Sealing and verifying the log. Apart from writing it, so that nobody who writes waits for anybody.

-- The digest of an event: SHA-256 of its columns. No setting of a session makes it another. Columns that are added later belong behind the others, and only where they are not NULL.
CREATE FUNCTION gdpr_log.digest(e gdpr_log.event) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(pg_catalog.convert_to(
    ROW(e.id, e.request, e.transaction, e."session_user", e."current_user", e.call, e.subject, e.relation, e.action, e.rows, e.key_columns, e.keys, e.columns,
        e.fingerprints IS NULL, e.ground, e.registry_version, e.reason, e.origin)::pg_catalog.text, 'UTF8')
    OPERATOR(pg_catalog.||) pg_catalog.timestamptz_send(e.at) OPERATOR(pg_catalog.||) COALESCE(e.fingerprints, ''::pg_catalog.bytea))
$$;

-- The digest of a seal: of the one before it, all that it says, and its entries.
CREATE FUNCTION gdpr_log.seal_digest(before bytea, number bigint, at timestamptz, origin text, snapshot pg_snapshot, entries bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(COALESCE(before, ''::pg_catalog.bytea) OPERATOR(pg_catalog.||) pg_catalog.int8send(number)
    OPERATOR(pg_catalog.||) pg_catalog.timestamptz_send(at)
    OPERATOR(pg_catalog.||) pg_catalog.convert_to(pg_catalog.format('|%s|%s|', origin, snapshot), 'UTF8') OPERATOR(pg_catalog.||) entries)
$$;

-- The entries of a seal, unpacked. Joined to '' they are fetched once, not for each; and by OFFSET 0 they are taken apart before anything is joined to them.
CREATE FUNCTION gdpr_log.entries(entries bytea) RETURNS TABLE (id uuid, digest bytea)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
  SELECT pg_catalog.encode(pg_catalog.substr(w.entries, i OPERATOR(pg_catalog.*) 48 OPERATOR(pg_catalog.+) 1, 16), 'hex')::pg_catalog.uuid,
         pg_catalog.substr(w.entries, i OPERATOR(pg_catalog.*) 48 OPERATOR(pg_catalog.+) 17, 32)
  FROM (SELECT $1 OPERATOR(pg_catalog.||) ''::pg_catalog.bytea AS entries OFFSET 0) w
  CROSS JOIN LATERAL pg_catalog.generate_series(0, pg_catalog.length(w.entries) OPERATOR(pg_catalog./) 48 OPERATOR(pg_catalog.-) 1) i
  OFFSET 0
$$;

-- The seal is over the events that are committed now and were not when the one before was made: which these are, the two snapshots say. So it neither
-- waits for a transaction that runs, nor does one keep it from sealing what others have committed.
CREATE FUNCTION gdpr_log_seal() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text;
  now pg_snapshot;
  own bigint;
  source record;
  sealed uuid[];
  last gdpr_log.seal;
  next gdpr_log.seal;
BEGIN
  -- One at a time; whoever writes events does not come by here.
  LOCK TABLE gdpr_log.seal IN SHARE ROW EXCLUSIVE MODE;
  here := @extschema@.gdpr_log_origin();
  -- A restored database has lost seals as well. The rerun brings them back, and the chain goes on where it was; not from the middle.
  IF gdpr_log.is_restored() THEN
    RETURN (SELECT gdpr_log.head(number, digest) FROM gdpr_log.seal ORDER BY number DESC LIMIT 1);
  END IF;
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
    SELECT o.origin, coalesce(s.snapshot, '1:1:'::pg_snapshot) AS sealed
    FROM origins o
    LEFT JOIN LATERAL (SELECT seal.snapshot FROM gdpr_log.seal WHERE seal.origin = o.origin ORDER BY number DESC LIMIT 1) s ON true
    WHERE o.origin IS NOT NULL
    ORDER BY o.origin = here, o.origin
  LOOP
    -- The events of other origins came by restore or rerun, any of them at any time: their transactions' numbers say nothing here. So they are told by
    -- their ids, and the snapshot stays the last one that their own database has made.
    sealed := NULL;
    IF source.origin <> here THEN
      CONTINUE WHEN NOT EXISTS (
        SELECT FROM gdpr_log.event e WHERE e.origin = source.origin AND e.transaction >= pg_catalog.pg_snapshot_xmin(source.sealed)
          AND NOT pg_catalog.pg_visible_in_snapshot(e.transaction, source.sealed));
      SELECT pg_catalog.array_agg(x.id) INTO sealed
      FROM gdpr_log.seal s CROSS JOIN LATERAL gdpr_log.entries(s.entries) x
      WHERE s.origin = source.origin AND s.snapshot::text = source.sealed::text;
    END IF;
    SELECT * INTO last FROM gdpr_log.seal ORDER BY number DESC LIMIT 1;
    SELECT coalesce(last.number, 0) + 1, pg_catalog.clock_timestamp(), source.origin, CASE WHEN source.origin = here THEN now ELSE source.sealed END,
           pg_catalog.string_agg(pg_catalog.uuid_send(e.id) || gdpr_log.digest(e), '' ORDER BY e.id), NULL
    INTO next
    FROM gdpr_log.event e
    WHERE e.origin = source.origin AND e.transaction >= pg_catalog.pg_snapshot_xmin(source.sealed)
      AND NOT pg_catalog.pg_visible_in_snapshot(e.transaction, source.sealed)
      AND CASE WHEN source.origin = here THEN pg_catalog.pg_visible_in_snapshot(e.transaction, now) ELSE (e.id = ANY (sealed)) IS NOT TRUE END;
    IF next.entries IS NOT NULL THEN
      INSERT INTO gdpr_log.seal (number, at, origin, snapshot, entries, digest)
      VALUES (next.number, next.at, next.origin, next.snapshot, next.entries, gdpr_log.seal_digest(last.digest, next.number, next.at, next.origin, next.snapshot, next.entries));
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
                 gdpr_log.seal_digest(pg_catalog.lag(t.digest) OVER chain, t.number, t.at, t.origin, t.snapshot, t.entries) AS chained
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
      SELECT t.number, x.id, x.digest FROM gdpr_log.seal t CROSS JOIN LATERAL gdpr_log.entries(t.entries) x
    ), there AS (
      SELECT e.id, e.origin, e.transaction, gdpr_log.digest(e) AS digest FROM gdpr_log.event e
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

COMMENT ON FUNCTION gdpr_log.digest(gdpr_log.event) IS 'Internal: the digest of an event';
COMMENT ON FUNCTION gdpr_log.seal_digest(bytea, bigint, timestamptz, text, pg_snapshot, bytea) IS 'Internal: the digest of a seal';
COMMENT ON FUNCTION gdpr_log.entries(bytea) IS 'Internal: the entries of a seal, unpacked';
COMMENT ON FUNCTION gdpr_log_seal() IS 'Seals the events that were committed since the last seal, and returns the head of the log: a short text to keep elsewhere (Art. 5(2) GDPR). NULL for an empty log. A restored database seals nothing before gdpr_rerun';
COMMENT ON FUNCTION gdpr_log_verify(text) IS 'A row for each event or seal that is changed, missing or was inserted afterwards; none if the log is sound. With a head also what was cut off its end (Art. 5(2) GDPR). 22023 for what is no head';
REVOKE ALL ON FUNCTION gdpr_log_seal(), gdpr_log_verify(text), gdpr_log.digest(gdpr_log.event),
  gdpr_log.seal_digest(bytea, bigint, timestamptz, text, pg_snapshot, bytea), gdpr_log.entries(bytea) FROM PUBLIC;
