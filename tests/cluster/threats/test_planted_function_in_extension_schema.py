"""Mallory may create objects in the extension's schema: functions and operators that fit our own calls better than the ones that are meant."""

import psycopg
import pytest
from conftest import make_database
from psycopg import sql
from roles import drop_roles

from .conftest import ALL_CALLS, ROLES, SCHEMA, Mallory

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name varchar(20), email text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int, body text);
INSERT INTO mallory.person VALUES (1, 'Ada', 'ada@example.org');
INSERT INTO mallory.note VALUES (11, 1, 'hello');
"""
REGISTER = """
SELECT gdpr_register('mallory.person', '{"name": "hash", "email": "pseudonym"}'), gdpr_register('mallory.note', '{"body": "fake"}'),
    gdpr_link('mallory.person', '{id}', 'mallory.note', '{person_id}')
"""
# Pairs for which PostgreSQL itself has no operator: it takes the one of related types, unless there is an exact one.
PAIRS = [("varchar", "varchar"), ("varchar", "text"), ("regclass", "regclass"), ("regclass", "oid"), ("regclass", "int"), ("char", "text"),
         ("int2", "text"), ("varchar", "int")]
OPERATORS = ["=", "<>", "||", "->", "->>", "@>", "~", "<", ">", "<@", "?"]


def plant(mallory, schema, functions):
    """In `schema`, an overload of each of these functions that takes what looks the same, and operators for types that have none of their own."""
    planted = []
    for number, (left, right) in enumerate(PAIRS):
        planted.append(
            f"CREATE FUNCTION {schema}.planted_{number}({left}, {right}) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
            " 'BEGIN RETURN mallory.attack(); END'"
        )
        planted += [
            f"CREATE OPERATOR {schema}.{operator} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = {schema}.planted_{number})"
            for operator in OPERATORS
        ]
    planted += [
        sql.SQL("CREATE FUNCTION {}.{}({}) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN mallory.attack()::text; END'").format(
            sql.Identifier(schema), sql.Identifier(name), sql.SQL(arguments)
        ).as_string()
        for name, arguments in functions
    ]
    mallory.connection.execute(f"GRANT CREATE, USAGE ON SCHEMA {schema} TO regress_mallory")
    for statement in planted:
        try:
            mallory.does(statement)
        except psycopg.errors.DuplicateFunction:
            pass  # there is one with exactly these types; the others are as good
    return len(planted)


OVERLOADS = """
SELECT DISTINCT proname, types FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'gdpr_ext',
LATERAL (
    SELECT string_agg(replace(t::regtype::text, 'text', 'varchar'), ', ' ORDER BY n) FROM unnest(proargtypes) WITH ORDINALITY u(t, n)
    UNION ALL
    SELECT string_agg(CASE t::regtype::text WHEN 'text' THEN 'varchar' WHEN 'anyelement' THEN 'integer' WHEN 'bigint' THEN 'integer'
                                            WHEN 'oid' THEN 'regclass' ELSE t::regtype::text END, ', ' ORDER BY n)
    FROM unnest(proargtypes) WITH ORDINALITY u(t, n)
) overload (types)
WHERE types IS NOT NULL AND types !~ 'internal|"any"' AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  -- One with exactly these types makes CREATE EXTENSION fail: the next test.
  AND NOT EXISTS (
      SELECT FROM pg_proc q WHERE q.proname = p.proname
      AND types = (SELECT string_agg(t::regtype::text, ', ' ORDER BY n) FROM unnest(q.proargtypes) WITH ORDINALITY u(t, n)))
  -- The caller writes these himself, and by his own search_path.
  AND proname <> ALL (ARRAY['gdpr_collect', 'gdpr_preview', 'gdpr_anonymise', 'gdpr_is_anonymised', 'gdpr_register', 'gdpr_link'])
"""


def test_after_the_extension_was_made(mallory):
    connection = mallory.connection
    mallory.does(TABLES)
    assert plant(mallory, "public", connection.execute(OVERLOADS).fetchall()) > 80
    connection.execute("SET search_path = public, pg_catalog")
    mallory.robs_a_superuser("SELECT name || 'x' FROM mallory.person")
    mallory.robs_a_superuser("SELECT 1 FROM pg_class WHERE oid::regclass = 'pg_class'::regclass")
    before = mallory.counters()
    seen = mallory.seen(REGISTER, *ALL_CALLS)
    assert not seen.errors, seen.errors
    assert (seen.as_mallory, seen.as_another) == (0, 0), "something planted was called"
    connection.execute("ALTER TABLE mallory.person RENAME email TO mail")  # the event triggers follow
    connection.execute("DROP TABLE mallory.note")
    assert mallory.counters() == before
    mallory.has_nothing(seen)


@pytest.fixture
def elsewhere():
    """A database without the extension, with Mallory and a schema that she may write to."""
    for name in make_database("gdpr_planted_test"):
        with psycopg.connect(dbname=name, autocommit=True) as connection:
            connection.execute("DROP EXTENSION gdpr_ext; DROP SCHEMA IF EXISTS gdpr_log CASCADE; CREATE SCHEMA privacy")
            drop_roles(connection, ROLES)
            connection.execute(SCHEMA)
            yield Mallory(connection)
            drop_roles(connection, ROLES)


def test_before_the_extension_is_made(connection, elsewhere):
    """The install script runs as a superuser, in a schema in which she was first."""
    functions = connection.execute(OVERLOADS).fetchall()
    elsewhere.does(TABLES)
    assert plant(elsewhere, "privacy", functions) > 80
    mine = elsewhere.connection
    with mine.transaction(force_rollback=True):
        mine.execute("SET LOCAL search_path = privacy")
        assert elsewhere.seen("SELECT name || 'x' FROM mallory.person").as_another > 0
    before = elsewhere.counters()
    mine.execute("CREATE EXTENSION gdpr_ext SCHEMA privacy")
    mine.execute("SET search_path = privacy, pg_catalog")
    seen = elsewhere.seen(REGISTER, *ALL_CALLS)
    assert not seen.errors, seen.errors
    mine.execute("ALTER TABLE mallory.person RENAME email TO mail")
    mine.execute("DROP TABLE mallory.note")
    assert elsewhere.counters() == before
    elsewhere.has_nothing(seen)


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TABLE privacy.gdpr_registry (relation regclass PRIMARY KEY, rules jsonb)",
        "CREATE TABLE privacy.gdpr_links (source regclass)",
        "CREATE FUNCTION privacy.gdpr_pairs(text[], text[]) RETURNS text[] LANGUAGE sql AS 'SELECT $1'",
        "CREATE FUNCTION privacy.gdpr_hash(value text, length int DEFAULT 64) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    ],
)
def test_an_object_of_ours_that_is_there_already(elsewhere, planted):
    """It is not taken over: CREATE EXTENSION fails, as it must."""
    elsewhere.connection.execute("GRANT CREATE, USAGE ON SCHEMA privacy TO regress_mallory")
    elsewhere.does(planted)
    with pytest.raises(psycopg.Error) as raised:
        elsewhere.connection.execute("CREATE EXTENSION gdpr_ext SCHEMA privacy")
    assert raised.value.sqlstate in ("42P07", "42723", "55000", "0A000")
    assert elsewhere.connection.execute("SELECT count(*) FROM pg_extension WHERE extname = 'gdpr_ext'").fetchone() == (0,)


@pytest.mark.parametrize("schema", ["gdpr_log", "gdpr_internal"])
def test_a_schema_of_ours_that_is_hers(elsewhere, schema):
    """They have fixed names. Whoever makes them first would own them, and could drop or replace what is in them."""
    connection = elsewhere.connection
    grant = connection.execute("SELECT format('GRANT CREATE ON DATABASE %I TO regress_mallory', current_database())").fetchone()[0]
    connection.execute(grant)
    elsewhere.does(f"CREATE SCHEMA {schema}")
    with pytest.raises(psycopg.errors.DuplicateSchema):
        connection.execute("CREATE EXTENSION gdpr_ext SCHEMA privacy")


@pytest.mark.parametrize("schema", ["gdpr_log", "gdpr_internal"])
def test_in_our_own_schemas(mallory, schema):
    """What the statements of an action call is in a schema in which nobody creates anything, so that there are no overloads of it."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mallory.does(f"CREATE FUNCTION {schema}.marks(bigint, text, smallint) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'")
    members = """
        SELECT count(*) FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        WHERE pronamespace = 'gdpr_internal'::regnamespace
    """
    assert mallory.connection.execute(members).fetchone()[0] >= 3
