"""Code that runs as the owner cannot become somebody else: neither the superuser who called, nor for the rest of the session."""

import pytest

from .conftest import ALL_CALLS, ANONYMISE

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
REGISTER = """SELECT gdpr_register('mallory.person', '{"name": "blank"}')"""
# PostgreSQL asks the session's user whether he may: a superuser may, and that is who called.
WAYS = [
    "SET ROLE postgres",
    "RESET ROLE",
    "SET ROLE none",
    "SET LOCAL ROLE postgres",
    "SELECT pg_catalog.set_config(''role'', ''postgres'', false)",
    "SET SESSION AUTHORIZATION postgres",
    "RESET SESSION AUTHORIZATION",
    "RESET ALL",
    "DISCARD ALL",
]
FUNCTION = """
CREATE FUNCTION mallory.become() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE '{way}';
    EXCEPTION WHEN OTHERS THEN NULL; END;
    PERFORM mallory.attack();
    RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.become();
"""
SAFE_ROLE = "SET ROLE regress_mallory"


@pytest.mark.parametrize("way", WAYS)
def test_in_a_trigger(mallory, way):
    mallory.does(TABLE)
    mallory.does(FUNCTION.format(way=way))
    mallory.gains_nothing(REGISTER, *ALL_CALLS)
    assert mallory.connection.execute("SELECT current_user, session_user").fetchone() == ("postgres", "postgres")


@pytest.mark.parametrize("way", [way for way in WAYS if "ALL" not in way])
def test_why_it_matters(mallory, way):
    """A superuser who merely puts SET ROLE in front of what he runs is robbed: the trigger takes it back."""
    mallory.does(TABLE)
    mallory.does(FUNCTION.format(way=way))
    with mallory.connection.transaction(force_rollback=True):
        mallory.connection.execute(SAFE_ROLE)
        mallory.connection.execute("UPDATE mallory.person SET name = 'x'")
        role = mallory.connection.execute("SELECT current_user").fetchone()[0]
        mallory.connection.execute("RESET ROLE")
        gained = mallory.counters()
    assert role == "postgres"
    assert gained["ran_as_another"] == 1 and gained["got_diary"] == 1


LATER = """
CREATE FUNCTION mallory.leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('mallory.ran_as_mallory');
    BEGIN {left}
    EXCEPTION WHEN OTHERS THEN NULL; END;
    RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.leave();
"""
LEFT_BEHIND = {
    "a search_path": ("SET search_path = mallory, pg_catalog;", "SHOW search_path", "mallory, pg_catalog"),
    "a search_path by set_config": (
        "PERFORM set_config('search_path', 'mallory, pg_catalog', false);", "SHOW search_path", "mallory, pg_catalog",
    ),
    "a temporary table": ("CREATE TEMP TABLE pg_class AS SELECT 1 AS trap;", "SELECT to_regclass('pg_temp.pg_class')::text", "pg_class"),
    "a prepared statement": (
        "EXECUTE 'PREPARE trap AS SELECT 1';", "SELECT string_agg(name, ',') FROM pg_prepared_statements WHERE name = 'trap'", "trap",
    ),
    "a cursor": (
        "EXECUTE 'DECLARE trap CURSOR WITH HOLD FOR SELECT mallory.attack()';",
        "SELECT string_agg(name, ',') FROM pg_cursors WHERE name = 'trap'", "trap",
    ),
    "row_security off": ("SET row_security = off;", "SHOW row_security", "off"),
}


@pytest.mark.parametrize("left, question, trap", LEFT_BEHIND.values(), ids=LEFT_BEHIND.keys())
def test_nothing_is_left_behind_in_the_session(mallory, left, question, trap):
    """What she leaves in the session would be met later, when a superuser types his next statement."""
    mallory.does(TABLE)
    mallory.does(LATER.format(left=left))
    connection = mallory.connection
    before = connection.execute(question).fetchone()[0]
    connection.execute(REGISTER)
    seen = mallory.gains_nothing(ANONYMISE)
    assert seen.as_mallory == 1
    assert connection.execute(question).fetchone()[0] == before
    # Where nobody is careful, it is left.
    with connection.transaction(force_rollback=True):
        connection.execute("UPDATE mallory.person SET name = 'x'")
        assert trap in connection.execute(question).fetchone()[0]
