-- shuffle: a column keeps its values, and each row gets another row's.
--
-- Statistics over the column stay what they were, joined or not with nothing else. It says nothing of a row, and as much as before of the column:
-- a value that only one person has is still there. A NULL stays where it is.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_shuffle TEMPLATE template0;
\c gdpr_shuffle
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
SET gdpr_ext.allow_scrub = on;

CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date, salary numeric(10, 2), city text, email text UNIQUE, note text, tags text[]);
INSERT INTO person
SELECT i, 'Name ' || i, CASE WHEN i % 4 > 0 THEN '1950-01-01'::date + i END, i * 1.25, 'City ' || i % 10, i || '@example.org',
    CASE WHEN i = 7 THEN repeat('long ', 10000) END,
       ARRAY['tag' || i]
FROM generate_series(1, 10000) i;
CREATE TABLE before AS TABLE person;
SELECT gdpr_register('person', '{"name": "shuffle", "born": "shuffle", "salary": "shuffle", "city": "shuffle", "email": "shuffle", "note": "shuffle",
    "tags": "shuffle"}', subject => true);

-- Not for one person: there is nobody to change places with.
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE

SELECT relation, action, rows FROM gdpr_scrub_db();

-- The same values, as often as before.
SELECT 'name' AS "column", count(*) AS differ FROM ((SELECT name FROM person EXCEPT ALL SELECT name FROM before) UNION ALL (SELECT name
    FROM before EXCEPT ALL SELECT name FROM person)) d UNION ALL
SELECT 'born', count(*) FROM ((SELECT born FROM person EXCEPT ALL SELECT born FROM before) UNION ALL (SELECT born FROM before EXCEPT ALL SELECT born
    FROM person)) d UNION ALL
SELECT 'salary', count(*) FROM ((SELECT salary FROM person EXCEPT ALL SELECT salary FROM before) UNION ALL (SELECT salary FROM before EXCEPT ALL
    SELECT salary FROM person)) d UNION ALL
SELECT 'city', count(*) FROM ((SELECT city FROM person EXCEPT ALL SELECT city FROM before) UNION ALL (SELECT city FROM before EXCEPT ALL SELECT city
    FROM person)) d UNION ALL
SELECT 'email', count(*) FROM ((SELECT email FROM person EXCEPT ALL SELECT email FROM before) UNION ALL (SELECT email FROM before EXCEPT ALL
    SELECT email FROM person)) d UNION ALL
SELECT 'note', count(*) FROM ((SELECT note FROM person EXCEPT ALL SELECT note FROM before) UNION ALL (SELECT note FROM before EXCEPT ALL SELECT note
    FROM person)) d UNION ALL
SELECT 'tags', count(*) FROM ((SELECT tags FROM person EXCEPT ALL SELECT tags FROM before) UNION ALL (SELECT tags FROM before EXCEPT ALL SELECT tags
    FROM person)) d;
-- Nearly no row has its own. (Of ten thousand about one does by chance.)
SELECT count(*) FILTER (WHERE p.name = b.name) < 20 AS name, count(*) FILTER (WHERE p.born = b.born) < 20 AS born,
    count(*) FILTER (WHERE p.salary = b.salary) < 20 AS salary,
       count(*) FILTER (WHERE p.email = b.email) < 20 AS email, count(*) FILTER (WHERE p.tags = b.tags) < 20 AS tags,
       count(*) FILTER (WHERE p.city = b.city) BETWEEN 800 AND 1200 AS city
FROM person p JOIN before b USING (id);
-- A NULL stays.
SELECT count(*) FILTER (WHERE (p.born IS NULL) <> (b.born IS NULL)) AS born, count(*) FILTER (WHERE (p.note IS NULL) <> (b.note IS NULL)) AS note
    FROM person p JOIN before b USING (id);
-- Each column goes its own way: what stood together does not any more, and no order is left.
SELECT count(*) < 20 AS apart FROM person WHERE name = 'Name ' || split_part(email, '@', 1);
SELECT count(*) < 20 AS apart FROM person WHERE name = 'Name ' || (salary / 1.25)::int;
SELECT abs(corr(id, salary)) < 0.1 AS salary, abs(corr(id, born - '1950-01-01'::date)) < 0.1 AS born, abs(corr(salary,
    born - '1950-01-01'::date)) < 0.1 AS together FROM person;
-- Another time, another order.
CREATE TABLE first_time AS TABLE person;
SELECT relation, action, rows FROM gdpr_scrub_db();
SELECT count(*) < 20 AS salary FROM person p JOIN first_time f USING (id) WHERE p.salary = f.salary;

-- Beside other rules, over all partitions, in children of inheritance, and of few rows.
CREATE TABLE visit (id int, page text, agent text, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 (day date, gone int, agent text, id int, page text);
ALTER TABLE visit_2024 DROP COLUMN gone;
ALTER TABLE visit ATTACH PARTITION visit_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO visit SELECT i, 'page ' || i, 'agent ' || i, '2023-01-01'::date + i % 700 FROM generate_series(1, 5000) i;
CREATE TABLE visit_before AS TABLE visit;
CREATE TABLE one (id int PRIMARY KEY, name text);
CREATE TABLE two (id int PRIMARY KEY, name text);
CREATE TABLE none (id int PRIMARY KEY, name text);
INSERT INTO one VALUES (1, 'Ada');
INSERT INTO two VALUES (1, 'Ada'), (2, NULL);
SELECT gdpr_register('visit', '{"page": "shuffle", "agent": "null"}', key => '{id}'), gdpr_register('one', '{"name": "shuffle"}'),
    gdpr_register('two', '{"name": "shuffle"}'),
    gdpr_register('none', '{"name": "shuffle"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{visit,one,two,none}') ORDER BY relation::text COLLATE "C";
SELECT count(*) AS differ FROM ((SELECT page FROM visit EXCEPT ALL SELECT page FROM visit_before) UNION ALL (SELECT page FROM visit_before EXCEPT ALL
    SELECT page FROM visit)) d;
SELECT count(v.agent) AS agents, count(*) FILTER (WHERE v.page = b.page) < 20 AS moved FROM visit v JOIN visit_before b USING (id);
TABLE one;
TABLE two ORDER BY id;

-- A sum over the rows is one way to see that nothing is lost.
SELECT sum(salary) = (SELECT sum(salary) FROM before) AS sum,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY salary) = (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY salary) FROM before) AS percentile
    FROM person;
-- A key that others refer to may be shuffled: each reference goes with the row that it led to.
CREATE TABLE player (nick text PRIMARY KEY, number int);
CREATE TABLE game (number int, nick text REFERENCES player);
INSERT INTO player SELECT 'nick' || i, i FROM generate_series(1, 1000) i;
INSERT INTO game SELECT number, nick FROM player;
SELECT gdpr_register('player', '{"nick": "shuffle"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{player}') ORDER BY relation::text COLLATE "C";
SELECT count(*) AS games FROM game g JOIN player p USING (nick) WHERE g.number = p.number;
SELECT count(*) < 20 AS moved FROM player WHERE nick = 'nick' || number;

\c :home
DROP DATABASE gdpr_shuffle;
