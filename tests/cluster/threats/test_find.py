"""S38: gdpr_find reads every table of the database, whoever owns it, for a superuser too. Nothing that an owner has put into a table may run as the reader.

Attacked: what the planner computes of a table (constants in the expressions of indexes, partial indexes, extended statistics, partition keys), casts of somebody's
types, checks of domains, policies, rules of views, functions and operators planted in front of PostgreSQL's, and the internal functions, called by themselves.
"""

import psycopg
import pytest

from .conftest import Mallory

FIND = "SELECT * FROM gdpr_find('Ada')"
TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
# A table alone is enough: its planner computes what does not depend on a row.
PLANNED = {
    "index": TABLE + "CREATE INDEX ON mallory.person ((name || mallory.same('x')))",
    "partial index": TABLE + "CREATE INDEX ON mallory.person (name) WHERE mallory.fine('x')",
    "statistics": TABLE + "CREATE STATISTICS mallory.s ON (name || mallory.same('x')), id FROM mallory.person",
    "partition key": """
        CREATE TABLE mallory.person (id int, name text) PARTITION BY LIST ((name || mallory.same('x')));
        CREATE TABLE mallory.person_1 PARTITION OF mallory.person DEFAULT;
        INSERT INTO mallory.person VALUES (1, 'Ada')""",
}


@pytest.fixture
def again(mallory):
    """Another session, which has not planned anything yet."""
    with psycopg.connect(dbname=mallory.connection.info.dbname, autocommit=True) as connection:
        yield Mallory(connection)


def found(connection, call=FIND):
    return {(relation, column): rows for relation, column, rows, *_ in connection.execute(call.replace("SELECT *", "SELECT relation::pg_catalog.text, \"column\", rows")).fetchall()}


@pytest.mark.parametrize("table", PLANNED.values(), ids=PLANNED.keys())
def test_what_the_planner_computes(mallory, again, table):
    mallory.does(table)
    with psycopg.connect(dbname=mallory.connection.info.dbname, autocommit=True) as fresh:
        Mallory(fresh).robs_a_superuser("SELECT count(*) FROM mallory.person")
    again.gains_nothing(FIND)
    assert found(again.connection)[("mallory.person", "name")] == 1


TYPES = """
CREATE TYPE mallory.card AS (name text, mails text[]);
CREATE TYPE mallory.span AS RANGE (subtype = text);
CREATE FUNCTION mallory.to_text(mallory.card) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN ''x''; END';
CREATE FUNCTION mallory.to_text(mallory.span) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN ''x''; END';
CREATE FUNCTION mallory.to_text(mallory.card[]) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN ''x''; END';
CREATE CAST (mallory.card AS text) WITH FUNCTION mallory.to_text(mallory.card) AS {0};
CREATE CAST (mallory.span AS text) WITH FUNCTION mallory.to_text(mallory.span) AS {0};
CREATE CAST (mallory.card[] AS text) WITH FUNCTION mallory.to_text(mallory.card[]) AS {0};
CREATE TABLE mallory.person (card mallory.card, cards mallory.card[], span mallory.span, spans mallory.span[]);
INSERT INTO mallory.person VALUES (ROW('Ada', '{{}}'), ARRAY[ROW('x', '{{Ada}}')::mallory.card], '[Ada,Zoe)', ARRAY['[Ada,Zoe)'::mallory.span]);
"""


def test_casts_of_her_types(mallory):
    """Their values are taken apart or printed by the type. Her cast would be called by name::text."""
    mallory.does(TYPES.format("ASSIGNMENT"))
    mallory.robs_a_superuser("SELECT card::text FROM mallory.person")
    mallory.robs_a_superuser("SELECT span::text, cards::text FROM mallory.person")
    mallory.gains_nothing(FIND, runs=False)
    assert found(mallory.connection) == {("mallory.person", column): 1 for column in ("card", "cards", "span", "spans")}


def test_casts_that_are_looked_for(mallory):
    """They can make a function ambiguous, so that the table cannot be read. Then it is said."""
    mallory.does(TYPES.format("IMPLICIT"))
    mallory.robs_a_superuser("SELECT upper(card) FROM mallory.person")
    notices = []
    mallory.connection.add_notice_handler(lambda notice: notices.append((notice.severity, notice.message_primary)))
    mallory.gains_nothing(FIND, runs=False)
    assert notices == [("WARNING", "table mallory.person could not be searched (SQLSTATE 42725)")]


def test_checks_of_her_domains(mallory):
    mallory.does("CREATE DOMAIN mallory.word AS text CHECK (mallory.fine(VALUE)); CREATE DOMAIN mallory.number AS int CHECK (mallory.fine(VALUE::text));"
                 "CREATE TABLE mallory.person (name mallory.word, names mallory.word[], number mallory.number);"
                 "INSERT INTO mallory.person VALUES ('Ada', '{Ada}', 42)")
    mallory.robs_a_superuser("SELECT name::text::mallory.word FROM mallory.person")
    mallory.gains_nothing(FIND, "SELECT * FROM gdpr_find('42')", runs=False)
    assert found(mallory.connection) == {("mallory.person", "name"): 1, ("mallory.person", "names"): 1}
    assert found(mallory.connection, "SELECT * FROM gdpr_find('42')") == {("mallory.person", "number"): 1}


def test_policies_and_views(mallory):
    mallory.does(TABLE + """
        GRANT SELECT ON mallory.person TO regress_clerk;
        CREATE POLICY p ON mallory.person USING (mallory.fine(name));
        ALTER TABLE mallory.person ENABLE ROW LEVEL SECURITY;
        CREATE VIEW mallory.seen AS SELECT mallory.same(name) AS name FROM mallory.person;
        GRANT SELECT ON mallory.seen TO PUBLIC""")
    mallory.connection.execute("GRANT EXECUTE ON FUNCTION gdpr_find TO regress_clerk; GRANT USAGE ON SCHEMA diary TO regress_clerk; GRANT SELECT ON diary.page TO regress_clerk")
    mallory.gains_nothing(FIND, runs=False)
    assert found(mallory.connection) == {("mallory.person", "name"): 1}
    # The policy applies to the clerk: he is told that he does not see all of it, and it is not asked.
    notices = []
    mallory.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    mallory.connection.execute("SET ROLE regress_clerk")
    with mallory.connection.transaction(force_rollback=True):
        robbed = mallory.seen("SELECT name FROM mallory.person")
    assert robbed.got == {"got_diary"}
    seen = mallory.seen(FIND)
    mallory.connection.execute("RESET ROLE")
    assert not seen.errors and seen.as_mallory == 0 and seen.as_another == 0
    assert notices == ["1 table could not be read, or not wholly: mallory.person (row security)"]


SHADOWS = """
CREATE FUNCTION mallory.strpos(text, text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 1; END';
CREATE FUNCTION mallory.lower(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.lower(varchar) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.format(text, anyelement) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.unnest(text[]) RETURNS SETOF text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END';
CREATE FUNCTION mallory.array_to_string(text[], text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 1; END';
CREATE FUNCTION mallory.equal(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN true; END';
CREATE FUNCTION mallory.equal(text, text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN true; END';
CREATE FUNCTION mallory.arrow(jsonb, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $2; END';
CREATE OPERATOR mallory.> (LEFTARG = int, RIGHTARG = int, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.= (LEFTARG = int, RIGHTARG = int, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.~ (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = mallory.arrow);
CREATE TABLE mallory.pg_class (oid oid, relname name);
CREATE TABLE mallory.gdpr_registry (relation regclass, rules jsonb);
GRANT SELECT ON ALL TABLES IN SCHEMA mallory TO PUBLIC;
"""


@pytest.mark.parametrize("path", ["mallory, pg_catalog, public", "mallory, public", ""])
def test_functions_and_operators_in_front(mallory, path):
    mallory.does("CREATE TABLE mallory.person (id int, name text, nick varchar(20), names text[], document jsonb);"
                 "INSERT INTO mallory.person VALUES (42, 'Ada', 'Ada', '{Ada}', '{\"a\": \"Ada\"}')")
    mallory.does(SHADOWS)
    connection = mallory.connection
    schema = connection.execute("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'gdpr_ext'").fetchone()[0]
    connection.execute("SELECT set_config('search_path', %s, false)", (path,))
    if path.startswith("mallory, pg"):
        mallory.robs_a_superuser("SELECT lower(name) FROM person WHERE id = 1")
    calls = [f"SELECT * FROM {schema}.gdpr_find('{term}', '{match}')" for term in ("Ada", "42", "a''d") for match in ("contains", "exact", "prefix", "word")]
    seen = mallory.seen(*calls)
    rows = found(connection, calls[0])
    connection.execute("RESET search_path")
    assert not seen.errors
    assert seen.as_mallory == 0 and seen.as_another == 0, "a shadow was called"
    assert {column for _, column in rows} == {"name", "nick", "names", "document"}


def test_temporary_objects_in_front(mallory):
    mallory.does(TABLE)
    mallory.connection.execute("CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE person (id int); CREATE TEMP VIEW find_rule AS SELECT 1 AS relation;"
                               "CREATE DOMAIN pg_temp.text AS int; CREATE DOMAIN pg_temp.jsonb AS int")
    assert found(mallory.connection) == {("mallory.person", "name"): 1}


@pytest.mark.parametrize("columns", ["{name}", "{id,name}", '{"name) OR (true"}', '{"name\\"; DROP TABLE diary.page; --"}'])
@pytest.mark.parametrize("needle", [
    "gdpr_internal.find_needle('a', 'contains')",
    "gdpr_internal.find_needle('é', 'contains') || '{\"run\": \"'' OR mallory.attack() --\", \"is_icu\": \"default OR mallory.attack()\"}'",
    "gdpr_internal.find_needle('é', 'contains') || '{\"plain\": \"'' OR mallory.attack() --\", \"text\": \"'' OR mallory.attack() --\", \"json\": \"'' OR mallory.attack() --\"}'",
    "jsonb_set(gdpr_internal.find_needle('42', 'contains'), '{types}', '{\"int4); SELECT mallory.attack(); --\": [\"1\"]}')",
    "gdpr_internal.find_needle('a', 'contains') || '{\"match\": \"contains'' OR mallory.attack()\"}'",
    "'{}'", "'[]'", "'null'",
])
def test_the_internal_functions_called_by_her(mallory, columns, needle):
    """They run a statement as the owner of a table, who may be a superuser. She calls them for one that she may read, with what she made up."""
    mallory.connection.execute("CREATE TABLE public.open_page (id int, name text); INSERT INTO open_page VALUES (1, 'a'); GRANT SELECT ON open_page TO regress_mallory")
    mallory.connection.execute("SET ROLE regress_mallory")
    seen = mallory.seen(f"SELECT gdpr_internal.find_counts('public.open_page', 'public.open_page', $c${columns}$c$, {needle})",
                        f"SELECT gdpr_internal.find_counts('diary.page', 'public.open_page', '{{line}}', {needle})",
                        f"SELECT gdpr_internal.find_counts('diary.page', 'diary.page', '{{line}}', {needle})")
    mallory.connection.execute("RESET ROLE")
    mallory.has_nothing(seen)
    assert seen.as_mallory == 0
    assert len(seen.errors) >= 2
    mallory.connection.execute("DROP TABLE public.open_page")
