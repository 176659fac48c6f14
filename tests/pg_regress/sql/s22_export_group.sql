-- S22, exports. A group through a link table: the club is shown to each of its members, and none of them is shown to another.
--
-- What hangs on the club (its notices) is shown with it; whoever wrote a notice is another person. The last member's club is hers alone.
CREATE SCHEMA s22_export;
SET search_path = s22_export, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE club (id int PRIMARY KEY, name text, founder_id int REFERENCES person);
CREATE TABLE membership (person_id int REFERENCES person, club_id int REFERENCES club, since date, PRIMARY KEY (person_id, club_id));
CREATE TABLE notice (id int PRIMARY KEY, club_id int REFERENCES club, author_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO club VALUES (51, 'chess', 2), (52, 'go', 1), (53, 'nobody''s', NULL);
INSERT INTO membership VALUES (1, 51, '2026-01-01'), (2, 51, '2026-02-02'), (1, 52, '2026-03-03');
INSERT INTO notice VALUES (61, 51, 2, 'we play on Mondays'), (62, 52, NULL, 'we do not play'), (63, 53, NULL, 'closed'), (64, 51, 1, 'bring tea');
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('club', export => '{"label_expression": "name"}');
SELECT gdpr_register('membership');
SELECT gdpr_register('notice');
SELECT gdpr_link('person', '{id}', 'club', '{founder_id}', kind => 'context');
SELECT gdpr_link('person', '{id}', 'notice', '{author_id}', kind => 'accessor');
CREATE VIEW of_ada AS
SELECT s->>'label' AS label, s->'rows' AS rows, s->>'within' AS within, s->'redacted' AS redacted, jsonb_pretty(s->'data') AS data
FROM gdpr_export('person', 1) doc, jsonb_array_elements(doc->'sections') s;

-- Not declared, a club is context like a country: a membership shows what it is called, and nothing else of it.
SELECT * FROM of_ada;

-- Declared, it is hers and the others'. Whoever else is a member is no part of it.
SELECT gdpr_link('membership', '{club_id}', 'club', '{id}');
SELECT * FROM of_ada;

-- Bea leaves: the chess club is Ada's alone. Its founder is Bea still.
DELETE FROM membership WHERE person_id = 2;
SELECT * FROM of_ada;

SET client_min_messages = warning;
DROP SCHEMA s22_export CASCADE;
