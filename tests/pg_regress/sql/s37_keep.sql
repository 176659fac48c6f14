-- S37. What is kept stays byte for byte, and the report says on what ground.
--
-- Whole tables are kept by `on_erase => 'keep'`, which needs a ground; columns by a `keep` rule, whose reason is the ground if there is
-- one.
CREATE SCHEMA s37;
SET search_path = s37, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, born date, shoe int);
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, addressee text, total numeric);
CREATE TABLE visit (id int PRIMARY KEY, person_id int REFERENCES person, diagnosis text, fee numeric, note text);
CREATE TABLE language (id int PRIMARY KEY, person_id int REFERENCES person, code text);
CREATE TABLE ledger (id int PRIMARY KEY, invoice_id int REFERENCES invoice, account text);
INSERT INTO person VALUES (1, 'Ada', '1815-12-10', 38), (2, 'Bea', '1999-09-09', 39);
INSERT INTO invoice VALUES (11, 1, 'Ada Lovelace', 12.50), (12, 1, NULL, 3), (13, 2, 'Bea Bell', 8);
INSERT INTO visit VALUES (21, 1, 'J11', 100, 'tired'), (22, 2, 'J12', 100, 'cough');
INSERT INTO language VALUES (31, 1, 'en');
INSERT INTO ledger VALUES (41, 11, 'NL00-1'), (42, 13, 'NL00-2');

SELECT gdpr_register('person', '{"name": "null", "born": {"strategy": "keep", "reason": "statistics of age"}, "shoe": "keep"}',
       subject => true);
-- Its rules count for nothing while it is kept.
SELECT gdpr_register('invoice', '{"addressee": "null"}', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('visit', '{"diagnosis": {"strategy": "keep", "reason": "medical records act"},
                                "fee": {"strategy": "keep", "reason": "bookkeeping"}, "note": "null"}');
-- Looked at, and found not to be personal: nothing is kept against the person's wish, so there is no row.
SELECT gdpr_register('language', '{"*": "keep"}');
SELECT gdpr_register('ledger', '{"account": {"strategy": "keep", "reason": "tax law, 10 years"}}');

CREATE TABLE version AS
    SELECT 'invoice' AS relation, id, ctid::text AS place, xmin::text AS version, md5(invoice::text) FROM invoice
    UNION ALL SELECT 'language', id, ctid::text, xmin::text, md5(language::text) FROM language
    UNION ALL SELECT 'ledger', id, ctid::text, xmin::text, md5(ledger::text) FROM ledger;

SELECT * FROM gdpr_preview('anonymise', 'person', 1);
SELECT * FROM gdpr_anonymise('person', 1);

-- Kept tables are not even written to.
SELECT 'invoice' AS relation, id, ctid::text AS place, xmin::text AS version, md5(invoice::text) FROM invoice
UNION ALL SELECT 'language', id, ctid::text, xmin::text, md5(language::text) FROM language
UNION ALL SELECT 'ledger', id, ctid::text, xmin::text, md5(ledger::text) FROM ledger
EXCEPT TABLE version;
TABLE person ORDER BY id;
TABLE visit ORDER BY id;

-- The log has the grounds too: what was asked for and not done must be accounted for.
SELECT relation, action, rows, ground, columns FROM gdpr_log.event WHERE relation LIKE 's37.%' ORDER BY relation, action;

-- Nothing is left to anonymise. What is kept is still kept, and is said again.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT gdpr_is_anonymised('person', 1);
-- And logged again: somebody asked again, and this is what was answered. Nothing is logged as anonymised twice.
SELECT action, count(*) AS events, count(DISTINCT request) AS calls FROM gdpr_log.event WHERE relation LIKE 's37.%'
GROUP BY action ORDER BY action;

-- A person's own table may be kept; then nothing was anonymised in it.
SELECT gdpr_register('person', on_erase => 'keep', ground => 'a claim is pending');
SELECT * FROM gdpr_anonymise('person', 2);
SELECT gdpr_is_anonymised('person', 2);
SELECT name FROM person WHERE id = 2;

-- The ground gone, it is done.
UPDATE gdpr_registry SET on_erase = NULL, ground = NULL WHERE relation = 'person'::regclass;
SELECT * FROM gdpr_anonymise('person', 2);
SELECT gdpr_is_anonymised('person', 2);

SET client_min_messages = warning;
DROP SCHEMA s37 CASCADE;
