-- S20. Two owners.
--
-- A message belongs to its sender and to its recipient. While nobody has said so it is unreviewed; declared, each of them is
-- shown it as shared, and a message to oneself is one's own.
CREATE SCHEMA s20;
SET search_path = s20, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
CREATE TABLE attachment (id int PRIMARY KEY, message_id int REFERENCES message);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO message VALUES
    (11, 1, 2, 'Ada to Bea'), (12, 2, 1, 'Bea to Ada'), (13, 1, 1, 'Ada to herself'), (14, 1, NULL, 'a draft'), (15, 2, 3, 'Bea to Cleo');
INSERT INTO attachment VALUES (21, 11), (22, 12), (23, 13), (24, 14), (25, 15);

-- Not declared: shared messages end the walk, and acting is refused.
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT * FROM gdpr_lock('person', 1);
\echo :SQLSTATE

-- Both together own what they wrote to each other.
SELECT depth, relation, key, shared FROM gdpr_collect('person', ARRAY[1, 2]) WHERE relation = 'message'::regclass ORDER BY key;

-- Declared, both of them owners: the shared messages are walked on, and what hangs on them is shared.
SELECT gdpr_link('person', '{id}', 'message', '{sender_id}');
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

-- One of them declared is not enough for a message of which the other is somebody else: Bea is an undeclared owner of 11.
SELECT gdpr_unlink('person', '{id}', 'message', '{recipient_id}');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT * FROM gdpr_lock('person', 1);
\echo :SQLSTATE

-- Forgetting one of them: what is hers alone goes. What is somebody else's too stays, without her: her key becomes NULL, and so do the
-- columns that are hers. Whose a column is, its rule says: the body is the sender's.
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": "sender_id"}}');
SELECT * FROM gdpr_preview('erase', 'person', 1);
SELECT * FROM gdpr_erase('person', 1);
TABLE message ORDER BY id;
TABLE attachment ORDER BY id;
SELECT relation, action, rows, keys, columns, ground FROM gdpr_log.event WHERE relation LIKE 's20.%' ORDER BY relation, action, keys;

-- Then the other: of what they wrote to each other she is the last owner.
SELECT * FROM gdpr_erase('person', 2);
TABLE message;
SELECT * FROM gdpr_erase('person', 3);
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM message) AS messages,
       (SELECT count(*) FROM attachment) AS attachments;

-- Both in one call: together they are every owner of what they wrote to each other.
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
INSERT INTO message VALUES
    (11, 1, 2, 'Ada to Bea'), (12, 2, 1, 'Bea to Ada'), (13, 1, 1, 'Ada to herself'), (14, 1, NULL, 'a draft'), (15, 2, 3, 'Bea to Cleo');
INSERT INTO attachment VALUES (21, 11), (22, 12), (23, 13), (24, 14), (25, 15);
SELECT * FROM gdpr_erase('person', ARRAY[1, 2]);
TABLE message;

-- A rule that does not say whose the column is: in a shared row it is left alone, since it may be the other one's. The key goes all the
-- same.
INSERT INTO person VALUES (4, 'Dora'), (5, 'Emmy');
INSERT INTO message VALUES (16, 4, 5, 'Dora to Emmy');
SELECT gdpr_register('message', '{"body": "null"}');
SELECT * FROM gdpr_erase('person', 4);
SELECT * FROM message WHERE id = 16;

-- A key that may not be NULL holds the person, as any other reference from a row that stays does.
CREATE TABLE bet (id int PRIMARY KEY, one_id int NOT NULL REFERENCES person, other_id int NOT NULL REFERENCES person, stake text);
INSERT INTO person VALUES (6, 'Fay');
INSERT INTO bet VALUES (31, 5, 6, 'a beer');
SELECT gdpr_link('person', '{id}', 'bet', '{one_id}');
SELECT gdpr_link('person', '{id}', 'bet', '{other_id}');
SELECT gdpr_register('bet', '{"stake": "null"}');
SELECT * FROM gdpr_erase('person', 6);
SELECT * FROM gdpr_erase('person', ARRAY[5, 6]);

-- What is one's own may be held by what others have added to it: the thread that Fay opened stays as long as somebody else's post is in it.
-- Her own posts go, and nothing of the thread leads to her.
CREATE TABLE thread (id int PRIMARY KEY, opened_by int REFERENCES person, title text);
CREATE TABLE post (id int PRIMARY KEY, thread_id int NOT NULL REFERENCES thread, author_id int REFERENCES person, body text);
INSERT INTO person VALUES (6, 'Fay'), (7, 'Gerda');
INSERT INTO thread VALUES (41, 6, 'Fay asks'), (42, 6, 'Fay talks to herself');
INSERT INTO post VALUES (51, 41, 6, 'by Fay'), (52, 41, 7, 'by Gerda'), (53, 42, 6, 'by Fay');
SELECT gdpr_register('thread', '{"title": "null"}');
SELECT gdpr_register('post', '{"body": {"strategy": "null", "of": "author_id"}}');
SELECT gdpr_link('person', '{id}', 'post', '{author_id}');
SELECT gdpr_link('thread', '{id}', 'post', '{thread_id}');
SELECT * FROM gdpr_erase('person', 6);
TABLE thread;
TABLE post;
-- A thread that stays because threads are anonymised keeps what others have added to it: only keys to the person are let go of. In 41,
-- which is nobody's by now, Gerda's post is not hers alone; in 43 it is.
UPDATE gdpr_registry SET on_erase = 'anonymise' WHERE relation = 'thread'::regclass;
ALTER TABLE post ALTER thread_id DROP NOT NULL;
INSERT INTO person VALUES (8, 'Hedy');
INSERT INTO thread VALUES (43, 7, 'Gerda asks');
INSERT INTO post VALUES (54, 43, 8, 'by Hedy'), (55, 43, 7, 'by Gerda');
SELECT * FROM gdpr_erase('person', 7);
TABLE thread ORDER BY id;
TABLE post ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA s20 CASCADE;
