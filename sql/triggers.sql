-- The registry checks what is written to it, tells every session, and follows what DDL does to the tables that it names.

CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_registry
  FOR EACH ROW EXECUTE FUNCTION gdpr_registry_check();
CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_links
  FOR EACH ROW EXECUTE FUNCTION gdpr_links_check();

CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_on_delete
  FOR EACH ROW EXECUTE FUNCTION gdpr_on_delete_check();

CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_sources
  FOR EACH ROW EXECUTE FUNCTION gdpr_sources_check();

CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_sources
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();
CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_on_delete
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();
CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_registry
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();
CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_links
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();

-- Every session learns that the secret is another, or that the database was restored.
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gdpr_log.secret
  FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.gdpr_registry_announce();
ALTER TABLE gdpr_log.secret ENABLE ALWAYS TRIGGER announce;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gdpr_log.database
  FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.gdpr_registry_announce();
ALTER TABLE gdpr_log.database ENABLE ALWAYS TRIGGER announce;

-- The function of a source that a name means now: NULL if there is none.
CREATE FUNCTION gdpr_function_of(name text, action text) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.to_regprocedure(name || CASE WHEN action = 'erase' THEN '(regclass, jsonb, text)' ELSE '(regclass, jsonb)' END)::oid
$$;

-- Remembers functions of sources that are not known: made behind the data of a dump, or before pg_upgrade. What is known stays so, also when it was dropped.
CREATE FUNCTION gdpr_know_functions() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH v(now) AS (SELECT pg_catalog.current_setting('server_version_num')::int / 10000)
  INSERT INTO @extschema@.gdpr_known_function AS k (source, action, function, version)
  SELECT s.name, s.action, f.now, v.now
  FROM v
  CROSS JOIN (SELECT name, 'collect' AS action, collect AS function FROM @extschema@.gdpr_sources
              UNION ALL SELECT name, 'erase', erase FROM @extschema@.gdpr_sources) s
  CROSS JOIN LATERAL (SELECT @extschema@.gdpr_function_of(s.function, s.action) AS now) f
  WHERE f.now IS NOT NULL
    AND NOT EXISTS (SELECT FROM @extschema@.gdpr_known_function k WHERE (k.source, k.action, k.version) = (s.name, s.action, v.now))
  ON CONFLICT (source, action) DO UPDATE SET function = excluded.function, version = excluded.version
$$;

-- Remembers what the names in the registry mean now.
CREATE FUNCTION gdpr_remember_names() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH used(relation) AS (
    SELECT relation::oid FROM @extschema@.gdpr_registry
    UNION SELECT source::oid FROM @extschema@.gdpr_links
    UNION SELECT target::oid FROM @extschema@.gdpr_links
    UNION SELECT relation::oid FROM @extschema@.gdpr_on_delete
    UNION SELECT relation::oid FROM @extschema@.gdpr_waivers WHERE relation IS NOT NULL
  ), gone AS (
    DELETE FROM @extschema@.gdpr_known_column k
    WHERE NOT EXISTS (SELECT FROM used JOIN pg_catalog.pg_attribute a ON a.attrelid = used.relation
                      WHERE a.attrelid = k.relation AND a.attnum = k.number AND NOT a.attisdropped)
  )
  INSERT INTO @extschema@.gdpr_known_column AS k (relation, number, name, type)
  SELECT a.attrelid, a.attnum, a.attname, a.atttypid
  FROM used JOIN pg_catalog.pg_attribute a ON a.attrelid = used.relation
  WHERE a.attnum > 0 AND NOT a.attisdropped
    -- what is known already is not even locked, so that sessions that write the registry do not wait for each other
    AND NOT EXISTS (SELECT FROM @extschema@.gdpr_known_column k
                    WHERE k.relation = a.attrelid AND k.number = a.attnum AND k.name = a.attname)
  ON CONFLICT (relation, number) DO UPDATE SET name = excluded.name;

  WITH used AS (
    SELECT source::oid AS inner_relation, 0::oid AS outer_relation, e AS expression
    FROM @extschema@.gdpr_links, pg_catalog.unnest(source_columns) e WHERE e LIKE '(%'
    UNION
    SELECT target::oid, 0::oid, e FROM @extschema@.gdpr_links, pg_catalog.unnest(target_columns) e WHERE e LIKE '(%'
    UNION
    SELECT target::oid, source::oid, condition FROM @extschema@.gdpr_links WHERE condition IS NOT NULL
    UNION
    SELECT relation::oid, 0::oid, rule ->> 'expression'
    FROM @extschema@.gdpr_registry, pg_catalog.jsonb_each(rules) e(name, rule) WHERE rule ->> 'expression' LIKE '(%'
    UNION
    SELECT relation::oid, 0::oid, export ->> 'label_expression'
    FROM @extschema@.gdpr_registry WHERE export ->> 'label_expression' LIKE '(%'
  ), gone AS (
    DELETE FROM @extschema@.gdpr_known_expression k
    WHERE k.version <> pg_catalog.current_setting('server_version_num')::int / 10000
       OR NOT EXISTS (SELECT FROM used u WHERE u.inner_relation = k.inner_relation
                      AND u.outer_relation = k.outer_relation AND u.expression = k.expression)
  )
  INSERT INTO @extschema@.gdpr_known_expression
  SELECT u.inner_relation, u.outer_relation, u.expression, t.tree,
         pg_catalog.current_setting('server_version_num')::int / 10000, t.inner_columns, t.outer_columns
  FROM used u
  CROSS JOIN LATERAL @extschema@.gdpr_expression_tree(u.expression, u.inner_relation::regclass,
                                                      nullif(u.outer_relation, 0)::regclass) t
  WHERE NOT EXISTS (SELECT FROM @extschema@.gdpr_known_expression k WHERE u.inner_relation = k.inner_relation
                    AND u.outer_relation = k.outer_relation AND u.expression = k.expression);

  SELECT @extschema@.gdpr_know_functions();
$$;

-- What the functions of a source are, when it is written.
CREATE FUNCTION gdpr_remember_functions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM @extschema@.gdpr_known_function WHERE source IN (OLD.name, NEW.name);
  INSERT INTO @extschema@.gdpr_known_function (source, action, function, version)
  SELECT NEW.name, action, @extschema@.gdpr_function_of(function, action), pg_catalog.current_setting('server_version_num')::int / 10000
  FROM (VALUES ('collect', NEW.collect), ('erase', NEW.erase)) f(action, function)
  WHERE @extschema@.gdpr_function_of(function, action) IS NOT NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER gdpr_remember AFTER INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_sources
  FOR EACH ROW EXECUTE FUNCTION gdpr_remember_functions();

CREATE FUNCTION gdpr_registry_remember() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM @extschema@.gdpr_remember_names();
  RETURN NULL;
END $$;

CREATE TRIGGER gdpr_remember AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_registry
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_remember();
CREATE TRIGGER gdpr_remember AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_links
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_remember();

CREATE TRIGGER gdpr_remember AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_on_delete
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_remember();
CREATE TRIGGER gdpr_remember AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_waivers
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_remember();

-- What DDL left open is told when the transaction ends: by then a migration may have said what a new column is.
CREATE CONSTRAINT TRIGGER gdpr_check_ddl AFTER INSERT ON @extschema@.gdpr_pending_ddl DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION gdpr_check_ddl();

-- The triggers that log what plain SQL deletes, and those of ON DELETE ANONYMISE: makes what is missing of these tables, of what inherits from them and
-- of what they reference; drops what is too much, and makes anew what has changed, of any table. What a trigger's arguments say is for people; the functions go by the registry.
-- Another trigger of the same name is an error, or where the DDL of somebody else must go on, a warning.
CREATE FUNCTION gdpr_make_triggers(tables oid[], goes_on boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change record;
BEGIN
  FOR change IN
    WITH RECURSIVE meant(relation) AS (
      SELECT pg_catalog.unnest(tables)
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN meant ON inhparent = relation
    ), also_meant(relation) AS (
      TABLE meant
      UNION SELECT confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid IN (TABLE meant)
    ), registered(relation) AS (
      SELECT relation::oid FROM @extschema@.gdpr_registry
      UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN registered ON inhparent = relation
    ), anonymised(relation, argument) AS (
      SELECT d.referenced, d.relation::text || ' (' ||
             (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY n)
              FROM pg_catalog.unnest(d.columns) WITH ORDINALITY u(name, n)) || ') ' || d.action
      FROM @extschema@.gdpr_on_delete_key d
    ), wanted(relation, name, rows, arguments, definition) AS (
      SELECT c.oid, 'gdpr_log_delete', NOT h.is_family, ''::bytea, 'CREATE TRIGGER gdpr_log_delete AFTER DELETE ON ' || c.oid::regclass::text ||
             CASE WHEN h.is_family THEN ' FOR EACH ROW' ELSE ' REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT' END ||
             ' EXECUTE FUNCTION @extschema@.gdpr_log_deleted()'
      FROM registered r
      JOIN pg_catalog.pg_class c ON c.oid = r.relation AND c.relkind IN ('r', 'p')
      -- Among the rows that a statement deletes from a table with heirs it cannot be told whose they are.
      CROSS JOIN LATERAL (SELECT c.relkind = 'r' AND NOT c.relispartition
                                 AND EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE c.oid IN (inhrelid, inhparent)) AS is_family) h
      UNION ALL
      SELECT c.oid, 'gdpr_log_truncate', false, '', 'CREATE TRIGGER gdpr_log_truncate BEFORE TRUNCATE ON ' || c.oid::regclass::text ||
             ' FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.gdpr_log_deleted()'
      FROM registered r JOIN pg_catalog.pg_class c ON c.oid = r.relation AND c.relkind = 'r'
      UNION ALL
      -- Before the foreign key's own triggers, which come in the order of names too, and with all rows at once where PostgreSQL has them.
      SELECT a.relation, 'GDPR_on_delete', c.relkind = 'r' AND NOT i.inherits, a.arguments,
             'CREATE TRIGGER "GDPR_on_delete" AFTER DELETE ON ' || c.oid::regclass::text ||
             CASE WHEN c.relkind = 'r' AND NOT i.inherits THEN ' REFERENCING OLD TABLE AS deleted' ELSE '' END ||
             ' FOR EACH ROW EXECUTE FUNCTION @extschema@.gdpr_anonymise_on_delete(' || a.literals || ')'
      FROM (SELECT relation,
                   pg_catalog.string_agg(pg_catalog.convert_to(argument, pg_catalog.getdatabaseencoding()) || '\x00'::bytea, ''::bytea
                                         ORDER BY argument),
                   pg_catalog.string_agg(pg_catalog.quote_literal(argument), ', ' ORDER BY argument)
            FROM anonymised GROUP BY relation) a(relation, arguments, literals)
      JOIN pg_catalog.pg_class c ON c.oid = a.relation
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = a.relation) AS inherits) i
    ), there(relation, name, rows, arguments, enabled) AS (
      SELECT t.tgrelid, t.tgname::text, t.tgoldtable IS NOT NULL,
             t.tgargs, t.tgenabled
      FROM pg_catalog.pg_trigger t
      WHERE t.tgparentid = 0 AND t.tgfoid IN ('@extschema@.gdpr_log_deleted()'::regprocedure,
                                              '@extschema@.gdpr_anonymise_on_delete()'::regprocedure)
    )
    SELECT coalesce(w.relation, t.relation)::regclass AS relation, coalesce(w.name, t.name) AS name, w.definition,
           t.relation IS NOT NULL AS exists,
           CASE t.enabled WHEN 'D' THEN 'DISABLE TRIGGER' WHEN 'R' THEN 'ENABLE REPLICA TRIGGER' WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER' END AS state
    FROM wanted w
    FULL JOIN there t ON t.relation = w.relation AND t.name = w.name
    WHERE (w.rows, w.arguments) IS DISTINCT FROM (t.rows, t.arguments)
      -- What somebody has dropped from another table is not made here: it would have to wait for that table.
      AND (t.relation IS NOT NULL OR w.relation IN (TABLE also_meant))
    ORDER BY 1, 2
  LOOP
    IF change.exists THEN
      EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', change.name, change.relation);
    END IF;
    IF goes_on AND EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = change.relation AND tgname = change.name) THEN
      RAISE WARNING 'trigger % of table % is not that of gdpr_ext, which cannot be made beside it', change.name, change.relation
        USING HINT = 'Give it another name, and then register the table again.';
      CONTINUE;
    END IF;
    IF change.definition IS NOT NULL THEN
      EXECUTE change.definition;
      EXECUTE pg_catalog.format('ALTER TRIGGER %I ON %s DEPENDS ON EXTENSION gdpr_ext', change.name, change.relation);
      IF change.state IS NOT NULL THEN
        EXECUTE pg_catalog.format('ALTER TABLE %s %s %I', change.relation, change.state, change.name);
      END IF;
    END IF;
  END LOOP;
END $$;

CREATE TRIGGER gdpr_triggers AFTER INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_registry
  FOR EACH ROW EXECUTE FUNCTION gdpr_registry_triggers();
CREATE TRIGGER gdpr_triggers AFTER INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_on_delete
  FOR EACH ROW EXECUTE FUNCTION gdpr_registry_triggers();

-- Also where triggers are switched off for replication: a session that is not told works with what was.
ALTER TABLE @extschema@.gdpr_registry ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_registry ENABLE ALWAYS TRIGGER gdpr_remember;
ALTER TABLE @extschema@.gdpr_links ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_links ENABLE ALWAYS TRIGGER gdpr_remember;
ALTER TABLE @extschema@.gdpr_on_delete ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_on_delete ENABLE ALWAYS TRIGGER gdpr_remember;
ALTER TABLE @extschema@.gdpr_waivers ENABLE ALWAYS TRIGGER gdpr_remember;
ALTER TABLE @extschema@.gdpr_sources ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_sources ENABLE ALWAYS TRIGGER gdpr_remember;

-- The name that a column has now which was called `name` when the registry was last looked at; for an expression, its text now.
-- What is gone, or never was, keeps its name.
CREATE FUNCTION gdpr_name_now(relation regclass, name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    CASE WHEN name LIKE '(%' THEN (
      SELECT CASE WHEN t.now LIKE '(%)' THEN t.now ELSE '(' || t.now || ')' END
      FROM @extschema@.gdpr_known_expression k
      CROSS JOIN LATERAL (SELECT @extschema@.gdpr_expression_text(k.tree, relation, NULL) AS now) t
      WHERE k.inner_relation = relation AND k.outer_relation = 0 AND k.expression = name
        AND k.version = pg_catalog.current_setting('server_version_num')::int / 10000)
    END,
    (SELECT a.attname::text
     FROM @extschema@.gdpr_known_column k
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relation AND a.attnum = k.number AND NOT a.attisdropped
     WHERE k.relation = gdpr_name_now.relation AND k.name = gdpr_name_now.name),
    name)
$$;

CREATE FUNCTION gdpr_names_now(relation regclass, names text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN names IS NOT NULL THEN
    (SELECT coalesce(pg_catalog.array_agg(@extschema@.gdpr_name_now(relation, n) ORDER BY position), '{}')
     FROM pg_catalog.unnest(names) WITH ORDINALITY u(n, position)) END
$$;

-- The same for the keys of an object, or the elements of an array.
CREATE FUNCTION gdpr_names_now(relation regclass, names jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE pg_catalog.jsonb_typeof(names)
    WHEN 'object' THEN (SELECT coalesce(pg_catalog.jsonb_object_agg(@extschema@.gdpr_name_now(relation, k), v), '{}')
                        FROM pg_catalog.jsonb_each(names) e(k, v))
    WHEN 'array' THEN (SELECT coalesce(pg_catalog.jsonb_agg(@extschema@.gdpr_name_now(relation, n) ORDER BY position), '[]')
                       FROM pg_catalog.jsonb_array_elements_text(names) WITH ORDINALITY u(n, position))
    ELSE names END
$$;

-- The same for search words: what stands behind a column stays. What is a column's name by itself is that column.
CREATE FUNCTION gdpr_search_now(relation regclass, words text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(pg_catalog.array_agg(
           CASE WHEN way IS NULL OR EXISTS (SELECT FROM @extschema@.gdpr_known_column k WHERE k.relation = gdpr_search_now.relation AND k.name = word)
             THEN @extschema@.gdpr_name_now(relation, word)
             ELSE @extschema@.gdpr_name_now(relation, way[1]) || way[2] END ORDER BY position), '{}')
  FROM pg_catalog.unnest(words) WITH ORDINALITY u(word, position)
  CROSS JOIN LATERAL pg_catalog.regexp_match(word, '^(.*\S)(\s+(?:exact|prefix|contains)\s*)$') way
$$;

-- The same for rules: the columns that they are for, and their expressions.
CREATE FUNCTION gdpr_rules_now(relation regclass, rules jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(pg_catalog.jsonb_object_agg(@extschema@.gdpr_name_now(relation, name),
           CASE WHEN rule ->> 'expression' LIKE '(%' THEN
             pg_catalog.jsonb_set(rule, '{expression}', pg_catalog.to_jsonb(@extschema@.gdpr_name_now(relation, rule ->> 'expression')))
           WHEN pg_catalog.jsonb_typeof(rule) OPERATOR(pg_catalog.=) 'object' AND rule ? 'of' THEN
             pg_catalog.jsonb_set(rule, '{of}', pg_catalog.to_jsonb(@extschema@.gdpr_name_now(relation, rule ->> 'of')))
           ELSE rule END), '{}')
  FROM pg_catalog.jsonb_each(rules) e(name, rule)
$$;

CREATE FUNCTION gdpr_condition_now(source regclass, target regclass, condition text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT @extschema@.gdpr_expression_text(k.tree, target, source)
     FROM @extschema@.gdpr_known_expression k
     WHERE k.inner_relation = target AND k.outer_relation = source AND k.expression = condition
       AND k.version = pg_catalog.current_setting('server_version_num')::int / 10000),
    condition)
$$;

-- The name that a function of a source has now.
CREATE FUNCTION gdpr_function_now(source text, action text, name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT pg_catalog.format('%I.%I', n.nspname, p.proname)
     FROM @extschema@.gdpr_known_function k
     JOIN pg_catalog.pg_proc p ON p.oid = k.function
     JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE name IS NOT NULL AND k.source = gdpr_function_now.source AND k.action = gdpr_function_now.action
       AND k.version = pg_catalog.current_setting('server_version_num')::int / 10000),
    name)
$$;

-- After DDL: follows renames of columns, and of whatever expressions speak of. Tables and schemas are known by oid and need no following.
-- An entry that is broken already stays as it is: it must not stand in the way of DDL.
CREATE FUNCTION gdpr_follow_renames() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  entries jsonb;
  links jsonb;
  deletes jsonb;
  sources jsonb;
  waivers jsonb;
  now record;
BEGIN
  -- Printing an expression takes locks on its tables, and two sessions that alter one each would wait for each other: so nothing is
  -- printed unless something has another name.
  IF TG_TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER VIEW') AND NOT EXISTS (
    SELECT FROM @extschema@.gdpr_known_column k
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relation AND a.attnum = k.number AND NOT a.attisdropped
    WHERE a.attname <> k.name)
  THEN
    RETURN;
  END IF;
  -- Both are looked at before either is written, since writing makes the names of now the remembered ones.
  SELECT pg_catalog.jsonb_agg(n) INTO entries
  FROM @extschema@.gdpr_registry r
  CROSS JOIN LATERAL (
    SELECT relation::oid AS relation, @extschema@.gdpr_rules_now(relation, rules) AS rules,
           @extschema@.gdpr_search_now(relation, search) AS search, @extschema@.gdpr_names_now(relation, key) AS key,
           @extschema@.gdpr_name_now(relation, created) AS created,
           export || (SELECT coalesce(pg_catalog.jsonb_object_agg(part, @extschema@.gdpr_names_now(relation, export -> part)), '{}')
                      FROM pg_catalog.unnest('{include,exclude,order,labels,derived,disclose}'::text[]) part WHERE export ? part)
           || CASE WHEN export ? 'label_expression'
                THEN pg_catalog.jsonb_build_object('label_expression', @extschema@.gdpr_name_now(relation, export ->> 'label_expression'))
                ELSE '{}' END AS export) n
  WHERE (r.rules, r.search, r.key, r.created, r.export) IS DISTINCT FROM (n.rules, n.search, n.key, n.created, n.export);
  SELECT pg_catalog.jsonb_agg(n) INTO links
  FROM @extschema@.gdpr_links l
  CROSS JOIN LATERAL (
    SELECT l.ctid AS place, source::oid AS source, target::oid AS target,
           @extschema@.gdpr_names_now(source, source_columns) AS source_columns,
           @extschema@.gdpr_names_now(target, target_columns) AS target_columns,
           @extschema@.gdpr_condition_now(source, target, condition) AS condition) n
  WHERE (l.source_columns, l.target_columns, l.condition) IS DISTINCT FROM (n.source_columns, n.target_columns, n.condition);
  SELECT pg_catalog.jsonb_agg(n) INTO deletes
  FROM @extschema@.gdpr_on_delete d
  CROSS JOIN LATERAL (SELECT d.ctid AS place, relation::oid AS relation, @extschema@.gdpr_names_now(relation, columns) AS columns) n
  WHERE d.columns IS DISTINCT FROM n.columns;
  SELECT pg_catalog.jsonb_agg(n) INTO sources
  FROM @extschema@.gdpr_sources s
  CROSS JOIN LATERAL (SELECT s.name, @extschema@.gdpr_function_now(s.name, 'collect', s.collect) AS collect,
                             @extschema@.gdpr_function_now(s.name, 'erase', s.erase) AS erase) n
  WHERE (s.collect, s.erase) IS DISTINCT FROM (n.collect, n.erase);
  -- Several columns stand there as gdpr_check lists them.
  SELECT pg_catalog.jsonb_agg(n) INTO waivers
  FROM @extschema@.gdpr_waivers w
  CROSS JOIN LATERAL (SELECT w.ctid AS place, CASE WHEN w."column" LIKE '(%' THEN w."column" ELSE
    (SELECT pg_catalog.string_agg(@extschema@.gdpr_name_now(w.relation, part), ', ' ORDER BY position)
     FROM pg_catalog.unnest(pg_catalog.string_to_array(w."column", ', ')) WITH ORDINALITY u(part, position)) END AS "column") n
  WHERE w."column" <> n."column";

  UPDATE @extschema@.gdpr_waivers w SET "column" = n."column"
  FROM pg_catalog.jsonb_to_recordset(waivers) n(place tid, "column" text) WHERE w.ctid = n.place;
  FOR now IN
    SELECT * FROM pg_catalog.jsonb_to_recordset(entries) e(relation oid, rules jsonb, search text[], key text[], created text, export jsonb)
  LOOP
    BEGIN
      UPDATE @extschema@.gdpr_registry r
      SET rules = now.rules, search = now.search, key = now.key, created = now.created, export = now.export
      WHERE r.relation = now.relation;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'the registry''s entry of % does not fit the table any more', now.relation::regclass;
    END;
  END LOOP;
  FOR now IN
    SELECT * FROM pg_catalog.jsonb_to_recordset(links)
      e(place tid, source oid, target oid, source_columns text[], target_columns text[], condition text)
  LOOP
    BEGIN
      UPDATE @extschema@.gdpr_links l
      SET source_columns = now.source_columns, target_columns = now.target_columns, condition = now.condition
      WHERE l.ctid = now.place;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'the link from % to % does not fit the tables any more', now.source::regclass, now.target::regclass;
    END;
  END LOOP;
  FOR now IN
    SELECT * FROM pg_catalog.jsonb_to_recordset(deletes) e(place tid, relation oid, columns text[])
  LOOP
    BEGIN
      UPDATE @extschema@.gdpr_on_delete d SET columns = now.columns WHERE d.ctid = now.place;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'ON DELETE ANONYMISE of % does not fit the table any more', now.relation::regclass;
    END;
  END LOOP;
  FOR now IN
    SELECT * FROM pg_catalog.jsonb_to_recordset(sources) e(name text, collect text, erase text)
  LOOP
    BEGIN
      UPDATE @extschema@.gdpr_sources s SET collect = now.collect, erase = now.erase WHERE s.name = now.name;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'source "%" does not fit its functions any more', now.name;
    END;
  END LOOP;
  PERFORM @extschema@.gdpr_remember_names();
END $$;

-- In CREATE FUNCTION: what a source has been waiting for since a restore.
CREATE FUNCTION gdpr_follow_functions() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM @extschema@.gdpr_know_functions();
END $$;

-- In DROP: the entry goes with its table; a column that a link or rule needs is named, or kept.
CREATE FUNCTION gdpr_follow_drops() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  dropped record;
  needed text;
BEGIN
  -- DROP EXTENSION gdpr_ext comes by here too.
  IF pg_catalog.to_regclass('@extschema@.gdpr_links') IS NULL
     OR pg_catalog.to_regclass('@extschema@.gdpr_registry') IS NULL OR pg_catalog.to_regclass('@extschema@.gdpr_on_delete') IS NULL
     OR pg_catalog.to_regclass('@extschema@.gdpr_sources') IS NULL OR pg_catalog.to_regclass('@extschema@.gdpr_known_function') IS NULL
     OR pg_catalog.to_regclass('@extschema@.gdpr_waivers') IS NULL OR pg_catalog.to_regclass('gdpr_log.anonymised') IS NULL THEN
    RETURN;
  END IF;
  FOR dropped IN
    SELECT objid, objsubid, object_type, address_names
    FROM pg_catalog.pg_event_trigger_dropped_objects()
    WHERE object_type IN ('table', 'foreign table', 'view', 'materialized view', 'table column', 'foreign table column', 'table constraint', 'function')
  LOOP
    IF dropped.object_type = 'function' THEN
      FOR needed IN
        SELECT k.source FROM @extschema@.gdpr_known_function k
        WHERE k.function = dropped.objid AND k.version = pg_catalog.current_setting('server_version_num')::int / 10000
          -- A source goes with its table.
          AND NOT EXISTS (SELECT FROM @extschema@.gdpr_sources s
                          JOIN pg_catalog.pg_event_trigger_dropped_objects() d ON d.classid = 'pg_class'::regclass AND d.objid = s.relation
                          WHERE s.name = k.source)
      LOOP
        IF @extschema@.gdpr_strict_ddl() THEN
          RAISE EXCEPTION 'function %.% is needed by source "%"', dropped.address_names[1], dropped.address_names[2], needed
            USING ERRCODE = 'dependent_objects_still_exist',
                  HINT = 'Register another with gdpr_register_source, or take the source out with gdpr_unregister_source, first.';
        END IF;
        RAISE WARNING 'function %.% was needed by source "%"', dropped.address_names[1], dropped.address_names[2], needed
          USING HINT = 'Register another with gdpr_register_source, or take the source out with gdpr_unregister_source: until then its use is an error.';
      END LOOP;
      CONTINUE;
    END IF;
    IF dropped.object_type = 'table constraint' THEN
      FOR needed IN
        SELECT pg_catalog.format('%s (%s)', d.relation::text, pg_catalog.array_to_string(d.columns, ', '))
        FROM @extschema@.gdpr_on_delete d
        WHERE d.relation = pg_catalog.to_regclass(pg_catalog.format('%I.%I', dropped.address_names[1], dropped.address_names[2]))
          AND NOT EXISTS (SELECT FROM @extschema@.gdpr_on_delete_key k WHERE k.relation = d.relation AND k.columns = d.columns)
      LOOP
        RAISE WARNING 'ON DELETE ANONYMISE of % has no foreign key any more', needed
          USING HINT = 'It holds again when there is one over the same columns; gdpr_on_delete_drop takes it back.';
      END LOOP;
      CONTINUE;
    END IF;
    IF dropped.objsubid = 0 THEN
      -- A DELETE of nothing would still have every session read the registry anew.
      IF EXISTS (SELECT FROM @extschema@.gdpr_links WHERE dropped.objid IN (source, target)) THEN
        DELETE FROM @extschema@.gdpr_links WHERE dropped.objid IN (source, target);
      END IF;
      IF EXISTS (SELECT FROM @extschema@.gdpr_on_delete WHERE relation = dropped.objid) THEN
        DELETE FROM @extschema@.gdpr_on_delete WHERE relation = dropped.objid;
      END IF;
      IF EXISTS (SELECT FROM @extschema@.gdpr_sources WHERE relation = dropped.objid) THEN
        DELETE FROM @extschema@.gdpr_sources WHERE relation = dropped.objid;
      END IF;
      IF EXISTS (SELECT FROM @extschema@.gdpr_registry WHERE relation = dropped.objid) THEN
        DELETE FROM @extschema@.gdpr_registry WHERE relation = dropped.objid;
      END IF;
      IF EXISTS (SELECT FROM @extschema@.gdpr_waivers WHERE relation = dropped.objid) THEN
        DELETE FROM @extschema@.gdpr_waivers WHERE relation = dropped.objid;
      END IF;
      DELETE FROM gdpr_log.anonymised WHERE relation = dropped.objid;
      CONTINUE;
    END IF;
    SELECT pg_catalog.string_agg(entry, ', ' ORDER BY entry) INTO needed FROM (
      SELECT 'the registry''s entry of ' || relation::text AS entry
      FROM @extschema@.gdpr_registry
      WHERE relation = dropped.objid
        AND (rules ? dropped.address_names[3] OR dropped.address_names[3] = ANY (search || coalesce(key, '{}') || created)
             OR EXISTS (SELECT FROM pg_catalog.unnest(search) word
                        WHERE pg_catalog.regexp_replace(word, '\s+(exact|prefix|contains)\s*$', '') = dropped.address_names[3])
             OR EXISTS (SELECT FROM pg_catalog.unnest('{include,exclude,order,labels,derived,disclose}'::text[]) part
                        WHERE export -> part ? dropped.address_names[3])
             OR EXISTS (SELECT FROM @extschema@.gdpr_known_expression k,
                               (SELECT rule ->> 'expression' FROM pg_catalog.jsonb_each(rules) e(name, rule)
                                UNION ALL SELECT export ->> 'label_expression') e(expression)
                        WHERE k.inner_relation = dropped.objid AND k.outer_relation = 0 AND k.expression = e.expression
                          AND dropped.objsubid = ANY (k.inner_columns)))
      UNION ALL
      SELECT pg_catalog.format('link %s -> %s', source::text, target::text)
      FROM @extschema@.gdpr_links l
      WHERE source = dropped.objid AND dropped.address_names[3] = ANY (source_columns)
         OR target = dropped.objid AND dropped.address_names[3] = ANY (target_columns)
         OR EXISTS (
           SELECT FROM @extschema@.gdpr_known_expression k
           WHERE (k.inner_relation = dropped.objid AND dropped.objsubid = ANY (k.inner_columns)
                  OR k.outer_relation = dropped.objid AND dropped.objsubid = ANY (k.outer_columns))
             AND (k.outer_relation = 0 AND k.expression = ANY (l.source_columns || l.target_columns)
                  OR k.outer_relation = l.source AND k.inner_relation = l.target AND k.expression = l.condition))
      UNION ALL
      SELECT pg_catalog.format('ON DELETE ANONYMISE of %s', relation::text)
      FROM @extschema@.gdpr_on_delete WHERE relation = dropped.objid AND dropped.address_names[3] = ANY (columns)
    ) entries;
    CONTINUE WHEN needed IS NULL;
    IF @extschema@.gdpr_strict_ddl() THEN
      RAISE EXCEPTION 'column % of table %.% is needed by %', dropped.address_names[3], dropped.address_names[1],
                      dropped.address_names[2], needed
        USING ERRCODE = 'dependent_objects_still_exist',
              HINT = 'Change the rule with gdpr_register, or take the link back with gdpr_unlink, or ON DELETE ANONYMISE with gdpr_on_delete_drop, first.';
    END IF;
    RAISE WARNING 'column % of table %.% was needed by %', dropped.address_names[3], dropped.address_names[1],
                  dropped.address_names[2], needed
      USING HINT = 'Change the rule with gdpr_register, or take the link back with gdpr_unlink, or ON DELETE ANONYMISE with gdpr_on_delete_drop: until then its use is an error.';
  END LOOP;
END $$;

CREATE EVENT TRIGGER gdpr_follow_renames ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER TYPE', 'ALTER DOMAIN',
               'ALTER OPERATOR', 'ALTER COLLATION', 'ALTER SCHEMA', 'ALTER VIEW')
  EXECUTE FUNCTION gdpr_follow_renames();
CREATE EVENT TRIGGER gdpr_follow_tables ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'ALTER SCHEMA')
  EXECUTE FUNCTION gdpr_follow_tables();
CREATE EVENT TRIGGER gdpr_note_tables ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'CREATE FOREIGN TABLE', 'ALTER TABLE', 'ALTER FOREIGN TABLE')
  EXECUTE FUNCTION gdpr_note_tables();
CREATE EVENT TRIGGER gdpr_follow_functions ON ddl_command_end
  WHEN TAG IN ('CREATE FUNCTION')
  EXECUTE FUNCTION gdpr_follow_functions();
CREATE EVENT TRIGGER gdpr_follow_drops ON sql_drop
  EXECUTE FUNCTION gdpr_follow_drops();

-- Masking functions that SQL says better.

CREATE FUNCTION gdpr_noise(value date, span interval DEFAULT '30 days') RETURNS date
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT value OPERATOR(pg_catalog.+) gdpr_internal.distance((EXTRACT(epoch FROM span) OPERATOR(pg_catalog./) 86400)::bigint)::integer
$$;

CREATE FUNCTION gdpr_noise(value timestamp, span interval DEFAULT '30 days') RETURNS timestamp
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT value OPERATOR(pg_catalog.+) (gdpr_internal.distance((EXTRACT(epoch FROM span) OPERATOR(pg_catalog.*) 1000000)::bigint)
                                     OPERATOR(pg_catalog.*) '1 microsecond'::interval)
$$;

CREATE FUNCTION gdpr_noise(value timestamptz, span interval DEFAULT '30 days') RETURNS timestamptz
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT value OPERATOR(pg_catalog.+) (gdpr_internal.distance((EXTRACT(epoch FROM span) OPERATOR(pg_catalog.*) 1000000)::bigint)
                                     OPERATOR(pg_catalog.*) '1 microsecond'::interval)
$$;

CREATE FUNCTION gdpr_generalise(value date, "to" text DEFAULT 'year') RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.date_trunc("to", value::timestamp)::date
$$;

CREATE FUNCTION gdpr_generalise(value timestamp, "to" text DEFAULT 'year') RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.date_trunc("to", value)
$$;

CREATE FUNCTION gdpr_generalise(value timestamptz, "to" text DEFAULT 'year') RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.timezone('UTC', pg_catalog.date_trunc("to", pg_catalog.timezone('UTC', value)))
$$;

CREATE FUNCTION gdpr_generalise(value numeric, step numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT (step OPERATOR(pg_catalog.>) 0 AND step OPERATOR(pg_catalog.<) 'Infinity') THEN
    RAISE EXCEPTION 'step must be a number above 0' USING ERRCODE = 'invalid_parameter_value', HINT = '10 makes 167 160.';
  END IF;
  RETURN pg_catalog.floor(value OPERATOR(pg_catalog./) step) OPERATOR(pg_catalog.*) step;
END $$;

COMMENT ON FUNCTION gdpr_erase(regclass, anyelement) IS 'Erases a person, or an array of them: each table by its on_erase, all or nothing. Rows deleted, anonymised, detached and kept, per table (Art. 17 GDPR). 23503, 27000, 42501, 55000 and what gdpr_lock raises';
COMMENT ON FUNCTION gdpr_erase(regclass, text) IS 'Erases a person whose id is given as text or jsonb (Art. 17 GDPR)';
COMMENT ON FUNCTION gdpr_delete(regclass, anyelement) IS 'Deletes a person, or an array of them, with all rows that are theirs alone; keep still keeps (Art. 17 GDPR). Raises what gdpr_erase raises';
COMMENT ON FUNCTION gdpr_delete(regclass, text) IS 'Deletes a person whose id is given as text or jsonb (Art. 17 GDPR)';
COMMENT ON FUNCTION gdpr_on_delete(regclass, text[], text) IS 'ON DELETE ANONYMISE for the foreign key of these columns: when the row that it references is deleted, by whatever client, the referencing rows are anonymised and the key is SET NULL or SET DEFAULT (Art. 17 GDPR). 22023, 23502, 42501, 42704, 55000';
COMMENT ON FUNCTION gdpr_on_delete_drop(regclass, text[]) IS 'Takes ON DELETE ANONYMISE back. Needs ownership of the table (42501); 42704 if it was not declared';
COMMENT ON FUNCTION gdpr_import_anon() IS 'Registers rules from the security labels of PostgreSQL Anonymizer: a row for each labelled column, with the rule it became or the problem. Only tables of the caller';
COMMENT ON FUNCTION gdpr_remember_names() IS 'Internal: remembers what the names in the registry mean';
COMMENT ON FUNCTION gdpr_registry_remember() IS 'Internal: trigger of the registry''s tables';
COMMENT ON FUNCTION gdpr_registry_check() IS 'Internal: trigger of gdpr_registry';
COMMENT ON FUNCTION gdpr_backup_retention() IS 'Internal: the setting gdpr_ext.backup_retention';
COMMENT ON FUNCTION gdpr_secret_check() IS 'Internal: by which two databases know that they have the same secret';
COMMENT ON FUNCTION gdpr_log_origin() IS 'Internal: where events are written now';
COMMENT ON FUNCTION gdpr_on_delete_check() IS 'Internal: trigger of gdpr_on_delete';
COMMENT ON FUNCTION gdpr_registry_triggers() IS 'Internal: trigger of gdpr_registry and gdpr_on_delete';
COMMENT ON FUNCTION gdpr_make_triggers(oid[], boolean) IS 'Internal: makes the triggers of registered tables';
COMMENT ON FUNCTION gdpr_follow_tables() IS 'Internal: event trigger that makes triggers of new partitions and heirs';
COMMENT ON FUNCTION gdpr_log_deleted() IS 'Internal: trigger of registered tables, which logs what plain SQL deletes';
COMMENT ON FUNCTION gdpr_anonymise_on_delete() IS 'Internal: trigger of tables that are referenced ON DELETE ANONYMISE';
COMMENT ON FUNCTION gdpr_links_check() IS 'Internal: trigger of gdpr_links';
COMMENT ON FUNCTION gdpr_registry_announce() IS 'Internal: trigger of the registry''s tables';
COMMENT ON FUNCTION gdpr_name_now(regclass, text) IS 'Internal: the name that a column has now';
COMMENT ON FUNCTION gdpr_names_now(regclass, text[]) IS 'Internal: the names that columns have now';
COMMENT ON FUNCTION gdpr_names_now(regclass, jsonb) IS 'Internal: the names that columns have now';
COMMENT ON FUNCTION gdpr_search_now(regclass, text[]) IS 'Internal: search words with the names that columns have now';
COMMENT ON FUNCTION gdpr_condition_now(regclass, regclass, text) IS 'Internal: a link''s condition with the names of now';
COMMENT ON FUNCTION gdpr_strict_ddl() IS 'Internal: the setting gdpr_ext.strict_ddl';
COMMENT ON FUNCTION gdpr_follow_renames() IS 'Internal: event trigger that follows renames';
COMMENT ON FUNCTION gdpr_follow_drops() IS 'Internal: event trigger that follows drops';
COMMENT ON FUNCTION gdpr_expression_tree(text, regclass, regclass) IS 'Internal: the parse tree of a declared expression';
COMMENT ON FUNCTION gdpr_expression_text(text, regclass, regclass) IS 'Internal: the text of such a parse tree';

COMMENT ON FUNCTION gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[], jsonb, text) IS
  'Registers a table as holding personal data, or changes what is given of its entry (Art. 30 GDPR). Needs ownership of the table (42501)';
COMMENT ON FUNCTION gdpr_register_source(text, regproc, regproc, regclass, text, jsonb, text) IS
  'Registers a store outside the database: its functions that collect (Art. 15 GDPR) and erase (Art. 17). Needs ownership of the functions, and of the table or the extension (42501)';
COMMENT ON FUNCTION gdpr_unregister_source(text) IS
  'Takes a store outside the database out of the registry. Needs ownership of its table or of the extension (42501); 42704 if there is none';
COMMENT ON FUNCTION gdpr_sources_check() IS 'Internal: trigger of gdpr_sources';
COMMENT ON FUNCTION gdpr_remember_functions() IS 'Internal: trigger of gdpr_sources';
COMMENT ON FUNCTION gdpr_know_functions() IS 'Internal: remembers functions of sources that are not known';
COMMENT ON FUNCTION gdpr_follow_functions() IS 'Internal: event trigger that knows functions made behind the data of a dump';
COMMENT ON FUNCTION gdpr_function_of(text, text) IS 'Internal: the function that a name means';
COMMENT ON FUNCTION gdpr_function_now(text, text, text) IS 'Internal: the name that a function has now';
COMMENT ON FUNCTION gdpr_unregister(regclass) IS 'Takes a table out of the registry. Needs ownership of the table (42501)';
COMMENT ON FUNCTION gdpr_link(regclass, text[], regclass, text[], text, text) IS
  'Declares a link from rows of one table to rows of another, or what a foreign key means: owner, accessor, context, ignore. Needs ownership of both tables (42501)';
COMMENT ON FUNCTION gdpr_unlink(regclass, text[], regclass, text[]) IS 'Takes a declared link back. Needs ownership of both tables (42501)';
COMMENT ON FUNCTION gdpr_collect(regclass, anyelement) IS
  'Every row held about a person, once, with the link that led to it (Art. 15 GDPR). Needs SELECT on every table read (42501)';
COMMENT ON FUNCTION gdpr_collect(regclass, text) IS
  'Every row held about a person, once, with the link that led to it (Art. 15 GDPR). Needs SELECT on every table read (42501)';
COMMENT ON FUNCTION gdpr_search(text) IS
  'The rows that hold a term in a registered search column, and the persons whose they are: where a request by a person begins (Art. 15 to 17 GDPR). Needs SELECT on every table read (42501); 22004 and 22023 for no term, 42703 and 42883 for what is gone';
COMMENT ON FUNCTION gdpr_graph(regclass) IS 'The links that a walk from a table may take, and what each means';
COMMENT ON FUNCTION gdpr_graph_mermaid(regclass) IS 'gdpr_graph as a Mermaid flowchart';
COMMENT ON FUNCTION gdpr_lock(regclass, anyelement) IS
  'Locks a person''s rows as an action would, until the transaction ends; 55000 while rows are unreviewed, 25001 outside READ COMMITTED';
COMMENT ON FUNCTION gdpr_lock(regclass, text) IS
  'Locks a person''s rows as an action would, until the transaction ends; 55000 while rows are unreviewed, 25001 outside READ COMMITTED';
COMMENT ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean) IS
  'Applies the registered rules to all rows of a person (Art. 17 GDPR). Needs SELECT and UPDATE on every table touched (42501); 55000 for rows that nobody has reviewed or registered';
COMMENT ON FUNCTION gdpr_anonymise(regclass, text, boolean, boolean) IS
  'Applies the registered rules to all rows of a person (Art. 17 GDPR). Needs SELECT and UPDATE on every table touched (42501); 55000 for rows that nobody has reviewed or registered';
COMMENT ON FUNCTION gdpr_preview(text, regclass, anyelement, boolean, boolean) IS
  'The rows that an action would return, from the same plan; changes nothing and locks nothing';
COMMENT ON FUNCTION gdpr_preview(text, regclass, text, boolean, boolean) IS
  'The rows that an action would return, from the same plan; changes nothing and locks nothing';
COMMENT ON FUNCTION gdpr_is_anonymised(regclass, anyelement) IS
  'Whether a person''s own row was anonymised and nothing personal has been written to it since';
COMMENT ON FUNCTION gdpr_is_anonymised(regclass, text) IS
  'Whether a person''s own row was anonymised and nothing personal has been written to it since';
COMMENT ON FUNCTION gdpr_hash(text, integer) IS
  'Hex digits of a value''s HMAC-SHA256 under the secret: equal values stay equal (pseudonymised, recital 26 GDPR). 22023 for a length not within 1 to 64';
COMMENT ON FUNCTION gdpr_pseudonym(text, text, text) IS
  'A made-up value that is always the same for the same value under the secret (pseudonymised, recital 26 GDPR). 22023 for an unknown kind or locale';
COMMENT ON FUNCTION gdpr_partial(text, integer, integer, text) IS
  'The value with only its first and last characters left, the others masked. 22023 for a negative number or a mask that is not one character';
COMMENT ON FUNCTION gdpr_email(text) IS 'A random address of nobody, in a domain that RFC 2606 reserves. 22023 for another domain';
COMMENT ON FUNCTION gdpr_random_text(integer) IS 'Random lower-case letters and digits. 22023 for a length not within 1 to 1,000,000';
COMMENT ON FUNCTION gdpr_noise(bigint, double precision) IS 'A number near the value, never the value itself. 22023 for a ratio that is not more than 0';
COMMENT ON FUNCTION gdpr_noise(numeric, double precision) IS 'A number near the value, never the value itself. 22023 for a ratio that is not more than 0';
COMMENT ON FUNCTION gdpr_noise(double precision, double precision) IS
  'A number near the value, never the value itself. 22023 for a ratio that is not more than 0';
COMMENT ON FUNCTION gdpr_noise(date, interval) IS 'A date near the value, never the value itself';
COMMENT ON FUNCTION gdpr_noise(timestamp, interval) IS 'A time near the value, never the value itself';
COMMENT ON FUNCTION gdpr_noise(timestamptz, interval) IS 'A time near the value, never the value itself';
COMMENT ON FUNCTION gdpr_generalise(date, text) IS 'The first day of the value''s month, quarter, year, decade or century. 22023 for an unknown unit';
COMMENT ON FUNCTION gdpr_generalise(timestamp, text) IS 'The beginning of the value''s hour, day, month, year, ... 22023 for an unknown unit';
COMMENT ON FUNCTION gdpr_generalise(timestamptz, text) IS 'The beginning of the value''s hour, day, month, year, ... in UTC. 22023 for an unknown unit';
COMMENT ON FUNCTION gdpr_generalise(integer, integer) IS 'The step that the number stands on: the greatest multiple of step that is not above it. 22023 for a step that is not above 0';
COMMENT ON FUNCTION gdpr_generalise(bigint, bigint) IS 'The step that the number stands on: the greatest multiple of step that is not above it. 22023 for a step that is not above 0';
COMMENT ON FUNCTION gdpr_generalise(double precision, double precision) IS 'The step that the number stands on: the greatest multiple of step that is not above it. 22023 for a step that is not above 0';
COMMENT ON FUNCTION gdpr_generalise(numeric, numeric) IS 'The step that the number stands on: the greatest multiple of step that is not above it. 22023 for a step that is not above 0';
COMMENT ON FUNCTION gdpr_fake_name(text) IS 'A made-up name, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_first_name(text) IS 'A made-up first name, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_last_name(text) IS 'A made-up last name, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_email(text) IS 'A made-up email, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_phone(text) IS 'A made-up phone, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_company(text) IS 'A made-up company, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_street(text) IS 'A made-up street, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_city(text) IS 'A made-up city, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_postcode(text) IS 'A made-up postcode, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_country(text) IS 'A made-up country, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_iban(text) IS 'A made-up iban, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_ip(text) IS 'A made-up ip, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_url(text) IS 'A made-up url, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_user_name(text) IS 'A made-up user name, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_fake_text(text) IS 'A made-up text, another one each time. 22023 for an unknown locale';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, text, text) IS 'Internal: a text by a rule';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, bigint, text) IS 'Internal: a whole number by a rule';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, double precision, text) IS 'Internal: a number by a rule';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, uuid, text) IS 'Internal: a uuid by a rule';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, bytea, text) IS 'Internal: bytes by a rule';
COMMENT ON FUNCTION gdpr_internal.masked(bigint, jsonb, text) IS 'Internal: a document by a rule';
COMMENT ON FUNCTION gdpr_internal.marks(bigint, "any") IS 'Internal: keyed digests of values, for the statements of an action only';
COMMENT ON FUNCTION gdpr_internal.row_mark(bigint, "any") IS 'Internal: one keyed digest of many values, for the statements of an action only';
COMMENT ON FUNCTION gdpr_rerun(regclass, boolean, text) IS
  'Applies again what was erased, anonymised or deleted between a backup and its restore: the events that the source (the mirror, or what was imported) has and this log has not. Returns what became of the rows of each event (Art. 17 GDPR). 55000 without a source, 42804 for a table of another shape, 22023 for events of another database, XX001 for changed ones, 42501, 25001';
COMMENT ON FUNCTION gdpr_internal.chance() IS 'Internal: a random number from 0 to below 1';
COMMENT ON FUNCTION gdpr_internal.distance(bigint) IS 'Internal: a random number between minus and plus this one, not 0';
COMMENT ON FUNCTION gdpr_internal.distinct_number(bigint, bigint) IS 'Internal: a number that was never given before, for the statements of an action only';
COMMENT ON FUNCTION gdpr_internal.distinct_text(bigint, integer) IS 'Internal: a text that was never given before, for the statements of an action only';
COMMENT ON FUNCTION gdpr_internal.distinct_number(bigint, bigint, integer) IS 'Internal: the next number of a series, where all rows of a table get new ones, for the statements of an action only';
COMMENT ON FUNCTION gdpr_internal.distinct_text(bigint, integer, integer) IS 'Internal: the next text of a series, where all rows of a table get new ones, for the statements of an action only';
COMMENT ON FUNCTION gdpr_rules_now(regclass, jsonb) IS 'Internal: rules with the names that columns have now';

-- Nobody but the extension's owner calls anything before it was granted. Except what actions call with the rights of whoever owns a table, in the schema
-- gdpr_internal: it refuses whoever does not know the action's token, or tells nothing.
REVOKE ALL ON FUNCTION
  gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[], jsonb, text), gdpr_unregister(regclass),
  gdpr_register_source(text, regproc, regproc, regclass, text, jsonb, text), gdpr_unregister_source(text), gdpr_sources_check(), gdpr_remember_functions(),
  gdpr_know_functions(), gdpr_follow_functions(), gdpr_function_of(text, text), gdpr_function_now(text, text, text),
  gdpr_link(regclass, text[], regclass, text[], text, text), gdpr_unlink(regclass, text[], regclass, text[]),
  gdpr_collect(regclass, anyelement), gdpr_collect(regclass, text), gdpr_search(text), gdpr_graph(regclass), gdpr_graph_mermaid(regclass),
  gdpr_lock(regclass, anyelement), gdpr_lock(regclass, text), gdpr_import_anon(), gdpr_erase(regclass, anyelement), gdpr_erase(regclass, text),
  gdpr_delete(regclass, anyelement), gdpr_delete(regclass, text), gdpr_rerun(regclass, boolean, text),
  gdpr_on_delete(regclass, text[], text), gdpr_on_delete_drop(regclass, text[]), gdpr_log_origin(), gdpr_backup_retention(), gdpr_secret_check(),
  gdpr_on_delete_check(), gdpr_registry_triggers(), gdpr_make_triggers(oid[], boolean), gdpr_follow_tables(), gdpr_log_deleted(), gdpr_anonymise_on_delete(),
  gdpr_remember_names(), gdpr_registry_remember(), gdpr_registry_check(), gdpr_links_check(), gdpr_registry_announce(),
  gdpr_pairs(text[], text[]), gdpr_name_now(regclass, text), gdpr_names_now(regclass, text[]), gdpr_names_now(regclass, jsonb),
  gdpr_anonymise(regclass, anyelement, boolean, boolean), gdpr_anonymise(regclass, text, boolean, boolean),
  gdpr_preview(text, regclass, anyelement, boolean, boolean), gdpr_preview(text, regclass, text, boolean, boolean),
  gdpr_is_anonymised(regclass, anyelement), gdpr_is_anonymised(regclass, text),
  gdpr_hash(text, integer), gdpr_pseudonym(text, text, text), gdpr_partial(text, integer, integer, text), gdpr_email(text), gdpr_random_text(integer),
  gdpr_noise(bigint, double precision), gdpr_noise(numeric, double precision), gdpr_noise(double precision, double precision),
  gdpr_noise(date, interval), gdpr_noise(timestamp, interval), gdpr_noise(timestamptz, interval),
  gdpr_generalise(date, text), gdpr_generalise(timestamp, text), gdpr_generalise(timestamptz, text),
  gdpr_generalise(integer, integer), gdpr_generalise(bigint, bigint), gdpr_generalise(numeric, numeric),
  gdpr_generalise(double precision, double precision),
  gdpr_fake_name(text), gdpr_fake_first_name(text), gdpr_fake_last_name(text), gdpr_fake_email(text), gdpr_fake_phone(text),
  gdpr_fake_company(text), gdpr_fake_street(text), gdpr_fake_city(text), gdpr_fake_postcode(text), gdpr_fake_country(text),
  gdpr_fake_iban(text), gdpr_fake_ip(text), gdpr_fake_url(text), gdpr_fake_user_name(text), gdpr_fake_text(text),
  gdpr_rules_now(regclass, jsonb), gdpr_search_now(regclass, text[]), gdpr_condition_now(regclass, regclass, text), gdpr_strict_ddl(), gdpr_follow_renames(), gdpr_follow_drops(),
  gdpr_expression_tree(text, regclass, regclass), gdpr_expression_text(text, regclass, regclass)
FROM PUBLIC;
