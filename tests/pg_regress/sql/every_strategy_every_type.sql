-- Every strategy on every type that it claims.
--
-- Ten people, each of them twice, and two of whom nothing is known. Of each column is asked: do NULLs stay NULL, has every other value
-- changed, is what a strategy promises about equal and different values kept, and is the old value no longer to be found in the new
-- one? That the values fit is seen by their being there.
CREATE SCHEMA strategies;
SET search_path = strategies, public;
\set SHOW_CONTEXT never
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET client_min_messages = warning;
CREATE EXTENSION citext SCHEMA strategies;
RESET client_min_messages;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE place AS (street text, no int);
CREATE DOMAIN label AS varchar(50) CHECK (VALUE ~ '^.*$');
CREATE DOMAIN whole AS int CHECK (VALUE >= 0);
CREATE TABLE person (
    id int PRIMARY KEY, txt text, vc varchar(40), ch char(30), ci citext, nam name, dom label, byt bytea, uid uuid, jso json,
    jsb jsonb, arr text[], int2 smallint, int4 int, int8 bigint, domi whole, num numeric, num82 numeric(8, 2), flt4 real, flt8 float8,
    dat date, ts timestamp, tsz timestamptz, tim time, iv interval, yes bool, how mood, ip inet, net cidr, mac macaddr, rng daterange,
    bit bit(4), home place, spot point, vec tsvector, price money
);
INSERT INTO person
SELECT id, t, t, t, t, t, t, t::bytea, md5(t)::uuid, json_build_object('name', t, 'n', n), jsonb_build_object('name', t, 'n', n),
       ARRAY[t, 'x'], 1000 + n, 1000 + n, 1000 + n, 1000 + n, 1000 + n + 0.25, 1000 + n + 0.25, 1000 + n, 1000 + n,
       date '1985-05-05' + 40 * n, timestamp '1985-05-05 05:05:05.050505' + n * interval '40 days',
       timestamptz '1985-05-05 05:05:05+00' + n * interval '40 days', time '05:05' + n * interval '1 minute', n * interval '1 day',
       true, 'happy', inet '192.0.2.0' + n, '198.51.100.0/24', '08:00:2b:01:02:03',
       daterange('1985-05-05', date '1985-05-06' + n), B'1010', ROW(t, n)::place, point(n, n), 'ada', n
FROM (SELECT i AS id, (i - 1) / 2 + 1 AS n, 'Ada Lovelace No ' || (i - 1) / 2 + 1 AS t FROM generate_series(1, 20) i) AS people;
INSERT INTO person (id) VALUES (21), (22);

-- Makes a table of the named columns, gives each the rule, anonymises all people in one call, and judges what became of it.
-- promises: 'distinct' (no two rows the same), 'injective' (equal for equal input, different for different), 'equal' (equal for equal
-- input), or nothing.
CREATE FUNCTION judge(columns text[], rule jsonb, promises text DEFAULT NULL)
RETURNS TABLE ("column" text, type text, word text, nulls_stay bool, changed bool, keeps_promise bool, hidden bool, example text)
LANGUAGE plpgsql AS $$
DECLARE list text; answer text;
BEGIN
    SELECT string_agg(quote_ident(c), ', ') INTO list FROM unnest(columns) c;
    SET LOCAL client_min_messages = warning;
    DROP TABLE IF EXISTS strategies.subject, strategies.before;
    EXECUTE format('CREATE TABLE strategies.subject AS SELECT id, %s FROM strategies.person ORDER BY id', list);
    ALTER TABLE strategies.subject ADD PRIMARY KEY (id);
    CREATE TABLE strategies.before AS TABLE strategies.subject;
    PERFORM gdpr_register('strategies.subject', (SELECT jsonb_object_agg(c, rule) FROM unnest(columns) c), subject => true);
    SELECT string_agg(format('%s %s', a.action, a.rows), ', ') INTO answer
    FROM gdpr_anonymise('strategies.subject', ARRAY(SELECT id FROM strategies.person)) a;
    RETURN QUERY
    WITH value AS (
        SELECT k.key, k.value AS old, n.value AS new, jsonb_typeof(k.value) = 'string' AS spelt
        FROM strategies.before b JOIN strategies.subject s USING (id), jsonb_each(to_jsonb(b)) k JOIN jsonb_each(to_jsonb(s)) n USING (key)
        WHERE k.key <> 'id'
    )
    SELECT v.key, format_type(a.atttypid, a.atttypmod), answer,
           count(*) FILTER (WHERE old = 'null' AND new = 'null') = 2 AND count(*) FILTER (WHERE old = 'null') = 2,
           count(*) FILTER (WHERE old <> 'null' AND old = new) = 0,
           CASE promises
               WHEN 'distinct' THEN count(DISTINCT new) FILTER (WHERE old <> 'null') = 20
               WHEN 'injective' THEN count(DISTINCT new) FILTER (WHERE old <> 'null') = 10
                                     AND count(DISTINCT (old, new)) FILTER (WHERE old <> 'null') = 10
               WHEN 'equal' THEN count(DISTINCT (old, new)) FILTER (WHERE old <> 'null')
                                 = count(DISTINCT old) FILTER (WHERE old <> 'null')
           END,
           bool_and(position(lower(old #>> '{}') IN lower(new #>> '{}')) = 0) FILTER (WHERE old <> 'null' AND new <> 'null' AND spelt),
           CASE WHEN promises = 'equal' THEN min(new #>> '{}') FILTER (WHERE old <> 'null') END
    FROM value v JOIN pg_attribute a ON a.attrelid = 'strategies.subject'::regclass AND a.attname = v.key
    GROUP BY v.key, a.atttypid, a.atttypmod, a.attnum ORDER BY a.attnum;
END $$;

-- null: every type.
SELECT count(*), bool_and(nulls_stay AND changed) AS all_null, min(word) AS word
FROM judge(ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 1 ORDER BY attnum),
           '"null"', 'equal') WHERE example IS NULL;
-- auto: every type, all nullable.
SELECT count(*), bool_and(nulls_stay AND changed) AS all_null, min(word) AS word
FROM judge(ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 1 ORDER BY attnum),
           '"auto"', 'equal') WHERE example IS NULL;
-- blank.
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom,byt,jso,jsb,arr}', '"blank"', 'equal');
-- value, of each family of types.
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom}', '{"strategy": "value", "value": "(gone)"}', 'equal');
SELECT * FROM judge('{int2,int4,int8,domi,num,num82,flt4,flt8,txt}', '{"strategy": "value", "value": 7}', 'equal');
SELECT * FROM judge('{dat,ts,tsz,txt}', '{"strategy": "value", "value": "2000-02-29"}', 'equal');
SELECT * FROM judge('{jso,jsb}', '{"strategy": "value", "value": {"gone": [1, null]}}', 'equal');
SELECT * FROM judge('{jso,jsb}', '{"strategy": "value", "value": "gone"}', 'equal');
SELECT * FROM judge('{yes}', '{"strategy": "value", "value": false}', 'equal');
SELECT * FROM judge('{arr}', '{"strategy": "value", "value": "{gone,away}"}', 'equal');
SELECT * FROM judge('{how}', '{"strategy": "value", "value": "sad"}', 'equal');
SELECT * FROM judge('{home}', '{"strategy": "value", "value": "(,0)"}', 'equal');
SELECT * FROM judge('{ip,net}', '{"strategy": "value", "value": "0.0.0.0/0"}', 'equal');
SELECT * FROM judge('{byt,uid}', '{"strategy": "value", "value": "00000000000000000000000000000000"}', 'equal');
SELECT * FROM judge('{rng}', '{"strategy": "value", "value": "empty"}', 'equal');
-- partial: of text, by character; example shows the length kept and the rest masked.
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom}', '"partial"', 'equal');
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom}', '{"strategy": "partial", "keep_first": 3, "keep_last": 1, "mask": "x"}', 'equal');
-- hash and pseudonym: pseudonymised, equal for equal and different for different.
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom,byt,uid,int8}', '"hash"', 'injective');
SELECT * FROM judge('{txt,vc,ch,ci,dom}', '{"strategy": "hash", "length": 12}', 'injective');
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom,uid,int2,int4,int8}', '"pseudonym"', 'injective');
SELECT * FROM judge('{txt,vc,ci,dom}', '{"strategy": "pseudonym", "kind": "email"}', 'injective');
SELECT * FROM judge('{txt,vc,ch,ci,dom}', '{"strategy": "pseudonym", "kind": "iban", "locale": "de"}', 'injective');
-- fake: of each kind, on text; ip on inet too.
SELECT kind, j.* FROM unnest('{name,first_name,last_name,email,phone,company,street,city,postcode,country,iban,ip,url,user_name,text}'::text[]) kind,
    judge('{txt}', jsonb_build_object('strategy', 'fake', 'kind', kind)) j;
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom}', '{"strategy": "fake", "kind": "first_name", "locale": "fr"}');
SELECT * FROM judge('{ip}', '{"strategy": "fake", "kind": "ip"}');
-- email: no two the same.
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom}', '"email"', 'distinct');
SELECT * FROM judge('{txt,vc}', '{"strategy": "email", "domain": "example.org"}', 'distinct');
-- noise.
SELECT * FROM judge('{int2,int4,int8,domi,num,num82,flt4,flt8,dat,ts,tsz}', '"noise"');
SELECT * FROM judge('{int2,int4,int8,num,num82,flt4,flt8}', '{"strategy": "noise", "amount": 5}');
SELECT * FROM judge('{int2,int4,int8,num,num82,flt4,flt8}', '{"strategy": "noise", "ratio": 0.01}');
SELECT * FROM judge('{dat,ts,tsz}', '{"strategy": "noise", "interval": "1 year"}');
-- generalise.
SELECT * FROM judge('{dat,ts,tsz}', '"generalise"', 'equal');
SELECT * FROM judge('{dat,ts,tsz}', '{"strategy": "generalise", "to": "decade"}', 'equal');
SELECT * FROM judge('{ts,tsz}', '{"strategy": "generalise", "to": "hour"}', 'equal');
SELECT * FROM judge('{int2,int4,int8,domi,num,num82,flt4,flt8}', '{"strategy": "generalise", "step": 300}', 'equal');
-- random. (A truth value, and a label of few, may by chance be what it was; addresses are of 10.0.0.0/8, and two may be the same.)
SELECT * FROM judge('{txt,vc,ch,ci,nam,dom,byt,uid}', '"random"', 'distinct');
SELECT * FROM judge('{ip}', '"random"');
SELECT * FROM judge('{txt,vc,ch,ci}', '{"strategy": "random", "length": 30}', 'distinct');
SELECT * FROM judge('{int2,int4,int8,domi,num,num82,flt4,flt8}', '{"strategy": "random", "min": 5000, "max": 30000}');
SELECT * FROM judge('{dat,ts,tsz}', '{"strategy": "random", "min": "2000-01-01", "max": "2020-12-31"}');
SELECT "column", type, word, nulls_stay FROM judge('{yes,how,int2,int4,int8,num,num82,flt4,flt8,dat,ts,tsz}', '"random"');
-- What it was bounded by holds.
SELECT gdpr_register('person', '{"int4": {"strategy": "random", "min": 10, "max": 12}, "num82": {"strategy": "random", "min": 0.5, "max": 0.75},
                                 "dat": {"strategy": "random", "min": "2000-01-01", "max": "2000-01-03"},
                                 "vc": {"strategy": "random", "length": 5}, "int8": {"strategy": "noise", "amount": 3},
                                 "flt8": {"strategy": "noise", "ratio": 0.5}, "tsz": {"strategy": "noise", "interval": "1 hour"}}', subject => true);
BEGIN;
CREATE TABLE old AS TABLE person;
SELECT action, rows FROM gdpr_anonymise('person', ARRAY(SELECT id FROM person));
SELECT bool_and(p.int4 BETWEEN 10 AND 12) AS int4, bool_and(p.num82 BETWEEN 0.5 AND 0.75) AS num82,
       bool_and(p.dat BETWEEN '2000-01-01' AND '2000-01-03') AS dat, bool_and(length(p.vc) = 5) AS vc,
       bool_and(abs(p.int8 - o.int8) BETWEEN 1 AND 3) AS int8, bool_and(abs(p.flt8 - o.flt8) <= 0.5 * o.flt8) AS flt8,
       bool_and(p.tsz BETWEEN o.tsz - interval '1 hour' AND o.tsz + interval '1 hour') AS tsz
FROM person p JOIN old o USING (id);
ROLLBACK;
-- sql.
SELECT * FROM judge('{txt,ci}', '{"strategy": "sql", "expression": "''row '' || (id + 1) / 2"}', 'equal');
SELECT * FROM judge('{int2,int4,int8,num,num82,flt4,flt8,domi}', '{"strategy": "sql", "expression": "3", "pseudonymous": true}', 'equal');
SELECT * FROM judge('{home}', '{"strategy": "sql", "expression": "ROW(''gone'', (home).no)::strategies.place"}', 'equal');
-- keep: nothing changes, and it says so if there is a reason.
SELECT "column", word, changed FROM judge('{txt,int4}', '{"strategy": "keep", "reason": "law"}');
SELECT "column", word, changed FROM judge('{txt,int4}', '"keep"');
-- shuffle is for whole databases: the values of one person cannot be dealt among others.
SELECT * FROM judge('{txt}', '"shuffle"');
\echo :SQLSTATE
SELECT gdpr_register('person', '{"txt": "shuffle"}');
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
\echo :SQLSTATE

-- default: the column's own.
CREATE TABLE defaults (
    id int PRIMARY KEY, txt text DEFAULT 'nobody', int4 int DEFAULT 7, dat date DEFAULT '2000-01-01', how mood DEFAULT 'ok',
    jsb jsonb DEFAULT '{}', arr text[] NOT NULL DEFAULT '{}',
    none text, upper text DEFAULT upper('x')
);
INSERT INTO defaults VALUES (1, 'Ada', 1, '1815-12-10', 'sad', '{"a": 1}', '{a}', 'Ada', 'Ada'),
    (2, NULL, NULL, NULL, NULL, NULL, '{a}', NULL, NULL);
SELECT gdpr_register('defaults', '{"*": "default"}', subject => true);
SELECT * FROM gdpr_anonymise('defaults', ARRAY[1, 2]);
TABLE defaults ORDER BY id;

-- json: rules for places in a document. What is not there is not made; what no path leads to stays.
CREATE TABLE documents (id int PRIMARY KEY, doc json, docb jsonb);
INSERT INTO documents SELECT i, d::json, d::jsonb FROM (VALUES
    (1, '{"name": "Ada", "contact": {"email": "ada@example.org", "phone": "+31 6 1234", "city": "London"},
         "items": [{"name": "cup", "gift": "Ada", "n": 1}, {"name": "tea"}], "age": 36, "note": null, "tag": "Ada"}'),
    (2, '{"name": "Ada", "contact": null, "items": {}, "tag": "Ada"}'),
    (3, '{"contact": "ada@example.org", "items": [1, null, "x"], "name": {"first": "Ada"}, "tag": ["Ada"]}'),
    (4, '[]'), (5, '"Ada"'), (6, NULL), (7, '{}')) AS d (i, d);
CREATE TABLE documents_before AS TABLE documents;
SELECT gdpr_register('documents', jsonb_build_object('doc', rule, 'docb', rule), subject => true)
FROM (SELECT '{"strategy": "json", "paths": {"name": "blank", "contact.email": "email", "items.*.gift": "null",
               "contact.phone": {"strategy": "partial", "keep_last": 2},
               "tag": "pseudonym", "note": {"strategy": "value", "value": "gone"}, "nowhere.at.all": "null"}}'::jsonb AS rule) AS r;
SELECT * FROM gdpr_anonymise('documents', ARRAY[1, 2, 3, 4, 5, 6, 7]);
SELECT id, regexp_replace(replace(docb::text, gdpr_pseudonym('Ada'), '<pseudonym>'), 'anon-[0-9a-z]+@', 'anon-<random>@') AS docb
FROM documents ORDER BY id;
SELECT id, doc::jsonb - 'contact' IS NOT DISTINCT FROM docb - 'contact' AS both_alike FROM documents WHERE jsonb_typeof(docb) = 'object'
ORDER BY id;
SELECT gdpr_is_anonymised('documents', 1);
-- Every rule that may stand inside.
SELECT gdpr_register('documents', jsonb_build_object('docb',
       jsonb_build_object('strategy', 'json', 'paths', jsonb_build_object('a', rule))))
FROM jsonb_array_elements('["null", "blank", "partial", "hash", "pseudonym", {"strategy": "fake", "kind": "name"}, "email", "random",
                            {"strategy": "value", "value": [1]}]') rule;
-- Chance makes a string of the length that is given, of whatever stands there; of an object or array, of everything in it.
CREATE TABLE chance (id int PRIMARY KEY, doc jsonb);
INSERT INTO chance VALUES (1, '{"a": "Ada", "b": 7, "c": {"d": "Ada", "e": [1, "Ada"]}, "f": null, "g": "Ada"}');
SELECT gdpr_register('chance', '{"doc": {"strategy": "json", "paths": {"a": "random", "b": {"strategy": "random", "length": 3},
       "c": {"strategy": "random", "length": 5}, "f": "random"}}}', subject => true);
SELECT * FROM gdpr_anonymise('chance', 1);
SELECT regexp_replace(doc #>> '{}', '"[0-9a-z]{3,16}"(?![:])', '"random"', 'g') AS doc, length(doc ->> 'a') AS a, length(doc ->> 'b') AS b,
       length(doc #>> '{c,e,0}') AS c FROM chance;

-- Values that are already what the rule would make of them: that is no failure, and nothing is left to do.
CREATE TABLE neutral (id int PRIMARY KEY, txt text, blank text, val text, masked text, born date, steps int, gone text);
INSERT INTO neutral VALUES (1, '', '', 'gone', '***', '2000-01-01', 300, NULL);
SELECT gdpr_register('neutral', '{"txt": "partial", "blank": "blank", "val": {"strategy": "value", "value": "gone"},
                                  "masked": "partial", "born": "generalise", "steps": {"strategy": "generalise", "step": 100}, "gone": "null"}', subject => true);
SELECT * FROM gdpr_anonymise('neutral', 1);
TABLE neutral;
SELECT gdpr_is_anonymised('neutral', 1);
SELECT * FROM gdpr_anonymise('neutral', 1);

-- Values at the edges of their types.
CREATE TABLE edge (id int PRIMARY KEY, small smallint, big bigint, exact numeric, float float8, day date, moment timestamptz, long text,
    empty text, widest real, rounded real);
INSERT INTO edge VALUES (1, 32767, 9223372036854775807, 'NaN', 'infinity', 'infinity', '-infinity', repeat('Ada ', 100000), '', 3.4028235e38, 1e30),
    (2, -32768, -9223372036854775808, 0, 'NaN', '4713-01-01 BC', 'infinity', '', '', -3.4028235e38, 'NaN');
SELECT gdpr_register('edge', '{"small": "noise", "big": "noise", "exact": "noise", "float": "noise", "day": "noise", "moment": "noise",
       "long": "hash", "empty": "hash", "widest": "noise", "rounded": {"strategy": "noise", "amount": 5}}', subject => true);
SELECT * FROM gdpr_anonymise('edge', ARRAY[1, 2]);
SELECT id, small NOT IN (32767, -32768) AS small, big NOT IN (9223372036854775807, -9223372036854775808) AS big,
       CASE id WHEN 1 THEN exact = 'NaN' ELSE exact <> 0 END AS exact, float, CASE id WHEN 1 THEN day = 'infinity' ELSE day <> '4713-01-01 BC' END AS day,
       moment, length(long) AS long, length(empty) AS empty, abs(widest) < '3.4028235e38'::real AS widest, CASE id WHEN 1 THEN rounded <> '1e30'::real ELSE rounded = 'NaN' END AS rounded
FROM edge ORDER BY id;

-- The same value has the same pseudonym in every table, whatever its type is.
CREATE TABLE one (id int PRIMARY KEY, email text, number int, big bigint UNIQUE, contact text UNIQUE, below int);
CREATE TABLE two (id int PRIMARY KEY, mail varchar(80), no int UNIQUE, no8 bigint, hashed citext, contact varchar(60));
INSERT INTO one VALUES (1, 'ada@example.org', 4711, 4711, 'ada@example.org', -4711);
INSERT INTO two VALUES (1, 'ada@example.org', 4711, 4711, 'ada@example.org', 'ada@example.org');
SELECT gdpr_register('one', '{"email": "pseudonym", "number": "pseudonym", "big": "pseudonym", "below": "pseudonym",
       "contact": {"strategy": "pseudonym", "kind": "email"}}', subject => true);
SELECT gdpr_register('two', '{"mail": "pseudonym", "no": "pseudonym", "no8": "pseudonym", "hashed": "hash",
       "contact": {"strategy": "pseudonym", "kind": "email"}}', subject => true);
SELECT relation, action, rows FROM gdpr_anonymise('one', 1);
SELECT relation, action, rows FROM gdpr_anonymise('two', 1);
SELECT email = mail AS text, email = gdpr_pseudonym('ada@example.org') AS by_function, hashed = gdpr_hash('ada@example.org') AS hash,
       one.contact = two.contact AS with_a_kind, one.contact = gdpr_pseudonym('ada@example.org', 'email') AS kind_by_function
FROM one, two;
-- Numbers only in columns of one type, in each of which they are spread over all that the type has. The sign stays.
SELECT number = no AS integers, big = no8 AS bigints, number = big AS integer_and_bigint, number > 0 AS positive, below < 0 AS negative
FROM one, two;

SET client_min_messages = warning;
DROP SCHEMA strategies CASCADE;
