"""A key and its references that belong to several owners are rewritten in one statement.

It can only run as the caller, so that no superuser may call it.
"""

import psycopg
import pytest

from .conftest import ANONYMISE

TABLES = """
CREATE SCHEMA shop AUTHORIZATION regress_clerk;
GRANT USAGE ON SCHEMA shop TO regress_mallory;
SET ROLE regress_clerk;
CREATE TABLE shop.person (id int PRIMARY KEY, email text UNIQUE NOT NULL);
INSERT INTO shop.person VALUES (1, 'ada@example.org'), (2, 'bea@example.org');
GRANT SELECT, REFERENCES ON shop.person TO regress_mallory;
SET ROLE regress_mallory;
CREATE TABLE mallory.letter (id int PRIMARY KEY, email text REFERENCES shop.person (email), body text);
INSERT INTO mallory.letter VALUES (11, 'ada@example.org', 'hello');
CREATE TRIGGER t BEFORE UPDATE ON mallory.letter FOR EACH ROW EXECUTE FUNCTION mallory.on_row();
RESET ROLE;
SELECT gdpr_register('shop.person', '{"email": "email"}', subject => true), gdpr_register('mallory.letter', '{"body": "blank"}');
"""
ACT = ANONYMISE.replace("mallory.", "shop.")


@pytest.fixture
def shared(mallory):
    mallory.connection.execute(TABLES)
    yield mallory
    mallory.connection.execute("RESET ROLE; DROP SCHEMA shop CASCADE")


def emails(mallory):
    query = "SELECT email FROM shop.person UNION ALL SELECT email FROM mallory.letter"
    return sorted(email for email, in mallory.connection.execute(query).fetchall())


BEFORE = ["ada@example.org", "ada@example.org", "bea@example.org"]


def test_a_superuser_is_refused(shared):
    shared.robs_a_superuser("UPDATE mallory.letter SET body = ''")
    shared.gains_nothing(ACT, runs=False, refused="42501")
    assert shared.counters()["ran_as_mallory"] == 0
    assert emails(shared) == BEFORE
    assert shared.connection.execute("SELECT body FROM mallory.letter").fetchone() == ("hello",)


def test_a_superuser_who_set_another_role_is_not_one(shared):
    """Whose rights count is the current user's; the session's user stays out of her reach."""
    connection = shared.connection
    connection.execute("CREATE ROLE regress_app")
    try:
        connection.execute(
            "GRANT USAGE ON SCHEMA shop, mallory TO regress_app; GRANT SELECT, UPDATE ON shop.person, mallory.letter TO regress_app;"
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_app; SET ROLE regress_app"
        )
        seen = shared.seen(ACT)
        connection.execute("RESET ROLE")
        assert not seen.errors, seen.errors
        assert seen.got == set()
        assert seen.as_another > 0  # her trigger runs as the app: that is what the refusal keeps from a superuser
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'regress_mallory'").fetchone() == (False,)
        after = emails(shared)
        assert BEFORE[0] not in after and BEFORE[2] in after and len(set(after)) == 2
    finally:
        connection.execute("RESET ROLE; DROP OWNED BY regress_app; DROP ROLE regress_app")


def test_it_carries_no_rule_of_the_users(shared):
    """An expression in it would read everybody's rows with the caller's rights."""
    connection = shared.connection
    connection.execute("CREATE ROLE regress_app")
    try:
        connection.execute(
            "GRANT USAGE ON SCHEMA shop, mallory TO regress_app; GRANT SELECT, UPDATE ON shop.person, mallory.letter TO regress_app;"
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_app"
        )
        rule = """{"body": {"strategy": "sql", "expression": "mallory.same(body)"}}"""
        registered = shared.seen(f"SELECT gdpr_register('mallory.letter', '{rule}')")
        assert not registered.errors
        shared.has_nothing(registered)
        connection.execute("SET ROLE regress_app")
        seen = shared.seen(ACT)
        connection.execute("RESET ROLE")
        assert [error.sqlstate for error in seen.errors] == ["0A000"]
        assert (seen.as_mallory, seen.as_another) == (0, 0)
        assert emails(shared) == BEFORE
    finally:
        connection.execute("RESET ROLE; DROP OWNED BY regress_app; DROP ROLE regress_app")


def test_with_one_owner_a_superuser_may(shared):
    connection = shared.connection
    connection.execute("ALTER TABLE mallory.letter OWNER TO regress_clerk; GRANT ALL ON SCHEMA mallory TO regress_clerk")
    seen = shared.seen(ACT)
    assert not seen.errors, seen.errors
    assert seen.got == set()
    assert BEFORE[0] not in emails(shared)


def test_nothing_is_changed_by_a_refusal(shared):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        shared.connection.execute(ACT)
    assert shared.connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    assert shared.connection.execute("SELECT gdpr_is_anonymised('shop.person', 1)").fetchone() == (False,)
