-- S17, second part. 500 tables that reference the subject directly cost 500 index probes, no more.
--
-- Five of them have rows. Each of the 500 is looked at exactly once, by its index where it has rows enough to be worth one.
CREATE SCHEMA s17w;
SET search_path = s17w, public;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE person (id int PRIMARY KEY);
INSERT INTO person SELECT generate_series(1, 1000);
DO $$
BEGIN
    FOR c IN 1..500 LOOP
        EXECUTE format('CREATE TABLE child_%s (id int PRIMARY KEY, person_id int REFERENCES person)', c);
        EXECUTE format('CREATE INDEX ON child_%s (person_id)', c);
    END LOOP;
    FOR c IN 1..5 LOOP
        EXECUTE format('INSERT INTO child_%s SELECT id, id FROM person', c);
        EXECUTE format('ANALYZE child_%s', c);
    END LOOP;
END $$;
CREATE VIEW scans AS
    SELECT relname IN ('child_1', 'child_2', 'child_3', 'child_4', 'child_5') AS has_rows,
           count(*) AS tables, sum(seq_scan) AS seq, sum(idx_scan) AS idx
    FROM pg_stat_xact_user_tables WHERE schemaname = 's17w' AND relname LIKE 'child%' GROUP BY 1;

SELECT depth, relation, key FROM gdpr_collect('person', 42) ORDER BY depth, relation::text;

BEGIN;
CREATE TEMP TABLE before AS SELECT * FROM scans;
SELECT count(*) FROM gdpr_collect('person', 42);
-- Where there are rows, by the index; and no table twice.
SELECT has_rows, tables, scans.idx + scans.seq - before.idx - before.seq AS probes, has_rows AND scans.seq > before.seq AS sequential
FROM scans JOIN before USING (has_rows, tables) ORDER BY has_rows;
ROLLBACK;

SET client_min_messages = warning;
DO $$
BEGIN
    FOR c IN 1..500 LOOP
        EXECUTE format('DROP TABLE s17w.child_%s', c);
    END LOOP;
END $$;
DROP SCHEMA s17w CASCADE;
