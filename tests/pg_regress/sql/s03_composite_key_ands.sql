-- S03. A composite foreign key means all of its columns.
--
-- The child keys are (1,1), (1,2) and (2,1), the subject is (1,1). A tool that compares the columns one by one and ORs them hands
-- out the rows of two other people; here exactly the first is found.
CREATE SCHEMA s03;
SET search_path = s03, public;

CREATE TABLE person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE invoice (
    no int PRIMARY KEY,
    tenant int,
    person_id int,
    FOREIGN KEY (tenant, person_id) REFERENCES person (tenant, id)
);
INSERT INTO person VALUES (1, 1, 'Ada'), (1, 2, 'Bea'), (2, 1, 'Cleo');
INSERT INTO invoice VALUES (11, 1, 1), (12, 1, 2), (21, 2, 1);

SELECT depth, relation, key, via, shared, data FROM gdpr_collect('person', '{"tenant": 1, "id": 1}')
ORDER BY depth, relation::text, key;

-- As jsonb it is the same, and so it is with the parts the other way round.
SELECT depth, relation, key FROM gdpr_collect('person', '{"id": 1, "tenant": 1}'::jsonb) ORDER BY depth, relation::text, key;

-- The columns pair as the foreign key says, not by their position in either table: here (owner_id, tenant) is (id, tenant).
CREATE TABLE letter (
    tenant int,
    owner_id int,
    no int PRIMARY KEY,
    FOREIGN KEY (owner_id, tenant) REFERENCES person (id, tenant)
);
INSERT INTO letter VALUES (1, 2, 31), (2, 1, 32);
SELECT depth, relation, key, data FROM gdpr_collect('person', '{"tenant": 1, "id": 2}') ORDER BY depth, relation::text, key;
SELECT depth, relation, key, data FROM gdpr_collect('person', '{"tenant": 2, "id": 1}') ORDER BY depth, relation::text, key;

-- Many people in one call: an array of keys, as jsonb[] or as one jsonb array. (1,1) and (2,2), who does not exist, do not
-- make (1,2) or (2,1) theirs.
SELECT depth, relation, key FROM gdpr_collect('person', ARRAY['{"tenant": 1, "id": 1}', '{"tenant": 2, "id": 2}']::jsonb[])
ORDER BY depth, relation::text, key;
SELECT depth, relation, key FROM gdpr_collect('person', '[{"tenant": 1, "id": 1}, {"tenant": 2, "id": 1}]'::jsonb)
ORDER BY depth, relation::text, key;

-- A link that is declared with two columns means both of them too.
CREATE TABLE visit (no int PRIMARY KEY, tenant int, visitor int);
INSERT INTO visit VALUES (41, 1, 1), (42, 1, 2), (43, 2, 1);
SELECT gdpr_link('person', '{tenant,id}', 'visit', '{tenant,visitor}');
SELECT depth, relation, key, via FROM gdpr_collect('person', '{"tenant": 1, "id": 1}') ORDER BY depth, relation::text, key;

SET client_min_messages = warning;
DROP SCHEMA s03 CASCADE;
