"""Who may see what, with real logins: the caller's privileges decide, whoever the caller is at that moment."""

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
CREATE TABLE shop.note (id int PRIMARY KEY, person_id int REFERENCES shop.person, body text);
INSERT INTO shop.person VALUES (1, 'Ada');
INSERT INTO shop.note VALUES (11, 1, 'hello');
GRANT USAGE ON SCHEMA shop TO regress_clerk;
GRANT SELECT ON shop.person TO regress_clerk;
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_collect(regclass, anyelement), gdpr_register, gdpr_graph
    TO regress_owner, regress_clerk, regress_boss;
"""
COLLECT = "SELECT relation::text, key ->> 'id' FROM gdpr_collect('shop.person', 1) ORDER BY depth"
ALL = [("shop.person", "1"), ("shop.note", "11")]


@pytest.fixture
def shop(connection):
    drop_roles(connection, ROLES)
    connection.execute(SCHEMA)
    yield connection
    drop_roles(connection, ROLES)


def refused(connection, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=table):
        connection.execute(COLLECT)


def test_a_login_without_superuser_collects_its_own_tables(shop, database):
    """It needs EXECUTE and nothing else: no right on the registry, none on the catalog beyond everybody's."""
    with login(database, "regress_owner") as owner:
        assert owner.execute(COLLECT).fetchall() == ALL
        owner.execute("SELECT gdpr_register('shop.person', subject => true)")
        assert owner.execute("SELECT count(*) FROM gdpr_graph('shop.person')").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="gdpr_registry"):
            owner.execute("DELETE FROM gdpr_registry")


def test_a_missing_privilege_names_the_table(shop, database):
    with login(database, "regress_clerk") as clerk:
        refused(clerk, "shop.note")
        shop.execute("GRANT SELECT ON shop.note TO regress_clerk")
        assert clerk.execute(COLLECT).fetchall() == ALL
        shop.execute("REVOKE SELECT ON shop.note FROM regress_clerk")
        refused(clerk, "shop.note")


def test_what_a_superuser_has_read_opens_nothing_to_the_next_role(shop):
    """What the session keeps of the catalog is not tied to a role; the privileges are asked for by every call."""
    assert shop.execute(COLLECT).fetchall() == ALL
    shop.execute("SET ROLE regress_clerk")
    refused(shop, "shop.note")
    shop.execute("RESET ROLE")
    assert shop.execute(COLLECT).fetchall() == ALL
    shop.execute("SET SESSION AUTHORIZATION regress_clerk")
    refused(shop, "shop.note")
    shop.execute("RESET SESSION AUTHORIZATION")


def test_an_error_leaves_the_session_who_it_was(shop):
    """The walk runs as the table's owner; an error in the middle must not leave the session as him."""
    shop.execute("SET ROLE regress_owner")
    shop.execute("CREATE FUNCTION shop.fail() RETURNS bool STABLE LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'")
    shop.execute("RESET ROLE")
    shop.execute("SELECT gdpr_link('shop.person', '{id}', 'shop.note', '{person_id}', condition => 'shop.fail()')")
    shop.execute("SET search_path = shop, public")
    with pytest.raises(psycopg.errors.RaiseException):
        shop.execute(COLLECT)
    assert shop.execute("SELECT current_user, session_user, current_setting('search_path')").fetchone() == (
        "postgres", "postgres", "shop, public",
    )
    # Neither in a block that catches it.
    shop.execute(f"DO $$ BEGIN PERFORM * FROM ({COLLECT}) c; EXCEPTION WHEN raise_exception THEN NULL; END $$")
    assert shop.execute("SELECT current_user, current_setting('search_path')").fetchone() == ("postgres", "shop, public")


def test_a_role_that_does_not_inherit_has_to_set_role(shop, database):
    with login(database, "regress_boss") as boss:
        refused(boss, "shop.")
        boss.execute("SET ROLE regress_owner")
        assert boss.execute(COLLECT).fetchall() == ALL


def test_a_definer_function_lends_its_owners_rights(shop, database):
    """The way to give a desk exactly one question: a function of the owner's that asks it."""
    shop.execute("GRANT CREATE ON SCHEMA shop TO regress_owner")
    shop.execute("SET ROLE regress_owner")
    shop.execute(
        "CREATE FUNCTION shop.ask(id int) RETURNS TABLE (relation text, key text) LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public AS 'SELECT relation::text, key ->> ''id'' FROM gdpr_collect(''shop.person'', id) ORDER BY depth'"
    )
    shop.execute("RESET ROLE")
    with login(database, "regress_clerk") as clerk:
        refused(clerk, "shop.note")
        assert clerk.execute("SELECT relation, key FROM shop.ask(1)").fetchall() == ALL
        refused(clerk, "shop.note")


WHOSE = """
CREATE FUNCTION whose() RETURNS bool STABLE LANGUAGE plpgsql AS $$
BEGIN
    -- What a condition raises is not passed on but for its SQLSTATE.
    IF current_user = 'regress_owner' THEN
        RAISE SQLSTATE '2201E';
    END IF;
    RETURN current_user = 'regress_clerk';
END $$
"""


def test_a_table_that_changes_hands(shop):
    """A condition runs as the table's owner of now, not as the one who declared it."""
    shop.execute(WHOSE)
    shop.execute("SELECT gdpr_link('shop.person', '{id}', 'shop.note', '{person_id}', condition => 'whose()')")
    with pytest.raises(psycopg.errors.InvalidArgumentForLogarithm):
        shop.execute(COLLECT)
    shop.execute("GRANT ALL ON SCHEMA shop TO regress_clerk")
    shop.execute("ALTER TABLE shop.person OWNER TO regress_clerk")
    shop.execute("ALTER TABLE shop.note OWNER TO regress_clerk")
    assert shop.execute(COLLECT).fetchall() == ALL


def test_tables_of_several_owners(shop):
    """Each table is read with its own owner's rights; one statement over both needs none of them to trust the other."""
    shop.execute("GRANT ALL ON SCHEMA shop TO regress_clerk")
    shop.execute("ALTER TABLE shop.note OWNER TO regress_clerk")
    assert shop.execute(COLLECT).fetchall() == ALL
    # The caller has rights on both, though neither owner can read the other's table.
    shop.execute("REVOKE ALL ON shop.person FROM regress_clerk")
    assert shop.execute(COLLECT).fetchall() == ALL
