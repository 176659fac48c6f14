-- A declared link with the same tables and columns as a foreign key takes its place; any other stands beside it.
CREATE SCHEMA links;
SET search_path = links, public;
CREATE TABLE person (id int PRIMARY KEY, tenant int UNIQUE);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, author_id int, live bool);
INSERT INTO person VALUES (1, 7), (2, 8);
INSERT INTO note VALUES (11, 1, NULL, true), (12, 1, NULL, false), (13, NULL, 1, true), (14, 1, 1, NULL);

SELECT depth, link, kind, reviewed, on_delete, condition FROM gdpr_graph('person') ORDER BY link;

-- The foreign key's kind, and a condition for it. There is one link still, and it is still a foreign key.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', kind => 'accessor', condition => 'target.live');
SELECT depth, link, kind, reviewed, on_delete, condition FROM gdpr_graph('person') ORDER BY link;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- Again: kind and condition are replaced, both of them.
SELECT gdpr_link('person', '{id}', 'note', '{person_id}');
SELECT depth, link, kind, reviewed, on_delete, condition FROM gdpr_graph('person') ORDER BY link;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- A second link between the same tables.
SELECT gdpr_link('person', '{id}', 'note', '{author_id}');
SELECT depth, link, kind, reviewed, on_delete FROM gdpr_graph('person') ORDER BY link;
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- The order of the column pairs does not make another link.
CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE pair_note (a int, b int, FOREIGN KEY (a, b) REFERENCES pair (a, b));
SELECT gdpr_link('pair', '{b,a}', 'pair_note', '{b,a}', kind => 'ignore');
SELECT kind, reviewed, on_delete FROM gdpr_graph('pair');
SELECT gdpr_link('pair', '{a,b}', 'pair_note', '{a,b}', kind => 'accessor');
SELECT kind, reviewed, on_delete FROM gdpr_graph('pair');
SELECT count(*) FROM gdpr_links WHERE source = 'pair'::regclass;
-- Other pairs of the same columns do.
SELECT gdpr_link('pair', '{a,b}', 'pair_note', '{b,a}', kind => 'ignore');
SELECT depth, kind, reviewed, on_delete FROM gdpr_graph('pair') ORDER BY kind;

-- Two foreign keys over the same columns, as a careless migration leaves them: a declaration speaks of both.
ALTER TABLE note ADD FOREIGN KEY (person_id) REFERENCES person ON DELETE CASCADE;
SELECT gdpr_link('person', '{id}', 'note', '{person_id}', kind => 'accessor');
SELECT DISTINCT link, kind, reviewed FROM gdpr_graph('person') WHERE target_columns = '{person_id}';
SELECT depth, relation, key, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;

-- Taken back, the foreign key is what it was.
SELECT gdpr_unlink('person', '{id}', 'note', '{person_id}');
SELECT gdpr_unlink('person', '{id}', 'note', '{author_id}');
SELECT DISTINCT depth, link, kind, reviewed, condition FROM gdpr_graph('person') ORDER BY link;

SET client_min_messages = warning;
DROP SCHEMA links CASCADE;
