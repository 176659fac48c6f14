"""S38: a `sql` rule is the table owner's text. A superuser who anonymises her rows evaluates it as her."""

import psycopg
import pytest

from .conftest import AGAIN, ALL_CALLS, ANONYMISE

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada'), (2, 'Bea');
"""
RULES = """{"name": {"strategy": "sql", "expression": "mallory.same(%s)"}}"""
OF_THE_ROW = RULES % "name || '.'"
FOLDED = RULES % "'x'"  # an immutable function of a constant is evaluated by the planner already


@pytest.mark.parametrize("rules", [OF_THE_ROW, FOLDED], ids=["of the row", "of a constant"])
def test_registered_by_a_superuser(mallory, rules):
    mallory.does(TABLE)
    mallory.robs_a_superuser("UPDATE mallory.person SET name = mallory.same(name)")
    mallory.robs_a_superuser("SELECT mallory.same('x')")
    register = f"SELECT gdpr_register('mallory.person', $json${rules}$json$)"
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person ORDER BY id").fetchall() != [("Ada",), ("Bea",)]


def test_written_by_her_past_the_function(mallory):
    mallory.does(TABLE)
    mallory.connection.execute("GRANT SELECT, INSERT ON gdpr_registry TO regress_mallory")
    mallory.does(f"INSERT INTO gdpr_registry (relation, rules) VALUES ('mallory.person', $json${OF_THE_ROW}$json$)")
    mallory.gains_nothing(*ALL_CALLS)


def test_the_function_is_replaced_after_the_rule_was_checked(mallory):
    """What was immutable and harmless at registration is volatile and hers now."""
    mallory.does(TABLE)
    mallory.does("CREATE FUNCTION mallory.later(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)'")
    mallory.connection.execute("""SELECT gdpr_register('mallory.person', '{"name": {"strategy": "sql", "expression": "mallory.later(name)"}}')""")
    mallory.does("CREATE OR REPLACE FUNCTION mallory.later(text) RETURNS text VOLATILE LANGUAGE sql AS 'SELECT mallory.same($1)'")
    seen = mallory.seen(*ALL_CALLS)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0 or seen.errors, "it neither ran as her nor was refused"


def test_the_rule_goes_with_the_table_to_a_new_owner(mallory):
    """The owner of now counts, not the one who wrote the rule: the clerk's table runs it as the clerk, never as the superuser."""
    connection = mallory.connection
    mallory.does(TABLE)
    connection.execute(f"SELECT gdpr_register('mallory.person', $json${OF_THE_ROW}$json$)")
    connection.execute("ALTER TABLE mallory.person OWNER TO regress_clerk")
    seen = mallory.seen(ANONYMISE, AGAIN)
    assert not seen.errors
    assert seen.as_another > 0 and seen.got == set()


def test_a_rule_that_reads_a_file_fails_and_changes_nothing(mallory):
    mallory.does(TABLE)
    mallory.does("CREATE FUNCTION mallory.file(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT pg_read_file(''PG_VERSION'') || $1'")
    rules = '{"name": {"strategy": "sql", "expression": "mallory.file(name)"}}'
    connection = mallory.connection
    assert connection.execute("SELECT mallory.file('x')").fetchone() == ("15\nx",)
    connection.execute("SELECT gdpr_register('mallory.person', %s::jsonb)", (rules,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(ANONYMISE)
    assert connection.execute("SELECT name FROM mallory.person ORDER BY id").fetchall() == [("Ada",), ("Bea",)]
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


@pytest.mark.parametrize(
    "expression",
    [
        "pg_catalog.pg_read_file('PG_VERSION')",
        "(SELECT line FROM diary.page)",
        "name); ALTER ROLE regress_mallory SUPERUSER; --",
        "name FROM mallory.person; SELECT mallory.same('x'",
        "name, id = mallory.attack()::int",
        "mallory.attack()::text",
    ],
)
def test_text_that_is_not_one_harmless_expression_is_refused_when_registered(mallory, expression):
    mallory.does(TABLE)
    mallory.connection.execute("GRANT EXECUTE ON FUNCTION gdpr_register TO regress_mallory")
    seen = mallory.seen(
        "SELECT gdpr_register('mallory.person', jsonb_build_object('name',"
        f" jsonb_build_object('strategy', 'sql', 'expression', $text${expression}$text$)))"
    )
    mallory.has_nothing(seen)
    assert len(seen.errors) == 1 and seen.errors[0].sqlstate in ("0A000", "42601", "42P17", "42P20", "42803", "42501"), seen.errors
    assert mallory.connection.execute("SELECT count(*) FROM gdpr_registry").fetchone() == (0,)
