-- A condition means what it meant to whoever declared it.
--
-- It is kept as text and read again later, by sessions with settings of their own. A date that was written under one DateStyle must
-- not become another under the next, and no setting of a caller's may turn a condition into a different one.
CREATE SCHEMA links;
SET search_path = links, public;
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE note (id int PRIMARY KEY, person_id int, at date, moment timestamptz, took interval, body text);
INSERT INTO person VALUES (1);
INSERT INTO note VALUES
    (11, 1, '2024-01-31', '2024-02-03 12:00+00', '1 day', E'back\\slash'),
    (12, 1, '2024-02-15', '2024-02-03 12:00+00', '1 day', E'back\\slash'),
    (13, 1, '2024-04-02', '2024-03-02 12:00+00', '1 day', E'back\\slash'),
    (14, 1, '2024-02-15', '2024-02-03 12:00+00', '1 day', NULL),
    (15, 1, '2024-02-15', '2024-02-03 12:00+00', '1 mon', E'back\\slash');

-- From the first of February on, before the second of March: read the other way round they are days in January and February.
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
SET TimeZone = 'Asia/Tokyo';
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition =>
    $$target.at >= '01/02/2024' AND target.at < '02/03/2024' AND target.moment < '04/02/2024 09:00' AND target.took < '2 0:00:00'
      AND target.body = E'back\\slash'$$);
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;

-- New sessions, each with other settings: what was declared is read anew.
\c -
SET search_path = links, public;
SET datestyle = 'SQL, MDY';
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\c -
SET search_path = links, public;
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'iso_8601';
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
\c -
SET search_path = links, public;
SET datestyle = 'German';
SET quote_all_identifiers = on;
SELECT relation, key FROM gdpr_collect('person', 1) ORDER BY depth, key;
RESET quote_all_identifiers;

-- transform_null_equals would make `= NULL` true for a NULL, in the caller's session only.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', condition => 'target.body = NULL');
SELECT count(*) FROM gdpr_collect('person', 1);
\c -
SET search_path = links, public;
SET transform_null_equals = on;
SELECT count(*) FROM gdpr_collect('person', 1);

SET client_min_messages = warning;
DROP SCHEMA links CASCADE;
