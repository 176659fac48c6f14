-- The record of processing activities (Art. 30 GDPR), from what the registry knows already.

-- A fact is a text or several.
CREATE FUNCTION gdpr_internal.fact_texts(fact jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE pg_catalog.jsonb_typeof(fact)
    WHEN 'array' THEN (SELECT nullif(pg_catalog.array_agg(item ORDER BY n), '{}') FROM pg_catalog.jsonb_array_elements_text(fact) WITH ORDINALITY u(item, n))
    WHEN 'string' THEN ARRAY[fact #>> '{}'] END
$$;

-- What stands in a Markdown document as it is.
CREATE FUNCTION gdpr_internal.markdown(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.regexp_replace(pg_catalog.regexp_replace(words, '\s+', ' ', 'g'), '([\\`*_{}\[\]<>#|~&!])', '\\\1', 'g')
$$;

CREATE FUNCTION gdpr_ropa(OUT relation regclass, OUT store text, OUT label text, OUT persons text[], OUT purpose text[], OUT legal_basis text[], OUT category text[], OUT data text[],
    OUT recipients text[], OUT transfers text[], OUT retention text[], OUT source text[], OUT automated_decisions text[], OUT erasure text, OUT measures text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH leads AS (
    -- whose rows a table holds
    SELECT DISTINCT s.relation AS subject, t.relation AS relation
    FROM @extschema@.gdpr_registry s
    CROSS JOIN LATERAL (SELECT s.relation UNION SELECT g.target FROM @extschema@.gdpr_graph(s.relation) g WHERE g.depth IS NOT NULL) t(relation)
    WHERE s.subject
  ), known AS (
    SELECT r.relation, NULL::text AS store, r.facts, r.on_erase, r.ground, coalesce(r.facts ->> 'label', r.export ->> 'label', r.relation::text) AS label, r.export
    FROM @extschema@.gdpr_registry r
    UNION ALL
    SELECT s.relation, s.name, s.facts, CASE WHEN s.erase IS NULL THEN 'keep' ELSE 'delete' END, s.ground, coalesce(s.label, s.facts ->> 'label', s.name), '{}'
    FROM @extschema@.gdpr_sources s
  ), ruled AS (
    SELECT f.relation, f."column"::text AS name, f.rule, a.attnum AS number
    FROM gdpr_internal.find_rule f
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.relation AND a.attname = f."column"
    WHERE f.rule <> 'keep'
  )
  SELECT k.relation, k.store, k.label,
         (SELECT pg_catalog.array_agg(coalesce(p.facts ->> 'label', p.export ->> 'label', p.relation::text) ORDER BY p.relation::text COLLATE "C")
          FROM @extschema@.gdpr_registry p
          WHERE p.subject AND (k.relation IS NULL OR EXISTS (SELECT FROM leads l WHERE l.subject = p.relation AND l.relation = k.relation))),
         gdpr_internal.fact_texts(k.facts -> 'purpose'), gdpr_internal.fact_texts(k.facts -> 'legal_basis'), gdpr_internal.fact_texts(k.facts -> 'category'),
         CASE WHEN k.store IS NULL THEN
           (SELECT pg_catalog.array_agg(coalesce(k.export #>> ARRAY['labels', r.name], r.name) ORDER BY r.number) FROM ruled r WHERE r.relation = k.relation) END,
         gdpr_internal.fact_texts(k.facts -> 'recipients'), gdpr_internal.fact_texts(k.facts -> 'transfers'), gdpr_internal.fact_texts(k.facts -> 'retention'),
         gdpr_internal.fact_texts(k.facts -> 'source'), gdpr_internal.fact_texts(k.facts -> 'automated_decisions'),
         CASE WHEN k.on_erase = 'keep' THEN 'kept' || coalesce(' on the ground: ' || k.ground, '')
              WHEN k.on_erase = 'anonymise' THEN 'anonymised on request' ELSE 'deleted on request' END,
         nullif(pg_catalog.array_remove(ARRAY[
           CASE WHEN k.store IS NULL THEN (SELECT 'pseudonymised on request: ' || pg_catalog.string_agg(coalesce(k.export #>> ARRAY['labels', r.name], r.name), ', ' ORDER BY r.number)
            FROM ruled r WHERE r.relation = k.relation AND r.rule IN ('hash', 'pseudonym')) END,
           CASE WHEN k.store IS NULL AND c.relrowsecurity THEN 'row security' END,
           CASE WHEN k.store IS NOT NULL THEN 'outside this database' WHEN c.relkind = 'f' THEN 'on another server' END], NULL), '{}')
  FROM known k
  LEFT JOIN pg_catalog.pg_class c ON c.oid = k.relation
  ORDER BY k.store IS NOT NULL, k.relation::text COLLATE "C", k.store COLLATE "C";
END $$;

CREATE FUNCTION gdpr_ropa_json() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  retention interval := @extschema@.gdpr_backup_retention();
BEGIN
  RETURN (
    SELECT pg_catalog.jsonb_build_object(
      'record', 'processing activities, Art. 30(1) GDPR', 'database', pg_catalog.current_database(), 'made', pg_catalog.to_char(pg_catalog.now(), 'YYYY-MM-DD'),
      'controller', pg_catalog.to_jsonb(f.controller), 'contact', pg_catalog.to_jsonb(f.contact), 'data_protection_officer', pg_catalog.to_jsonb(f.officer),
      'supervisory_authority', pg_catalog.to_jsonb(f.authority),
      'measures', pg_catalog.jsonb_build_object(
        'log', 'append-only, without personal data', 'sealed', s.sealed_at IS NOT NULL, 'mirrored', s.mirror IS NOT NULL, 'backups_kept', retention::text),
      'activities', coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(r) - 'relation' || pg_catalog.jsonb_build_object('relation', r.relation::text)))
                              FROM @extschema@.gdpr_ropa() r), '[]'))
    FROM gdpr_log.status s
    CROSS JOIN (
      SELECT pg_catalog.array_agg(DISTINCT t.value) FILTER (WHERE t.fact = 'controller') AS controller, pg_catalog.array_agg(DISTINCT t.value) FILTER (WHERE t.fact = 'contact') AS contact,
             pg_catalog.array_agg(DISTINCT t.value) FILTER (WHERE t.fact = 'data_protection_officer') AS officer,
             pg_catalog.array_agg(DISTINCT t.value) FILTER (WHERE t.fact = 'supervisory_authority') AS authority
      FROM @extschema@.gdpr_registry r
      CROSS JOIN LATERAL (SELECT e.key AS fact, u.value FROM pg_catalog.jsonb_each(r.facts) e CROSS JOIN LATERAL pg_catalog.unnest(gdpr_internal.fact_texts(e.value)) u(value)) t) f);
END $$;

CREATE FUNCTION gdpr_ropa_markdown() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  record jsonb := @extschema@.gdpr_ropa_json();
  activities text;
BEGIN
  SELECT pg_catalog.string_agg(
           E'## ' || gdpr_internal.markdown(a ->> 'label') || E'\n\n| | |\n|---|---|\n' ||
           (SELECT pg_catalog.string_agg('| ' || p.title || ' | ' || coalesce(
                     (SELECT pg_catalog.string_agg(gdpr_internal.markdown(u.item), '; ' ORDER BY u.n)
                      FROM pg_catalog.unnest(gdpr_internal.fact_texts(a -> p.name)) WITH ORDINALITY u(item, n)),
                     '*not stated*') || ' |', E'\n' ORDER BY p.n)
            FROM (VALUES (1, 'persons', 'Persons', true), (2, 'purpose', 'Purpose', true), (3, 'legal_basis', 'Legal basis', true), (4, 'category', 'Categories of data', true),
                         (5, 'data', 'Data', false), (6, 'source', 'Source', false), (7, 'recipients', 'Recipients', true), (8, 'transfers', 'Transfers to third countries', true),
                         (9, 'retention', 'Time limit for erasure', true), (10, 'erasure', 'On request', true), (11, 'automated_decisions', 'Automated decisions', false),
                         (12, 'measures', 'Measures', false), (13, 'relation', 'Table', false), (14, 'store', 'Store', false)) p(n, name, title, required)
            WHERE p.required OR a ? p.name), E'\n\n' ORDER BY n)
  INTO activities
  FROM pg_catalog.jsonb_array_elements(record -> 'activities') WITH ORDINALITY u(a, n);
  RETURN '# Record of processing activities' || E'\n\nArt. 30(1) GDPR. Database ' || gdpr_internal.markdown(record ->> 'database') || ', ' || (record ->> 'made') || E'.\n\n| | |\n|---|---|\n'
    || (SELECT pg_catalog.string_agg('| ' || p.title || ' | ' || coalesce(
                 (SELECT pg_catalog.string_agg(gdpr_internal.markdown(item), '; ') FROM pg_catalog.unnest(gdpr_internal.fact_texts(record -> p.name)) item), '*not stated*') || ' |', E'\n' ORDER BY p.n)
        FROM (VALUES (1, 'controller', 'Controller'), (2, 'contact', 'Contact'), (3, 'data_protection_officer', 'Data protection officer'),
                     (4, 'supervisory_authority', 'Supervisory authority')) p(n, name, title))
    || E'\n| Log of erasures | append-only, without personal data'
    || CASE WHEN (record #>> '{measures,sealed}')::boolean THEN ', sealed' ELSE '' END || CASE WHEN (record #>> '{measures,mirrored}')::boolean THEN ', mirrored' ELSE '' END
    || E' |\n| Backups are kept for | ' || coalesce(record #>> '{measures,backups_kept}', '*not stated*') || ' |' || coalesce(E'\n\n' || activities, '') || E'\n';
END $$;

COMMENT ON FUNCTION gdpr_ropa() IS 'The record of processing activities, a row per registered table and store outside the database (Art. 30(1) GDPR). NULL is what nobody has stated';
COMMENT ON FUNCTION gdpr_ropa_json() IS 'The record of processing activities as one document, with who is responsible (Art. 30(1) GDPR)';
COMMENT ON FUNCTION gdpr_ropa_markdown() IS 'The record of processing activities for people to read (Art. 30(3) GDPR: in writing)';
COMMENT ON FUNCTION gdpr_internal.fact_texts(jsonb) IS 'Internal: the texts of a fact';
COMMENT ON FUNCTION gdpr_internal.markdown(text) IS 'Internal: a text as it stands in Markdown';

REVOKE ALL ON FUNCTION gdpr_ropa(), gdpr_ropa_json(), gdpr_ropa_markdown(), gdpr_internal.fact_texts(jsonb), gdpr_internal.markdown(text) FROM PUBLIC;
