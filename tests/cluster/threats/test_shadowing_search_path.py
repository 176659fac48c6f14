"""Names in front of pg_catalog's: the caller's search_path, or a temporary schema, must not say what a stored rule or our statements mean."""

import psycopg

from .conftest import ALL_CALLS, ANONYMISE

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text, email text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int, body text);
INSERT INTO mallory.person VALUES (1, 'Ada', 'ada@example.org');
INSERT INTO mallory.note VALUES (11, 1, 'hello');
"""
# Everything that a statement over these tables would call by name or by operator, with exactly the types.
SHADOWS = """
CREATE FUNCTION mallory.upper(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.length(text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 3; END';
CREATE FUNCTION mallory.to_jsonb(anyelement) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN ''{}''; END';
CREATE FUNCTION mallory.jsonb_build_object(text, int) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN ''{}''; END';
CREATE FUNCTION mallory.unnest(int[]) RETURNS SETOF int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END';
CREATE FUNCTION mallory.array_position(int[], int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 1; END';
CREATE FUNCTION mallory.gdpr_hash(text, int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.gdpr_email(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.equal(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';
CREATE FUNCTION mallory.equal(text, text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';
CREATE FUNCTION mallory.joined(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE OPERATOR mallory.= (LEFTARG = int, RIGHTARG = int, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.joined);
CREATE TABLE mallory.pg_class (oid oid, relname name);
CREATE TABLE mallory.pg_attribute (attrelid oid, attname name);
CREATE TABLE mallory.gdpr_registry (relation regclass, rules jsonb);
CREATE VIEW mallory.gdpr_links AS SELECT mallory.attack() AS source;
GRANT SELECT ON ALL TABLES IN SCHEMA mallory TO PUBLIC;
"""
REGISTER = """
SELECT gdpr_register('mallory.person', '{"name": {"strategy": "sql", "expression": "upper(name) || length(name)::text"}, "email": "email"}'),
    gdpr_register('mallory.note', '{"body": "hash"}');
SELECT gdpr_link('mallory.person', '{id}', 'mallory.note', '{person_id}', condition => $$length(target.body) > 0$$)
"""
HOSTILE = "SET search_path = mallory, pg_catalog, public"


def test_a_superuser_with_her_schema_in_front(mallory):
    mallory.does(TABLES)
    mallory.connection.execute(REGISTER)
    mallory.does(SHADOWS)
    connection = mallory.connection
    connection.execute(HOSTILE)
    mallory.robs_a_superuser("SELECT upper(name) FROM person")
    mallory.robs_a_superuser("SELECT 1 FROM person WHERE id = 1")
    seen = mallory.seen(*ALL_CALLS)
    assert not seen.errors
    assert seen.as_mallory == 0 and seen.as_another == 0, "a shadow was called"
    connection.execute("RESET search_path")
    mallory.has_nothing(seen)
    assert connection.execute("SELECT name FROM mallory.person").fetchone()[0].startswith("ADA")


def test_a_rule_that_is_registered_under_a_hostile_search_path(mallory):
    """Then it means what it says there: it is her function, and runs as her."""
    mallory.does(TABLES)
    mallory.does(SHADOWS)
    connection = mallory.connection
    connection.execute(HOSTILE)
    seen = mallory.seen(*REGISTER.split(";\n"), *ALL_CALLS)
    connection.execute("RESET search_path")
    mallory.has_nothing(seen)
    assert not seen.errors
    assert seen.as_mallory > 0


def test_a_temporary_schema_in_front(mallory):
    """A caller's own temporary tables and types, named like ours and PostgreSQL's, are not met by our statements."""
    mallory.does(TABLES)
    mallory.connection.execute(REGISTER)
    connection = mallory.connection
    connection.execute(
        "CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE gdpr_registry (relation regclass); CREATE TEMP TABLE gdpr_links (source regclass);"
        "CREATE TEMP TABLE event (id uuid); CREATE TEMP TABLE anonymised (relation regclass); CREATE TEMP TABLE person (id int);"
        "CREATE DOMAIN pg_temp.jsonb AS int; CREATE DOMAIN pg_temp.text AS int; CREATE DOMAIN pg_temp.regclass AS int"
    )
    assert connection.execute("SELECT count(*) FROM pg_temp.event").fetchone() == (0,)
    connection.execute(ANONYMISE)
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone()[0] == 2
    assert connection.execute("SELECT name FROM mallory.person").fetchone() != ("Ada",)
    for table in ("event", "anonymised", "gdpr_registry", "pg_class"):
        assert connection.execute(psycopg.sql.SQL("SELECT count(*) FROM pg_temp.{}").format(psycopg.sql.Identifier(table))).fetchone() == (0,)
