"""Who may anonymise what, with real logins: SELECT and UPDATE on every table that is changed, whoever owns it, and the log is nobody's to write."""

import psycopg
import pytest
from roles import drop_roles, login

ROLES = ("regress_owner", "regress_other", "regress_app", "regress_desk")

SCHEMA = """
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_other LOGIN;
CREATE ROLE regress_app LOGIN;
CREATE ROLE regress_desk LOGIN;
CREATE SCHEMA shop AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA shop TO regress_app, regress_other;
SET ROLE regress_owner;
CREATE TABLE shop.person (id int PRIMARY KEY, name text);
CREATE TABLE shop.note (id int PRIMARY KEY, person_id int REFERENCES shop.person, body text);
CREATE TABLE shop.tag (note_id int REFERENCES shop.note, label text, id int PRIMARY KEY);
INSERT INTO shop.person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO shop.note VALUES (11, 1, 'hello');
INSERT INTO shop.tag VALUES (11, 'private', 111);
RESET ROLE;
GRANT EXECUTE ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean), gdpr_preview(text, regclass, anyelement, boolean, boolean),
    gdpr_is_anonymised(regclass, anyelement), gdpr_register TO regress_owner, regress_app, regress_other;
SELECT gdpr_register('shop.person', '{"name": "blank"}', subject => true), gdpr_register('shop.note', '{"body": "blank"}'),
    gdpr_register('shop.tag', '{"label": "blank"}');
"""
ANONYMISE = "SELECT relation::text, action, rows FROM gdpr_anonymise('shop.person', 1)"
PREVIEW = "SELECT relation::text, action, rows FROM gdpr_preview('anonymise', 'shop.person', 1)"
ALL = [("shop.person", "anonymised", 1), ("shop.note", "anonymised", 1), ("shop.tag", "anonymised", 1)]


@pytest.fixture
def shop(connection):
    drop_roles(connection, ROLES)
    connection.execute(SCHEMA)
    yield connection
    drop_roles(connection, ROLES)


def untouched(shop):
    assert shop.execute("SELECT p.name, n.body, t.label FROM shop.person p, shop.note n, shop.tag t WHERE p.id = 1").fetchone() == (
        "Ada", "hello", "private",
    )
    assert shop.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


def who(shop):
    return shop.execute('SELECT DISTINCT "session_user", "current_user" FROM gdpr_log.event').fetchall()


def test_the_owner(shop, database):
    """It needs EXECUTE and its own tables, and no right on registry, log or secret."""
    with login(database, "regress_owner") as owner:
        assert owner.execute(PREVIEW).fetchall() == ALL
        assert owner.execute(ANONYMISE).fetchall() == ALL
        assert owner.execute("SELECT gdpr_is_anonymised('shop.person', 1)").fetchone() == (True,)
        assert owner.execute(ANONYMISE).fetchall() == []
        for table in ("event", "anonymised", "secret", "summary"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"SELECT * FROM gdpr_log.{table}")
    assert who(shop) == [("regress_owner", "regress_owner")]


def test_an_application_with_select_and_update(shop, database):
    shop.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_app")
    with login(database, "regress_app") as app:
        assert app.execute(ANONYMISE).fetchall() == ALL
    assert who(shop) == [("regress_app", "regress_app")]


@pytest.mark.parametrize("table", ["shop.person", "shop.note", "shop.tag"])
@pytest.mark.parametrize("privilege", ["SELECT", "UPDATE"])
def test_one_privilege_is_missing(shop, database, table, privilege):
    """On any of the tables: the error names it, and nothing has happened to the others."""
    shop.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_app")
    with login(database, "regress_app") as app:
        shop.execute(f"REVOKE {privilege} ON {table} FROM regress_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=table) as raised:
            app.execute(ANONYMISE)
        assert privilege in str(raised.value.diag.message_detail) + str(raised.value.diag.message_hint)
        untouched(shop)
        # In the same session, once it is granted.
        shop.execute(f"GRANT {privilege} ON {table} TO regress_app")
        assert app.execute(ANONYMISE).fetchall() == ALL


def test_preview_needs_select_only(shop, database):
    shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA shop TO regress_app")
    with login(database, "regress_app") as app:
        assert app.execute(PREVIEW).fetchall() == ALL
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(ANONYMISE)
    untouched(shop)


def test_update_of_the_columns_is_not_enough(shop, database):
    """As for a foreign key action, the statement is the owner's; what the caller needs is the table's whole privilege."""
    shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA shop TO regress_app; GRANT UPDATE (name) ON shop.person TO regress_app")
    with login(database, "regress_app") as app, pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.person"):
        app.execute("SELECT * FROM gdpr_anonymise('shop.person', 2)")


def test_the_owner_who_took_his_own_right_away(shop, database):
    shop.execute("REVOKE UPDATE ON shop.note FROM regress_owner")
    with login(database, "regress_owner") as owner, pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.note"):
        owner.execute(ANONYMISE)
    untouched(shop)


def test_without_execute(shop, database):
    shop.execute("GRANT USAGE ON SCHEMA shop TO regress_desk; GRANT ALL ON ALL TABLES IN SCHEMA shop TO regress_desk")
    with login(database, "regress_desk") as desk:
        for call in (ANONYMISE, PREVIEW, "SELECT gdpr_is_anonymised('shop.person', 1)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="gdpr_"):
                desk.execute(call)
    untouched(shop)


def test_a_definer_function_lends_its_owners_rights(shop, database):
    """The event names the login of the desk, and the role whose rights it was done with."""
    shop.execute("GRANT CREATE ON SCHEMA shop TO regress_owner; GRANT USAGE ON SCHEMA shop TO regress_desk; SET ROLE regress_owner")
    shop.execute(
        "CREATE FUNCTION shop.forget(id int) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public"
        " AS 'SELECT sum(rows) FROM gdpr_anonymise(''shop.person'', id)'"
    )
    shop.execute("RESET ROLE")
    with login(database, "regress_desk") as desk:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute(ANONYMISE)
        assert desk.execute("SELECT shop.forget(1)").fetchone() == (3,)
    assert who(shop) == [("regress_desk", "regress_owner")]


def test_set_role_is_seen_in_the_event(shop):
    shop.execute("SET ROLE regress_owner")
    shop.execute(ANONYMISE)
    shop.execute("RESET ROLE")
    assert who(shop) == [("postgres", "regress_owner")]
    assert shop.execute("SELECT current_user, session_user").fetchone() == ("postgres", "postgres")


def test_an_error_leaves_the_session_who_it_was(shop):
    shop.execute("SET ROLE regress_owner")
    shop.execute(
        "CREATE FUNCTION shop.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';"
        "CREATE TRIGGER t BEFORE UPDATE ON shop.tag FOR EACH ROW EXECUTE FUNCTION shop.fail()"
    )
    shop.execute("RESET ROLE; SET search_path = shop, public")
    with pytest.raises(psycopg.errors.RaiseException):
        shop.execute(ANONYMISE)
    assert shop.execute("SELECT current_user, session_user, current_setting('search_path')").fetchone() == ("postgres", "postgres", "shop, public")
    shop.execute(f"DO $$ BEGIN PERFORM * FROM ({ANONYMISE}) a; EXCEPTION WHEN raise_exception THEN NULL; END $$")
    assert shop.execute("SELECT current_user, current_setting('search_path')").fetchone() == ("postgres", "shop, public")
    shop.execute("RESET search_path")
    untouched(shop)


def test_tables_of_several_owners(shop, database):
    """Each table is changed by its own owner; neither has to trust the other."""
    shop.execute("GRANT CREATE, USAGE ON SCHEMA shop TO regress_other; ALTER TABLE shop.note OWNER TO regress_other")
    shop.execute("REVOKE ALL ON shop.person, shop.tag FROM regress_other; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_app")
    shop.execute("REVOKE ALL ON shop.person, shop.tag FROM regress_other")
    whose = "CREATE FUNCTION shop.whose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN" \
        " INSERT INTO public.ran VALUES (TG_TABLE_NAME, current_user); RETURN NEW; END $$"
    shop.execute("CREATE TABLE public.ran (relation text, ran_as text); GRANT INSERT ON public.ran TO PUBLIC")
    shop.execute(whose)
    for table in ("person", "note", "tag"):
        shop.execute(f"CREATE TRIGGER t BEFORE UPDATE ON shop.{table} FOR EACH ROW EXECUTE FUNCTION shop.whose()")
    with login(database, "regress_app") as app:
        assert app.execute(ANONYMISE).fetchall() == ALL
    assert sorted(shop.execute("SELECT relation, ran_as FROM public.ran").fetchall()) == [
        ("note", "regress_other"), ("person", "regress_owner"), ("tag", "regress_owner"),
    ]


NATURAL = """
DROP TABLE shop.tag, shop.note, shop.person;
SET ROLE regress_owner;
CREATE TABLE shop.person (id int PRIMARY KEY, email text UNIQUE NOT NULL);
INSERT INTO shop.person VALUES (1, 'ada@example.org'), (2, 'bea@example.org');
GRANT SELECT, REFERENCES ON shop.person TO regress_other;
GRANT CREATE ON SCHEMA shop TO regress_other;
SET ROLE regress_other;
CREATE TABLE shop.letter (id int PRIMARY KEY, email text REFERENCES shop.person (email), body text);
INSERT INTO shop.letter VALUES (11, 'ada@example.org', 'hello');
RESET ROLE;
SELECT gdpr_register('shop.person', '{"email": "email"}', subject => true), gdpr_register('shop.letter', '{"body": "blank"}');
"""
JOINED = "SELECT p.id, l.body, p.email LIKE '%@example.invalid' FROM shop.person p JOIN shop.letter l USING (email)"


def test_a_rewritten_key_over_several_owners(shop, database):
    """One statement, as the caller, with his rights on both tables."""
    shop.execute(NATURAL)
    shop.execute("GRANT SELECT, UPDATE ON shop.person, shop.letter TO regress_app")
    with login(database, "regress_app") as app:
        assert sorted(app.execute(ANONYMISE).fetchall()) == [("shop.letter", "anonymised", 1), ("shop.person", "anonymised", 1)]
    assert shop.execute(JOINED).fetchall() == [(1, "", True)]
    assert who(shop) == [("regress_app", "regress_app")]


def test_a_rewritten_key_over_several_owners_by_a_superuser(shop):
    shop.execute(NATURAL)
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as raised:
        shop.execute(ANONYMISE)
    assert raised.value.diag.message_hint
    assert shop.execute(JOINED).fetchall() == [(1, "hello", False)]
    assert shop.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


def test_a_rewritten_key_over_several_owners_with_a_right_missing(shop, database):
    """The owner of the person has no right on the letters, though they hang on his table."""
    shop.execute(NATURAL)
    with login(database, "regress_owner") as owner, pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.letter"):
        owner.execute(ANONYMISE)
    assert shop.execute(JOINED).fetchall() == [(1, "hello", False)]


def test_a_rewritten_key_of_one_owner_by_a_superuser(shop):
    shop.execute(NATURAL)
    shop.execute("ALTER TABLE shop.letter OWNER TO regress_owner")
    assert sorted(shop.execute(ANONYMISE).fetchall()) == [("shop.letter", "anonymised", 1), ("shop.person", "anonymised", 1)]
    assert shop.execute(JOINED).fetchall() == [(1, "", True)]


def test_what_a_superuser_has_planned_opens_nothing_to_the_next_role(shop):
    """The session keeps plans, not rights."""
    shop.execute("SELECT * FROM gdpr_anonymise('shop.person', 2)")
    shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA shop TO regress_app; SET ROLE regress_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop."):
        shop.execute(ANONYMISE)
    shop.execute("RESET ROLE; SET SESSION AUTHORIZATION regress_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop."):
        shop.execute(ANONYMISE)
    shop.execute("RESET SESSION AUTHORIZATION")
    assert shop.execute(ANONYMISE).fetchall() == ALL


def test_no_usage_on_the_schema(shop, database):
    shop.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_app; REVOKE USAGE ON SCHEMA shop FROM regress_app")
    with login(database, "regress_app") as app, pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop"):
        app.execute(ANONYMISE)
    untouched(shop)
