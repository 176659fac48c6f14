"""S54, in another form.

CREATE RULE puts other statements in the place of an UPDATE. They run as the owner, and an update that is taken away is noticed.
"""

import pytest

from .conftest import AGAIN, ANONYMISE, COLLECT, IS_ANONYMISED, PREVIEW

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.other (id int, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
REGISTER = """SELECT gdpr_register('mallory.person', '{"name": "blank"}')"""


@pytest.mark.parametrize("rule", [
    "DO ALSO INSERT INTO mallory.other VALUES (1, mallory.same(OLD.name))",
    "DO ALSO UPDATE mallory.other SET name = mallory.same(name)",
    "DO ALSO SELECT mallory.attack()",
])
def test_also(mallory, rule):
    """PostgreSQL refuses some rules on a statement with WITH: then it is the call that is refused."""
    mallory.does(TABLE)
    mallory.does("INSERT INTO mallory.other VALUES (1, 'x')")
    mallory.does(f"CREATE RULE r AS ON UPDATE TO mallory.person {rule}")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    seen = mallory.seen(REGISTER, COLLECT, PREVIEW, ANONYMISE, IS_ANONYMISED, AGAIN)
    mallory.has_nothing(seen)
    refused = {error.sqlstate for error in seen.errors}
    assert seen.as_mallory > 0 or refused <= {"0A000", "55000"} and refused, seen.errors


@pytest.mark.parametrize("rule", [
    "DO INSTEAD NOTHING",
    "WHERE OLD.id = 1 DO INSTEAD NOTHING",
    "DO INSTEAD UPDATE mallory.other SET name = NEW.name",
])
def test_instead(mallory, rule):
    """The call fails, rather than report as anonymised what is not."""
    mallory.does(TABLE)
    mallory.does(f"CREATE RULE r AS ON UPDATE TO mallory.person {rule}")
    assert mallory.connection.execute("UPDATE mallory.person SET name = 'x'").statusmessage != "UPDATE 1"
    mallory.connection.execute(REGISTER)
    seen = mallory.seen(ANONYMISE)
    assert len(seen.errors) == 1 and seen.errors[0].sqlstate in ("55000", "0A000"), seen.errors
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("Ada",)
    assert mallory.connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    assert mallory.connection.execute(IS_ANONYMISED).fetchone() == (False,)
