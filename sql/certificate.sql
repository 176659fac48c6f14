-- The certificate of a call: what was done, in words that can be handed out.

CREATE FUNCTION gdpr_certificate(request uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
#variable_conflict use_column
DECLARE
  asked uuid := gdpr_certificate.request;
  first gdpr_log.event;
  sealed gdpr_log.seal;
  retention interval := @extschema@.gdpr_backup_retention();
BEGIN
  SELECT * INTO first FROM gdpr_log.event e WHERE e.request = asked ORDER BY e.id LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the log has no such request' USING ERRCODE = 'no_data_found', HINT = 'SELECT request FROM gdpr_log.event shows what there is.';
  END IF;
  -- The first seal that was made when its transaction was over. An event that came by a rerun can be in a later one, which says nothing of transactions.
  SELECT * INTO sealed FROM gdpr_log.seal s
  WHERE s.origin = first.origin AND pg_catalog.pg_visible_in_snapshot(first.transaction, s.snapshot) ORDER BY s.number LIMIT 1;
  IF NOT FOUND AND first.origin <> @extschema@.gdpr_log_origin() THEN
    SELECT * INTO sealed FROM gdpr_log.seal s
    WHERE s.origin = first.origin AND EXISTS (SELECT FROM gdpr_log.entries(s.entries) x WHERE x.id = first.id) ORDER BY s.number LIMIT 1;
  END IF;
  RETURN pg_catalog.jsonb_build_object(
    'request', asked, 'call', first.call, 'subject', nullif(first.subject, ''), 'at', first.at, 'by', first.session_user, 'reason', first.reason,
    'registry_version', first.registry_version,
    'done', (
      SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
               'relation', d.relation, 'action', d.action, 'rows', d.rows, 'columns', nullif(d.columns, '{}'), 'ground', d.ground)) ORDER BY d.first)
      -- The columns of deleted rows only tell them from others.
      FROM (SELECT e.relation, e.action, c.columns, e.ground, pg_catalog.sum(e.rows)::bigint AS rows,
                   min(e.id::text) AS first
            FROM gdpr_log.event e CROSS JOIN LATERAL (SELECT CASE WHEN e.action <> 'deleted' THEN e.columns END) c(columns)
            WHERE e.request = asked GROUP BY e.relation, e.action, c.columns, e.ground) d),
    'seal', CASE WHEN sealed.number IS NOT NULL THEN
      pg_catalog.jsonb_build_object('head', gdpr_log.head(sealed.number, sealed.digest), 'at', sealed.at) END,
    'backups_until', (first.at + retention)::date);
END $$;

CREATE FUNCTION gdpr_certificate_text(request uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c jsonb := @extschema@.gdpr_certificate(request);
  lines text;
BEGIN
  SELECT pg_catalog.string_agg(
           pg_catalog.format('  %s %s %s%s%s', pg_catalog.rpad(d ->> 'action', 13), pg_catalog.rpad(d ->> 'relation', w.width),
             pg_catalog.lpad(d ->> 'rows', 9) || CASE d ->> 'rows' WHEN '1' THEN ' row ' ELSE ' rows' END,
             '  ' || (SELECT pg_catalog.string_agg(x, ', ') FROM pg_catalog.jsonb_array_elements_text(d -> 'columns') x),
             '  on the ground: ' || (d ->> 'ground')), E'\n' ORDER BY n)
  INTO lines
  FROM pg_catalog.jsonb_array_elements(c -> 'done') WITH ORDINALITY u(d, n)
  CROSS JOIN (SELECT max(pg_catalog.length(x ->> 'relation')) AS width FROM pg_catalog.jsonb_array_elements(c -> 'done') x) w;
  RETURN pg_catalog.concat_ws(E'\n',
    pg_catalog.format('Request %s', c ->> 'request'),
    pg_catalog.format('%s%s, %s%s', c ->> 'call', ' of ' || (c ->> 'subject'), pg_catalog.replace(pg_catalog.left(c ->> 'at', 19), 'T', ' ') || ' UTC', ', reason: ' || (c ->> 'reason')), '',
    pg_catalog.rtrim(lines), '',
    'Deleted: the rows are gone. Anonymised: constants or made-up values stand in their place. Pseudonymised: values stand there that only the secret',
    'leads back from (recital 26 GDPR). Detached: the reference to the person is gone. Kept: Art. 17(3) GDPR, on the ground that is named.', '',
    CASE WHEN c -> 'seal' = 'null' THEN 'Not sealed yet.'
         ELSE pg_catalog.format('Sealed as %s, %s.', c #>> '{seal,head}', pg_catalog.replace(pg_catalog.left(c #>> '{seal,at}', 19), 'T', ' ') || ' UTC') END,
    CASE WHEN c ->> 'backups_until' IS NULL THEN 'How long backups may still hold copies is not stated.'
         ELSE pg_catalog.format('Backups made before may still hold copies until %s.', c ->> 'backups_until') END);
END $$;

COMMENT ON FUNCTION gdpr_certificate(uuid) IS 'What was done for a request of the log: deleted, anonymised, pseudonymised, kept on which ground, when, sealed as what, and until when backups may hold copies (Art. 5(2), 12(3), 17 GDPR). No personal data. P0002 for a request that the log does not have';
COMMENT ON FUNCTION gdpr_certificate_text(uuid) IS 'gdpr_certificate as a text for people';
REVOKE ALL ON FUNCTION gdpr_certificate(uuid), gdpr_certificate_text(uuid) FROM PUBLIC;
