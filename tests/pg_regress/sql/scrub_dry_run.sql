-- A dry run of gdpr_scrub_db: the rows of the report, and nothing else.
--
-- It makes the same checks and needs the same rights, counts the rows, and says what would become of each table. What is not known before it is done,
-- sizes afterwards and times, is NULL.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_dry_run TEMPLATE template0;
\c gdpr_dry_run
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text);
CREATE TABLE login (id int PRIMARY KEY, email text REFERENCES person (email));
CREATE TABLE visit (id int, day date, page text) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE trip (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE trip_2023 PARTITION OF trip FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE trip_2024 PARTITION OF trip FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE animal (id int PRIMARY KEY, owner text);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE TABLE ledger (id int PRIMARY KEY, person_id int REFERENCES person, amount numeric);
CREATE TABLE session (id int PRIMARY KEY, person_id int REFERENCES person, ip inet);
CREATE MATERIALIZED VIEW names AS SELECT name FROM person;
CREATE MATERIALIZED VIEW loud AS SELECT upper(name) AS name FROM names;
CREATE MATERIALIZED VIEW empty AS SELECT 1 AS one WITH NO DATA;
INSERT INTO person SELECT i, i || '@example.org', 'Name ' || i FROM generate_series(1, 100) i;
INSERT INTO login SELECT id, email FROM person WHERE id <= 60;
INSERT INTO visit SELECT i, '2023-12-01'::date + i, 'page' FROM generate_series(1, 50) i;
INSERT INTO trip SELECT i, '2023-12-01'::date + i FROM generate_series(1, 50) i;
INSERT INTO animal VALUES (1, 'Ada');
INSERT INTO dog VALUES (2, 'Bea', 'collie'), (3, 'Cleo', 'beagle');
INSERT INTO ledger VALUES (1, 1, 7), (2, 2, 8);
INSERT INTO session VALUES (1, 1, '192.0.2.1');
REFRESH MATERIALIZED VIEW names;
REFRESH MATERIALIZED VIEW loud;
-- What autovacuum writes about the tables meanwhile would look like what a scrub has changed.
DO $$
DECLARE t regclass;
BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'm') AND oid > 16383 LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t);
    END LOOP;
END $$;
ANALYZE;
SELECT lo_create(4711);
SELECT gdpr_register('person', '{"email": "email", "name": "hash"}', subject => true), gdpr_register('visit', '{"page": "blank"}', key => '{id}'),
    gdpr_register('trip', '{"day": {"strategy": "sql", "expression": "''2024-06-01''::date + id % 7"}}', key => '{id}'), gdpr_register('animal',
        '{"owner": "null"}'),
    gdpr_register('ledger', on_erase => 'keep', ground => 'tax law');
SET gdpr_ext.unregistered = 'report';

-- Everything that a scrub touches: rows, files, statistics, log, secret, large objects.
CREATE SCHEMA seen;
CREATE FUNCTION seen.state() RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat(
        (SELECT string_agg(t::text, ' ' ORDER BY id) FROM person t), (SELECT string_agg(t::text, ' ' ORDER BY id)
            FROM login t), (SELECT string_agg(t::text, ' ' ORDER BY id) FROM visit t),
        (SELECT string_agg(t::text, ' ' ORDER BY id) FROM animal t), (SELECT string_agg(t::text, ' ') FROM loud t),
        (SELECT string_agg(concat_ws(' ', oid, relfilenode, relpages, reltuples), ' ' ORDER BY oid) FROM pg_class WHERE oid > 16383),
        (SELECT string_agg(ctid::text || xmin, ' ' ORDER BY starelid, staattnum, stainherit) FROM pg_statistic WHERE starelid > 16383),
        (SELECT string_agg(e::text, ' ') FROM gdpr_log.event e), (SELECT secret FROM gdpr_log.secret), (SELECT string_agg(a::text, ' ')
            FROM gdpr_log.anonymised a),
        (SELECT d::text FROM gdpr_log.database d), (SELECT count(*) FROM pg_largeobject_metadata)))
$$;
SELECT count(*) FROM gdpr_anonymise('person', 1);
SELECT seen.state() AS before \gset

CREATE TABLE seen.dry AS SELECT * FROM gdpr_scrub_db(dry_run => true, large_objects => 'unlink');
SELECT relation, action, rows, bytes_before > 0 AS bytes_before, bytes_after, ms FROM seen.dry ORDER BY relation::text COLLATE "C";
DROP TABLE seen.dry;
SELECT seen.state() = :'before' AS as_before;
-- Some of the tables.
SELECT relation, action, rows FROM gdpr_scrub_db('{animal,visit}', dry_run => true, large_objects => 'keep') ORDER BY relation::text COLLATE "C";
SELECT relation, action, rows FROM gdpr_scrub_db('{animal,visit}', true, 'keep') ORDER BY relation::text COLLATE "C";
-- A transaction that may not write can ask.
BEGIN TRANSACTION READ ONLY;
SELECT count(*) FROM gdpr_scrub_db(dry_run => true, large_objects => 'keep');
ROLLBACK;
-- What would be refused is refused.
SELECT * FROM gdpr_scrub_db(dry_run => true);
\echo :SQLSTATE
SELECT * FROM gdpr_scrub_db('{session}', dry_run => true, large_objects => 'keep');
\echo :SQLSTATE
RESET gdpr_ext.unregistered;
SELECT * FROM gdpr_scrub_db(dry_run => true, large_objects => 'keep');
\echo :SQLSTATE
SET gdpr_ext.unregistered = 'report';
SELECT seen.state() = :'before' AS as_before;

-- Then it is done, and the report is the same: relation, action and rows, in the same order. Only which partition a row will be in is not known
-- beforehand.
CREATE TABLE seen.dry AS SELECT row_number() OVER () AS n, relation, action, rows, bytes_before
    FROM gdpr_scrub_db(dry_run => true, large_objects => 'unlink');
CREATE TABLE seen.done AS SELECT row_number() OVER () AS n, * FROM gdpr_scrub_db(large_objects => 'unlink');
SELECT count(*) AS rows, count(*) FILTER (WHERE dry.relation = done.relation AND dry.action = done.action AND dry.rows IS NOT DISTINCT
    FROM done.rows) AS same FROM seen.dry FULL JOIN seen.done USING (n);
SELECT sum(dry.rows) AS dry, sum(done.rows) AS done FROM seen.dry FULL JOIN seen.done USING (n) WHERE done.action = 'repartitioned';
SELECT done.relation, done.action, dry.rows AS dry, done.rows AS done FROM seen.dry FULL JOIN seen.done USING (n)
WHERE dry.relation IS DISTINCT FROM done.relation OR dry.action IS DISTINCT FROM done.action OR dry.rows IS DISTINCT FROM done.rows;
SELECT seen.state() = :'before' AS as_before;

\c :home
DROP DATABASE gdpr_dry_run;
