"""The log says what was done. Nobody but the extension writes to it, whatever he may call, and nobody but a superuser changes it."""

import psycopg
import pytest

from .conftest import ANONYMISE
from .own_functions import calls

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada'), (2, 'Bea');
"""
REGISTER = """SELECT gdpr_register('mallory.person', '{"name": "blank"}')"""
FORGERIES = [
    "INSERT INTO gdpr_log.event SELECT (e).* FROM gdpr_log.event e",
    "INSERT INTO gdpr_log.event DEFAULT VALUES",
    "UPDATE gdpr_log.event SET rows = 0",
    "DELETE FROM gdpr_log.event",
    "TRUNCATE gdpr_log.event",
    "UPDATE gdpr_log.anonymised SET marks = NULL",
    "DELETE FROM gdpr_log.anonymised",
    "UPDATE gdpr_log.secret SET secret = NULL",
    "ALTER TABLE gdpr_log.event DISABLE TRIGGER ALL",
    "DROP TABLE gdpr_log.event",
    "DROP SCHEMA gdpr_log CASCADE",
    "CREATE TRIGGER t BEFORE INSERT ON gdpr_log.event FOR EACH ROW EXECUTE FUNCTION mallory.on_row()",
    "CREATE RULE r AS ON INSERT TO gdpr_log.event DO INSTEAD NOTHING",
    "COMMENT ON TABLE gdpr_log.event IS 'mine'",
    "CREATE FUNCTION gdpr_log.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE gdpr_log.t ()",
]


@pytest.fixture
def logged(mallory):
    mallory.does(TABLE)
    mallory.connection.execute(REGISTER)
    mallory.connection.execute(ANONYMISE)
    assert mallory.connection.execute("SELECT rows, relation FROM gdpr_log.event").fetchall() == [(1, "mallory.person")]
    return mallory


def everything_logged(connection):
    tables = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'gdpr_log'::regnamespace AND relkind IN ('r', 'p')")
    return {table: sorted(map(repr, connection.execute(f"SELECT t::text FROM {table} t").fetchall())) for table, in tables.fetchall()}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_by_a_role_without_rights(logged, forgery):
    before = everything_logged(logged.connection)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        logged.does(forgery)
    assert everything_logged(logged.connection) == before


@pytest.mark.parametrize("forgery", FORGERIES)
def test_from_code_of_hers_while_a_superuser_writes_the_log(logged, forgery):
    """In her trigger, in the middle of the call whose event is about to be written."""
    logged.does(
        "CREATE FUNCTION mallory.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM nextval('mallory.ran_as_mallory'); EXECUTE $q${forgery}$q$; PERFORM nextval('mallory.got_diary'); RETURN NEW; "
        "EXCEPTION WHEN insufficient_privilege THEN RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.forge()"
    )
    before = everything_logged(logged.connection)["gdpr_log.event"]
    logged.gains_nothing("SELECT * FROM gdpr_anonymise('mallory.person', 2)")
    after = everything_logged(logged.connection)["gdpr_log.event"]
    assert len(after) == 2 and set(before) < set(after)


@pytest.mark.parametrize("change", ["UPDATE gdpr_log.event SET reason = 'forged'", "DELETE FROM gdpr_log.event", "TRUNCATE gdpr_log.event"])
def test_append_only_whatever_was_granted(logged, change):
    logged.connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_clerk; GRANT ALL ON ALL TABLES IN SCHEMA gdpr_log TO regress_clerk")
    before = everything_logged(logged.connection)
    logged.connection.execute("SET ROLE regress_clerk")
    assert logged.connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (1,)  # the grant is there
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append"):
        logged.connection.execute(change)
    logged.connection.execute("RESET ROLE")
    assert everything_logged(logged.connection) == before
    # A superuser may: what he changed is found by other means.
    with logged.connection.transaction(force_rollback=True):
        logged.connection.execute(change)
        assert everything_logged(logged.connection) != before


ACTIONS = ("gdpr_anonymise(", "gdpr_erase(", "gdpr_delete(", "gdpr_log_seal(", "gdpr_export(", "gdpr_export_html(", "gdpr_export_archive(")


def test_append_only_without_triggers_firing(logged):
    """session_replication_role is a superuser's setting: nobody else can switch the trigger off."""
    logged.connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_clerk; GRANT ALL ON ALL TABLES IN SCHEMA gdpr_log TO regress_clerk")
    logged.connection.execute("SET ROLE regress_clerk")
    for statement in ("SET session_replication_role = replica", "ALTER TABLE gdpr_log.event DISABLE TRIGGER USER"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            logged.connection.execute(statement)


def test_by_our_own_functions(logged):
    """With EXECUTE on every function of the extension, internal ones included, nobody writes an event for something that was not done."""
    connection = logged.connection
    connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_mallory")
    connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")
    before = everything_logged(connection)
    tried = 0
    for call in calls(connection, "mallory.person"):
        if any(function in call for function in ACTIONS):
            continue  # it writes what it does
        tried += 1
        try:
            logged.does(call)
        except psycopg.Error:
            continue
        assert everything_logged(connection) == before, call
    assert tried > 20


def test_by_our_own_functions_in_the_middle_of_a_call(logged):
    """Some of them may only be called from inside an action. Her trigger is inside one."""
    connection = logged.connection
    connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_mallory")
    connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")
    hers_to_call = (*ACTIONS, "gdpr_register(", "gdpr_unregister(", "gdpr_link(", "gdpr_unlink(")  # on a table of her own
    forgeries = [call for call in calls(connection, "mallory.person") if not any(function in call for function in hers_to_call)]
    body = "".join(
        f"BEGIN EXECUTE $q${call}$q$; PERFORM nextval('mallory.called'); EXCEPTION WHEN OTHERS THEN PERFORM nextval('mallory.called'); END;\n"
        for call in forgeries
    )
    logged.does("CREATE SEQUENCE mallory.called")
    logged.does(
        "CREATE FUNCTION mallory.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body + "RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.forge()"
    )
    rules = connection.execute("SELECT rules FROM gdpr_registry").fetchall()
    connection.execute("SELECT * FROM gdpr_anonymise('mallory.person', 2)")
    assert connection.execute("SELECT last_value FROM mallory.called").fetchone() == (len(forgeries),)
    events = connection.execute("SELECT call, action, relation, rows, session_user FROM gdpr_log.event").fetchall()
    assert events == [("anonymise", "anonymised", "mallory.person", 1, "postgres")] * 2
    assert connection.execute("SELECT name FROM mallory.person ORDER BY id").fetchall() == [("",), ("",)]
    assert connection.execute("SELECT rules FROM gdpr_registry").fetchall() == rules


def test_who_did_it_cannot_be_feigned(logged):
    """The event names the login and the role of that moment, whatever settings the caller makes."""
    connection = logged.connection
    connection.execute("GRANT EXECUTE ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean) TO regress_mallory")
    with psycopg.connect(dbname=connection.info.dbname, user="regress_mallory", autocommit=True) as hers:
        hers.execute("SET application_name = 'postgres'; SET gdpr_ext.reason = $$'; postgres'); --$$")
        hers.execute("SELECT * FROM gdpr_anonymise('mallory.person', 2)")
    event = 'SELECT "session_user", "current_user", reason FROM gdpr_log.event ORDER BY at DESC LIMIT 1'
    assert connection.execute(event).fetchone() == ("regress_mallory", "regress_mallory", "'; postgres'); --")
