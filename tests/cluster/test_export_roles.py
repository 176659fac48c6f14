"""Who may export whom, with real logins: the caller's privileges decide, what is registered runs as the table's owner.

A document is whole or none: whoever may not read one of the tables gets an error that names it, and nothing is logged as read.
"""

import json

import psycopg
import pytest
from roles import drop_roles, login

ROLES = ("regress_owner", "regress_clerk", "regress_boss")

SCHEMA = """
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_clerk LOGIN;
CREATE ROLE regress_boss LOGIN NOINHERIT IN ROLE regress_owner;
CREATE SCHEMA shop AUTHORIZATION regress_owner;
SET ROLE regress_owner;
CREATE TABLE shop.person (id int PRIMARY KEY, name text);
CREATE TABLE shop.product (id int PRIMARY KEY, title text);
CREATE TABLE shop.orders (id int PRIMARY KEY, person_id int REFERENCES shop.person, product_id int REFERENCES shop.product);
CREATE TABLE shop.note (id int PRIMARY KEY, order_id int REFERENCES shop.orders, body text);
INSERT INTO shop.person VALUES (1, 'Ada');
INSERT INTO shop.product VALUES (5, 'Tea pot');
INSERT INTO shop.orders VALUES (11, 1, 5);
INSERT INTO shop.note VALUES (21, 11, 'hello');
CREATE FUNCTION shop.as_whom(text) RETURNS text STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 || '' by '' || current_user; END';
CREATE FUNCTION shop.remarked(of_row jsonb) RETURNS jsonb STABLE LANGUAGE plpgsql AS
    'BEGIN RETURN of_row || jsonb_build_object(''by'', current_user, ''path'', current_setting(''search_path'')); END';
GRANT USAGE ON SCHEMA shop TO regress_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO regress_clerk;
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_owner, regress_clerk, regress_boss;
SELECT gdpr_register('shop.person', subject => true, export => '{"label_expression": "shop.as_whom(name)"}'),
    gdpr_register('shop.product', export => '{"label_expression": "shop.as_whom(title)"}'),
    gdpr_register('shop.orders'), gdpr_register('shop.note', export => '{"transform": "shop.remarked"}');
"""
CALLS = {
    "gdpr_export": "SELECT gdpr_export('shop.person', 1)::text",
    "gdpr_export_html": "SELECT gdpr_export_html('shop.person', 1)",
    "gdpr_export_archive": "SELECT gdpr_export_archive('shop.person', 1)",
}
EXPORT = CALLS["gdpr_export"]
TABLES = ("shop.person", "shop.orders", "shop.note", "shop.product")
READS = """SELECT "session_user", "current_user" FROM gdpr_log.event WHERE action = 'read'"""


@pytest.fixture
def shop(connection):
    drop_roles(connection, ROLES)
    connection.execute(SCHEMA)
    yield connection
    drop_roles(connection, ROLES)


def exported(connection):
    return json.loads(connection.execute(EXPORT).fetchone()[0])


def sections(document):
    return {section["relation"]: section for section in document["sections"]}


def refused(connection, call, what):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=what) as raised:
        connection.execute(call)
    assert "Ada" not in str(raised.value)


@pytest.mark.parametrize("call", CALLS)
def test_execute_has_to_be_granted(shop, database, call):
    shop.execute(f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM {', '.join(ROLES)}")
    with login(database, "regress_owner") as owner:
        refused(owner, CALLS[call], f"permission denied for function {call}")
        shop.execute(f"GRANT EXECUTE ON FUNCTION {call}(regclass, anyelement, text) TO regress_owner")
        assert len(owner.execute(CALLS[call]).fetchone()[0]) > 100


def test_a_login_that_may_read_all_needs_nothing_else(shop, database):
    """No right on the registry, and none on the log that the export is written to."""
    with login(database, "regress_clerk") as clerk:
        document = exported(clerk)
        assert document["rows"] == 3
        for relation in ("gdpr_registry", "gdpr_log.event"):
            refused(clerk, f"SELECT FROM {relation}", "permission denied")
    assert shop.execute(READS).fetchall() == [("regress_clerk", "regress_clerk")]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("table", TABLES)
def test_without_select_on_one_table(shop, database, call, table):
    """Also on the one that only says what the ordered product is called."""
    shop.execute(f"REVOKE SELECT ON {table} FROM regress_clerk")
    with login(database, "regress_clerk") as clerk:
        refused(clerk, CALLS[call], table)
        assert shop.execute(READS).fetchall() == []
        shop.execute(f"GRANT SELECT ON {table} TO regress_clerk")
        assert len(clerk.execute(CALLS[call]).fetchone()[0]) > 100
    assert len(shop.execute(READS).fetchall()) == 1


@pytest.mark.parametrize("table", TABLES)
def test_select_on_columns_is_not_enough(shop, database, table):
    """What is shown of a row is the registry's to say, and it can say something else tomorrow."""
    columns = shop.execute(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 1", (table,)
    ).fetchone()[0]
    shop.execute(f"REVOKE SELECT ON {table} FROM regress_clerk; GRANT SELECT ({columns}) ON {table} TO regress_clerk")
    with login(database, "regress_clerk") as clerk:
        assert clerk.execute(f"SELECT count(({columns})) FROM {table}").fetchone() == (1,)
        refused(clerk, EXPORT, table)


@pytest.mark.parametrize("table", TABLES)
def test_row_security_raises(shop, database, table):
    shop.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY everything ON {table} USING (true)")
    with login(database, "regress_clerk") as clerk:
        for call in CALLS.values():
            refused(clerk, call, table)
    with login(database, "regress_owner") as owner:
        assert exported(owner)["rows"] == 3


def test_what_the_person_may_not_see_is_no_reason_to_refuse(shop, database):
    """A context table that is not registered is not read at all: its key stands there, and no right on it is needed."""
    shop.execute("DELETE FROM gdpr_registry WHERE relation = 'shop.product'::regclass")
    shop.execute("REVOKE SELECT ON shop.product FROM regress_clerk")
    with login(database, "regress_clerk") as clerk:
        document = exported(clerk)
    assert sections(document)["shop.orders"]["data"][0]["product_id"] == 5
    assert "Tea pot" not in json.dumps(document)


def test_what_is_registered_runs_as_the_owner(shop, database):
    """Whoever calls: label expression and transform have the owner's rights, and a pinned search_path."""
    documents = [exported(shop)]
    for role in ("regress_clerk", "regress_owner"):
        with login(database, role) as connection:
            connection.execute("SET search_path = shop, public")
            documents.append(exported(connection))
    for document in documents:
        assert document["subject"]["name"] == "Ada by regress_owner"
        order = sections(document)["shop.orders"]["data"][0]
        assert order["product"] == "Tea pot by regress_owner"
        note = order["Note"][0]
        assert (note["body"], note["by"], note["path"]) == ("hello", "regress_owner", "pg_catalog, pg_temp")


def test_a_table_that_changes_hands(shop):
    shop.execute("GRANT USAGE ON SCHEMA shop TO regress_boss; ALTER TABLE shop.product OWNER TO regress_boss")
    document = exported(shop)
    assert document["subject"]["name"] == "Ada by regress_owner"
    assert sections(document)["shop.orders"]["data"][0]["product"] == "Tea pot by regress_boss"


def test_the_caller_is_who_he_was(shop):
    """After an export, after one that failed, and after one whose error was caught."""
    me = "SELECT current_user, session_user, current_setting('search_path')"
    before = shop.execute(me).fetchone()
    exported(shop)
    assert shop.execute(me).fetchone() == before
    shop.execute("CREATE FUNCTION shop.fail(jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
    shop.execute("""SELECT gdpr_register('shop.note', export => '{"transform": "shop.fail"}')""")
    with pytest.raises(psycopg.errors.RaiseException):
        shop.execute(EXPORT)
    assert shop.execute(me).fetchone() == before
    shop.execute(
        "DO $$ BEGIN PERFORM gdpr_export('shop.person', 1);"
        " EXCEPTION WHEN raise_exception THEN CREATE TABLE caught AS SELECT current_user; END $$"
    )
    assert shop.execute("SELECT * FROM caught").fetchone() == ("postgres",)
    assert shop.execute(me).fetchone() == before
    assert len(shop.execute(READS).fetchall()) == 1
    # A transform's attempt to write leaves a session that writes.
    assert shop.execute("SHOW transaction_read_only").fetchone() == ("off",)
    shop.execute("CREATE TABLE written ()")


def test_a_role_that_does_not_inherit_has_to_set_role(shop, database):
    with login(database, "regress_boss") as boss:
        refused(boss, EXPORT, "shop")
        boss.execute("SET ROLE regress_owner")
        assert exported(boss)["rows"] == 3
    assert shop.execute(READS).fetchall() == [("regress_boss", "regress_owner")]


def test_a_definer_function_lends_its_owners_rights(shop, database):
    """The way to give a desk one question, and the log has who asked."""
    shop.execute("SET ROLE regress_owner")
    shop.execute(
        "CREATE FUNCTION shop.letter(id int) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public"
        " AS 'SELECT gdpr_export_html(''shop.person'', id)'"
    )
    shop.execute("RESET ROLE; REVOKE SELECT ON ALL TABLES IN SCHEMA shop FROM regress_clerk")
    with login(database, "regress_clerk") as clerk:
        refused(clerk, EXPORT, "shop")
        assert "Ada by regress_owner" in clerk.execute("SELECT shop.letter(1)").fetchone()[0]
    assert shop.execute(READS).fetchall() == [("regress_clerk", "regress_owner")]


def test_log_reads_is_the_superusers(shop, database):
    """Nobody else hides that he read: neither in his session nor for his role, before the library is loaded or after."""
    with login(database, "regress_clerk") as clerk:
        clerk.execute("SET gdpr_ext.log_reads = 'none'")  # a name that nobody knows yet: forgotten when the library is loaded
        exported(clerk)
        assert clerk.execute("SHOW gdpr_ext.log_reads").fetchone() == ("export",)
        refused(clerk, "SET gdpr_ext.log_reads = 'none'", "log_reads")
        refused(clerk, "SELECT set_config('gdpr_ext.log_reads', 'none', false)", "log_reads")
        refused(clerk, "ALTER ROLE regress_clerk SET gdpr_ext.log_reads = 'none'", "log_reads")
    with login(database, "regress_clerk") as clerk:
        refused(clerk, "ALTER ROLE regress_clerk SET gdpr_ext.log_reads = 'none'", "log_reads")
    assert len(shop.execute(READS).fetchall()) == 1
    shop.execute("ALTER ROLE regress_clerk SET gdpr_ext.log_reads = 'none'")
    with login(database, "regress_clerk") as clerk:
        exported(clerk)
    assert len(shop.execute(READS).fetchall()) == 1
