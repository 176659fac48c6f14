"""S74: the restored database has other tables, columns and rules than the log speaks of. What is missing is reported, the rest goes on; when it is there
again, the rerun does what was left."""

import pytest
from restore import Dumped, Story, story

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE pet (id int PRIMARY KEY, name text, kind text);
CREATE TABLE visit (id int PRIMARY KEY, path text);
INSERT INTO person SELECT n, 'name ' || n, 'mail ' || n FROM generate_series(1, 6) n;
INSERT INTO note SELECT 10 + n, n, 'body ' || n FROM generate_series(1, 6) n;
INSERT INTO pet SELECT n, 'pet ' || n, 'cat' FROM generate_series(1, 6) n;
INSERT INTO visit SELECT n, 'path ' || n FROM generate_series(1, 6) n;
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true), gdpr_register('note', '{"body": "null"}'),
  gdpr_register('pet', '{"name": "null", "kind": "null"}', subject => true), gdpr_register('visit', '{"path": "null"}');
"""
SINCE = "SELECT * FROM gdpr_erase('person', 1); SELECT * FROM gdpr_anonymise('pet', 2); DELETE FROM pet WHERE id = 3; DELETE FROM visit WHERE id = 4"
ALL = [
    ("public.note", "deleted", "applied", 1), ("public.person", "deleted", "applied", 1), ("public.pet", "anonymised", "applied", 1),
    ("public.pet", "deleted", "applied", 1), ("public.visit", "deleted", "applied", 1),
]


@pytest.fixture(scope="module")
def lost():
    with story(SCHEMA, name="gdpr_rerun_changed") as told:
        told.back_up()
        told.execute(SINCE)
        told.comes_back()
        yield told


@pytest.fixture
def told(lost):
    """Restored; what a test does to it is rolled back."""
    lost.warnings.clear()
    with lost.connection.transaction(force_rollback=True):
        yield lost


def pets_are(outcome):
    return [(*row[:2], outcome if row[0] == "public.pet" else row[2], row[3]) for row in ALL]


def test_without_a_change(told):
    assert told.outcomes() == ALL
    told.as_before_the_loss()


@pytest.mark.parametrize("away, back", [
    ("ALTER TABLE pet RENAME TO animal", "ALTER TABLE animal RENAME TO pet"),
    ("CREATE SCHEMA zoo; ALTER TABLE pet SET SCHEMA zoo", "ALTER TABLE zoo.pet SET SCHEMA public"),
])
def test_s74_a_table_that_is_renamed(told, away, back):
    told.execute(away)
    before = told.rows(f"TABLE {'animal' if 'animal' in away else 'zoo.pet'}")
    assert told.outcomes() == pets_are("no such table")
    assert told.rows(f"TABLE {'animal' if 'animal' in away else 'zoo.pet'}") == before
    assert len(told.log_differs()) == 2
    # It is asked for again, and nothing is logged for it, until the table is there.
    assert told.outcomes() == [row for row in pets_are("no such table") if row[0] == "public.pet"]
    assert len(told.reruns()) == 1
    told.execute(back)
    assert told.outcomes() == [row for row in ALL if row[0] == "public.pet"]
    told.as_before_the_loss()
    assert len(told.reruns()) == 2
    told.nothing_is_left_to_do()


def test_s74_a_table_that_was_renamed_before_it_was_written_of():
    """The backup has it under its old name: the one in the log is not there yet."""
    with story(SCHEMA, Dumped) as told:
        told.back_up()
        told.execute("ALTER TABLE pet RENAME TO animal; DELETE FROM animal WHERE id = 3; DELETE FROM visit WHERE id = 4")
        told.comes_back()
        assert told.outcomes() == [("public.animal", "deleted", "no such table", 1), ("public.visit", "deleted", "applied", 1)]
        told.execute("ALTER TABLE pet RENAME TO animal")
        assert told.outcomes() == [("public.animal", "deleted", "applied", 1)]
        told.as_before_the_loss()


@pytest.mark.parametrize("instead", [
    "", "CREATE VIEW pet AS SELECT 1 AS id, 'Rex' AS name", "CREATE SEQUENCE pet", "CREATE FOREIGN TABLE pet (id int, name text) SERVER s",
])
def test_s74_a_table_that_is_gone(told, instead):
    """Or something else has its name. 'skip' says that this is as it should be."""
    if "FOREIGN" in instead:
        told.execute("CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw")
        instead += " OPTIONS (filename '/dev/null')"
    told.execute("DROP TABLE pet;" + instead)
    reported = told.outcomes()
    assert [row for row in reported if row[0] != "public.pet"] == [row for row in ALL if row[0] != "public.pet"]
    outcomes = {row[2] for row in reported if row[0] == "public.pet"}
    assert outcomes == {"no such table"} or "FOREIGN" in instead and outcomes <= {"no such table", "no rule", "needs decision"}
    told.outcomes("on_mismatch => 'skip'")
    assert told.log_differs() == []
    told.nothing_is_left_to_do()


def test_s74_a_table_that_is_not_registered_any_more(told):
    """What was deleted is deleted, which takes no rule; what was anonymised waits for one."""
    told.execute("SELECT gdpr_unregister('pet')")
    unruled = [(*row[:2], "no rule" if row[:2] == ("public.pet", "anonymised") else row[2], row[3]) for row in ALL]
    assert told.outcomes() == unruled
    assert told.rows("SELECT name, kind FROM pet WHERE id = 2") == [("pet 2", "cat")]
    assert told.outcomes() == [row for row in unruled if row[2] == "no rule"]
    told.execute("""SELECT gdpr_register('pet', '{"name": "null", "kind": "null"}', subject => true)""")
    assert told.outcomes() == [("public.pet", "anonymised", "applied", 1)]
    told.as_before_the_loss()
    told.nothing_is_left_to_do()


def test_s74_a_column_that_has_no_rule_any_more(told):
    """A row of which one column cannot be anonymised is not half done."""
    told.execute("""SELECT gdpr_register('pet', '{"name": "null"}')""")
    assert [row for row in told.outcomes() if row[0] == "public.pet"] == [("public.pet", "anonymised", "no rule", 1), ("public.pet", "deleted", "applied", 1)]
    assert told.rows("SELECT name FROM pet WHERE id = 2") == [("pet 2",)]
    told.execute("""SELECT gdpr_register('pet', '{"name": "null", "kind": "null"}')""")
    assert told.outcomes() == [("public.pet", "anonymised", "applied", 1)]
    told.as_before_the_loss()
    told.nothing_is_left_to_do()


@pytest.mark.parametrize("proof", ["none", "unique"])
def test_s74_a_column_that_is_renamed(told, proof):
    """Its value is still there under another name, so the event is not settled by the columns that are left. Named as it was, it is."""
    if proof == "unique":
        told.execute("CREATE UNIQUE INDEX ON pet (name)")
    told.execute("ALTER TABLE pet RENAME kind TO species")
    anonymised = ("public.pet", "anonymised")
    [reported] = [row for row in told.outcomes() if row[:2] == anonymised]
    assert reported[2] in ("no rule", "needs decision")
    assert told.rows("SELECT name, species FROM pet WHERE id = 2") == [("pet 2", "cat")]
    assert told.value("SELECT count(*) FROM gdpr_log.event WHERE relation = 'public.pet' AND action = 'anonymised'") == 0
    told.execute("ALTER TABLE pet RENAME species TO kind")
    assert [row for row in told.outcomes() if row[:2] == anonymised] == [(*anonymised, "applied", 1)]
    told.as_before_the_loss()
    told.nothing_is_left_to_do()


@pytest.mark.parametrize("change", ["ALTER TABLE pet ALTER name SET NOT NULL", "ALTER TABLE pet ADD CHECK (name <> '' AND name IS NOT NULL)"])
def test_s74_a_rule_that_cannot_work_any_more(told, change):
    """What is deleted needs no rule; what was anonymised is reported with a warning; the rest goes on."""
    told.execute(change)
    told.warnings.clear()
    reported = told.outcomes()
    assert [row for row in reported if row[0] != "public.pet"] == [row for row in ALL if row[0] != "public.pet"]
    [anonymised, deleted] = [row for row in reported if row[0] == "public.pet"]
    assert anonymised[2] in ("no rule", "needs decision") and deleted[2] == "applied"
    assert told.rows("SELECT name FROM pet WHERE id IN (2, 3)") == [("pet 2",)]
    told.execute("""SELECT gdpr_register('pet', '{"name": {"strategy": "value", "value": "somebody"}, "kind": "null"}')""")
    assert told.outcomes() == [("public.pet", "anonymised", "applied", 1)]
    assert told.log_differs() == []
    told.nothing_is_left_to_do()


def test_s74_a_column_that_is_dropped(told):
    """And one that is added. The whole row is another then, but its columns with rules prove it."""
    told.execute("ALTER TABLE visit DROP path; ALTER TABLE visit ADD path text; UPDATE visit SET path = 'path ' || id")
    told.execute("ALTER TABLE person ADD points int DEFAULT 5")
    told.execute("""SELECT gdpr_register('visit', '{"path": "null"}')""")
    reported = told.outcomes()
    assert [row for row in reported if row[0] not in ("public.visit",)] == [row for row in ALL if row[0] != "public.visit"]
    told.outcomes("on_mismatch => 'apply'")
    assert told.log_differs() == []
    assert told.value("SELECT count(*) FROM visit WHERE id = 4") == 0


@pytest.mark.parametrize("change", [
    "ALTER TABLE pet RENAME id TO number",
    "ALTER TABLE pet ALTER id TYPE text",
    "ALTER TABLE pet DROP CONSTRAINT pet_pkey; ALTER TABLE pet ADD PRIMARY KEY (id, name)",
    "ALTER TABLE pet DROP CONSTRAINT pet_pkey",
    "ALTER TABLE pet DROP id; ALTER TABLE pet ADD id uuid PRIMARY KEY DEFAULT gen_random_uuid()",
])
def test_s74_another_key(told, change):
    """The rows cannot be found by the keys of the log, or still can; either way none is passed over silently, and the rest is done."""
    told.execute(change)
    reported = told.outcomes()
    assert [row for row in reported if row[0] != "public.pet"] == [row for row in ALL if row[0] != "public.pet"]
    pets = {row[2] for row in reported if row[0] == "public.pet"}
    left = told.value("SELECT count(*) FROM pet WHERE name IN ('pet 2', 'pet 3')")
    assert left == (0 if pets == {"applied"} else 2), reported
    if pets != {"applied"}:
        assert pets <= {"needs decision", "no rule", "no such table"}
        assert len(told.log_differs()) == 2
        told.outcomes("on_mismatch => 'skip'")
        assert told.log_differs() == []
        told.nothing_is_left_to_do()


def test_s74_a_key_of_a_wider_type(told):
    """int has become bigint: the numbers are the same."""
    told.execute("ALTER TABLE pet ALTER id TYPE bigint; ALTER TABLE person ALTER id TYPE bigint; ALTER TABLE note ALTER person_id TYPE bigint")
    assert told.outcomes() == ALL
    told.as_before_the_loss()


def test_s74_rules_are_those_of_now(told):
    """What the log anonymised by one strategy is anonymised by what the registry says now."""
    told.execute("""SELECT gdpr_register('pet', '{"name": {"strategy": "value", "value": "somebody"}, "kind": "null"}')""")
    assert told.outcomes() == ALL
    assert told.rows("SELECT name, kind FROM pet WHERE id = 2") == [("somebody", None)]
    told.nothing_is_left_to_do()


def test_s74_a_trigger_of_the_user_swallows_it(told):
    """Reported with a warning that says why; the rest goes on."""
    told.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    told.execute("CREATE TRIGGER no BEFORE DELETE ON pet FOR EACH ROW EXECUTE FUNCTION no()")
    told.warnings.clear()
    assert ("public.pet", "deleted", "needs decision", 1) in told.outcomes()
    assert any("public.pet" in warning.message for warning in told.warnings)
    assert told.rows("SELECT id FROM pet WHERE id IN (2, 3) ORDER BY 1") == [(2,), (3,)]
    told.execute("DROP TRIGGER no ON pet")
    assert told.outcomes() == [("public.pet", "deleted", "applied", 1)]
    told.as_before_the_loss()


def test_a_row_that_came_after_the_restore_holds_one_that_is_to_go(told):
    """Its foreign key refuses the delete. A warning says which; the rest goes on, and when it is gone, the rerun does what was left."""
    told.execute("CREATE TABLE loan (id int PRIMARY KEY, pet int REFERENCES pet ON DELETE RESTRICT, visit int REFERENCES visit)")
    told.execute("INSERT INTO loan VALUES (1, 3, 4)")
    told.warnings.clear()
    reported = told.outcomes()
    assert reported == [(*row[:2], "needs decision" if row[:2] in {("public.pet", "deleted"), ("public.visit", "deleted")} else row[2], row[3]) for row in ALL]
    for table in ("public.pet", "public.visit"):
        [warning] = [warning for warning in told.warnings if table in warning.message]
        assert "foreign key" in warning.message and "loan" in f"{warning.message} {warning.detail}"
    # Whatever is decided, PostgreSQL refuses.
    assert {row[2] for row in told.outcomes("on_mismatch => 'apply'")} == {"needs decision"}
    told.execute("DELETE FROM loan")
    assert told.outcomes() == [row for row in ALL if row[:2] in {("public.pet", "deleted"), ("public.visit", "deleted")}]
    assert [difference for difference in told.now_differs() if difference[0] != "loan"] == []
    told.nothing_is_left_to_do()


def test_a_row_of_many_is_held():
    """One event of several rows, one of which is held: the others go."""
    with story(SCHEMA) as told:
        told.back_up()
        told.execute("DELETE FROM visit")
        told.comes_back()
        told.execute("CREATE TABLE loan (id int PRIMARY KEY, visit int REFERENCES visit); INSERT INTO loan VALUES (1, 5)")
        assert told.outcomes() == [("public.visit", "deleted", "applied", 5), ("public.visit", "deleted", "needs decision", 1)]
        assert told.rows("SELECT id FROM visit") == [(5,)]
        told.execute("DROP TABLE loan")
        told.rerun()
        told.as_before_the_loss()
        told.nothing_is_left_to_do()


def test_many_rows_that_are_held():
    """However many they are, all others go."""
    schema = """
        CREATE TABLE visit (id int PRIMARY KEY, path text, address text);
        INSERT INTO visit SELECT n, 'path ' || n, 'address ' || n FROM generate_series(1, 1000) n;
        SELECT gdpr_register('visit', '{"path": "null", "address": "null"}');
    """
    with story(schema) as told:
        told.back_up()
        told.execute("DELETE FROM visit")
        told.comes_back()
        told.execute("CREATE TABLE loan (visit int PRIMARY KEY REFERENCES visit); INSERT INTO loan SELECT generate_series(1, 150)")
        assert told.outcomes() == [("public.visit", "deleted", "applied", 850), ("public.visit", "deleted", "needs decision", 150)]
        assert told.value("SELECT count(*) FROM visit") == 150
        told.execute("DROP TABLE loan")
        assert told.outcomes() == [("public.visit", "deleted", "already gone", 850), ("public.visit", "deleted", "applied", 150)]
        told.as_before_the_loss()


def test_rows_that_came_after_the_restore_and_hang_on_one_that_is_to_go():
    """Registered rows that a cascade would take along, and of which no event speaks, are somebody's to decide about. What then becomes of them is in the log:
    another restore would bring them back."""
    schema = """
        CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE);
        CREATE TABLE review (id int PRIMARY KEY, person_id int REFERENCES person, body text);
        CREATE TABLE line (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, body text);
        CREATE TABLE trace (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE SET NULL, body text);
        INSERT INTO person VALUES (1, 'ada'), (2, 'bea');
        SELECT gdpr_register('person', '{"email": "null"}', subject => true), gdpr_register('review', '{"body": "null"}'),
          gdpr_register('line', '{"body": "null"}'), gdpr_register('trace', '{"body": "null"}');
        SELECT gdpr_on_delete('review', '{person_id}');
    """
    with story(schema) as told:
        told.back_up()
        told.execute("DELETE FROM person")
        told.comes_back()
        told.execute("INSERT INTO review VALUES (11, 1, 'new'); INSERT INTO line VALUES (21, 1, 'new'); INSERT INTO trace VALUES (31, 1, 'new')")
        told.warnings.clear()
        assert told.outcomes() == [("public.person", "deleted", "applied", 1), ("public.person", "deleted", "needs decision", 1)]
        assert any("public.line" in warning.message for warning in told.warnings)
        assert told.rows("SELECT id FROM line") == [(21,)] and told.rows("SELECT id FROM person") == [(1,)]
        told.outcomes("on_mismatch => 'apply'")
        assert told.rows("TABLE person") == told.rows("TABLE line") == []
        assert told.rows("TABLE review") == [(11, None, None)] and told.rows("TABLE trace") == [(31, None, "new")]
        new = "SELECT relation, action, keys FROM gdpr_log.event WHERE action <> 'rerun' AND origin = gdpr_log_origin() ORDER BY 1, 2"
        assert told.rows(new) == [("public.line", "deleted", [21]), ("public.review", "anonymised", [11]), ("public.review", "detached", [11])]
        told.nothing_is_left_to_do()


def test_no_value_is_in_a_warning():
    """A text key can be a name: PostgreSQL's own message about the foreign key has it, ours has not."""
    schema = """
        CREATE TABLE account (login text PRIMARY KEY, name text);
        INSERT INTO account VALUES ('ada.lovelace', 'Ada'), ('bea.bell', 'Bea');
        SELECT gdpr_register('account', '{"name": "null"}', subject => true);
    """
    with story(schema) as told:
        told.execute("DELETE FROM account WHERE login = 'bea.bell'")
        told.back_up()
        told.execute("DELETE FROM account")
        told.comes_back()
        told.execute("CREATE TABLE loan (login text REFERENCES account); INSERT INTO loan VALUES ('ada.lovelace')")
        told.warnings.clear()
        assert told.outcomes() == [("public.account", "deleted", "needs decision", 1)]
        assert told.warnings and "lovelace" not in repr(told.warnings)
        told.execute("DROP TABLE loan")
        told.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not %', OLD.login; END $$;"
                     "CREATE TRIGGER no BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION no()")
        told.warnings.clear()
        assert told.outcomes() == [("public.account", "deleted", "needs decision", 1)]
        assert told.warnings and "lovelace" not in repr(told.warnings)
