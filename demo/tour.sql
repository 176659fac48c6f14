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

\echo '== The same links as a picture'
\echo 'Any Mermaid viewer draws it.'
\echo
\pset format unaligned
\pset tuples_only on
SELECT gdpr_graph_mermaid('customer');
