"""S40: a policy is a condition of the table owner's, evaluated as whoever reads. It must neither run as the caller nor make an action miss rows."""

import psycopg
import pytest

from .conftest import AGAIN, ALL_CALLS, ANONYMISE, COLLECT, IS_ANONYMISED, PREVIEW

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int REFERENCES mallory.person, body text);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.note VALUES (11, 1, 'hello'), (12, 1, 'hidden');
CREATE POLICY p ON mallory.note USING (mallory.fine(body) AND body <> 'hidden');
ALTER TABLE mallory.note ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA mallory TO regress_clerk;
"""
REGISTER = """
SELECT gdpr_register('mallory.person', '{"name": "blank"}'), gdpr_register('mallory.note', '{"body": "blank"}')
"""
FORCED = "ALTER TABLE mallory.note FORCE ROW LEVEL SECURITY"


@pytest.fixture
def guarded(mallory):
    mallory.does(TABLES)
    mallory.connection.execute(REGISTER)
    mallory.connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_clerk, regress_mallory")
    mallory.connection.execute("GRANT USAGE ON SCHEMA diary TO regress_clerk; GRANT SELECT ON diary.page TO regress_clerk")
    return mallory


def bodies(mallory):
    return [body for body, in mallory.connection.execute("SELECT body FROM mallory.note ORDER BY id").fetchall()]


@pytest.mark.parametrize("forced", [False, True], ids=["enabled", "forced"])
@pytest.mark.parametrize("call", [COLLECT, PREVIEW, ANONYMISE, AGAIN])
def test_a_clerk_who_is_limited(guarded, call, forced):
    """He is refused before her policy is asked: with his rights it would read his diary."""
    if forced:
        guarded.does(FORCED)
    connection = guarded.connection
    connection.execute("SET ROLE regress_clerk")
    with connection.transaction(force_rollback=True):
        robbed = guarded.seen("SELECT body FROM mallory.note")
    assert robbed.got == {"got_diary"}  # this is what a plain SELECT of his does
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="mallory.note"):
        connection.execute(call)
    connection.execute("RESET ROLE")
    after = guarded.counters()
    assert after["ran_as_another"] == robbed.as_another
    assert bodies(guarded) == ["hello", "hidden"]
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


@pytest.mark.parametrize("forced", [False, True], ids=["enabled", "forced"])
def test_a_superuser_is_above_it(guarded, forced):
    """Policies do not apply to him, nor to the statement that runs as the owner for him: no row is left out, and her policy is not asked."""
    if forced:
        guarded.does(FORCED)
    seen = guarded.seen(*ALL_CALLS)
    assert not seen.errors
    guarded.has_nothing(seen)
    assert bodies(guarded) == ["", ""]


def test_the_owner_whom_it_is_forced_on(guarded):
    guarded.does(FORCED)
    for call in (COLLECT, PREVIEW, ANONYMISE):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="mallory.note"):
            guarded.does(call)
    assert bodies(guarded) == ["hello", "hidden"]


@pytest.mark.parametrize("policy", [
    "CREATE POLICY q ON mallory.person FOR UPDATE USING (false)",
    "CREATE POLICY q ON mallory.person FOR UPDATE USING (true) WITH CHECK (name <> '')",
    "CREATE POLICY q ON mallory.person AS RESTRICTIVE USING (name <> 'Ada')",
])
def test_a_policy_on_writing_only(guarded, policy):
    """Also one that would let him read everything and then swallow the update."""
    guarded.does("ALTER TABLE mallory.note DISABLE ROW LEVEL SECURITY")
    guarded.does("ALTER TABLE mallory.person ENABLE ROW LEVEL SECURITY; CREATE POLICY r ON mallory.person FOR SELECT USING (true)")
    guarded.does(policy)
    connection = guarded.connection
    connection.execute("SET ROLE regress_clerk")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="mallory.person"):
        connection.execute(ANONYMISE)
    connection.execute("RESET ROLE")
    assert connection.execute("SELECT name FROM mallory.person").fetchone() == ("Ada",)
    # The owner is not limited by it.
    guarded.does(ANONYMISE)
    assert connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)


def test_is_anonymised_does_not_guess(guarded):
    """Of a table that the caller may not see in full, the answer is an error."""
    guarded.does("ALTER TABLE mallory.person ENABLE ROW LEVEL SECURITY")
    guarded.connection.execute("SET ROLE regress_clerk")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="mallory.person"):
        guarded.connection.execute(IS_ANONYMISED)
    guarded.connection.execute("RESET ROLE")
