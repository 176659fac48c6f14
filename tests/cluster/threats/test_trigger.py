"""S41, for the triggers of an owner who is not trusted.

A trigger fires with the rights of whoever updates. The UPDATE of an action is the owner's, so its triggers are.
"""

import pytest

from .conftest import ALL_CALLS

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.history (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int REFERENCES mallory.person, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
REGISTER = """
SELECT gdpr_register('mallory.person', '{"name": "blank"}'), gdpr_register('mallory.history', '{"name": "null"}')
"""


@pytest.mark.parametrize("each", ["ROW", "STATEMENT"])
@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
@pytest.mark.parametrize("what", ["UPDATE", "UPDATE OF name"])
def test_on_update(mallory, what, when, each):
    mallory.does(TABLE)
    mallory.does(f"CREATE TRIGGER t {when} {what} ON mallory.person FOR EACH {each} EXECUTE FUNCTION mallory.on_row()")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(REGISTER, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)


def test_in_the_condition_of_a_trigger(mallory):
    mallory.does(TABLE)
    mallory.does(
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW WHEN (mallory.fine(OLD.name))"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(REGISTER, *ALL_CALLS[:-1])


def test_with_transition_tables(mallory):
    mallory.does(TABLE)
    mallory.does(
        "CREATE TRIGGER t AFTER UPDATE ON mallory.person REFERENCING OLD TABLE AS was NEW TABLE AS is_"
        " FOR EACH STATEMENT EXECUTE FUNCTION mallory.on_row()"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(REGISTER, *ALL_CALLS)


def test_on_a_history_table_that_a_trigger_writes(mallory):
    """Rows that triggers copied are anonymised in the same call: by one more UPDATE of the owner's, with its triggers."""
    mallory.does(TABLE)
    mallory.does(
        "CREATE FUNCTION mallory.keep_old() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO mallory.history (person_id, name) VALUES (OLD.id, OLD.name); RETURN NEW; END';"
        "CREATE TRIGGER copy AFTER UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.keep_old();"
        "CREATE TRIGGER t BEFORE INSERT OR UPDATE ON mallory.history FOR EACH ROW EXECUTE FUNCTION mallory.on_row()"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(REGISTER, *ALL_CALLS)
    assert set(mallory.connection.execute("SELECT name FROM mallory.history").fetchall()) <= {(None,), ("",)}
    assert mallory.connection.execute("SELECT count(*) > 0 FROM mallory.history").fetchone() == (True,)


def test_on_the_child_of_a_rewritten_key(mallory):
    """A natural key and its references are changed in one statement, with the triggers of both tables."""
    mallory.does(
        "CREATE TABLE mallory.person (id int PRIMARY KEY, name text UNIQUE NOT NULL);"
        "CREATE TABLE mallory.letter (id int PRIMARY KEY, name text REFERENCES mallory.person (name));"
        "INSERT INTO mallory.person VALUES (1, 'Ada'); INSERT INTO mallory.letter VALUES (11, 'Ada');"
        "CREATE TRIGGER t AFTER UPDATE ON mallory.letter FOR EACH ROW EXECUTE FUNCTION mallory.on_row()"
    )
    mallory.robs_a_superuser("UPDATE mallory.letter SET name = name")
    register = """SELECT gdpr_register('mallory.person', '{"name": "email"}'), gdpr_register('mallory.letter')"""
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT count(*) FROM mallory.letter JOIN mallory.person USING (name) WHERE name <> 'Ada'").fetchone() == (1,)
