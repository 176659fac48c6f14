-- S93. No trigger of the users fires: nothing is copied into an audit table, no `updated_at` says when the copy was made.
--
-- Hooks, the triggers of the registry and sources outside the database are not called either: what they reach belongs to the original.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s93 TEMPLATE template0;
\c gdpr_s93
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, updated_at timestamptz);
CREATE TABLE login (id int PRIMARY KEY, email text REFERENCES person (email) ON UPDATE CASCADE ON DELETE SET NULL, ip inet);
CREATE TABLE visit (id int, page text, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE audit (relation text, operation text, level text, old text);
INSERT INTO person VALUES (1, 'ada@example.org', 'Ada', '2020-02-02'), (2, 'bea@example.org', 'Bea', '2020-02-02');
INSERT INTO login VALUES (11, 'ada@example.org', '192.0.2.1');
INSERT INTO visit VALUES (21, 'home', '2023-03-03'), (22, 'cart', '2024-04-04');

CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit VALUES (TG_RELID::regclass, TG_OP, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' THEN to_jsonb(COALESCE(OLD, NEW)) END);
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audit_of_name BEFORE UPDATE OF name ON person FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audit_statement BEFORE UPDATE OR INSERT ON person FOR EACH STATEMENT EXECUTE FUNCTION audit();
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION audit();
CREATE CONSTRAINT TRIGGER audit_deferred AFTER UPDATE OR INSERT ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON login FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON visit FOR EACH ROW EXECUTE FUNCTION audit();
-- Not even those that fire always.
ALTER TABLE person ENABLE ALWAYS TRIGGER audit;
ALTER TABLE login ENABLE REPLICA TRIGGER audit;

CREATE FUNCTION called(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO audit VALUES (relation, 'hook') $$;
SELECT gdpr_register('person', '{"email": "email", "name": "blank"}', subject => true, hooks => '{"before": "public.called",
    "after": "public.called"}');
SELECT gdpr_register('login', '{"ip": {"strategy": "value", "value": "10.0.0.0"}}');
-- One of the rules moves a row into another partition.
SELECT gdpr_register('visit', '{"page": "blank", "day": {"strategy": "sql", "expression": "(day + interval ''1 year'')::date"}}', key => '{id}');
SELECT gdpr_on_delete('login', '{email}');

-- They do fire when somebody writes.
BEGIN;
UPDATE person SET name = 'Ada L' WHERE id = 1;
SELECT count(*) AS audited FROM audit;
ROLLBACK;

CREATE TABLE shape AS SELECT tgrelid::regclass AS relation, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal;
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
INSERT INTO shape SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'visit_2025'::regclass;
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";
SELECT id, email LIKE 'anon-%' AS email, name, updated_at = '2020-02-02' AS updated_at_as_it_was FROM person ORDER BY id;
SELECT l.id, p.id AS person FROM login l JOIN person p USING (email);
SELECT tableoid::regclass AS partition, * FROM visit ORDER BY id;
TABLE audit;
-- Nor later, in this transaction or the next.
BEGIN;
SELECT count(*) > 0 AS scrubbed FROM gdpr_scrub_db('{person}');
SET CONSTRAINTS ALL IMMEDIATE;
TABLE audit;
COMMIT;
TABLE audit;

-- They are all still there, and fire as before.
(SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal EXCEPT TABLE shape)
UNION ALL (TABLE shape EXCEPT SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal);
SELECT count(*) > 8 AS triggers FROM shape;
UPDATE person SET name = 'Ada' WHERE id = 1;
SELECT relation, operation, level, count(*) FROM audit GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- The foreign key's own triggers too.
UPDATE person SET email = 'new@example.org' WHERE id = 1;
SELECT * FROM login;
DELETE FROM person WHERE id = 1;
SELECT * FROM login;

-- An event trigger is about commands that users write. A scrub is none.
CREATE FUNCTION command() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (tg_tag, tg_event); END $$;
CREATE EVENT TRIGGER command_start ON ddl_command_start EXECUTE FUNCTION command();
CREATE EVENT TRIGGER command_end ON ddl_command_end EXECUTE FUNCTION command();
CREATE EVENT TRIGGER dropped ON sql_drop EXECUTE FUNCTION command();
CREATE EVENT TRIGGER rewritten ON table_rewrite EXECUTE FUNCTION command();
TRUNCATE audit;
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";
TABLE audit;

\c :home
DROP DATABASE gdpr_s93;
