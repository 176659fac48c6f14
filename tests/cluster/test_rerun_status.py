"""After a restore the database knows that it is one: gdpr_log.status says so, the first action of a session warns, and events are not sent to the mirror."""

import contextlib

import psycopg
import pytest
from restore import Dumped, Story, mirror_database, point_to_mirror, story

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
INSERT INTO person SELECT n, 'name ' || n, 'mail ' || n FROM generate_series(1, 9) n;
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true);
"""
WARNING = "this database was restored from a backup, and what was erased since is back"
QUEUED = "SELECT restored, queued FROM gdpr_log.status"


@pytest.mark.parametrize("kind", [Dumped, Story], ids=["pg_dump", "copy"])
def test_a_restored_database_warns_until_the_rerun(kind):
    with story(SCHEMA, kind) as told:
        assert told.value("SELECT restored FROM gdpr_log.status") is False
        told.back_up()
        told.execute("SELECT * FROM gdpr_erase('person', 1)")
        assert told.value("SELECT origin = gdpr_log_origin() FROM gdpr_log.status")
        assert told.warnings == []
        told.comes_back()
        assert told.rows("SELECT restored, rerun_at FROM gdpr_log.status") == [(True, None)]
        assert told.value("SELECT origin = gdpr_log_origin() FROM gdpr_log.database") is False

        # Once a session, by any way in.
        told.execute("DELETE FROM person WHERE id = 2")
        told.execute("SELECT * FROM gdpr_erase('person', 3)")
        assert told.warnings == [("01000", WARNING, None, "SELECT * FROM gdpr_rerun();")]
        told.warnings.clear()
        told.connect()
        told.execute("SELECT * FROM gdpr_anonymise('person', 4)")
        told.execute("DELETE FROM person WHERE id = 5")
        assert [warning.message for warning in told.warnings] == [WARNING]
        told.warnings.clear()

        assert told.outcomes() == [("public.person", "deleted", "applied", 1)]
        assert told.rows("SELECT restored, rerun_at = (SELECT max(at) FROM gdpr_log.event WHERE action = 'rerun') FROM gdpr_log.status") == [(False, True)]
        told.connect()
        told.execute("DELETE FROM person WHERE id = 6")
        assert told.warnings == []
        assert told.rows("SELECT id FROM person ORDER BY id") == [(4,), (7,), (8,), (9,)]


def test_a_read_warns_of_nothing_and_a_row_that_nobody_registered_neither():
    with story(SCHEMA + "CREATE TABLE tea (id int); INSERT INTO tea VALUES (1);") as told:
        told.back_up()
        told.comes_back()
        told.execute("SELECT * FROM gdpr_collect('person', 1); SELECT * FROM gdpr_preview('erase', 'person', 1); DELETE FROM tea")
        assert told.warnings == []


@contextlib.contextmanager
def mirrored():
    with mirror_database() as mirror, story(SCHEMA, Dumped) as told:
        point_to_mirror(told, None, mirror.info.dbname)
        yield told, mirror


def ids(mirror):
    return {id_ for id_, in mirror.execute("SELECT id FROM gdpr_mirror.event WHERE NOT void").fetchall()}


def test_a_restored_database_does_not_write_to_the_mirror_until_the_rerun():
    """Its events wait in the queue, and are sent afterwards: nothing is lost, and a copy for developers leaves the mirror alone."""
    with mirrored() as (told, mirror):
        told.back_up()
        told.execute("SELECT * FROM gdpr_erase('person', 1)")
        told.lose()
        told.restore(file=False)
        there = ids(mirror)
        assert there == told.before_log.keys()
        told.execute("DELETE FROM person WHERE id = 2")
        assert ids(mirror) == there and told.rows(QUEUED) == [(True, 1)]
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert ids(mirror) == there
        assert told.outcomes() == [("public.person", "deleted", "applied", 1)]
        assert told.value("SELECT restored FROM gdpr_log.status") is False
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert told.rows(QUEUED) == [(False, 0)]
        assert ids(mirror) == told.log().keys() and len(told.log()) == 3
        told.nothing_is_left_to_do()
        assert told.rows("SELECT id FROM person ORDER BY id LIMIT 1") == [(3,)]


def test_the_queue_of_a_backup_holds_what_was_sent_since():
    """Deferred: at the backup an event waits, later it is sent. The restored queue still has it; sending it again makes no second one."""
    with mirrored() as (told, mirror):
        told.execute("SET gdpr_ext.mirror = 'deferred'; DELETE FROM person WHERE id = 1")
        assert told.rows(QUEUED) == [(False, 1)]
        told.back_up()
        told.execute("SELECT * FROM gdpr_log_mirror_sync(); SET gdpr_ext.mirror = 'deferred'; DELETE FROM person WHERE id = 2")
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        told.lose()
        told.restore(file=False)
        assert told.rows(QUEUED) == [(True, 1)]
        assert told.outcomes() == [("public.person", "deleted", "applied", 1)]
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert told.rows(QUEUED) == [(False, 0)] and ids(mirror) == told.log().keys()
        told.nothing_is_left_to_do()


def test_a_mirror_that_lags_behind():
    """Deferred: what was not sent before the loss the mirror cannot know. It does what it knows; a file can tell the rest."""
    with mirrored() as (told, mirror):
        told.back_up()
        told.execute("SET gdpr_ext.mirror = 'deferred'; DELETE FROM person WHERE id IN (1, 2)")
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        told.execute("SELECT * FROM gdpr_anonymise('person', 3)")
        assert told.rows(QUEUED) == [(False, 1)] and told.value("SELECT queued_since IS NOT NULL FROM gdpr_log.status")
        assert len(ids(mirror)) == 1
        told.lose()
        told.restore(file=False)
        assert told.outcomes() == [("public.person", "deleted", "applied", 2)]
        assert {key for _, key, *_ in told.now_differs()} == {(3,)}
        told.execute("SELECT gdpr_log_import(%s)", (told.file,))
        assert told.outcomes("'gdpr_log.imported'") == [("public.person", "anonymised", "applied", 1)]
        told.as_before_the_loss()
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert ids(mirror) == told.log().keys()


def test_a_void_event_is_not_applied():
    """Its transaction has not committed where it was written."""
    with mirrored() as (told, mirror):
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 1; DELETE FROM person WHERE id = 2")
        void, _ = sorted(told.log())
        mirror.execute("UPDATE gdpr_mirror.event SET void = true WHERE id = %s", (void,))
        told.lose()
        told.restore(file=False)
        assert [row[0] for row in told.rerun() if row[0]] == [id_ for id_ in told.lost_events() if id_ != void]
        assert told.rows("SELECT id FROM person WHERE id < 4 ORDER BY id") == [(1,), (3,)]


def test_the_mirror_survives_two_losses():
    with mirrored() as (told, mirror):
        told.back_up()
        told.execute("SELECT * FROM gdpr_erase('person', 1)")
        told.lose()
        told.restore(file=False)
        told.rerun()
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        told.execute("SELECT * FROM gdpr_erase('person', 2); DELETE FROM person WHERE id = 3; SELECT * FROM gdpr_anonymise('person', 4)")
        told.lose()
        told.restore(file=False)
        assert told.outcomes() == [("public.person", "anonymised", "applied", 1)] + 3 * [("public.person", "deleted", "applied", 1)]
        told.as_before_the_loss()
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        assert ids(mirror) == told.log().keys()


def test_a_mirror_that_has_been_made_anew():
    """It lacks what the restored log has, so it cannot say that nothing was lost."""
    with mirrored() as (told, mirror):
        told.execute("DELETE FROM person WHERE id = 9")
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 1")
        told.lose()
        told.restore(file=False)
        mirror.execute("DROP SCHEMA gdpr_mirror CASCADE")
        told.execute("SELECT gdpr_log_mirror('log_server')")
        says_that_it_may_not_be_all(told)


def test_a_file_of_a_former_loss_says_nothing_of_this_one():
    """What was imported then is in the backup of now."""
    with story(SCHEMA) as told:
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 1")
        told.comes_back()
        told.rerun()
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 2")
        told.lose()
        told.restore(file=False)
        says_that_it_may_not_be_all(told)


def says_that_it_may_not_be_all(told):
    """An error, or a warning: anything but silence."""
    try:
        told.rerun()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        assert told.value("SELECT restored FROM gdpr_log.status")
    else:
        assert [warning for warning in told.warnings if warning.message != WARNING]


def test_two_databases_share_a_mirror():
    """Each has a secret of its own, so each log is another, though tables and keys are the same: what is lost here is not done there."""
    with mirrored() as (told, mirror), story(SCHEMA, name="gdpr_rerun_other") as other:
        point_to_mirror(other, None, mirror.info.dbname)
        told.back_up()
        other.back_up()
        told.execute("DELETE FROM person WHERE id = 1; SELECT * FROM gdpr_anonymise('person', 2)")
        other.execute("DELETE FROM person WHERE id = 8; SELECT * FROM gdpr_anonymise('person', 9)")
        for lost, gone in ((told, 1), (other, 8)):
            lost.lose()
            lost.restore(file=False)
            assert lost.outcomes() == [("public.person", "anonymised", "applied", 1), ("public.person", "deleted", "applied", 1)]
            lost.as_before_the_loss()
            assert lost.rows("SELECT id FROM person WHERE id IN (1, 8)") == [(9 - gone,)]
            lost.nothing_is_left_to_do()
