-- S22, the erasing part. A group goes with its last member, not before.
--
-- The members of a club are told by a link table. A declared link leads up from the membership to the club: the club is one's own for its
-- last member, and shared before that.
CREATE SCHEMA s22_erase;
SET search_path = s22_erase, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE club (id int PRIMARY KEY, name text);
CREATE TABLE membership (person_id int REFERENCES person, club_id int REFERENCES club, PRIMARY KEY (person_id, club_id));
CREATE TABLE notice (id int PRIMARY KEY, club_id int NOT NULL REFERENCES club, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
INSERT INTO club VALUES (51, 'chess'), (52, 'go'), (53, 'nobody''s'), (54, 'bridge');
INSERT INTO membership VALUES (1, 51), (2, 51), (1, 52), (3, 54), (4, 54);
INSERT INTO notice VALUES (61, 51, 'chess on Monday'), (62, 52, 'go on Tuesday'), (63, 53, 'nothing'), (64, 54, 'bridge on Friday');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);

-- Not declared, a club is context, like a country: the memberships go, the clubs stay. Link tables need no entry.
BEGIN;
SELECT * FROM gdpr_erase('person', 1);
SELECT count(*) FROM club;
ROLLBACK;

SELECT gdpr_register('club', '{"name": "null"}');
SELECT gdpr_register('notice', '{"body": "null"}');
SELECT gdpr_link('membership', '{club_id}', 'club', '{id}');

-- Ada was the last one to play go. Bea still plays chess.
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
TABLE club ORDER BY id;
TABLE membership ORDER BY person_id, club_id;
TABLE notice ORDER BY id;

-- The last one turns off the light.
SELECT * FROM gdpr_erase('person', 2);
TABLE club ORDER BY id;

-- All members in one call are the last ones.
SELECT * FROM gdpr_erase('person', ARRAY[3, 4]);
TABLE club;
TABLE notice;

SET client_min_messages = warning;
DROP SCHEMA s22_erase CASCADE;
