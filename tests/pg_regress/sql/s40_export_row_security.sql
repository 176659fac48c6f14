-- S40, exports. Row security raises, it never filters: half of a document would be handed out as the whole.
--
-- Also on tables that only say what a row is called: a name that a policy hides is none for whoever it limits.
CREATE ROLE regress_owner;
CREATE ROLE regress_clerk;
CREATE ROLE regress_auditor BYPASSRLS;
CREATE SCHEMA s40_export AUTHORIZATION regress_owner;
SET search_path = s40_export, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_clerk, regress_auditor;

SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE shop (id int PRIMARY KEY, name text, secret bool);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, secret bool, shop_id int REFERENCES shop);
INSERT INTO person VALUES (1, 'Ada');
INSERT INTO shop VALUES (5, 'Tea', false), (6, 'Arms', true);
INSERT INTO note VALUES (11, 1, false, 5), (12, 1, true, 6);
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('note');
SELECT gdpr_register('shop', export => '{"label_expression": "name"}');
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY public_only ON note USING (NOT secret);
CREATE POLICY public_only ON shop USING (NOT secret);
GRANT USAGE ON SCHEMA s40_export TO regress_clerk, regress_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA s40_export TO regress_clerk, regress_auditor;
RESET ROLE;

-- The clerk sees one note of two, and is told that he cannot have the whole. No format gets around it, nor his own row_security setting.
SET ROLE regress_clerk;
SELECT id FROM note;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1, 'portability') doc;
\echo :SQLSTATE
SELECT length(html) FROM gdpr_export_html('person', 1) html;
\echo :SQLSTATE
SELECT length(archive) FROM gdpr_export_archive('person', 1) archive;
\echo :SQLSTATE
SET row_security = off;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
RESET row_security;

-- The table's owner, an auditor with BYPASSRLS and a superuser get everything.
SET ROLE regress_owner;
SELECT doc->'rows' AS rows, doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
SET ROLE regress_auditor;
SELECT doc->'rows' AS rows, doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
RESET ROLE;
SELECT doc->'rows' AS rows, doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;

-- FORCE limits the owner as well; the others are above it.
ALTER TABLE note FORCE ROW LEVEL SECURITY;
SET ROLE regress_owner;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SET ROLE regress_auditor;
SELECT doc->'rows' AS rows, doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
RESET ROLE;
ALTER TABLE note NO FORCE ROW LEVEL SECURITY;
ALTER TABLE note DISABLE ROW LEVEL SECURITY;

-- On the table that says what the notes' shops are called. The clerk may not know what one of them is called.
ALTER TABLE shop ENABLE ROW LEVEL SECURITY;
SET ROLE regress_clerk;
SELECT doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SET ROLE regress_auditor;
SELECT doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
RESET ROLE;
-- Not registered, it has no names, and is not read: everybody gets the bare keys.
DELETE FROM gdpr_registry WHERE relation = 'shop'::regclass;
SET ROLE regress_clerk;
SELECT doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
SET ROLE regress_auditor;
SELECT doc #> '{sections,1,data}' AS notes FROM gdpr_export('person', 1) doc;
RESET ROLE;
ALTER TABLE shop DISABLE ROW LEVEL SECURITY;

-- On the subject itself, also for nobody: that there is nobody with an id is something that he may not know, either.
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
SET ROLE regress_clerk;
SELECT doc->'rows' AS rows FROM gdpr_export('person', 1) doc;
\echo :SQLSTATE
SELECT doc->'rows' AS rows FROM gdpr_export('person', 99) doc;
\echo :SQLSTATE
RESET ROLE;

-- Whoever was given a document is in the log, and whoever was refused is not: of the clerk there is the one with bare keys.
SELECT "current_user", count(*) FROM gdpr_log.event WHERE subject = 's40_export.person' AND action = 'read' GROUP BY 1 ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA s40_export CASCADE;
DROP OWNED BY regress_owner, regress_clerk, regress_auditor;
DROP ROLE regress_owner, regress_clerk, regress_auditor;
