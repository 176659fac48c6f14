-- S41. Audit triggers that copy the old row.
--
-- Anonymising a row makes such a trigger write the personal values into a history table, once more. Where a link leads to the history
-- table, the copies that the call itself has made are anonymised in the same call, with those that were there before.
CREATE SCHEMA s41;
SET search_path = s41, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org');
INSERT INTO note VALUES (11, 1, 'Ada was here'), (12, 2, 'Bea was here');

-- Three histories: linked by id, by the very value that is anonymised (with no id at all), and one for all tables that has the old row
-- as a document.
CREATE TABLE person_history (no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int, name text, email text);
CREATE TABLE mail_history (email text, name text);
CREATE TABLE all_history (no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, relation text, old jsonb);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'person' THEN
        INSERT INTO s41.person_history (person_id, name, email) VALUES (OLD.id, OLD.name, OLD.email);
        INSERT INTO s41.mail_history VALUES (OLD.email, OLD.name);
    END IF;
    INSERT INTO s41.all_history (relation, old) VALUES (TG_TABLE_NAME, to_jsonb(OLD));
    RETURN NEW;
END $$;
CREATE TRIGGER remember AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION remember();
CREATE TRIGGER remember BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION remember();
UPDATE person SET name = name || ' ' || 'Lovelace' WHERE id = 1;
UPDATE person SET name = 'Bea Bell' WHERE id = 2;
UPDATE note SET body = body || ' again' WHERE id = 11;
TABLE person_history;
TABLE mail_history;
TABLE all_history;

SELECT gdpr_register('person', '{"name": "null", "email": "email"}', subject => true);
SELECT gdpr_register('note', '{"body": "null"}');
SELECT gdpr_register('person_history', '{"name": "null", "email": "null"}');
SELECT gdpr_register('mail_history', '{"name": "null", "email": "email"}');
SELECT gdpr_register('all_history', '{"old": {"strategy": "json", "paths": {"name": "null", "email": "null", "body": "null"}}}');
SELECT gdpr_link('person', '{id}', 'person_history', '{person_id}');
SELECT gdpr_link('person', '{email}', 'mail_history', '{email}');
SELECT gdpr_link('person', '{id}', 'all_history', '{((old->>''id'')::int)}', condition => $$target.relation = 'person'$$);
SELECT gdpr_link('note', '{id}', 'all_history', '{((old->>''id'')::int)}', condition => $$target.relation = 'note'$$);

SELECT * FROM gdpr_anonymise('person', 1);

-- One new row in each history for each row that was changed, and none of them says anything.
SELECT no, person_id, name, email FROM person_history ORDER BY no;
SELECT CASE WHEN email LIKE 'anon-%@example.invalid' THEN 'anonymised' ELSE email END AS email, name FROM mail_history ORDER BY 1;
SELECT no, relation, old FROM all_history ORDER BY no;
SELECT count(*) AS still_there FROM (
    SELECT person::text AS row FROM person UNION ALL SELECT note::text FROM note UNION ALL SELECT person_history::text FROM person_history
    UNION ALL SELECT mail_history::text FROM mail_history UNION ALL SELECT all_history::text FROM all_history
) AS rows WHERE row ~ 'Ada|Lovelace|ada@example\.org';
SELECT count(*) AS somebody_else_s FROM (
    SELECT person_history::text AS row FROM person_history UNION ALL SELECT all_history::text FROM all_history
) AS rows WHERE row ~ 'Bea';

-- The second call finds nothing to do, and so makes no new copies.
SELECT * FROM gdpr_anonymise('person', 1);
SELECT (SELECT count(*) FROM person_history) AS person_history, (SELECT count(*) FROM mail_history) AS mail_history,
       (SELECT count(*) FROM all_history) AS all_history;

-- The log counts what was changed, copies included, and has none of them.
SELECT relation, action, rows, columns FROM gdpr_log.event WHERE relation LIKE 's41.%' ORDER BY relation;

-- A history of histories: the copy is copied when it is anonymised. It ends all the same.
CREATE TABLE history_history (person_id int, name text);
CREATE FUNCTION remember_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO s41.history_history VALUES (OLD.person_id, OLD.name);
    RETURN NEW;
END $$;
CREATE TRIGGER remember AFTER UPDATE ON person_history FOR EACH ROW EXECUTE FUNCTION remember_history();
SELECT gdpr_register('history_history', '{"name": "null"}');
SELECT gdpr_link('person', '{id}', 'history_history', '{person_id}');
SELECT * FROM gdpr_anonymise('person', 2);
SELECT count(*), count(name) AS with_a_name FROM history_history;
SELECT count(*) AS still_there FROM (
    SELECT person::text AS row FROM person UNION ALL SELECT note::text FROM note UNION ALL SELECT person_history::text FROM person_history
    UNION ALL SELECT mail_history::text FROM mail_history UNION ALL SELECT all_history::text FROM all_history
    UNION ALL SELECT history_history::text FROM history_history
) AS rows WHERE row ~ 'Bea|bea@example\.org';

-- The person's own key is rewritten in the same call, and copies are made of a row that hangs on it: they are found all the same.
CREATE TABLE member (email text PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, email text REFERENCES member, body text);
CREATE TABLE post_history (post_id int, email text, body text);
CREATE FUNCTION remember_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO s41.post_history VALUES (OLD.id, OLD.email, OLD.body);
    RETURN NEW;
END $$;
CREATE TRIGGER remember AFTER UPDATE ON post FOR EACH ROW EXECUTE FUNCTION remember_post();
INSERT INTO member VALUES ('ada@example.org', 'Ada'), ('bea@example.org', 'Bea');
INSERT INTO post VALUES (1, 'ada@example.org', 'by Ada'), (2, 'bea@example.org', 'by Bea');
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true);
SELECT gdpr_register('post', '{"body": "null"}');
SELECT gdpr_register('post_history', '{"email": "null", "body": "null"}');
SELECT gdpr_link('post', '{id}', 'post_history', '{post_id}');
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');
SELECT m.email LIKE 'anon-%@example.invalid' AS anonymised, m.name, p.id, p.body FROM member m JOIN post p USING (email) ORDER BY p.id;
TABLE post_history;

-- A history that no link leads to is nobody's, and keeps its copy: to find such triggers is another function's task.
CREATE TABLE secret_history (name text);
CREATE FUNCTION remember_secretly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO s41.secret_history VALUES (OLD.name);
    RETURN NEW;
END $$;
CREATE TRIGGER remember_secretly AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION remember_secretly();
INSERT INTO person VALUES (3, 'Cleo', 'cleo@example.org');
SELECT relation, action, rows FROM gdpr_anonymise('person', 3) WHERE relation = 'person'::regclass;
TABLE secret_history;

SET client_min_messages = warning;
DROP SCHEMA s41 CASCADE;
