"""A view reads with its owner's rights, a security_invoker view with the reader's. Neither may stand where a table is meant."""

import psycopg
import pytest

from .conftest import ALL_CALLS, ANONYMISE

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
VIEWS = {
    "view": "CREATE VIEW mallory.peek AS SELECT 1 AS id, line FROM diary.page",
    "security_invoker view": "CREATE VIEW mallory.peek WITH (security_invoker) AS SELECT 1 AS id, line FROM diary.page",
    "view with a function": "CREATE VIEW mallory.peek AS SELECT 1 AS id, mallory.same('x') AS line",
    "security_invoker view with a function": "CREATE VIEW mallory.peek WITH (security_invoker) AS SELECT 1 AS id, mallory.same('x') AS line",
    "materialized view": "CREATE MATERIALIZED VIEW mallory.peek AS SELECT 1 AS id, 'x'::text AS line",
}


def make(mallory, view):
    """A view over the diary can be made by her while she may read it; afterwards she may not."""
    mallory.connection.execute("GRANT USAGE ON SCHEMA diary TO regress_mallory; GRANT SELECT ON diary.page TO regress_mallory")
    mallory.does(view)
    mallory.connection.execute("REVOKE SELECT ON diary.page FROM regress_mallory")


CALLS = [
    "SELECT gdpr_register('mallory.peek', '{\"line\": \"blank\"}')",
    "SELECT gdpr_link('mallory.person', '{id}', 'mallory.peek', '{id}')",
    "SELECT * FROM gdpr_collect('mallory.peek', 1)",
    "SELECT * FROM gdpr_preview('anonymise', 'mallory.peek', 1)",
    "SELECT * FROM gdpr_anonymise('mallory.peek', 1)",
    "SELECT gdpr_is_anonymised('mallory.peek', 1)",
]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_in_place_of_a_table(mallory, view):
    mallory.does(TABLE)
    make(mallory, view)
    before = mallory.counters()
    for call in CALLS:
        with pytest.raises(psycopg.Error) as raised:
            mallory.connection.execute(call)
        assert raised.value.sqlstate == "42809", call
        assert mallory.counters() == before, call


@pytest.mark.parametrize("invoker", ["false", "true"])
def test_in_a_function_that_a_rule_calls(mallory, invoker):
    """The reader is Mallory, not the superuser: a view of hers over the diary is refused as it is when she reads it herself."""
    mallory.does(TABLE)
    make(mallory, f"CREATE VIEW mallory.peek WITH (security_invoker = {invoker}) AS SELECT line FROM diary.page")
    mallory.does("CREATE FUNCTION mallory.line(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT line FROM mallory.peek LIMIT 1'")
    register = """SELECT gdpr_register('mallory.person', '{"name": {"strategy": "sql", "expression": "mallory.line(%s)"}}')"""
    # What asks no column is tried when it is registered, as her.
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mallory.connection.execute(register % "NULL")
    mallory.connection.execute(register % "name")
    if invoker == "true":  # a plain view reads with the rights of its owner, who has lost them: also for a superuser
        assert mallory.connection.execute("SELECT mallory.line('')").fetchone() == ("Nobody else reads this",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mallory.connection.execute(ANONYMISE)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("Ada",)


def test_a_table_that_became_a_view(mallory):
    """Under the name that was registered there is something else now: the entry went with the table."""
    mallory.does(TABLE)
    mallory.connection.execute("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""")
    mallory.does("DROP TABLE mallory.person; CREATE VIEW mallory.person AS SELECT 1 AS id, mallory.same('x') AS name")
    before = mallory.counters()
    seen = mallory.seen(*ALL_CALLS)
    assert {error.sqlstate for error in seen.errors} == {"42809"} and len(seen.errors) == len(ALL_CALLS)
    assert mallory.counters() == before
