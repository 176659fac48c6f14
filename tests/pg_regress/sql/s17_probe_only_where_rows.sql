-- S17. A link is probed only from a table in which rows were found.
--
-- 500 tables hang below five children of the person, and only one child has rows: the 400 tables below the other four are not
-- even opened for a scan. PostgreSQL counts scans itself (pg_stat_xact_user_tables), so nothing has to be believed.
CREATE SCHEMA s17;
SET search_path = s17, public;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE person (id int PRIMARY KEY);
INSERT INTO person VALUES (1), (2);
DO $$
BEGIN
    FOR c IN 1..5 LOOP
        EXECUTE format('CREATE TABLE child_%s (id int PRIMARY KEY, person_id int REFERENCES person)', c);
        EXECUTE format('CREATE INDEX ON child_%s (person_id)', c);
        FOR g IN 1..100 LOOP
            EXECUTE format('CREATE TABLE below_%1$s_%2$s (id int PRIMARY KEY, child_id int REFERENCES child_%1$s)', c, g);
            EXECUTE format('CREATE INDEX ON below_%s_%s (child_id)', c, g);
        END LOOP;
    END LOOP;
END $$;
INSERT INTO child_1 VALUES (11, 1), (12, 1);
INSERT INTO below_1_7 VALUES (21, 11), (22, 12);

-- Scans of this schema's tables so far in this session, whether or not the statistics collector has been told yet.
CREATE VIEW scans AS
    SELECT substring(relname FROM '^[a-z]+_?\d?') AS tables, sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS scans
    FROM pg_stat_xact_user_tables WHERE schemaname = 's17' GROUP BY 1;

-- One call before, so that what is measured is the walk and not a first look into the catalog.
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

BEGIN;
CREATE TEMP TABLE before AS SELECT * FROM scans;
SELECT count(*) FROM gdpr_collect('person', 1);
SELECT tables, scans.scans - before.scans AS scans FROM scans JOIN before USING (tables) ORDER BY tables;
ROLLBACK;

-- A person of whom there is nothing: the five children are probed, and nothing below them.
BEGIN;
CREATE TEMP TABLE before AS SELECT * FROM scans;
SELECT count(*) FROM gdpr_collect('person', 2);
SELECT tables, scans.scans - before.scans AS scans FROM scans JOIN before USING (tables) ORDER BY tables;
ROLLBACK;

-- gdpr_lock is no different.
BEGIN;
CREATE TEMP TABLE before AS SELECT * FROM scans;
SELECT count(*) FROM gdpr_lock('person', 2);
SELECT tables FROM scans JOIN before USING (tables) WHERE scans.scans > before.scans AND tables LIKE 'below%' ORDER BY tables;
ROLLBACK;

SET client_min_messages = warning;
DO $$
BEGIN
    -- Dropped one child at a time: each table takes locks, and a default server has room for some thousands.
    FOR c IN 1..5 LOOP
        FOR g IN 1..100 LOOP
            EXECUTE format('DROP TABLE s17.below_%s_%s', c, g);
        END LOOP;
    END LOOP;
END $$;
DROP SCHEMA s17 CASCADE;
