-- S19b, second part. The calls that a refusal prints are the ones that settle it.
--
-- They can be run as they are printed: names with capitals and quotes, composite keys, tables off the search_path. What is printed
-- comes to an end: after a few rounds nothing is unreviewed any more.
CREATE SCHEMA s19c;
CREATE SCHEMA "s19c ""Other""";
SET search_path = s19c, public;
\set SHOW_CONTEXT never

CREATE TABLE "Person" ("Id" int PRIMARY KEY);
CREATE TABLE "s19c ""Other"""."Null" ("a,b" int, "{c}" text, PRIMARY KEY ("a,b", "{c}"));
CREATE TABLE "back\slash" (
    id int PRIMARY KEY,
    "Her" int REFERENCES "Person",
    x int, "it's" text,
    FOREIGN KEY (x, "it's") REFERENCES "s19c ""Other"""."Null"
);
CREATE TABLE answer (id int PRIMARY KEY, "To" int REFERENCES "back\slash", "null" int REFERENCES "Person");
INSERT INTO "Person" VALUES (1), (2);
INSERT INTO "s19c ""Other"""."Null" VALUES (7, 'seven');
INSERT INTO "back\slash" VALUES (11, 1, 7, 'seven'), (12, 1, NULL, NULL);
INSERT INTO answer VALUES (21, 11, 2), (22, 12, 2), (23, 12, NULL);
SELECT gdpr_register('"Person"', subject => true);
SELECT gdpr_register('"s19c ""Other"""."Null"', subject => true);
SELECT depth, relation, key, shared FROM gdpr_collect('"Person"', 1) ORDER BY depth, relation::text, key;

-- Runs what the refusal prints, and says how many calls each round had.
DO $$
DECLARE
    hint text;
    call text;
    calls int;
BEGIN
    FOR round IN 1..5 LOOP
        BEGIN
            PERFORM * FROM gdpr_lock('"Person"', 1);
            RAISE NOTICE 'round %: nothing left to ask', round;
            EXIT;
        EXCEPTION WHEN object_not_in_prerequisite_state THEN
            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        END;
        calls := 0;
        FOR call IN SELECT line FROM regexp_split_to_table(hint, '\n') line WHERE line LIKE 'SELECT %' LOOP
            EXECUTE call;
            calls := calls + 1;
        END LOOP;
        RAISE NOTICE 'round %: % calls', round, calls;
        EXIT WHEN calls = 0;
    END LOOP;
END $$;
SELECT source, source_columns, target, target_columns, kind FROM gdpr_links WHERE target IN ('"back\slash"'::regclass, 'answer'::regclass)
ORDER BY target::text;
SELECT relation, rows FROM gdpr_lock('"Person"', 1) ORDER BY relation::text;
SELECT depth, relation, key, shared FROM gdpr_collect('"Person"', 1) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s19c, "s19c ""Other""" CASCADE;
