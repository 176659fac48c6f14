-- S41: an audit trigger of the ordinary kind names its table without a schema. Whoever could change the row as its owner gets it as he always does: by his
-- search_path. For whoever could not, only pg_catalog is searched, so that nothing of his is taken for what the owner meant.
\set VERBOSITY terse
CREATE SCHEMA s41names;
SET search_path = s41names, public;
CREATE ROLE regress_s41_owner;
CREATE ROLE regress_s41_operator;
GRANT USAGE, CREATE ON SCHEMA s41names TO regress_s41_owner;
GRANT USAGE ON SCHEMA s41names TO regress_s41_operator;
SET ROLE regress_s41_owner;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE audit (person int, happened text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit VALUES (NEW.id, tg_op);   -- no schema
  RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION note();
RESET ROLE;
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cleo');
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
GRANT SELECT, UPDATE ON person TO regress_s41_operator;
GRANT EXECUTE ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean) TO regress_s41_owner, regress_s41_operator;

-- A superuser, and the owner.
SELECT * FROM gdpr_anonymise('person', 1);
SET ROLE regress_s41_owner;
SELECT * FROM gdpr_anonymise('person', 2);
RESET ROLE;
TABLE audit ORDER BY person;

-- Somebody else could have put an "audit" of his own in the way.
SET ROLE regress_s41_operator;
SELECT * FROM gdpr_anonymise('person', 3);
\echo :SQLSTATE
RESET ROLE;
-- The function says where it looks, as any function should that others can fire.
ALTER FUNCTION note() SET search_path = s41names;
SET ROLE regress_s41_operator;
SELECT * FROM gdpr_anonymise('person', 3);
RESET ROLE;
TABLE audit ORDER BY person;

DROP SCHEMA s41names CASCADE;
DROP OWNED BY regress_s41_owner, regress_s41_operator;
DROP ROLE regress_s41_owner, regress_s41_operator;
