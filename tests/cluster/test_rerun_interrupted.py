"""S77 and S78 for gdpr_rerun: it happens wholly or not at all, wherever it is interrupted, and can be repeated; two at once do it once.

It is killed, cancelled, rolled back, or cannot reach the mirror; meanwhile others work with the database.
"""

import contextlib

import psycopg
import pytest
from conftest import Cluster, program
from killed import Running, kill_backend, kill_server, reconnect, start_again, wait_until
from restore import contents, differences, mirror_database, point_to_mirror, story

PEOPLE = 600
SCHEMA = f"""
CREATE TABLE person (id serial PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE orders (id serial PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
CREATE TABLE review (id serial PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE INDEX ON orders (person_id);
CREATE INDEX ON review (person_id);
INSERT INTO person (name, email) SELECT 'name ' || n, 'mail ' || n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO orders (person_id, note) SELECT n, 'note ' || n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO review (person_id, body) SELECT n, 'body ' || n FROM generate_series(1, {PEOPLE}) n;
SELECT gdpr_register('person', '{{"name": "null", "email": "null"}}', subject => true), gdpr_register('orders', '{{"note": "null"}}'),
  gdpr_register('review', '{{"body": "null"}}', on_erase => 'anonymise');
"""
# The last of the erased stops the rerun until somebody lets it go on.
GATE = f"""
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock_shared(4711);
    PERFORM pg_advisory_unlock_shared(4711);
    RETURN OLD;
END $$;
CREATE TRIGGER gate BEFORE DELETE ON person FOR EACH ROW WHEN (OLD.id = {PEOPLE // 2}) EXECUTE FUNCTION gate();
"""


def live(told):
    told.execute(f"SELECT * FROM gdpr_erase('person', ARRAY(SELECT generate_series(1, {PEOPLE // 4})))")
    told.execute(f"SELECT * FROM gdpr_anonymise('person', ARRAY(SELECT generate_series({PEOPLE // 4 + 1}, {PEOPLE // 4 + 100})))")
    told.execute(f"SELECT * FROM gdpr_erase('person', ARRAY(SELECT generate_series({PEOPLE // 4 + 50}, {PEOPLE // 2})))")


@contextlib.contextmanager
def lost(host=None, mirror=None, schema=SCHEMA):
    with story(schema, host=host) as told:
        if mirror is not None:
            point_to_mirror(told, None, mirror.info.dbname)
        told.back_up()
        live(told)
        told.lose()
        told.restore(file=mirror is None)
        yield told


class State:
    """All that a rerun could change, but for sequences, which never go back."""

    def __init__(self, told):
        self.tables, self.log, self.marks = contents(told.connection), told.log(), told.marks()
        self.database = told.rows("SELECT * FROM gdpr_log.database")

    def check(self, told):
        assert differences(self.tables, contents(told.connection)) == []
        assert (told.log(), told.marks(), told.rows("SELECT * FROM gdpr_log.database")) == (self.log, self.marks, self.database)
        assert told.value("SELECT restored FROM gdpr_log.status")


class Rerun(Running):
    """In a session of its own."""

    def __init__(self, told, arguments=""):
        super().__init__(told.session(), f"SELECT relation, action, outcome, rows FROM gdpr_rerun({arguments})")

    def join(self):
        outcome = super().join()
        self.connection.close()
        return outcome


def waits(told, pid, locktype):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = %s AND NOT granted AND pid = %s"
    wait_until(lambda: told.value(waiting, (locktype, pid)) == 1, "it does not wait")


def completes(told):
    told.execute("DROP TRIGGER IF EXISTS gate ON person; DROP FUNCTION IF EXISTS gate()")
    assert {row[2] for row in told.outcomes()} <= {"applied", "already gone"}
    told.as_before_the_loss()
    assert len(told.reruns()) == 1
    told.nothing_is_left_to_do()


@contextlib.contextmanager
def stopped_in_the_middle(told):
    told.execute(GATE)
    told.execute("SELECT pg_advisory_lock(4711)")
    state, running = State(told), Rerun(told)
    waits(told, running.pid, "advisory")
    state.check(told)  # nobody else sees any of it
    yield state, running
    told.execute("SELECT pg_advisory_unlock_all()")


def test_s78_the_backend_is_killed_in_the_middle(crashing_cluster):
    reconnect(crashing_cluster, "postgres").close()
    with lost(host=crashing_cluster.socket) as told:
        with stopped_in_the_middle(told) as (state, running):
            kill_backend(crashing_cluster, running.pid)
            assert isinstance(running.join(), psycopg.OperationalError)
            reconnect(crashing_cluster, told.name).close()
            told.connect()
            state.check(told)
        completes(told)


def test_s78_the_server_is_killed_in_the_middle(crashing_cluster):
    reconnect(crashing_cluster, "postgres").close()
    with lost(host=crashing_cluster.socket) as told:
        with stopped_in_the_middle(told) as (state, running):
            kill_server(crashing_cluster)
            assert isinstance(running.join(), psycopg.OperationalError)
            start_again(crashing_cluster)
            told.connect()
            state.check(told)
        completes(told)


def test_s78_it_is_cancelled_in_the_middle():
    with lost() as told:
        with stopped_in_the_middle(told) as (state, running):
            told.execute("SELECT pg_cancel_backend(%s)", (running.pid,))
            assert isinstance(running.join(), psycopg.errors.QueryCanceled)
            state.check(told)
        completes(told)


def test_two_at_once():
    """The second waits for the first, and then has nothing to do."""
    with lost() as told:
        with stopped_in_the_middle(told) as (_, first):
            second = Rerun(told)
            waits(told, second.pid, "relation")
            told.execute("SELECT pg_advisory_unlock_all()")
            assert {row[2] for row in first.join()} <= {"applied", "already gone"}
            assert second.join() == []
        completes_already(told)


def completes_already(told):
    told.execute("DROP TRIGGER IF EXISTS gate ON person; DROP FUNCTION IF EXISTS gate()")
    told.as_before_the_loss()
    assert len(told.reruns()) == 1
    told.nothing_is_left_to_do()


def test_two_at_once_and_the_first_fails():
    """Then the second does it."""
    with lost() as told:
        with stopped_in_the_middle(told) as (_, first):
            second = Rerun(told)
            waits(told, second.pid, "relation")
            told.execute("SELECT pg_cancel_backend(%s)", (first.pid,))
            assert isinstance(first.join(), psycopg.errors.QueryCanceled)
            waits(told, second.pid, "advisory")
            told.execute("SELECT pg_advisory_unlock_all()")
            assert {row[2] for row in second.join()} <= {"applied", "already gone"}
        completes_already(told)


def test_others_work_meanwhile():
    """A rerun keeps nobody from reading, or from working on rows that it has nothing to do with, and from being logged."""
    with lost() as told:
        with stopped_in_the_middle(told) as (_, running), told.session() as other:
            other.execute("SET lock_timeout = '10s'")
            assert other.execute("SELECT count(*) FROM person").fetchone() == (PEOPLE,)
            other.execute("INSERT INTO person (id, name) VALUES (900000, 'Zoe')")
            other.execute(f"SELECT * FROM gdpr_erase('person', {PEOPLE})")
            other.execute("DELETE FROM person WHERE id = 900000")
            told.execute("SELECT pg_advisory_unlock_all()")
            assert {row[2] for row in running.join()} <= {"applied", "already gone"}
        assert {difference[:2] for difference in told.now_differs()} == {(table, (PEOPLE,)) for table in ("person", "orders", "review")}
        told.nothing_is_left_to_do()


def test_a_row_that_somebody_else_is_changing():
    """The rerun waits for him, and looks at the row as it is then."""
    with lost() as told, told.session() as other:
        with other.transaction():
            other.execute("UPDATE person SET name = 'Zoe', email = 'zoe' WHERE id = 1")
            other.execute("UPDATE person SET name = 'Zoe' WHERE id = 2")
            running = Rerun(told)
            waits(told, running.pid, "transactionid")
        reported = running.join()
        assert not isinstance(reported, psycopg.Error), reported
        # 1 is not proven any more, and neither is what leads to it only by being of the same transaction; 2 has its address still.
        assert told.rows("SELECT id, name FROM person WHERE id IN (1, 2)") == [(1, "Zoe")]
        assert ("public.person", "deleted", "needs decision", 1) in reported


def test_s77_a_rerun_that_is_rolled_back_leaves_nothing_here_nor_in_the_mirror():
    with mirror_database() as mirror, lost(mirror=mirror) as told:
        there = "SELECT e::text FROM gdpr_mirror.event e ORDER BY id"
        state, mirrored = State(told), mirror.execute(there).fetchall()
        with told.connection.transaction(force_rollback=True):
            told.rerun()
            told.as_before_the_loss()
        state.check(told)
        assert mirror.execute(there).fetchall() == mirrored
        with told.connection.transaction():
            with contextlib.suppress(psycopg.errors.DivisionByZero), told.connection.transaction():
                told.rerun()
                told.execute("SELECT 1 / 0")
        state.check(told)
        assert mirror.execute(there).fetchall() == mirrored
        completes(told)
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert {id_ for id_, in mirror.execute("SELECT id FROM gdpr_mirror.event").fetchall()} == told.log().keys()


@pytest.fixture
def mirror_cluster():
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.stop()


def test_s77_the_mirror_is_not_there(mirror_cluster):
    """Nothing is changed, by an action or by a rerun, and the message says what it is about. Deferred, actions go on."""
    with mirror_database(host=mirror_cluster.socket) as mirror, story(SCHEMA) as told:
        point_to_mirror(told, mirror_cluster.socket, mirror.info.dbname)
        told.back_up()
        live(told)
        mirror.close()

        mirror_cluster.as_server(program("pg_ctl"), "stop", "-m", "immediate", "-D", str(mirror_cluster.directory / "data"))
        state = contents(told.connection), told.log()
        for call in (f"SELECT * FROM gdpr_erase('person', {PEOPLE - 1})", f"DELETE FROM review WHERE person_id = {PEOPLE - 1}", "TRUNCATE orders"):
            told.connect()
            with pytest.raises(psycopg.Error) as raised:
                told.execute(call)
            assert raised.value.sqlstate == "58000" and "mirror" in raised.value.diag.message_primary and raised.value.diag.message_hint
            assert differences(state[0], contents(told.connection)) == [] and told.log() == state[1]
        told.execute(f"SET gdpr_ext.mirror = 'deferred'; SELECT * FROM gdpr_erase('person', {PEOPLE - 1})")
        assert told.value("SELECT queued FROM gdpr_log.status") > 0
        told.lose()
        told.restore(file=False)
        before = State(told)
        for arguments in ("", "dry_run => true"):
            with pytest.raises(psycopg.Error) as raised:
                told.rerun(arguments)
            assert raised.value.sqlstate.startswith("58") or raised.value.sqlstate.startswith("08"), raised.value
            before.check(told)
        # By a file it can be done meanwhile, if the log of that may wait for the mirror.
        told.execute("SELECT gdpr_log_import(%s)", (told.file,))
        with pytest.raises(psycopg.Error) as raised:
            told.rerun("'gdpr_log.imported'")
        assert raised.value.sqlstate == "58000"
        before.check(told)
        with told.connection.transaction(force_rollback=True):
            told.execute("SET LOCAL gdpr_ext.mirror = 'deferred'")
            told.rerun("'gdpr_log.imported'")
            told.as_before_the_loss()
        mirror_cluster.start()
        told.connect()
        assert {row[2] for row in told.outcomes()} <= {"applied", "already gone"}
        # What was only in the queue is lost with it: that person is back.
        assert {difference[:2] for difference in told.now_differs()} == {(table, (PEOPLE - 1,)) for table in ("person", "orders", "review")}
        told.nothing_is_left_to_do()
