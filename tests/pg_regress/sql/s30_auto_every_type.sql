-- S30. auto, for every type.
--
-- Whoever knows nothing but that a column is personal writes `auto`: NULL where that is allowed, else the type's neutral value. Dates
-- become a fixed date, never today's: that would say when somebody asked to be forgotten.
CREATE SCHEMA s30;
SET search_path = s30, public;
\set SHOW_CONTEXT never
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET client_min_messages = warning;
CREATE EXTENSION citext SCHEMA s30;
RESET client_min_messages;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN label AS text CHECK (length(VALUE) < 100);
CREATE DOMAIN score AS int CHECK (VALUE >= 0);
CREATE DOMAIN surname AS text NOT NULL;
CREATE TYPE place AS (street text, no int);

-- One column of each type, all of them NOT NULL, and the same once more with all of them nullable.
CREATE TABLE must (
    id int PRIMARY KEY,
    yes bool NOT NULL, small smallint NOT NULL, whole int NOT NULL, big bigint NOT NULL, exact numeric NOT NULL,
    scaled numeric(6, 2) NOT NULL,
    single real NOT NULL, double float8 NOT NULL, plain text NOT NULL, short varchar(3) NOT NULL, padded char(4) NOT NULL,
    one_char "char" NOT NULL, ident name NOT NULL, insensitive citext NOT NULL,
    bytes bytea NOT NULL, uid uuid NOT NULL, doc json NOT NULL, docb jsonb NOT NULL, day date NOT NULL, moment timestamp NOT NULL,
    moment_tz timestamptz NOT NULL, clock time NOT NULL, clock_tz timetz NOT NULL, length interval NOT NULL, ip inet NOT NULL,
    tags text[] NOT NULL, numbers int[] NOT NULL, moods mood[] NOT NULL, ages int4range NOT NULL, prices numrange NOT NULL,
    stay daterange NOT NULL,
    several int4multirange NOT NULL, how mood NOT NULL, named label NOT NULL, points score NOT NULL, family surname
);
CREATE TABLE may (LIKE must);
ALTER TABLE may ADD PRIMARY KEY (id);
DO $$
DECLARE c name;
BEGIN
    FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = 'may'::regclass AND attnum > 1 LOOP
        EXECUTE format('ALTER TABLE may ALTER %I DROP NOT NULL', c);
    END LOOP;
END $$;
INSERT INTO must VALUES (
    1, true, 7, 7, 7, 7.7, 7.77, 7, 7, 'Ada', 'Ada', 'Ada', 'A', 'Ada', 'Ada',
    'Ada', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"name": "Ada"}', '["Ada"]', '1815-12-10', '1815-12-10 01:02:03',
    '1815-12-10 01:02:03', '01:02', '01:02+05', '36 years', '192.0.2.7', '{Ada}', '{7}', '{happy}', '[7,8)', '[7.7,8)', '[1815-12-10,)',
    '{[7,8)}', 'happy', 'Ada', 7, 'Lovelace');
INSERT INTO may TABLE must;
SELECT gdpr_register('must', '{"*": "auto"}');
SELECT gdpr_register('may', '{"*": "auto"}');
SELECT * FROM gdpr_anonymise('must', 1);
SELECT * FROM gdpr_anonymise('may', 1);

-- NOT NULL: the neutral value. (The first label of the enum is sad.)
SELECT * FROM must \gx

-- Nullable: nothing at all. A NOT NULL of the domain counts as one of the column: the family name is blank.
SELECT key AS not_null, value FROM may, jsonb_each_text(to_jsonb(may)) WHERE value IS NOT NULL AND key <> 'id' ORDER BY key;

-- What a row never had stays NULL.
INSERT INTO may (id, family) VALUES (2, 'Lovelace');
SELECT * FROM gdpr_anonymise('may', 2);
SELECT key AS not_null, value FROM may, jsonb_each_text(to_jsonb(may)) WHERE may.id = 2 AND value IS NOT NULL AND key <> 'id' ORDER BY key;

-- Types without a neutral value that everybody would agree on: each is either given one, or refused with a reason when it is registered,
-- column by column. Nullable they are no question.
CREATE TABLE rare (
    id int PRIMARY KEY,
    price money NOT NULL, net cidr NOT NULL, mac macaddr NOT NULL, mac8 macaddr8 NOT NULL, bits bit(4) NOT NULL, flags varbit NOT NULL,
    markup xml NOT NULL, spot point NOT NULL, box box NOT NULL, words tsvector NOT NULL, question tsquery NOT NULL, home place NOT NULL,
    homes place[] NOT NULL, lsn pg_lsn NOT NULL, path jsonpath NOT NULL
);
CREATE TABLE rare_may (LIKE rare);
ALTER TABLE rare_may ADD PRIMARY KEY (id);
CREATE TABLE outcome ("column" text, type text, not_null text, nullable text);
DO $$
DECLARE c record; told text;
BEGIN
    FOR c IN SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'rare'::regclass AND attnum > 1
    ORDER BY attnum LOOP
        EXECUTE format('ALTER TABLE rare_may ALTER %I DROP NOT NULL', c.attname);
        BEGIN
            PERFORM gdpr_register('rare', jsonb_build_object(c.attname, 'auto'));
            told := 'taken';
        EXCEPTION WHEN OTHERS THEN
            told := SQLSTATE || ' ' || SQLERRM;
        END;
        INSERT INTO outcome VALUES (c.attname, c.type, told);
    END LOOP;
END $$;
SELECT "column", type, not_null FROM outcome;
INSERT INTO rare_may VALUES (
    1, 7, '192.0.2.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '1010', '101', '<ada/>', '(7,7)', '(7,7),(8,8)', 'ada', 'ada',
    ROW('St James', 12), ARRAY[ROW('St James', 12)]::place[], '7/7', '$.ada');
SELECT gdpr_register('rare_may', '{"*": "auto"}');
SELECT * FROM gdpr_anonymise('rare_may', 1);
SELECT jsonb_strip_nulls(to_jsonb(rare_may)) FROM rare_may;

-- Those of them that are taken when NOT NULL, done.
INSERT INTO rare VALUES (
    1, 7, '192.0.2.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '1010', '101', '<ada/>', '(7,7)', '(7,7),(8,8)', 'ada', 'ada',
    ROW('St James', 12), ARRAY[ROW('St James', 12)]::place[], '7/7', '$.ada');
SELECT gdpr_register('rare', (SELECT jsonb_object_agg("column", 'auto') FROM outcome WHERE not_null = 'taken'));
SELECT * FROM gdpr_anonymise('rare', 1);
SELECT "column", value FROM outcome, rare, jsonb_each_text(to_jsonb(rare)) WHERE key = "column" AND not_null = 'taken' ORDER BY "column";

-- "*" leaves out what it could not change: keys, and what the database makes itself. So there is nothing to do here.
CREATE TABLE only_keys (
    id int PRIMARY KEY, may_id int REFERENCES may, must_id int NOT NULL REFERENCES must,
    doubled int GENERATED ALWAYS AS (must_id * 2) STORED, serial int GENERATED ALWAYS AS IDENTITY
);
INSERT INTO only_keys VALUES (1, 1, 1);
SELECT gdpr_register('only_keys', '{"*": "auto"}');
SELECT * FROM gdpr_anonymise('only_keys', 1);
TABLE only_keys;

SET client_min_messages = warning;
DROP SCHEMA s30 CASCADE;
