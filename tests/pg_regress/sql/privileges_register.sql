-- Only the owner of a table says what is personal in it, and only the owner of both tables says what links them.
--
-- Otherwise anybody with the right to call could add somebody else's table to what is collected, or hide it.
CREATE ROLE regress_owner;
CREATE ROLE regress_other;
CREATE ROLE regress_deputy IN ROLE regress_owner;
CREATE SCHEMA privileges;
GRANT ALL ON SCHEMA privileges TO regress_owner, regress_other;
SET search_path = privileges, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_other, regress_deputy;

SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, email text);
GRANT ALL ON person TO regress_other;
SET ROLE regress_other;
CREATE TABLE note (id int PRIMARY KEY, email text);

-- Somebody else's table, with every privilege on it but not its ownership.
SELECT gdpr_register('person', subject => true);
\echo :SQLSTATE
SELECT gdpr_link('person', '{email}', 'note', '{email}');
\echo :SQLSTATE
SELECT gdpr_link('note', '{email}', 'person', '{email}');
\echo :SQLSTATE

-- One's own; a member of the owning role is as good as the owner.
SELECT gdpr_register('note');
SET ROLE regress_deputy;
SELECT gdpr_register('person', subject => true);
SET ROLE regress_other;
SELECT gdpr_unregister('person');
\echo :SQLSTATE

-- A superuser may do it for both. The owner of one cannot take it back.
RESET ROLE;
SELECT gdpr_link('person', '{email}', 'note', '{email}');
SET ROLE regress_other;
SELECT gdpr_unlink('person', '{email}', 'note', '{email}');
\echo :SQLSTATE
SELECT gdpr_link('person', '{email}', 'note', '{email}', kind => 'ignore');
\echo :SQLSTATE

-- Writing the tables themselves needs rights on them, and then is judged alike.
INSERT INTO gdpr_registry (relation) VALUES ('note');
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON gdpr_registry, gdpr_links TO regress_other;
SET ROLE regress_other;
UPDATE gdpr_registry SET subject = false WHERE relation = 'person'::regclass;
\echo :SQLSTATE
DELETE FROM gdpr_registry WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_links SET kind = 'ignore' WHERE source = 'person'::regclass;
\echo :SQLSTATE
DELETE FROM gdpr_links WHERE source = 'person'::regclass;
\echo :SQLSTATE
-- An own entry cannot be turned into somebody else's, nor somebody else's into an own one: that would take it away.
CREATE TABLE spare (id int PRIMARY KEY, email text);
UPDATE gdpr_registry SET relation = 'pg_class' WHERE relation = 'note'::regclass;
\echo :SQLSTATE
UPDATE gdpr_registry SET relation = 'spare' WHERE relation = 'person'::regclass;
\echo :SQLSTATE
UPDATE gdpr_links SET source = 'spare' WHERE source = 'person'::regclass;
\echo :SQLSTATE
TRUNCATE gdpr_registry;
\echo :SQLSTATE
RESET ROLE;
SELECT relation, subject FROM gdpr_registry WHERE relation IN ('person'::regclass, 'note'::regclass) ORDER BY relation::text;
SELECT source, target, kind FROM gdpr_links WHERE source = 'person'::regclass;

SET client_min_messages = warning;
DROP SCHEMA privileges CASCADE;
DROP OWNED BY regress_owner, regress_other, regress_deputy;
DROP ROLE regress_owner, regress_other, regress_deputy;
