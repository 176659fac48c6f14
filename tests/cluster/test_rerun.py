"""S70 and S73: what was erased, anonymised and deleted since the backup is so again after a restore and a rerun, by whatever way the log has survived.

The tables are compared row by row and column by column with what they were before the loss, and so is the log. A second rerun has nothing to do.
"""

import contextlib

import psycopg
import pytest
from restore import Dumped, Story, contents, differences, mirror_database, point_to_mirror, sequence_states, story

# Each of 24 people has two orders with two lines each, a review and a visit; every third an invoice, which holds them.
SCHEMA = """
CREATE TABLE person (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, email text UNIQUE, city text NOT NULL, iban text, points int NOT NULL DEFAULT 0,
  invited_by int REFERENCES person
);
CREATE TABLE orders (id serial PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text, total numeric);
CREATE TABLE line (order_id int REFERENCES orders ON DELETE CASCADE, pos int, wish text, amount int, PRIMARY KEY (order_id, pos));
CREATE TABLE invoice (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, total numeric);
CREATE TABLE review (id serial PRIMARY KEY, person_id int REFERENCES person, body text, stars int);
CREATE TABLE visit (day int, id int, person_id int REFERENCES person, address inet, seconds int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (20);
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (20) TO (30);
CREATE TABLE visit_3 PARTITION OF visit FOR VALUES FROM (30) TO (40);
CREATE TABLE note (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body text);
CREATE TABLE tea (id int PRIMARY KEY, name text);
CREATE INDEX ON orders (person_id);
INSERT INTO person (name, email, city, iban, points, invited_by)
  SELECT 'name ' || n, 'mail' || n || '@example.org', 'city ' || n, CASE WHEN n % 2 = 0 THEN 'GB' || n END, n, CASE WHEN n > 20 THEN n - 20 END
  FROM generate_series(1, 24) n;
INSERT INTO orders (person_id, note, total) SELECT (n + 1) / 2, 'note ' || n, n * 1.10 FROM generate_series(1, 48) n;
INSERT INTO line SELECT (n + 1) / 2, n, 'wish ' || n, n FROM generate_series(1, 96) n;
INSERT INTO invoice SELECT 1000 + n, n, n FROM generate_series(3, 24, 3) n;
INSERT INTO review (person_id, body, stars) SELECT n, 'body ' || n, n % 5 FROM generate_series(1, 24) n;
INSERT INTO visit SELECT n, 100 + n, n, '10.0.0.1'::inet + n, n FROM generate_series(1, 24) n;
INSERT INTO visit SELECT 30 + n, 200 + n, NULL, '10.0.1.1'::inet + n, n FROM generate_series(1, 3) n;
INSERT INTO note (body) SELECT 'hello ' || n FROM generate_series(1, 3) n;
INSERT INTO tea VALUES (1, 'green'), (2, 'black');
SELECT gdpr_register('person', '{"name": "null", "email": "email", "city": "blank", "iban": "hash"}', subject => true),
  gdpr_register('orders', '{"note": "null"}', on_erase => 'delete'), gdpr_register('line', '{"wish": "pseudonym"}', on_erase => 'delete'),
  gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years'),
  gdpr_register('review', '{"body": "blank"}', on_erase => 'anonymise'), gdpr_register('visit', '{"address": "null"}'),
  gdpr_register('note', '{"body": "null"}');
SELECT gdpr_on_delete('review', '{person_id}');
"""
# Before the backup: they stay as they are.
EARLIER = ["SELECT * FROM gdpr_anonymise('person', 1)", "SELECT * FROM gdpr_delete('person', 2)", "SELECT gdpr_log_seal()"]
SINCE = [
    # A: erased; who has an invoice stays, anonymised.
    "SELECT * FROM gdpr_erase('person', 3)",
    "SELECT * FROM gdpr_erase('person', 4)",
    "SELECT * FROM gdpr_erase('person', ARRAY[16, 17, 18])",
    # B: anonymised.
    "SELECT * FROM gdpr_anonymise('person', 5)",
    "SELECT * FROM gdpr_anonymise('person', ARRAY[6, 20], cascade => false)",
    "SELECT gdpr_log_seal()",
    # C: deleted.
    "SELECT * FROM gdpr_delete('person', 7)",
    "SELECT * FROM gdpr_delete('person', 9)",
    # D: plain deletes, of some rows, by a cascade, and of a whole table.
    "DELETE FROM line WHERE order_id = 15 AND pos = 29",
    "DELETE FROM orders WHERE person_id = 11",
    "DELETE FROM note WHERE body <> 'hello 2'",
    "TRUNCATE visit_3",
    # E: their reviews are anonymised because they are deleted, and let go.
    "DELETE FROM orders WHERE person_id IN (10, 13); DELETE FROM visit WHERE person_id IN (10, 13); DELETE FROM person WHERE id IN (10, 13)",
    # What was rolled back has not happened.
    "BEGIN; SELECT * FROM gdpr_erase('person', 14); ROLLBACK",
    "BEGIN; DELETE FROM orders WHERE id = 29; SAVEPOINT s; DELETE FROM orders WHERE id = 30; ROLLBACK TO s; COMMIT",
]


@contextlib.contextmanager
def tell(kind=Story, **arguments):
    with story(SCHEMA, kind, **arguments) as told:
        told.chance = {("person", "email")}
        yield told


def live(told, statements):
    for statement in statements:
        told.execute(statement)


def check_rerun(told, source=""):
    """Every event that was lost is applied, with all its rows, and comes back under its own id; the rerun is one more."""
    told.execute("SET gdpr_ext.reason = 'restored'")
    reported = told.rerun(source)
    lost = told.lost_events()
    events = [row for row in reported if row[0] is not None]
    assert [row[0] for row in events] == lost
    told.as_before_the_loss()
    outcome = "CASE WHEN action = 'kept' THEN 'recorded' ELSE 'applied' END"
    expected = told.rows(f"SELECT id, relation, action, {outcome}, rows FROM gdpr_log.event WHERE id = ANY (%s) ORDER BY id", (lost,))
    assert len(expected) > 40
    # A row that went by a cascade goes by it again.
    gone = [(row, other) for row, other in zip(events, expected) if row != other]
    assert all(row[:3] == other[:3] and row[3] == "already gone" and row[4] == other[4] for row, other in gone), gone
    columns = "call, subject, rows, key_columns, keys, columns, fingerprints, reason, origin = gdpr_log_origin()"
    [rerun] = told.rows(f"SELECT {columns} FROM gdpr_log.event WHERE action = 'rerun'")
    assert rerun[0] == "rerun" and rerun[3:] == ([], [], [], None, "restored", True)
    assert rerun[2] == sum(row[4] for row in events if row[3] == "applied")
    assert told.value("SELECT origin = gdpr_log_origin() FROM gdpr_log.database")
    return reported


@pytest.mark.parametrize("kind, source", [(Dumped, "mirror"), (Dumped, "file"), (Dumped, "table"), (Story, "mirror")])
def test_s70_all_is_as_before_the_loss(kind, source):
    with mirror_database() as mirror, tell(kind) as told:
        if source == "mirror":
            point_to_mirror(told, None, mirror.info.dbname)
        live(told, EARLIER)
        told.back_up()
        live(told, SINCE)
        told.lose()
        told.restore(file=source == "file")
        if source == "table":
            told.table_of_events()
        assert len(told.now_differs()) > 40
        argument = "'gdpr_lost.event'" if source == "table" else ""
        check_rerun(told, argument)
        relation = {"mirror": "gdpr_log.mirror", "file": "gdpr_log.imported", "table": "gdpr_lost.event"}[source]
        assert told.value("SELECT relation FROM gdpr_log.event WHERE action = 'rerun'") == relation
        # S73
        told.nothing_is_left_to_do(argument)
        # The log is as sound as it was, and can be sealed on.
        head = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        # And all goes on: what is done now is done.
        told.execute("SELECT * FROM gdpr_erase('person', 12)")
        assert told.rows("SELECT name, city FROM person WHERE id = 12") == [(None, "")]
        if source == "mirror":
            assert told.rows("SELECT sent, voided FROM gdpr_log_mirror_sync()")[0][1] == 0
            assert {id_ for id_, in mirror.execute("SELECT id FROM gdpr_mirror.event WHERE NOT void").fetchall()} == told.log().keys()
        told.nothing_is_left_to_do(argument)


@pytest.fixture(scope="module")
def lost_once():
    with tell(name="gdpr_rerun_lost") as told:
        live(told, EARLIER)
        told.back_up()
        live(told, SINCE)
        told.comes_back()
        told.keep()
        yield told


@pytest.fixture
def lost(lost_once):
    """Restored, and told what it has lost; nothing is rerun yet."""
    lost_once.again()
    return lost_once


def test_a_dry_run_changes_nothing_and_tells_the_same(lost):
    def everything():
        questions = ("SELECT * FROM gdpr_log.database", "SELECT * FROM gdpr_log.status", "SELECT count(*) FROM gdpr_log.imported")
        return contents(lost.connection), lost.log(), lost.marks(), sequence_states(lost.connection), [lost.rows(question) for question in questions]

    before = everything()
    told = lost.rerun("dry_run => true")
    assert everything() == before
    assert lost.rerun("dry_run => true") == told
    assert everything() == before
    assert check_rerun(lost) == told
    assert lost.rerun("dry_run => true") == []


def test_a_rerun_that_is_rolled_back_has_not_happened(lost):
    """S77: and what it reports then is what it reports later."""
    before, log, marks, sequences = contents(lost.connection), lost.log(), lost.marks(), sequence_states(lost.connection)
    with lost.connection.transaction(force_rollback=True):
        told = lost.rerun()
    assert differences(before, contents(lost.connection)) == []
    assert (lost.log(), lost.marks()) == (log, marks)
    # Sequences do not roll back, in any PostgreSQL. They are not lower.
    assert all(sequence_states(lost.connection)[name] >= state for name, state in sequences.items())
    assert lost.value("SELECT restored FROM gdpr_log.status")
    assert [row for row in check_rerun(lost) if row[0] is not None] == [row for row in told if row[0] is not None]


def test_in_a_transaction_with_other_work(lost):
    with lost.connection.transaction():
        lost.execute("INSERT INTO tea VALUES (3, 'white')")
        lost.rerun()
        lost.execute("DELETE FROM tea WHERE id = 3")
    lost.as_before_the_loss()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_other_isolation_levels_are_refused(lost, level):
    before = contents(lost.connection)
    for arguments in ("", "dry_run => true"):
        with pytest.raises(psycopg.Error) as raised, lost.connection.transaction():
            lost.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
            lost.rerun(arguments)
        assert raised.value.sqlstate == "25001"
    assert differences(before, contents(lost.connection)) == []


def test_rows_that_came_after_the_backup_are_lost_with_it(lost):
    """Whoever came since the backup and was erased is not back; nothing is to be done, and their id is not given again."""
    lost.rerun()
    lost.execute("INSERT INTO person (name, email, city) VALUES ('Yu', 'yu@example.org', 'Ulm'), ('Zoe', 'zoe@example.org', 'Ulm')")
    lost.execute("INSERT INTO orders (person_id, note) SELECT id, 'tea' FROM person WHERE name = 'Zoe'")
    lost.back_up()
    lost.execute("INSERT INTO person (name, email, city) VALUES ('Ann', 'ann@example.org', 'Ulm') RETURNING id")
    [(ann,)] = lost.rows("SELECT id FROM person WHERE name = 'Ann'")
    lost.execute("INSERT INTO orders (person_id, note) VALUES (%s, 'cups')", (ann,))
    lost.execute("SELECT * FROM gdpr_erase('person', %s)", (ann,))
    lost.execute("SELECT * FROM gdpr_erase('person', (SELECT id FROM person WHERE name = 'Zoe'))")
    lost.comes_back()
    assert lost.outcomes() == [
        ("public.orders", "deleted", "already gone", 1), ("public.orders", "deleted", "applied", 1),
        ("public.person", "deleted", "already gone", 1), ("public.person", "deleted", "applied", 1),
    ]
    lost.as_before_the_loss()
    assert lost.value("INSERT INTO person (name, email, city) VALUES ('Ben', 'ben@example.org', 'Ulm') RETURNING id") > ann


def test_lost_twice():
    """The backup is older than a rerun: what that had done is done again, with what came later. The log has both reruns."""
    with tell() as told:
        told.keeps_backup = True
        live(told, EARLIER)
        told.back_up()
        live(told, SINCE)
        told.comes_back()
        told.rerun()
        [first] = told.reruns()
        told.execute("SELECT * FROM gdpr_erase('person', 8)")
        told.comes_back()
        assert first not in told.log()
        assert {row[3] for row in told.rerun() if row[0] is not None} <= {"applied", "recorded", "already gone"}
        told.as_before_the_loss()
        assert len(told.reruns()) == 2 and first in told.reruns()
        told.nothing_is_left_to_do()


def test_events_of_later_are_in_another_file(lost):
    """Two files, one after the other; the first rerun does what it knows of."""
    lost.rerun()
    lost.back_up()
    lost.execute("SELECT * FROM gdpr_erase('person', 8)")
    early = lost.value("SELECT string_agg(line, E'\\n') FROM gdpr_log_export() line")
    lost.execute("SELECT * FROM gdpr_erase('person', 14)")
    lost.lose()
    lost.restore(file=False)
    lost.execute("SELECT gdpr_log_import(%s)", (early,))
    assert ("public.person", "deleted", "applied", 1) in lost.outcomes()
    assert lost.value("SELECT count(*) FROM person WHERE id = 8") == 0 and lost.value("SELECT count(*) FROM person WHERE id = 14") == 1
    assert not lost.value("SELECT restored FROM gdpr_log.status")
    lost.execute("SELECT gdpr_log_import(%s)", (lost.file,))
    assert ("public.person", "deleted", "applied", 1) in lost.outcomes()
    lost.as_before_the_loss()
    lost.nothing_is_left_to_do()


def test_the_log_itself_as_a_source(lost):
    """A database that lost nothing, but has another origin, after pg_upgrade: it says that all is as it should be."""
    lost.rerun()
    lost.back_up()
    lost.lose()
    lost.restore(file=False)
    assert lost.value("SELECT restored FROM gdpr_log.status")
    assert [row for row in lost.rerun("'gdpr_log.event'") if row[0] is not None] == []
    assert not lost.value("SELECT restored FROM gdpr_log.status")
    lost.as_before_the_loss()


def test_nothing_was_lost(lost):
    """No event since the backup. That may be so, or the file is not the one of now: somebody has to say it."""
    lost.rerun()
    lost.back_up()
    lost.comes_back()
    assert lost.value("SELECT restored FROM gdpr_log.status")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        lost.rerun()
    assert lost.value("SELECT restored FROM gdpr_log.status")
    assert lost.outcomes("'gdpr_log.imported'") == []
    assert not lost.value("SELECT restored FROM gdpr_log.status")
    lost.as_before_the_loss()
    lost.nothing_is_left_to_do("'gdpr_log.imported'")
    lost.nothing_is_left_to_do()
