-- S22, the reading part. A group through a link table.
--
-- A group belongs to its members: a link that leads up, from the membership to the group. It is one's own for its last member, and
-- shared before that. The foreign key that runs the other way, from the group down to its memberships, is then context: otherwise
-- one member would take along all others.
CREATE SCHEMA s22;
SET search_path = s22, public;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE club (id int PRIMARY KEY, name text);
CREATE TABLE membership (person_id int REFERENCES person, club_id int REFERENCES club, since date, PRIMARY KEY (person_id, club_id));
CREATE TABLE notice (id int PRIMARY KEY, club_id int REFERENCES club);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO club VALUES (51, 'chess'), (52, 'go'), (53, 'nobody''s');
INSERT INTO membership VALUES (1, 51), (2, 51), (1, 52);
INSERT INTO notice VALUES (61, 51), (62, 52), (63, 53);

-- Not declared, a club is context like a country: only the membership is Ada's.
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

SELECT gdpr_link('membership', '{club_id}', 'club', '{id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, link, kind, reviewed FROM gdpr_graph('person') ORDER BY depth, link;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

-- Bea leaves: the chess club is Ada's alone.
DELETE FROM membership WHERE person_id = 2;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s22 CASCADE;
