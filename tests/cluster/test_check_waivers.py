"""S110, S65: what is known and accepted is said with a reason, stays said through renames and a dump, and is asked about again when it waives nothing."""

import subprocess

import psycopg
import pytest
from conftest import make_database, program

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
SELECT gdpr_register('person', '{"name": "null"}', subject => true);
CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, body text);
SELECT gdpr_register('note', '{"body": "null"}', on_erase => 'delete');
"""


@pytest.fixture
def checked(connection):
    connection.execute(SCHEMA)
    return connection


def findings(connection):
    sql = 'SELECT severity, code, relation::text, "column" FROM gdpr_check() WHERE code <> \'backup_retention_unset\''
    return connection.execute(sql).fetchall()


FOUND = [("error", "column_without_rule", "person", "email"), ("warning", "link_without_index", "note", "person_id")]
WAIVED = [("waived", "column_without_rule", "person", "email"), ("waived", "link_without_index", "note", "person_id")]


def waive(connection):
    connection.execute("SELECT gdpr_waive('column_without_rule', 'person', 'email', reason => 'only test addresses')")
    connection.execute("SELECT gdpr_waive('link_without_index', 'note', reason => 'three rows')")


def test_s110_a_waiver_with_a_reason_clears_it(checked):
    assert findings(checked) == FOUND
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        checked.execute("SELECT gdpr_check_or_fail()")
    waive(checked)
    assert findings(checked) == WAIVED
    checked.execute("SELECT gdpr_check_or_fail(severity => 'warning')")
    [(message,)] = checked.execute("SELECT message FROM gdpr_check() WHERE code = 'link_without_index'").fetchall()
    assert message.endswith("; waived: three rows")
    [(who,)] = checked.execute("SELECT DISTINCT waived_by FROM gdpr_waivers").fetchall()
    assert who == checked.info.user
    # It is for that table and that column.
    checked.execute("ALTER TABLE person ADD phone text")
    assert findings(checked) == [("error", "column_without_rule", "person", "phone"), *WAIVED]
    checked.execute("SELECT gdpr_unwaive('link_without_index', 'note')")
    assert FOUND[1] in findings(checked)


def test_s110_a_waiver_for_everywhere(checked):
    checked.execute("SELECT gdpr_waive('link_without_index', reason => 'small database')")
    assert findings(checked) == [FOUND[0], WAIVED[1]]


def test_a_waiver_that_waives_nothing_is_a_finding(checked):
    waive(checked)
    checked.execute("CREATE INDEX ON note (person_id)")
    assert findings(checked) == [("warning", "stale_waiver", "note", None), WAIVED[0]]
    [(hint,)] = checked.execute("SELECT hint FROM gdpr_check('note')").fetchall()
    checked.execute(hint)
    assert findings(checked) == [WAIVED[0]]


def test_s65_waivers_follow_renames_and_go_with_their_tables(checked):
    waive(checked)
    checked.execute("SELECT gdpr_waive('no_action_child', 'note', 'body, person_id', reason => 'none')")
    checked.execute("ALTER TABLE person RENAME email TO mail")
    checked.execute("ALTER TABLE person RENAME TO human")
    checked.execute("ALTER TABLE note RENAME person_id TO human_id")
    assert findings(checked)[1:] == [("waived", "column_without_rule", "human", "mail"), ("waived", "link_without_index", "note", "human_id")]
    columns = checked.execute('SELECT "column" FROM gdpr_waivers ORDER BY code').fetchall()
    assert columns == [("mail",), (None,), ("body, human_id",)]
    checked.execute("DROP TABLE note")
    assert checked.execute("SELECT relation::text FROM gdpr_waivers").fetchall() == [("human",)]


def test_s65_waivers_survive_a_dump(checked, database, tmp_path):
    waive(checked)
    before = checked.execute('SELECT code, relation::text, "column", reason, waived_by, waived_at FROM gdpr_waivers ORDER BY 1').fetchall()
    file = tmp_path / "dump"
    subprocess.run([program("pg_dump"), "-Fc", "-f", file, database], check=True)
    restored = make_database("gdpr_cluster_restored")
    name = next(restored)
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE {name}")
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    # Nothing new: no warning of the guard.
    done = subprocess.run([program("pg_restore"), "-d", name, file], check=True, capture_output=True, text=True)
    assert done.stderr == ""
    with psycopg.connect(dbname=name, autocommit=True) as copy:
        after = copy.execute('SELECT code, relation::text, "column", reason, waived_by, waived_at FROM gdpr_waivers ORDER BY 1').fetchall()
        assert after == before
        assert [finding for finding in findings(copy) if finding[1] != "restored_not_rerun"] == WAIVED
        copy.execute("ALTER TABLE person RENAME email TO mail")
        assert ("waived", "column_without_rule", "person", "mail") in findings(copy)
    restored.close()


@pytest.mark.parametrize(
    "call, state",
    [
        ("gdpr_waive('link_without_indx', 'note', reason => 'x')", "22023"),
        ("gdpr_waive('link_without_index', 'note')", "22023"),
        ("gdpr_waive('link_without_index', 'note', reason => '  ')", "22023"),
        ("gdpr_waive('link_without_index', 'note', 'nothing', reason => 'x')", "42703"),
        ("gdpr_waive('link_without_index', \"column\" => 'body', reason => 'x')", "22023"),
        ("gdpr_waive(NULL, reason => 'x')", "22004"),
        ("gdpr_unwaive('link_without_index', 'note')", "42704"),
        ("gdpr_check_or_fail(severity => 'fatal')", "22023"),
    ],
)
def test_what_is_refused(checked, call, state):
    with pytest.raises(psycopg.Error) as refused:
        checked.execute(f"SELECT {call}")
    assert refused.value.sqlstate == state
    # Where no column has a name like it there is nothing to hint at.
    assert refused.value.diag.message_hint or state == "42703"


def test_only_who_owns_the_table_or_the_extension_waives(checked):
    checked.execute("DROP ROLE IF EXISTS regress_waiver_owner")
    checked.execute("CREATE ROLE regress_waiver_owner")
    try:
        checked.execute("GRANT EXECUTE ON FUNCTION gdpr_waive, gdpr_unwaive TO regress_waiver_owner")
        checked.execute("ALTER TABLE note OWNER TO regress_waiver_owner")
        checked.execute("SET ROLE regress_waiver_owner")
        checked.execute("SELECT gdpr_waive('link_without_index', 'note', reason => 'x')")
        checked.execute("SELECT gdpr_unwaive('link_without_index', 'note')")
        for call in ["gdpr_waive('column_without_rule', 'person', reason => 'x')", "gdpr_waive('mirror_behind', reason => 'x')", "gdpr_unwaive('mirror_behind')"]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                checked.execute(f"SELECT {call}")
    finally:
        checked.execute("RESET ROLE")
        checked.execute("DROP OWNED BY regress_waiver_owner CASCADE")
        checked.execute("DROP ROLE regress_waiver_owner")


def test_the_exit_status_of_the_recipe_for_ci(checked, database):
    recipe = [program("psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", "SELECT gdpr_check_or_fail()"]
    failed = subprocess.run(recipe, capture_output=True, text=True)
    assert failed.returncode == 1
    assert "error column_without_rule: column email of table public.person has no rule" in failed.stderr
    assert "only_the_gravest" not in failed.stderr and "link_without_index" not in failed.stderr
    checked.execute("SELECT gdpr_waive('column_without_rule', 'person', 'email', reason => 'only test addresses')")
    assert subprocess.run(recipe, capture_output=True, text=True).returncode == 0
