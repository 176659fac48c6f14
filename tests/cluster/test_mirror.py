"""The mirror of the log, in a second database.

S77, the part of the mirror: what is rolled back leaves no event there; a mirror that cannot be reached fails the action, and nothing is changed; an event
whose local commit failed after the mirror's becomes void. S80, the part of the mirror: an event that is changed there is named.
"""

import contextlib
import threading
import time

import psycopg
import pytest
from psycopg import sql
from restore import Dumped, Story, mirror_database, point_to_mirror, raises, story

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
INSERT INTO person SELECT n, 'name ' || n, 'mail ' || n FROM generate_series(1, 20) n;
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
"""
SERVER = "log_server"
SYNC = "SELECT sent, voided FROM gdpr_log_mirror_sync()"
HERE = "SELECT e::text FROM gdpr_log.event e ORDER BY 1"
THERE = "SELECT (to_jsonb(e) - 'log' - 'void')::text FROM gdpr_mirror.event e WHERE NOT void ORDER BY 1"
HERE_AS_JSON = "SELECT to_jsonb(e)::text FROM gdpr_log.event e ORDER BY 1"
SEALS = "SELECT number, at, origin, snapshot::text, encode(entries, 'hex'), encode(digest, 'hex') FROM {} ORDER BY number"


@contextlib.contextmanager
def mirrored(kind=Story):
    with mirror_database("gdpr_mirror_test") as mirror, story(SCHEMA, kind, name="gdpr_mirrored_test") as told:
        point_to_mirror(told, None, mirror.info.dbname)
        yield told, mirror


@pytest.fixture
def both():
    with mirrored() as pair:
        yield pair


def same(told, mirror):
    """What the log says and what the mirror does."""
    here, there = told.rows(HERE_AS_JSON), mirror.execute(THERE).fetchall()
    return here == there


def each(told, statements):
    """One after the other: each commits."""
    for statement in statements.split("; "):
        told.execute(statement)


def sync(told):
    return told.rows(SYNC)[0]


def status(told, columns):
    return told.rows(f"SELECT {columns} FROM gdpr_log.status")[0]


@contextlib.contextmanager
def unreachable(mirror):
    """Nobody gets into the mirror's database."""
    name = sql.Identifier(mirror.info.dbname)
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
                       (mirror.info.dbname, mirror.info.backend_pid))
        try:
            yield
        finally:
            server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def tamper(mirror, statement, parameters=None):
    """As somebody does who can do everything there."""
    mirror.execute("ALTER TABLE gdpr_mirror.event DISABLE TRIGGER USER; ALTER TABLE gdpr_mirror.seal DISABLE TRIGGER USER")
    mirror.execute(statement, parameters)
    for table in ("event", "seal"):
        mirror.execute(f"ALTER TABLE gdpr_mirror.{table} ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER not_emptied")


def forge(told, mirror, transaction):
    """An event of this database that the mirror has and the log has not, of a transaction."""
    row = mirror.execute(
        "INSERT INTO gdpr_mirror.event SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'transaction', %s::text))).*"
        " FROM gdpr_mirror.event e WHERE origin = %s LIMIT 1 RETURNING id", (str(transaction), told.value("SELECT gdpr_log_origin()"))).fetchone()
    return row[0]


def void(mirror):
    return {id_ for id_, in mirror.execute("SELECT id FROM gdpr_mirror.event WHERE void").fetchall()}


# Written


def test_each_event_is_there(both):
    told, mirror = both
    told.execute("SELECT * FROM gdpr_erase('person', 1); SELECT * FROM gdpr_anonymise('person', 2); DELETE FROM person WHERE id IN (3, 4)")
    assert len(told.rows(HERE)) == 3 and same(told, mirror)
    assert mirror.execute("SELECT DISTINCT log, void FROM gdpr_mirror.event").fetchall() == [(told.value("SELECT gdpr_secret_check()"), False)]
    assert sync(told) == (0, 0)
    each(told, "SELECT gdpr_log_seal(); DELETE FROM person WHERE id = 5; SELECT gdpr_log_seal()")
    assert sync(told) == (0, 0)
    assert len(told.rows(SEALS.format("gdpr_log.seal"))) == 2
    assert told.rows(SEALS.format("gdpr_log.seal")) == mirror.execute(SEALS.format("gdpr_mirror.seal")).fetchall()
    assert status(told, "restored, mirror, queued, queued_since, events, unsealed") == (False, SERVER, 0, None, 4, 0)
    assert status(told, "head")[0] == told.value("SELECT gdpr_log_seal()")


def test_what_is_rolled_back_is_not(both):
    told, mirror = both
    with told.connection.transaction(force_rollback=True):
        told.execute("SELECT * FROM gdpr_erase('person', 1)")
    with told.connection.transaction():
        with told.connection.transaction(force_rollback=True):
            told.execute("DELETE FROM person WHERE id = 2")
        told.execute("DELETE FROM person WHERE id = 3")
    assert len(told.rows(HERE)) == 1 and same(told, mirror)
    assert sync(told) == (0, 0) and void(mirror) == set()


def test_what_was_written_before_is_sent():
    with mirror_database("gdpr_mirror_test") as mirror, story(SCHEMA, name="gdpr_mirrored_test") as told:
        each(told, "SELECT * FROM gdpr_erase('person', 1); SELECT gdpr_log_seal(); DELETE FROM person WHERE id = 2")
        point_to_mirror(told, None, mirror.info.dbname)
        assert len(told.rows(HERE)) == 2 and same(told, mirror)
        assert mirror.execute("SELECT count(*) FROM gdpr_mirror.seal").fetchone() == (1,)
        # Once more, from nothing here: it is all there already.
        told.execute("SELECT gdpr_log_mirror(NULL)")
        told.execute("DELETE FROM person WHERE id = 3")
        assert not same(told, mirror)
        assert status(told, "mirror, queued") == (None, 0)
        told.execute("SELECT gdpr_log_mirror(%s)", (SERVER,))
        assert len(told.rows(HERE)) == 3 and same(told, mirror)


@pytest.mark.parametrize("before", ["SELECT gdpr_log_mirror(NULL)", "SELECT"], ids=["new", "again"])
def test_what_is_written_while_it_is_made_is_sent(before):
    """Whoever has written an event already is waited for; whoever writes one meanwhile waits, and then finds the mirror."""
    with mirrored() as (told, mirror):
        told.execute(before)
        with told.session() as early, told.session() as late:
            early.execute("BEGIN; DELETE FROM person WHERE id = 1")
            maker = threading.Thread(target=told.execute, args=("SELECT gdpr_log_mirror(%s)", (SERVER,)))
            maker.start()
            waits(early, told.connection.info.backend_pid)
            writer = threading.Thread(target=late.execute, args=("DELETE FROM person WHERE id = 2",))
            writer.start()
            waits(early, late.info.backend_pid)
            early.execute("COMMIT")
            maker.join()
            writer.join()
        assert len(told.rows(HERE)) == 2 and same(told, mirror)


def waits(connection, pid):
    until = time.monotonic() + 60
    while not connection.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)", (pid,)).fetchone()[0]:
        assert time.monotonic() < until, "it does not wait"
        time.sleep(0.02)


# Not reached


@pytest.mark.parametrize("action", ["SELECT * FROM gdpr_erase('person', 2)", "SELECT * FROM gdpr_anonymise('person', 2)", "DELETE FROM person WHERE id = 2",
                                    "TRUNCATE person"])
def test_unreachable(both, action):
    told, mirror = both
    told.execute("DELETE FROM person WHERE id = 1")
    with unreachable(mirror):
        failed = raises(told, "58000", action)
        assert failed.message_primary == "the mirror of the log cannot be written to" and "deferred" in failed.message_hint
        assert raises(told, "58000", SYNC).message_primary == "the mirror of the log cannot be reached"
        # A session of its own, which has no connection yet.
        told.connect()
        raises(told, "58000", action)
        raises(told, "58000", "SELECT gdpr_log_mirror('log_server')")
        assert status(told, "queued, events") == (0, 1)
    told.execute(action)
    assert same(told, mirror)


def test_deferred(both):
    told, mirror = both
    told.execute("SET gdpr_ext.mirror = 'deferred'; DELETE FROM person WHERE id = 1")
    told.execute("DELETE FROM person WHERE id = 2")
    with told.connection.transaction(force_rollback=True):
        told.execute("DELETE FROM person WHERE id = 3")
    first = told.value("SELECT min(at) FROM gdpr_log.event")
    assert status(told, "queued, queued_since") == (2, first)
    assert mirror.execute(THERE).fetchall() == []
    with unreachable(mirror):
        told.execute("DELETE FROM person WHERE id = 4")
        raises(told, "58000", SYNC)
        assert status(told, "queued") == (3,)
    assert sync(told) == (3, 0)
    assert status(told, "queued, queued_since") == (0, None)
    assert same(told, mirror) and sync(told) == (0, 0)
    # What is sealed before it is sent is no seal over something that is not there.
    each(told, "DELETE FROM person WHERE id = 5; SELECT gdpr_log_seal()")
    assert sync(told) == (1, 0)
    assert mirror.execute("SELECT count(*) FROM gdpr_mirror.seal").fetchone() == (1,)
    # A sync that is rolled back has sent nothing.
    told.execute("DELETE FROM person WHERE id = 6")
    with told.connection.transaction(force_rollback=True):
        assert sync(told) == (1, 0)
    assert status(told, "queued") == (1,) and not same(told, mirror)
    assert sync(told) == (1, 0) and same(told, mirror)


def test_a_sync_among_writers(both):
    """Nobody loses an event, and nothing that is about to be committed becomes void."""
    told, mirror = both
    stop = threading.Event()

    def write(ids):
        with told.session() as session:
            for id_ in ids:
                session.execute("INSERT INTO person (id) VALUES (%s) ON CONFLICT DO NOTHING", (id_,))
                session.execute("SET gdpr_ext.mirror = %s" % ("deferred" if id_ % 3 else "immediate"))
                session.execute("DELETE FROM person WHERE id = %s", (id_,))
        stop.set()

    writers = [threading.Thread(target=write, args=(range(1000 * n, 1000 * n + 60),)) for n in (1, 2)]
    for writer in writers:
        writer.start()
    while not stop.is_set():
        assert sync(told)[1] == 0
        told.execute("SELECT gdpr_log_seal()")
    for writer in writers:
        writer.join()
    sync(told)
    assert len(told.rows(HERE)) == 120 and same(told, mirror) and void(mirror) == set()
    told.execute("SELECT gdpr_log.require_chain('gdpr_log.mirror', 'gdpr_log.mirror_seal')")


# Void


def test_the_local_commit_fails_after_the_mirrors(both):
    """The mirror commits first. Then the server finds that the transaction cannot have come after another one: a write skew."""
    told, mirror = both
    told.execute("CREATE TABLE duty (who text, on_call bool); INSERT INTO duty VALUES ('x', true), ('y', true)")
    with told.session() as other:
        for session, mine in ((told.connection, "x"), (other, "y")):
            session.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
            session.execute("SELECT count(*) FROM duty WHERE on_call")
            session.execute("UPDATE duty SET on_call = false WHERE who = %s", (mine,))
        told.execute("DELETE FROM person WHERE id = 1")
        other.execute("COMMIT")
        with pytest.raises(psycopg.errors.SerializationFailure):
            told.execute("COMMIT")
    assert told.value("SELECT count(*) FROM person WHERE id = 1") == 1 and told.rows(HERE) == []
    (lost,), = mirror.execute("SELECT id FROM gdpr_mirror.event").fetchall()
    assert void(mirror) == set()
    assert sync(told) == (0, 1)
    assert void(mirror) == {lost}
    assert sync(told) == (0, 0)
    told.execute("DELETE FROM person WHERE id = 1")
    assert same(told, mirror)


def test_what_was_never_committed_becomes_void(both):
    told, mirror = both
    told.execute("DELETE FROM person WHERE id = 1")
    told.execute("BEGIN")
    aborted = told.value("SELECT pg_current_xact_id()::text")
    told.execute("ROLLBACK")
    lost = forge(told, mirror, aborted)
    with told.session() as other:
        other.execute("BEGIN")
        running = other.execute("SELECT pg_current_xact_id()::text").fetchone()[0]
        still = forge(told, mirror, running)
        assert sync(told) == (0, 1)
        assert void(mirror) == {lost}
        other.execute("ROLLBACK")
    assert sync(told) == (0, 1)
    assert void(mirror) == {lost, still}


def test_what_was_committed_does_not(both):
    """A superuser takes events out of the log. The mirror keeps them, sealed or not; and neither is it this database's to void those of others."""
    told, mirror = both
    each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal(); DELETE FROM person WHERE id = 2")
    forged = forge(told, mirror, 3)
    tamper(mirror, "UPDATE gdpr_mirror.event SET origin = '1/2/3' WHERE id = %s", (forged,))
    told.execute("DELETE FROM gdpr_log.event")
    assert sync(told) == (0, 0) and void(mirror) == set()
    # Not even one that was sealed, and whose transaction the server has forgotten.
    tamper(mirror, "UPDATE gdpr_mirror.event SET transaction = '3' WHERE id = (SELECT min(id::text)::uuid FROM gdpr_mirror.event WHERE origin <> '1/2/3')")
    tamper(mirror, "UPDATE gdpr_mirror.event SET transaction = '2' WHERE transaction <> '3'")
    assert sync(told)[1] <= 1 and len(void(mirror)) <= 1


def test_the_database_was_set_back(both):
    """Its files are of an earlier time, and nothing says so but the mirror, which knows later transactions."""
    told, mirror = both
    told.execute("DELETE FROM person WHERE id = 1")
    forge(told, mirror, (1 << 40) + 1000)
    assert sync(told) == (0, 0) and void(mirror) == set()
    assert told.execute("SELECT restored FROM gdpr_log.status").fetchone()[0]
    raises(told, "55000", SYNC)


def test_the_database_was_set_back_behind_a_seal(both):
    """A volume that was set back keeps system identifier and timeline, and gives out the same transactions again. The mirror has a seal that was made here, and is gone."""
    told, mirror = both
    told.execute("DELETE FROM person WHERE id = 1")
    told.execute("SELECT gdpr_log_seal()")
    assert sync(told) == (0, 0)
    told.execute("DELETE FROM gdpr_log.seal")
    told.execute("DELETE FROM gdpr_log.event")
    assert sync(told) == (0, 0) and void(mirror) == set()
    assert told.execute("SELECT restored FROM gdpr_log.status").fetchone()[0]
    outcomes = told.execute("SELECT outcome FROM gdpr_rerun()").fetchall()
    assert outcomes == [("already gone",)]
    assert not told.execute("SELECT restored FROM gdpr_log.status").fetchone()[0]
    assert sync(told)[1] == 0 and void(mirror) == set()


# Lost and found


def test_a_mirror_that_has_lost_events_is_filled_again(both):
    told, mirror = both
    each(told, "SELECT * FROM gdpr_erase('person', 1); DELETE FROM person WHERE id = 2; SELECT gdpr_log_seal(); DELETE FROM person WHERE id = 3")
    sync(told)
    tamper(mirror, "DELETE FROM gdpr_mirror.event WHERE id = (SELECT min(id::text)::uuid FROM gdpr_mirror.event)")
    assert sync(told) == (1, 0) and same(told, mirror)
    tamper(mirror, "TRUNCATE gdpr_mirror.event, gdpr_mirror.seal")
    assert sync(told) == (3, 0) and same(told, mirror)
    assert told.rows(SEALS.format("gdpr_log.seal")) == mirror.execute(SEALS.format("gdpr_mirror.seal")).fetchall()
    # What is in the log is not void, whoever says so there.
    mirror.execute("UPDATE gdpr_mirror.event SET void = true")
    assert sync(told) == (3, 0) and same(told, mirror)
    # As many as before, but not the same.
    told.execute("BEGIN")
    aborted = told.value("SELECT pg_current_xact_id()::text")
    told.execute("ROLLBACK")
    lost = forge(told, mirror, aborted)
    tamper(mirror, "DELETE FROM gdpr_mirror.event WHERE id = (SELECT min(id::text)::uuid FROM gdpr_mirror.event WHERE id <> %s)", (lost,))
    assert sync(told) == (1, 1) and same(told, mirror) and void(mirror) == {lost}


@pytest.mark.parametrize("statement", ["DELETE FROM gdpr_mirror.event", "TRUNCATE gdpr_mirror.event", "UPDATE gdpr_mirror.event SET keys = '[7]'",
                                       "UPDATE gdpr_mirror.event SET log = 'x', void = true", "DELETE FROM gdpr_mirror.seal", "TRUNCATE gdpr_mirror.seal",
                                       "UPDATE gdpr_mirror.seal SET entries = ''"])
def test_nobody_changes_it(both, statement):
    told, mirror = both
    each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal()")
    sync(told)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="can only be added to"):
        mirror.execute(statement)
    mirror.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mirror.execute(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        told.execute("DELETE FROM gdpr_log.mirror")


@pytest.mark.parametrize("statement, problem", [
    ("UPDATE gdpr_mirror.event SET keys = '[19]' WHERE keys = '[2]'", "is changed"),
    ("DELETE FROM gdpr_mirror.event WHERE keys = '[2]'", "is missing"),
    ("UPDATE gdpr_mirror.event SET void = true WHERE keys = '[2]'", "is missing"),
    ("INSERT INTO gdpr_mirror.event SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'keys', '[19]'::jsonb))).*"
     " FROM gdpr_mirror.event e WHERE keys = '[2]'", "was inserted afterwards"),
    ("UPDATE gdpr_mirror.seal SET entries = substr(entries, 1, 48) WHERE number = 2", "seal 2 is changed"),
    ("UPDATE gdpr_mirror.seal SET at = at + '1 second' WHERE number = 2", "seal 2 is changed"),
    ("DELETE FROM gdpr_mirror.seal WHERE number = 2", "seals before 3 are missing"),
])
def test_what_is_changed_there_is_found(statement, problem):
    """S80. By the rerun, before it does anything: it goes by what the mirror says."""
    with mirrored(Dumped) as (told, mirror):
        each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal()")
        told.back_up()
        each(told, "DELETE FROM person WHERE id = 2; DELETE FROM person WHERE id = 3; SELECT gdpr_log_seal()")
        each(told, "DELETE FROM person WHERE id = 4; SELECT gdpr_log_seal(); DELETE FROM person WHERE id = 5")
        sync(told)
        told.lose()
        told.restore(file=False)
        told.execute("SELECT gdpr_log.require_chain('gdpr_log.mirror', 'gdpr_log.mirror_seal')")
        tamper(mirror, statement)
        failed = raises(told, "XX001", "SELECT * FROM gdpr_rerun()")
        assert problem in failed.message_detail
        if problem.startswith("is"):
            (id_,), = [row for row in mirror.execute("SELECT id::text FROM gdpr_mirror.event WHERE keys IN ('[19]', '[2]')").fetchall()] or [("",)]
            assert id_ in failed.message_detail


# Several, and restored


def test_two_databases_share_one(both):
    told, mirror = both
    each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal()")
    with story(SCHEMA, name="gdpr_mirrored_too") as other:
        each(other, "DELETE FROM person WHERE id IN (2, 3); SELECT gdpr_log_seal()")
        point_to_mirror(other, None, mirror.info.dbname)
        other.execute("DELETE FROM person WHERE id = 4")
        told.execute("DELETE FROM person WHERE id = 5")
        assert sync(told) == sync(other) == (0, 0)
        for one, events in ((told, 2), (other, 2)):
            log = one.value("SELECT gdpr_secret_check()")
            there = mirror.execute("SELECT (to_jsonb(e) - 'log' - 'void')::text FROM gdpr_mirror.event e WHERE log = %s ORDER BY 1", (log,)).fetchall()
            assert there == one.rows(HERE_AS_JSON) and len(there) == events
            assert mirror.execute("SELECT number FROM gdpr_mirror.seal WHERE log = %s", (log,)).fetchall() == [(1,)]
            one.execute("SELECT gdpr_log.require_chain('gdpr_log.mirror', 'gdpr_log.mirror_seal')")


def test_a_copy_leaves_it_alone():
    """The foreign tables, the server and the mapping come with a dump. A copy for developers writes nothing there, and can be cut off."""
    with mirrored(Dumped) as (told, mirror):
        told.execute("DELETE FROM person WHERE id = 1")
        told.back_up()
        told.lose()
        told.restore(file=False)
        before = mirror.execute("SELECT e::text FROM gdpr_mirror.event e").fetchall()
        assert told.value("SELECT count(*) FROM gdpr_log.mirror") == 1 == told.value("SELECT count(*) FROM gdpr_log.mirror WHERE NOT void")
        assert status(told, "restored, mirror") == (True, SERVER)
        each(told, "SELECT * FROM gdpr_erase('person', 2); SELECT gdpr_log_seal()")
        raises(told, "55000", SYNC)
        # Set up again it sends nothing, either: first the rerun.
        told.execute("SELECT gdpr_log_mirror(%s)", (SERVER,))
        assert status(told, "restored, queued") == (True, 1)
        assert mirror.execute("SELECT e::text FROM gdpr_mirror.event e").fetchall() == before
        assert mirror.execute("SELECT count(*) FROM gdpr_mirror.seal").fetchone() == (0,)
        told.execute("SELECT gdpr_log_mirror(NULL)")
        assert status(told, "mirror, queued") == (None, 0)
        told.execute("DELETE FROM person WHERE id = 3")
        assert mirror.execute("SELECT e::text FROM gdpr_mirror.event e").fetchall() == before


def test_the_chain_goes_on_after_a_rerun():
    """What was sealed before the loss comes back with the rerun; its head is known again, and what follows is sent."""
    with mirrored(Dumped) as (told, mirror):
        each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal()")
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 2")
        head = told.value("SELECT gdpr_log_seal()")
        told.execute("DELETE FROM person WHERE id = 3")
        sync(told)
        told.lose()
        told.restore(file=False)
        told.execute("DELETE FROM person WHERE id = 4")
        assert told.value("SELECT gdpr_log_seal()").startswith("1-")
        told.rerun()
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        told.execute("SELECT gdpr_log_seal()")
        new = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (new,)) == []
        assert status(told, "unsealed, queued") == (0, 1)
        sync(told)
        assert same(told, mirror)
        assert told.rows(SEALS.format("gdpr_log.seal")) == mirror.execute(SEALS.format("gdpr_mirror.seal")).fetchall()
        # And once more from the old backup.
        told.lose()
        told.restore(file=False)
        told.rerun()
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (new,)) == []
        told.execute("SELECT gdpr_log_seal()")
        sync(told)
        assert same(told, mirror)
        assert told.rows(SEALS.format("gdpr_log.seal")) == mirror.execute(SEALS.format("gdpr_mirror.seal")).fetchall()


# Who, and where


def test_refused(both):
    told, mirror = both
    told.execute("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE SERVER nobody FOREIGN DATA WRAPPER postgres_fdw")
    told.execute(sql.SQL("CREATE SERVER itself FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {}, port {}, dbname {})").format(
        *(sql.Literal(str(x)) for x in (told.connection.info.host, told.connection.info.port, told.name))))
    told.execute("CREATE USER MAPPING FOR CURRENT_USER SERVER itself OPTIONS (user 'postgres')")
    mirror_of = "SELECT gdpr_log_mirror(%s)"
    raises(told, "42704", mirror_of, ("nowhere",))
    raises(told, "42704", mirror_of, ("nobody",))  # no user mapping
    raises(told, "42809", mirror_of, ("files",))
    assert raises(told, "22023", mirror_of, ("itself",)).message_primary == "the mirror would be this database itself"
    told.execute("ALTER SERVER itself OPTIONS (SET port '1')")
    raises(told, "58000", mirror_of, ("itself",))
    # The mirror is what it was.
    assert status(told, "mirror") == (SERVER,)
    told.execute("DROP EXTENSION dblink")
    assert "dblink" in raises(told, "55000", mirror_of, (SERVER,)).message_hint
    told.execute("DELETE FROM person WHERE id = 1")
    assert sync(told) == (0, 0) and same(told, mirror)
    told.execute("SELECT gdpr_log_mirror(NULL)")
    raises(told, "55000", SYNC)
    assert not told.value("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())")


@contextlib.contextmanager
def role(connection, name, options=""):
    connection.execute(f"DROP ROLE IF EXISTS {name}")
    connection.execute(f"CREATE ROLE {name} {options}")
    try:
        yield name
    finally:
        connection.execute("RESET ROLE")
        connection.execute(f"DROP OWNED BY {name} CASCADE")


def test_who_says_where_the_log_goes(both):
    """Neither who may execute the function, nor who owns a server, leads the log to a place of their own."""
    told, mirror = both
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        try:
            with role(told, "regress_mirror"):
                told.execute("GRANT EXECUTE ON FUNCTION gdpr_log_mirror(name), gdpr_log_mirror_sync() TO regress_mirror; GRANT USAGE ON SCHEMA gdpr_log TO regress_mirror")
                told.execute("GRANT SELECT ON gdpr_log.status TO regress_mirror; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO regress_mirror")
                told.execute("SET ROLE regress_mirror; CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw")
                for where in ("mine", SERVER, None):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        told.execute("SELECT gdpr_log_mirror(%s)", (where,))
                # A scheduler can send, and a monitor can look.
                assert sync(told) == (0, 0)
                assert status(told, "mirror, queued, restored, head") == (SERVER, 0, False, None)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    told.execute("SELECT * FROM gdpr_log.mirror")
                told.execute("RESET ROLE")
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="belongs to another role"):
                    told.execute("SELECT gdpr_log_mirror('mine')")
                assert status(told, "mirror") == (SERVER,)
        finally:
            server.execute("DROP ROLE IF EXISTS regress_mirror")


def test_what_is_there_already(both):
    """Triggers of a stranger's table would run with the rights of whoever writes to it."""
    told, mirror = both
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        try:
            with role(mirror, "regress_stranger"):
                mirror.execute("ALTER TABLE gdpr_mirror.event OWNER TO regress_stranger")
                failed = raises(told, "42501", "SELECT gdpr_log_mirror('log_server')")
                assert "relation event" in failed.message_primary
                mirror.execute("ALTER TABLE gdpr_mirror.event OWNER TO CURRENT_USER; ALTER SCHEMA gdpr_mirror OWNER TO regress_stranger")
                assert "schema gdpr_mirror" in raises(told, "42501", "SELECT gdpr_log_mirror('log_server')").message_primary
                mirror.execute("ALTER SCHEMA gdpr_mirror OWNER TO CURRENT_USER")
                told.execute("SELECT gdpr_log_mirror('log_server')")
        finally:
            server.execute("DROP ROLE IF EXISTS regress_stranger")
    mirror.execute("DROP TABLE gdpr_mirror.seal; CREATE TABLE gdpr_mirror.seal (number int)")
    assert raises(told, "42804", "SELECT gdpr_log_mirror('log_server')").message_primary.endswith(": seal")
    mirror.execute("DROP TABLE gdpr_mirror.seal")
    each(told, "DELETE FROM person WHERE id = 1; SELECT gdpr_log_seal()")
    told.execute("SELECT gdpr_log_mirror('log_server')")
    assert same(told, mirror) and mirror.execute("SELECT count(*) FROM gdpr_mirror.seal").fetchone() == (1,)


def test_a_role_of_its_own_there(both):
    """Whoever writes there needs no rights but on what is theirs; and whose search_path leads elsewhere is led nowhere."""
    told, mirror = both
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute("DROP ROLE IF EXISTS regress_log_writer")
        server.execute("CREATE ROLE regress_log_writer LOGIN")
        try:
            mirror.execute("DROP SCHEMA gdpr_mirror CASCADE; CREATE SCHEMA evil; GRANT ALL ON SCHEMA evil TO PUBLIC")
            mirror.execute("CREATE FUNCTION evil.to_regclass(text) RETURNS regclass LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$")
            mirror.execute("ALTER ROLE regress_log_writer SET search_path = evil, pg_catalog")
            mirror.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO regress_log_writer").format(sql.Identifier(mirror.info.dbname)))
            told.execute("ALTER USER MAPPING FOR CURRENT_USER SERVER log_server OPTIONS (SET user 'regress_log_writer')")
            told.execute("SELECT gdpr_log_mirror('log_server')")
            each(told, "DELETE FROM person WHERE id = 2; SELECT gdpr_log_seal()")
            assert sync(told) == (0, 0) and same(told, mirror)
            assert mirror.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'gdpr_mirror'").fetchone() == ("regress_log_writer",)
        finally:
            told.execute("SELECT gdpr_log_mirror(NULL)")
            mirror.execute("DROP OWNED BY regress_log_writer CASCADE")
            server.execute("DROP ROLE regress_log_writer")
