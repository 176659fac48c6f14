-- What S100 to S103 start from: gdpr_find says in which columns a text is found, registered or not, and in how many rows.
--
-- One table has a column of each type that can hold a text. Which of them are left out can be read from the list of all.
CREATE SCHEMA find;
SET search_path = find, public;
\set SHOW_CONTEXT never
CREATE EXTENSION hstore SCHEMA find;
CREATE EXTENSION citext SCHEMA find;
CREATE EXTENSION ltree SCHEMA find;
CREATE DOMAIN short_text AS text CHECK (length(VALUE) < 100);
CREATE DOMAIN shorter_text AS short_text;
CREATE TYPE contact AS (name text, phone int, notes text[]);
CREATE DOMAIN some_contact AS contact;
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE mood AS ENUM ('ada lovelace', 'other');
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE every_type (
  a_text text, a_varchar varchar(40), a_char char(30), a_name name, a_citext citext, a_domain shorter_text,
  in_turkish text COLLATE "tr-x-icu", in_c text COLLATE "C", of_any_case text COLLATE any_case,
  a_json json, a_jsonb jsonb, an_xml xml, an_hstore hstore, an_ltree ltree, a_tsvector tsvector, a_bytea bytea,
  texts text[], domains short_text[], documents jsonb[], a_composite contact, composite_domain some_contact, composites contact[],
  a_range text_range, a_multirange text_multirange,
  a_mood mood, a_bit bit(8), a_point point, an_interval interval);
INSERT INTO every_type VALUES (
  'Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace',
  'Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace',
  '{"name": "Ada Lovelace"}', '{"names": ["Ada Lovelace"]}', '<p name="x">Ada Lovelace</p>', 'name=>"Ada Lovelace"', 'Ada.Lovelace',
  to_tsvector('english', 'Ada Lovelace'), 'Ada Lovelace',
  '{x,Ada Lovelace}', '{Ada Lovelace}', ARRAY['{"name": "Ada Lovelace"}'::jsonb], ROW('Ada Lovelace', 1, '{}'), ROW('x', 1, '{Ada Lovelace}'),
  ARRAY[ROW('Ada Lovelace', 1, '{}')::contact], '[Ada Lovelace,Zoe)', '{[A,Ada Lovelace]}',
  'ada lovelace', B'00000001', '(1,1)', '1 day');
INSERT INTO every_type (a_text) VALUES (NULL);
CREATE FUNCTION found(term text, match text DEFAULT 'contains') RETURNS text LANGUAGE sql AS
  $$ SELECT string_agg("column" || CASE rows WHEN 1 THEN '' ELSE ' ' || rows END, ', ') FROM gdpr_find(term, match, '{find}') $$;
CREATE FUNCTION not_found(term text, match text DEFAULT 'contains') RETURNS text LANGUAGE sql AS
  $$ SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0
     AND attname NOT IN (SELECT "column" FROM gdpr_find(term, match, '{find}') WHERE relation = 'every_type'::regclass) $$;

SELECT * FROM gdpr_find('Ada Lovelace', schemas => '{find}');

-- Whatever the case. Labels of an ltree have no blanks, and bytes are found as they are, in small letters, in capitals, and with capitals first.
SELECT not_found('ada lovelace') AS small, not_found('ADA LOVELACE') AS capitals, not_found('aDA LovelacE') AS mixed;
-- Ways to match. A tsvector holds words, each of which is a value.
SELECT match, not_found('ada lovelace', match), found('ada', match), found('love', match)
FROM unnest('{contains,exact,prefix,word}'::text[]) match;
-- Blanks around it do not count.
SELECT not_found(E'  ada lovelace\n', match) FROM unnest('{contains,exact}'::text[]) match;

-- Letters beyond ASCII, small and capital, composed or not, and what JSON and XML may make of them.
TRUNCATE every_type;
INSERT INTO every_type (a_text) VALUES ('Müller'), ('MÜLLER'), (U&'Mu\0308ller'), ('Muller'), ('ller');
INSERT INTO every_type (in_c) VALUES ('MÜLLER'), ('müller');
INSERT INTO every_type (of_any_case) VALUES ('MÜLLER');
INSERT INTO every_type (texts) VALUES ('{x,MÜLLER}');
INSERT INTO every_type (a_json) VALUES ('"Müller"'), ('["M\u00fcller"]'), ('{"a": "M\u00DCLLER"}'), ('{"a": "Mu\u0308ller"}'), ('"M\\u00fcller"');
INSERT INTO every_type (a_jsonb) VALUES ('"M\u00fcller"'), ('{"MÜLLER": 1}');
INSERT INTO every_type (an_xml) VALUES ('<a>Müller</a>'), ('<a>M&#252;ller</a>'), ('<a>M&#xFC;ller</a>'), ('<a>M&#x00dc;LLER</a>');
INSERT INTO every_type (a_bytea) VALUES (convert_to('Müller', 'UTF8')), (convert_to('müller', 'UTF8')), (convert_to('MüLLER', 'UTF8'));
SELECT match, found('müller', match), found(U&'MU\0308LLER', match) AS decomposed FROM unnest('{contains,exact,prefix,word}'::text[]) match;
-- Letters only that have no part in ASCII, and characters outside the plane that \u reaches.
INSERT INTO every_type (a_text, a_json) VALUES ('Дмитрий', '"\u0414\u043c\u0438\u0442\u0440\u0438\u0439"'), ('ДМИТРИЙ', NULL), ('😀 yes', '"\ud83d\ude00"');
SELECT found('дмитрий'), found('Дмитрий', 'exact') AS exact, found('😀') AS sign, found('трий', 'word') AS part;
-- The Turkish capital of i is another character.
INSERT INTO every_type (a_text, in_turkish) VALUES ('İbrahim', 'İBRAHİM'), ('IBRAHIM', 'ibrahim');
SELECT found('ibrahim'), found('İbrahim') AS dotted;
INSERT INTO every_type (in_turkish) VALUES ('ISPARTA'), ('ısparta');
SELECT found('ısparta') AS dotless, found('ISPARTA') AS capitals;

-- No character means anything but itself.
TRUNCATE every_type;
INSERT INTO every_type (a_text, texts, a_jsonb, a_json, an_hstore, an_xml) SELECT v, ARRAY[v], to_jsonb(v), to_json(v), hstore('k', v), xmlelement(name a, v)
FROM unnest(ARRAY['50%', '50 percent', 'a_b', 'axb', 'a\b', 'a/b', 'a,b', 'a"b', 'a.b', '(a|b)*', '[a-c]', 'a''b', 'a&b', 'a<b', '${a}', '{}', E'a\nb', '''; SELECT 1 --']) v;
INSERT INTO every_type (a_json) VALUES ('"a\/b"'), ('"a\u0022b"'), ('"a\u005cb"'), ('"a\u0026b"'), ('"a\u003cB"');
INSERT INTO every_type (an_xml) VALUES ('<x y="a&quot;b"/>'), ('<x><![CDATA[a&b]]></x>');
SELECT term, found(term), found(term, 'exact') AS exact, found(term, 'prefix') AS prefix, found(term, 'word') AS word
FROM unnest(ARRAY['50%', '%', 'a_b', 'a\b', 'a/b', 'a,b', 'a"b', 'a.b', '(a|b)*', '[a-c]', 'a''b', 'a&b', 'a<b', '${a}', '{}', '''; SELECT 1 --']) term;
SELECT found(E'a\nb'), found(E'a\nb', 'exact') AS exact;
-- Settings of the session change nothing.
CREATE TEMP TABLE answers AS SELECT term, match, found(term, match) AS found
  FROM unnest(ARRAY['50%', 'a\b', 'a"b', 'a''b', 'a.b', '(a|b)*', 'a&b', E'a\nb']) term, unnest('{contains,exact,prefix,word}'::text[]) match;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET quote_all_identifiers = on;
SET bytea_output = escape;
SET transform_null_equals = on;
SET row_security = off;
SET default_text_search_config = 'pg_catalog.german';
SELECT count(*) AS all, count(found) AS some, count(*) FILTER (WHERE found IS DISTINCT FROM found(term, match)) AS differ FROM answers;
RESET standard_conforming_strings;
RESET escape_string_warning;
RESET quote_all_identifiers;
RESET bytea_output;
RESET transform_null_equals;
RESET row_security;
RESET default_text_search_config;
DROP TABLE answers;
-- What is around a value is not a part of it, so that neighbours are not one value.
TRUNCATE every_type;
INSERT INTO every_type (texts, an_hstore, a_composite) VALUES ('{ada,bea,NULL}', 'ada=>bea, null=>NULL', ROW('ada', 1, '{bea,NULL}'));
SELECT found('ada,bea') AS neighbours, found('ada,1') AS composite, found('null') AS null, found('bea', 'exact') AS exact, found('ad', 'prefix') AS prefix;

-- Where a value begins and ends in a document: at quotes that are not a part of it. A number has none.
TRUNCATE every_type;
CREATE TABLE one (document json);
CREATE FUNCTION ways(document json, term text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM one;
  INSERT INTO one VALUES (document);
  RETURN (SELECT string_agg(match, ' ') FROM unnest('{contains,exact,prefix,word}'::text[]) match CROSS JOIN LATERAL gdpr_find(term, match, '{find}'));
END $$;
SELECT document, ways(document, 'ada') AS ada, ways(document, '42') AS "42"
FROM unnest(ARRAY['{"k": "ada"}', '{"k": "x ada"}', '{"k": "x \"ada\""}', '{"k": "x,\"ada"}', '{"k": " ada "}', '{"ada": 1}', '{"k": "adam"}', '{"k": "x\nada"}', '"ada"',
  '["x", "ada"]', '{"k": 42}', '{"k": "42"}', '{"k": "x, 42"}', '[142, 42.5]', '[7,42]', '42', 'null']::json[]) document;
DROP TABLE one;

-- Numbers, dates, keys and addresses are found where they are equal, whatever they look like; a telephone number also without its signs.
CREATE TABLE every_number (
  a_smallint smallint, an_integer int, a_bigint bigint, a_numeric numeric, a_double float8, integers int[], a_uuid uuid, a_date date, a_timestamp timestamp,
  a_timestamptz timestamptz, an_inet inet, a_cidr cidr, a_mac macaddr, in_document jsonb, a_boolean boolean);
SET TIME ZONE 'UTC';
INSERT INTO every_number VALUES (42, 42, 42, 42.0, 42, '{7,42}', '0e0e0e0e-42b4-4e4e-8a8a-00000000ada0', '1985-12-10', '1985-12-10 08:30', '1985-12-10 08:30+00',
  '10.0.0.7/24', '10.0.0.0/8', '08:00:2b:01:02:03', '{"n": 42}', true);
INSERT INTO every_number (a_bigint, a_numeric) VALUES (442079460018, 2079460018);
SELECT term, found(term) FROM unnest('{42,4,042,42.0,-42,4e1,70000,99999999999999999999,NaN,true,today,now,epoch,infinity,+44 20 7946 0018,(020) 7946-0018,
  0E0E0E0E42B44E4E8A8A00000000ADA0,1985-12-10,"10 December 1985",1985-12-10 08:30,10.0.0.7,10.0.0.0,08-00-2b-01-02-03}'::text[]) term;
-- A day is read as the session reads days.
SET datestyle = 'ISO, DMY';
SELECT found('10.12.1985') AS day_first, found('12.10.1985') AS month_first;
RESET datestyle;

-- Kinds of tables: what is partitioned once, by its topmost table; heirs each for itself; views not, but the tables that they read.
CREATE TABLE part (id int, who text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE part_2_1 (extra int, who text, id int);
ALTER TABLE part_2_1 DROP extra;
ALTER TABLE part_2 ATTACH PARTITION part_2_1 FOR VALUES FROM (10) TO (20);
INSERT INTO part VALUES (1, 'kind: Ada'), (11, 'kind: Ada'), (12, 'kind: Bea');
CREATE TABLE animal (who text);
CREATE TABLE dog (barks boolean) INHERITS (animal);
INSERT INTO animal VALUES ('kind: Ada');
INSERT INTO dog VALUES ('kind: Ada'), ('kind: Ada');
CREATE VIEW seen AS SELECT * FROM dog;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM dog;
CREATE MATERIALIZED VIEW never_refreshed AS SELECT * FROM dog WITH NO DATA;
CREATE UNLOGGED TABLE unlogged (who text);
INSERT INTO unlogged VALUES ('kind: Ada');
CREATE TEMP TABLE find_temporary (who text);
INSERT INTO find_temporary VALUES ('kind: Ada');
CREATE TABLE "we""ird %s" (id int, "50%s" text, "$1" text[], "x""; DROP" contact, " " text);
INSERT INTO "we""ird %s" VALUES (1, 'kind: Ada', '{kind: Ada}', ROW('kind: Ada', 1, '{}'), 'kind: Ada');
CREATE TABLE "UPPER" ("Group" text, "select" text);
INSERT INTO "UPPER" VALUES ('kind: Ada', 'x');
CREATE TABLE without_columns ();
SELECT * FROM gdpr_find('kind: Ada');
SELECT * FROM gdpr_find('kind: Ada', 'exact', '{find}') WHERE relation = 'dog'::regclass;
-- Partitions of several owners are read one after the other, each with its owner's rights, and their rows are added up.
CREATE ROLE regress_find_owner;
GRANT CREATE ON SCHEMA find TO regress_find_owner;
ALTER TABLE part_2_1 OWNER TO regress_find_owner;
REVOKE CREATE ON SCHEMA find FROM regress_find_owner;
GRANT USAGE ON SCHEMA find TO regress_find_owner;
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find}') WHERE relation = 'part'::regclass;

-- What is registered, and with which rule: by the table itself, or else by the nearest one that it is a partition or an heir of.
CREATE TABLE customer (id int PRIMARY KEY, email text UNIQUE, phone text, nick text, made text GENERATED ALWAYS AS (upper(nick)) STORED);
CREATE TABLE vip (sign text) INHERITS (customer);
CREATE TABLE mailing (email text, customer_id int REFERENCES customer);
CREATE TABLE visit (id int, email text, page text) PARTITION BY LIST (id);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES IN (1);
INSERT INTO customer VALUES (1985, 'registry1985', 'registry1985', 'registry1985');
INSERT INTO vip VALUES (1985, 'registry1985', 'registry1985', 'registry1985', DEFAULT, 'registry1985');
INSERT INTO mailing VALUES ('registry1985', 1985);
INSERT INTO visit VALUES (1, 'registry1985', 'registry1985');
SELECT gdpr_register('customer', '{"email": "email", "phone": {"strategy": "partial", "keep_last": 2}, "*": "null"}', subject => true);
SELECT gdpr_register('visit', '{"email": "hash"}');
SELECT * FROM gdpr_find('registry1985');
SELECT * FROM gdpr_find('1985', 'exact', '{find}');
SELECT gdpr_register('vip', '{"sign": "null"}');
SELECT * FROM gdpr_find('registry1985', schemas => '{find}') WHERE relation = 'vip'::regclass;

-- The extension's own tables are not searched: they say where something is, not whose.
SELECT count(*) > 0 AS is_in_the_registry FROM gdpr_registry WHERE rules::text LIKE '%keep\_last%';
SELECT * FROM gdpr_find('keep_last');

-- Only some schemas.
CREATE SCHEMA find_2;
CREATE TABLE find_2.note (body text);
INSERT INTO find_2.note VALUES ('kind: Ada');
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find_2}');
SELECT count(DISTINCT relation) > 1 AS both FROM gdpr_find('kind: Ada', schemas => '{find_2,find}');

-- Which table is being read, for who wants to know.
SET client_min_messages = debug1;
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find_2}');
RESET client_min_messages;

-- What a role may not read is left out, and it is told so: no SELECT, on some columns only, no way into the schema, policies. Otherwise nothing is said.
CREATE ROLE regress_find_reader;
GRANT USAGE ON SCHEMA find TO regress_find_reader;
GRANT SELECT ON find_2.note TO regress_find_reader;
DROP TABLE every_type, every_number CASCADE;
SET ROLE regress_find_reader;
SELECT * FROM gdpr_find('kind: Ada');
\echo :SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_find TO regress_find_reader;
CREATE TABLE secret (who text);
CREATE TABLE some_columns (who text, diary text, "Of Others" text, n int);
CREATE TABLE policed (who text);
CREATE TABLE on_paper (who int);
INSERT INTO secret VALUES ('kind: Ada');
INSERT INTO some_columns VALUES ('kind: Ada', 'kind: Ada', 'kind: Ada', 1);
INSERT INTO policed VALUES ('kind: Ada'), ('kind: Ada, too');
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON policed FOR SELECT USING (who NOT LIKE '%too');
GRANT SELECT ON animal, dog, policed, customer, part TO regress_find_reader;
GRANT SELECT (who) ON some_columns TO regress_find_reader;
SET ROLE regress_find_reader;
SELECT * FROM gdpr_find('kind: Ada');
SELECT * FROM gdpr_find('registry1985');
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find_2}');
-- The internal functions give no more than that.
SELECT gdpr_internal.find_counts('secret', 'secret', '{who}', gdpr_internal.find_needle('a', 'contains'));
\echo :SQLSTATE
SELECT gdpr_internal.find_counts('some_columns', 'some_columns', '{diary}', gdpr_internal.find_needle('a', 'contains'));
SELECT gdpr_internal.find_counts('policed', 'policed', '{who}', gdpr_internal.find_needle('a', 'contains'));
SELECT gdpr_internal.find_counts('secret', 'animal', '{who}', gdpr_internal.find_needle('a', 'contains'));
SELECT gdpr_internal.find_counts('find_2.note', 'find_2.note', '{body}', gdpr_internal.find_needle('a', 'contains'));
SELECT gdpr_internal.find_counts('part_1', 'part', '{who}', gdpr_internal.find_needle('ada', 'contains')) AS of_a_partition;
SELECT relation, "column", rule FROM gdpr_internal.find_rule WHERE relation::text ~ '^(customer|visit|vip)' ORDER BY 1, 2;
RESET ROLE;
-- Of a partitioned table that it may not read, the partition that it may; policies of a partition do not count for who reads it from above.
REVOKE SELECT ON part FROM regress_find_reader;
GRANT SELECT ON part_1 TO regress_find_reader;
SET ROLE regress_find_reader;
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find}') WHERE relation::text LIKE 'part%';
RESET ROLE;
-- Who is not granted gdpr_find does not read the registry by the view either.
REVOKE EXECUTE ON FUNCTION gdpr_find FROM regress_find_reader;
SET ROLE regress_find_reader;
SELECT count(*) FROM gdpr_internal.find_rule;
SELECT gdpr_internal.log_find();
\echo :SQLSTATE
RESET ROLE;

-- Logged, if everything that is read is to be: who has searched, not for what.
SET gdpr_ext.log_reads = 'all';
SELECT * FROM gdpr_find('kind: Ada', schemas => '{find_2}');
RESET gdpr_ext.log_reads;
SELECT call, subject, relation, action, rows, key_columns, keys, columns, current_user = "current_user" AS who FROM gdpr_log.event WHERE call = 'find';
SELECT count(*) FROM gdpr_log.event e WHERE e::text LIKE '%kind%';

SET client_min_messages = warning;
DROP SCHEMA find, find_2 CASCADE;
DROP TABLE find_temporary;
DROP OWNED BY regress_find_reader, regress_find_owner;
DROP ROLE regress_find_reader, regress_find_owner;
