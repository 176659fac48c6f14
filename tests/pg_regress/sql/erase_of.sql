-- Rules with `of`: whose a column is, in a row that several people have to do with.
--
-- `{"strategy": "null", "of": "sender_id"}` says that the column is the sender's. In a row that is one person's own, such a rule is a rule
-- like any other. In a shared row it is applied for the person to whom `sender_id` leads, and for nobody else; rules without `of` are not
-- applied there at all.
CREATE SCHEMA erase_of;
SET search_path = erase_of, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE message (
    id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person,
    body text, sender_ip inet, recipient_ip inet, subject text
);
INSERT INTO person SELECT id, 'person ' || id FROM generate_series(1, 6) id;
INSERT INTO message VALUES
    (11, 1, 2, 'one to two', '192.0.2.1', '192.0.2.2', 'hello'), (12, 2, 1, 'two to one', '192.0.2.2', '192.0.2.1', 'hello'),
    (13, 1, 1, 'a note', '192.0.2.1', '192.0.2.1', 'hello'), (14, 2, 3, 'two to three', '192.0.2.2', '192.0.2.3', 'hello');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
SELECT gdpr_link('person', '{id}', 'message', '{sender_id}');
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'accessor');
SELECT gdpr_register('message', '{"body": {"strategy": "value", "value": "(gone)", "of": "sender_id"},
                                  "sender_ip": {"strategy": "null", "of": "sender_id"},
                                  "recipient_ip": {"strategy": "null", "of": "recipient_id"}, "subject": "null"}', on_erase => 'anonymise');
-- gdpr_anonymise goes by them too. Person 1 owns 11 and 13, and received 12, of which only the address is hers.
BEGIN;
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);
TABLE message ORDER BY id;
-- A second time there is nothing to do; for person 2 there is still her part of 12.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_anonymise('person', 2);
TABLE message ORDER BY id;
ROLLBACK;

-- gdpr_erase lets go of the key besides. In 12 and 14 nothing but addresses changes for the recipients, and the keys.
BEGIN;
SELECT * FROM gdpr_erase('person', 3);
SELECT * FROM message WHERE id = 14;
SELECT relation, action, rows, keys, columns FROM gdpr_log.event WHERE relation = 'erase_of.message' ORDER BY action;
ROLLBACK;

-- A key that is NULL leads to nobody: what was the sender's stays with whom it was left.
BEGIN;
UPDATE message SET sender_id = NULL WHERE id = 12;
SELECT * FROM gdpr_erase('person', 1);
TABLE message ORDER BY id;
ROLLBACK;

-- Nothing of a shared row is this person's: it is kept, and said so.
BEGIN;
SELECT gdpr_register('message', '{"body": "null"}');
SELECT * FROM gdpr_anonymise('person', 3);
SELECT * FROM message WHERE id = 14;
ROLLBACK;

-- The remaining columns at once.
BEGIN;
SELECT gdpr_register('message', '{"*": {"strategy": "auto", "of": "recipient_id"}, "body": {"strategy": "null", "of": "sender_id"}}');
SELECT * FROM gdpr_anonymise('person', 3);
SELECT * FROM message WHERE id = 14;
ROLLBACK;

-- A person whose own row has to stay is let go of by the shared rows all the same.
BEGIN;
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person);
INSERT INTO invoice VALUES (21, 3);
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT * FROM gdpr_erase('person', 3);
SELECT * FROM message WHERE id = 14;
ROLLBACK;

-- Shared rows of a table that is kept are kept, on its ground.
BEGIN;
UPDATE gdpr_registry SET on_erase = 'keep', ground = 'a claim is pending' WHERE relation = 'message'::regclass;
SELECT * FROM gdpr_erase('person', 3);
SELECT * FROM message WHERE id = 14;
ROLLBACK;

-- A key of two columns; `of` names one of them.
CREATE TABLE tenant_person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE chat (
    id int PRIMARY KEY, tenant int, one int, other int, said_by_one text, said_by_other text,
    FOREIGN KEY (tenant, one) REFERENCES tenant_person, FOREIGN KEY (tenant, other) REFERENCES tenant_person
);
INSERT INTO tenant_person VALUES (1, 1, 'Ada'), (1, 2, 'Bea'), (2, 1, 'Cleo');
INSERT INTO chat VALUES (1, 1, 1, 2, 'I am Ada', 'I am Bea');
SELECT gdpr_register('tenant_person', '{"name": "null"}', subject => true);
SELECT gdpr_register('chat', '{"said_by_one": {"strategy": "null", "of": "one"}, "said_by_other": {"strategy": "null", "of": "other"}}');
SELECT gdpr_link('tenant_person', '{tenant,id}', 'chat', '{tenant,one}');
SELECT gdpr_link('tenant_person', '{tenant,id}', 'chat', '{tenant,other}');
SELECT * FROM gdpr_anonymise('tenant_person', '{"tenant": 1, "id": 2}');
TABLE chat;

-- A rule follows its column when it is renamed, and the one it names by `of` as well.
ALTER TABLE message RENAME sender_id TO author_id;
SELECT rules -> 'sender_ip' AS rule FROM gdpr_registry WHERE relation = 'message'::regclass;
BEGIN;
SELECT * FROM gdpr_erase('person', 2);
SELECT id, author_id, recipient_id, sender_ip, recipient_ip FROM message ORDER BY id;
ROLLBACK;

-- `of` is a column of the table, and nothing else.
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": "sender_id"}}');
\echo :SQLSTATE
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": ""}}');
\echo :SQLSTATE
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": 7}}');
\echo :SQLSTATE
UPDATE gdpr_registry SET rules = '{"body": {"strategy": "null", "of": "nobody_id"}}' WHERE relation = 'message'::regclass;
\echo :SQLSTATE
-- A column that is no key leads to nobody: in shared rows the rule could never be applied.
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": "subject"}}');
SELECT * FROM gdpr_anonymise('person', 3);
-- Dropped since.
SELECT gdpr_register('message', '{"body": {"strategy": "null", "of": "recipient_id"}}');
SET client_min_messages = error;
ALTER TABLE message DROP COLUMN recipient_id;
RESET client_min_messages;
SELECT * FROM gdpr_anonymise('person', 2);
\echo :SQLSTATE

SET client_min_messages = warning;
DROP SCHEMA erase_of CASCADE;
