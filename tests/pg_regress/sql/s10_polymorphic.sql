-- S10. A polymorphic link: the meaning of a key depends on another column.
--
-- A comment names its target by type and id ('post' 1, 'video' 1), as Rails and Django do. No foreign key can say that; two
-- declared links with a condition do. Ada wrote post 1, Bea made video 1: the same number, two people.
CREATE SCHEMA s10;
SET search_path = s10, public;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, author int REFERENCES person);
CREATE TABLE video (id int PRIMARY KEY, maker int REFERENCES person);
CREATE TABLE comment (id int PRIMARY KEY, target_type text, target_id int, body text);
CREATE TABLE upvote (comment_id int REFERENCES comment, at date, PRIMARY KEY (comment_id, at));
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO post VALUES (1, 1), (2, 2);
INSERT INTO video VALUES (1, 2), (2, 1);
INSERT INTO comment VALUES
    (11, 'post', 1, 'on post 1'), (12, 'video', 1, 'on video 1'), (13, 'post', 2, 'on post 2'), (14, 'video', 2, 'on video 2'),
    (15, 'photo', 1, 'on a photo'), (16, NULL, 1, 'on nothing');
INSERT INTO upvote VALUES (11, '2024-01-01'), (12, '2024-01-01');

SELECT gdpr_link('post', '{id}', 'comment', '{target_id}', condition => $$target.target_type = 'post'$$);
SELECT gdpr_link('video', '{id}', 'comment', '{target_id}', condition => $$target.target_type = 'video'$$);

-- Comments on post 1 and on video 2, not on video 1 or post 2, and what hangs on them.
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 2) ORDER BY depth, relation::text, key;

-- The condition is part of the graph.
SELECT depth, link, kind, reviewed, on_delete, condition FROM gdpr_graph('person') ORDER BY depth, link;

-- The condition may look at both rows: only a comment that is not older than its post.
ALTER TABLE post ADD written date NOT NULL DEFAULT '2024-01-02';
ALTER TABLE comment ADD written date;
UPDATE comment SET written = '2024-01-03' WHERE id = 11;
INSERT INTO comment VALUES (17, 'post', 1, 'before there was a post', '2024-01-01');
SELECT gdpr_link('post', '{id}', 'comment', '{target_id}',
                 condition => $$target.target_type = 'post' AND target.written >= source.written$$);
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation = 'comment'::regclass ORDER BY key;

-- A condition that is NULL is not true.
UPDATE comment SET written = NULL WHERE id = 11;
SELECT depth, relation, key, via FROM gdpr_collect('person', 1) WHERE relation = 'comment'::regclass ORDER BY key;

SET client_min_messages = warning;
DROP SCHEMA s10 CASCADE;
