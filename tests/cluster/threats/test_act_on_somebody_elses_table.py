"""Mallory calls. With EXECUTE on every function she can do to a table what its grants allow, and nothing more."""

import psycopg
import pytest

TABLES = """
SELECT gdpr_register('diary.page', '{"line": "blank"}', subject => true);
GRANT USAGE ON SCHEMA diary, gdpr_log TO regress_mallory;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory;
"""
CALLS = [
    "SELECT * FROM gdpr_collect('diary.page', 1)",
    "SELECT * FROM gdpr_lock('diary.page', 1)",
    "SELECT * FROM gdpr_preview('anonymise', 'diary.page', 1)",
    "SELECT * FROM gdpr_anonymise('diary.page', 1)",
    "SELECT * FROM gdpr_anonymise('diary.page', 1, cascade => false)",
    "SELECT * FROM gdpr_anonymise('diary.page', ARRAY[1], force => true)",
    "SELECT gdpr_is_anonymised('diary.page', 1)",
    "SELECT gdpr_register('diary.page', '{}')",
    "SELECT gdpr_unregister('diary.page')",
]
WRITES = [call for call in CALLS if "gdpr_lock" in call or "gdpr_anonymise(" in call]


@pytest.fixture
def granted(mallory):
    mallory.connection.execute(TABLES)
    return mallory


def untouched(mallory):
    connection = mallory.connection
    assert connection.execute("SELECT line FROM diary.page").fetchone() == ("Nobody else reads this",)
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    assert connection.execute("SELECT rules FROM gdpr_registry").fetchone() == ({"line": "blank"},)


def refused(granted, call):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="diary.page"):
        granted.does(call)
    untouched(granted)


def test_without_rights(granted):
    for call in CALLS:
        refused(granted, call)


def test_with_select_only(granted):
    granted.connection.execute("GRANT SELECT ON diary.page TO regress_mallory")
    for call in WRITES:
        refused(granted, call)


def test_with_update_on_some_columns(granted):
    """The statement runs as the owner, who may update all of them: the caller's right is asked for the whole row."""
    granted.connection.execute("GRANT SELECT, UPDATE (id) ON diary.page TO regress_mallory")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="diary.page"):
        granted.does("SELECT * FROM gdpr_anonymise('diary.page', 1)")
    untouched(granted)


def test_with_both_she_may(granted):
    granted.connection.execute("GRANT SELECT, UPDATE ON diary.page TO regress_mallory")
    granted.does("SELECT * FROM gdpr_anonymise('diary.page', 1)")
    assert granted.connection.execute("SELECT line FROM diary.page").fetchone() == ("",)


def test_a_table_that_hangs_on_hers(granted):
    """A person of hers leads to rows of somebody else's, who has made a foreign key to her table."""
    granted.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name text); INSERT INTO mallory.person VALUES (1, 'Ada')")
    granted.connection.execute(
        "CREATE TABLE diary.about (id int PRIMARY KEY, person_id int REFERENCES mallory.person, line text);"
        "INSERT INTO diary.about VALUES (1, 1, 'Ada is nice');"
        """SELECT gdpr_register('mallory.person', '{"name": "blank"}'), gdpr_register('diary.about', '{"line": "blank"}')"""
    )
    for call in ("gdpr_collect('mallory.person', 1)", "gdpr_preview('anonymise', 'mallory.person', 1)", "gdpr_anonymise('mallory.person', 1)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="diary.about"):
            granted.does(f"SELECT * FROM {call}")
    assert granted.connection.execute("SELECT line FROM diary.about").fetchone() == ("Ada is nice",)
    assert granted.connection.execute("SELECT name FROM mallory.person").fetchone() == ("Ada",)


def test_how_many_there_are_is_not_told(granted):
    """Neither by an error that depends on whether an id exists."""
    said = set()
    for id_ in (1, 2):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as raised:
            granted.does(f"SELECT gdpr_is_anonymised('diary.page', {id_})")
        said.add((raised.value.diag.message_primary, raised.value.diag.message_detail, raised.value.diag.message_hint))
    assert len(said) == 1
