-- S50. Rows that refer to each other, by keys that may not be NULL, with ON DELETE RESTRICT.
--
-- No order of two deletions would do. One statement that deletes from all tables of the cycle does: PostgreSQL checks its foreign keys at
-- the end of the statement. No constraint has to be deferrable for it, and no trigger is disabled.
CREATE SCHEMA s50;
SET search_path = s50, public;
\set SHOW_CONTEXT never

-- An account and its profile.
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE account (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person ON DELETE RESTRICT, profile_id int NOT NULL, iban text);
CREATE TABLE profile (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account ON DELETE RESTRICT, bio text);
ALTER TABLE account ADD FOREIGN KEY (profile_id) REFERENCES profile ON DELETE RESTRICT;
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
WITH account AS (INSERT INTO account SELECT id + 10, id, id + 20, 'NL00-' || id FROM person)
INSERT INTO profile SELECT id + 20, id + 10, 'I am ' || name FROM person;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('account', '{"iban": "null"}');
SELECT gdpr_register('profile', '{"bio": "null"}');

-- By hand it goes neither way.
DELETE FROM account WHERE id = 11;
DELETE FROM profile WHERE id = 21;
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
SELECT * FROM gdpr_erase('person', ARRAY[3, 4]);
SELECT * FROM person JOIN account ON person_id = person.id JOIN profile ON profile.id = profile_id AND account_id = account.id;
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM profile) AS profiles;

-- One row of a cycle that has to stay holds all others.
SELECT gdpr_register('profile', on_erase => 'keep', ground => 'a claim is pending');
SELECT * FROM gdpr_erase('person', 2);
SELECT * FROM person JOIN account ON person_id = person.id JOIN profile ON profile.id = profile_id AND account_id = account.id;
-- Where its key may be NULL, and it is not kept as it is, it holds nothing.
ALTER TABLE profile ALTER account_id DROP NOT NULL;
UPDATE gdpr_registry SET on_erase = 'anonymise', ground = NULL WHERE relation = 'profile'::regclass;
SELECT * FROM gdpr_erase('person', 2);
TABLE profile;

-- The person's own row in the cycle: everybody has a main card.
CREATE TABLE member (id int PRIMARY KEY, main_card int NOT NULL, name text);
CREATE TABLE card (id int PRIMARY KEY, member_id int NOT NULL REFERENCES member ON DELETE RESTRICT, number text);
ALTER TABLE member ADD FOREIGN KEY (main_card) REFERENCES card ON DELETE RESTRICT;
WITH member AS (INSERT INTO member VALUES (1, 31, 'Ada'), (2, 33, 'Bea'))
INSERT INTO card VALUES (31, 1, '4111'), (32, 1, '4222'), (33, 2, '4333');
SELECT gdpr_register('member', '{"name": "null"}', subject => true);
SELECT gdpr_register('card', '{"number": "null"}');
SELECT * FROM gdpr_erase('member', 1);
SELECT * FROM member JOIN card ON main_card = card.id AND member_id = member.id;

-- Two cycles between the same two tables, and one within a table. The tree of tasks is deleted at once, whatever the order of its rows.
CREATE TABLE project (
    id int PRIMARY KEY, member_id int NOT NULL REFERENCES member ON DELETE RESTRICT,
    first_task int NOT NULL, last_task int NOT NULL, title text
);
CREATE TABLE task (
    id int PRIMARY KEY, project_id int NOT NULL REFERENCES project ON DELETE RESTRICT,
    parent_id int NOT NULL REFERENCES task ON DELETE RESTRICT, title text
);
ALTER TABLE project ADD FOREIGN KEY (first_task) REFERENCES task ON DELETE RESTRICT,
    ADD FOREIGN KEY (last_task) REFERENCES task ON DELETE RESTRICT;
WITH project AS (INSERT INTO project VALUES (41, 2, 51, 53, 'garden'))
INSERT INTO task VALUES (51, 41, 51, 'dig'), (52, 41, 51, 'sow'), (53, 41, 52, 'wait');
SELECT gdpr_register('project');
SELECT gdpr_register('task');
SELECT * FROM gdpr_erase('member', 2);
SELECT (SELECT count(*) FROM member) AS members, (SELECT count(*) FROM card) AS cards, (SELECT count(*) FROM project) AS projects,
       (SELECT count(*) FROM task) AS tasks;

-- The schema is what it was.
SELECT condeferrable, convalidated, confdeltype, count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 's50'::regnamespace
GROUP BY 1, 2, 3;
SELECT DISTINCT tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 's50'::regnamespace;

SET client_min_messages = warning;
DROP SCHEMA s50 CASCADE;
