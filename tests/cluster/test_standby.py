"""Reading works where nothing can be written: on a hot standby, and in a READ ONLY transaction."""

import psycopg
import pytest
from conftest import Cluster, program
from killed import wait_until

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE line (order_id int REFERENCES orders, pos int, PRIMARY KEY (order_id, pos));
CREATE TABLE mail (email text);
INSERT INTO person VALUES (1, 'ada@example.org'), (2, 'bea@example.org');
INSERT INTO orders VALUES (11, 1), (12, 1), (21, 2);
INSERT INTO line VALUES (11, 1), (11, 2), (21, 1);
INSERT INTO mail VALUES ('ada@example.org'), ('bea@example.org');
SELECT gdpr_link('person', '{email}', 'mail', '{email}', kind => 'accessor');
"""
COLLECT = "SELECT depth, relation::text, key, via, shared, data FROM gdpr_collect('person', 1)"
GRAPH = "SELECT depth, link, kind, reviewed, indexed, on_delete, condition FROM gdpr_graph('person')"


@pytest.fixture
def standby():
    """A hot standby of the cluster of PGHOST."""
    cluster = Cluster()
    try:
        data = str(cluster.directory / "data")
        cluster.as_server(program("pg_basebackup"), "-U", "postgres", "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def rows(connection, question):
    return sorted(map(repr, connection.execute(question).fetchall()))


def wait_for_replay(primary, standby):
    position = primary.execute("SELECT pg_current_wal_flush_lsn()").fetchone()[0]
    replayed = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
    wait_until(lambda: standby.execute(replayed, (position,)).fetchone()[0], "the standby does not catch up", seconds=30)


def test_a_hot_standby_collects(connection, database, standby):
    connection.execute(SCHEMA)
    with psycopg.connect(dbname="postgres", host=standby.socket, autocommit=True) as replica:
        wait_for_replay(connection, replica)
        assert replica.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
    with psycopg.connect(dbname=database, host=standby.socket, autocommit=True) as replica:
        assert len(rows(replica, COLLECT)) == 6
        for question in (COLLECT, GRAPH, "SELECT gdpr_graph_mermaid('person')"):
            assert rows(replica, question) == rows(connection, question)

        # Acting is refused there by PostgreSQL's own error, and the session goes on.
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            replica.execute("SELECT * FROM gdpr_lock('person', 1)")
        assert len(rows(replica, COLLECT)) == 6

        # A change on the primary arrives in the standby's open session, links and tables included.
        connection.execute("CREATE TABLE visit (id int PRIMARY KEY, order_id int REFERENCES orders)")
        connection.execute("INSERT INTO visit VALUES (31, 12)")
        connection.execute("SELECT gdpr_link('person', '{email}', 'mail', '{email}', kind => 'ignore')")
        wait_for_replay(connection, replica)
        assert rows(replica, COLLECT) == rows(connection, COLLECT)
        assert len(rows(replica, COLLECT)) == 6  # a visit more, a mail less


def test_a_read_only_transaction_collects(connection):
    connection.execute(SCHEMA)
    expected = rows(connection, COLLECT)
    for mode in ("READ ONLY", "ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE", "ISOLATION LEVEL REPEATABLE READ READ ONLY"):
        with connection.transaction():
            connection.execute(f"SET TRANSACTION {mode}")
            assert rows(connection, COLLECT) == expected
            assert rows(connection, GRAPH)


def test_acting_is_refused_in_a_read_only_transaction(connection):
    connection.execute(SCHEMA)
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connection.transaction():
            connection.execute("SELECT * FROM gdpr_lock('person', 1)")
        assert len(rows(connection, COLLECT)) == 6


def test_reading_takes_no_transaction_id(connection):
    connection.execute(SCHEMA)
    with connection.transaction():
        rows(connection, COLLECT)
        rows(connection, GRAPH)
        assert connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
