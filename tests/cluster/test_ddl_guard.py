"""What a migration forgot is told when its transaction ends: by a WARNING with the code of gdpr_check, or an error under gdpr_ext.strict_ddl. (S110, S65)"""

import psycopg
import pytest
from psycopg.types.json import Jsonb

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text);
SELECT gdpr_register('person', '{"name": "null", "email": "email"}', subject => true);
"""


@pytest.fixture
def guarded(connection):
    connection.execute(SCHEMA)
    connection.warnings = []

    def note(notice):
        if notice.severity_nonlocalized == "WARNING":
            connection.warnings.append((notice.message_primary, notice.message_hint))

    connection.add_notice_handler(note)
    return connection


def told(connection):
    """Code and message of each WARNING since the last time."""
    warnings, connection.warnings[:] = list(connection.warnings), []
    return [message for message, _ in warnings]


def strict(connection):
    connection.execute("LOAD 'gdpr_ext'")
    connection.execute("SET gdpr_ext.strict_ddl = on")


def test_s110_a_column_that_appears_is_told_once(guarded):
    guarded.execute("ALTER TABLE person ADD phone text, ADD score int")
    [(phone, no_hint), (score, hint)] = guarded.warnings
    assert phone == "column_without_rule: column phone of table public.person has no rule"
    assert score == "column_without_rule: column score of table public.person has no rule"
    assert no_hint is None
    told(guarded)
    # What follows is about something else.
    guarded.execute("ALTER TABLE person ADD CHECK (score > 0) NOT VALID")
    guarded.execute("ALTER TABLE person RENAME score TO points")
    assert told(guarded) == []
    guarded.execute("ALTER TABLE person RENAME points TO score")
    guarded.execute("ALTER TABLE person ADD fax text")
    assert told(guarded) == ["column_without_rule: column fax of table public.person has no rule"]
    guarded.execute(hint)
    findings = guarded.execute("SELECT \"column\" FROM gdpr_check() WHERE code = 'column_without_rule'").fetchall()
    assert findings == [("fax",)]


def test_s110_a_migration_that_says_what_its_columns_are_is_silent(guarded):
    strict(guarded)
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ADD phone text")
        guarded.execute("ALTER TABLE person ADD fax text")
        guarded.execute("""SELECT gdpr_register('person', '{"name": "null", "email": "email", "phone": "null", "fax": "null"}')""")
    with guarded.transaction():
        guarded.execute("CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text)")
        guarded.execute("""SELECT gdpr_register('note', '{"body": "null"}')""")
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ADD phone2 text")
        guarded.execute("SELECT gdpr_waive('column_without_rule', 'person', 'phone2', reason => 'a test line')")
    assert told(guarded) == []


def test_s110_of_two_new_columns_the_one_without_a_rule_is_told(guarded):
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ADD phone text, ADD fax text")
        guarded.execute("""SELECT gdpr_register('person', '{"name": "null", "email": "email", "phone": "null"}')""")
        assert told(guarded) == []
    assert told(guarded) == ["column_without_rule: column fax of table public.person has no rule"]


def test_s110_strict_ddl_refuses_at_the_end_of_the_transaction(guarded):
    strict(guarded)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as refused, guarded.transaction():
        guarded.execute("ALTER TABLE person ADD phone text")
        guarded.execute("CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text)")
    assert refused.value.diag.message_primary == "column_without_rule: column phone of table public.person has no rule"
    assert "table_not_registered: table public.note is 1 link away" in refused.value.diag.message_detail
    assert refused.value.diag.message_hint.startswith("SELECT gdpr_register('public.person'")
    assert guarded.execute("SELECT to_regclass('note')").fetchone() == (None,)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        guarded.execute("ALTER TABLE person ADD phone text")


def test_s110_a_new_table_that_refers_to_a_registered_one(guarded):
    guarded.execute("CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text)")
    assert told(guarded) == ["table_not_registered: table public.note is 1 link away from a table of persons, and nobody has registered it"]
    guarded.execute("CREATE TABLE page (id int PRIMARY KEY, note_id int, text text)")
    guarded.execute("CREATE INDEX ON page (note_id)")
    assert told(guarded) == []
    guarded.execute("ALTER TABLE page ADD FOREIGN KEY (note_id) REFERENCES note")
    assert told(guarded) == ["table_not_registered: table public.page is 2 links away from a table of persons, and nobody has registered it"]
    guarded.execute("ALTER TABLE page ADD number int")
    assert told(guarded) == []


def test_s110_tables_of_keys_and_tables_of_nobody_are_not_told(guarded):
    guarded.execute("CREATE TABLE country (id int PRIMARY KEY, name text)")
    guarded.execute("CREATE TABLE city (id int PRIMARY KEY, country_id int REFERENCES country, name text)")
    guarded.execute("CREATE TABLE friend (one int REFERENCES person, other int REFERENCES person, PRIMARY KEY (one, other))")
    guarded.execute("CREATE TEMP TABLE person_copy AS SELECT * FROM person")
    assert told(guarded) == []


def test_s110_a_column_retyped_has_a_rule_for_another_type(guarded):
    """Also where the rule still can be for it. A length is no type, and it is told once; a rename of the same transaction is followed."""
    guarded.execute("ALTER TABLE person ALTER email TYPE varchar(200)")
    [retyped] = told(guarded)
    assert retyped == "rule_retyped: column email of table public.person was of type text when its rule was given, and is of type character varying now"
    guarded.execute("ALTER TABLE person ALTER email TYPE varchar(100)")
    guarded.execute("ALTER TABLE person ALTER name SET DEFAULT ''")
    assert told(guarded) == []
    guarded.execute("ALTER TABLE person ALTER email TYPE char(100)")
    assert len(told(guarded)) == 1
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ALTER name TYPE varchar; ALTER TABLE person RENAME name TO called")
    [retyped] = told(guarded)
    assert retyped.startswith("rule_retyped: column called of table public.person was of type text ")
    rules = guarded.execute("SELECT rules FROM gdpr_registry WHERE relation = 'person'::regclass").fetchone()[0]
    assert guarded.execute("SELECT \"column\" FROM gdpr_check() WHERE code = 'rule_retyped' ORDER BY 1").fetchall() == [("called",), ("email",)]
    guarded.execute("SELECT gdpr_register('person', search => '{called}')")
    assert guarded.execute("SELECT count(*) FROM gdpr_check() WHERE code = 'rule_retyped'").fetchone() == (2,)
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ALTER called TYPE text")
        guarded.execute("SELECT gdpr_register('person', %s)", (Jsonb(rules),))
    assert told(guarded) == []
    assert guarded.execute("SELECT count(*) FROM gdpr_check() WHERE code = 'rule_retyped'").fetchone() == (0,)
    strict(guarded)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="^rule_retyped: column called "):
        guarded.execute("ALTER TABLE person ALTER called TYPE varchar")


def test_s110_a_column_dropped_or_retyped_breaks_its_rule(guarded):
    guarded.execute("ALTER TABLE person DROP name")
    [dropped, broken] = told(guarded)
    assert dropped == "column name of table public.person was needed by the registry's entry of public.person"
    assert broken.startswith("rule_broken: the registry's entry of table public.person does not hold any more: ")
    guarded.execute("""SELECT gdpr_register('person', '{"email": "email"}')""")
    guarded.execute("ALTER TABLE person ALTER email TYPE int USING 1")
    [broken] = told(guarded)
    assert broken.startswith("rule_broken: ")
    guarded.execute("""SELECT gdpr_register('person', '{"email": "null"}')""")
    with guarded.transaction():
        guarded.execute("ALTER TABLE person ALTER email TYPE text")
        guarded.execute("""SELECT gdpr_register('person', '{"email": "email"}')""")
    assert told(guarded) == []


def test_an_owner_without_superuser_is_told_too(guarded):
    guarded.execute("DROP ROLE IF EXISTS regress_guard_owner")
    guarded.execute("CREATE ROLE regress_guard_owner")
    try:
        guarded.execute("ALTER TABLE person OWNER TO regress_guard_owner")
        guarded.execute("SET ROLE regress_guard_owner")
        guarded.execute("ALTER TABLE person ADD phone text")
        assert told(guarded) == ["column_without_rule: column phone of table public.person has no rule"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            guarded.execute("INSERT INTO gdpr_pending_ddl VALUES (1, '{}')")
    finally:
        guarded.execute("RESET ROLE")
        guarded.execute("DROP OWNED BY regress_guard_owner CASCADE")
        guarded.execute("DROP ROLE regress_guard_owner")


def test_nothing_pending_is_left_behind(guarded):
    guarded.execute("ALTER TABLE person ADD phone text")
    guarded.execute("CREATE TABLE note (id int PRIMARY KEY, person_id int REFERENCES person, body text)")
    with guarded.transaction(force_rollback=True):
        guarded.execute("ALTER TABLE person ADD fax text")
    assert guarded.execute("SELECT count(*) FROM gdpr_pending_ddl").fetchone() == (0,)


def test_all_tables_published_can_still_be_altered_and_waived(guarded):
    guarded.execute("CREATE PUBLICATION everything FOR ALL TABLES")
    told(guarded)
    guarded.execute("ALTER TABLE person ADD phone text")
    guarded.execute("SELECT gdpr_waive('publication_copies', reason => 'our own standby')")
    guarded.execute("SELECT gdpr_unwaive('publication_copies')")
    assert len(told(guarded)) == 1
