"""A person is shown as of one moment: all statements of a call see the snapshot of the call."""

import threading

import psycopg
import pytest
from killed import wait_until

# The walk is stopped in the middle by a condition that waits for a lock which another session holds.
SCHEMA = """
CREATE FUNCTION wait() RETURNS bool STABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock_shared(4711);
    PERFORM pg_advisory_unlock_shared(4711);
    RETURN true;
END $$;
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE gate (id int PRIMARY KEY, person_id int);
CREATE TABLE below (id int PRIMARY KEY, gate_id int REFERENCES gate);
CREATE TABLE beside (id int PRIMARY KEY, person_id int REFERENCES person);
INSERT INTO person VALUES (1);
INSERT INTO gate VALUES (11, 1);
INSERT INTO below VALUES (21, 11);
INSERT INTO beside VALUES (31, 1);
SELECT gdpr_link('person', '{id}', 'gate', '{person_id}', condition => 'wait()');
"""
COLLECT = "SELECT relation::text, key ->> 'id' FROM gdpr_collect('person', 1)"
BEFORE = [("below", "21"), ("beside", "31"), ("gate", "11"), ("person", "1")]
LATER = "INSERT INTO gate VALUES (12, 1); INSERT INTO below VALUES (22, 11), (23, 12); INSERT INTO beside VALUES (32, 1)"
AFTER = [("below", "21"), ("below", "22"), ("below", "23"), ("beside", "31"), ("beside", "32"), ("gate", "11"), ("gate", "12"), ("person", "1")]


def collect(connection):
    return sorted(connection.execute(COLLECT).fetchall())


def wait_until_stopped(connection, walker):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s"
    wait_until(lambda: connection.execute(waiting, (walker,)).fetchone() != (0,), "the walk did not come to the condition", seconds=30)


@pytest.mark.parametrize("change", [LATER, "DELETE FROM below; DELETE FROM beside; DELETE FROM gate"],
                         ids=["rows inserted", "rows deleted"])
def test_rows_that_change_during_a_call(connection, database, change):
    """READ COMMITTED: what is committed after the call began is not seen by any of its statements."""
    connection.execute(SCHEMA)
    with psycopg.connect(dbname=database, autocommit=True) as reader:
        found = []
        walker = reader.info.backend_pid
        connection.execute("SELECT pg_advisory_lock(4711)")
        thread = threading.Thread(target=lambda: found.extend(collect(reader)))
        thread.start()
        wait_until_stopped(connection, walker)
        connection.execute(change)
        connection.execute("SELECT pg_advisory_unlock(4711)")
        thread.join(30)
        assert not thread.is_alive()
        assert found == BEFORE
        assert collect(reader) != BEFORE


def test_repeatable_read_sees_one_snapshot(connection, database):
    connection.execute(SCHEMA)
    with psycopg.connect(dbname=database, autocommit=True) as reader:
        with reader.transaction():
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            assert collect(reader) == BEFORE
            connection.execute(LATER)
            assert collect(reader) == BEFORE
        assert collect(reader) == AFTER


def test_read_committed_sees_what_is_committed_between_calls(connection, database):
    connection.execute(SCHEMA)
    with psycopg.connect(dbname=database, autocommit=True) as reader, reader.transaction():
        assert collect(reader) == BEFORE
        connection.execute(LATER)
        assert collect(reader) == AFTER


def test_two_calls_in_one_query_see_the_same(connection, database):
    """A cursor that was opened before a change goes on with the snapshot it was opened in."""
    connection.execute(SCHEMA)
    with psycopg.connect(dbname=database, autocommit=True) as reader, reader.transaction():
        reader.execute(
            f"DECLARE twice CURSOR FOR SELECT 1, c.* FROM ({COLLECT}) c UNION ALL SELECT 2, c.* FROM ({COLLECT}) c"
        )
        connection.execute(LATER)
        rows = reader.execute("FETCH ALL FROM twice").fetchall()
        assert sorted(row[1:] for row in rows if row[0] == 1) == BEFORE
        assert sorted(row[1:] for row in rows if row[0] == 2) == BEFORE


def test_a_session_sees_its_own_uncommitted_rows(connection):
    connection.execute(SCHEMA)
    with connection.transaction(force_rollback=True):
        connection.execute(LATER)
        assert collect(connection) == AFTER
    assert collect(connection) == BEFORE
