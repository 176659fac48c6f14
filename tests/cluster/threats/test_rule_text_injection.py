"""S39: what stands in a rule travels as a value. It is never spliced into a statement."""

import json

import psycopg
import pytest

HOSTILE = [
    "'); SELECT mallory.attack(); --",
    "$$; SELECT mallory.attack(); $$",
    "' || mallory.attack()::text || '",
    '", "id": "null',
    "\\'; SELECT mallory.attack(); --",
    "%I %L %s {} {0} $1 :1 ?",
]


def register(mallory, rules):
    return mallory.seen(f"SELECT gdpr_register('mallory.person', $json${json.dumps(rules)}$json$)")


@pytest.fixture
def person(mallory):
    mallory.does(
        "CREATE TABLE mallory.person (id int PRIMARY KEY, name text, doc jsonb);"
        """INSERT INTO mallory.person VALUES (1, 'Ada', '{"name": "Ada"}')"""
    )
    return mallory


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_stored_as_it_stands(person, text):
    rules = {"name": {"strategy": "value", "value": text}, "doc": {"strategy": "json", "paths": {"name": {"strategy": "value", "value": text}}}}
    seen = register(person, rules)
    assert not seen.errors, seen.errors
    person.connection.execute("SELECT * FROM gdpr_anonymise('mallory.person', 1)")
    assert person.connection.execute("SELECT name, doc FROM mallory.person").fetchone() == (text, {"name": text})
    person.has_nothing(person.seen())
    assert person.counters()["ran_as_another"] == 0


@pytest.mark.parametrize("rule", [
    {"strategy": "fake", "kind": None}, {"strategy": "fake", "kind": "name", "locale": None}, {"strategy": "pseudonym", "locale": None},
    {"strategy": "email", "domain": None}, {"strategy": "partial", "mask": None}, {"strategy": None}, {"strategy": "auto", None: 1},
    {"strategy": "hash", "length": None}, {"strategy": "random", "length": None},
], ids=str)
def test_a_parameter_is_refused(person, rule):
    """None of them is a kind, a locale, a domain, one character, a number or a name that is known."""
    for text in HOSTILE:
        hostile = {(text if key is None else key): (text if value is None else value) for key, value in rule.items()}
        seen = register(person, {"name": hostile})
        person.has_nothing(seen)
        assert [error.sqlstate for error in seen.errors] == ["22023"], (text, seen.errors)
    assert person.connection.execute("SELECT count(*) FROM gdpr_registry").fetchone() == (0,)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_path_into_json(person, text):
    """A path that nothing has changes nothing, whatever it is made of."""
    rules = {"doc": {"strategy": "json", "paths": {text: "blank", "name": "blank"}}}
    seen = register(person, rules)
    person.has_nothing(seen)
    if seen.errors:
        assert [error.sqlstate for error in seen.errors] == ["22023"]
        return
    assert not person.seen("SELECT * FROM gdpr_anonymise('mallory.person', 1)").errors
    assert person.connection.execute("SELECT doc FROM mallory.person").fetchone() == ({"name": ""},)
    assert person.counters()["ran_as_another"] == 0


def test_a_column_that_is_not_there(person):
    for text in HOSTILE:
        seen = register(person, {text: "blank"})
        person.has_nothing(seen)
        assert [error.sqlstate for error in seen.errors] == ["42703"], (text, seen.errors)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_tables_and_columns(mallory, text):
    """A table and its columns may be called that. They are quoted wherever they are named."""
    table, column = psycopg.sql.Identifier("mallory", text[:60]), psycopg.sql.Identifier(text[:60])
    connection = mallory.connection
    mallory.does(
        psycopg.sql.SQL("CREATE TABLE {} (id int PRIMARY KEY, {} text DEFAULT 'x'); INSERT INTO {} VALUES (1, 'Ada')").format(table, column, table)
    )
    name = table.as_string()
    connection.execute("SELECT gdpr_register(%s::regclass, %s::jsonb, ground => %s)", (name, json.dumps({text[:60]: "email"}), text))
    assert connection.execute("SELECT action, rows FROM gdpr_anonymise(%s::regclass, 1)", (name,)).fetchall() == [("anonymised", 1)]
    changed = connection.execute(psycopg.sql.SQL("SELECT {} FROM {}").format(column, table)).fetchone()[0]
    assert changed.endswith("@example.invalid")
    assert connection.execute("SELECT columns, rows FROM gdpr_log.event").fetchall() == [([text[:60]], 1)]
    mallory.has_nothing(mallory.seen())
    assert mallory.counters()["ran_as_another"] == 0


def test_that_spliced_text_would_attack(person):
    person.robs_a_superuser(f"INSERT INTO mallory.person VALUES (2, '{HOSTILE[0]}")
    person.robs_a_superuser(f"SELECT '{HOSTILE[2]}'")
