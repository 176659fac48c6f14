"""S16: one's own temporary tables are tables like others; another session's cannot be read, and say so."""

import psycopg
import pytest

VISITORS = """
CREATE TEMP TABLE visitor (id int PRIMARY KEY);
CREATE TEMP TABLE visit (id int PRIMARY KEY, visitor_id int REFERENCES visitor);
INSERT INTO visitor VALUES (1);
INSERT INTO visit VALUES (11, 1);
"""


def found(connection, subject):
    return sorted(connection.execute(f"SELECT relation::text, key ->> 'id' FROM gdpr_collect('{subject}', 1)").fetchall())


def test_another_sessions_temporary_table(connection, database):
    with psycopg.connect(dbname=database, autocommit=True) as other:
        other.execute(VISITORS)
        assert found(other, "visitor") == [("visit", "11"), ("visitor", "1")]
        name = other.execute("SELECT nspname || '.visitor' FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                             " WHERE c.oid = 'visitor'::regclass").fetchone()[0]
        for call in ("SELECT * FROM gdpr_collect('{}', 1)", "SELECT * FROM gdpr_lock('{}', 1)", "SELECT gdpr_register('{}')"):
            with pytest.raises(psycopg.errors.WrongObjectType) as raised:
                connection.execute(call.format(name))
            assert "visitor" in raised.value.diag.message_primary


def test_the_same_names_in_two_sessions(connection, database):
    """Tables of the same name, a temporary one in front: each session gets its own."""
    connection.execute(VISITORS.replace("TEMP ", ""))
    with psycopg.connect(dbname=database, autocommit=True) as other:
        other.execute(VISITORS)
        other.execute("UPDATE visit SET id = 12")
        assert found(other, "visitor") == [("visit", "12"), ("visitor", "1")]
        assert found(connection, "visitor") == [("visit", "11"), ("visitor", "1")]
        other.execute("DROP TABLE visit, visitor")
        assert found(other, "visitor") == [("visit", "11"), ("visitor", "1")]


def test_tables_that_go_with_the_transaction(connection):
    """ON COMMIT DROP: the next transaction's table is another one."""
    script = VISITORS.replace("(id int PRIMARY KEY)", "(id int PRIMARY KEY) ON COMMIT DROP").replace(
        "REFERENCES visitor)", "REFERENCES visitor) ON COMMIT DROP")
    for _ in range(3):
        with connection.transaction():
            connection.execute(script)
            assert found(connection, "visitor") == [("visit", "11"), ("visitor", "1")]


def test_a_temporary_table_is_not_registered(connection):
    """The registry outlives the session: an entry would be about a table that nobody else can see, and that is gone tomorrow."""
    connection.execute(VISITORS)
    connection.execute("CREATE TABLE person (id int PRIMARY KEY)")
    for call in (
        "SELECT gdpr_register('visitor', subject => true)",
        "SELECT gdpr_link('visitor', '{id}', 'visit', '{id}')",
        "SELECT gdpr_link('person', '{id}', 'visitor', '{id}')",
        "INSERT INTO gdpr_registry (relation) VALUES ('visitor')",
    ):
        with pytest.raises(psycopg.errors.FeatureNotSupported) as raised:
            connection.execute(call)
        assert "visit" in raised.value.diag.message_primary
