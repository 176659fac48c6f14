-- S14. Names that break what is put together by hand.
--
-- Mixed case, spaces, quotes, backslashes, dollar signs, zero-width characters, 63 bytes, reserved words, a name that looks
-- like an expression in parentheses. All are legal; all must be found, and shown quoted as quote_ident quotes.
SET client_min_messages = warning;
CREATE SCHEMA "s14 ""Hostile"" \ $$ schema";
RESET client_min_messages;
SET search_path = "s14 ""Hostile"" \ $$ schema", public;

CREATE TABLE "Person" ("Id" int PRIMARY KEY, "first name" text);
CREATE TABLE "we""ird" ("select" int PRIMARY KEY, "Id" int REFERENCES "Person");
CREATE TABLE "back\slash" ("a\b" int PRIMARY KEY, "'quoted'" int REFERENCES "we""ird");
CREATE TABLE "$$" ("$1" int PRIMARY KEY, "%s %I" int REFERENCES "back\slash");
CREATE TABLE U&"zero\200Bwidth" (U&"\00E9\200D" int PRIMARY KEY, "order by" int REFERENCES "$$");
CREATE TABLE "table" ("(id)" int PRIMARY KEY, "{a,b}" int REFERENCES U&"zero\200Bwidth");
CREATE TABLE "a.b" ("x.y" int PRIMARY KEY, "-- c" int REFERENCES "table");
CREATE TABLE "; DROP TABLE ""Person""; --" ("source" int PRIMARY KEY, "target" int REFERENCES "a.b");
CREATE TABLE "sixty-three bytes ääääääääääääääääääääää!" (
    "another sixty-three bytes, which is the longest name that fits." int PRIMARY KEY,
    "$gdpr$" int REFERENCES "; DROP TABLE ""Person""; --"
);
CREATE TABLE " " ("	" int PRIMARY KEY, "NULL" int REFERENCES "sixty-three bytes ääääääääääääääääääääää!");
INSERT INTO "Person" VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO "we""ird" VALUES (11, 1), (21, 2);
INSERT INTO "back\slash" VALUES (12, 11), (22, 21);
INSERT INTO "$$" VALUES (13, 12), (23, 22);
INSERT INTO U&"zero\200Bwidth" VALUES (14, 13), (24, 23);
INSERT INTO "table" VALUES (15, 14), (25, 24);
INSERT INTO "a.b" VALUES (16, 15), (26, 25);
INSERT INTO "; DROP TABLE ""Person""; --" VALUES (17, 16), (27, 26);
INSERT INTO "sixty-three bytes ääääääääääääääääääääää!" VALUES (18, 17), (28, 27);
INSERT INTO " " VALUES (19, 18), (29, 28);

SELECT depth, relation, key, via, shared FROM gdpr_collect('"Person"', 1) ORDER BY depth;
SELECT depth, link, kind FROM gdpr_graph('"Person"') ORDER BY depth;

-- Declared links and registrations take the names as they are, without quotes.
CREATE TABLE "No ""Key"" Here" ("who's who" text, "Id" int);
INSERT INTO "No ""Key"" Here" VALUES ('Ada', 1), ('Bea', 2);
SELECT gdpr_link('"Person"', '{first name}', '"No ""Key"" Here"', ARRAY['who''s who'],
                 condition => $$target."Id" = source."Id"$$);
SELECT gdpr_register('"we""ird"', '{"Id": "keep"}', search => ARRAY['select']);
SELECT source, source_columns, target, target_columns, condition FROM gdpr_links WHERE source = '"Person"'::regclass;
SELECT relation, rules, search FROM gdpr_registry WHERE relation = '"we""ird"'::regclass;
SELECT depth, relation, key, via, data FROM gdpr_collect('"Person"', 1) WHERE key IS NULL;

-- A composite key with such parts.
CREATE TABLE "Tenant's ""Member""" ("{x}" int, "a,b" text, PRIMARY KEY ("{x}", "a,b"));
INSERT INTO "Tenant's ""Member""" VALUES (1, 'it''s'), (1, '"');
SELECT relation, key FROM gdpr_collect('"Tenant''s ""Member"""', $${"{x}": 1, "a,b": "it's"}$$);

-- Nothing was dropped, and a diagram can be drawn of it.
SELECT count(*) FROM "Person";
SELECT gdpr_graph_mermaid('"Person"') LIKE 'flowchart%' AS is_a_flowchart;

SET client_min_messages = warning;
DROP SCHEMA "s14 ""Hostile"" \ $$ schema" CASCADE;
