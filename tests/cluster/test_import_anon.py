"""Rules from the labels of PostgreSQL Anonymizer. It need not be installed: a database that had it still has its labels, in pg_seclabel.

Nobody may write that table but a superuser who allows it, which is how the labels get there here.
"""

import psycopg
import pytest
from psycopg.types.json import Jsonb
from roles import drop_roles

SCHEMA = """
CREATE TYPE card AS ENUM ('visa', 'mastercard', 'amex');
CREATE TABLE users (
    id int PRIMARY KEY, login text, first_name varchar(30), email text UNIQUE, alias text, phone varchar(20), city text, score int,
    salary numeric(10,2), birth date, joined timestamptz, card card, password text, hash varchar(12), secret text, prefs jsonb, code text,
    postcode int, photo bytea, siret text, colour text, shade text, nick text
);
INSERT INTO users VALUES
    (1, 'ada.lovelace-1815', 'Ada', 'ada.lovelace-1815@example.org', 'a', '0123456789', 'London', 7,
     1000, '1815-12-10', '2020-05-17 10:00+00', 'visa', 'pw1', 'h1', 's1', '{"a": 1}', 'X-1', 75001, '\\x01', '123', 'red', 'dark', 'Ad'),
    (2000, 'bea', 'Bea', 'bea@example.org', 'b', '9876543210', 'Paris', NULL,
     2000, '1990-06-30', NULL, 'amex', 'pw2', 'h2', 's2', NULL, 'X-2', 75002, '\\x02', '456', 'blue', 'light', 'Be');
"""

# What each label becomes.
RULES = {
    "login": ("NOT MASKED", {"strategy": "keep"}),
    "first_name": (
        "MASKED WITH FUNCTION anon.dummy_first_name_locale('fr_FR')::VARCHAR(30)",
        {"strategy": "fake", "kind": "first_name", "locale": "fr"},
    ),
    "email": ("MASKED WITH FUNCTION anon.pseudo_email(users.email, 'salt')", {"strategy": "pseudonym", "kind": "email"}),
    "phone": (
        "MASKED WITH FUNCTION anon.partial(phone,2,$$******$$,2)",
        {"strategy": "partial", "keep_first": 2, "keep_last": 2, "mask": "*"},
    ),
    "city": ("masked with function\n  anon.fake_city( ) -- as it was", {"strategy": "fake", "kind": "city"}),
    "score": (
        "MASKED WITH FUNCTION anon.ternary(score IS NULL, NULL, anon.random_int_between(100,200))",
        {"strategy": "random", "min": 100, "max": 200},
    ),
    "salary": ("MASKED WITH FUNCTION anon.noise(salary,0.25)", {"strategy": "noise", "ratio": 0.25}),
    "birth": ("MASKED WITH FUNCTION pg_catalog.date_trunc('year',birth)", {"strategy": "generalise", "to": "year"}),
    "joined": ("MASKED WITH FUNCTION anon.dnoise(joined, '2 days'::interval)", {"strategy": "noise", "interval": "2 days"}),
    "card": ("MASKED WITH FUNCTION anon.random_in_enum(card)", {"strategy": "random"}),
    "hash": ("MASKED WITH FUNCTION anon.left(anon.hash(hash),12)", {"strategy": "hash", "length": 12}),
    "secret": ("MASKED WITH VALUE NULL", {"strategy": "null"}),
    "prefs": ("MASKED WITH VALUE '{\"a\": 0}'", {"strategy": "value", "value": {"a": 0}}),
    "code": (r"MASKED WITH VALUE E'it\'s confidential'", {"strategy": "value", "value": "it's confidential"}),
}
# Expressions: PostgreSQL prints them anew.
EXPRESSIONS = {
    "alias": "MASKED WITH FUNCTION anon.pseudo_email(users.login)",
    "password": "MASKED WITH FUNCTION anon.ternary( id > 1000, NULL::TEXT, password)",
    "colour": "MASKED WITH FUNCTION anon.partial(colour, 1, '-..-', 0)",
    "shade": "MASKED WITH FUNCTION anon.random_in(ARRAY['pale', 'deep'])",
    "nick": "MASKED WITH FUNCTION anon.ternary(id > 1000, anon.dummy_first_name_locale('fr_FR'), nick)",
}
# What says why it becomes nothing.
PROBLEMS = {
    "postcode": ("MASKED WITH FUNCTION anon.generalize_int4range(postcode,100)", "integer"),
    "photo": ("MASKED WITH FUNCTION anon.image_blur(photo,1.0)", "blur"),
    "siret": ("MASKED WITH FUNCTION anon.fake_siret()", "anon.fake_siret()"),
}


def label(connection, relation, column, text, provider="anon"):
    """As SECURITY LABEL FOR anon ON COLUMN would, if there were an anon."""
    with connection.transaction():
        connection.execute("SET LOCAL allow_system_table_mods = on")
        connection.execute(
            "INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label)"
            " SELECT attrelid, 'pg_class'::regclass, attnum, %s, %s FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            (provider, text, relation, column),
        )


def label_object(connection, oid, place, text):
    with connection.transaction():
        connection.execute("SET LOCAL allow_system_table_mods = on")
        connection.execute("INSERT INTO pg_seclabel VALUES (%s::regclass, 'pg_class'::regclass, %s, 'anon', %s)", (oid, place, text))


def imported(connection):
    rows = connection.execute('SELECT relation::text, "column", label, rule, problem FROM gdpr_import_anon()').fetchall()
    assert all((rule is None) != (problem is None) for _, _, _, rule, problem in rows), rows
    return {(relation, column): (text, rule, problem) for relation, column, text, rule, problem in rows}


def rules_of(connection, relation):
    row = connection.execute("SELECT rules FROM gdpr_registry WHERE relation = %s::regclass", (relation,)).fetchone()
    return row and row[0]


@pytest.fixture
def users(connection):
    connection.execute(SCHEMA)
    for column, (text, _) in (RULES | PROBLEMS).items():
        label(connection, "users", column, text)
    for column, text in EXPRESSIONS.items():
        label(connection, "users", column, text)
    return connection


def test_each_label_becomes_a_rule_or_a_reason(users):
    result = imported(users)
    assert len(result) == len(RULES) + len(EXPRESSIONS) + len(PROBLEMS)
    for column, (text, rule) in RULES.items():
        assert result["users", column] == (text, rule, None)
    for column, text in EXPRESSIONS.items():
        assert result["users", column][0] == text
        assert result["users", column][1]["strategy"] == "sql"
    assert "pseudonymous" not in result["users", "colour"][1]
    assert result["users", "password"][1]["pseudonymous"] is True
    for column, (text, why) in PROBLEMS.items():
        assert result["users", column][:2] == (text, None)
        assert why in result["users", column][2]


def test_the_registry_holds_what_has_an_equivalent(users):
    imported(users)
    rules = rules_of(users, "users")
    assert rules.keys() == RULES.keys() | EXPRESSIONS.keys()
    assert {column: rules[column] for column in RULES} == {column: rule for column, (_, rule) in RULES.items()}
    assert "gdpr_pseudonym" in rules["alias"]["expression"]


def test_a_person_is_anonymised_by_the_imported_rules(users):
    imported(users)
    before = users.execute("SELECT * FROM users WHERE id = 2000").fetchone()
    rows = users.execute("SELECT relation::text, action, rows FROM gdpr_anonymise('users', 1)").fetchall()
    assert ("users", "pseudonymised", 1) in rows

    found = users.execute(
        "SELECT login, first_name, email, alias, phone, city, score, salary, birth, joined, card::text, password, hash, secret, prefs,"
        " code, colour, shade, nick FROM users WHERE id = 1"
    ).fetchone()
    login, first_name, email, alias, phone, city, score, salary, birth, joined, card, password, hashed, *others = found
    secret, prefs, code, colour, shade, nick = others
    assert (login, password, nick) == ("ada.lovelace-1815", "pw1", "Ad")
    assert shade in ("pale", "deep")
    assert first_name != "Ada" and city != "London"
    assert "@" in email and "@" in alias and "lovelace-1815" not in email + alias
    assert phone == "01******89"
    assert 100 <= score <= 200
    assert salary != 1000 and 750 <= salary <= 1250
    assert str(birth) == "1815-01-01"
    assert joined is not None and card in ("visa", "mastercard", "amex")
    assert len(hashed) == 12 and hashed != "h1"
    assert (secret, prefs, code, colour) == (None, {"a": 0}, "it's confidential", "r-..-")
    assert users.execute("SELECT * FROM users WHERE id = 2000").fetchone() == before


def test_the_second_person_keeps_her_nulls(users):
    imported(users)
    users.execute("SELECT gdpr_anonymise('users', 2000)")
    row = users.execute("SELECT score, joined, prefs, password, nick = 'Be' FROM users WHERE id = 2000").fetchone()
    assert row == (None, None, None, None, False)


def test_a_second_import_changes_nothing(users):
    imported(users)
    rules = rules_of(users, "users")
    again = imported(users)
    assert len(again) == len(RULES) + len(EXPRESSIONS) + len(PROBLEMS)
    assert rules_of(users, "users") == rules


def test_rules_that_exist_stay(connection):
    connection.execute(SCHEMA)
    connection.execute(
        "SELECT gdpr_register('users', rules => %s, subject => true, on_erase => 'keep', ground => 'tax law')",
        (Jsonb({"city": "null", "phone": {"strategy": "partial", "keep_last": 3}}),),
    )
    before = rules_of(connection, "users")
    for column in ("city", "phone", "login"):
        label(connection, "users", column, "MASKED WITH FUNCTION anon.fake_city()")
    result = imported(connection)
    assert result["users", "city"][2] is not None
    assert result["users", "phone"][2] is not None
    assert result["users", "login"][1] == {"strategy": "fake", "kind": "city"}
    entry = connection.execute("SELECT subject, on_erase, ground FROM gdpr_registry WHERE relation = 'users'::regclass").fetchone()
    assert entry == (True, "keep", "tax law")
    assert rules_of(connection, "users") == before | {"login": {"strategy": "fake", "kind": "city"}}


def test_a_rule_that_is_refused_does_not_stop_the_others(connection):
    connection.execute(
        "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email varchar(8) UNIQUE, born date, mail text, nick text)"
    )
    labels = {
        "name": "MASKED WITH VALUE NULL",
        "email": "MASKED WITH VALUE 'CONFIDENTIAL'",
        "born": "MASKED WITH FUNCTION anon.random_date_between('1920-01-01'::DATE, 'no date')",
        "mail": "MASKED WITH FUNCTION my_masks.there_is_none(mail)",
        "nick": "MASKED WITH FUNCTION anon.fake_first_name()",
    }
    for column, text in labels.items():
        label(connection, "person", column, text)
    result = imported(connection)
    assert "name" in result["person", "name"][2]
    assert "email" in result["person", "email"][2]
    assert "born" in result["person", "born"][2]
    assert "my_masks" in result["person", "mail"][2]
    assert rules_of(connection, "person") == {"nick": {"strategy": "fake", "kind": "first_name"}}


def test_a_volatile_function_is_reported(connection):
    connection.execute("CREATE TABLE person (id int PRIMARY KEY, name text, nick text)")
    connection.execute("CREATE FUNCTION mask(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'")
    connection.execute("CREATE FUNCTION stable_mask(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT upper($1)'")
    label(connection, "person", "name", "MASKED WITH FUNCTION public.mask(name)")
    label(connection, "person", "nick", "MASKED WITH FUNCTION stable_mask(nick)")
    result = imported(connection)
    assert "volatile" in result["person", "name"][2]
    assert result["person", "nick"][1]["pseudonymous"] is True
    assert "stable_mask" in rules_of(connection, "person")["nick"]["expression"]


def test_labels_of_somebody_else_and_of_something_else_are_left_alone(connection):
    connection.execute("CREATE TABLE person (id int PRIMARY KEY, name text)")
    label(connection, "person", "name", "MASKED WITH VALUE NULL", provider="devtests")
    label_object(connection, "person", 0, "TABLESAMPLE BERNOULLI(10)")
    label_object(connection, "4294967294", 1, "MASKED WITH VALUE NULL")
    assert imported(connection) == {}
    assert rules_of(connection, "person") is None


def test_a_dropped_column_has_no_label(connection):
    connection.execute("CREATE TABLE person (id int PRIMARY KEY, name text, city text)")
    label(connection, "person", "name", "MASKED WITH VALUE NULL")
    label(connection, "person", "city", "MASKED WITH VALUE NULL")
    connection.execute("ALTER TABLE person DROP COLUMN name")
    assert imported(connection).keys() == {("person", "city")}


def test_what_no_rule_can_be_on(connection):
    """A view has no rows of its own; the rules of a partition are those of its root."""
    connection.execute("CREATE TABLE person (id int PRIMARY KEY, name text)")
    connection.execute("CREATE VIEW people AS SELECT * FROM person")
    connection.execute("CREATE TABLE visit (id int PRIMARY KEY, city text, note text) PARTITION BY RANGE (id)")
    connection.execute("CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (9)")
    label(connection, "people", "name", "MASKED WITH VALUE NULL")
    label(connection, "visit", "city", "MASKED WITH FUNCTION anon.fake_city()")
    label(connection, "visit_1", "note", "MASKED WITH VALUE NULL")
    result = imported(connection)
    assert "view" in result["people", "name"][2]
    assert "visit_1" in result["visit_1", "note"][2]
    assert result["visit", "city"][1] is not None
    assert rules_of(connection, "visit").keys() == {"city"}
    assert rules_of(connection, "visit_1") is None


def test_names_that_need_quotes(connection):
    connection.execute('CREATE SCHEMA "My ""Shop"')
    connection.execute('CREATE TABLE "My ""Shop"."Order" (id int PRIMARY KEY, "E-Mail ✉" text, "select" text, "Login" text)')
    relation = '"My ""Shop"."Order"'
    label(connection, relation, "E-Mail ✉", 'MASKED WITH FUNCTION anon.partial("Order"."E-Mail ✉", 1, \'x\', 0)')
    label(connection, relation, "select", 'MASKED WITH FUNCTION "anon"."hash"(lower("Order"."Login"))')
    result = imported(connection)
    assert result[relation, "E-Mail ✉"][1] == {"strategy": "partial", "keep_first": 1, "keep_last": 0, "mask": "x"}
    assert result[relation, "select"][1]["strategy"] == "sql"
    assert '"Login"' in rules_of(connection, relation)["select"]["expression"]


def test_a_label_is_no_way_in(connection):
    """Whoever may label a table does nothing by it but to be reported."""
    connection.execute("CREATE TABLE person (id int PRIMARY KEY, a text, b text, c text, d text, e text)")
    labels = {
        "a": "MASKED WITH VALUE 1; DROP TABLE person",
        "b": "MASKED WITH VALUE (SELECT rolpassword FROM pg_authid LIMIT 1)",
        "c": "MASKED WITH VALUE 'x') FROM person; DROP TABLE person; --",
        "d": f"MASKED WITH FUNCTION {'anon.hash(' * 5000}d{')' * 5000}",
        "e": f"MASKED WITH FUNCTION {'anon.partial(' * 45}e{', 1, $$x$$, 1)' * 45}",
    }
    for column, text in labels.items():
        label(connection, "person", column, text)
    result = imported(connection)
    assert all(result["person", column][2] for column in labels)
    assert rules_of(connection, "person") is None
    assert connection.execute("SELECT count(*) FROM person").fetchone() == (0,)


ROLES = ("regress_anon_owner", "regress_anon_clerk")


@pytest.fixture
def shop(connection):
    drop_roles(connection, ROLES)
    connection.execute("""
        CREATE ROLE regress_anon_owner;
        CREATE ROLE regress_anon_clerk;
        GRANT EXECUTE ON FUNCTION gdpr_import_anon TO regress_anon_owner, regress_anon_clerk;
        CREATE TABLE mine (id int PRIMARY KEY, name text);
        CREATE TABLE theirs (id int PRIMARY KEY, name text);
        ALTER TABLE mine OWNER TO regress_anon_owner;
    """)
    label(connection, "mine", "name", "MASKED WITH FUNCTION anon.dummy_name()")
    label(connection, "theirs", "name", "MASKED WITH FUNCTION anon.dummy_name()")
    yield connection
    drop_roles(connection, ROLES)


def test_an_owner_imports_what_is_his(shop):
    shop.execute("SET ROLE regress_anon_owner")
    result = imported(shop)
    shop.execute("RESET ROLE")
    assert result["mine", "name"][1] == {"strategy": "fake", "kind": "name"}
    assert "owner" in result["theirs", "name"][2] and "theirs" in result["theirs", "name"][2]
    assert rules_of(shop, "mine") == {"name": {"strategy": "fake", "kind": "name"}}
    assert rules_of(shop, "theirs") is None


def test_whoever_owns_nothing_registers_nothing(shop):
    shop.execute("SET ROLE regress_anon_clerk")
    result = imported(shop)
    shop.execute("RESET ROLE")
    assert all(problem for _, _, problem in result.values()) and len(result) == 2
    assert rules_of(shop, "mine") is None


def test_it_is_not_for_everybody(shop):
    shop.execute("REVOKE EXECUTE ON FUNCTION gdpr_import_anon FROM regress_anon_clerk")
    shop.execute("SET ROLE regress_anon_clerk")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        shop.execute("SELECT * FROM gdpr_import_anon()")
