"""S95 and S78 for gdpr_scrub_db: wherever it is interrupted, everything is as before.

Cancelled, out of time, terminated, killed, with the server or without; while it writes one of the tables, and while it refreshes what is made from them. Afterwards rows, files and
log are those of before, nothing is left of the heaps that it made, and the next call does it all.
"""

import contextlib
import time
from pathlib import Path

import psycopg
import pytest
from conftest import make_database
from killed import Running, connect, kill_backend, kill_server, reconnect, start_again, wait_until
from restore import contents, differences

PEOPLE = 2000
# A row of each table, and the refresh of the materialized view, can be told to wait until somebody lets it go on. Which of them is written first is not ours to know: what waits in
# one of three has written another before, or will after.
SCHEMA = f"""
CREATE TABLE gate (name text);
CREATE FUNCTION pass(value text, name text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.gate g WHERE g.name = $2) THEN
        PERFORM pg_catalog.pg_advisory_lock_shared(4711);
        PERFORM pg_catalog.pg_advisory_unlock_shared(4711);
    END IF;
    RETURN value;
END $$;
CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, note text);
CREATE TABLE login (id int PRIMARY KEY, email text NOT NULL REFERENCES person (email), ip text);
CREATE TABLE visit (id int, page text, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ON person (name);
CREATE INDEX ON login (email);
INSERT INTO person SELECT n, 'mail' || n || '@example.org', 'name ' || n, repeat(md5(n::text), 100) FROM generate_series(1, {PEOPLE}) n;
INSERT INTO login SELECT n, 'mail' || n || '@example.org', 'ip ' || n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO visit SELECT n, 'page ' || n, '2023-01-01'::date + n % 700 FROM generate_series(1, {PEOPLE}) n;
CREATE MATERIALIZED VIEW names AS SELECT public.pass(name, 'names' || id) AS name FROM person;
-- What an autovacuum writes about them would look like what a scrub has changed.
ALTER TABLE person SET (autovacuum_enabled = off);
ALTER TABLE login SET (autovacuum_enabled = off);
ALTER TABLE visit_2023 SET (autovacuum_enabled = off);
ALTER TABLE visit_2024 SET (autovacuum_enabled = off);
ALTER MATERIALIZED VIEW names SET (autovacuum_enabled = off);
ANALYZE;
SELECT gdpr_register('person', '{{"email": "email", "name": {{"strategy": "sql", "expression": "pass(''new '' || id, ''person'' || id)"}},
    "note": "hash"}}', subject => true),
    gdpr_register('login', '{{"ip": {{"strategy": "sql", "expression": "pass(''new '' || id, ''login'' || id)"}}}}'),
    gdpr_register('visit', '{{"page": {{"strategy": "sql", "expression": "pass(''new '' || id, ''visit'' || id)"}}}}', key => '{{id}}');
SELECT count(*) FROM gdpr_anonymise('person', 1);
"""
GATES = [f"person{PEOPLE // 2}", f"login{PEOPLE // 2}", f"visit{PEOPLE - 1}", f"names{PEOPLE // 2}"]
CALL = "SELECT relation::text, action, rows FROM gdpr_scrub_db()"
DONE = {
    ("person", "rewritten", PEOPLE), ("login", "rewritten", PEOPLE), ("visit_2023", "rewritten", None), ("visit_2024", "rewritten", None),
    ("names", "refreshed", PEOPLE),
}


def prepare(connection):
    connection.execute(SCHEMA)
    connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET gdpr_ext.allow_scrub = on')


@pytest.fixture
def database():
    for name in make_database("gdpr_interrupted"):
        with psycopg.connect(dbname=name, autocommit=True) as connection:
            prepare(connection)
        yield name


class State:
    """All that a scrub changes."""

    def __init__(self, connection, files=True):
        self.tables = contents(connection)
        self.names = connection.execute("SELECT name FROM names ORDER BY name").fetchall()
        self.catalog = connection.execute(
            "SELECT oid, relname, relfilenode, reltoastrelid, relkind FROM pg_class WHERE oid > 16383 ORDER BY oid").fetchall()
        self.statistics = connection.execute(
            "SELECT starelid, staattnum, stainherit, stavalues1::text FROM pg_statistic WHERE starelid > 16383 ORDER BY 1, 2, 3").fetchall()
        self.log = connection.execute(
            "SELECT to_jsonb(e)::text FROM gdpr_log.event e UNION ALL SELECT to_jsonb(a)::text FROM gdpr_log.anonymised a"
            " UNION ALL SELECT to_jsonb(s)::text FROM gdpr_log.secret s UNION ALL SELECT to_jsonb(d)::text FROM gdpr_log.database d").fetchall()
        self.pseudonym = connection.execute("SELECT gdpr_hash('Ada')").fetchone()
        self.files = files_of(connection) if files else None

    def is_still(self, connection):
        now = State(connection, files=self.files is not None)
        assert differences(self.tables, now.tables) == []
        for what in ("names", "catalog", "statistics", "log", "pseudonym", "files"):
            assert getattr(now, what) == getattr(self, what), what
        assert connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'pg_temp%'").fetchall() == []


def files_of(connection):
    """Names of the database's files that a checkpoint leaves; but for maps of free space and visibility, which come and go, as a cache does."""
    connection.execute("CHECKPOINT")
    directory = Path(connection.execute("SHOW data_directory").fetchone()[0])
    oid = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()[0]
    return {path.name for path in (directory / "base" / str(oid)).iterdir() if not path.name.endswith(("_fsm", "_vm", ".init"))}


@contextlib.contextmanager
def stopped(watcher, worker, gate):
    """A call that waits in the middle."""
    watcher.execute("DELETE FROM gate")
    watcher.execute("INSERT INTO gate VALUES (%s)", (gate,))
    watcher.execute("SELECT pg_advisory_lock(4711)")
    running = Running(worker, CALL)
    try:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s"

        def is_there():
            return running.outcome is not None or watcher.execute(waiting, (running.pid,)).fetchone() == (1,)

        wait_until(is_there, "the call did not come to the gate")
        assert running.outcome is None, running.outcome
        yield running
    finally:
        if not watcher.closed and not watcher.broken:
            watcher.execute("SELECT pg_advisory_unlock_all()")
            watcher.execute("DELETE FROM gate")
        running.join()


def completes(connection):
    """Nothing is in the way of the next call."""
    connection.execute("DELETE FROM gate")
    done = {(relation, action, None if relation.startswith("visit") else rows) for relation, action, rows in connection.execute(CALL).fetchall()}
    assert done == DONE
    joined = "SELECT count(*) FROM person p JOIN login l USING (email, id) WHERE name = 'new ' || id AND ip = name AND email LIKE '%@example.invalid'"
    assert connection.execute(joined).fetchone() == (PEOPLE,)
    assert connection.execute("SELECT count(*) FROM visit WHERE page = 'new ' || id").fetchone() == (PEOPLE,)
    assert connection.execute("SELECT count(*) FROM names WHERE name LIKE 'new %'").fetchone() == (PEOPLE,)
    assert connection.execute("SELECT scrubbed IS NOT NULL FROM gdpr_log.database").fetchone() == (True,)


@pytest.fixture
def sessions(database):
    with psycopg.connect(dbname=database, autocommit=True) as watcher, psycopg.connect(dbname=database, autocommit=True) as worker:
        yield watcher, worker


@pytest.mark.parametrize("gate", GATES[1::2])
def test_s95_out_of_time(sessions, gate):
    watcher, worker = sessions
    state = State(watcher)
    # Long enough to come to the gate, also on a busy machine.
    worker.execute("SET statement_timeout = '6s'")
    with stopped(watcher, worker, gate) as running:
        assert running.join().sqlstate == "57014"
    worker.execute("RESET statement_timeout")
    state.is_still(watcher)
    state.is_still(worker)  # what the session has cached is not of another time
    completes(worker)


@pytest.mark.parametrize("gate", GATES)
def test_s95_cancelled(sessions, gate):
    watcher, worker = sessions
    state = State(watcher)
    with stopped(watcher, worker, gate) as running:
        assert watcher.execute("SELECT pg_cancel_backend(%s)", (running.pid,)).fetchone() == (True,)
        assert running.join().sqlstate == "57014"
    state.is_still(watcher)
    completes(worker)


def test_s95_cancelled_in_a_transaction_that_goes_on(sessions):
    """Back to a savepoint: what was done before it stays, and the rest of the transaction works."""
    watcher, worker = sessions
    state = State(watcher, files=False)
    worker.execute("BEGIN")
    worker.execute("INSERT INTO login VALUES (0, 'mail2@example.org', 'ip 0'); SAVEPOINT before")
    with stopped(watcher, worker, GATES[1]) as running:
        watcher.execute("SELECT pg_cancel_backend(%s)", (running.pid,))
        assert running.join().sqlstate == "57014"
    worker.execute("ROLLBACK TO before")
    # The first had been anonymised.
    assert worker.execute("SELECT count(*), count(*) FILTER (WHERE ip LIKE 'ip %') FROM login").fetchone() == (PEOPLE + 1, PEOPLE)
    assert worker.execute("SELECT gdpr_hash('Ada')").fetchone() == state.pseudonym
    worker.execute("ROLLBACK")
    state.is_still(watcher)
    completes(worker)


def test_s95_terminated(sessions, database):
    watcher, worker = sessions
    state = State(watcher)
    with stopped(watcher, worker, GATES[2]) as running:
        watcher.execute("SELECT pg_terminate_backend(%s)", (running.pid,))
        assert isinstance(running.join(), psycopg.OperationalError)
    alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
    wait_until(lambda: watcher.execute(alive, (running.pid,)).fetchone() == (0,), "the backend did not end")
    state.is_still(watcher)
    completes(watcher)


@pytest.mark.parametrize("table", ["person", "login", "visit_2024"])
def test_s95_somebody_holds_a_lock(sessions, table):
    """A reader in another transaction keeps a table from being replaced. With a lock_timeout the call does not wait for ever."""
    watcher, worker = sessions
    state = State(watcher)
    watcher.execute(f"BEGIN; SELECT count(*) FROM {table}")
    worker.execute("SET lock_timeout = '300ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        worker.execute(CALL)
    watcher.execute("COMMIT")
    state.is_still(watcher)
    worker.execute("RESET lock_timeout")
    completes(worker)


def test_s95_an_error_in_the_last_table(sessions):
    """It is found in the rows: by then the others have been rewritten, whichever is the last."""
    watcher, worker = sessions
    refusing = (("visit", "page"), ("login", "ip"), ("person", "name"))
    for table, column in refusing:
        watcher.execute(f"ALTER TABLE {table} ADD CHECK ({column} <> 'new 7')")
    state = State(watcher)
    for table, column in refusing:
        with pytest.raises(psycopg.errors.CheckViolation) as raised:
            worker.execute(CALL)
        assert "new 7" not in f"{raised.value.diag.message_primary}{raised.value.diag.message_detail}{raised.value.diag.context}"
        state.is_still(watcher)
        watcher.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_check")
        state = State(watcher)
    completes(worker)


def test_s95_rolled_back(sessions):
    watcher, worker = sessions
    state = State(watcher)
    worker.execute("BEGIN")
    assert len(worker.execute(CALL).fetchall()) == len(DONE)
    worker.execute("ROLLBACK")
    state.is_still(worker)
    state.is_still(watcher)


# A crash leaves files of relations that nobody knows of: PostgreSQL does not take them away, whatever made them. So these compare no files.


@pytest.fixture
def crashing(crashing_cluster):
    name = "gdpr_interrupted"
    with reconnect(crashing_cluster, "postgres") as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    with connect(crashing_cluster, name) as connection:
        connection.execute("CREATE EXTENSION gdpr_ext")
        prepare(connection)
    yield name
    with reconnect(crashing_cluster, "postgres") as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("gate", [GATES[1], GATES[3]])
def test_s78_the_backend_is_killed(crashing_cluster, crashing, gate):
    watcher, worker = connect(crashing_cluster, crashing), connect(crashing_cluster, crashing)
    state = State(watcher, files=False)
    with stopped(watcher, worker, gate) as running:
        kill_backend(crashing_cluster, running.pid)
        assert isinstance(running.join(), psycopg.OperationalError)
        watcher.close()
    with reconnect(crashing_cluster, crashing) as connection:
        connection.execute("DELETE FROM gate")
        state.is_still(connection)
        completes(connection)


def test_s78_the_server_is_killed(crashing_cluster, crashing):
    watcher, worker = connect(crashing_cluster, crashing), connect(crashing_cluster, crashing)
    tables = contents(watcher)
    with stopped(watcher, worker, GATES[2]) as running:
        kill_server(crashing_cluster)
        assert isinstance(running.join(), psycopg.OperationalError)
        watcher.close()
    start_again(crashing_cluster)
    with reconnect(crashing_cluster, crashing) as connection:
        connection.execute("DELETE FROM gate")
        assert differences(tables, contents(connection)) == []
        assert connection.execute("SELECT scrubbed FROM gdpr_log.database").fetchone() == (None,)
        completes(connection)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_s78_killed_at_some_moment(crashing_cluster, crashing, part):
    """Wherever it hits: all of it or nothing."""
    with connect(crashing_cluster, crashing) as connection, connection.transaction(force_rollback=True):
        begin = time.monotonic()
        connection.execute(CALL)
        duration = time.monotonic() - begin
    with connect(crashing_cluster, crashing) as connection:
        tables = contents(connection)
    running = Running(connect(crashing_cluster, crashing), CALL)
    time.sleep(part * duration)
    kill_backend(crashing_cluster, running.pid)
    outcome = running.join()
    with reconnect(crashing_cluster, crashing) as connection:
        scrubbed = connection.execute("SELECT scrubbed IS NOT NULL FROM gdpr_log.database").fetchone()[0]
        if isinstance(outcome, psycopg.Error) and not scrubbed:
            assert differences(tables, contents(connection)) == []
        else:
            assert scrubbed
            assert connection.execute("SELECT count(*) FROM person WHERE name = 'new ' || id").fetchone() == (PEOPLE,)
        completes(connection)


def test_s78_what_was_committed_is_there(crashing_cluster, crashing):
    """The client was told: after a crash right then all of it is found, in tables, indexes, TOAST and materialized view."""
    with connect(crashing_cluster, crashing) as connection:
        connection.execute("CREATE EXTENSION amcheck")
        connection.execute(CALL)
        tables = contents(connection)
    kill_server(crashing_cluster)
    start_again(crashing_cluster)
    with reconnect(crashing_cluster, crashing) as connection:
        assert differences(tables, contents(connection)) == []
        ours = "relnamespace = 'public'::regnamespace AND relkind"
        connection.execute(f"SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE {ours} = 'i'")
        bad = f"SELECT c.oid::regclass::text, v.msg FROM pg_class c, verify_heapam(c.oid) v WHERE {ours} IN ('r', 'm')"
        assert connection.execute(bad).fetchall() == []
        completes(connection)
