-- S11. A link into JSON.
--
-- An event log keeps the user's id inside its payload. The link's column is an expression in parentheses, as in CREATE INDEX;
-- a composite key may be taken apart in the same way.
CREATE SCHEMA s11;
SET search_path = s11, public;

CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE event (id int PRIMARY KEY, payload jsonb);
INSERT INTO users VALUES (1, 'Ada'), (2, 'Bea'), (12, 'Jo');
INSERT INTO event VALUES
    (11, '{"user_id": 1, "page": "/"}'),        -- a number
    (12, '{"user_id": "1"}'),                   -- a string
    (13, '{"user_id": 12}'),
    (14, '{"user_id": null}'), (15, '{}'), (16, NULL), (17, '[1]'), (18, '{"user": {"user_id": 1}}'), (19, '"1"');

SELECT gdpr_link('users', '{(id::text)}', 'event', '{(payload->>''user_id'')}');
SELECT depth, relation, key, shared, data FROM gdpr_collect('users', 1) ORDER BY depth, relation::text, key;

-- The expression is kept in the form that pg_get_indexdef prints, so that it can be compared with an index.
SELECT source, source_columns, target, target_columns, kind FROM gdpr_links WHERE target = 'event'::regclass;
SELECT link, indexed FROM gdpr_graph('users');
CREATE INDEX ON event ((payload ->> 'user_id'));
SELECT link, indexed FROM gdpr_graph('users');

-- Unlinked by any spelling of the same expression.
SELECT gdpr_unlink('users', ARRAY['( id :: text )'], 'event', ARRAY['(payload ->> ''user_id''::text)']);
SELECT count(*) FROM gdpr_links WHERE target = 'event'::regclass;

-- A composite key, both parts in the payload: all of them count.
CREATE TABLE member (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE audit (id int PRIMARY KEY, entry json);
INSERT INTO member VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO audit VALUES
    (21, '{"who": {"tenant": 1, "id": 1}}'), (22, '{"who": {"tenant": 1, "id": 2}}'), (23, '{"who": {"tenant": 2, "id": 1}}'),
    (24, '{"who": {"tenant": 1}}'), (25, '{"who": {"id": 1}}'), (26, '{}');
SELECT gdpr_link('member', '{tenant,id}', 'audit',
                 ARRAY['((entry->''who''->>''tenant'')::int)', '((entry #>> ''{who,id}'')::int)']);
SELECT depth, relation, key FROM gdpr_collect('member', '{"tenant": 1, "id": 1}') ORDER BY depth, relation::text, key;
SELECT depth, relation, key FROM gdpr_collect('member', '{"tenant": 2, "id": 1}') ORDER BY depth, relation::text, key;

-- A JSON document may be the source as well: the event names the session that it started.
CREATE TABLE session (token text PRIMARY KEY, browser text);
INSERT INTO session VALUES ('s-1', 'Lynx'), ('s-2', 'Mosaic');
UPDATE event SET payload = payload || '{"session": "s-1"}' WHERE id = 12;
SELECT gdpr_link('users', '{(id::text)}', 'event', '{(payload->>''user_id'')}');
SELECT gdpr_link('event', '{(payload->>''session'')}', 'session', '{token}');
SELECT depth, relation, key, shared FROM gdpr_collect('users', 1) ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s11 CASCADE;
