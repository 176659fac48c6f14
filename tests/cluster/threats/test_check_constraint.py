"""A CHECK constraint calls its owner's function for every new row, and when a rule is registered whose value can be tried beforehand."""

import pytest

from .conftest import ALL_CALLS

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text CHECK (mallory.fine(name)));
INSERT INTO mallory.person VALUES (1, 'Ada');
"""


@pytest.mark.parametrize("rule", ['"null"', '"blank"', '{"strategy": "value", "value": "nobody"}', '"email"'])
def test_a_check(mallory, rule):
    mallory.does(TABLE)
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(f"""SELECT gdpr_register('mallory.person', '{{"name": {rule}}}')""", *ALL_CALLS)


def test_a_check_that_was_false_for_everybody_but_now_attacks(mallory):
    """The function is replaced after the rule was tried against it."""
    mallory.does("CREATE FUNCTION mallory.later(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'")
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name text CHECK (mallory.later(name)))")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.connection.execute("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""")
    mallory.does("CREATE OR REPLACE FUNCTION mallory.later(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT mallory.fine($1)'")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing(*ALL_CALLS)
