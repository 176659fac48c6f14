"""S71 and S72: a row that has the key of an event is treated as the event's only when it is proven to be the same.

S71: after the restore somebody else gets the id of who was erased, and must not be touched. S72: the same person's row was changed between the backup and
the erasure, so that the backup's row is another than the one that was erased. What is not proven is reported, as often as one asks, until somebody decides.
"""

import contextlib

import pytest
from restore import story

# What proves a row is in each table: nothing but the row, one unique column, two columns, a uuid.
SCHEMA = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE plain (id int PRIMARY KEY, name text, seen int);
CREATE TABLE mail (id int PRIMARY KEY, name text, email text UNIQUE, seen int);
CREATE TABLE pair (id int PRIMARY KEY, name text, city text, seen int);
CREATE TABLE vague (id int PRIMARY KEY, name text, vip boolean, mood mood, seen int);
CREATE TABLE anon (id uuid PRIMARY KEY, name text, seen int);
CREATE TABLE mixed (id uuid, no int, name text, seen int, PRIMARY KEY (id, no));
CREATE TABLE partly (id int PRIMARY KEY, name text, email text, tenant int, seen int);
CREATE UNIQUE INDEX ON partly (email) WHERE seen > 100;
CREATE UNIQUE INDEX ON partly (lower(email));
CREATE UNIQUE INDEX ON partly (tenant, email);
CREATE TABLE bare (id int PRIMARY KEY, body text);
INSERT INTO plain VALUES (1, 'Ada', 1), (2, 'Bea', 1), (3, 'Cy', 1);
INSERT INTO mail VALUES (1, 'Ada', 'ada@example.org', 1), (2, 'Bea', 'bea@example.org', 1), (3, 'Cy', NULL, 1);
INSERT INTO pair VALUES (1, 'Ada', 'Ulm', 1), (2, 'Bea', 'Bern', 1), (3, 'Cy', NULL, 1);
INSERT INTO vague VALUES (1, 'Ada', true, 'glad', 1), (2, 'Bea', false, 'sad', 1), (3, 'Cy', NULL, NULL, 1);
INSERT INTO anon VALUES ('00000000-0000-4000-8000-000000000001', 'Ada', 1), ('00000000-0000-4000-8000-000000000002', 'Bea', 1);
INSERT INTO mixed SELECT id, 1, name, seen FROM anon;
INSERT INTO partly VALUES (1, 'Ada', 'ada@example.org', 1, 1), (2, 'Bea', 'bea@example.org', 1, 1);
INSERT INTO bare VALUES (1, 'hello'), (2, 'good day');
SELECT gdpr_register('plain', '{"name": "null"}', subject => true), gdpr_register('mail', '{"name": "null", "email": "null"}', subject => true),
  gdpr_register('pair', '{"name": "null", "city": "null"}', subject => true),
  gdpr_register('vague', '{"name": "null", "vip": "null", "mood": "null"}', subject => true), gdpr_register('anon', '{"name": "null"}', subject => true),
  gdpr_register('mixed', '{"name": "null"}'), gdpr_register('partly', '{"name": "null", "email": "null"}', subject => true), gdpr_register('bare');
"""
ADA = "00000000-0000-4000-8000-000000000001"
NEEDS = "needs decision"




@contextlib.contextmanager
def backed_up(schema=SCHEMA):
    with story(schema) as told:
        told.back_up()
        yield told


@pytest.fixture
def told():
    with backed_up() as told:
        yield told


ACTIONS = {
    "deleted": "DELETE FROM {0} WHERE id = {1}",
    "erased": "SELECT * FROM gdpr_erase('{0}', {1})",
    "anonymised": "SELECT * FROM gdpr_anonymise('{0}', {1})",
}


def act(told, action, table, id_):
    told.execute(ACTIONS[action].format(table, f"'{id_}'" if isinstance(id_, str) else id_))


def outcome(table, action, outcome, rows=1):
    return ("public." + table, "anonymised" if action == "anonymised" else "deleted", outcome, rows)


def decided_by_nobody(told, table, action, rows=1):
    """It is reported again and again; nothing changes, nothing is logged but the rerun itself, once, since the database was restored."""
    before = told.rows(f"TABLE {table} ORDER BY 1")
    for n in range(3):
        assert told.outcomes() == [outcome(table, action, NEEDS, rows)]
        assert told.rows(f"TABLE {table} ORDER BY 1") == before
        assert len(told.reruns()) == 1
        assert not set(told.lost_events()) & told.log().keys()
    assert told.outcomes("dry_run => true") == [outcome(table, action, NEEDS, rows)]
    assert not told.value("SELECT restored FROM gdpr_log.status")


# S71

STRANGERS = {
    "plain": ["INSERT INTO plain VALUES (1, 'Zoe', 1)", "INSERT INTO plain VALUES (1, 'Ada', 2)", "INSERT INTO plain VALUES (1, NULL, 1)"],
    "mail": ["INSERT INTO mail VALUES (1, 'Ada', 'zoe@example.org', 1)", "INSERT INTO mail VALUES (1, 'Zoe', NULL, 1)"],
    "pair": ["INSERT INTO pair VALUES (1, 'Ada', 'Bern', 1)", "INSERT INTO pair VALUES (1, 'Zoe', 'Ulm', 1)", "INSERT INTO pair VALUES (1, NULL, NULL, 1)"],
    "vague": ["INSERT INTO vague VALUES (1, 'Ada', true, 'glad', 2)", "INSERT INTO vague VALUES (1, 'Zoe', true, 'glad', 1)"],
    "partly": ["INSERT INTO partly VALUES (1, 'Zoe', 'ada@example.org', 1, 1)"],
    "bare": ["INSERT INTO bare VALUES (1, 'welcome')"],
}


@pytest.mark.parametrize("table, stranger, action", [
    (table, stranger, action) for table, strangers in STRANGERS.items() for stranger in strangers for action in ("deleted", "anonymised")
    if (table, action) != ("bare", "anonymised")  # it has no rules
])
def test_s71_somebody_else_has_the_id(told, table, stranger, action):
    """Ada has come and gone since the backup; her id is given to the next one after the restore. Alike in something, but another."""
    told.execute(f"SET session_replication_role = replica; DELETE FROM {table} WHERE id = 1; RESET session_replication_role")
    told.back_up()
    told.execute({
        "plain": "INSERT INTO plain VALUES (1, 'Ada', 1)", "mail": "INSERT INTO mail VALUES (1, 'Ada', 'ada@example.org', 1)",
        "pair": "INSERT INTO pair VALUES (1, 'Ada', 'Ulm', 1)", "vague": "INSERT INTO vague VALUES (1, 'Ada', true, 'glad', 1)",
        "partly": "INSERT INTO partly VALUES (1, 'Ada', 'ada@example.org', 1, 1)", "bare": "INSERT INTO bare VALUES (1, 'hello')",
    }[table])
    act(told, action, table, 1)
    told.comes_back()
    told.execute(stranger)
    decided_by_nobody(told, table, action)


def test_s71_the_person_is_there_again_and_a_stranger_too(told):
    """One event of two people: one is the same, and goes; of the other somebody has to decide. It is asked of the one who is left only."""
    told.execute("DELETE FROM plain WHERE id IN (1, 2)")
    told.comes_back()
    told.execute("UPDATE plain SET name = 'Zoe' WHERE id = 1")
    assert told.outcomes() == [outcome("plain", "deleted", "applied"), outcome("plain", "deleted", NEEDS)]
    assert told.rows("SELECT * FROM plain ORDER BY id") == [(1, "Zoe", 1), (3, "Cy", 1)]
    assert not set(told.lost_events()) & told.log().keys()
    [rerun] = told.rows("SELECT rows FROM gdpr_log.event WHERE action = 'rerun'")
    assert rerun == (1,)
    assert told.outcomes() == [outcome("plain", "deleted", "already gone"), outcome("plain", "deleted", NEEDS)]
    # Whoever knows that it is no stranger deletes the row, and then nothing is left to decide.
    told.execute("SET session_replication_role = replica; DELETE FROM plain WHERE id = 1; RESET session_replication_role")
    assert told.outcomes() == [outcome("plain", "deleted", "already gone", 2)]
    told.as_before_the_loss()
    told.nothing_is_left_to_do()


def test_s71_the_children_of_a_stranger():
    """Orders of a stranger have reissued ids, too; one is like the old one in all its columns. It is the stranger's."""
    schema = """
        CREATE TABLE person (id serial PRIMARY KEY, name text);
        CREATE TABLE orders (id serial PRIMARY KEY, person_id int REFERENCES person, tea text, cups int);
        CREATE TABLE line (order_id int REFERENCES orders, pos int, sugar text, PRIMARY KEY (order_id, pos));
        INSERT INTO person (name) VALUES ('Bea');
        SELECT gdpr_register('person', '{"name": "null"}', subject => true), gdpr_register('orders', '{"tea": "null", "cups": "null"}'), gdpr_register('line', '{"sugar": "null"}');
    """
    old = """
        INSERT INTO person (name) VALUES ('Ada');
        INSERT INTO orders (person_id, tea, cups) VALUES (2, 'green', 1), (2, 'black', 2);
        INSERT INTO line VALUES (1, 1, 'much'), (2, 1, 'none');
    """
    new = old.replace("Ada", "Zoe").replace("'black'", "'white'")
    for action in ("erase", "anonymise"):
        with backed_up(schema) as told:
            told.execute(old)
            told.execute(f"SELECT * FROM gdpr_{action}('person', 2)")
            told.comes_back()
            told.execute(new)
            before = [told.rows(f"TABLE {table}") for table in ("person", "orders", "line")]
            assert {row[2:] for row in told.outcomes()} == {(NEEDS, 1), (NEEDS, 2)}
            assert [told.rows(f"TABLE {table}") for table in ("person", "orders", "line")] == before


# With a column that says when a row was made

CREATED = """
CREATE TABLE {table} (id int PRIMARY KEY, name text, created {type});
INSERT INTO {table} VALUES (1, 'Ada', now() - interval '300 days'), (2, 'Bea', now() - interval '200 days'), (3, 'Cy', NULL);
SELECT gdpr_register('{table}', '{{"name": "null"}}', subject => true, created => 'created');
"""


@pytest.mark.parametrize("type_", ["timestamptz", "timestamp", "date"])
@pytest.mark.parametrize("action", ["deleted", "anonymised"])
def test_s71_a_younger_row_is_another(type_, action):
    """It was made after the event: the event's own row is gone, and the event is settled."""
    with backed_up(CREATED.format(table="person", type=type_)) as told:
        act(told, action, "person", 1)
        act(told, action, "person", 2)
        told.comes_back()
        told.execute("UPDATE person SET name = 'Zoe', created = now() + interval '3 days' WHERE id = 1")
        told.execute("UPDATE person SET name = 'Beatrice' WHERE id = 2")  # changed, but old enough
        assert told.outcomes() == [outcome("person", action, "already gone"), outcome("person", action, "applied")]
        assert told.rows("SELECT name FROM person WHERE id = 1") == [("Zoe",)]
        assert told.rows("SELECT name FROM person WHERE id = 2") == ([] if action == "deleted" else [(None,)])
        assert told.log_differs() == []
        told.nothing_is_left_to_do()


def test_s71_a_row_of_the_same_day_proves_nothing_by_its_date():
    """A date does not say whether the row was made before or after the event."""
    for name, expected in (("Zoe", NEEDS), ("Ada", "applied")):
        with backed_up(CREATED.format(table="person", type="date")) as told:
            told.execute("UPDATE person SET created = current_date WHERE id = 1")
            told.back_up()
            act(told, "deleted", "person", 1)
            told.comes_back()
            told.execute("UPDATE person SET name = %s WHERE id = 1", (name,))
            assert told.outcomes() == [outcome("person", "deleted", expected)]


def test_s71_a_row_that_does_not_say_when_it_was_made():
    with backed_up(CREATED.format(table="person", type="timestamptz")) as told:
        act(told, "deleted", "person", 3)
        told.comes_back()
        told.execute("UPDATE person SET name = 'Zoe' WHERE id = 3")
        decided_by_nobody(told, "person", "deleted")
        told.execute("UPDATE person SET name = 'Cy' WHERE id = 3")
        assert told.outcomes() == [outcome("person", "deleted", "applied")]


def test_the_column_is_kept_in_the_registry():
    with story(CREATED.format(table="person", type="timestamptz")) as told:
        assert told.rows("SELECT created FROM gdpr_registry") == [("created",)]
        told.execute("ALTER TABLE person RENAME created TO made")
        assert told.rows("SELECT created FROM gdpr_registry") == [("made",)]


# S72

@pytest.mark.parametrize("action", ["deleted", "erased", "anonymised"])
@pytest.mark.parametrize("table, change", [
    ("mail", "name = 'Ada King', seen = 2"),  # the unique column is equal
    ("pair", "seen = 2"),  # both columns are
    ("plain", "name = name"),  # nothing was changed
    ("anon", "name = 'Ada King', seen = 2"),  # the key is of no one else
])
def test_s72_the_same_person_is_proven(told, action, table, change):
    told.execute(f"UPDATE {table} SET {change} WHERE id = (SELECT min(id::text) FROM {table})::{'uuid' if table == 'anon' else 'int'}")
    act(told, action, table, ADA if table == "anon" else 1)
    told.comes_back()
    assert told.outcomes() == [outcome(table, action, "applied")]
    assert told.rows(f"SELECT name FROM {table} WHERE id = %s", (ADA if table == "anon" else 1,)) == ([(None,)] if action == "anonymised" else [])
    assert told.log_differs() == [] and told.marks() == told.before_marks
    told.nothing_is_left_to_do()


UNPROVEN = [
    ("plain", 1, "seen = 2"),  # one column that anybody could have
    ("plain", 1, "name = 'Ada King'"),
    ("mail", 1, "email = 'ada@example.com', name = 'Ada King'"),
    ("mail", 3, "name = 'Cyd'"),  # NULL is nobody's address
    ("pair", 1, "city = 'Bern'"),
    ("pair", 3, "seen = 2"),  # only one of two has a value
    ("vague", 1, "seen = 2"),  # a third of people are glad
    ("partly", 1, "name = 'Ada King'"),  # these are unique in some rows, or together with something else
    ("bare", 1, "body = 'hullo'"),
]


@pytest.mark.parametrize("table, id_, change, action", [
    (*unproven, action) for unproven in UNPROVEN for action in ("deleted", "anonymised") if (unproven[0], action) != ("bare", "anonymised")
])
def test_s72_what_is_not_proven_is_asked(told, table, id_, change, action):
    told.execute(f"UPDATE {table} SET {change} WHERE id = {id_}")
    act(told, action, table, id_)
    told.comes_back()
    decided_by_nobody(told, table, action)
    # Somebody has looked at the row, and decides.
    assert told.outcomes("on_mismatch => 'apply', dry_run => true") == [outcome(table, action, "applied")]
    assert told.outcomes("on_mismatch => 'apply'") == [outcome(table, action, "applied")]
    left = told.rows(f"SELECT count(*) FROM {table} WHERE id = {id_}")
    assert left == [(1 if action == "anonymised" else 0,)]
    assert told.log_differs() == [] and told.marks() == told.before_marks
    told.nothing_is_left_to_do()


@pytest.mark.parametrize("action", ["deleted", "anonymised"])
def test_s72_it_is_decided_that_it_is_somebody_else(told, action):
    told.execute("UPDATE plain SET name = 'Ada King' WHERE id = 1")
    act(told, action, "plain", 1)
    told.comes_back()
    decided_by_nobody(told, "plain", action)
    [reported] = told.outcomes("on_mismatch => 'skip'")
    assert reported[:2] == outcome("plain", action, "")[:2] and reported[3] == 1
    assert told.rows("SELECT * FROM plain WHERE id = 1") == [(1, "Ada", 1)]
    assert told.log_differs() == []
    told.nothing_is_left_to_do()
    assert told.outcomes("on_mismatch => 'apply'") == []
    assert told.rows("SELECT * FROM plain WHERE id = 1") == [(1, "Ada", 1)]


def test_s72_a_decision_is_for_what_is_asked_only(told):
    """'skip' leaves alone what is not proven, and applies what is."""
    told.execute("UPDATE plain SET name = 'Ada King' WHERE id = 1; DELETE FROM plain WHERE id IN (1, 2); DELETE FROM mail WHERE id = 2")
    told.comes_back()
    told.outcomes("on_mismatch => 'skip'")
    assert told.rows("SELECT id FROM plain ORDER BY id") == [(1,), (3,)] and told.rows("SELECT id FROM mail ORDER BY id") == [(1,), (3,)]
    assert told.log_differs() == []
    told.nothing_is_left_to_do()


def test_s72_a_key_with_a_uuid_and_a_number(told):
    """A uuid in a key that has more: it is not said to be of uuids only, and the number alone may be anybody's."""
    told.execute("UPDATE mixed SET name = 'Ada King', seen = 2 WHERE id = %s", (ADA,))
    told.execute("DELETE FROM mixed WHERE id = %s", (ADA,))
    told.comes_back()
    assert told.outcomes() == [outcome("mixed", "deleted", NEEDS)]


# Rows that lead to a proven one

FAMILY = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE TABLE line (id int PRIMARY KEY, order_id int REFERENCES orders, wish text);
INSERT INTO person VALUES (1, 'Ada', 'ada@example.org'), (2, 'Bea', 'bea@example.org');
INSERT INTO orders VALUES (11, 1, 'ring twice'), (12, 2, 'leave it');
INSERT INTO line VALUES (21, 11, 'milk'), (22, 12, 'sugar');
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true), gdpr_register('orders', '{"note": "null"}'), gdpr_register('line', '{"wish": "null"}');
"""


@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_s72_the_order_of_a_proven_person(action):
    """Everything of the order and of its line has changed, but it leads to Ada, who is proven, and was erased with her."""
    with backed_up(FAMILY) as told:
        told.execute("UPDATE person SET name = 'Ada King' WHERE id = 1; UPDATE orders SET note = 'do not ring' WHERE id = 11; UPDATE line SET wish = 'tea' WHERE id = 21")
        told.execute(f"SELECT * FROM gdpr_{action}('person', 1)")
        told.comes_back()
        kind = "deleted" if action == "erase" else "anonymised"
        assert told.outcomes() == [(f"public.{table}", kind, "applied", 1) for table in ("line", "orders", "person")]
        told.as_before_the_loss()


@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_s72_an_order_that_was_somebody_elses(action):
    """In the backup it is Bea's, who is nobody's event: it is not proven by Ada."""
    with backed_up(FAMILY) as told:
        told.execute("UPDATE orders SET person_id = 1, note = 'gift' WHERE id = 12")
        told.execute(f"SELECT * FROM gdpr_{action}('person', 1)")
        told.comes_back()
        kind = "deleted" if action == "erase" else "anonymised"
        reported = told.outcomes()
        assert ("public.person", kind, "applied", 1) in reported
        assert {row for row in reported if row[2] == NEEDS} >= {("public.orders", kind, NEEDS, 1)}
        assert told.rows("SELECT * FROM orders WHERE id = 12") == [(12, 2, "leave it")]
        # Neither is the line of that order, which is as it was: whose it is hangs on the order.
        assert told.rows("SELECT wish FROM line WHERE id = 22") == [("sugar",)]
        told.outcomes("on_mismatch => 'apply'")
        assert [difference[:2] for difference in told.now_differs()] == ([] if action == "erase" else [("orders", (12,))])
        told.nothing_is_left_to_do()


def test_s72_what_was_decided_later_is_sealed_later():
    """A younger event is recorded and sealed while an older one waits for a decision. Then that is recorded, and the chain is sound."""
    with backed_up(SCHEMA) as told:
        told.execute("UPDATE plain SET name = 'Ada King' WHERE id = 1; DELETE FROM plain WHERE id = 1; DELETE FROM mail WHERE id = 1")
        told.execute("DELETE FROM mail WHERE id = 2")
        told.comes_back()
        assert outcome("plain", "deleted", NEEDS) in told.outcomes()
        head = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        assert told.outcomes("on_mismatch => 'apply'") == [outcome("plain", "deleted", "applied")]
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        later = told.value("SELECT gdpr_log_seal()")
        assert later != head
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (later,)) == []
        # All of it is sealed.
        sealed = told.value("SELECT sum(length(entries) / 48) FROM gdpr_log.seal")
        assert sealed == len(told.log())
        assert told.value("SELECT unsealed FROM gdpr_log.status") == 0
