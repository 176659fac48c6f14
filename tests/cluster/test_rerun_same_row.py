"""S71 and S72: a row that has the key of an event is treated as the event's only when it is proven to be the same.

S71: after the restore somebody else gets the id of who was erased, and must not be touched. S72: the same person's row was changed between the backup and
the erasure, so that the backup's row is another than the one that was erased. What is not proven is reported, as often as one asks, until somebody decides.
"""

import contextlib
import time
from typing import NamedTuple

import pytest
from restore import contents, story

APPLIED, GONE, NEEDS = "applied", "already gone", "needs decision"

# Tables whose rows are proven by different things: columns, rules, and what else belongs to them.
SHAPES = {
    "plain": ("id int PRIMARY KEY, name text, seen int", '{"name": "null"}', ""),
    "pair": ("id int PRIMARY KEY, name text, city text, seen int", '{"name": "null", "city": "null"}', ""),
    "mail": ("id int PRIMARY KEY, name text, email text UNIQUE, seen int", '{"name": "null", "email": "null"}', ""),
    "later": ("id int PRIMARY KEY, name text, email text UNIQUE DEFERRABLE INITIALLY DEFERRED, seen int", '{"name": "null", "email": "null"}', ""),
    "vague": ("id int PRIMARY KEY, name text, vip boolean, mood mood, seen int", '{"name": "null", "vip": "null", "mood": "null"}', ""),
    "partly": ("id int PRIMARY KEY, name text, email text, tenant int, seen int", '{"name": "null", "email": "null"}',
               "CREATE UNIQUE INDEX ON {0} (email) WHERE seen > 100; CREATE UNIQUE INDEX ON {0} (lower(email)); CREATE UNIQUE INDEX ON {0} (tenant, email);"),
    "unruled": ("id int PRIMARY KEY, name text, email text UNIQUE, seen int", '{"name": "null"}', ""),
    "anon": ("id uuid PRIMARY KEY, name text, seen int", '{"name": "null"}', ""),
    "mixed": ("id uuid, no int, name text, seen int, PRIMARY KEY (id, no)", '{"name": "null"}', ""),
    "bare": ("id int PRIMARY KEY, body text", "{}", ""),
    "empty": ("id int PRIMARY KEY", "{}", ""),
}


class Case(NamedTuple):
    shape: str
    was: str  # the row that the event was about
    now: str  # the row that is there when it is rerun
    deleted: str  # the outcome for a row that was deleted
    anonymised: str | None  # for one that was anonymised; None if nothing can be


ADA = "00000000-0000-4000-8000-000000000001"
CASES = [
    # Nothing has changed.
    Case("plain", "1, 'Ada', 1", "1, 'Ada', 1", APPLIED, APPLIED),
    Case("pair", "1, 'Ada', 'Ulm', 1", "1, 'Ada', 'Ulm', 1", APPLIED, APPLIED),
    Case("mail", "1, 'Ada', 'ada@example.org', 1", "1, 'Ada', 'ada@example.org', 1", APPLIED, APPLIED),
    Case("vague", "1, 'Ada', true, 'glad', 1", "1, 'Ada', true, 'glad', 1", APPLIED, APPLIED),
    Case("vague", "1, NULL, true, 'glad', 1", "1, NULL, true, 'glad', 1", APPLIED, NEEDS),  # half of all people are glad
    Case("anon", f"'{ADA}', 'Ada', 1", f"'{ADA}', 'Ada', 1", APPLIED, APPLIED),
    Case("mixed", f"'{ADA}', 1, 'Ada', 1", f"'{ADA}', 1, 'Ada', 1", APPLIED, APPLIED),
    Case("bare", "1, 'hello'", "1, 'hello'", APPLIED, None),
    # It is gone.
    Case("pair", "1, 'Ada', 'Ulm', 1", "", GONE, GONE),
    Case("anon", f"'{ADA}', 'Ada', 1", "", GONE, GONE),
    # Changed, and the same all the same: by an address, by two columns, by a key of no one else.
    Case("mail", "1, 'Ada King', 'ada@example.org', 2", "1, 'Ada', 'ada@example.org', 1", APPLIED, APPLIED),
    Case("pair", "1, 'Ada', 'Ulm', 2", "1, 'Ada', 'Ulm', 1", APPLIED, APPLIED),
    Case("partly", "1, 'Ada', 'ada@example.org', 1, 2", "1, 'Ada', 'ada@example.org', 1, 1", APPLIED, APPLIED),
    Case("anon", f"'{ADA}', 'Ada King', 2", f"'{ADA}', 'Ada', 1", APPLIED, APPLIED),
    # Elsewhere in the row: it could be anybody who is to be deleted; but what is to be anonymised is what was anonymised.
    Case("plain", "1, 'Ada', 2", "1, 'Ada', 1", NEEDS, APPLIED),
    Case("unruled", "1, 'Ada', 'ada@example.org', 2", "1, 'Ada', 'ada@example.org', 1", NEEDS, APPLIED),  # an address without a rule is not in the log
    Case("pair", "1, 'Ada', NULL, 2", "1, 'Ada', NULL, 1", NEEDS, APPLIED),  # one of two has a value
    Case("mail", "1, 'Ada', NULL, 1", "1, 'Ada', NULL, 2", NEEDS, APPLIED),
    Case("vague", "1, 'Ada', true, 'glad', 2", "1, 'Ada', true, 'glad', 1", NEEDS, APPLIED),
    # It could be anybody.
    Case("plain", "1, 'Ada King', 1", "1, 'Ada', 1", NEEDS, NEEDS),
    Case("pair", "1, 'Ada', 'Bern', 1", "1, 'Ada', 'Ulm', 1", NEEDS, NEEDS),
    Case("pair", "1, NULL, NULL, 2", "1, NULL, NULL, 1", NEEDS, None),
    Case("mail", "1, 'Ada King', 'ada@example.com', 1", "1, 'Ada', 'ada@example.org', 1", NEEDS, NEEDS),
    Case("mail", "1, 'Ada King', NULL, 1", "1, 'Ada', NULL, 1", NEEDS, NEEDS),  # NULL is nobody's address
    Case("later", "1, 'Ada King', 'ada@example.org', 2", "1, 'Ada', 'ada@example.org', 1", NEEDS, NEEDS),  # until the transaction ends two can have it
    Case("vague", "1, NULL, true, 'glad', 2", "1, NULL, true, 'glad', 1", NEEDS, NEEDS),
    # Unique only in some rows, or with something else.
    Case("partly", "1, 'Ada King', 'ada@example.org', 1, 1", "1, 'Ada', 'ada@example.org', 1, 1", NEEDS, NEEDS),
    Case("mixed", f"'{ADA}', 1, 'Ada King', 1", f"'{ADA}', 1, 'Ada', 1", NEEDS, NEEDS),
    Case("bare", "1, 'hello'", "1, 'hullo'", NEEDS, None),
    Case("bare", "1, NULL", "1, NULL", NEEDS, None),  # an empty row is like any other
    Case("empty", "1", "1", NEEDS, None),
    # S71: somebody else has the id, and is alike in something.
    Case("plain", "1, 'Ada', 1", "1, 'Zoe', 1", NEEDS, NEEDS),
    Case("plain", "1, 'Ada', 1", "1, '', 1", NEEDS, NEEDS),
    Case("mail", "1, 'Ada', 'ada@example.org', 1", "1, 'Ada', 'zoe@example.org', 1", NEEDS, NEEDS),
    Case("mail", "1, 'Ada', 'ada@example.org', 1", "1, 'Zoe', NULL, 1", NEEDS, NEEDS),
    Case("pair", "1, 'Ada', 'Ulm', 1", "1, 'Ada', 'Bern', 1", NEEDS, NEEDS),
    Case("pair", "1, 'Ada', 'Ulm', 1", "1, 'Ulm', 'Ada', 1", NEEDS, NEEDS),
    Case("vague", "1, 'Ada', true, 'glad', 1", "1, 'Zoe', true, 'glad', 1", NEEDS, NEEDS),
    Case("partly", "1, 'Ada', 'ada@example.org', 1, 1", "1, 'Zoe', 'ada@example.org', 1, 1", NEEDS, NEEDS),
]
ACTIONS = {
    "deleted": "DELETE FROM {table}",
    "erased": "SELECT * FROM gdpr_erase('{table}', (SELECT {id} FROM {table}))",
    "anonymised": "SELECT * FROM gdpr_anonymise('{table}', (SELECT {id} FROM {table}))",
}


class Tried(NamedTuple):
    table: str
    case: Case
    action: str
    expected: str

    @property
    def reported(self):
        return ("public." + self.table, "anonymised" if self.action == "anonymised" else "deleted", self.expected, 1)

    def decided(self, outcome):
        return self._replace(expected=outcome if self.expected == NEEDS else self.expected)


def all_tried():
    for number, case in enumerate(CASES):
        for action in ACTIONS:
            expected = case.anonymised if action == "anonymised" else case.deleted
            # To be erased is to be deleted.
            if expected is not None and (action != "erased" or case.was == case.now):
                yield Tried(f"t{number}_{case.shape}_{action}", case, action, expected)


TRIED = list(all_tried())


@pytest.fixture(scope="module")
def all_cases():
    """A table for each case and action. What was there at the backup does not matter; what is there at the rerun does."""
    schema = ["CREATE TYPE mood AS ENUM ('glad', 'sad')"]
    for tried in TRIED:
        columns, rules, more = SHAPES[tried.case.shape]
        schema.append(f"CREATE TABLE {tried.table} ({columns}); {more.format(tried.table)} SELECT gdpr_register('{tried.table}', '{rules}', subject => true)")
    with story(";".join(schema), name="gdpr_rerun_cases") as told:
        told.back_up()
        for tried in TRIED:
            id_ = "jsonb_build_object('id', id, 'no', no)::text" if tried.case.shape == "mixed" else "id::text"
            told.execute(f"INSERT INTO {tried.table} VALUES ({tried.case.was})")
            told.execute(ACTIONS[tried.action].format(table=tried.table, id=id_))
        told.comes_back()
        told.execute(";".join(f"INSERT INTO {tried.table} VALUES ({tried.case.now})" for tried in TRIED if tried.case.now))
        told.keep()
        yield told


def expected(*outcomes, decided=NEEDS):
    return sorted(tried.decided(decided).reported for tried in TRIED if not outcomes or tried.expected in outcomes)


def left(told):
    """By table what is there, as a row of texts."""
    return {tried.table: told.rows(f"SELECT t::text FROM {tried.table} t") for tried in TRIED}


def check_rows(told, before, done):
    """Rows of which it is done are gone or masked, all others are untouched."""
    after = left(told)
    for tried in TRIED:
        if tried.expected not in done or not tried.case.now:
            assert after[tried.table] == before[tried.table], tried
        elif tried.action == "anonymised":
            [(row,)] = after[tried.table]
            assert "Ada" not in row and ("ada@" not in row or tried.case.shape == "unruled"), tried
        else:
            assert after[tried.table] == [], tried


def settled(told, *outcomes):
    """Events of which nothing is open are in the log, and no others."""
    by_table = dict(told.rows("SELECT relation, count(*) FROM gdpr_log.event WHERE action <> 'rerun' GROUP BY 1"))
    assert by_table == {"public." + tried.table: 1 for tried in TRIED if tried.expected in outcomes}


def test_s71_s72_what_is_not_proven_is_asked_until_somebody_applies_it(all_cases):
    told = all_cases
    told.again()
    before = left(told)
    reported = told.outcomes("dry_run => true")
    assert sorted(set(reported) ^ set(expected())) == []
    assert left(told) == before
    assert told.outcomes() == reported
    check_rows(told, before, {APPLIED})
    settled(told, APPLIED, GONE)
    assert not told.value("SELECT restored FROM gdpr_log.status")
    # It is asked again and again; nothing is changed, and nothing logged.
    undecided = left(told)
    for arguments in ("", "on_mismatch => 'report'", "dry_run => true"):
        assert told.outcomes(arguments) == expected(NEEDS)
        assert left(told) == undecided and len(told.reruns()) == 1
    # Somebody has looked, and decides that they are the same.
    assert told.outcomes("on_mismatch => 'apply', dry_run => true") == expected(NEEDS, decided=APPLIED)
    assert told.outcomes("on_mismatch => 'apply'") == expected(NEEDS, decided=APPLIED)
    check_rows(told, before, {APPLIED, NEEDS})
    settled(told, APPLIED, GONE, NEEDS)
    assert told.log_differs() == []
    assert len(told.reruns()) == 2
    told.nothing_is_left_to_do()


def test_s71_s72_or_until_somebody_says_that_they_are_others(all_cases):
    """'skip' leaves alone what is not proven, and does what is."""
    told = all_cases
    told.again()
    before = left(told)
    told.outcomes("on_mismatch => 'skip', dry_run => true")
    assert left(told) == before
    reported = told.outcomes("on_mismatch => 'skip'")
    assert {(row[0], row[1], row[3]) for row in reported} == {(row[0], row[1], row[3]) for row in expected()}
    assert {row for row in reported if row[2] == APPLIED} == set(expected(APPLIED))
    check_rows(told, before, {APPLIED})
    settled(told, APPLIED, GONE, NEEDS)
    assert told.log_differs() == []
    told.nothing_is_left_to_do()
    assert told.outcomes("on_mismatch => 'apply'") == []
    check_rows(told, before, {APPLIED})


PLAIN = """
CREATE TABLE plain (id int PRIMARY KEY, name text, seen int);
INSERT INTO plain VALUES (1, 'Ada', 1), (2, 'Bea', 1), (3, 'Cy', 1);
SELECT gdpr_register('plain', '{"name": "null"}', subject => true);
"""


@contextlib.contextmanager
def backed_up(schema):
    with story(schema) as told:
        told.back_up()
        yield told


def test_s71_the_person_is_there_again_and_a_stranger_too():
    """One event of two people: one is the same, and goes; of the other somebody has to decide. The event is not in the log until then."""
    with backed_up(PLAIN) as told:
        told.execute("DELETE FROM plain WHERE id IN (1, 2)")
        told.comes_back()
        told.execute("UPDATE plain SET name = 'Zoe' WHERE id = 1")
        assert told.outcomes() == [("public.plain", "deleted", APPLIED, 1), ("public.plain", "deleted", NEEDS, 1)]
        assert told.rows("SELECT * FROM plain ORDER BY id") == [(1, "Zoe", 1), (3, "Cy", 1)]
        assert not set(told.lost_events()) & told.log().keys()
        assert told.rows("SELECT rows FROM gdpr_log.event WHERE action = 'rerun'") == [(1,)]
        assert told.outcomes() == [("public.plain", "deleted", GONE, 1), ("public.plain", "deleted", NEEDS, 1)]
        # Whoever knows that it is no stranger deletes the row, and then nothing is left to decide.
        told.execute("SET session_replication_role = replica; DELETE FROM plain WHERE id = 1; RESET session_replication_role")
        assert told.outcomes() == [("public.plain", "deleted", GONE, 2)]
        told.as_before_the_loss()
        told.nothing_is_left_to_do()


def test_s71_the_children_of_a_stranger():
    """A stranger's orders have reissued ids, too; one is like the old one in all its columns. It is the stranger's."""
    schema = """
        CREATE TABLE person (id serial PRIMARY KEY, name text);
        CREATE TABLE orders (id serial PRIMARY KEY, person_id int REFERENCES person, tea text, cups int);
        CREATE TABLE line (order_id int REFERENCES orders, pos int, sugar text, milk text, PRIMARY KEY (order_id, pos));
        INSERT INTO person (name) VALUES ('Bea');
        SELECT gdpr_register('person', '{"name": "null"}', subject => true), gdpr_register('orders', '{"tea": "null", "cups": "null"}'),
          gdpr_register('line', '{"sugar": "null", "milk": "null"}');
    """
    old = """
        INSERT INTO person (name) VALUES ('Ada');
        INSERT INTO orders (person_id, tea, cups) VALUES (2, 'green', 1), (2, 'black', 2);
        INSERT INTO line VALUES (1, 1, 'much', 'none'), (2, 1, 'none', 'none');
    """
    new = old.replace("Ada", "Zoe").replace("'black'", "'white'")
    for action in ("erase", "anonymise"):
        with backed_up(schema) as told:
            told.execute(old)
            told.execute(f"SELECT * FROM gdpr_{action}('person', 2)")
            told.comes_back()
            told.execute(new)
            before = contents(told.connection)
            assert {row[2:] for row in told.outcomes()} == {(NEEDS, 1), (NEEDS, 2)}
            assert contents(told.connection) == before


# With a column that says when a row was made

CREATED = """
CREATE TABLE {table} (id int PRIMARY KEY, name text, created {type});
INSERT INTO {table} VALUES
  (1, 'Ada', now() - interval '300 days'), (2, 'Bea', now() - interval '200 days'), (3, 'Cy', NULL), (4, 'Di', '-infinity'), (5, 'Ed', now());
SELECT gdpr_register('{table}', '{{"name": "null"}}', subject => true, created => 'created');
"""


def test_s71_a_younger_row_is_another():
    """It was made after the event: the event's own row is gone, and the event is settled. Where the column says nothing, the rest of the row must."""
    tables = {f"{action}_{type_}": (type_, action) for type_ in ("timestamptz", "timestamp", "date") for action in ("deleted", "anonymised")}
    with backed_up("".join(CREATED.format(table=table, type=type_) for table, (type_, _) in tables.items())) as told:
        for table, (_, action) in tables.items():
            for id_ in range(1, 6):
                told.execute(ACTIONS[action].replace("FROM {table}", f"FROM {{table}} WHERE id = {id_}").format(table=table, id="id"))
        told.comes_back()
        for table in tables:
            told.execute(f"UPDATE {table} SET name = 'Zoe', created = now() + interval '4 days' WHERE id = 1")
            told.execute(f"UPDATE {table} SET name = name || 'tte' WHERE id IN (2, 3, 4)")  # changed; 2 and 4 are old enough
            told.execute(f"UPDATE {table} SET created = 'infinity', name = 'Zed' WHERE id = 5")
        reported = told.outcomes()
        for table, (_, action) in tables.items():
            outcomes = 2 * [(action, GONE, 1)] + 2 * [(action, APPLIED, 1)] + [(action, NEEDS, 1)]
            assert [row[1:] for row in reported if row[0] == "public." + table] == outcomes, table
            after = {1: "Zoe", 3: "Cytte", 5: "Zed"} | ({2: None, 4: None} if action == "anonymised" else {})
            assert dict(told.rows(f"SELECT id, name FROM {table}")) == after, table
        assert [row[2:] for row in told.outcomes()] == len(tables) * [(NEEDS, 1)]


def test_s71_a_row_of_the_same_day_proves_nothing_by_its_date():
    """A date does not say whether the row was made before the event or after it."""
    with backed_up(CREATED.format(table="person", type="date")) as told:
        # The day must not end between the row and the event.
        left = told.value("SELECT extract(epoch FROM current_date + 1 - now())::float")
        if left < 60:
            time.sleep(left + 1)
        told.execute("UPDATE person SET created = current_date")
        told.back_up()
        told.execute("DELETE FROM person WHERE id = 1; DELETE FROM person WHERE id = 2")
        told.comes_back()
        told.execute("UPDATE person SET name = 'Zoe' WHERE id = 1")
        assert told.outcomes() == [("public.person", "deleted", APPLIED, 1), ("public.person", "deleted", NEEDS, 1)]
        assert told.rows("SELECT id FROM person WHERE id < 3") == [(1,)]


def test_s71_a_row_between_two_events_of_its_id():
    """1 was deleted, given out again, and that one deleted, too. What is there is younger than the first event and older than the second."""
    with backed_up(CREATED.format(table="person", type="timestamptz")) as told:
        told.execute("DELETE FROM person WHERE id = 1")
        told.execute("INSERT INTO person VALUES (1, 'Zoe', now())")
        told.back_up()
        told.execute("SELECT pg_sleep(0.01)")
        first = told.log()
        told.execute("DELETE FROM person WHERE id = 1")
        told.lose()
        # The backup knows of neither: its log is that of before.
        told.restore()
        told.execute("SET session_replication_role = replica; DELETE FROM gdpr_log.event; RESET session_replication_role")
        assert len(first) == 1 and told.log() == {}
        assert {row[2] for row in told.outcomes()} <= {APPLIED, GONE}
        assert told.rows("SELECT id FROM person WHERE id = 1") == []


def test_the_column_is_kept_in_the_registry():
    with story(CREATED.format(table="person", type="timestamptz")) as told:
        created = "SELECT created FROM gdpr_registry"
        assert told.rows(created) == [("created",)]
        told.execute("ALTER TABLE person RENAME created TO made")
        assert told.rows(created) == [("made",)]
        told.execute("SELECT gdpr_register('person', search => '{name}')")
        assert told.rows(created) == [("made",)]
        told.execute("ALTER TABLE person DROP made")
        told.execute("SELECT * FROM gdpr_anonymise('person', 1)")


# Rows that lead to a proven one

FAMILY = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE TABLE line (id int PRIMARY KEY, order_id int REFERENCES orders, wish text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org');
INSERT INTO orders VALUES (11, 1, 'ring twice'), (12, 2, 'leave it');
INSERT INTO line VALUES (21, 11, 'milk'), (22, 12, 'sugar');
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true), gdpr_register('orders', '{"note": "null"}'),
  gdpr_register('line', '{"wish": "null"}');
"""


@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_s72_the_order_of_a_proven_person(action):
    """Everything of the order and of its line has changed, but it leads to Ada, who is proven, and was erased with her."""
    with backed_up(FAMILY) as told:
        told.execute("UPDATE person SET name = 'Ada King' WHERE id = 1")
        told.execute("UPDATE orders SET note = 'do not ring' WHERE id = 11; UPDATE line SET wish = 'tea' WHERE id = 21")
        told.execute(f"SELECT * FROM gdpr_{action}('person', 1)")
        told.comes_back()
        done = "deleted" if action == "erase" else "anonymised"
        assert told.outcomes() == [(f"public.{table}", done, APPLIED, 1) for table in ("line", "orders", "person")]
        told.as_before_the_loss()


@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_s72_an_order_that_was_somebody_elses(action):
    """In the backup it is Bea's, of whom no event speaks: it is not proven by Ada. Neither is its line, which is as it was: whose it is hangs on the order."""
    with backed_up(FAMILY) as told:
        told.execute("UPDATE orders SET person_id = 1, note = 'gift' WHERE id = 12")
        told.execute(f"SELECT * FROM gdpr_{action}('person', 1)")
        told.comes_back()
        done = "deleted" if action == "erase" else "anonymised"
        reported = told.outcomes()
        assert ("public.person", done, APPLIED, 1) in reported
        assert {row for row in reported if row[2] == NEEDS} == {("public.orders", done, NEEDS, 1), ("public.line", done, NEEDS, 1)}
        assert told.rows("SELECT * FROM orders WHERE id = 12") == [(12, 2, "leave it")]
        assert told.rows("SELECT wish FROM line WHERE id = 22") == [("sugar",)]
        told.outcomes("on_mismatch => 'apply'")
        differ = [] if action == "erase" else [("orders", (12,), "person_id")]
        assert [difference[:3] for difference in told.now_differs()] == differ
        assert told.log_differs() == []
        told.nothing_is_left_to_do()


def test_s72_a_transaction_of_another_time_proves_nothing():
    """Ada's order was deleted alone, before she was anonymised, and its number was given to another one of hers since."""
    with backed_up(FAMILY) as told:
        told.execute("DELETE FROM line WHERE id = 21; DELETE FROM orders WHERE id = 11")
        told.execute("SELECT * FROM gdpr_anonymise('person', 1)")
        told.comes_back()
        told.execute("UPDATE orders SET note = 'a new one' WHERE id = 11; UPDATE line SET wish = 'tea' WHERE id = 21")
        reported = told.outcomes()
        assert ("public.person", "anonymised", APPLIED, 1) in reported
        assert [row for row in reported if row[2] == NEEDS] == [("public.line", "deleted", NEEDS, 1), ("public.orders", "deleted", NEEDS, 1)]


def test_s72_what_was_decided_later_is_sealed_later():
    """A younger event is recorded and sealed while an older one waits for a decision. Then that is recorded, and the chain is sound."""
    with backed_up(PLAIN) as told:
        told.execute("UPDATE plain SET name = 'Ada King' WHERE id = 1; DELETE FROM plain WHERE id = 1")
        told.execute("DELETE FROM plain WHERE id = 2")
        told.comes_back()
        assert told.outcomes() == [("public.plain", "deleted", APPLIED, 1), ("public.plain", "deleted", NEEDS, 1)]
        head = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        assert told.outcomes("on_mismatch => 'apply'") == [("public.plain", "deleted", APPLIED, 1)]
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        later = told.value("SELECT gdpr_log_seal()")
        assert later != head
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (later,)) == []
        # All of it is sealed.
        assert told.value("SELECT sum(length(entries) / 48) FROM gdpr_log.seal") == len(told.log())
        assert told.value("SELECT unsealed FROM gdpr_log.status") == 0


def test_s72_what_was_sealed_before_the_loss_and_is_decided_later():
    """The file has seals over all of it. Verifying says what is missing until it is decided, and nothing afterwards."""
    with backed_up(PLAIN) as told:
        told.execute("UPDATE plain SET name = 'Ada King' WHERE id = 1; DELETE FROM plain WHERE id = 1")
        told.execute("DELETE FROM plain WHERE id = 2")
        head = told.value("SELECT gdpr_log_seal()")
        told.comes_back()
        assert told.outcomes() == [("public.plain", "deleted", APPLIED, 1), ("public.plain", "deleted", NEEDS, 1)]
        assert [problem for _, _, problem in told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,))] == ["event is missing"]
        told.value("SELECT gdpr_log_seal()")
        told.execute("SELECT * FROM gdpr_rerun(on_mismatch => 'skip')")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        last = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (last,)) == []
