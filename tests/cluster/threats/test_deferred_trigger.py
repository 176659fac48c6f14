"""A deferred trigger fires at COMMIT, when the session is the superuser again: it is refused, or fires before the call returns."""

import pytest

from .conftest import ALL_CALLS, ANONYMISE

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.other (id int PRIMARY KEY);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.other VALUES (1);
"""
REGISTER = """SELECT gdpr_register('mallory.person', '{"name": "blank"}')"""
LATER = "AFTER {} ON mallory.{} DEFERRABLE INITIALLY {} FOR EACH ROW EXECUTE FUNCTION mallory.on_row()"


# The caller has deferred what was declared to be immediate.
DEFERRED_BY_CALLER = f"DO $$ BEGIN SET CONSTRAINTS ALL DEFERRED; PERFORM * FROM ({ANONYMISE}) a; END $$"


def ran_as_her_or_was_refused(mallory, *calls):
    """Every call commits by itself."""
    seen = mallory.seen(*calls)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0 or {error.sqlstate for error in seen.errors} == {"42501"}, seen.errors


@pytest.mark.parametrize("initially", ["DEFERRED", "IMMEDIATE"])
def test_on_the_table_itself(mallory, initially):
    mallory.does(TABLE)
    mallory.does("CREATE CONSTRAINT TRIGGER t " + LATER.format("UPDATE", "person", initially))
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'", "SET CONSTRAINTS ALL IMMEDIATE")
    ran_as_her_or_was_refused(mallory, REGISTER, DEFERRED_BY_CALLER, *ALL_CALLS)


def test_on_a_table_that_her_trigger_writes(mallory):
    """The second table is not the action's: whatever her trigger does, nothing of it may wait for the end of the transaction."""
    mallory.does(TABLE)
    mallory.does("CREATE CONSTRAINT TRIGGER t " + LATER.format("UPDATE", "other", "DEFERRED"))
    mallory.does(
        "CREATE FUNCTION mallory.queue() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE mallory.other SET id = id; RETURN NEW; END';"
        "CREATE TRIGGER q BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.queue()"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'", "SET CONSTRAINTS ALL IMMEDIATE")
    ran_as_her_or_was_refused(mallory, REGISTER, *ALL_CALLS)


def test_made_deferred_inside(mallory):
    """SET CONSTRAINTS in her trigger, for a constraint that was immediate when the call began."""
    mallory.does(TABLE)
    mallory.does("CREATE CONSTRAINT TRIGGER t " + LATER.format("UPDATE", "person", "IMMEDIATE"))
    mallory.does(
        "CREATE FUNCTION mallory.defer() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN SET CONSTRAINTS ALL DEFERRED; RETURN NEW; END';"
        "CREATE TRIGGER q BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.defer()"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'", "SET CONSTRAINTS ALL IMMEDIATE")
    ran_as_her_or_was_refused(mallory, REGISTER, *ALL_CALLS)
