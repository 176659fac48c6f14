-- S09, second part. A key with a nondeterministic collation: 'Ada' and 'ADA' are the same person.
--
-- PostgreSQL has such collations from ICU only; where the server was built without it there is nothing to test.
SELECT NOT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS without_icu \gset
\if :without_icu
\quit
\endif
CREATE SCHEMA s09n;
SET search_path = s09n, public;
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

CREATE TABLE member (nick text COLLATE ignore_case PRIMARY KEY);
CREATE TABLE post (id int PRIMARY KEY, author text COLLATE ignore_case REFERENCES member);
CREATE TABLE reaction (post_id int REFERENCES post, emoji text, PRIMARY KEY (post_id, emoji));
INSERT INTO member VALUES ('Ada'), ('Bea');
INSERT INTO post VALUES (11, 'ADA'), (12, 'ada'), (13, 'BEA'), (14, NULL);
INSERT INTO reaction VALUES (12, ':)'), (13, ':(');

-- Asked for in a third spelling. The key is shown as it is stored.
SELECT depth, relation, key, via, shared FROM gdpr_collect('member', 'aDA') ORDER BY depth, relation::text, key;

-- Two spellings of one person in an array are one person.
SELECT depth, relation, key FROM gdpr_collect('member', ARRAY['ada', 'ADA']) ORDER BY depth, relation::text, key;

-- A value link between two columns that have this collation compares by it.
CREATE TABLE mention (id int PRIMARY KEY, nick text COLLATE ignore_case);
INSERT INTO mention VALUES (21, 'aDa'), (22, 'adam');
SELECT gdpr_link('member', '{nick}', 'mention', '{nick}');
SELECT depth, relation, key, via FROM gdpr_collect('member', 'Ada') WHERE relation = 'mention'::regclass;

-- Ownership follows the same equality: a post that 'ADA' wrote and that 'ada' moderates has one owner.
ALTER TABLE post ADD moderator text COLLATE ignore_case REFERENCES member;
UPDATE post SET moderator = 'ada' WHERE id = 11;
UPDATE post SET moderator = 'bea' WHERE id = 12;
SELECT depth, relation, key, shared FROM gdpr_collect('member', 'Ada') WHERE relation = 'post'::regclass ORDER BY key;

SET client_min_messages = warning;
DROP SCHEMA s09n CASCADE;
