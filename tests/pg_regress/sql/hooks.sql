-- Hooks: functions of the user's own, called before and after the rows of a table are changed.
--
-- For what a table cannot do by itself: a file that belongs to a row, a queue that another system reads. They take the table and the
-- keys of the rows that are changed, run as the table's owner, and a hook that fails fails the call.
CREATE ROLE regress_owner;
CREATE SCHEMA hooks AUTHORIZATION regress_owner;
SET search_path = hooks, public;
\set SHOW_CONTEXT never
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner;
SET ROLE regress_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE picture (album int, no int, person_id int REFERENCES person, caption text, file text, PRIMARY KEY (album, no));
CREATE TABLE remark (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE told (no int GENERATED ALWAYS AS IDENTITY, who name, hook text, relation regclass, keys jsonb, captions text[]);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO picture VALUES (1, 1, 1, 'Ada', 'ada.jpg'), (1, 2, 1, 'Ada', 'ada2.jpg'), (2, 1, 2, 'Bea', 'bea.jpg');
INSERT INTO remark VALUES (11, 1, 'hello');
CREATE FUNCTION before_change(relation regclass, keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hooks.told (who, hook, relation, keys, captions)
    SELECT current_user, 'before', relation, keys, ARRAY(SELECT caption FROM hooks.picture ORDER BY album, no);
END $$;
CREATE FUNCTION after_change(relation regclass, keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hooks.told (who, hook, relation, keys, captions)
    SELECT current_user, 'after', relation, keys, ARRAY(SELECT caption FROM hooks.picture ORDER BY album, no);
END $$;
SELECT gdpr_register('person', '{"name": "null"}', subject => true, hooks => '{"after": "hooks.after_change"}');
SELECT gdpr_register('picture', '{"caption": "blank", "file": "null"}',
       hooks => '{"before": "hooks.before_change", "after": "hooks.after_change"}');
SELECT gdpr_register('remark', '{"body": "null"}');
RESET ROLE;
SELECT relation, hooks FROM gdpr_registry WHERE relation IN ('person'::regclass, 'picture'::regclass, 'remark'::regclass)
ORDER BY relation::text;

-- A preview calls none. The action does, as the owner, although a superuser calls; before sees the old rows, after the new ones.
SELECT * FROM gdpr_preview('anonymise', 'person', 1);
TABLE told;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM told ORDER BY no;

-- Nothing to change: nothing to tell. One row to change: that one alone.
TRUNCATE told;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM gdpr_anonymise('person', 99);
TABLE told;
UPDATE picture SET caption = 'Ada again' WHERE album = 1 AND no = 2;
SELECT * FROM gdpr_anonymise('person', 1);
SELECT * FROM told ORDER BY no;
TRUNCATE told;

-- A hook that fails: nothing is changed, and what the others did is undone with it. Nothing is logged.
CREATE FUNCTION fail(relation regclass, keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the store of pictures is closed' USING ERRCODE = '58030';
END $$;
SELECT gdpr_register('picture', hooks => '{"before": "hooks.before_change", "after": "hooks.fail"}');
SELECT * FROM gdpr_anonymise('person', 2);
\echo :SQLSTATE
TABLE told;
SELECT name FROM person WHERE id = 2;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 'hooks.%' AND keys @> '[2]';

-- Called before, it stops the call as well.
SELECT gdpr_register('picture', hooks => '{"before": "hooks.fail"}');
SELECT * FROM gdpr_anonymise('person', 2);
\echo :SQLSTATE
SELECT name FROM person WHERE id = 2;

-- Taken back.
SELECT gdpr_register('picture', hooks => '{}');
SELECT * FROM gdpr_anonymise('person', 2);
SELECT count(*) FILTER (WHERE relation = 'picture'::regclass) AS picture, count(*) FILTER (WHERE relation = 'person'::regclass) AS person
FROM told;

-- A hook that was dropped since is an error, and no hook that is silently not called. Renamed it is the same function.
SELECT gdpr_register('remark', hooks => '{"before": "hooks.before_change"}');
ALTER FUNCTION before_change RENAME TO earlier;
UPDATE remark SET body = 'again';
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT body FROM remark;
SELECT gdpr_register('remark', hooks => '{"before": "hooks.earlier"}');
SELECT * FROM gdpr_anonymise('person', 1);

-- Another's function is called with the rights of the table's owner: one that he may not call is refused.
CREATE FUNCTION public.hooks_of_another(relation regclass, keys jsonb) RETURNS void LANGUAGE sql AS '';
REVOKE EXECUTE ON FUNCTION public.hooks_of_another FROM PUBLIC;
UPDATE remark SET body = 'again';
SELECT gdpr_register('remark', hooks => '{"before": "public.hooks_of_another"}');
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
DROP FUNCTION public.hooks_of_another;

SET client_min_messages = warning;
DROP SCHEMA hooks CASCADE;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
