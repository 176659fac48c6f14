-- S92. What there is to a table besides its rows is still there after a scrub, and correct.
--
-- Each section has one kind of table, or one thing that hangs on a table. What the catalog says of all of them is compared at the end, when the whole
-- database is scrubbed once more.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s92 TEMPLATE template0;
\c gdpr_s92
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
CREATE EXTENSION gdpr_ext;
CREATE EXTENSION amcheck;
SET gdpr_ext.allow_scrub = on;

-- What the catalog says of relations, columns, constraints, indexes, triggers, statistics objects, views, policies and rules. Of sizes and files it
-- says nothing.
CREATE SCHEMA catalog;
CREATE VIEW catalog.shape AS
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'))
SELECT 'relation' AS kind, oid::regclass::text AS name,
    concat_ws(' ', ours.oid, relkind, relpersistence, relreplident, relowner, relam, reltablespace, relacl, reloptions, relispartition,
        relrowsecurity, relhassubclass,
              reltype, reloftype, pg_get_expr(relpartbound, oid), obj_description(oid), (SELECT reloptions FROM pg_class t
                  WHERE t.oid = ours.reltoastrelid)) AS is
FROM ours
UNION ALL
SELECT 'column', ours.oid::regclass || '.' || attnum,
    concat_ws(' ', attname, atttypid::regtype, atttypmod, attcollation, attstorage, attcompression, attstattarget, attnotnull, attgenerated,
        attidentity, attisdropped,
              attislocal, attinhcount, attacl, attoptions, pg_get_expr(adbin, adrelid), col_description(ours.oid, attnum))
FROM ours JOIN pg_attribute ON attrelid = ours.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attnum > 0
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, concat_ws(' ', c.oid, pg_get_constraintdef(c.oid), convalidated, conparentid, conindid)
FROM ours JOIN pg_constraint c ON conrelid = ours.oid
UNION ALL
SELECT 'index', indexrelid::regclass::text,
    concat_ws(' ', indexrelid, pg_get_indexdef(indexrelid), indisvalid, indisready, indislive, indisunique, indnullsnotdistinct, indimmediate,
        indisprimary, indisexclusion,
              indisclustered, indisreplident, i.reloptions, obj_description(indexrelid))
FROM ours JOIN pg_index ON indrelid = ours.oid JOIN pg_class i ON i.oid = indexrelid
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, concat_ws(' ', t.oid, pg_get_triggerdef(t.oid), tgenabled) FROM ours
    JOIN pg_trigger t ON tgrelid = ours.oid
UNION ALL
SELECT 'statistics', stxname, concat_ws(' ', s.oid, pg_get_statisticsobjdef(s.oid), stxstattarget, stxkind) FROM ours
    JOIN pg_statistic_ext s ON stxrelid = ours.oid
UNION ALL
SELECT 'rule', ev_class::regclass || '.' || rulename, concat_ws(' ', r.oid, pg_get_ruledef(r.oid), ev_enabled) FROM ours
    JOIN pg_rewrite r ON ev_class = ours.oid
UNION ALL
SELECT 'policy', polrelid::regclass || '.' || polname, concat_ws(' ', p.oid, polcmd, pg_get_expr(polqual, polrelid)) FROM ours
    JOIN pg_policy p ON polrelid = ours.oid;

-- A view on a ruled column, and one on the view; a materialized view, and one on that. They show what is there now.
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email varchar(60) NOT NULL, shoe smallint);
COMMENT ON COLUMN person.name IS 'As it is spoken';
CREATE VIEW called AS SELECT id, name, upper(email) AS email FROM person WHERE shoe > 40 WITH CHECK OPTION;
CREATE VIEW called_loud AS SELECT id, upper(name) AS name FROM called;
CREATE MATERIALIZED VIEW first AS SELECT min(name) AS name, count(*) AS people FROM person;
CREATE MATERIALIZED VIEW first_loud AS SELECT upper(name) AS name, people FROM first;
CREATE MATERIALIZED VIEW never AS SELECT 1 / count(*) AS none FROM person WHERE id < 0 WITH NO DATA;
CREATE UNIQUE INDEX ON first (name);
-- One that reads another, made later, by a function: nobody can see that it depends on it.
CREATE FUNCTION first_name() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''none''';
CREATE MATERIALIZED VIEW by_function AS SELECT first_name() AS name;
CREATE MATERIALIZED VIEW last AS SELECT max(name) AS name FROM person;
CREATE OR REPLACE FUNCTION first_name() RETURNS text LANGUAGE sql STABLE AS 'SELECT min(name) FROM public.last';
-- Views that read each other, which PostgreSQL does not prevent, and nobody can read.
CREATE VIEW hen AS SELECT 1 AS n;
CREATE VIEW egg AS SELECT n FROM hen;
CREATE OR REPLACE VIEW hen AS SELECT n FROM egg;
SET statement_timeout = '10min';
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', 41), (2, 'Bea', 'bea@example.org', 42), (3, 'Cleo', 'cleo@example.org', NULL);
REFRESH MATERIALIZED VIEW first;
REFRESH MATERIALIZED VIEW first_loud;
REFRESH MATERIALIZED VIEW last;
REFRESH MATERIALIZED VIEW by_function;
CREATE RULE no_delete AS ON DELETE TO person DO INSTEAD NOTHING;
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON person USING (shoe < 99);
GRANT SELECT (id, name) ON person TO PUBLIC;
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": "''P'' || id"}, "email": "email"}', subject => true);
SELECT relation, action, rows FROM gdpr_scrub_db('{person}') ORDER BY relation::text COLLATE "C";
SELECT id, name, email LIKE 'ANON-%' AS email FROM called ORDER BY id;
TABLE called_loud ORDER BY id;
TABLE first;
TABLE first_loud;
TABLE by_function;
SELECT relname, relispopulated FROM pg_class WHERE relkind = 'm' AND relnamespace = 'public'::regnamespace ORDER BY relname;

-- Triggers UPDATE OF a ruled column: there, and not fired. Columns that are generated from ruled ones are computed again.
CREATE TABLE employee (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_name text, last_name text NOT NULL,
    full_name text GENERATED ALWAYS AS (coalesce(first_name || ' ', '') || last_name) STORED,
    initial "char" GENERATED ALWAYS AS (last_name::"char") STORED,
    untouched int GENERATED ALWAYS AS (42) STORED,
    hired date NOT NULL DEFAULT '2020-01-01'
);
INSERT INTO employee (first_name, last_name) VALUES ('Ada', 'Lovelace'), (NULL, 'Bell');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trigger fired'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE OF last_name, first_name ON employee FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE UNIQUE INDEX employee_name ON employee (full_name);
SELECT gdpr_register('employee', '{"first_name": "null", "last_name": {"strategy": "sql", "expression": "''Employee '' || id"}}');
SELECT relation, action, rows FROM gdpr_scrub_db('{employee}') WHERE action = 'rewritten';
TABLE employee ORDER BY id;
UPDATE employee SET last_name = 'x';
\echo :SQLSTATE
INSERT INTO employee (last_name) VALUES ('New') RETURNING id, full_name;

-- Expression indexes, partial indexes, and every access method for indexes: each finds the new value and none the old one.
CREATE TABLE indexed (
    id int PRIMARY KEY, name text, email text, tags text[], during daterange, spot point, number int, active bool,
    EXCLUDE USING gist (during WITH &&),
    CONSTRAINT once UNIQUE NULLS NOT DISTINCT (number) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX on_lower ON indexed (lower(name));
CREATE UNIQUE INDEX on_active ON indexed (email) INCLUDE (name) WHERE active;
CREATE INDEX on_new ON indexed (id) WHERE name LIKE 'new%';
CREATE INDEX on_hash ON indexed USING hash (name);
CREATE INDEX on_tags ON indexed USING gin (tags) WITH (fastupdate = off);
CREATE INDEX on_brin ON indexed USING brin (number) WITH (pages_per_range = 4);
CREATE INDEX on_spot ON indexed USING spgist (spot);
CREATE INDEX on_words ON indexed USING gin (to_tsvector('simple', name));
INSERT INTO indexed SELECT i, 'old' || i, i || '@example.org', ARRAY['tag' || i], daterange('2000-01-01'::date + 2 * i,
    '2000-01-01'::date + 2 * i + 1), point(i, i), i, i % 2 = 0
FROM generate_series(1, 2000) i;
SELECT gdpr_register('indexed', '{"name": {"strategy": "sql", "expression": "''New'' || id"}, "email": "email", "tags": "blank",
    "during": {"strategy": "sql", "expression": "daterange(''1900-01-01''::date + id, ''1900-01-01''::date + id + 1)"}, "spot": "null",
        "number": "pseudonym"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{indexed}') WHERE action = 'rewritten';
SET enable_seqscan = off;
SET enable_bitmapscan = on;
SELECT (SELECT count(*) FROM indexed WHERE lower(name) = 'new7') AS lower, (SELECT count(*) FROM indexed WHERE name = 'New7') AS hash,
       (SELECT count(*) FROM indexed WHERE to_tsvector('simple', name) @@ 'new7') AS words, (SELECT count(*) FROM indexed WHERE email LIKE 'anon%'
           AND active) AS active,
       (SELECT count(*) FROM indexed WHERE during @> '1900-01-08'::date) AS during, (SELECT count(*) FROM indexed WHERE tags @> '{}') AS tags;
SELECT (SELECT count(*) FROM indexed WHERE lower(name) = 'old7') AS lower, (SELECT count(*) FROM indexed WHERE name = 'old7') AS hash,
       (SELECT count(*) FROM indexed WHERE to_tsvector('simple', name) @@ 'old7') AS words, (SELECT count(*) FROM indexed
           WHERE email = '8@example.org' AND active) AS active,
       (SELECT count(*) FROM indexed WHERE during @> '2000-01-15'::date) AS during, (SELECT count(*) FROM indexed WHERE tags @> '{tag7}') AS tags,
       (SELECT count(*) FROM indexed WHERE spot <@ box '((0,0),(9,9))') AS spot;
RESET enable_seqscan;
RESET enable_bitmapscan;
-- They are still what they say: what would be a duplicate is refused.
\set VERBOSITY terse
INSERT INTO indexed (id, during) VALUES (0, '[1900-01-08,1900-01-09)');
\echo :SQLSTATE
INSERT INTO indexed (id, number) SELECT 0, number FROM indexed WHERE id = 1;
\echo :SQLSTATE
\set VERBOSITY default

-- A rule on the partition key: rows go where their new value belongs, through two levels, and no partition keeps a row that is not its own.
CREATE TABLE visit (id int, born date NOT NULL, city text NOT NULL, page text, PRIMARY KEY (id, born, city)) PARTITION BY RANGE (born);
CREATE TABLE visit_80s PARTITION OF visit FOR VALUES FROM ('1980-01-01') TO ('1990-01-01');
CREATE TABLE visit_90s PARTITION OF visit FOR VALUES FROM ('1990-01-01') TO ('2000-01-01') PARTITION BY LIST (city);
CREATE TABLE visit_90s_york PARTITION OF visit_90s FOR VALUES IN ('York');
CREATE TABLE visit_90s_other PARTITION OF visit_90s DEFAULT;
CREATE TABLE visit_rest PARTITION OF visit DEFAULT;
INSERT INTO visit SELECT i, '1980-01-01'::date + i * 30, CASE WHEN i % 3 = 0 THEN 'York' ELSE 'Hull' END, 'page ' || i FROM generate_series(1, 300) i;
CREATE TABLE stay (id int PRIMARY KEY, visit_id int, born date, city text, FOREIGN KEY (visit_id, born, city) REFERENCES visit);
INSERT INTO stay SELECT id, id, born, city FROM visit WHERE id % 10 = 0;
SELECT tableoid::regclass::text COLLATE "C" AS partition, count(*) FROM visit GROUP BY 1 ORDER BY 1;
SELECT gdpr_register('visit', '{"born": {"strategy": "sql", "expression": "(born + interval ''5 years'')::date"}, "city": {"strategy": "sql",
    "expression": "CASE city WHEN ''York'' THEN ''Leeds'' ELSE ''York'' END"}, "page": "null"}', key => '{id}');
CREATE TABLE visit_before AS TABLE visit;
SELECT relation, action, rows FROM gdpr_scrub_db('{visit}') WHERE action <> 'refreshed' ORDER BY relation::text COLLATE "C";
SELECT tableoid::regclass::text COLLATE "C" AS partition, count(*), count(page) AS pages FROM visit GROUP BY 1 ORDER BY 1;
SELECT count(*) AS visits, count(*) FILTER (WHERE v.born <> (b.born + interval '5 years')::date OR (v.city = 'York') <> (b.city = 'Hull')) AS wrong
FROM visit v JOIN visit_before b USING (id);
SELECT count(*) AS stays, count(v.id) AS with_visit FROM stay s LEFT JOIN visit v ON (v.id, v.born, v.city) = (s.visit_id, s.born, s.city)
    WHERE s.id = v.id;
DO $$
DECLARE p regclass; n bigint;
BEGIN
    FOR p IN SELECT relid FROM pg_partition_tree('visit') WHERE isleaf LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE NOT (%s)', p, pg_get_partition_constraintdef(p)) INTO n;
        IF n > 0 THEN RAISE 'rows of % are not its own: %', p, n; END IF;
    END LOOP;
END $$;
DROP TABLE visit_before;

-- Partitions by other columns than those with rules, with columns in another order, dropped columns, and tables of their own kind.
CREATE TABLE reading (id int, name text, taken date, note text) PARTITION BY HASH (id);
CREATE TABLE reading_0 (gone text, note text, gone_too int, taken date, id int, name text NOT NULL);
ALTER TABLE reading_0 DROP COLUMN gone, DROP COLUMN gone_too;
CREATE TABLE reading_1 (id int, name text, taken date, note text) WITH (fillfactor = 70);
CREATE UNLOGGED TABLE reading_2 (name text, id int, note text, taken date);
ALTER TABLE reading ATTACH PARTITION reading_0 FOR VALUES WITH (MODULUS 3, REMAINDER 0);
ALTER TABLE reading ATTACH PARTITION reading_1 FOR VALUES WITH (MODULUS 3, REMAINDER 1);
ALTER TABLE reading ATTACH PARTITION reading_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE INDEX ON reading (lower(name));
INSERT INTO reading SELECT i, 'Name ' || i, '2024-01-01'::date + i, 'note ' || i FROM generate_series(1, 90) i;
SELECT gdpr_register('reading', '{"name": {"strategy": "sql", "expression": "''N'' || id"}, "note": "null"}', key => '{id}');
SELECT action, count(*), sum(rows) AS rows FROM gdpr_scrub_db('{reading}') WHERE action <> 'refreshed' GROUP BY action;
SELECT count(*) AS readings, count(*) FILTER (WHERE name <> 'N' || id OR taken <> '2024-01-01'::date + id OR note IS NOT NULL) AS wrong FROM reading;
SELECT count(DISTINCT tableoid) AS partitions FROM reading;

-- Inheritance: children go by their parent's rules, with columns of their own, in another order; one with an entry of its own by that.
CREATE TABLE animal (id int PRIMARY KEY, name text, owner text);
CREATE TABLE dog (breed text, gone int, chip text) INHERITS (animal);
ALTER TABLE dog DROP COLUMN gone;
CREATE TABLE cat (chip text, owner text, name text, id int NOT NULL);
ALTER TABLE cat INHERIT animal;
CREATE TABLE puppy (trainer text) INHERITS (dog);
INSERT INTO animal VALUES (1, 'Anon', 'Ada');
INSERT INTO dog VALUES (2, 'Rex', 'Bea', 'collie', 'c2');
INSERT INTO cat VALUES ('c3', 'Cleo', 'Tom', 3);
ALTER TABLE animal ADD CHECK (tableoid > 0);
ALTER TABLE dog ADD CHECK (tableoid <> 'animal'::regclass);
INSERT INTO puppy VALUES (4, 'Pip', 'Dora', 'beagle', 'c4', 'Emmy');
SELECT gdpr_register('animal', '{"owner": {"strategy": "value", "value": "nobody"}}');
SELECT gdpr_register('cat', '{"owner": "null", "chip": "null"}', key => '{id}');
-- Of the parent: those without an entry of their own are taken along.
SELECT relation, action, rows FROM gdpr_scrub_db('{animal}') WHERE action <> 'refreshed' ORDER BY relation::text COLLATE "C";
SELECT relation, action, rows FROM gdpr_scrub_db('{cat}') WHERE action <> 'refreshed' ORDER BY relation::text COLLATE "C";
SELECT tableoid::regclass AS relation, * FROM animal ORDER BY id;
TABLE dog ORDER BY id;
TABLE cat;
TABLE puppy;

-- Unlogged, with a replica identity, a mark for CLUSTER, statistics objects, storage parameters of table, TOAST and columns.
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, name text);
CREATE TABLE replicated (id int PRIMARY KEY, code text NOT NULL, name text);
CREATE UNIQUE INDEX replicated_code ON replicated (code);
ALTER TABLE replicated REPLICA IDENTITY USING INDEX replicated_code;
CREATE TABLE replicated_full (id int PRIMARY KEY, name text);
ALTER TABLE replicated_full REPLICA IDENTITY FULL;
CREATE TABLE clustered (id int PRIMARY KEY, name text);
CREATE INDEX clustered_name ON clustered (name DESC NULLS LAST);
ALTER TABLE clustered CLUSTER ON clustered_name;
CREATE TABLE counted (id int PRIMARY KEY, city text, zip text, street text);
CREATE STATISTICS counted_both (mcv, dependencies, ndistinct) ON city, zip FROM counted;
CREATE STATISTICS counted_lower ON lower(street) FROM counted;
ALTER STATISTICS counted_both SET STATISTICS 50;
CREATE TABLE tuned (id int PRIMARY KEY, name text, note text, tagged text COLLATE "C")
WITH (fillfactor = 60, autovacuum_enabled = off, toast.autovacuum_enabled = off, toast_tuple_target = 200, parallel_workers = 3);
ALTER TABLE tuned ALTER name SET (n_distinct = -0.5), ALTER name SET STATISTICS 7, ALTER note SET STORAGE EXTERNAL, ALTER note SET COMPRESSION pglz;
CREATE INDEX tuned_name ON tuned (name text_pattern_ops) WITH (fillfactor = 55, deduplicate_items = off);
CREATE SEQUENCE tuned_sequence OWNED BY tuned.id START 42;
INSERT INTO scratch SELECT i, 'name ' || i FROM generate_series(1, 100) i;
INSERT INTO replicated SELECT i, 'code ' || i, 'name ' || i FROM generate_series(1, 100) i;
INSERT INTO replicated_full SELECT i, 'name ' || i FROM generate_series(1, 100) i;
INSERT INTO clustered SELECT i, 'name ' || i FROM generate_series(1, 100) i;
INSERT INTO counted SELECT i, 'city ' || i % 5, 'zip ' || i % 5, 'Street ' || i % 7 FROM generate_series(1, 500) i;
INSERT INTO tuned SELECT i, 'name ' || i, repeat('note ', 500), 'tag ' || i FROM generate_series(1, 100) i;
ANALYZE;
SELECT gdpr_register('scratch', '{"name": "null"}'), gdpr_register('replicated', '{"name": "null", "code": "hash"}'), gdpr_register('replicated_full',
    '{"name": "null"}'),
    gdpr_register('clustered', '{"name": "hash"}'), gdpr_register('counted', '{"city": {"strategy": "hash", "length": 8}, "zip": {"strategy": "hash",
        "length": 8}, "street": {"strategy": "hash", "length": 8}}'),
    gdpr_register('tuned', '{"name": "hash"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{scratch,replicated,replicated_full,clustered,counted,tuned}') WHERE action <> 'refreshed'
    ORDER BY relation::text COLLATE "C";
SELECT relname, relpersistence, relreplident, reloptions FROM pg_class
WHERE relname IN ('scratch', 'replicated', 'replicated_full', 'clustered', 'counted', 'tuned') ORDER BY relname;
-- The file that an unlogged table begins with after a crash is there: without it the server does not come up.
SELECT length(pg_read_binary_file(pg_relation_filepath('scratch') || '_init')) AS init,
    length(pg_read_binary_file(pg_relation_filepath('scratch_pkey') || '_init')) > 0 AS of_the_key;
SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisclustered OR indisreplident ORDER BY relname;
CLUSTER clustered;
-- The planner knows the new values, and how they depend on each other.
SELECT attname, n_distinct, array_length(most_common_vals::text::text[], 1) AS values, most_common_vals::text ~ 'city|zip|Street' AS old FROM pg_stats
    WHERE tablename = 'counted' AND attname <> 'id'
ORDER BY attname;
SELECT statistics_name, n_distinct, dependencies, cardinality(most_common_vals) AS values, most_common_vals::text ~ 'city|zip' AS old
    FROM pg_stats_ext
WHERE tablename = 'counted' ORDER BY 1;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('counted', 'counted_pkey', 'tuned', 'tuned_name') ORDER BY relname;

-- Columns that were added with a default, which older rows do not hold: they get it, or the outcome of their rule. The default that PostgreSQL
-- had put aside for them may be personal too.
CREATE TABLE grown (id int PRIMARY KEY, name text, gone text);
INSERT INTO grown SELECT i, 'name ' || i, 'gone' FROM generate_series(1, 3) i;
ALTER TABLE grown ADD COLUMN city text NOT NULL DEFAULT 'Zanzibar', ADD COLUMN level int NOT NULL DEFAULT 7, ADD COLUMN nothing text,
    DROP COLUMN gone;
INSERT INTO grown VALUES (4, 'name 4', 'York', 8, 'x');
SELECT attname, attmissingval FROM pg_attribute WHERE attrelid = 'grown'::regclass AND atthasmissing ORDER BY attnum;
SELECT gdpr_register('grown', '{"name": "null", "city": {"strategy": "partial", "keep_first": 1}}');
SELECT relation, action, rows FROM gdpr_scrub_db('{grown}') WHERE action = 'rewritten';
TABLE grown ORDER BY id;
SELECT attname, attmissingval FROM pg_attribute WHERE attrelid = 'grown'::regclass AND (atthasmissing OR attmissingval IS NOT NULL) ORDER BY attnum;
INSERT INTO grown (id) VALUES (5) RETURNING *;

-- Long values that stay, stored in each way: byte for byte. Long values that go leave nothing in the TOAST table.
CREATE TABLE long (id int PRIMARY KEY, extended text, external text, main text, lz text, bytes bytea, gone text, several text[]);
ALTER TABLE long ALTER external SET STORAGE EXTERNAL, ALTER main SET STORAGE MAIN, ALTER lz SET COMPRESSION pglz;
CREATE FUNCTION noise(n int, seed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(md5(seed || i), '')
    FROM generate_series(1, n / 32) i $$;
INSERT INTO long SELECT i, noise(100000, 'a' || i), noise(10000, 'b' || i), repeat('main ', 1000), repeat(noise(500, 'c' || i), 50),
    decode(noise(50000, 'd' || i), 'hex'),
    noise(200000, 'e' || i), ARRAY[noise(5000, 'f' || i), NULL, noise(5000, 'g')] FROM generate_series(1, 10) i;
INSERT INTO long (id, gone) VALUES (11, 'short'), (12, NULL);
CREATE TABLE digest AS SELECT id, md5(ROW(extended, external, main, lz, bytes, several)::text) AS md5 FROM long;
SELECT gdpr_register('long', '{"gone": "hash"}');
SELECT pg_total_relation_size('long') > 3000000 AS large;
SELECT relation, action, rows, bytes_before > 3000000 AS before, bytes_after BETWEEN 1000000 AND bytes_before - 2000000 AS after
    FROM gdpr_scrub_db('{long}') WHERE action = 'rewritten';
SELECT count(*) AS long, count(*) FILTER (WHERE md5 = md5(ROW(extended, external, main, lz, bytes, several)::text)) AS as_they_were,
    max(length(gone)) AS gone FROM long JOIN digest USING (id);
SELECT count(*) > 0 AS compressed, bool_and(pg_column_compression(lz) = 'pglz') AS lz FROM long WHERE id <= 10 AND pg_column_size(lz) < length(lz);
SELECT count(*) AS toast_tables FROM pg_class t WHERE relkind = 't' AND NOT EXISTS (SELECT FROM pg_class WHERE reltoastrelid = t.oid);
DROP TABLE digest;

-- Domains are checked, and a value that does not fit the column is an error: it is not cut.
CREATE DOMAIN label AS varchar(12) CHECK (VALUE ~ '^[A-Z]');
CREATE DOMAIN strict_label AS label NOT NULL;
CREATE TABLE labelled (id int PRIMARY KEY, label label, must strict_label, all_of label[]);
INSERT INTO labelled VALUES (1, 'Ada', 'Ada', '{Ada,Bea}'), (2, NULL, 'Bea', NULL), (3, 'Augustina', 'Cleo', '{}');
CREATE TABLE narrow (id int PRIMARY KEY, short varchar(10), padded char(10), exact numeric(4, 2), bits bit(4), small smallint, several varchar(10)[]);
INSERT INTO narrow VALUES (1, 'Ada', 'Ada', 1.25, '1010', 7, '{Ada}'), (2, 'Augustina', 'Augustina', 99.99, '1111', 32000, '{Ada,Augustina}');
SELECT gdpr_register('labelled', '{"label": {"strategy": "sql", "expression": "''X'' || label"}, "must": {"strategy": "sql",
    "expression": "''Y'' || must"}}');
SELECT relation, action, rows FROM gdpr_scrub_db('{labelled}') WHERE action = 'rewritten';
TABLE labelled ORDER BY id;
SELECT gdpr_register('labelled', '{"label": {"strategy": "sql", "expression": "lower(label)"}}');
SELECT * FROM gdpr_scrub_db('{labelled}');
\echo :SQLSTATE
SELECT gdpr_register('labelled', '{"label": {"strategy": "sql", "expression": "label || ''12345''"}}');
SELECT * FROM gdpr_scrub_db('{labelled}');
\echo :SQLSTATE
SELECT gdpr_register('labelled', '{"must": {"strategy": "sql", "expression": "nullif(must, ''YBea'')"}}');
SELECT * FROM gdpr_scrub_db('{labelled}');
\echo :SQLSTATE
TABLE labelled ORDER BY id;
SELECT gdpr_register('labelled', '{"label": "null"}');
SELECT gdpr_register('narrow', '{"short": {"strategy": "sql", "expression": "short || ''12''"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
SELECT gdpr_register('narrow', '{"padded": {"strategy": "sql", "expression": "rtrim(padded::text) || ''12''"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
SELECT gdpr_register('narrow', '{"exact": {"strategy": "sql", "expression": "exact * 2"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
SELECT gdpr_register('narrow', '{"bits": {"strategy": "sql", "expression": "bits || B''0''"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
SELECT gdpr_register('narrow', '{"several": {"strategy": "sql", "expression": "several || ''Augustina and Ada''::text"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
SELECT gdpr_register('narrow', '{"small": {"strategy": "sql", "expression": "small::int * 2"}}');
SELECT * FROM gdpr_scrub_db('{narrow}');
\echo :SQLSTATE
TABLE narrow ORDER BY id;
SELECT gdpr_register('narrow', '{"short": {"strategy": "sql", "expression": "left(short || ''1234567'', 10)"}, "exact": {"strategy": "sql",
    "expression": "exact / 3"}}');
SELECT relation, action, rows FROM gdpr_scrub_db('{narrow}') WHERE action = 'rewritten';
TABLE narrow ORDER BY id;

-- Typed tables, composite types, enums, arrays, ranges, and columns of every other kind that stay as they are.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE place AS (street text, no int);
CREATE TYPE resident AS (id int, name text, home place);
CREATE TABLE typed OF resident (PRIMARY KEY (id), name WITH OPTIONS NOT NULL);
CREATE TABLE whole (id int PRIMARY KEY, row_of typed, how mood, homes place[], ages int4multirange, money money, net cidr, words tsvector,
    when_ timetz, name text);
INSERT INTO typed VALUES (1, 'Ada', ROW('Main Street', 7)), (2, 'Bea', NULL);
INSERT INTO whole VALUES (1, ROW(1, 'Ada', ROW('Main Street', 7)), 'happy', ARRAY[ROW('Side Street', 8)::place], '{[1,2),[5,9)}', 12.5,
    '192.0.2.0/24', 'a fat cat', '04:05+02', 'Ada');
SELECT gdpr_register('typed', '{"name": "blank"}'), gdpr_register('whole', '{"name": "null"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{typed,whole}') WHERE action = 'rewritten' ORDER BY relation::text;
SELECT *, pg_typeof(typed) FROM typed ORDER BY id;
SELECT row_of, how, homes, ages, net, words, when_, name FROM whole;

-- A table of another access method, and what is unusual: no primary key, no column but the one with the rule, names that need quotes.
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE elsewhere (id int PRIMARY KEY, name text, note text) USING heap_too;
CREATE INDEX ON elsewhere (name);
CREATE TABLE keyless (name text);
CREATE SCHEMA "Order""s";
CREATE TABLE "Order""s"."Person, first $$" ("Na""me" text, "select" int, "ünïcode \ back" text);
INSERT INTO elsewhere SELECT i, 'name ' || i, repeat('note', 1000) FROM generate_series(1, 100) i;
INSERT INTO keyless VALUES ('Ada'), ('Ada'), (NULL);
INSERT INTO "Order""s"."Person, first $$" VALUES ('Ada', 1, 'Ada');
SELECT gdpr_register('elsewhere', '{"name": "hash"}'), gdpr_register('keyless', '{"name": "hash"}'), gdpr_register('"Order""s"."Person, first $$"',
    '{"Na\"me": "null", "ünïcode \\ back": "null"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{elsewhere,keyless,"\"Order\"\"s\".\"Person, first $$\""}') WHERE action = 'rewritten'
    ORDER BY relation::text COLLATE "C";
SELECT amname, (SELECT count(*) FROM elsewhere WHERE length(name) = 64 AND length(note) = 4000) AS rows FROM pg_class c JOIN pg_am a ON a.oid = relam
    WHERE c.oid = 'elsewhere'::regclass;
SELECT count(*) AS rows, count(name) AS names, count(DISTINCT name) AS different FROM keyless;
SELECT * FROM "Order""s"."Person, first $$";

-- All of them at once. The catalog says of them what it said before.
CREATE TABLE catalog.before AS TABLE catalog.shape;
SELECT kind, count(*) > 0 AS known FROM catalog.before GROUP BY kind ORDER BY kind;
SELECT action, count(*) FROM gdpr_scrub_db() GROUP BY action ORDER BY action;
SELECT kind, name, s.is, b.is AS was FROM catalog.shape s FULL JOIN catalog.before b USING (kind, name) WHERE s.is IS DISTINCT FROM b.is;
SELECT count(bt_index_check(i.indexrelid, true)) > 10 AS sound FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') AND c.relkind = 'i';
SELECT c.oid::regclass AS heap, v.* FROM pg_class c, verify_heapam(c.oid) v
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm') AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'heap');
-- Nothing is left of the heaps that were made on the way, and what depends on what is as it was.
SELECT relname FROM pg_class WHERE relname LIKE 'pg_temp%';
SELECT count(*) AS dead FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid > 16383 AND NOT EXISTS (SELECT FROM pg_class WHERE oid = objid);
VACUUM (FREEZE);
SELECT count(*) FROM visit;

\c :home
DROP DATABASE gdpr_s92;
