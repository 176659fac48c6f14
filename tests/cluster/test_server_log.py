"""Nothing personal gets into the server's log, whatever goes wrong, at the default level.

Ids are given as parameters, as clients do: a literal in a statement that fails is logged by PostgreSQL itself.
"""

import psycopg
import pytest
from conftest import make_database

NAME = "Lovelace-1815"
SCHEMA = f"""
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE member (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE staff (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, staff_id int REFERENCES staff, remark text);
INSERT INTO person VALUES (1, '{NAME}');
INSERT INTO member VALUES (1, 1);
INSERT INTO staff VALUES (7);
INSERT INTO orders VALUES (11, 1, 7, '{NAME}');
"""


@pytest.fixture
def connection(observed_cluster):
    host = observed_cluster.socket
    for database in make_database("gdpr_log_test", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(SCHEMA)
            yield connection


WRONG = [
    ("person", NAME),
    ("member", NAME),
    ("member", f'{{"tenant": 1, "id": "{NAME}"}}'),
    ("member", f'{{"tenant": 1, "{NAME}": 1}}'),
    ("member", f'{{"tenant": 1, "id": 1, "name": "{NAME}"}}'),
    ("member", f'{{"tenant": "{NAME}"'),
    ("member", f'["{NAME}"]'),
]


@pytest.mark.parametrize("function", ["gdpr_collect", "gdpr_lock"])
@pytest.mark.parametrize("subject, id_", WRONG)
def test_an_id_of_the_wrong_type_is_not_repeated(connection, log, function, subject, id_):
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(f"SELECT * FROM {function}(%s::regclass, %s::text)", (subject, id_))
    error = raised.value
    assert error.sqlstate in ("22P02", "22023")
    fields = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint, error.diag.context,
              error.diag.internal_query)
    assert not [field for field in fields if NAME in (field or "")]
    assert error.diag.message_hint

    written = log()
    assert error.diag.message_primary in written  # the log is the right one
    assert NAME not in written


def test_ids_of_the_wrong_type_in_an_array(connection, log):
    with pytest.raises(psycopg.Error) as raised:
        connection.execute("SELECT * FROM gdpr_collect('person', %s::text[])", (["1", NAME],))
    assert raised.value.sqlstate == "22P02"
    assert NAME not in str(raised.value) + (raised.value.diag.context or "")
    assert raised.value.diag.message_primary in log()
    assert NAME not in log()


def test_a_refusal_names_links_and_numbers_only(connection, log):
    connection.execute("SELECT gdpr_register('staff', subject => true)")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
        connection.execute("SELECT * FROM gdpr_lock('person', %s)", (1,))
    assert "staff_id" in raised.value.diag.message_hint
    assert "staff_id" in log()
    assert NAME not in log()


def test_a_cast_that_fails_does_not_show_the_value(connection, log):
    """A link's expression meets a value that it cannot read: the error says which link, not what stands there."""
    connection.execute("SELECT gdpr_link('staff', '{id}', 'orders', '{(remark::int)}')")
    with pytest.raises(psycopg.Error) as raised:
        connection.execute("SELECT * FROM gdpr_collect('staff', %s)", (7,))
    error = raised.value
    assert error.sqlstate == "22P02"
    assert "orders" in error.diag.message_primary
    assert NAME not in str(error) + (error.diag.message_detail or "") + (error.diag.context or "")
    assert error.diag.message_primary in log()
    assert NAME not in log()


def test_success_writes_nothing(connection, log):
    assert connection.execute("SELECT count(*) FROM gdpr_collect('person', %s)", (1,)).fetchone() == (2,)
    connection.execute("SELECT * FROM gdpr_graph('person')")
    connection.execute("SELECT * FROM gdpr_lock('person', %s)", (1,))
    assert log() == ""


def test_statements_are_remembered_without_values(connection, observed_cluster):
    """pg_stat_statements keeps the text of our own statements: values travel as parameters."""
    connection.execute("CREATE EXTENSION pg_stat_statements")
    connection.execute("SET pg_stat_statements.track = 'all'")
    connection.execute("CREATE TABLE mail (email text)")
    connection.execute("INSERT INTO mail SELECT name FROM person")
    connection.execute("SELECT gdpr_link('person', '{name}', 'mail', '{email}')")
    connection.execute("CREATE TABLE login (name text PRIMARY KEY)")
    connection.execute("INSERT INTO login SELECT name FROM person")
    connection.execute("SELECT pg_stat_statements_reset()")
    assert connection.execute("SELECT count(*) FROM gdpr_collect('person', %s)", (1,)).fetchone() == (3,)
    assert connection.execute("SELECT count(*) FROM gdpr_collect('login', %s)", (NAME,)).fetchone() == (1,)
    remembered = [query for query, in connection.execute("SELECT query FROM pg_stat_statements").fetchall()]
    assert any("mail" in query for query in remembered)  # our inner statements are among them
    assert not [query for query in remembered if NAME in query]


def test_what_is_running_shows_no_values(connection, observed_cluster):
    """pg_stat_activity shows a session's statement to others: it is the caller's, with its parameters as $1."""
    connection.execute("SELECT * FROM gdpr_collect('person', %s)", (1,))
    connection.execute("CREATE TABLE login (name text PRIMARY KEY)")
    connection.execute("SELECT * FROM gdpr_collect('login', %s::text)", (NAME,))
    with psycopg.connect(dbname=connection.info.dbname, host=observed_cluster.socket) as other:
        query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        shown = other.execute(query, (connection.info.backend_pid,)).fetchone()[0]
    assert "gdpr_collect" in shown
    assert NAME not in shown
