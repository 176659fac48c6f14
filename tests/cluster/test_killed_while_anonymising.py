"""S78: the backend, or the whole server, dies in the middle of a bulk anonymise. After recovery it has happened or it has not, and the log agrees."""

import os
import signal
import threading
import time

import psycopg
import pytest
from conftest import Cluster, program

PEOPLE = 3000
SCHEMA = f"""
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE INDEX ON orders (person_id);
INSERT INTO person SELECT n, 'name ' || n, 'mail' || n || '@example.org' FROM generate_series(1, {PEOPLE}) n;
INSERT INTO orders SELECT n, (n + 1) / 2, 'note ' || n FROM generate_series(1, {2 * PEOPLE}) n;
SELECT gdpr_register('person', '{{"name": "blank", "email": "email"}}', subject => true), gdpr_register('orders', '{{"note": "hash"}}');
"""
# The second table's update stops in its middle until somebody lets it go on.
GATE = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = 3000 THEN
        PERFORM pg_advisory_lock_shared(4711);
        PERFORM pg_advisory_unlock_shared(4711);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION gate();
"""
ANONYMISE = f"SELECT sum(rows) FROM gdpr_anonymise('person', ARRAY(SELECT generate_series(1, {PEOPLE})))"
STATE = """
SELECT (SELECT count(*) FROM person WHERE name = ''), (SELECT count(*) FROM person WHERE email LIKE '%@example.invalid'),
    (SELECT count(*) FROM orders WHERE note NOT LIKE 'note %'), (SELECT coalesce(sum(rows), 0) FROM gdpr_log.event),
    (SELECT coalesce(sum(jsonb_array_length(keys)), 0) FROM gdpr_log.event), (SELECT count(*) FROM gdpr_log.anonymised)
"""
NOTHING = (0, 0, 0, 0, 0, 0)
EVERYTHING = (PEOPLE, PEOPLE, 2 * PEOPLE, 3 * PEOPLE, 3 * PEOPLE, 3 * PEOPLE)


@pytest.fixture(scope="module")
def cluster():
    """Its crash is nobody else's."""
    cluster = Cluster("restart_after_crash = on")
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def database(cluster):
    """No connection is held meanwhile: a crash would break it."""
    name = "gdpr_killed"
    with reconnect(cluster, "postgres") as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    with connect(cluster, name) as connection:
        connection.execute("CREATE EXTENSION gdpr_ext")
        connection.execute(SCHEMA)
    yield name
    with reconnect(cluster, "postgres") as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def connect(cluster, database):
    return psycopg.connect(dbname=database, host=cluster.socket, autocommit=True)


def reconnect(cluster, database):
    """A session of the server that has recovered."""
    until = time.monotonic() + 60
    while True:
        try:
            return connect(cluster, database)
        except psycopg.OperationalError:
            assert time.monotonic() < until, "the server did not come back"
            time.sleep(0.1)


def kill(cluster, pid):
    """Kills a backend and waits until the server has noticed, which ends all its sessions before it starts anew."""
    noticed = "all server processes terminated; reinitializing"
    crashes, until = cluster.log.count(noticed), time.monotonic() + 60
    os.kill(pid, signal.SIGKILL)
    while cluster.log.count(noticed) == crashes:
        assert time.monotonic() < until, "the server did not notice"
        time.sleep(0.02)


class Running:
    """A call in a thread; how it ended is known after `join`."""

    def __init__(self, connection):
        self.connection, self.outcome = connection, None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.outcome = self.connection.execute(ANONYMISE).fetchone()
        except psycopg.Error as error:
            self.outcome = error

    def join(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.outcome


def wait_until_stopped(connection, pid):
    until = time.monotonic() + 60
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s"
    while connection.execute(waiting, (pid,)).fetchone() == (0,):
        assert time.monotonic() < until, "the call did not come to the gate"
        time.sleep(0.02)


def stopped_in_the_middle(cluster, database):
    """A call that has changed the first table and half of the second, and who watches it."""
    watcher, worker = connect(cluster, database), connect(cluster, database)
    watcher.execute(GATE)
    watcher.execute("SELECT pg_advisory_lock(4711)")
    running = Running(worker)
    wait_until_stopped(watcher, worker.info.backend_pid)
    assert watcher.execute(STATE).fetchone() == NOTHING  # nobody else sees any of it
    return watcher, running, worker.info.backend_pid


def completes(cluster, database):
    with reconnect(cluster, database) as connection:
        connection.execute("DROP TRIGGER IF EXISTS gate ON orders")
        assert connection.execute(ANONYMISE).fetchone() == (3 * PEOPLE,)
        assert connection.execute(STATE).fetchone() == EVERYTHING
        assert connection.execute(ANONYMISE).fetchone() == (None,)
        assert connection.execute(STATE).fetchone() == EVERYTHING


def test_the_backend_is_killed_in_the_middle(cluster, database):
    watcher, running, pid = stopped_in_the_middle(cluster, database)
    kill(cluster, pid)
    assert isinstance(running.join(), psycopg.OperationalError)
    watcher.close()
    with reconnect(cluster, database) as connection:
        assert connection.execute(STATE).fetchone() == NOTHING
        assert connection.execute("SELECT gdpr_is_anonymised('person', 1)").fetchone() == (False,)
    completes(cluster, database)


def test_the_server_is_stopped_in_the_middle(cluster, database):
    watcher, running, _ = stopped_in_the_middle(cluster, database)
    cluster.as_server(program("pg_ctl"), "stop", "-m", "immediate", "-D", str(cluster.directory / "data"))
    assert isinstance(running.join(), psycopg.OperationalError)
    watcher.close()
    cluster.start()
    with reconnect(cluster, database) as connection:
        assert connection.execute(STATE).fetchone() == NOTHING
    completes(cluster, database)


def test_the_call_is_cancelled_in_the_middle(cluster, database):
    watcher, running, pid = stopped_in_the_middle(cluster, database)
    watcher.execute("SELECT pg_cancel_backend(%s)", (pid,))
    outcome = running.join()
    assert isinstance(outcome, psycopg.errors.QueryCanceled)
    assert watcher.execute(STATE).fetchone() == NOTHING
    watcher.close()
    # The session that was cancelled goes on.
    running.connection.execute("DROP TRIGGER gate ON orders")
    assert running.connection.execute(ANONYMISE).fetchone() == (3 * PEOPLE,)
    assert running.connection.execute(STATE).fetchone() == EVERYTHING
    running.connection.close()


def test_the_backend_is_terminated_in_the_middle(cluster, database):
    watcher, running, pid = stopped_in_the_middle(cluster, database)
    watcher.execute("SELECT pg_terminate_backend(%s)", (pid,))
    assert isinstance(running.join(), psycopg.OperationalError)
    until = time.monotonic() + 30
    while watcher.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone() != (0,):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert watcher.execute(STATE).fetchone() == NOTHING
    watcher.close()
    completes(cluster, database)


def test_the_server_dies_after_the_commit(cluster, database):
    """What the client was told is there."""
    with connect(cluster, database) as connection:
        assert connection.execute(ANONYMISE).fetchone() == (3 * PEOPLE,)
    cluster.as_server(program("pg_ctl"), "stop", "-m", "immediate", "-D", str(cluster.directory / "data"))
    cluster.start()
    with reconnect(cluster, database) as connection:
        assert connection.execute(STATE).fetchone() == EVERYTHING
        assert connection.execute(ANONYMISE).fetchone() == (None,)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_killed_at_some_moment(cluster, database, part):
    """Wherever it hits: all of it or nothing."""
    with connect(cluster, database) as connection, connection.transaction(force_rollback=True):
        begin = time.monotonic()
        connection.execute(ANONYMISE)
        duration = time.monotonic() - begin
    worker = connect(cluster, database)
    running = Running(worker)
    time.sleep(part * duration)
    kill(cluster, worker.info.backend_pid)
    outcome = running.join()
    with reconnect(cluster, database) as connection:
        state = connection.execute(STATE).fetchone()
        assert state in (NOTHING, EVERYTHING)
        if not isinstance(outcome, psycopg.Error):
            assert state == EVERYTHING
        connection.execute(ANONYMISE)
        assert connection.execute(STATE).fetchone() == EVERYTHING
