-- The expression of a declared link fails for some row: the error says which link it is, and not what stands in the row.
SET client_min_messages = warning;
CREATE SCHEMA link_expression_fails;
SET search_path = link_expression_fails, public;
RESET client_min_messages;
CREATE TABLE person (id int PRIMARY KEY, ref text);
CREATE TABLE visit (id int PRIMARY KEY, person_id int REFERENCES person, ticket text);
CREATE TABLE note (person_ref int);
CREATE TABLE gate (ticket int);
INSERT INTO person VALUES (1, 'Ada, of all people'), (2, '7');
INSERT INTO visit VALUES (11, 2, 'Bea was here');

-- In the person's own row.
SELECT gdpr_link('person', '{(ref::int)}', 'note', '{person_ref}');
SELECT relation, key FROM gdpr_collect('person', 1);
\echo :SQLSTATE

-- In a row that another link leads to.
SELECT gdpr_link('visit', '{(ticket::int)}', 'gate', '{ticket}');
SELECT relation, key FROM gdpr_collect('person', 2);
\echo :SQLSTATE

SET client_min_messages = warning;
DROP SCHEMA link_expression_fails CASCADE;
