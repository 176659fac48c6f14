"""A security label of another anonymiser is text that a table's owner wrote. Importing it, as a superuser, evaluates nothing in it."""

import pytest

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
LABELS = [
    "MASKED WITH FUNCTION mallory.same(name)",
    "MASKED WITH FUNCTION mallory.same($$x$$)",
    "MASKED WITH FUNCTION anon.partial(mallory.same(name), 1, $$x$$, 1)",
    "MASKED WITH VALUE mallory.attack()::text",
    "MASKED WITH VALUE $$x$$ || mallory.attack()::text",
    "MASKED WITH VALUE (SELECT line FROM diary.page)",
    "MASKED WITH VALUE NULL; SELECT mallory.attack()",
    "MASKED WITH VALUE '); SELECT mallory.attack(); --'",
    "MASKED WITH FUNCTION anon.fake_first_name(); ALTER ROLE regress_mallory SUPERUSER",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_hostile_label(mallory, label):
    mallory.does(TABLE)
    connection = mallory.connection
    # The provider is not installed here; its labels are rows of this catalog.
    connection.execute(
        "INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label)"
        " VALUES ('mallory.person'::regclass, 'pg_class'::regclass, 2, 'anon', %s)", (label,),
    )
    with connection.transaction(force_rollback=True):
        imported = connection.execute('SELECT relation::text, "column", label FROM gdpr_import_anon()').fetchall()
    assert imported == [("mallory.person", "name", label)]
    seen = mallory.seen("SELECT * FROM gdpr_import_anon()", "SELECT * FROM gdpr_preview('anonymise', 'mallory.person', 1)",
                        "SELECT * FROM gdpr_anonymise('mallory.person', 1)")
    connection.execute("DELETE FROM pg_seclabel WHERE provider = 'anon'")
    mallory.has_nothing(seen)
    assert not [error for error in seen.errors if error.sqlstate not in ("55000",)], seen.errors
    assert connection.execute("SELECT line FROM diary.page").fetchone() == ("Nobody else reads this",)
    assert connection.execute("SELECT count(*) FROM mallory.person WHERE name = 'Nobody else reads this'").fetchone() == (0,)


def test_why_it_matters(mallory):
    mallory.does(TABLE)
    mallory.robs_a_superuser("SELECT mallory.same(name) FROM mallory.person")
