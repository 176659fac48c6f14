"""A generated column is computed anew when its row is anonymised."""

from .conftest import ALL_CALLS


def test_a_generated_column(mallory):
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name text, shown text GENERATED ALWAYS AS (mallory.same(name)) STORED)")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""", *ALL_CALLS)
    assert mallory.connection.execute("SELECT name, shown FROM mallory.person").fetchone() == ("", "")
