"""S38: an operator is a function with another name. In a rule and in a condition it runs as the table's owner."""

from .conftest import ALL_CALLS

OPERATOR = """
CREATE FUNCTION mallory.equal(text, text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';
CREATE OPERATOR mallory.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
CREATE FUNCTION mallory.joined(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN pg_catalog.concat($1, $2); END';
CREATE OPERATOR mallory.|+| (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.joined);
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int, body text);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.note VALUES (11, 1, 'hello');
"""


def test_in_a_rule(mallory):
    mallory.does(OPERATOR)
    mallory.robs_a_superuser("UPDATE mallory.person SET name = name OPERATOR(mallory.|+|) '.'")
    register = """
        SELECT gdpr_register('mallory.person', '{"name": {"strategy": "sql", "expression": "name OPERATOR(mallory.|+|) ''.''"}}')
    """
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() in [("Ada.",), ("Ada..",)]


def test_in_a_condition(mallory):
    mallory.does(OPERATOR)
    mallory.robs_a_superuser("SELECT 1 FROM mallory.note WHERE body OPERATOR(mallory.===) 'hello'")
    link = """
        SELECT gdpr_link('mallory.person', '{id}', 'mallory.note', '{person_id}', condition => $$target.body OPERATOR(mallory.===) 'hello'$$),
            gdpr_register('mallory.person', '{"name": "blank"}'), gdpr_register('mallory.note', '{"body": "blank"}')
    """
    mallory.gains_nothing(link, *ALL_CALLS)


# For a table that superusers update by hand, the operator in a column's CHECK runs as they do.
def test_in_a_check_constraint(mallory):
    mallory.does(OPERATOR)
    mallory.does("ALTER TABLE mallory.person ADD CHECK (name OPERATOR(mallory.===) name)")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""", *ALL_CALLS)
