-- What a scrub leaves in the log, and what it takes with it.
--
-- The log of the copy says that it was scrubbed; nothing of the original's secret, marks and mirror is left in it, and a rerun, which would do
-- again what was erased in the original, is refused. What the planner knew of the old values is gone.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_scrub_log TEMPLATE template0;
\c gdpr_scrub_log
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, city text, born date);
CREATE TABLE login (id int PRIMARY KEY, email text REFERENCES person (email));
CREATE TABLE visit (id int, day date, page text) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE animal (id int PRIMARY KEY, owner text);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE TABLE ledger (id int PRIMARY KEY, amount numeric);
CREATE INDEX ON person (lower(name));
CREATE INDEX ON visit (upper(page));
CREATE STATISTICS person_places (mcv) ON city, name FROM person;
CREATE STATISTICS person_lower ON lower(city) FROM person;
CREATE MATERIALIZED VIEW cities AS SELECT city, name FROM person;
INSERT INTO person SELECT i, i || '@example.org', 'Secret Name ' || i % 20, 'Secret City ' || i % 5, '1950-01-01'::date + i
    FROM generate_series(1, 1000) i;
INSERT INTO login SELECT id, email FROM person;
INSERT INTO visit SELECT i, '2023-01-01'::date + i % 700, 'Secret Page ' || i % 10 FROM generate_series(1, 1000) i;
INSERT INTO animal SELECT i, 'Secret Owner ' || i % 3 FROM generate_series(1, 100) i;
INSERT INTO dog SELECT i, 'Secret Owner ' || i % 3, 'collie' FROM generate_series(1, 100) i;
REFRESH MATERIALIZED VIEW cities;
ANALYZE;
SELECT gdpr_register('person', '{"email": {"strategy": "pseudonym", "kind": "email"}, "name": {"strategy": "sql",
    "expression": "''N'' || length(name)"}, "city": "null", "born": "keep"}', subject => true),
    gdpr_register('visit', '{"page": "blank"}', key => '{id}'), gdpr_register('animal', '{"owner": {"strategy": "value", "value": "somebody"}}'),
        gdpr_register('ledger', on_erase => 'keep', ground => 'tax law');

-- The planner knows values of all these columns: most common ones, bounds of histograms, of tables, indexes, parents, materialized views.
CREATE VIEW known AS
SELECT tablename AS relation, attname AS "column", inherited, 'Secret' AS what FROM pg_stats WHERE schemaname = 'public'
    AND concat(most_common_vals, histogram_bounds) ~* 'secret '
UNION ALL SELECT tablename, attname, inherited, 'address' FROM pg_stats WHERE schemaname = 'public'
    AND histogram_bounds::text ~ '[{,][0-9]+@example.org'
UNION ALL SELECT tablename, statistics_name, inherited, 'Secret' FROM pg_stats_ext WHERE schemaname = 'public'
    AND most_common_vals::text LIKE '%Secret%'
UNION ALL SELECT tablename, statistics_name, inherited, 'secret' FROM pg_stats_ext_exprs WHERE schemaname = 'public'
    AND concat(most_common_vals, histogram_bounds) ~* 'secret ';
SELECT * FROM known ORDER BY relation COLLATE "C", "column" COLLATE "C", inherited, what;

-- Somebody was anonymised in the original, somebody erased, and all of it is known to a mirror.
SELECT relation, action, rows FROM gdpr_anonymise('person', 1) ORDER BY relation::text;
SELECT count(*) > 0 AS erased FROM gdpr_erase('person', 2);
SELECT count(*) > 0 AS marks FROM gdpr_log.anonymised;
SELECT encode(secret, 'hex') AS secret, made_at FROM gdpr_log.secret \gset
SELECT gdpr_pseudonym('somebody@example.org', 'email') AS pseudonym, gdpr_hash('somebody') AS hash, gdpr_secret_check() AS secret_check \gset
SELECT email AS of_a_person FROM person WHERE id = 3 \gset
SELECT gdpr_pseudonym(:'of_a_person', 'email') AS would_be \gset

SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";

-- An event for each table: which columns, how many rows, no keys, no fingerprints.
SELECT call, subject, relation, action, rows, key_columns, keys, columns, fingerprints, ground, "session_user" = current_user AS by_me
FROM gdpr_log.event WHERE action = 'scrubbed' ORDER BY relation COLLATE "C";
SELECT count(DISTINCT request) AS requests, count(DISTINCT transaction) AS transactions, bool_and(origin = gdpr_log_origin()) AS from_here
    FROM gdpr_log.event WHERE action = 'scrubbed';
SELECT action, count(*) FROM gdpr_log.event GROUP BY action ORDER BY action;
SELECT current_date - day IN (0, 1) AS today, action, relation, requests, events, rows FROM gdpr_log.summary WHERE action = 'scrubbed'
    ORDER BY relation COLLATE "C";
SELECT gdpr_log_seal() IS NOT NULL AS sealed;
SELECT count(*) AS broken FROM gdpr_log_verify();

-- The marks are gone, the secret is another one, and so are the pseudonyms that it makes. It is not the one that the copy was made with either:
-- whoever has the copy cannot find out who somebody was by making his pseudonym.
SELECT count(*) AS marks FROM gdpr_log.anonymised;
SELECT count(*) AS secrets, bool_and(encode(secret, 'hex') <> :'secret') AS another, bool_and(length(secret) >= 32) AS long_enough,
    bool_and(made_at > :'made_at') AS younger FROM gdpr_log.secret;
SELECT gdpr_pseudonym('somebody@example.org', 'email') <> :'pseudonym' AS pseudonym, gdpr_hash('somebody') <> :'hash' AS hash,
    gdpr_secret_check() <> :'secret_check' AS secret_check;
SELECT email <> :'would_be' AS not_by_the_old_secret, email <> gdpr_pseudonym(:'of_a_person', 'email') AS not_by_the_new_one FROM person WHERE id = 3;
-- Another session has the new secret, too.
SELECT gdpr_hash('somebody') AS hash \gset
\c
SET client_min_messages = warning;
SET gdpr_ext.allow_scrub = on;
SELECT gdpr_hash('somebody') = :'hash' AS same;

-- The database knows that it was scrubbed.
SELECT scrubbed IS NOT NULL AS scrubbed FROM gdpr_log.database;
SELECT scrubbed_at <= now() AS scrubbed, restored, mirror FROM gdpr_log.status;
SELECT * FROM gdpr_rerun();
\echo :SQLSTATE
SELECT gdpr_log_import(string_agg(l, E'\n')) > 0 AS imported FROM gdpr_log_export() l;
SELECT * FROM gdpr_rerun('gdpr_log.imported');
\echo :SQLSTATE

-- What the planner knows now is what stands there now.
SELECT * FROM known;
SELECT tablename, attname, inherited, most_common_vals FROM pg_stats WHERE tablename IN ('animal', 'dog', 'visit', 'visit_2023')
    AND attname IN ('owner', 'page') ORDER BY 1, 2, 3;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('person', 'person_pkey', 'visit', 'visit_2023', 'animal', 'dog', 'cities') ORDER BY relname;
-- Columns that were kept have statistics, too.
SELECT count(*) FROM pg_stats WHERE tablename = 'person' AND attname = 'born';

-- Tables that are named are scrubbed, and nothing else; it is an event, too. Statistics of those that were not named stay.
SELECT max(made_at) AS made_at FROM gdpr_log.secret \gset
SELECT max(scrubbed) AS scrubbed FROM gdpr_log.database \gset
SELECT relation, action, rows FROM gdpr_scrub_db('{animal}') ORDER BY relation::text COLLATE "C";
SELECT relation, rows, columns FROM gdpr_log.event WHERE request = (SELECT request FROM gdpr_log.event ORDER BY id DESC LIMIT 1)
    ORDER BY relation COLLATE "C";
SELECT (SELECT made_at FROM gdpr_log.secret) > :'made_at' AS another_secret, (SELECT scrubbed FROM gdpr_log.database) > :'scrubbed' AS later;

-- The copy works as a database of its own: people are anonymised and erased in it.
SELECT relation, action FROM gdpr_anonymise('person', 5) ORDER BY relation::text;
SELECT count(*) > 0 AS erased FROM gdpr_erase('person', 6);
SELECT gdpr_is_anonymised('person', 5) AS anonymised, gdpr_is_anonymised('person', 7) AS another;

-- A call that fails, or is rolled back, is no event, and the secret stays.
SELECT encode(secret, 'hex') AS secret FROM gdpr_log.secret \gset
SELECT count(*) AS events FROM gdpr_log.event \gset
SET client_min_messages = error;
ALTER TABLE animal ADD CONSTRAINT never CHECK (owner <> 'somebody') NOT VALID;
SET client_min_messages = warning;
SELECT * FROM gdpr_scrub_db('{animal}');
\echo :SQLSTATE
BEGIN;
SELECT count(*) > 0 AS scrubbed FROM gdpr_scrub_db('{person}');
SELECT gdpr_hash('somebody') = :'hash' AS same;
ROLLBACK;
SELECT count(*) - :events AS new_events FROM gdpr_log.event;
SELECT encode(secret, 'hex') = :'secret' AS same_secret FROM gdpr_log.secret;
-- Also for this session.
SELECT gdpr_hash('a') AS here \gset
\c
SELECT gdpr_hash('a') = :'here' AS as_there;

\c :home
DROP DATABASE gdpr_scrub_log;
