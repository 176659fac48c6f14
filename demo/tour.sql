-- The tour. psql reads it from its standard input in this directory, so that its messages carry no file names.
\pset pager off
\pset null -
\pset format wrapped
\pset columns 136
SET timezone = 'UTC';

\echo '== A web shop'
\echo 'It has 10,000 customers. Employees are people, too. The mailing log and the audit table know people without a foreign key.'
\echo
SELECT relname AS "table", reltuples::int AS rows, obj_description(oid, 'pg_class') AS "what it holds"
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'gdpr%'
ORDER BY oid;

\echo '== What do we hold about customer 42?'
\echo 'CREATE EXTENSION is all that was done so far. The foreign keys give a first answer.'
\echo 'Countries and products are nobody''s. A row that is somebody else''s, too, is marked: a message has a sender and a recipient.'
\echo
\set ECHO queries
SELECT relation, count(*) AS rows, count(*) FILTER (WHERE shared) AS shared
FROM gdpr_collect('customer', 42)
GROUP BY relation
ORDER BY min(depth), relation::text;

\echo '== Nothing is guessed'
\echo 'gdpr_lock takes the locks that every later action starts with. Whose a message is decides what may happen to it, and nobody'
\echo 'has said it yet. So it refuses, and says what to say.'
\echo
SELECT * FROM gdpr_lock('customer', 42);

\echo
\echo '== Prepare the registry'
\echo 'Two tables of people, and the links that no foreign key states or that mean something else.'
\echo
\set ECHO none
\! cat prepare.sql
\o /dev/null
\ir prepare.sql
\o
\set ECHO queries

\echo
\echo '== The links that a walk may take'
\echo 'Owner and accessor links are walked. Those without a depth are not: context is what a row refers to, and no part of the person.'
\echo 'reviewed: somebody has declared it; the others are what the foreign keys say. indexed: following it reads no whole table.'
\echo
SELECT depth, link, kind, reviewed, indexed
FROM gdpr_graph('customer')
ORDER BY depth NULLS LAST, link;

\echo '== What do we hold about customer 42? Now in full'
\echo 'Every row comes once, with the link that led to it. The address and the message from somebody else are shared: they were'
\echo 'declared, so they are hers, and not hers alone.'
\echo
SELECT depth, relation, via, count(*) AS rows, count(*) FILTER (WHERE shared) AS shared
FROM gdpr_collect('customer', 42)
GROUP BY depth, relation, via
ORDER BY depth, relation::text, via;

\echo '== The same with the data'
\echo 'Every value is exactly as PostgreSQL has it. No foreign key leads to the newsletters and to the audit row.'
\echo
SELECT relation, data
FROM gdpr_collect('customer', 42)
WHERE relation IN ('customer'::regclass, 'address', 'mailing_log', 'audit')
ORDER BY depth, relation::text, key;

\echo '== Many people in one call'
\echo 'Customer 43 lives with customer 42. Taken together, the address is theirs and nobody else''s: it is no longer shared.'
\echo
SELECT relation, count(*) AS rows, count(*) FILTER (WHERE shared) AS shared
FROM gdpr_collect('customer', ARRAY[42, 43])
GROUP BY relation
ORDER BY min(depth), relation::text;

\echo '== Employees ask, too'
\echo 'The tickets that an employee handled are the customers'' tickets: shared. Her boss and those she is the boss of are people of'
\echo 'their own, and no data of hers.'
\echo
SELECT depth, relation, count(*) AS rows, count(*) FILTER (WHERE shared) AS shared
FROM gdpr_collect('employee', 5)
GROUP BY depth, relation
ORDER BY depth, relation::text;

\echo '== Nothing is left to be guessed'
\echo 'The call that was refused above now locks every row of customer 42. Until the transaction ends, nobody else changes one of'
\echo 'them, and a new row that refers to one by a foreign key has to wait.'
\echo
BEGIN;
SELECT * FROM gdpr_lock('customer', 42) ORDER BY relation::text;
ROLLBACK;
\echo

\echo '== Forget customer 42'
\echo 'Nobody has said yet what that does to her rows. gdpr_preview asks without changing anything.'
\echo
SELECT * FROM gdpr_preview('anonymise', 'customer', 42);

\echo '== Say what becomes of each column'
\echo 'A rule that cannot work is refused here, not on the day on which somebody asks to be forgotten: NULL for a NOT NULL column, one'
\echo 'value for a unique one, a type that does not fit.'
\echo
SELECT gdpr_register('customer', '{"email": {"strategy": "value", "value": "gone@example.invalid"}}');
\set ECHO none
\echo
\! cat rules.sql
\o /dev/null
\ir rules.sql
\o
\set ECHO queries

\echo
\echo '== She asks what the shop holds about her'
\echo 'Everything is registered, so it can be handed out. Some words make it readable for her.'
\echo
\set ECHO none
\! cat export.sql
\o /dev/null
\ir export.sql
\o
\set ECHO queries
\echo
\echo 'One document. What is within something stands in its rows; what would tell her of other people is left out.'
\echo
SELECT section ->> 'label' AS section, section ->> 'rows' AS rows, section ->> 'within' AS within, section -> 'redacted' AS "left out"
FROM jsonb_path_query(gdpr_export('customer', 42), '$.sections[*]') AS section;
SELECT jsonb_pretty(gdpr_export('customer', 42) #> '{sections,2,data,0}') AS "her first order";
SELECT jsonb_path_query(gdpr_export('customer', 42), '$.sections[*] ? (@.relation == "public.message").data[*]') AS "her messages";
\echo 'What Art. 15 asks for and the shop has not stated is said to be missing, in the document, too.'
\echo
SELECT missing ->> 'relation' AS relation, string_agg(missing ->> 'fact', ', ') AS missing
FROM jsonb_path_query(gdpr_export('customer', 42), '$.missing[*]') AS missing
GROUP BY 1
ORDER BY 1
LIMIT 3;
\echo 'And this is what she gets: a page that she can read, and an archive with the page, the JSON and a CSV for each table.'
\echo
\! mkdir -p ../target/demo
\pset format unaligned
\pset tuples_only on
\o ../target/demo/report.html
SELECT gdpr_export_html('customer', 42);
\o |base64 --decode >../target/demo/customer-42.zip
SELECT encode(gdpr_export_archive('customer', 42), 'base64');
\o
\pset tuples_only off
\pset format wrapped
\echo
\echo 'They are in target/demo: open report.html in a browser. Who has read whose data is in the log.'
\echo
SELECT call, action, rows, keys, count(*) FROM gdpr_log.event GROUP BY call, action, rows, keys;

\echo '== Look first'
\echo 'The same rows that the action will return, from the same plan.'
\echo
SELECT * FROM gdpr_preview('anonymise', 'customer', 42);

\echo '== Do it'
\echo 'One transaction. Every row that was meant is checked to have changed. What other people share in is not touched.'
\echo
BEGIN;
SET LOCAL gdpr_ext.reason = 'request 2026-118';
SELECT * FROM gdpr_anonymise('customer', 42);
COMMIT;

\echo
\echo '== What is left'
\echo 'Pseudonyms and random values are another one in every database, so they are not shown here.'
\echo
SELECT id, name, phone, born, email = 'mia.novak42@example.org' AS same_email, joined_at FROM customer WHERE id = 42;
SELECT m.id, m.campaign FROM mailing_log AS m JOIN customer AS c USING (email) WHERE c.id = 42 ORDER BY m.id;
SELECT id, ip, browser, started_at FROM session WHERE customer_id = 42 ORDER BY id;
SELECT stars, body FROM review WHERE customer_id = 42 ORDER BY id;
SELECT id, sender_id, recipient_id, body FROM message WHERE 42 IN (sender_id, recipient_id) ORDER BY id;
SELECT gdpr_is_anonymised('customer', 42);

\echo '== What is written about it'
\echo 'One event per action and table, in the same transaction. No value is in it: which rows, which columns, by whom, on what ground.'
\echo
SELECT relation, action, rows, keys, columns, ground, reason
FROM gdpr_log.event
WHERE action <> 'read'
ORDER BY action, relation;
SELECT action, count(*) AS tables, sum(rows) AS rows
FROM gdpr_log.summary
GROUP BY ROLLUP (action)
ORDER BY action;

\echo '== Once more'
\echo 'What is anonymised stays as it is. When the application writes a value again, that value is anonymised, and no other.'
\echo
SELECT * FROM gdpr_anonymise('customer', 42) WHERE action <> 'kept';
UPDATE customer SET phone = '+45 12345678' WHERE id = 42;
SELECT gdpr_is_anonymised('customer', 42);
SELECT * FROM gdpr_anonymise('customer', 42) WHERE action <> 'kept';
SELECT phone, born FROM customer WHERE id = 42;

\echo '== A copy for developers'
\echo 'The same rules, on every row of a copy. Employees are in it, too, and need rules of their own. In the copy somebody has to say that'
\echo 'it is one: gdpr_ext.allow_scrub is off everywhere else.'
\echo
\set ECHO none
\set shop :DBNAME
\set copy :DBNAME _copy
\! cat copy.sql
\c postgres
CREATE DATABASE :"copy" TEMPLATE :"shop";
\c :copy
\pset null -
SET client_min_messages = warning;
\o /dev/null
\ir copy.sql
\o
\set ECHO queries
\echo
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text;
\echo 'As many rows, the same joins, and nobody in it. The newsletter is still told by the address that customers have now.'
\echo
SELECT count(*) AS customers, count(DISTINCT email) AS addresses, count(*) FILTER (WHERE email LIKE '%@example.org') AS old FROM customer;
SELECT count(*) AS newsletters FROM mailing_log JOIN customer USING (email);
SELECT relation, "column", rows FROM gdpr_find('mia.novak');
\set ECHO none
\c :shop
DROP DATABASE :"copy";
SET timezone = 'UTC';
\set ECHO queries

\echo '== The same links as a picture'
\echo 'Any Mermaid viewer draws it.'
\echo
\pset format unaligned
\pset tuples_only on
SELECT gdpr_graph_mermaid('customer');
