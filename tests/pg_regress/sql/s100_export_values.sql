-- S100. What is stored is what is handed out: values of all types come back from the document as they were, and are text on the page.
CREATE SCHEMA s100;
SET search_path = s100, public;
\set SHOW_CONTEXT never
CREATE TYPE mood AS ENUM ('sad', 'fine');
CREATE TYPE address AS (street text, no int);
CREATE DOMAIN percentage AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE person (
    id bigint PRIMARY KEY, name text,
    small smallint, exact numeric, money numeric(10,2), single real, double double precision, yes boolean,
    day date, at time, at_zone timetz, moment timestamp, moment_zone timestamptz, lasts interval,
    bytes bytea, bits bit varying, uuid uuid, host inet, mac macaddr, position point,
    padded character(5), short varchar(10), mood mood, share percentage, address address, span daterange, spans int4multirange,
    numbers int[], grid text[][], from_two int[], addresses address[], moods mood[],
    doc json, docb jsonb, xml xml, words tsvector
);
-- As large, as exact and as odd as each type can be.
INSERT INTO person VALUES (
    9223372036854775807, 'Ada', -32768, 12345678901234567890123456789.123456789012345678901234567890, 19.90, 0.1, 1e-300, false,
    '0044-03-15 BC', '24:00:00', '01:02:03.5+05:30', '2026-11-22 01:13:09.123456', '2026-11-22 01:13:09.5+01', '1 year -2 days 00:00:00.1',
    '\x00ff27', B'10110', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2001:db8::1/64', '08:00:2b:01:02:03', '(1.5,-2)',
    'ab', ' x ', 'fine', 12.50, ('1 Tea "Lane", London', 3), '[2026-01-01,infinity)', '{[1,3),[5,9)}',
    '{1,NULL,3}', '{{a,"b c"},{NULL,"NULL"}}', '[2:3]={7,8}', ARRAY[('Tea "Lane"', NULL)::address, NULL], '{sad,NULL}',
    '{"b": 1.50, "a": [1, null], "b": 2}', '{"n": 1.500, "deep": {"x": [true, null, "\u00e9"]}}', '<a b="c">&amp;</a>', '''tea'':1A ''pot''');
-- As little: all NULL, and all empty or infinite.
INSERT INTO person (id) VALUES (1);
INSERT INTO person (id, name, exact, single, double, day, moment, moment_zone, bytes, numbers, grid, span, spans, doc, docb, address, words)
VALUES (2, '', 'NaN', '-Infinity', 'Infinity', 'infinity', '-infinity', 'infinity', '', '{}', '{}', 'empty', '{}', '""', '{}', (NULL, NULL), '');
SELECT gdpr_register('person', subject => true);

-- Round trips: the row made from the document is the row. (A json column keeps blanks and doubled keys that jsonb does not: compared as jsonb.
-- An array that starts at 2 starts at 1 in JSON.)
SELECT p.id, c AS column, to_jsonb(p)->>c AS stored, to_jsonb(b)->>c AS came_back
FROM person p, LATERAL jsonb_populate_record(NULL::person, gdpr_export('person', p.id) #> '{sections,0,data,0}') b,
     jsonb_object_keys(to_jsonb(p)) c
WHERE to_jsonb(p)->>c IS DISTINCT FROM to_jsonb(b)->>c;
SELECT p.id, (p.small, p.exact, p.money, p.single, p.double, p.yes, p.day, p.at, p.at_zone, p.moment, p.moment_zone, p.lasts, p.bytes, p.bits, p.uuid, p.host, p.mac,
        p.padded, p.short, p.mood, p.share, p.address, p.span, p.spans, p.numbers, p.grid, p.addresses, p.moods, p.docb, p.words)
     IS NOT DISTINCT FROM
       (b.small, b.exact, b.money, b.single, b.double, b.yes, b.day, b.at, b.at_zone, b.moment, b.moment_zone, b.lasts, b.bytes, b.bits, b.uuid, b.host, b.mac,
        b.padded, b.short, b.mood, b.share, b.address, b.span, b.spans, b.numbers, b.grid, b.addresses, b.moods, b.docb, b.words) AS the_same,
       p.xml::text IS NOT DISTINCT FROM b.xml::text AS same_xml, p.position ~= b.position AS same_position, p.doc::jsonb IS NOT DISTINCT FROM b.doc::jsonb AS same_json
FROM person p, LATERAL jsonb_populate_record(NULL::person, gdpr_export('person', p.id) #> '{sections,0,data,0}') b ORDER BY p.id;

-- As it is written, and what is said of each column. Numbers keep every digit and their trailing zeros; a time has its zone.
SET timezone = 'UTC';
SELECT c->>'column' AS column, c->>'type' AS type, doc #> '{sections,0,data,0}' -> (c->>'label') AS value
FROM gdpr_export('person', 9223372036854775807) doc, jsonb_array_elements(doc #> '{sections,0,columns}') c;
-- Settings of the session do not change how values are written.
CREATE TABLE plain AS SELECT gdpr_export('person', 9223372036854775807) #> '{sections}' AS sections;
SET datestyle = 'German, DMY';
SET intervalstyle = 'sql_standard';
SET bytea_output = 'escape';
SET extra_float_digits = -3;
SET xmlbinary = 'hex';
SELECT sections = gdpr_export('person', 9223372036854775807) #> '{sections}' AS the_same FROM plain;
RESET datestyle;
RESET intervalstyle;
RESET bytea_output;
RESET extra_float_digits;
RESET xmlbinary;

-- NULL is null, not a text, and not nothing. What is empty is empty.
SELECT jsonb_object_agg(key, value) AS all_null FROM jsonb_each(gdpr_export('person', 1) #> '{sections,0,data,0}') WHERE key IN ('name', 'bytes', 'docb', 'grid');
SELECT count(*) AS columns, count(*) FILTER (WHERE value = 'null') AS nulls FROM jsonb_each(gdpr_export('person', 1) #> '{sections,0,data,0}');
SELECT jsonb_object_agg(key, value) AS empty FROM jsonb_each(gdpr_export('person', 2) #> '{sections,0,data,0}') WHERE value <> 'null';

-- Markup and formulas are data: in the document as they are, on the page escaped, wherever they come from: values, labels, facts, names.
CREATE TABLE "note<b>" (id int PRIMARY KEY, person_id bigint REFERENCES person, "body<i>" text, docb jsonb);
INSERT INTO "note<b>" VALUES (11, 1, '<script>alert("1")</script>', '{"<u>": "</td><img src=x onerror=alert(2)>"}'), (12, 1, '=HYPERLINK("http://evil","x")', '[]');
UPDATE person SET name = '</title><script>alert(''3'')</script>' WHERE id = 1;
SELECT gdpr_register('person', export => '{"label_expression": "name", "label": "<em>Person</em>"}', facts => '{"controller": "<h1>Shop & Co</h1>", "purpose": ["<s>to sell</s>"]}');
SELECT gdpr_register('"note<b>"', export => '{"labels": {"id": "\"><script>4</script>"}}');
SELECT doc #>> '{subject,name}' AS name, doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
SELECT html ~* '<script|<img|<em>person|<h1>shop|<s>to|<u>|<i>|<b>"' AS has_markup, position('<title>' IN html) > 0 AND html !~* '</title>.*</title>' AS one_title,
       position('&lt;script&gt;alert(' IN html) > 0 AS shows_it_as_text
FROM gdpr_export_html('person', 1) html;

SET client_min_messages = warning;
DROP SCHEMA s100 CASCADE;
