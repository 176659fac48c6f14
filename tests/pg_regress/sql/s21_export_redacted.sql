-- S21, exports. What is another person's is left out of a document: Art. 15(4).
--
-- The sender owns a message, the recipient has access to it. His document has the message without the sender's columns, hers without the
-- recipient's; keys that lead to other people are left out wherever they stand. What is left out is absent, and said to be: a NULL is null.
CREATE SCHEMA s21_export;
SET search_path = s21_export, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE message (
    id int PRIMARY KEY, sender_id int REFERENCES person, sender_mood text, body text,
    recipient_id int REFERENCES person, read_on date, recipient_note text
);
CREATE TABLE attachment (id int PRIMARY KEY, message_id int REFERENCES message, file text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO message VALUES
    (11, 1, 'glad', 'Ada to Bea', 2, '2026-05-04', 'silly'), (12, 2, 'sad', 'Bea to Ada', 1, NULL, NULL),
    (13, 1, 'tired', 'Ada to herself', 1, '2026-05-06', 'tea!'), (14, NULL, 'lost', 'the sender is gone', 1, NULL, NULL);
INSERT INTO attachment VALUES (21, 11, 'cat.jpg');
SELECT gdpr_link('person', '{id}', 'message', '{sender_id}');
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'accessor');
SELECT gdpr_register('person', subject => true);
SELECT gdpr_register('attachment');
-- Whose a column is, is said by its rule: "of" the column that leads to the person.
SELECT gdpr_register('message', '{"sender_mood": {"strategy": "null", "of": "sender_id"},
    "read_on": {"strategy": "null", "of": "recipient_id"}, "recipient_note": {"strategy": "null", "of": "recipient_id"}, "body": "blank"}',
    export => '{"labels": {"sender_id": "Sender", "recipient_id": "Recipient", "sender_mood": "Mood of the sender"}}');

-- A function of ours, to show messages: in how many rows what is left out, and the rows.
CREATE FUNCTION messages_of(who int) RETURNS TABLE (redacted jsonb, message text) LANGUAGE sql AS $$
    SELECT s->'redacted', jsonb_pretty(m)
    FROM gdpr_export('s21_export.person', who) doc, jsonb_array_elements(doc->'sections') s, jsonb_array_elements(s->'data') WITH ORDINALITY d(m, no)
    WHERE s->>'relation' = 's21_export.message' ORDER BY no
$$;
SELECT * FROM messages_of(1);
SELECT * FROM messages_of(2);

-- On the page nothing is left of it, either.
SELECT position('glad' IN html) > 0 AS mood_of_ada, position('silly' IN html) > 0 AS note_of_bea, position('Ada to Bea' IN html) > 0 AS message
FROM gdpr_export_html('person', 2) html;

-- Columns that may be shown although they lead to another person, or are another person's: who it is from.
SELECT gdpr_register('message', export => '{"include": ["id", "body", "sender_id", "recipient_id", "read_on"], "disclose": ["sender_id", "read_on"]}');
SELECT * FROM messages_of(1);
SELECT * FROM messages_of(2);

-- With one rule for all columns the whole row is the sender's, but for keys. What is disclosed is shown.
SELECT gdpr_register('message', '{"*": {"strategy": "keep", "of": "sender_id"}}', export => '{"disclose": ["body"]}');
SELECT * FROM messages_of(2);

-- Excluded is stronger than disclosed.
SELECT gdpr_register('message', '{}', export => '{"include": ["id", "sender_id", "body"], "exclude": ["sender_id"], "disclose": ["sender_id"]}');
SELECT * FROM messages_of(2);

-- A transform does not get what is left out.
CREATE FUNCTION seen(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT of_row || jsonb_build_object('given', (SELECT jsonb_agg(key) FROM jsonb_object_keys(of_row) key))
$$;
SELECT gdpr_register('message', '{"sender_mood": {"strategy": "null", "of": "sender_id"}}', export => '{"transform": "s21_export.seen"}');
SELECT * FROM messages_of(2);
-- What it leaves out itself is left out, also of columns that are another's in some other row: these keys are in none.
CREATE OR REPLACE FUNCTION seen(of_row jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT of_row - '{sender_id,recipient_id,sender_mood}'::text[]
$$;
SELECT message::jsonb ?| '{sender_id,recipient_id,sender_mood}' AS has_any FROM messages_of(2);
SELECT gdpr_register('message', export => '{}');

-- Keys to other people that do not own the row: a friend of the person's own table, a guide of another table of people.
CREATE TABLE employee (id int PRIMARY KEY, name text, phone text);
INSERT INTO employee VALUES (7, 'Eve', '555'), (8, NULL, '556');
CREATE TABLE booking (id int PRIMARY KEY, person_id int REFERENCES person, guide_id int REFERENCES employee, friend_id int REFERENCES person, tour text);
INSERT INTO booking VALUES (31, 2, 7, 1, 'caves'), (32, 2, 8, 2, 'coast'), (33, 2, NULL, NULL, 'woods');
SELECT gdpr_register('employee', subject => true);
SELECT gdpr_register('booking');
SELECT gdpr_link('person', '{id}', 'booking', '{person_id}');
SELECT gdpr_link('person', '{id}', 'booking', '{friend_id}', kind => 'context');
SELECT gdpr_link('employee', '{id}', 'booking', '{guide_id}', kind => 'context');
CREATE FUNCTION bookings_of(who int) RETURNS TABLE (redacted jsonb, bookings jsonb) LANGUAGE sql AS $$
    SELECT s->'redacted', s->'data' FROM gdpr_export('s21_export.person', who) doc, jsonb_array_elements(doc->'sections') s
    WHERE s->>'relation' = 's21_export.booking'
$$;
-- Neither guide nor friend; where the friend is herself, it is her own key.
SELECT * FROM bookings_of(2);
-- What guides are called is no more theirs than their key is.
SELECT gdpr_register('employee', export => '{"label_expression": "name"}');
SELECT * FROM bookings_of(2);
-- Unless it is disclosed: then the name stands in the key's place, and of the one who is called nothing the key.
SELECT gdpr_register('booking', export => '{"disclose": ["guide_id"]}');
SELECT * FROM bookings_of(2);
-- The same for the friends. What she is called herself is hers.
SELECT gdpr_register('person', export => '{"label_expression": "upper(name)"}');
SELECT * FROM bookings_of(2);
SELECT gdpr_register('booking', export => '{"disclose": ["guide_id", "friend_id"], "labels": {"guide_id": "Your guide"}}');
SELECT * FROM bookings_of(2);

-- A link that holds for some rows only says nothing of the others: what a remark is about is a person, or a shop.
CREATE TABLE remark (id int PRIMARY KEY, author_id int REFERENCES person, about_kind text, about_id int, body text);
INSERT INTO remark VALUES (51, 2, 'person', 1, 'of Ada'), (52, 2, 'person', 2, 'of herself'), (53, 2, 'shop', 1, 'of the first shop');
SELECT gdpr_register('remark');
SELECT gdpr_link('person', '{id}', 'remark', '{author_id}');
SELECT gdpr_link('person', '{id}', 'remark', '{about_id}', kind => 'context', condition => $$target.about_kind = 'person'$$);
SELECT s->'redacted' AS redacted, s->'data' AS remarks FROM gdpr_export('person', 2) doc, jsonb_array_elements(doc->'sections') s
WHERE s->>'relation' = 's21_export.remark';

-- A person's key that is written in another way is the person's still.
CREATE TABLE account (login varchar(20) COLLATE "C" PRIMARY KEY, number numeric UNIQUE);
CREATE TABLE transfer (id int PRIMARY KEY, payer numeric REFERENCES account (number), payee numeric REFERENCES account (number), amount int);
INSERT INTO account VALUES ('ada', 1.0), ('bea', 2);
INSERT INTO transfer VALUES (41, 1, 1.00, 5), (42, 1.000, 2.0, 6);
SELECT gdpr_register('account', subject => true);
SELECT gdpr_register('transfer');
SELECT gdpr_link('account', '{number}', 'transfer', '{payer}');
SELECT gdpr_link('account', '{number}', 'transfer', '{payee}', kind => 'accessor');
SELECT s->'redacted' AS redacted, s->'data' AS data FROM gdpr_export('account', 'ada') doc, jsonb_array_elements(doc->'sections') s
WHERE s->>'relation' = 's21_export.transfer';

SET client_min_messages = warning;
DROP SCHEMA s21_export CASCADE;
