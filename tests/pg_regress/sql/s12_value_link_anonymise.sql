-- S12, the acting part. A link by the very value that is anonymised.
--
-- The mailing log knows people by their address only. Anonymising the person first would lose the way to the log; so all of the walk is
-- read before anything is changed, and both are done in the same call.
CREATE SCHEMA s12b;
SET search_path = s12b, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text, phone text);
CREATE TABLE mailing_log (email text, subject text);
CREATE TABLE call_log (id int PRIMARY KEY, phone text, mail text);
CREATE TABLE complaint (id int PRIMARY KEY, mail text, body text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org', '111'), (2, 'Bea', 'bea@example.org', '222'), (3, 'Cleo', NULL, NULL);
INSERT INTO mailing_log VALUES
    ('ada@example.org', 'Welcome, Ada'), ('ada@example.org', 'Welcome, Ada'), ('bea@example.org', 'Welcome, Bea'),
    ('ADA@example.org', 'Case matters'), (NULL, 'Nobody');
-- A chain of values: the call log by phone, complaints by the mail that the call log has.
INSERT INTO call_log VALUES (11, '111', 'ada.private@example.org'), (12, '222', 'bea.private@example.org');
INSERT INTO complaint VALUES (21, 'ada.private@example.org', 'too loud'), (22, 'bea.private@example.org', 'too quiet');
SELECT gdpr_link('person', '{email}', 'mailing_log', '{email}');
SELECT gdpr_link('person', '{phone}', 'call_log', '{phone}');
SELECT gdpr_link('call_log', '{mail}', 'complaint', '{mail}');
SELECT gdpr_register('person', '{"name": "null", "email": "pseudonym", "phone": "null"}', subject => true);
SELECT gdpr_register('mailing_log', '{"email": "pseudonym", "subject": "null"}');
SELECT gdpr_register('call_log', '{"phone": "null", "mail": "null"}');
SELECT gdpr_register('complaint', '{"mail": "null", "body": "blank"}');

-- The log has no key, and two rows that look alike are two rows.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT id, name, email = 'ada@example.org' AS old_email, phone FROM person ORDER BY id;
SELECT p.id, l.subject FROM mailing_log l LEFT JOIN person p USING (email) ORDER BY p.id, l.subject;
TABLE call_log ORDER BY id;
TABLE complaint ORDER BY id;

-- The pseudonym of an address is the same in every table, and so the link still leads there: what is done stays, and what comes in is
-- found.
SELECT * FROM gdpr_anonymise('person', 1);
INSERT INTO mailing_log SELECT email, 'Sent to a pseudonym' FROM person WHERE id = 1;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT p.id, l.subject FROM mailing_log l LEFT JOIN person p USING (email) ORDER BY p.id, l.subject;

-- NULL is nobody's address.
SELECT * FROM gdpr_anonymise('person', 3);
SELECT count(*) FROM mailing_log WHERE email IS NULL AND subject = 'Nobody';

-- A link in both directions, each by what is anonymised.
CREATE TABLE alias (id int PRIMARY KEY, address text, forwards_to text);
INSERT INTO alias VALUES (31, 'bea@example.org', 'bell@example.org');
CREATE TABLE mailbox (id int PRIMARY KEY, address text, owner_mail text);
INSERT INTO mailbox VALUES (41, 'bell@example.org', 'bea@example.org');
SELECT gdpr_link('person', '{email}', 'alias', '{address}');
SELECT gdpr_link('alias', '{forwards_to}', 'mailbox', '{address}');
SELECT gdpr_link('mailbox', '{owner_mail}', 'alias', '{address}');
SELECT gdpr_register('alias', '{"address": "null", "forwards_to": "null"}');
SELECT gdpr_register('mailbox', '{"address": "null", "owner_mail": "null"}');
SELECT * FROM gdpr_anonymise('person', 2);
TABLE alias;
TABLE mailbox;
TABLE call_log ORDER BY id;
TABLE complaint ORDER BY id;

-- Two people with one address: the mail is shared with somebody who has not asked, and stays.
INSERT INTO person VALUES (4, 'Dora', 'family@example.org', NULL), (5, 'Dora''s son', 'family@example.org', NULL);
INSERT INTO mailing_log VALUES ('family@example.org', 'Dear family');
SELECT * FROM gdpr_preview('anonymise', 'person', 4);
SELECT * FROM gdpr_anonymise('person', 4);
SELECT * FROM mailing_log WHERE email = 'family@example.org';
SELECT relation, action, rows, ground FROM gdpr_log.event WHERE relation = 's12b.mailing_log' AND ground IS NOT NULL;
-- Both together leave nobody who has not asked.
UPDATE person SET email = 'family@example.org' WHERE id = 4;
SELECT * FROM gdpr_anonymise('person', ARRAY[4, 5]);
SELECT count(*) FROM mailing_log WHERE subject = 'Dear family';

SET client_min_messages = warning;
DROP SCHEMA s12b CASCADE;
