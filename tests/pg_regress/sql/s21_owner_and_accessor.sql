-- S21, the reading part. The sender owns a message, the recipient has access to it.
--
-- For the sender it is her own, whoever received it. For the recipient it is shared, and so is what hangs on it.
CREATE SCHEMA s21;
SET search_path = s21, public;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
CREATE TABLE attachment (id int PRIMARY KEY, message_id int REFERENCES message);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO message VALUES
    (11, 1, 2, 'Ada to Bea'), (12, 2, 1, 'Bea to Ada'), (13, 1, 1, 'Ada to herself'), (14, NULL, 1, 'the sender is gone');
INSERT INTO attachment VALUES (21, 11), (22, 12), (23, 13), (24, 14);

-- Only the recipient has to be declared: an undeclared key of the sender is an owner's by default.
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'accessor');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT relation, rows FROM gdpr_lock('person', 1) ORDER BY relation::text;

-- Declaring the sender as well changes nothing.
SELECT gdpr_link('person', '{id}', 'message', '{sender_id}', kind => 'owner');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, link, kind, reviewed FROM gdpr_graph('person') ORDER BY depth, link;

-- The recipient declared to be nothing to us: she is shown only what she sent.
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'ignore');
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 2) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s21 CASCADE;
