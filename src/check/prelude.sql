-- What all lints have in common. $1 is the document of facts.rs, $2 the relations that are asked about; NULL for all.
WITH fact AS MATERIALIZED (
  SELECT $1::jsonb AS f
), reached AS MATERIALIZED (
  -- Tables with links, and how far they are from a table of persons: depth is NULL where no walk leads.
  SELECT t.relation, t.subject, t.depth, t.registered
  FROM fact, jsonb_to_recordset(f -> 'tables') t(relation oid, subject boolean, depth integer, registered boolean)
), link AS MATERIALIZED (
  SELECT l.source, l.source_table, l.target, l.target_table, l.source_columns, l.target_columns, l.kind, l.reviewed, l.walked, l.broken, l.foreign_key, l.shared, l.shared_rows,
         s.depth IS NOT NULL AS from_person, s.subject AS from_subject,
         CASE WHEN s.depth IS NULL THEN NULL WHEN l.target_numbers IS NULL THEN l.indexed ELSE EXISTS (
           SELECT FROM pg_catalog.pg_index i
           CROSS JOIN LATERAL (SELECT (i.indkey::int2[])[0:cardinality(l.target_numbers) - 1] AS numbers) k
           WHERE i.indrelid = l.target AND i.indisvalid AND i.indnkeyatts >= cardinality(l.target_numbers)
             AND k.numbers <@ l.target_numbers AND l.target_numbers <@ k.numbers
             AND (i.indpred IS NULL OR EXISTS (SELECT FROM unnest(l.target_columns) name WHERE pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', name)))) END AS indexed
  FROM fact, jsonb_to_recordset(f -> 'links') l(source oid, source_table oid, target oid, target_table oid, source_columns text[], target_columns text[], target_numbers smallint[],
                                                indexed boolean, kind text, reviewed boolean, walked boolean, broken boolean, foreign_key text, shared text, shared_rows bigint)
  JOIN reached s ON s.relation = l.source_table
), entry AS MATERIALIZED (
  -- Every table with an entry: its own, or that of the nearest table that it inherits from.
  SELECT e.relation, e.registered, r.subject, r.rules, r.on_erase, r.ground, r.facts
  FROM fact, jsonb_to_recordset(f -> 'entries') e(relation oid, registered oid)
  JOIN @extschema@.gdpr_registry r ON r.relation = e.registered
), rule AS MATERIALIZED (
  SELECT r.relation, r.number, a.attname::text AS name, r.strategy, r.changes, r.pseudonymous, r.reason
  FROM fact, jsonb_to_recordset(f -> 'rules') r(relation oid, number smallint, strategy text, changes boolean, pseudonymous boolean, reason text)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.relation AND a.attnum = r.number
), broken AS MATERIALIZED (
  SELECT b.relation, b."column", b.problem, b.call
  FROM fact, jsonb_to_recordset(f -> 'broken') b(relation oid, "column" text, problem text, call text)
), user_table AS MATERIALIZED (
  -- Not what extensions bring along, nor partitions, which are parts of a table.
  SELECT c.oid AS relation, c.relkind AS kind, c.relname AS name
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'gdpr_log', 'gdpr_internal')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
), own_key_column AS MATERIALIZED (
  -- What becomes of it the key decides that it is a part of.
  SELECT DISTINCT k.relation, k.number, k.type
  FROM (SELECT conrelid, conkey, contype FROM pg_catalog.pg_constraint WHERE contype IN ('p', 'f')
        UNION ALL SELECT confrelid, confkey, 'r' FROM pg_catalog.pg_constraint WHERE contype = 'f') c(relation, columns, type)
  CROSS JOIN LATERAL (SELECT c.relation, number, c.type FROM pg_catalog.unnest(c.columns) number) k
), key_column AS MATERIALIZED (
  TABLE own_key_column
  UNION
  -- An heir has no keys of its parent, but its columns.
  SELECT a.attrelid, a.attnum, k.type
  FROM own_key_column k
  JOIN pg_catalog.pg_inherits i ON i.inhparent = k.relation
  JOIN pg_catalog.pg_attribute p ON p.attrelid = k.relation AND p.attnum = k.number
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhrelid AND a.attname = p.attname AND NOT a.attisdropped
), content AS MATERIALIZED (
  -- Columns that hold more than which row is meant: they want a rule.
  SELECT a.attrelid AS relation, a.attnum AS number, a.attname::text AS name, a.atttypid AS type
  FROM user_table u
  JOIN pg_catalog.pg_attribute a ON a.attrelid = u.relation AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN (SELECT relation, number, bool_or(type = 'f') AS is_reference FROM key_column GROUP BY 1, 2) k ON k.relation = a.attrelid AND k.number = a.attnum
  WHERE a.attgenerated = '' AND k.is_reference IS NOT TRUE
    AND NOT (a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) AND (a.attidentity <> '' OR k.relation IS NOT NULL))
), fresh_rules AS MATERIALIZED (
  -- What a table could be registered with.
  SELECT relation, jsonb_object_agg(name, 'auto') AS rules FROM content GROUP BY relation
), telling_name AS MATERIALIZED (
  -- Names that speak of persons, for types that can: each is looked at once. gdpr_discover looks closer.
  SELECT d.name, d.type
  FROM (SELECT DISTINCT c.name, c.type FROM content c) d
  JOIN pg_catalog.pg_type t ON t.oid = d.type
  CROSS JOIN LATERAL (SELECT lower(regexp_replace(d.name, '([a-z0-9])([A-Z])', '\1_\2', 'g'))) n(name)
  WHERE CASE
    WHEN t.typcategory IN ('S', 'U') OR t.typtype = 'd' THEN n.name ~
      '(^|_)(e?_?mail|e_?mail_?addr(ess)?|phone|phone_?(no|number)|mobile|telephone|telefon|telefax|fax|(first|fore|given|last|sur|family|middle|maiden|full|birth|nick)_?name|vorname|nachname|nom_de_famille|prenom|apellidos?|cognome|ssn|social_security(_number|_no)?|iban|passport(_no|_number)?|tax_?(id|number|no)|national_?id|id_?card(_no|_number)?|street|street_?address|strasse|address(_?(line)?_?[0-9])?|home_?address|billing_?address|shipping_?address|postal_?code|post_?code|zip_?code|plz|ip|ip_?addr(ess)?|gender|geschlecht|nationality|religion|diagnosis|date_of_birth|birth_?(date|day)|dob|geburtsdatum)$'
    WHEN t.typcategory = 'D' THEN n.name ~ '(^|_)(date_of_birth|birth_?(date|day)|dob|geburtsdatum|born(_on)?)$'
    WHEN t.typcategory = 'I' THEN true
    ELSE false END
), telling AS MATERIALIZED (
  SELECT c.relation, c.number, c.name FROM content c JOIN telling_name n ON n.name = c.name AND n.type = c.type
)
