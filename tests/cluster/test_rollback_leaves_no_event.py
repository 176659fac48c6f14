"""S77, the local part: the log says what was committed. What was rolled back has left no event, no mark, and told no listener."""

import psycopg
import pytest

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO note VALUES (11, 1, 'hello'), (12, 2, 'hello');
SELECT gdpr_register('person', '{"name": "blank"}', subject => true), gdpr_register('note', '{"body": "blank"}');
"""
ANONYMISE = "SELECT relation::text, action, rows FROM gdpr_anonymise('person', %s)"
CHANGED = [("person", "anonymised", 1), ("note", "anonymised", 1)]


@pytest.fixture
def shop(connection):
    connection.execute(SCHEMA)
    return connection


def state(connection):
    """Names, number of events, number of marks, and who counts as anonymised."""
    return (
        connection.execute("SELECT array_agg(name ORDER BY id) FROM person").fetchone()[0],
        connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone()[0],
        connection.execute("SELECT count(*) FROM gdpr_log.anonymised").fetchone()[0],
        [connection.execute("SELECT gdpr_is_anonymised('person', %s)", (id_,)).fetchone()[0] for id_ in (1, 2)],
    )


UNTOUCHED = (["Ada", "Bea"], 0, 0, [False, False])


def test_a_transaction(shop):
    with shop.transaction(force_rollback=True):
        assert shop.execute(ANONYMISE, (1,)).fetchall() == CHANGED
        assert state(shop) == (["", "Bea"], 2, 2, [True, False])
    assert state(shop) == UNTOUCHED
    # What was undone can be done again.
    assert shop.execute(ANONYMISE, (1,)).fetchall() == CHANGED
    assert state(shop) == (["", "Bea"], 2, 2, [True, False])


def test_a_savepoint(shop):
    with shop.transaction():
        shop.execute(ANONYMISE, (1,))
        with shop.transaction(force_rollback=True):
            shop.execute(ANONYMISE, (2,))
            assert state(shop)[3] == [True, True]
        assert state(shop) == (["", "Bea"], 2, 2, [True, False])
    assert state(shop) == (["", "Bea"], 2, 2, [True, False])
    assert shop.execute("SELECT relation, keys FROM gdpr_log.event ORDER BY id").fetchall() == [("public.person", [1]), ("public.note", [11])]


def test_a_savepoint_around_the_same_person(shop):
    with shop.transaction():
        with shop.transaction(force_rollback=True):
            shop.execute(ANONYMISE, (1,))
        assert state(shop) == UNTOUCHED
        assert shop.execute(ANONYMISE, (1,)).fetchall() == CHANGED
    assert state(shop) == (["", "Bea"], 2, 2, [True, False])


def test_a_block_that_catches(shop):
    """plpgsql's EXCEPTION rolls back to a savepoint of its own."""
    shop.execute(
        "DO $$ BEGIN PERFORM * FROM gdpr_anonymise('person', 1); BEGIN PERFORM * FROM gdpr_anonymise('person', 2); PERFORM 1 / 0;"
        " EXCEPTION WHEN division_by_zero THEN NULL; END; END $$"
    )
    assert state(shop) == (["", "Bea"], 2, 2, [True, False])


def test_a_call_that_fails(shop):
    """In its second table: also what the first has changed is undone."""
    shop.execute("ALTER TABLE note ADD CONSTRAINT no_blank CHECK (body <> '') NOT VALID")
    rules = '{"body": {"strategy": "sql", "expression": "left(body, 0)"}}'
    shop.execute("UPDATE gdpr_registry SET rules = %s WHERE relation = 'note'::regclass", (rules,))
    with pytest.raises(psycopg.errors.CheckViolation):
        shop.execute(ANONYMISE, (1,))
    assert state(shop) == UNTOUCHED
    with shop.transaction():
        with pytest.raises(psycopg.errors.CheckViolation), shop.transaction():
            shop.execute(ANONYMISE, (1,))
        assert state(shop) == UNTOUCHED


def test_a_commit_that_fails(shop):
    """A deferred constraint of the caller's own work takes the anonymising with it."""
    shop.execute("CREATE TABLE later (id int, person_id int REFERENCES person DEFERRABLE INITIALLY DEFERRED)")
    shop.execute("SELECT gdpr_register('later')")
    with pytest.raises(psycopg.errors.ForeignKeyViolation), shop.transaction():
        shop.execute(ANONYMISE, (1,))
        shop.execute("INSERT INTO later VALUES (1, 99)")
    assert state(shop) == UNTOUCHED


def test_listeners_hear_of_what_was_committed(shop, database):
    with psycopg.connect(dbname=database, autocommit=True) as listener:
        listener.execute("LISTEN gdpr_event")
        with shop.transaction(force_rollback=True):
            shop.execute(ANONYMISE, (1,))
        with shop.transaction():
            with shop.transaction(force_rollback=True):
                shop.execute(ANONYMISE, (1,))
            shop.execute(ANONYMISE, (2,))
            assert list(listener.notifies(timeout=0.2)) == []
        told = {notice.payload for notice in listener.notifies(timeout=20, stop_after=2)}
        assert told == {str(id_) for id_, in shop.execute("SELECT id FROM gdpr_log.event").fetchall()}
        assert list(listener.notifies(timeout=0.2)) == []


def test_a_prepared_transaction_is_refused_or_whole(shop):
    """PREPARE TRANSACTION does not go with NOTIFY, in any PostgreSQL: then nothing has happened."""
    with pytest.raises(psycopg.Error) as raised:
        with shop.transaction():
            shop.execute(ANONYMISE, (1,))
            shop.execute("PREPARE TRANSACTION 'gdpr'")
    assert raised.value.sqlstate in ("0A000", "55000")
    assert state(shop) == UNTOUCHED
