-- S14, second part. The same table name in three schemas.
--
-- One schema per tenant, each with its own person and note. Names are resolved to tables once, and the schema is shown where
-- the search_path does not lead to the table.
CREATE SCHEMA s14_red;
CREATE SCHEMA s14_green;
CREATE SCHEMA s14_blue;
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['s14_red', 's14_green', 's14_blue'] LOOP
        EXECUTE format('CREATE TABLE %I.person (id int PRIMARY KEY, tenant text DEFAULT %L)', tenant, tenant);
        EXECUTE format('CREATE TABLE %1$I.note (id int PRIMARY KEY, person_id int REFERENCES %1$I.person, tenant text DEFAULT %1$L)', tenant);
        EXECUTE format('INSERT INTO %I.person VALUES (1), (2)', tenant);
        EXECUTE format('INSERT INTO %I.note VALUES (11, 1), (12, 2)', tenant);
    END LOOP;
END $$;

-- Not on the search_path.
SET search_path = public;
SELECT depth, relation, key, via, data FROM gdpr_collect('s14_red.person', 1) ORDER BY depth;

-- On the search_path, the first of three: person is the red one, and its names need no schema.
SET search_path = s14_red, s14_green, public;
SELECT depth, relation, key, via, data FROM gdpr_collect('person', 1) ORDER BY depth;
SELECT depth, relation, key, via, data FROM gdpr_collect('s14_green.person', 1) ORDER BY depth;

-- The same call after the search_path has changed means another table.
SET search_path = s14_green, s14_red, public;
SELECT depth, relation, key, via, data FROM gdpr_collect('person', 1) ORDER BY depth;

-- A prepared statement, too.
PREPARE everything AS SELECT depth, relation, key, via, data FROM gdpr_collect('s14_blue.person', $1::int) ORDER BY depth;
EXECUTE everything(1);
SET search_path = s14_blue, public;
EXECUTE everything(2);
DEALLOCATE everything;

-- A foreign key across schemas.
CREATE TABLE s14_green.shared_note (id int PRIMARY KEY, red int REFERENCES s14_red.person, blue int REFERENCES s14_blue.person);
INSERT INTO s14_green.shared_note VALUES (21, 1, NULL), (22, NULL, 1), (23, 1, 1);
SELECT depth, relation, key, via, shared FROM gdpr_collect('person', 1) ORDER BY depth, relation::text, key;
SELECT depth, link, source, target FROM gdpr_graph('person') ORDER BY link;

SET client_min_messages = warning;
DROP SCHEMA s14_red, s14_green, s14_blue CASCADE;
