"""S38: a domain's CHECK is a function of its owner's, and runs whenever a value is made one of that domain: for a new value, for an id, in a cast."""

import pytest

from .conftest import ALL_CALLS

DOMAIN = "CREATE DOMAIN mallory.checked AS text CHECK (mallory.fine(VALUE));"
RULES = {
    "blank": '"blank"',
    "value": '{"strategy": "value", "value": "nobody"}',
    "partial": '{"strategy": "partial", "keep_first": 1}',
    "hash": '"hash"',
    "fake": '{"strategy": "fake", "kind": "name"}',
    "random": '"random"',
    "sql": '{"strategy": "sql", "expression": "upper(name)"}',
    "auto": '"auto"',
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_new_value_of_a_column(mallory, rule):
    mallory.does(DOMAIN)
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name mallory.checked NOT NULL)")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    register = f"""SELECT gdpr_register('mallory.person', '{{"name": {rule}}}')"""
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() != ("Ada",)


def test_a_value_that_the_domain_refuses(mallory):
    """Whether a constant can ever be right is asked when the rule is registered: the domain's function answers as its owner."""
    mallory.does(
        "CREATE FUNCTION mallory.short(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN RETURN mallory.attack() AND length($1) < 4; END'"
    )
    mallory.does("CREATE DOMAIN mallory.brief AS text CHECK (mallory.short(VALUE))")
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name mallory.brief NOT NULL)")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.robs_a_superuser("SELECT 'x'::mallory.brief")
    register = """SELECT gdpr_register('mallory.person', '{"name": {"strategy": "value", "value": "too long"}}')"""
    seen = mallory.seen(register, *ALL_CALLS[1:])
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0
    assert "23514" in {error.sqlstate for error in seen.errors}
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("Ada",)


def test_the_id_that_the_caller_gives(mallory):
    mallory.does(DOMAIN)
    mallory.does("CREATE TABLE mallory.person (id mallory.checked PRIMARY KEY, name text)")
    mallory.does("INSERT INTO mallory.person VALUES ('1', 'Ada')")
    mallory.robs_a_superuser("SELECT '1'::mallory.checked")
    # It may be read as the domain's base type: then her code is not asked at all.
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""", *ALL_CALLS, runs=False)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)


def test_a_domain_over_an_array_and_in_a_composite(mallory):
    mallory.does(DOMAIN)
    mallory.does("CREATE TYPE mallory.pair AS (a mallory.checked, b int)")
    mallory.does("CREATE DOMAIN mallory.names AS text[] CHECK (mallory.fine(VALUE::text))")
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, both_ mallory.pair, names mallory.names NOT NULL)")
    mallory.does("INSERT INTO mallory.person VALUES (1, ('Ada', 1), '{Ada}')")
    mallory.robs_a_superuser("UPDATE mallory.person SET names = '{x}'")
    register = """SELECT gdpr_register('mallory.person', '{"both_": "auto", "names": "auto"}')"""
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT both_, names FROM mallory.person").fetchone() == (None, [])
