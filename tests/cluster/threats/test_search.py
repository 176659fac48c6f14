"""S38: a search reads tables of many owners for one caller. What their owners wrote runs as them: search functions, labels, expressions of links, and the
functions of types that the term is read as."""

import pytest

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (person_id int, body text);
INSERT INTO mallory.person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO mallory.note VALUES (1, 'hello'), (2, 'goodbye');
"""
REGISTER = "SELECT gdpr_register('mallory.person', subject => true, search => '{name}'), gdpr_register('mallory.note', search => '{body}')"
SEARCH = "SELECT * FROM gdpr_search('hello')"


@pytest.fixture
def tables(mallory):
    mallory.does(TABLES)
    mallory.connection.execute(REGISTER)
    return mallory


def found(mallory):
    return mallory.connection.execute("SELECT relation::text, subject_key FROM gdpr_search('hello') ORDER BY 1").fetchall()


def test_a_search_function(tables):
    tables.does(
        "CREATE FUNCTION mallory.find(term text) RETURNS SETOF mallory.person LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM mallory.attack(); RETURN QUERY SELECT * FROM mallory.person WHERE id = 1; END'"
    )
    tables.robs_a_superuser("SELECT * FROM mallory.find('x')")
    tables.gains_nothing("SELECT gdpr_register('mallory.person', search => '{function mallory.find}')", SEARCH)
    assert found(tables) == [("mallory.note", None), ("mallory.person", {"id": 1})]


def test_a_search_function_that_is_planned_into_the_statement(tables):
    """An SQL function may be inlined, and an immutable one evaluated while the statement is planned: as her too."""
    tables.does(
        "CREATE FUNCTION mallory.find(term text) RETURNS SETOF mallory.person STABLE LANGUAGE sql AS"
        " 'SELECT * FROM mallory.person WHERE mallory.fine(name) AND mallory.fine(''constant'')'"
    )
    tables.robs_a_superuser("SELECT * FROM mallory.find('x')")
    tables.gains_nothing("SELECT gdpr_register('mallory.person', search => '{function mallory.find}')", SEARCH)


def test_a_search_function_that_is_not_hers(tables):
    """Naming somebody else's function does not have the caller run it for her."""
    tables.connection.execute(
        "CREATE FUNCTION diary.find(term text) RETURNS SETOF mallory.person LANGUAGE sql SECURITY DEFINER AS"
        " 'DELETE FROM diary.page; SELECT * FROM mallory.person';"
        "REVOKE ALL ON FUNCTION diary.find FROM PUBLIC; GRANT USAGE ON SCHEMA diary TO regress_mallory;"
        "GRANT EXECUTE ON FUNCTION gdpr_register TO regress_mallory"
    )
    with tables.connection.transaction(force_rollback=True):
        tables.connection.execute("SELECT diary.find('x')")
        assert tables.connection.execute("SELECT count(*) FROM diary.page").fetchone() == (0,)
    tables.connection.execute("SET ROLE regress_mallory")
    registered = tables.seen("SELECT gdpr_register('mallory.person', search => '{function diary.find}')")
    tables.connection.execute("RESET ROLE")
    assert not registered.errors
    seen = tables.seen(SEARCH)
    assert [error.sqlstate for error in seen.errors] == ["42501"], seen.errors
    assert tables.connection.execute("SELECT count(*) FROM diary.page").fetchone() == (1,)


def test_expressions_and_conditions_of_links(tables):
    tables.robs_a_superuser("SELECT 1 FROM mallory.note WHERE mallory.fine(body)")
    link = "SELECT gdpr_link('mallory.person', '{(mallory.same(id::text))}', 'mallory.note', '{(mallory.same(person_id::text))}', condition => 'mallory.fine(target.body)')"
    tables.gains_nothing(link, SEARCH)
    assert found(tables) == [("mallory.note", {"id": 1})]


def test_what_a_person_is_called(tables):
    tables.robs_a_superuser("SELECT mallory.same(name) FROM mallory.person")
    tables.does("UPDATE mallory.person SET name = 'hello' WHERE id = 1")
    label = """SELECT gdpr_register('mallory.person', export => '{"label_expression": "mallory.same(name)"}')"""
    tables.gains_nothing(label, SEARCH)
    assert tables.connection.execute("SELECT label FROM gdpr_search('hello') WHERE subject IS NOT NULL").fetchall() == [("hello",)]


def test_the_type_that_the_term_is_read_as(tables):
    """A row that the term could be is made with the functions of its parts' domains."""
    tables.does("CREATE DOMAIN mallory.checked AS text CHECK (mallory.fine(VALUE)); CREATE TYPE mallory.pair AS (a mallory.checked, b int)")
    tables.does("ALTER TABLE mallory.person ADD both_ mallory.pair, ADD several mallory.pair[], ADD one mallory.checked")
    tables.robs_a_superuser("SELECT '(hello,1)'::mallory.pair")
    tables.gains_nothing("SELECT gdpr_register('mallory.person', search => '{both_, several, one}')", "SELECT * FROM gdpr_search('(hello,1)')")


def test_an_operator_of_her_own(tables):
    """Operators are taken from where the types have them, whatever stands first in the path."""
    tables.does(
        "CREATE FUNCTION mallory.equal(text, text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN mallory.attack(); END';"
        "CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);"
        "CREATE FUNCTION mallory.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT mallory.same($1)'"
    )
    tables.connection.execute("SET search_path = mallory, pg_catalog, public")
    tables.robs_a_superuser("SELECT 'a'::text = 'a'::text")
    tables.gains_nothing(SEARCH, runs=False)
    tables.connection.execute("RESET search_path")
    assert found(tables) == [("mallory.note", None)]
