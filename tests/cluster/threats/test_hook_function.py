"""Hooks run as the table's owner, who can replace their body at any time."""

import pytest

from .conftest import ALL_CALLS, ANONYMISE

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
CREATE FUNCTION mallory.hook(relation regclass, keys jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END';
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hook(mallory, when):
    mallory.does(TABLE)
    mallory.robs_a_superuser("""SELECT mallory.hook('mallory.person', '[{"id": 1}]')""")
    register = f"""SELECT gdpr_register('mallory.person', '{{"name": "blank"}}', hooks => '{{"{when}": "mallory.hook"}}')"""
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)


def test_written_by_her_past_the_function(mallory):
    mallory.does(TABLE)
    mallory.connection.execute("GRANT SELECT, INSERT ON gdpr_registry TO regress_mallory")
    mallory.does(
        """INSERT INTO gdpr_registry (relation, rules, hooks) VALUES ('mallory.person', '{"name": "blank"}', '{"after": "mallory.hook"}')"""
    )
    mallory.gains_nothing(*ALL_CALLS)


def test_a_hook_cannot_name_what_she_may_not_call(mallory):
    """A hook that is somebody else's function is called with her rights too: it needs her EXECUTE."""
    mallory.does(TABLE)
    mallory.connection.execute(
        "CREATE FUNCTION diary.burn(regclass, jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM diary.page';"
        "REVOKE ALL ON FUNCTION diary.burn FROM PUBLIC; GRANT USAGE ON SCHEMA diary TO regress_mallory;"
        "GRANT EXECUTE ON FUNCTION gdpr_register TO regress_mallory"
    )
    with mallory.connection.transaction(force_rollback=True):
        mallory.connection.execute("""SELECT diary.burn('mallory.person', '[]')""")
        assert mallory.connection.execute("SELECT count(*) FROM diary.page").fetchone() == (0,)
    register = """SELECT gdpr_register('mallory.person', '{"name": "blank"}', hooks => '{"after": "diary.burn"}')"""
    mallory.connection.execute("SET ROLE regress_mallory")
    registered = mallory.seen(register)
    mallory.connection.execute("RESET ROLE")
    called = mallory.seen(ANONYMISE)
    refusals = registered.errors or called.errors
    assert refusals and refusals[0].sqlstate == "42501", refusals
    assert mallory.connection.execute("SELECT count(*) FROM diary.page").fetchone() == (1,)
