-- The registry checks what is written to it, tells every session, and follows what DDL does to the tables that it names.

CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_registry
  FOR EACH ROW EXECUTE FUNCTION gdpr_registry_check();
CREATE TRIGGER gdpr_check BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.gdpr_links
  FOR EACH ROW EXECUTE FUNCTION gdpr_links_check();

CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_registry
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();
CREATE TRIGGER gdpr_announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @extschema@.gdpr_links
  FOR EACH STATEMENT EXECUTE FUNCTION gdpr_registry_announce();

-- Remembers what the names in the registry mean now.
CREATE FUNCTION gdpr_remember_names() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH used(relation) AS (
    SELECT relation::oid FROM @extschema@.gdpr_registry
    UNION SELECT source::oid FROM @extschema@.gdpr_links
    UNION SELECT target::oid FROM @extschema@.gdpr_links
  ), gone AS (
    DELETE FROM @extschema@.gdpr_known_column k
    WHERE NOT EXISTS (SELECT FROM used JOIN pg_catalog.pg_attribute a ON a.attrelid = used.relation
                      WHERE a.attrelid = k.relation AND a.attnum = k.number AND NOT a.attisdropped)
  )
  INSERT INTO @extschema@.gdpr_known_column AS k (relation, number, name)
  SELECT a.attrelid, a.attnum, a.attname
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
$$;

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

-- Also where triggers are switched off for replication: a session that is not told works with what was.
ALTER TABLE @extschema@.gdpr_registry ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_registry ENABLE ALWAYS TRIGGER gdpr_remember;
ALTER TABLE @extschema@.gdpr_links ENABLE ALWAYS TRIGGER gdpr_announce;
ALTER TABLE @extschema@.gdpr_links ENABLE ALWAYS TRIGGER gdpr_remember;

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

CREATE FUNCTION gdpr_condition_now(source regclass, target regclass, condition text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT @extschema@.gdpr_expression_text(k.tree, target, source)
     FROM @extschema@.gdpr_known_expression k
     WHERE k.inner_relation = target AND k.outer_relation = source AND k.expression = condition
       AND k.version = pg_catalog.current_setting('server_version_num')::int / 10000),
    condition)
$$;

-- After DDL: follows renames of columns, and of whatever expressions speak of. Tables and schemas are known by oid and need no following.
-- An entry that is broken already stays as it is: it must not stand in the way of DDL.
CREATE FUNCTION gdpr_follow_renames() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  entries jsonb;
  links jsonb;
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
    SELECT relation::oid AS relation, @extschema@.gdpr_names_now(relation, rules) AS rules,
           @extschema@.gdpr_names_now(relation, search) AS search, @extschema@.gdpr_names_now(relation, key) AS key,
           export || (SELECT coalesce(pg_catalog.jsonb_object_agg(part, @extschema@.gdpr_names_now(relation, export -> part)), '{}')
                      FROM pg_catalog.unnest('{include,exclude,labels}'::text[]) part WHERE export ? part) AS export) n
  WHERE (r.rules, r.search, r.key, r.export) IS DISTINCT FROM (n.rules, n.search, n.key, n.export);
  SELECT pg_catalog.jsonb_agg(n) INTO links
  FROM @extschema@.gdpr_links l
  CROSS JOIN LATERAL (
    SELECT l.ctid AS place, source::oid AS source, target::oid AS target,
           @extschema@.gdpr_names_now(source, source_columns) AS source_columns,
           @extschema@.gdpr_names_now(target, target_columns) AS target_columns,
           @extschema@.gdpr_condition_now(source, target, condition) AS condition) n
  WHERE (l.source_columns, l.target_columns, l.condition) IS DISTINCT FROM (n.source_columns, n.target_columns, n.condition);

  FOR now IN
    SELECT * FROM pg_catalog.jsonb_to_recordset(entries) e(relation oid, rules jsonb, search text[], key text[], export jsonb)
  LOOP
    BEGIN
      UPDATE @extschema@.gdpr_registry r
      SET rules = now.rules, search = now.search, key = now.key, export = now.export
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
  PERFORM @extschema@.gdpr_remember_names();
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
     OR pg_catalog.to_regclass('@extschema@.gdpr_registry') IS NULL THEN
    RETURN;
  END IF;
  FOR dropped IN
    SELECT objid, objsubid, object_type, address_names
    FROM pg_catalog.pg_event_trigger_dropped_objects()
    WHERE object_type IN ('table', 'foreign table', 'table column', 'foreign table column')
  LOOP
    IF dropped.objsubid = 0 THEN
      -- A DELETE of nothing would still have every session read the registry anew.
      IF EXISTS (SELECT FROM @extschema@.gdpr_links WHERE dropped.objid IN (source, target)) THEN
        DELETE FROM @extschema@.gdpr_links WHERE dropped.objid IN (source, target);
      END IF;
      IF EXISTS (SELECT FROM @extschema@.gdpr_registry WHERE relation = dropped.objid) THEN
        DELETE FROM @extschema@.gdpr_registry WHERE relation = dropped.objid;
      END IF;
      CONTINUE;
    END IF;
    SELECT pg_catalog.string_agg(entry, ', ' ORDER BY entry) INTO needed FROM (
      SELECT 'the registry''s entry of ' || relation::text AS entry
      FROM @extschema@.gdpr_registry
      WHERE relation = dropped.objid
        AND (rules ? dropped.address_names[3] OR dropped.address_names[3] = ANY (search || coalesce(key, '{}'))
             OR export -> 'labels' ? dropped.address_names[3] OR export -> 'include' ? dropped.address_names[3]
             OR export -> 'exclude' ? dropped.address_names[3])
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
    ) entries;
    CONTINUE WHEN needed IS NULL;
    IF @extschema@.gdpr_strict_ddl() THEN
      RAISE EXCEPTION 'column % of table %.% is needed by %', dropped.address_names[3], dropped.address_names[1],
                      dropped.address_names[2], needed
        USING ERRCODE = 'dependent_objects_still_exist',
              HINT = 'Change the rule with gdpr_register, or take the link back with gdpr_unlink, first.';
    END IF;
    RAISE WARNING 'column % of table %.% was needed by %', dropped.address_names[3], dropped.address_names[1],
                  dropped.address_names[2], needed
      USING HINT = 'Change the rule with gdpr_register, or take the link back with gdpr_unlink: until then its use is an error.';
  END LOOP;
END $$;

CREATE EVENT TRIGGER gdpr_follow_renames ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER TYPE', 'ALTER DOMAIN',
               'ALTER OPERATOR', 'ALTER COLLATION', 'ALTER SCHEMA', 'ALTER VIEW')
  EXECUTE FUNCTION gdpr_follow_renames();
CREATE EVENT TRIGGER gdpr_follow_drops ON sql_drop
  EXECUTE FUNCTION gdpr_follow_drops();

COMMENT ON FUNCTION gdpr_remember_names() IS 'Internal: remembers what the names in the registry mean';
COMMENT ON FUNCTION gdpr_registry_remember() IS 'Internal: trigger of the registry''s tables';
COMMENT ON FUNCTION gdpr_registry_check() IS 'Internal: trigger of gdpr_registry';
COMMENT ON FUNCTION gdpr_links_check() IS 'Internal: trigger of gdpr_links';
COMMENT ON FUNCTION gdpr_registry_announce() IS 'Internal: trigger of the registry''s tables';
COMMENT ON FUNCTION gdpr_name_now(regclass, text) IS 'Internal: the name that a column has now';
COMMENT ON FUNCTION gdpr_names_now(regclass, text[]) IS 'Internal: the names that columns have now';
COMMENT ON FUNCTION gdpr_names_now(regclass, jsonb) IS 'Internal: the names that columns have now';
COMMENT ON FUNCTION gdpr_condition_now(regclass, regclass, text) IS 'Internal: a link''s condition with the names of now';
COMMENT ON FUNCTION gdpr_strict_ddl() IS 'Internal: the setting gdpr_ext.strict_ddl';
COMMENT ON FUNCTION gdpr_follow_renames() IS 'Internal: event trigger that follows renames';
COMMENT ON FUNCTION gdpr_follow_drops() IS 'Internal: event trigger that follows drops';
COMMENT ON FUNCTION gdpr_expression_tree(text, regclass, regclass) IS 'Internal: the parse tree of a declared expression';
COMMENT ON FUNCTION gdpr_expression_text(text, regclass, regclass) IS 'Internal: the text of such a parse tree';

COMMENT ON FUNCTION gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[]) IS
  'Registers a table as holding personal data, or changes what is given of its entry (Art. 30 GDPR). Needs ownership of the table (42501)';
COMMENT ON FUNCTION gdpr_unregister(regclass) IS 'Takes a table out of the registry. Needs ownership of the table (42501)';
COMMENT ON FUNCTION gdpr_link(regclass, text[], regclass, text[], text, text) IS
  'Declares a link from rows of one table to rows of another, or what a foreign key means: owner, accessor, context, ignore. Needs ownership of both tables (42501)';
COMMENT ON FUNCTION gdpr_unlink(regclass, text[], regclass, text[]) IS 'Takes a declared link back. Needs ownership of both tables (42501)';
COMMENT ON FUNCTION gdpr_collect(regclass, anyelement) IS
  'Every row held about a person, once, with the link that led to it (Art. 15 GDPR). Needs SELECT on every table read (42501)';
COMMENT ON FUNCTION gdpr_collect(regclass, text) IS
  'Every row held about a person, once, with the link that led to it (Art. 15 GDPR). Needs SELECT on every table read (42501)';
COMMENT ON FUNCTION gdpr_graph(regclass) IS 'The links that a walk from a table may take, and what each means';
COMMENT ON FUNCTION gdpr_graph_mermaid(regclass) IS 'gdpr_graph as a Mermaid flowchart';
COMMENT ON FUNCTION gdpr_lock(regclass, anyelement) IS
  'Locks a person''s rows as an action would, until the transaction ends; 55000 while rows are unreviewed, 25001 outside READ COMMITTED';
COMMENT ON FUNCTION gdpr_lock(regclass, text) IS
  'Locks a person''s rows as an action would, until the transaction ends; 55000 while rows are unreviewed, 25001 outside READ COMMITTED';

-- Nobody but the extension's owner calls anything before it was granted.
REVOKE ALL ON FUNCTION
  gdpr_register(regclass, jsonb, boolean, text, text, text[], jsonb, jsonb, text[]), gdpr_unregister(regclass),
  gdpr_link(regclass, text[], regclass, text[], text, text), gdpr_unlink(regclass, text[], regclass, text[]),
  gdpr_collect(regclass, anyelement), gdpr_collect(regclass, text), gdpr_graph(regclass), gdpr_graph_mermaid(regclass),
  gdpr_lock(regclass, anyelement), gdpr_lock(regclass, text),
  gdpr_remember_names(), gdpr_registry_remember(), gdpr_registry_check(), gdpr_links_check(), gdpr_registry_announce(),
  gdpr_pairs(text[], text[]), gdpr_name_now(regclass, text), gdpr_names_now(regclass, text[]), gdpr_names_now(regclass, jsonb),
  gdpr_condition_now(regclass, regclass, text), gdpr_strict_ddl(), gdpr_follow_renames(), gdpr_follow_drops(),
  gdpr_expression_tree(text, regclass, regclass), gdpr_expression_text(text, regclass, regclass)
FROM PUBLIC;
