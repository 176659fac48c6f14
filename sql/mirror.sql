-- The log somewhere else: a second database that gets each event as it is written, and still has it when this one is lost.

-- Which database this is. A dump brings along the origin of the one that was dumped, and a copy of the files has it, too: so a database that was restored
-- knows that it was. gdpr_rerun makes it this one.
CREATE TABLE gdpr_log.database (
  origin   text   NOT NULL,
  former   text[] NOT NULL DEFAULT '{}',
  scrubbed timestamptz  -- since then the people in it are nobody
);
CREATE UNIQUE INDEX database_is_one ON gdpr_log.database ((true));

CREATE TRIGGER replace_database BEFORE INSERT ON gdpr_log.database
  FOR EACH ROW EXECUTE FUNCTION gdpr_log.replace_row();
ALTER TABLE gdpr_log.database ENABLE ALWAYS TRIGGER replace_database;
INSERT INTO gdpr_log.database (origin) VALUES (@extschema@.gdpr_log_origin());

-- Events that the mirror has not got yet.
CREATE TABLE gdpr_log.mirror_queue (
  event uuid PRIMARY KEY
);

SELECT pg_catalog.pg_extension_config_dump('gdpr_log.database', '');
SELECT pg_catalog.pg_extension_config_dump('gdpr_log.mirror_queue', '');

-- A standby belongs to its primary, whose log it has.
CREATE FUNCTION gdpr_log.is_restored() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN NOT pg_catalog.pg_is_in_recovery() AND EXISTS (SELECT FROM gdpr_log.database d WHERE d.origin <> @extschema@.gdpr_log_origin());
END $$;

-- The columns of a table of the log, as the mirror declares them; or only their names and types. Texts in an order that every database has.
CREATE FUNCTION gdpr_log.mirror_columns(relation regclass, whole boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (
    SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
             || CASE WHEN whole AND a.attcollation <> 0 THEN ' COLLATE pg_catalog."C"' ELSE '' END
             || CASE WHEN whole AND a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
END $$;

-- What the other side needs, in one command, so that all of it is there or nothing. It can run again, from several databases, and after a restore.
-- Whoever owns a table can have triggers on it, which run with the rights of whoever writes: so all of it must be the role's that writes, or a superuser's.
CREATE FUNCTION gdpr_log.mirror_ddl() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN pg_catalog.format($ddl$
SET search_path = pg_catalog, pg_temp;
DO $gdpr$
DECLARE
  found text;
BEGIN
  PERFORM pg_advisory_xact_lock(7235419806642918401);
  IF to_regnamespace('gdpr_mirror') IS NULL THEN
    CREATE SCHEMA gdpr_mirror;
    REVOKE ALL ON SCHEMA gdpr_mirror FROM PUBLIC;
    COMMENT ON SCHEMA gdpr_mirror IS 'Copies of the logs of gdpr_ext, which a database that was restored reads again';
  END IF;
  SELECT string_agg(thing, ', ' ORDER BY thing) INTO found
  FROM (SELECT 'schema ' || nspname, nspowner FROM pg_namespace WHERE nspname = 'gdpr_mirror'
        UNION ALL SELECT 'relation ' || relname, relowner FROM pg_class WHERE relnamespace = to_regnamespace('gdpr_mirror')
        UNION ALL SELECT 'function ' || proname, proowner FROM pg_proc WHERE pronamespace = to_regnamespace('gdpr_mirror')) o(thing, owner)
  JOIN pg_roles r ON r.oid = o.owner JOIN pg_roles me ON me.rolname = current_user
  WHERE NOT (r.rolsuper OR r.oid = me.oid OR NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'USAGE'));
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'in the mirror there is what belongs to somebody else: %%', found USING ERRCODE = 'insufficient_privilege',
      HINT = 'What the owner of a table puts on it runs with the rights of whoever writes to it. Let the role of the user mapping own the schema gdpr_mirror there, and all that is in it.';
  END IF;
  IF to_regclass('gdpr_mirror.event') IS NULL OR to_regclass('gdpr_mirror.seal') IS NULL THEN
    CREATE OR REPLACE FUNCTION gdpr_mirror.append_only() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $f$
    BEGIN
      IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'void' = to_jsonb(OLD) - 'void' THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the mirror of a log can only be added to' USING ERRCODE = 'insufficient_privilege',
        HINT = 'Only void may change: the transaction of an event has not committed.';
    END $f$;
    REVOKE ALL ON FUNCTION gdpr_mirror.append_only() FROM PUBLIC;
  END IF;
  IF to_regclass('gdpr_mirror.event') IS NULL THEN
    CREATE TABLE gdpr_mirror.event (%1$s, log text COLLATE "C" NOT NULL, void boolean NOT NULL DEFAULT false, PRIMARY KEY (id));
    CREATE INDEX event_log ON gdpr_mirror.event (log, origin, transaction) INCLUDE (id, void);
    ALTER TABLE gdpr_mirror.event ALTER COLUMN fingerprints SET STORAGE EXTERNAL, ALTER COLUMN keys SET STORAGE EXTERNAL;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON gdpr_mirror.event FOR EACH ROW EXECUTE FUNCTION gdpr_mirror.append_only();
    CREATE TRIGGER not_emptied BEFORE TRUNCATE ON gdpr_mirror.event FOR EACH STATEMENT EXECUTE FUNCTION gdpr_mirror.append_only();
    ALTER TABLE gdpr_mirror.event ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER not_emptied;
    COMMENT ON TABLE gdpr_mirror.event IS 'Events of one or several databases, by log; void: of a transaction that has not committed there';
  END IF;
  -- After a restore, seals follow on one that others have followed on already: their numbers come twice.
  IF to_regclass('gdpr_mirror.seal') IS NULL THEN
    CREATE TABLE gdpr_mirror.seal (%2$s, log text COLLATE "C" NOT NULL, PRIMARY KEY (log, number, digest));
    ALTER TABLE gdpr_mirror.seal ALTER COLUMN entries SET STORAGE EXTERNAL;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON gdpr_mirror.seal FOR EACH ROW EXECUTE FUNCTION gdpr_mirror.append_only();
    CREATE TRIGGER not_emptied BEFORE TRUNCATE ON gdpr_mirror.seal FOR EACH STATEMENT EXECUTE FUNCTION gdpr_mirror.append_only();
    ALTER TABLE gdpr_mirror.seal ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER not_emptied;
    COMMENT ON TABLE gdpr_mirror.seal IS 'Seals of these logs';
  END IF;
  SELECT string_agg(wanted.relname, ', ' ORDER BY wanted.relname) INTO found
  FROM (VALUES ('event', %3$L), ('seal', %4$L)) AS wanted(relname, columns)
  LEFT JOIN LATERAL (
    SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) AS columns
    FROM pg_attribute WHERE attrelid = to_regclass('gdpr_mirror.' || wanted.relname) AND attnum > 0 AND NOT attisdropped) AS there ON true
  WHERE there.columns IS DISTINCT FROM wanted.columns;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'in the mirror there are tables of another form: %%', found USING ERRCODE = 'datatype_mismatch',
      HINT = 'They are of another version, or of something else. Rename the schema gdpr_mirror there, or take another database.';
  END IF;
END $gdpr$;
$ddl$, gdpr_log.mirror_columns('gdpr_log.event', true), gdpr_log.mirror_columns('gdpr_log.seal', true),
    gdpr_log.mirror_columns('gdpr_log.event', false) || ', log text, void boolean', gdpr_log.mirror_columns('gdpr_log.seal', false) || ', log text');
END $$;

-- Says it to the other side, with the rights of the extension's owner, whose user mapping it is. 22023 for this database itself.
CREATE FUNCTION gdpr_log.prepare_mirror(server name) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  dblink name := (SELECT n.nspname FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = 'dblink');
  connection text := 'gdpr_ext ' || pg_catalog.gen_random_uuid();
  key bigint := pg_catalog.hashtextextended(connection, 0);
  is_other boolean;
  encoding text;
  state text;
  message text;
  hint text;
BEGIN
  IF dblink IS NULL THEN
    RAISE EXCEPTION 'the extension dblink is missing' USING ERRCODE = 'object_not_in_prerequisite_state',
      HINT = 'CREATE EXTENSION dblink; it makes the tables of the mirror, and can be dropped afterwards.';
  END IF;
  BEGIN
    EXECUTE pg_catalog.format('SELECT %I.dblink_connect($1::pg_catalog.text, $2::pg_catalog.text)', dblink) USING connection, server;
  EXCEPTION WHEN sqlclient_unable_to_establish_sqlconnection THEN
    GET STACKED DIAGNOSTICS message = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'the mirror of the log cannot be reached' USING ERRCODE = 'system_error', DETAIL = pg_catalog.rtrim(message, E'\n'),
      HINT = 'The options of the server and of the user mapping say where it is.';
  END;
  BEGIN
    -- Only in one database can somebody else hold this lock.
    PERFORM pg_catalog.pg_advisory_xact_lock(key);
    EXECUTE pg_catalog.format('SELECT l, e FROM %I.dblink($1::pg_catalog.text, $2::pg_catalog.text) AS r(l pg_catalog.bool, e pg_catalog.text)', dblink)
    INTO is_other, encoding
    USING connection, pg_catalog.format('SELECT pg_catalog.pg_try_advisory_lock(%s), pg_catalog.current_setting(''server_encoding'')', key);
    IF NOT is_other THEN
      RAISE EXCEPTION 'the mirror would be this database itself' USING ERRCODE = 'invalid_parameter_value',
        HINT = 'It is there for when this database is lost: take one on another server.';
    END IF;
    IF encoding NOT IN ('UTF8', pg_catalog.current_setting('server_encoding')) THEN
      RAISE EXCEPTION 'the mirror cannot hold every character of this database' USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Take a database with the encoding UTF8.';
    END IF;
    EXECUTE pg_catalog.format('SELECT %I.dblink_exec($1::pg_catalog.text, $2::pg_catalog.text)', dblink) USING connection, gdpr_log.mirror_ddl();
    EXECUTE pg_catalog.format('SELECT %I.dblink_disconnect($1::pg_catalog.text)', dblink) USING connection;
  EXCEPTION WHEN OTHERS OR query_canceled THEN
    EXECUTE pg_catalog.format('SELECT %I.dblink_disconnect($1::pg_catalog.text)', dblink) USING connection;
    -- As it was said there, without the command.
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RAISE EXCEPTION '%', message USING ERRCODE = state, HINT = hint;
  END;
END $$;

CREATE FUNCTION gdpr_log.set_mirror(server name) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- In the order in which others take these locks: a sync the first two, whoever writes an event the last two.
  LOCK TABLE gdpr_log.database IN ROW EXCLUSIVE MODE;
  LOCK TABLE gdpr_log.mirror_queue IN SHARE UPDATE EXCLUSIVE MODE;
  IF pg_catalog.to_regclass('gdpr_log.mirror') IS NOT NULL THEN
    LOCK TABLE gdpr_log.event IN SHARE MODE;
    DROP FOREIGN TABLE gdpr_log.mirror, gdpr_log.mirror_seal;
  END IF;
  IF server IS NULL THEN
    DELETE FROM gdpr_log.mirror_queue;
    RETURN;
  END IF;
  EXECUTE pg_catalog.format('CREATE FOREIGN TABLE gdpr_log.mirror (%s, log pg_catalog.text COLLATE pg_catalog."C" NOT NULL, void pg_catalog.bool NOT NULL DEFAULT false)
      SERVER %I OPTIONS (schema_name ''gdpr_mirror'', table_name ''event'', updatable ''true'', fetch_size ''10000'', batch_size ''1000'')',
    gdpr_log.mirror_columns('gdpr_log.event', true), server);
  EXECUTE pg_catalog.format('CREATE FOREIGN TABLE gdpr_log.mirror_seal (%s, log pg_catalog.text COLLATE pg_catalog."C" NOT NULL)
      SERVER %I OPTIONS (schema_name ''gdpr_mirror'', table_name ''seal'', updatable ''true'', fetch_size ''10000'', batch_size ''1000'')',
    gdpr_log.mirror_columns('gdpr_log.seal', true), server);
  COMMENT ON FOREIGN TABLE gdpr_log.mirror IS 'The events of this log, and maybe others, in the mirror. Made by gdpr_log_mirror';
  COMMENT ON FOREIGN TABLE gdpr_log.mirror_seal IS 'The seals of this log, and maybe others, in the mirror. Made by gdpr_log_mirror';
  -- A restored database has nothing to say there before it has asked what it lost.
  IF NOT gdpr_log.is_restored() THEN
    PERFORM @extschema@.gdpr_log_mirror_sync();
    -- And what was being written meanwhile: whoever has written is waited for; whoever writes now waits, and then finds the mirror.
    LOCK TABLE gdpr_log.event IN SHARE MODE;
    PERFORM @extschema@.gdpr_log_mirror_sync();
  END IF;
END $$;

CREATE FUNCTION gdpr_log_mirror(server name) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  owner oid;
  handler text;
  is_trusted boolean;
BEGIN
  SELECT x.extowner INTO owner FROM pg_catalog.pg_extension x WHERE x.extname = 'gdpr_ext';
  IF NOT pg_catalog.pg_has_role(owner, 'USAGE') THEN
    RAISE EXCEPTION 'only the extension''s owner says where the log goes' USING ERRCODE = 'insufficient_privilege',
      HINT = 'The log is as it can be trusted: let a superuser set up its mirror.';
  END IF;
  IF server IS NOT NULL THEN
    -- Whoever owns the server decides where it leads, now and later, and as whom.
    SELECT p.prosrc, s.srvowner = owner OR r.rolsuper INTO handler, is_trusted
    FROM pg_catalog.pg_foreign_server s
    JOIN pg_catalog.pg_roles r ON r.oid = s.srvowner
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    LEFT JOIN pg_catalog.pg_proc p ON p.oid = w.fdwhandler
    WHERE s.srvname = server;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'there is no server %', pg_catalog.quote_ident(server) USING ERRCODE = 'undefined_object',
        HINT = 'CREATE SERVER ... FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ..., dbname ...); and CREATE USER MAPPING for the extension''s owner.';
    END IF;
    IF handler IS DISTINCT FROM 'postgres_fdw_handler' THEN
      RAISE EXCEPTION 'server % is not of postgres_fdw', pg_catalog.quote_ident(server) USING ERRCODE = 'wrong_object_type',
        HINT = 'The mirror is a PostgreSQL database.';
    END IF;
    IF NOT is_trusted THEN
      RAISE EXCEPTION 'server % belongs to another role than the extension', pg_catalog.quote_ident(server) USING ERRCODE = 'insufficient_privilege',
        HINT = 'Its owner could lead the log elsewhere. ALTER SERVER ... OWNER TO the extension''s owner, or a superuser.';
    END IF;
    PERFORM gdpr_log.prepare_mirror(server);
  END IF;
  PERFORM gdpr_log.set_mirror(server);
END $$;

CREATE FUNCTION gdpr_log_mirror_sync(OUT sent bigint, OUT voided bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text := @extschema@.gdpr_log_origin();
  name_of_log text := @extschema@.gdpr_secret_check();
  seen pg_snapshot;
  last_seal bigint;
  source record;
  missing uuid[];
  surplus uuid[];
  transactions xid8[];
  since bigint;
  n bigint;
  why text;
BEGIN
  IF pg_catalog.to_regclass('gdpr_log.mirror') IS NULL THEN
    RAISE EXCEPTION 'the log has no mirror' USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'SELECT gdpr_log_mirror(server) makes one.';
  END IF;
  -- Not during a rerun, and one at a time. Whoever writes events does not come by here.
  LOCK TABLE gdpr_log.database IN ROW EXCLUSIVE MODE;
  LOCK TABLE gdpr_log.mirror_queue IN SHARE UPDATE EXCLUSIVE MODE;
  IF gdpr_log.is_restored() THEN
    RAISE EXCEPTION 'this database was restored, and has not done again what was erased since' USING ERRCODE = 'object_not_in_prerequisite_state',
      HINT = 'SELECT * FROM gdpr_rerun(); then it is the one that the mirror belongs to. In a copy: SELECT gdpr_log_mirror(NULL).';
  END IF;
  -- The other side is read in one snapshot, which is taken after this one: what is committed here by now is seen there. Nothing younger is looked for,
  -- nor a seal that may be of something younger.
  SELECT pg_catalog.pg_current_snapshot(), coalesce(max(s.number), 0) INTO seen, last_seal FROM gdpr_log.seal s;
  sent := 0;
  voided := 0;
  BEGIN
    -- A seal that follows on the last one here was made here, and is gone: the files of this database were set back, without a new timeline.
    IF EXISTS (
      SELECT FROM gdpr_log.mirror_seal m LEFT JOIN gdpr_log.seal s ON s.number = last_seal
      WHERE m.log = name_of_log AND m.number = last_seal + 1
        AND gdpr_log.seal_digest(s.digest, m.number, m.at, m.origin, m.snapshot, m.entries) = m.digest)
    THEN
      PERFORM gdpr_log.set_back();
      RETURN;
    END IF;
    -- What waits.
    WITH waiting AS (DELETE FROM gdpr_log.mirror_queue RETURNING event)
    INSERT INTO gdpr_log.mirror
      SELECT e.*, name_of_log, false FROM gdpr_log.event e JOIN waiting w ON w.event = e.id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS sent = ROW_COUNT;

    -- Where there is something else than here.
    FOR source IN
      SELECT coalesce(l.origin, here) AS origin
      FROM (SELECT e.origin, pg_catalog.count(*) AS events, pg_catalog.sum(pg_catalog.uuid_hash(e.id)) AS ids
            FROM gdpr_log.event e
            WHERE e.origin <> here OR pg_catalog.pg_visible_in_snapshot(e.transaction, seen) OR e.transaction = pg_catalog.pg_current_xact_id_if_assigned()
            GROUP BY e.origin) l
      FULL JOIN (SELECT m.origin, pg_catalog.count(*) AS events, pg_catalog.sum(pg_catalog.uuid_hash(m.id)) AS ids
                 FROM gdpr_log.mirror m WHERE m.log = name_of_log AND NOT m.void GROUP BY m.origin) t ON t.origin = l.origin
      WHERE (l.origin IS NOT NULL OR t.origin = here)
        AND (l.events IS DISTINCT FROM t.events OR l.ids IS DISTINCT FROM t.ids)
    LOOP
      SELECT pg_catalog.array_agg(e.id) INTO missing
      FROM gdpr_log.event e
      WHERE e.origin = source.origin AND (e.origin <> here OR pg_catalog.pg_visible_in_snapshot(e.transaction, seen))
        AND NOT EXISTS (SELECT FROM gdpr_log.mirror m WHERE m.log = name_of_log AND m.origin = source.origin AND NOT m.void AND m.id = e.id);
      IF missing IS NOT NULL THEN
        -- What is in the log is not void.
        UPDATE gdpr_log.mirror m SET void = false WHERE m.id = ANY (missing) AND m.log = name_of_log AND m.void;
        GET DIAGNOSTICS n = ROW_COUNT;
        sent := sent + n;
        INSERT INTO gdpr_log.mirror
          SELECT e.*, name_of_log, false FROM gdpr_log.event e WHERE e.id = ANY (missing)
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
        sent := sent + n;
      END IF;
      IF source.origin = here THEN
        SELECT pg_catalog.array_agg(m.id), pg_catalog.array_agg(m.transaction) INTO surplus, transactions
        FROM gdpr_log.mirror m
        WHERE m.log = name_of_log AND m.origin = here AND NOT m.void AND NOT EXISTS (SELECT FROM gdpr_log.event e WHERE e.id = m.id);
        BEGIN
          SELECT pg_catalog.array_agg(u.id) INTO surplus FROM gdpr_log.uncommitted(surplus, transactions) u(id);
        EXCEPTION WHEN invalid_parameter_value THEN
          -- A transaction of this database that it has not begun yet.
          PERFORM gdpr_log.set_back();
          RETURN;
        END;
        IF surplus IS NOT NULL THEN
          -- Of one that was sealed it is known that it had committed, whoever has taken it out of the log.
          SELECT pg_catalog.array_agg(u.id) INTO surplus
          FROM (SELECT pg_catalog.unnest(surplus) AS id EXCEPT SELECT x.id FROM gdpr_log.seal s CROSS JOIN LATERAL gdpr_log.entries(s.entries) x WHERE s.origin = here) u;
        END IF;
        IF surplus IS NOT NULL THEN
          UPDATE gdpr_log.mirror m SET void = true WHERE m.id = ANY (surplus) AND m.log = name_of_log;
          GET DIAGNOSTICS n = ROW_COUNT;
          voided := voided + n;
        END IF;
      END IF;
    END LOOP;

    -- The seals after the last one that is there: mostly that is among the youngest.
    SELECT max(s.number) INTO since FROM gdpr_log.seal s JOIN gdpr_log.mirror_seal m ON m.number = s.number AND m.digest = s.digest
    WHERE m.log = name_of_log AND m.number > last_seal - 100;
    IF since IS NULL AND last_seal > 0 THEN
      SELECT coalesce(max(s.number), 0) INTO since FROM gdpr_log.seal s JOIN gdpr_log.mirror_seal m ON m.number = s.number AND m.digest = s.digest
      WHERE m.log = name_of_log;
    END IF;
    IF since < last_seal THEN
      INSERT INTO gdpr_log.mirror_seal
        SELECT s.*, name_of_log FROM gdpr_log.seal s WHERE s.number > since AND s.number <= last_seal
      ON CONFLICT DO NOTHING;
    END IF;
  EXCEPTION
    -- What is ours to say, and what calls for another attempt.
    WHEN object_not_in_prerequisite_state OR transaction_rollback OR lock_not_available THEN
      RAISE;
    WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
      RAISE EXCEPTION 'the mirror of the log cannot be reached' USING ERRCODE = 'system_error', DETAIL = pg_catalog.rtrim(why, E'\n'),
        HINT = 'What waits for it is still in gdpr_log.mirror_queue.';
  END;
END $$;

-- The mirror knows more of this database than it does itself: from now on it counts as restored.
CREATE FUNCTION gdpr_log.set_back() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE gdpr_log.database SET origin = origin || ' set back';
  RAISE WARNING 'this database was set back to an earlier time, and what was erased since is back' USING HINT = 'SELECT * FROM gdpr_rerun();';
END $$;

-- Those of these events whose transaction of this origin is over and has not committed. One so old that the server has forgotten it has not left its event in the log.
CREATE FUNCTION gdpr_log.uncommitted(ids uuid[], transactions xid8[]) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT u.id FROM ROWS FROM (pg_catalog.unnest(ids), pg_catalog.unnest(transactions)) AS u(id, transaction)
    WHERE coalesce(pg_catalog.pg_xact_status(u.transaction), 'aborted') = 'aborted';
END $$;

-- Which rows of a table with events or seals are of this log: such a table can hold several logs, and events that never came about.
CREATE FUNCTION gdpr_log.of_this_log(source regclass) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce((
    SELECT pg_catalog.string_agg(CASE WHEN a.attname = 'void' THEN 'v.void IS NOT TRUE' ELSE pg_catalog.format('v.log = %L', @extschema@.gdpr_secret_check()) END, ' AND ')
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = source AND a.attname IN ('void', 'log') AND NOT a.attisdropped), 'true');
END $$;

-- What a rerun goes by must be what the log said: of the events of a table that are not in the log, none is another than the one that was sealed, none of a
-- seal is missing, and none came in afterwards. The seals are those of the log, and of a table that goes with the source; the latter are chained.
CREATE FUNCTION gdpr_log.require_chain(source regclass, seals regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_lost text := pg_catalog.format('%s AND NOT EXISTS (SELECT FROM gdpr_log.event e WHERE e.id = v.id)', gdpr_log.of_this_log(source));
  is_new text := pg_catalog.format('%s AND NOT EXISTS (SELECT FROM gdpr_log.seal s WHERE s.number = v.number AND s.digest = v.digest)', gdpr_log.of_this_log(seals));
  is_sealed boolean := EXISTS (SELECT FROM gdpr_log.seal);
  more bigint;
  lost uuid[];
  new bytea[];
  broken text;
BEGIN
  IF NOT is_sealed AND seals IS NOT NULL THEN
    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s v WHERE %s)', seals, gdpr_log.of_this_log(seals)) INTO is_sealed;
  END IF;
  IF NOT is_sealed THEN
    RETURN;
  END IF;
  -- What is here already is neither fetched nor looked at; where it is little that is not, it is asked for by its ids.
  EXECUTE pg_catalog.format('SELECT pg_catalog.count(*) FROM %s v WHERE %s', source, gdpr_log.of_this_log(source)) INTO more;
  SELECT more - pg_catalog.count(*) INTO more FROM gdpr_log.event;
  IF more <= 10000 THEN
    EXECUTE pg_catalog.format('SELECT coalesce(pg_catalog.array_agg(v.id), ''{}'') FROM %s v WHERE %s', source, is_lost) INTO lost;
    IF pg_catalog.cardinality(lost) <= 10000 THEN
      is_lost := 'v.id = ANY ($1)';
    END IF;
  END IF;
  IF seals IS NOT NULL THEN
    EXECUTE pg_catalog.format('SELECT pg_catalog.array_agg(v.digest) FROM %s v WHERE %s', seals, is_new) INTO new;
    IF coalesce(pg_catalog.cardinality(new), 0) <= 10000 THEN
      is_new := gdpr_log.of_this_log(seals) || ' AND v.digest = ANY ($2)';
    END IF;
  END IF;
  EXECUTE pg_catalog.format($sql$
    WITH seal AS MATERIALIZED (
      SELECT s.number, s.at, s.origin, s.snapshot, s.entries, s.digest, false AS is_new FROM gdpr_log.seal s
      %1$s
    ), ends AS (
      SELECT DISTINCT ON (s.origin) s.origin, s.snapshot FROM seal s ORDER BY s.origin, pg_catalog.pg_snapshot_xmax(s.snapshot) DESC, s.number DESC
    ), problems(number, id, problem) AS (
      SELECT c.number, NULL::uuid, pg_catalog.format(CASE WHEN c.is_alone THEN 'seals before %%s are missing' ELSE 'seal %%s is changed' END, c.number)
      FROM (SELECT s.number, s.number <> 1 AND pg_catalog.count(b.number) = 0 AS is_alone,
                   pg_catalog.bool_or(gdpr_log.seal_digest(b.digest, s.number, s.at, s.origin, s.snapshot, s.entries) = s.digest) AS is_sound
            FROM seal s LEFT JOIN seal b ON b.number = s.number - 1 WHERE s.is_new GROUP BY s.number, s.digest) c
      WHERE c.is_alone OR c.is_sound IS NOT TRUE
      UNION ALL
      SELECT n.number, coalesce(n.id, v.id), pg_catalog.format(CASE WHEN v.id IS NULL THEN 'event %%s is missing' WHEN n.id IS NULL THEN 'event %%s was inserted afterwards'
                                                               ELSE 'event %%s is changed' END, coalesce(n.id, v.id))
      FROM (SELECT s.number, x.id, x.digest FROM seal s CROSS JOIN LATERAL gdpr_log.entries(s.entries) x
            WHERE NOT EXISTS (SELECT FROM gdpr_log.event e WHERE e.id = x.id)) n
      FULL JOIN (SELECT v.id, v.origin, v.transaction, gdpr_log.digest(ROW(%4$s)::gdpr_log.event) AS digest FROM %2$s v WHERE %3$s) v ON v.id = n.id
      LEFT JOIN ends ON ends.origin = v.origin
      WHERE v.id IS NULL
         OR n.id IS NOT NULL AND v.digest <> n.digest
         OR n.id IS NULL AND pg_catalog.pg_visible_in_snapshot(v.transaction, ends.snapshot)
    )
    SELECT p.problem FROM problems p ORDER BY p.number, p.id LIMIT 1
  $sql$, 'UNION ALL SELECT v.number, v.at, v.origin, v.snapshot, v.entries, v.digest, true FROM ' || seals || ' v WHERE ' || is_new,
    source, is_lost, (
    SELECT pg_catalog.string_agg(pg_catalog.format('v.%I', a.attname), ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'gdpr_log.event'::regclass AND a.attnum > 0 AND NOT a.attisdropped))
  INTO broken USING lost, new;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'the chain of these events is broken' USING ERRCODE = 'data_corrupted', DETAIL = broken || '.',
      HINT = 'Somebody has changed events or seals there, or some have not got there. Take another source: a file, a backup of the mirror.';
  END IF;
END $$;

-- The seals that were lost with the events come back with them, as they are: those that follow on the last one here.
CREATE FUNCTION gdpr_log.take_seals(seals regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last gdpr_log.seal;
  next gdpr_log.seal;
BEGIN
  LOCK TABLE gdpr_log.seal IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO last FROM gdpr_log.seal ORDER BY number DESC LIMIT 1;
  FOR next IN EXECUTE pg_catalog.format(
    'SELECT v.number, v.at, v.origin, v.snapshot, v.entries, v.digest FROM %s v WHERE %s AND v.number > $1 ORDER BY v.number, v.at', seals, gdpr_log.of_this_log(seals))
    USING coalesce(last.number, 0)
  LOOP
    IF next.number = coalesce(last.number, 0) + 1
      AND gdpr_log.seal_digest(last.digest, next.number, next.at, next.origin, next.snapshot, next.entries) = next.digest THEN
      INSERT INTO gdpr_log.seal VALUES (next.*);
      last := next;
    END IF;
  END LOOP;
END $$;

-- The state of the log in one row. Its functions are called with the rights of whoever reads it.
CREATE VIEW gdpr_log.status AS
  SELECT d.origin,
         gdpr_log.is_restored() AS restored,
         (SELECT pg_catalog.max(e.at) FROM gdpr_log.event e WHERE e.action OPERATOR(pg_catalog.=) 'rerun') AS rerun_at,
         (SELECT s.srvname FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
          JOIN pg_catalog.pg_foreign_table f ON f.ftrelid OPERATOR(pg_catalog.=) c.oid
          JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) f.ftserver
          WHERE n.nspname OPERATOR(pg_catalog.=) 'gdpr_log' AND c.relname OPERATOR(pg_catalog.=) 'mirror') AS mirror,
         q.queued, q.queued_since, e.events,
         GREATEST(e.events OPERATOR(pg_catalog.-) t.sealed, 0) AS unsealed,
         CASE WHEN l.number IS NOT NULL THEN gdpr_log.head(l.number, l.digest) END AS head, l.at AS sealed_at,
         d.scrubbed AS scrubbed_at
  FROM gdpr_log.database d
  CROSS JOIN (SELECT pg_catalog.count(*) AS queued, pg_catalog.min(v.at) AS queued_since
              FROM gdpr_log.mirror_queue w LEFT JOIN gdpr_log.event v ON v.id OPERATOR(pg_catalog.=) w.event) q
  CROSS JOIN (SELECT pg_catalog.count(*) AS events FROM gdpr_log.event) e
  CROSS JOIN (SELECT COALESCE(pg_catalog.sum(pg_catalog.length(s.entries) OPERATOR(pg_catalog./) 48), 0)::pg_catalog.int8 AS sealed FROM gdpr_log.seal s) t
  LEFT JOIN (SELECT s.number, s.digest, s.at FROM gdpr_log.seal s ORDER BY s.number DESC LIMIT 1) l ON true;

COMMENT ON TABLE gdpr_log.database IS 'Where this log belongs: system identifier, database oid, timeline. Another than the database has: it was restored, and gdpr_rerun is due';
COMMENT ON TABLE gdpr_log.mirror_queue IS 'Events that wait for the mirror';
COMMENT ON VIEW gdpr_log.status IS 'The state of the log: whether the database was restored and not rerun, how far the mirror and the seals are behind';
COMMENT ON COLUMN gdpr_log.status.origin IS 'Where the log belongs: system identifier, database oid, timeline';
COMMENT ON COLUMN gdpr_log.status.restored IS 'The log belongs to another database, or to this one before a restore: gdpr_rerun is due';
COMMENT ON COLUMN gdpr_log.status.rerun_at IS 'When gdpr_rerun last did something';
COMMENT ON COLUMN gdpr_log.status.mirror IS 'The server of the mirror; NULL if there is none';
COMMENT ON COLUMN gdpr_log.status.queued IS 'Events that wait for the mirror';
COMMENT ON COLUMN gdpr_log.status.queued_since IS 'When the oldest of them was written';
COMMENT ON COLUMN gdpr_log.status.unsealed IS 'Events that no seal holds yet';
COMMENT ON COLUMN gdpr_log.status.scrubbed_at IS 'When gdpr_scrub_db made it a copy without people; NULL: it has not';
COMMENT ON COLUMN gdpr_log.status.head IS 'The head of the log, as gdpr_log_seal returned it';
COMMENT ON FUNCTION gdpr_log.is_restored() IS 'Internal: whether the log belongs to another database than this';
COMMENT ON FUNCTION gdpr_log.mirror_columns(regclass, boolean) IS 'Internal: columns of a table of the log, for the mirror';
COMMENT ON FUNCTION gdpr_log.mirror_ddl() IS 'Internal: what the other side of a mirror needs';
COMMENT ON FUNCTION gdpr_log.prepare_mirror(name) IS 'Internal: makes the other side of a mirror';
COMMENT ON FUNCTION gdpr_log.set_mirror(name) IS 'Internal: makes this side of a mirror';
COMMENT ON FUNCTION gdpr_log.set_back() IS 'Internal: from now on the database counts as restored';
COMMENT ON FUNCTION gdpr_log.uncommitted(uuid[], xid8[]) IS 'Internal: events of transactions that are over and have not committed';
COMMENT ON FUNCTION gdpr_log.of_this_log(regclass) IS 'Internal: which rows of a source are of this log, as a condition';
COMMENT ON FUNCTION gdpr_log.require_chain(regclass, regclass) IS 'Internal: XX001 if the events of a source, or the seals that go with it, are not what was sealed';
COMMENT ON FUNCTION gdpr_log.take_seals(regclass) IS 'Internal: adds to the log the seals of a source that follow on its last one';
COMMENT ON FUNCTION gdpr_log_mirror(name) IS 'Has each event written to a second database as well, which a server of postgres_fdw leads to, and sends those that there are; NULL: no longer (Art. 5(1)(f), 32(1)(c) GDPR). For the extension''s owner and superusers, else 42501; so for servers of another role, and for tables there of another role. 42704 for a server that there is not, 42809 for one that is not of postgres_fdw, 22023 for this database itself, 42804 if tables of another form are in the way, 55000 without the extension dblink, 58000 if it cannot be reached';
COMMENT ON FUNCTION gdpr_log_mirror_sync() IS 'Sends the mirror the events that wait, what it has lost, and new seals, and makes events void that are there and whose transaction here has not committed (Art. 5(1)(f), 32(1)(c) GDPR). 55000 if there is no mirror, or the database was restored and not rerun; 58000 if it cannot be reached';

REVOKE ALL ON gdpr_log.database, gdpr_log.mirror_queue, gdpr_log.status FROM PUBLIC;
-- Nobody else gets into the schema; but a view that is granted calls them as whoever reads it.
GRANT EXECUTE ON FUNCTION gdpr_log.head(bigint, bytea), gdpr_log.is_restored() TO PUBLIC;
REVOKE ALL ON FUNCTION gdpr_log_mirror(name), gdpr_log_mirror_sync(), gdpr_log.mirror_columns(regclass, boolean), gdpr_log.mirror_ddl(),
  gdpr_log.prepare_mirror(name), gdpr_log.set_mirror(name), gdpr_log.set_back(), gdpr_log.uncommitted(uuid[], xid8[]), gdpr_log.of_this_log(regclass),
  gdpr_log.require_chain(regclass, regclass), gdpr_log.take_seals(regclass) FROM PUBLIC;
