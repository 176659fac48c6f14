-- S18. A chain of eight tables, and a tree of 10,000 comments.
CREATE SCHEMA s18;
SET search_path = s18, public;

CREATE TABLE level_0 (id int PRIMARY KEY);
DO $$
BEGIN
    FOR i IN 1..8 LOOP
        EXECUTE format('CREATE TABLE level_%s (id int PRIMARY KEY, up int REFERENCES level_%s)', i, i - 1);
    END LOOP;
END $$;
INSERT INTO level_0 VALUES (1), (2);
INSERT INTO level_1 VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO level_2 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_3 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_4 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_5 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_6 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_7 VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO level_8 VALUES (1, 1), (2, 2), (3, 3);
SELECT depth, relation, count(*), min((key ->> 'id')::int), max((key ->> 'id')::int), min(via) AS via, bool_or(shared) AS any_shared
FROM gdpr_collect('level_0', 1) GROUP BY depth, relation ORDER BY depth;

-- Ada opens a thread; comment n answers comment n / 2. Bea has a thread of her own, with a tree of her own.
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE thread (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE comment (id int PRIMARY KEY, thread_id int REFERENCES thread, answers int REFERENCES comment);
CREATE INDEX ON comment (answers);
INSERT INTO person VALUES (1), (2);
INSERT INTO thread VALUES (1, 1), (2, 2);
INSERT INTO comment SELECT n, CASE n WHEN 1 THEN 1 END, nullif(n / 2, 0) FROM generate_series(1, 10000) n;
INSERT INTO comment SELECT 100000 + n, CASE n WHEN 1 THEN 2 END, 100000 + nullif(n / 2, 0) FROM generate_series(1, 500) n;
SELECT relation, count(*), count(DISTINCT key) AS once, max(depth) AS deepest, bool_or(shared) AS any_shared
FROM gdpr_collect('person', 1) GROUP BY relation ORDER BY relation::text;

-- Depth is the length of the shortest way: comment n is one deeper than n has binary digits.
SELECT depth, count(*), min((key ->> 'id')::int), max((key ->> 'id')::int)
FROM gdpr_collect('person', 1) WHERE relation = 'comment'::regclass GROUP BY depth ORDER BY depth;

-- Two comments of Ada's tree are put into Bea's thread as well: each of them is shared now, and what answers them is not found.
-- For both together everything is own again.
UPDATE comment SET thread_id = 2 WHERE id = 5000;
UPDATE comment SET thread_id = 2 WHERE id = 3;
SELECT relation, shared, count(*), count(DISTINCT key) AS once FROM gdpr_collect('person', 1)
GROUP BY relation, shared ORDER BY relation::text, shared;
SELECT relation, rows FROM gdpr_lock('person', ARRAY[1, 2]) ORDER BY relation::text;

-- A conversation in which each of 1,000 comments answers the one before.
TRUNCATE comment;
INSERT INTO comment SELECT n, CASE n WHEN 1 THEN 1 END, nullif(n - 1, 0) FROM generate_series(1, 1000) n;
SELECT relation, count(*), count(DISTINCT key) AS once, max(depth) AS deepest FROM gdpr_collect('person', 1)
GROUP BY relation ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s18 CASCADE;
