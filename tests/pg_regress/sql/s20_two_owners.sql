-- S20, the reading part. Two owners.
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

SET client_min_messages = warning;
DROP SCHEMA s20 CASCADE;
