"""S38: the condition of a link is the table owner's text: an action evaluates it as the owner, as the walk of gdpr_collect does."""

from .conftest import ALL_CALLS

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int, body text);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.note VALUES (11, 1, 'hello'), (12, 2, 'hello');
"""
REGISTER = """
SELECT gdpr_register('mallory.person', '{"name": "blank"}'), gdpr_register('mallory.note', '{"body": "blank"}')
"""


def test_a_condition(mallory):
    mallory.does(TABLES)
    mallory.robs_a_superuser("SELECT 1 FROM mallory.note WHERE mallory.fine(body)")
    link = "SELECT gdpr_link('mallory.person', '{id}', 'mallory.note', '{person_id}', condition => 'mallory.fine(target.body)')"
    mallory.gains_nothing(link, REGISTER, *ALL_CALLS)
    assert mallory.connection.execute("SELECT body FROM mallory.note ORDER BY id").fetchall() == [("",), ("hello",)]


def test_an_expression_in_place_of_a_column(mallory):
    mallory.does(TABLES)
    mallory.does("ALTER TABLE mallory.note ADD owner text; UPDATE mallory.note SET owner = person_id")
    link = "SELECT gdpr_link('mallory.person', '{(mallory.same(id::text))}', 'mallory.note', '{(mallory.same(owner))}')"
    mallory.robs_a_superuser("SELECT 1 FROM mallory.note WHERE mallory.same(owner) = '1'")
    mallory.gains_nothing(link, REGISTER, *ALL_CALLS)
    assert mallory.connection.execute("SELECT body FROM mallory.note ORDER BY id").fetchall() == [("",), ("hello",)]


def test_written_by_her_past_the_function(mallory):
    mallory.does(TABLES)
    mallory.connection.execute("GRANT SELECT, INSERT ON gdpr_links TO regress_mallory; GRANT EXECUTE ON FUNCTION gdpr_pairs TO regress_mallory")
    mallory.does(
        "INSERT INTO gdpr_links (source, source_columns, target, target_columns, kind, condition)"
        " VALUES ('mallory.person', '{id}', 'mallory.note', '{person_id}', 'owner', 'mallory.fine(target.body)')"
    )
    mallory.gains_nothing(REGISTER, *ALL_CALLS)
