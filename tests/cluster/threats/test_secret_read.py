"""Whoever has the secret can recompute every hash and pseudonym. Only a superuser can have it."""

import base64
import subprocess

import psycopg
import pytest
from conftest import program

from .own_functions import calls

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
# What reads files, tables or settings, tried by somebody who may call everything of ours.
READS = [
    "SELECT * FROM gdpr_log.secret",
    "COPY gdpr_log.secret TO STDOUT",
    "SELECT query_to_xml('SELECT * FROM gdpr_log.secret', true, true, '')",
    "SELECT table_to_xml('gdpr_log.secret', true, true, '')",
    "SELECT gdpr_register('gdpr_log.secret', '{}')",
    "SELECT gdpr_link('mallory.person', '{id}', 'gdpr_log.secret', '{id}')",
    "SHOW gdpr_ext.secret_file",
    "SET gdpr_ext.secret_file = '/etc/passwd'",
    "SET LOCAL gdpr_ext.secret_file = '/etc/passwd'",
    "ALTER ROLE regress_mallory SET gdpr_ext.secret_file = '/etc/passwd'",
    "SELECT set_config('gdpr_ext.secret_file', '/etc/passwd', false)",
]
SUBJECT = [
    "SELECT * FROM gdpr_collect('gdpr_log.secret', 1)",
    "SELECT * FROM gdpr_anonymise('gdpr_log.secret', 1)",
    "SELECT gdpr_is_anonymised('gdpr_log.secret', 1)",
    "SELECT * FROM gdpr_preview('anonymise', 'gdpr_log.secret', 1)",
]


def the_secret(connection):
    """Its bytes as they stand in the database."""
    row = connection.execute("SELECT * FROM gdpr_log.secret").fetchone()
    found = [bytes(value) for value in row if isinstance(value, (bytes, memoryview))]
    assert len(found) == 1 and len(found[0]) >= 32
    return found[0]


@pytest.fixture
def trusting(mallory):
    """EXECUTE on everything, as `GRANT EXECUTE ON ALL FUNCTIONS` gives it, and the log's schema opened, but not its tables."""
    mallory.does(TABLE)
    mallory.connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_mallory")
    mallory.connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")
    return mallory


@pytest.mark.parametrize("read", READS)
def test_by_a_statement(trusting, read):
    trusting.connection.execute("SELECT gdpr_hash('x')")  # the library is loaded, and the setting known
    with pytest.raises(psycopg.Error) as raised:
        trusting.does(read)
    assert raised.value.sqlstate == "42501", raised.value


@pytest.mark.parametrize("call", SUBJECT)
def test_as_the_subject_of_a_call(trusting, call):
    """It has no key, so nothing of it could be asked for; with one it would be a table that she may not read."""
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        trusting.does(call)
    trusting.connection.execute("ALTER TABLE gdpr_log.secret ADD id int PRIMARY KEY DEFAULT 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        trusting.does(call)


def test_a_setting_that_is_made_before_the_library_is_loaded(trusting):
    """Then PostgreSQL does not know yet that it is a superuser's. It is asked again when the library comes: the value is not taken."""
    connection = trusting.connection
    connection.execute("GRANT SELECT, UPDATE ON mallory.person TO regress_mallory")
    hashed = connection.execute("SELECT gdpr_hash('Ada')").fetchone()[0]
    with psycopg.connect(dbname=connection.info.dbname, user="regress_mallory", autocommit=True) as hers:
        hers.execute("SET gdpr_ext.secret_file = '/etc/hostname'")
        assert hers.execute("SELECT gdpr_hash('Ada')").fetchone()[0] == hashed
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hers.execute("SET gdpr_ext.secret_file = '/etc/hostname'")


def spellings(secret):
    return {secret.hex(), base64.b64encode(secret).decode().rstrip("="), repr(secret)[2:-1], secret.decode("latin-1")}


def test_by_a_function_of_ours(trusting):
    connection = trusting.connection
    secret = the_secret(connection)
    assert any(spelling in repr(connection.execute("SELECT encode(secret, 'hex') FROM gdpr_log.secret").fetchall()) for spelling in spellings(secret))
    told, notices = 0, []
    connection.add_notice_handler(lambda notice: notices.append(str(notice.message_primary) + str(notice.message_detail)))
    for call in calls(connection, "mallory.person"):
        connection.execute("SET ROLE regress_mallory")
        try:
            answer = repr(connection.execute(call).fetchall())
            told += 1
        except psycopg.Error as error:
            answer = str(error) + str(error.diag.message_detail)
        connection.execute("RESET ROLE")
        assert not [spelling for spelling in spellings(secret) if spelling in answer], call
    assert told > 20
    assert not [spelling for spelling in spellings(secret) if spelling in "".join(notices)]


def test_by_becoming_the_table_of_a_call(trusting):
    """A superuser is asked to anonymise a 'person' who is the secret: he alone may do it, and nothing of hers leads there."""
    trusting.does("CREATE TABLE mallory.link (id int PRIMARY KEY, person_id int)")
    seen = trusting.seen(
        """SELECT gdpr_register('mallory.person', '{"name": "blank"}')""",
        "SELECT * FROM gdpr_collect('mallory.person', 1)",
    )
    trusting.has_nothing(seen)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        trusting.does("SELECT gdpr_link('mallory.person', '{name}', 'gdpr_log.secret', '{(secret::text)}')")


def test_a_dump_by_her_does_not_have_it(trusting):
    """pg_dump reads with the rights of whoever runs it."""
    dump = [program("pg_dump"), "-U", "regress_mallory", "--table=gdpr_log.secret", "--extension=gdpr_ext", trusting.connection.info.dbname]
    done = subprocess.run(dump, capture_output=True, text=True)
    assert done.returncode != 0 and "permission denied" in done.stderr
    assert the_secret(trusting.connection).hex() not in done.stdout
    dump[2] = "postgres"
    done = subprocess.run(dump, capture_output=True, text=True)
    assert the_secret(trusting.connection).hex() in done.stdout  # it is the right question
