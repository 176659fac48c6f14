-- S14, fourth part. Names that our own statements use.
--
-- A column may be called `target` or `source`, as the aliases of conditions are, or like whatever a generated statement calls its
-- parts. Every name is qualified, so that each means the user's column where it should and ours where it should.
CREATE SCHEMA s14o;
SET search_path = s14o, public;

CREATE TABLE source (id int PRIMARY KEY, target text, ord int, s int);
CREATE TABLE target (id int PRIMARY KEY, source int REFERENCES source, target int, s text, ord int, k1 text, k2 int, key text, data text);
CREATE TABLE s (ord int PRIMARY KEY, id int REFERENCES target, target text, "source" text);
INSERT INTO source VALUES (1, 'x', 7, 8), (2, 'y', 7, 8);
INSERT INTO target VALUES
    (11, 1, 111, 's', 5, 'k1', 6, 'key', 'data'), (12, 1, 112, 's', 5, 'k1', 6, 'key', 'data'), (21, 2, 121, 's', 5, 'k1', 6, 'key', 'data');
INSERT INTO s VALUES (31, 11, 't', 's'), (32, 12, 't', 's'), (33, 21, 't', 's');

SELECT depth, relation, key, via, data FROM gdpr_collect('source', 1) ORDER BY depth, key;
SELECT depth, relation, key FROM gdpr_collect('source', ARRAY[1, 2]) ORDER BY depth, key;

-- In a condition source and target are the rows, and source.target is a column.
CREATE TABLE note (target text, source text, body text);
INSERT INTO note VALUES ('x', '7', 'right'), ('x', '9', 'wrong'), ('y', '7', 'wrong');
SELECT gdpr_link('source', '{target}', 'note', '{target}', condition => 'target.source = source.ord::text AND source.target = target.target');
SELECT depth, relation, data FROM gdpr_collect('source', 1) WHERE relation = 'note'::regclass;
SELECT gdpr_unlink('source', '{target}', 'note', '{target}');

-- And in an expression a column is a column.
SELECT gdpr_link('source', '{(target || s)}', 'note', '{(target || ''8'')}');
SELECT depth, relation, data FROM gdpr_collect('source', 1) WHERE relation = 'note'::regclass ORDER BY data;
SELECT relation, rows FROM gdpr_lock('source', 1) ORDER BY relation::text;

SET client_min_messages = warning;
DROP SCHEMA s14o CASCADE;
