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


@pytest.fixture
def told():
    with story(SCHEMA) as told:
        told.back_up()
        told.execute(SINCE)
        told.comes_back()
        yield told


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


@pytest.mark.parametrize("instead", ["", "CREATE VIEW pet AS SELECT 1 AS id, 'Rex' AS name", "CREATE SEQUENCE pet", "CREATE FOREIGN TABLE pet (id int, name text) SERVER s"])
def test_s74_a_table_that_is_gone(told, instead):
    """Or something else has its name. 'skip' says that this is as it should be."""
    if "FOREIGN" in instead:
        told.execute("CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw")
        instead += " OPTIONS (filename '/dev/null')"
    told.execute("DROP TABLE pet;" + instead)
    reported = told.outcomes()
    assert [row for row in reported if row[0] != "public.pet"] == [row for row in ALL if row[0] != "public.pet"]
    assert {row[2] for row in reported if row[0] == "public.pet"} <= ({"no such table"} if "FOREIGN" not in instead else {"no such table", "no rule", "already gone", "needs decision"})
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


@pytest.mark.parametrize("away, back", [
    ("""SELECT gdpr_register('pet', '{"name": "null"}')""", """SELECT gdpr_register('pet', '{"name": "null", "kind": "null"}')"""),
    ("ALTER TABLE pet RENAME kind TO species", "ALTER TABLE pet RENAME species TO kind"),
])
def test_s74_a_column_that_has_no_rule_any_more(told, away, back):
    """A row of which one column cannot be anonymised is not half done."""
    told.execute(away)
    assert [row for row in told.outcomes() if row[0] == "public.pet"] == [
        ("public.pet", "anonymised", "no rule", 1), ("public.pet", "deleted", "applied", 1)]
    assert told.rows("SELECT name FROM pet WHERE id = 2") == [("pet 2",)]
    told.execute(back)
    assert told.outcomes() == [("public.pet", "anonymised", "applied", 1)]
    told.as_before_the_loss()
    told.nothing_is_left_to_do()


def test_s74_a_column_that_is_dropped(told):
    """And one that is added. The whole row is another then, but its columns with rules prove it."""
    told.execute("ALTER TABLE visit DROP path; ALTER TABLE visit ADD path text; UPDATE visit SET path = 'path ' || id; ALTER TABLE person ADD points int DEFAULT 5")
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
    told.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER no BEFORE DELETE ON pet FOR EACH ROW EXECUTE FUNCTION no()")
    told.warnings.clear()
    assert ("public.pet", "deleted", "needs decision", 1) in told.outcomes()
    assert any("public.pet" in warning.message for warning in told.warnings)
    assert told.rows("SELECT id FROM pet WHERE id IN (2, 3) ORDER BY 1") == [(2,), (3,)]
    told.execute("DROP TRIGGER no ON pet")
    assert told.outcomes() == [("public.pet", "deleted", "applied", 1)]
    told.as_before_the_loss()


def test_a_row_that_came_after_the_restore_holds_one_that_is_to_go(told):
    """Its foreign key refuses the delete. A warning says which; the rest goes on, and when it is gone, the rerun does what was left."""
    told.execute("CREATE TABLE loan (id int PRIMARY KEY, pet int REFERENCES pet ON DELETE RESTRICT, visit int REFERENCES visit); INSERT INTO loan VALUES (1, 3, 4)")
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


def test_a_row_of_many_is_held(told):
    """One event of several rows, one of which is held: the others go."""
    told.rerun()
    told.back_up()
    told.execute("DELETE FROM visit")
    told.comes_back()
    told.execute("CREATE TABLE loan (id int PRIMARY KEY, visit int REFERENCES visit); INSERT INTO loan VALUES (1, 5)")
    reported = told.outcomes()
    assert sum(row[3] for row in reported) == 5
    held = [row[3] for row in reported if row[2] == "needs decision"]
    assert len(held) == 1 and told.value("SELECT count(*) FROM visit") == held[0]
    told.execute("DROP TABLE loan")
    told.rerun()
    told.as_before_the_loss()
    told.nothing_is_left_to_do()
