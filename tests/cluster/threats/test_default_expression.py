"""The rule `default` evaluates the column's DEFAULT: the owner's expression."""

from .conftest import ALL_CALLS


def test_a_default(mallory):
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name text DEFAULT mallory.same('nobody'))")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.robs_a_superuser("INSERT INTO mallory.person VALUES (2)")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = DEFAULT")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "default"}')""", *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("nobody",)


def test_a_default_of_a_domain(mallory):
    mallory.does("CREATE DOMAIN mallory.name AS text DEFAULT mallory.same('nobody')")
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name mallory.name)")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.robs_a_superuser("INSERT INTO mallory.person VALUES (2)")
    seen = mallory.seen("""SELECT gdpr_register('mallory.person', '{"name": "default"}')""", *ALL_CALLS)
    mallory.has_nothing(seen)
    assert not seen.errors
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() != ("Ada",)


def test_a_default_that_is_changed_after_the_rule_was_checked(mallory):
    mallory.does("CREATE TABLE mallory.person (id int PRIMARY KEY, name text DEFAULT 'nobody')")
    mallory.does("INSERT INTO mallory.person VALUES (1, 'Ada')")
    mallory.connection.execute("""SELECT gdpr_register('mallory.person', '{"name": "default"}')""")
    mallory.does("ALTER TABLE mallory.person ALTER name SET DEFAULT mallory.attack()::text")
    mallory.robs_a_superuser("INSERT INTO mallory.person VALUES (2)")
    seen = mallory.seen(*ALL_CALLS)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0 or seen.errors, "it neither ran as her nor was refused"
