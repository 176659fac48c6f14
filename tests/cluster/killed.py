"""What tests of calls that are killed share: the ways to die, and the question whether it has happened or not.

A test file says in a subclass of `Killed` what is called, and what is seen in the data when it has happened.
"""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from conftest import program

# A change of one row of the table stops until somebody lets it go on.
GATE = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock_shared(4711);
    PERFORM pg_advisory_unlock_shared(4711);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER gate BEFORE {event} ON {table} FOR EACH ROW WHEN (OLD.id = {id}) EXECUTE FUNCTION gate();
"""
# What is logged and not seen, or seen and not logged.
DISAGREEMENT = """
WITH seen AS ({seen}),
    logged AS (
        SELECT replace(relation, 'public.', ''), action, key::int FROM gdpr_log.event, jsonb_array_elements(keys) AS key WHERE action <> 'kept')
(TABLE seen EXCEPT ALL TABLE logged) UNION ALL (TABLE logged EXCEPT ALL TABLE seen)
"""


def connect(cluster, database):
    return psycopg.connect(dbname=database, host=cluster.socket, autocommit=True)


def wait_until(condition, otherwise, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)


def reconnect(cluster, database):
    """A session of the server that has recovered."""
    until = time.monotonic() + 60
    while True:
        try:
            return connect(cluster, database)
        except psycopg.OperationalError:
            assert time.monotonic() < until, "the server did not come back"
            time.sleep(0.1)


def kill_backend(cluster, pid):
    """Kills a backend and waits until the server has noticed, which ends all its sessions before it starts anew."""
    noticed = "all server processes terminated; reinitializing"
    crashes = cluster.log.count(noticed)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: cluster.log.count(noticed) > crashes, "the server did not notice")


def kill_server(cluster):
    """Kills the server and all its processes: none of them has time for anything."""
    postmaster = int((cluster.directory / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGSTOP)  # it must not start another one meanwhile
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    pids = [postmaster, *map(int, children)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "a process is still there")


def stop_server(cluster):
    cluster.as_server(program("pg_ctl"), "stop", "-m", "immediate", "-D", str(cluster.directory / "data"))


def start_again(cluster):
    recoveries = cluster.log.count("automatic recovery in progress")
    cluster.start()
    assert cluster.log.count("automatic recovery in progress") == recoveries + 1


class Running:
    """A call in a thread: its rows, or how it failed, are known after `join`."""

    def __init__(self, connection, call):
        self.connection, self.call, self.outcome = connection, call, None
        self.pid = connection.info.backend_pid
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.outcome = self.connection.execute(self.call).fetchall()
        except psycopg.Error as error:
            self.outcome = error

    def join(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.outcome


def report(connection, call):
    return {(relation, action): rows for relation, action, rows in connection.execute(call).fetchall()}


class Killed:
    schema = None  # tables with people, and their entries in the registry
    gate = None  # event, table and id of the row at which the call stops
    begun = None  # tables that it has written by then
    call = None  # returns relation, action and rows
    seen = None  # relation, action and id of each row in which it is seen that the call has happened
    everything = None  # relation and action -> rows, when it has
    remembered = None  # rows of gdpr_log.anonymised then
    again = None  # what the call reports then

    @pytest.fixture
    def database(self, crashing_cluster):
        """No connection is held meanwhile: a crash would break it."""
        name = "gdpr_killed"
        with reconnect(crashing_cluster, "postgres") as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        with connect(crashing_cluster, name) as connection:
            connection.execute("CREATE EXTENSION gdpr_ext")
            connection.execute(self.schema)
        yield name
        with reconnect(crashing_cluster, "postgres") as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def has_happened(self, connection):
        """All of it or nothing, and the log says the same as the data."""
        assert connection.execute(DISAGREEMENT.format(seen=self.seen)).fetchall() == []
        seen = report(connection, f"SELECT relation, action, count(*) FROM ({self.seen}) AS seen GROUP BY relation, action")
        assert seen in ({}, self.everything)
        remembered = connection.execute("SELECT count(*) FROM gdpr_log.anonymised").fetchone()
        assert remembered == ((self.remembered if seen else 0),)
        return bool(seen)

    def stopped_in_the_middle(self, cluster, database):
        """A call that is at the gate, and who watches it."""
        watcher, worker = connect(cluster, database), connect(cluster, database)
        event, table, row = self.gate
        watcher.execute(GATE.format(event=event, table=table, id=row))
        watcher.execute("SELECT pg_advisory_lock(4711)")
        running = Running(worker, self.call)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s"
        wait_until(lambda: watcher.execute(waiting, (running.pid,)).fetchone() == (1,), "the call did not come to the gate")
        writing = "SELECT relation::regclass::text FROM pg_locks WHERE pid = %s AND locktype = 'relation' AND mode = 'RowExclusiveLock'"
        assert self.begun <= {table for (table,) in watcher.execute(writing, (running.pid,)).fetchall()}
        assert not self.has_happened(watcher)  # nobody else sees any of it
        return watcher, running

    def completes(self, connection):
        connection.execute("DROP TRIGGER IF EXISTS gate ON " + self.gate[1])
        assert report(connection, self.call) == self.everything | self.again
        assert self.has_happened(connection)
        assert report(connection, self.call) == self.again
        assert self.has_happened(connection)

    def test_the_backend_is_killed_in_the_middle(self, crashing_cluster, database):
        watcher, running = self.stopped_in_the_middle(crashing_cluster, database)
        kill_backend(crashing_cluster, running.pid)
        assert isinstance(running.join(), psycopg.OperationalError)
        watcher.close()
        with reconnect(crashing_cluster, database) as connection:
            assert not self.has_happened(connection)
            assert connection.execute("SELECT gdpr_is_anonymised('person', 1)").fetchone() == (False,)
            self.completes(connection)

    @pytest.mark.parametrize("die", [kill_server, stop_server])
    def test_the_server_dies_in_the_middle(self, crashing_cluster, database, die):
        watcher, running = self.stopped_in_the_middle(crashing_cluster, database)
        die(crashing_cluster)
        assert isinstance(running.join(), psycopg.OperationalError)
        watcher.close()
        start_again(crashing_cluster)
        with reconnect(crashing_cluster, database) as connection:
            assert not self.has_happened(connection)
            self.completes(connection)

    def test_the_call_is_cancelled_in_the_middle(self, crashing_cluster, database):
        watcher, running = self.stopped_in_the_middle(crashing_cluster, database)
        watcher.execute("SELECT pg_cancel_backend(%s)", (running.pid,))
        assert isinstance(running.join(), psycopg.errors.QueryCanceled)
        assert not self.has_happened(watcher)
        watcher.close()
        # The session that was cancelled goes on.
        with running.connection as connection:
            self.completes(connection)

    def test_the_backend_is_terminated_in_the_middle(self, crashing_cluster, database):
        watcher, running = self.stopped_in_the_middle(crashing_cluster, database)
        watcher.execute("SELECT pg_terminate_backend(%s)", (running.pid,))
        assert isinstance(running.join(), psycopg.OperationalError)
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        wait_until(lambda: watcher.execute(alive, (running.pid,)).fetchone() == (0,), "the backend did not end")
        assert not self.has_happened(watcher)
        self.completes(watcher)
        watcher.close()

    def test_the_server_dies_after_the_commit(self, crashing_cluster, database):
        """What the client was told is there."""
        with connect(crashing_cluster, database) as connection:
            assert report(connection, self.call) == self.everything | self.again
        kill_server(crashing_cluster)
        start_again(crashing_cluster)
        with reconnect(crashing_cluster, database) as connection:
            assert self.has_happened(connection)
            assert report(connection, self.call) == self.again

    @pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
    def test_killed_at_some_moment(self, crashing_cluster, database, part):
        """Wherever it hits: all of it or nothing."""
        with connect(crashing_cluster, database) as connection, connection.transaction(force_rollback=True):
            begin = time.monotonic()
            connection.execute(self.call)
            duration = time.monotonic() - begin
        running = Running(connect(crashing_cluster, database), self.call)
        time.sleep(part * duration)
        kill_backend(crashing_cluster, running.pid)
        outcome = running.join()
        with reconnect(crashing_cluster, database) as connection:
            happened = self.has_happened(connection)
            if not isinstance(outcome, psycopg.Error):
                assert happened
            connection.execute(self.call)
            assert self.has_happened(connection)
