-- S21, the erasing part. The sender owns a message, the recipient has access to it.
--
-- Forgetting the recipient deletes no message: it is the sender's. The key to the recipient becomes NULL, and the columns go that are the
-- recipient's, which a rule says by `of`. Forgetting the sender deletes the message, whoever received it.
CREATE SCHEMA s21_erase;
SET search_path = s21_erase, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE message (
    id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text, recipient_name text
);
CREATE TABLE attachment (id int PRIMARY KEY, message_id int REFERENCES message, file text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo'), (4, 'Dora');
INSERT INTO message VALUES
    (11, 1, 2, 'Ada to Bea', 'Bea'), (12, 2, 1, 'Bea to Ada', 'Ada'), (13, 1, 1, 'Ada to herself', 'Ada'),
    (14, NULL, 1, 'the sender is gone', 'Ada');
INSERT INTO attachment VALUES (21, 11, 'ada.jpg'), (22, 12, 'bea.jpg'), (23, 13, 'ada2.jpg'), (24, 14, 'somebody.jpg');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": "sender_id"},
                                  "recipient_name": {"strategy": "null", "of": "recipient_id"}}');
SELECT gdpr_register('attachment', '{"file": "null"}');
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'accessor');

-- Bea received 11, which loses her name and her key; she sent 12, which is hers and goes.
SELECT * FROM gdpr_preview('erase', 'person', 2);
SELECT * FROM gdpr_erase('person', 2);
TABLE message ORDER BY id;
TABLE attachment ORDER BY id;
SELECT relation, action, rows, keys, columns FROM gdpr_log.event WHERE relation = 's21_erase.message' ORDER BY action;

-- Ada sent 11 and 13. Of 14 she is only the recipient: it is not deleted, although nobody else is left in it.
SELECT * FROM gdpr_erase('person', 1);
TABLE message;
TABLE attachment;

-- gdpr_delete takes no more of what is not hers.
INSERT INTO message VALUES (15, 3, 4, 'Cleo to Dora', 'Dora');
BEGIN;
SELECT * FROM gdpr_delete('person', 4);
SELECT * FROM message WHERE id = 15;
ROLLBACK;
DELETE FROM message WHERE id = 15;

-- A key that may not be NULL: the person's own row stays as long as the other one's does, without what it said.
CREATE TABLE phone_call (
    id int PRIMARY KEY, caller_id int NOT NULL REFERENCES person, callee_id int NOT NULL REFERENCES person, callee_number text
);
INSERT INTO phone_call VALUES (31, 3, 4, '555-0104');
SELECT gdpr_register('phone_call', '{"callee_number": {"strategy": "null", "of": "callee_id"}}');
SELECT gdpr_link('person', '{id}', 'phone_call', '{callee_id}', kind => 'accessor');
SELECT * FROM gdpr_erase('person', 4);
TABLE phone_call;
SELECT * FROM gdpr_erase('person', 3);
SELECT * FROM gdpr_erase('person', 4);
TABLE person;

SET client_min_messages = warning;
DROP SCHEMA s21_erase CASCADE;
