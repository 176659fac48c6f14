-- S36. A constraint fails in the seventh of nine tables: nothing is changed, and nothing is logged.
--
-- An action and its log entry commit together or not at all; there is no half-anonymised person.
CREATE SCHEMA s36;
SET search_path = s36, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
DO $$
BEGIN
    FOR i IN 1..9 LOOP
        EXECUTE format('CREATE TABLE part_%s (id int PRIMARY KEY, person_id int REFERENCES person, body text, twin text)', i);
        EXECUTE format('INSERT INTO part_%s VALUES (1, 1, ''hers'', ''hers''), (2, 2, ''somebody else''''s'', '''')', i);
        PERFORM gdpr_register(format('part_%s', i)::regclass, '{"body": "null"}');
    END LOOP;
END $$;
-- Whether this holds afterwards depends on the row: Bea's part would pass.
ALTER TABLE part_7 ADD CONSTRAINT twin_needs_a_body CHECK (twin = '' OR body IS NOT NULL);
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
CREATE VIEW every AS
    SELECT 'person' AS relation, id, name AS body FROM person
    UNION ALL SELECT 'part_1', id, body FROM part_1 UNION ALL SELECT 'part_2', id, body FROM part_2 
    UNION ALL SELECT 'part_3', id, body FROM part_3
    UNION ALL SELECT 'part_4', id, body FROM part_4 UNION ALL SELECT 'part_5', id, body FROM part_5 
    UNION ALL SELECT 'part_6', id, body FROM part_6
    UNION ALL SELECT 'part_7', id, body FROM part_7 UNION ALL SELECT 'part_8', id, body FROM part_8 
    UNION ALL SELECT 'part_9', id, body FROM part_9;

SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT id, body, count(*) FROM every GROUP BY id, body ORDER BY id, body;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's36.%';
SELECT count(*) FROM gdpr_log.anonymised WHERE relation::text ~ '^(person|part_.)$';
SELECT gdpr_is_anonymised('person', 1);

-- Within a transaction that goes on after it, by a savepoint, it is the same.
BEGIN;
SAVEPOINT before;
SELECT * FROM gdpr_anonymise('person', 1);
ROLLBACK TO before;
SELECT relation, action, rows FROM gdpr_anonymise('person', 2);
COMMIT;
SELECT id, body, count(*) FROM every GROUP BY id, body ORDER BY id, body;
SELECT count(*) AS events, sum(rows) AS rows, count(DISTINCT request) AS calls FROM gdpr_log.event WHERE relation LIKE 's36.%';

-- The cause mended, all ten tables are done.
UPDATE part_7 SET twin = '' WHERE id = 1;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT id, body, count(*) FROM every GROUP BY id, body ORDER BY id, body;

SET client_min_messages = warning;
DROP SCHEMA s36 CASCADE;
