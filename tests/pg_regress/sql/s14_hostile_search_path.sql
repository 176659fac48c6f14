-- S14, third part. A hostile search_path.
--
-- Somebody has put functions, operators, types and tables of their own in front of PostgreSQL's. Everything that the extension
-- reads must still mean what PostgreSQL means by it: each trap here fails when it is stepped on.
CREATE SCHEMA s14_trap;
CREATE SCHEMA s14_shop;
CREATE FUNCTION s14_trap.sprung(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trap % was sprung', name;
END $$;

SET search_path = s14_shop, public;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id bigint PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE log (name text, at date);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'one'), (12, 2, 'two');
INSERT INTO log VALUES ('Ada', '2024-01-01');
SELECT gdpr_link('person', '{name}', 'log', '{name}', condition => $$target.at < 'infinity'$$);

DO $$
DECLARE
    pair text[];
    name text;
BEGIN
    -- Operators for the very types that the keys have, not only look-alikes with a cast.
    FOREACH pair SLICE 1 IN ARRAY ARRAY[['int', 'int'], ['text', 'text'], ['oid', 'oid'], ['name', 'name'], ['"char"', '"char"'],
                                        ['bigint', 'bigint'], ['bool', 'bool'], ['jsonb', 'jsonb'], ['date', 'date'], ['regclass', 'regclass'],
                                        ['name', 'text'], ['tid', 'tid']] LOOP
        EXECUTE format('CREATE FUNCTION s14_trap.same(%s, %s) RETURNS bool LANGUAGE plpgsql AS
                        $f$ BEGIN PERFORM s14_trap.sprung(''operator''); RETURN true; END $f$', pair[1], pair[2]);
        EXECUTE format('CREATE OPERATOR s14_trap.=  (LEFTARG = %s, RIGHTARG = %s, FUNCTION = s14_trap.same)', pair[1], pair[2]);
        EXECUTE format('CREATE OPERATOR s14_trap.<> (LEFTARG = %s, RIGHTARG = %s, FUNCTION = s14_trap.same)', pair[1], pair[2]);
        EXECUTE format('CREATE OPERATOR s14_trap.<  (LEFTARG = %s, RIGHTARG = %s, FUNCTION = s14_trap.same)', pair[1], pair[2]);
        EXECUTE format('CREATE OPERATOR s14_trap.|| (LEFTARG = %s, RIGHTARG = %s, FUNCTION = s14_trap.same)', pair[1], pair[2]);
    END LOOP;
    -- Functions that one builds such statements with.
    FOREACH name IN ARRAY ARRAY['to_jsonb(anyelement)', 'to_json(anyelement)', 'row_to_json(record)', 'quote_ident(text)',
                                'format(text)', 'unnest(anyarray)', 'unnest(oid[])', 'unnest(int[])', 'unnest(smallint[])',
                                'array_length(anyarray, int)', 'cardinality(anyarray)', 'array_position(anyarray, anyelement)',
                                'coalesce_all(text)', 'pg_get_expr(pg_node_tree, oid)', 'pg_table_is_visible(oid)',
                                'has_table_privilege(oid, text)', 'row_security_active(oid)', 'lower(text)', 'current_setting(text)',
                                'jsonb_build_object(text, int)', 'jsonb_build_object(text, anyelement)', 'generate_subscripts(anyarray, int)'] LOOP
        EXECUTE format('CREATE FUNCTION s14_trap.%s RETURNS text LANGUAGE plpgsql AS
                        $f$ BEGIN PERFORM s14_trap.sprung(%L); RETURN NULL; END $f$', name, name);
    END LOOP;
    -- Catalogs and our own tables, empty: what is read from them would be nothing.
    FOREACH name IN ARRAY ARRAY['pg_class', 'pg_constraint', 'pg_attribute', 'pg_namespace', 'pg_index', 'pg_inherits',
                                'pg_partitioned_table', 'pg_roles', 'pg_type', 'gdpr_registry', 'gdpr_links', 'person', 'note', 'log'] LOOP
        EXECUTE format('CREATE TABLE s14_trap.%I ()', name);
    END LOOP;
    EXECUTE 'CREATE DOMAIN s14_trap.jsonb AS pg_catalog.text CHECK (false)';
    EXECUTE 'CREATE DOMAIN s14_trap.regclass AS pg_catalog.text CHECK (false)';
    EXECUTE 'CREATE DOMAIN s14_trap.int8 AS pg_catalog.text CHECK (false)';
END $$;

-- The trap does work: an ordinary comparison falls into it.
SET search_path = s14_trap, pg_catalog, s14_shop, public;
\set SHOW_CONTEXT never
SELECT 1 = 1;

-- We do not. The rows are put into a table and read afterwards, so that this file's own ORDER BY springs nothing.
CREATE TABLE s14_shop.found AS SELECT * FROM public.gdpr_collect('s14_shop.person', 1);
CREATE TABLE s14_shop.found_by_text AS SELECT * FROM public.gdpr_collect('s14_shop.person', '1');
CREATE TABLE s14_shop.graph AS SELECT * FROM public.gdpr_graph('s14_shop.person');
CREATE TABLE s14_shop.diagram AS SELECT public.gdpr_graph_mermaid('s14_shop.person') AS drawn;
CREATE TABLE s14_shop.locked AS SELECT * FROM public.gdpr_lock('s14_shop.person', 1);
SELECT public.gdpr_register('s14_shop.note', '{"body": "null"}', search => '{body}');
SELECT public.gdpr_link('s14_shop.person', '{(pg_catalog.lower(name))}', 's14_shop.log', '{(pg_catalog.lower(name))}',
                        condition => 'target.at > date ''2000-01-01''');
SELECT public.gdpr_unlink('s14_shop.person', '{(pg_catalog.lower(name))}', 's14_shop.log', '{(pg_catalog.lower(name))}');
SELECT public.gdpr_unregister('s14_shop.note');

SET search_path = s14_shop, public;
SELECT depth, relation, key, shared, data FROM found ORDER BY depth, relation::text;
SELECT count(*) FROM found_by_text;
SELECT depth, source, target, kind FROM graph ORDER BY target::text;
SELECT drawn LIKE 'flowchart%' AS is_a_flowchart FROM diagram;
SELECT relation, rows FROM locked ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s14_trap, s14_shop CASCADE;
