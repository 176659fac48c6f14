-- gdpr_search uses the indexes that there are: for equal texts, for beginnings, for parts. No table is read from end to end.
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA search;
SET search_path = search, public;
\set SHOW_CONTEXT never

CREATE TABLE person (
    id int PRIMARY KEY, lower_text text, lower_hash varchar(80), own citext, prefix text, prefix_c text COLLATE "C", parts_gin text, parts_gist varchar(80), lower_parts text,
    exact_by_parts text, prefix_by_parts citext, document jsonb);
INSERT INTO person SELECT n, 'Word' || n, 'Word' || n, 'Word' || n, 'Word' || n, 'Word' || n, 'the Word' || n, 'the Word' || n, 'the Word' || n, 'Word' || n, 'Word' || n,
                          jsonb_build_object('it', 'Word' || n) FROM generate_series(1, 5000) n;
CREATE INDEX ON person (lower(lower_text));
CREATE INDEX ON person USING hash (lower(lower_hash));
CREATE INDEX ON person (own);
CREATE INDEX ON person (lower(prefix) text_pattern_ops);
CREATE INDEX ON person (lower(prefix_c)) WHERE prefix_c IS NOT NULL;
CREATE INDEX ON person USING gin (parts_gin gin_trgm_ops);
CREATE INDEX ON person USING gist (parts_gist gist_trgm_ops);
CREATE INDEX ON person USING gin (lower(lower_parts) gin_trgm_ops);
CREATE INDEX ON person USING gin (exact_by_parts gin_trgm_ops);
CREATE INDEX ON person USING gin (prefix_by_parts gin_trgm_ops);
CREATE INDEX ON person USING gin ((document::text) gin_trgm_ops);
CREATE TABLE orders (id int, person_id int REFERENCES person, code text) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (3000);
CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (3000) TO (9000);
INSERT INTO orders SELECT n, n, 'Code' || n FROM generate_series(1, 5000) n;
CREATE INDEX ON orders (lower(code));
VACUUM ANALYZE person, orders;

SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('orders');
-- How often tables were read from end to end, counted within a transaction.
CREATE VIEW seq_scans AS SELECT coalesce(sum(seq_scan), 0) AS seq_scans FROM pg_stat_xact_user_tables WHERE schemaname = 'search';

-- Each column by itself, so that no other column's index can hide that its own was not used.
CREATE FUNCTION by_column(column_and_way text, term text, OUT hits text, OUT seq_scans bigint) RETURNS record LANGUAGE plpgsql AS $$
DECLARE before bigint;
BEGIN
  PERFORM gdpr_register('search.person', search => ARRAY[column_and_way]);
  before := (SELECT s.seq_scans FROM search.seq_scans s);
  hits := (SELECT count(*) || ': ' || min(snippet) FROM gdpr_search(term));
  seq_scans := (SELECT s.seq_scans FROM search.seq_scans s) - before;
END $$;
SELECT c, by_column.* FROM unnest(ARRAY['lower_text', 'lower_hash', 'own', 'prefix', 'exact_by_parts']) c, by_column(c, 'wORD4711');
SELECT c, by_column.* FROM unnest(ARRAY['prefix prefix', 'prefix_c prefix', 'prefix_by_parts prefix']) c, by_column(c, 'wORD471');
SELECT c, by_column.* FROM unnest(ARRAY['parts_gin contains', 'parts_gist contains', 'lower_parts contains', 'prefix_by_parts contains', 'document contains']) c, by_column(c, 'ORD4711');

-- It does see what is read from end to end: there is no index for this, and a trigram index would read all of itself for two letters.
SELECT c, by_column.* FROM unnest(ARRAY['parts_gin', 'prefix contains']) c, by_column(c, 'the Word4711');
SELECT c, by_column.* FROM unnest(ARRAY['parts_gin contains']) c, by_column(c, '47');

-- Several columns of a table are several ways into it, each by its own index. The person is found by key.
SELECT gdpr_register('person', search => '{lower_text,own,prefix prefix,parts_gin contains}');
SELECT gdpr_register('orders', search => '{code}');
BEGIN;
SELECT seq_scans AS before FROM seq_scans \gset
SELECT relation, key, "column", snippet, subject_key FROM gdpr_search('word4711') ORDER BY "column";
SELECT relation, key, "column", snippet, subject_key FROM gdpr_search('code4711') ORDER BY "column";
SELECT seq_scans - :before AS seq_scans FROM seq_scans;
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA search CASCADE;
DROP EXTENSION pg_trgm;
DROP EXTENSION citext;
