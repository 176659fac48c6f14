"""Exporting puts nothing personal into the server's log, whatever goes wrong: that somebody read, and of how many persons of which table.

Ids are given as parameters, as clients do: a literal in a statement that fails is logged by PostgreSQL itself.
"""

import psycopg
import pytest
from conftest import make_database

NAME = "Lovelace-1815"
SCHEMA = f"""
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE login (name text PRIMARY KEY);
CREATE TABLE shop (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, rep_id int REFERENCES person, shop_id int REFERENCES shop, remark text);
CREATE TABLE unknown (id int PRIMARY KEY, login text REFERENCES login, remark text);
INSERT INTO person VALUES (1, '{NAME}'), (2, 'Bea'), (3, '{NAME}');
INSERT INTO login VALUES ('{NAME}');
INSERT INTO shop VALUES (5, '{NAME}');
INSERT INTO orders VALUES (11, 1, NULL, 5, '{NAME}'), (12, 3, 2, 5, '{NAME}');
INSERT INTO unknown VALUES (21, '{NAME}', '{NAME}');
SELECT gdpr_register('person', subject => true, export => '{{"label_expression": "name"}}'), gdpr_register('login', subject => true),
    gdpr_register('orders'), gdpr_register('shop', export => '{{"label_expression": "name"}}');
CREATE FUNCTION fail(of_row jsonb) RETURNS jsonb LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''it is %'', of_row USING DETAIL = of_row::text, HINT = of_row::text; END';
CREATE FUNCTION no_object(of_row jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT of_row->'remark' $$;
"""
CALLS = [f"SELECT {function}(%s::regclass, %s)" for function in ("gdpr_export", "gdpr_export_html", "gdpr_export_archive")]


@pytest.fixture
def connection(observed_cluster):
    host = observed_cluster.socket
    for database in make_database("gdpr_export_log", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(SCHEMA)
            yield connection


def told(connection):
    """What the server tells the client besides results, from here on. A message is only there while it is handled."""
    notices = []
    connection.add_notice_handler(lambda diag: notices.append((diag.sqlstate, diag.message_primary, diag.message_detail, diag.message_hint)))
    return notices


FAILURES = {
    "an id of another type": ("person", NAME, "", "22P02"),
    "not reviewed": ("person", 3, "", "55000"),
    "not registered": ("login", NAME, "", "55000"),
    "a transform that raises": ("person", 1, """SELECT gdpr_register('orders', export => '{"transform": "public.fail"}')""", "P0001"),
    "a transform that makes no object": ("person", 1, """SELECT gdpr_register('orders', export => '{"transform": "public.no_object"}')""", "22023"),
    "a label that cannot be read": ("person", 1, """SELECT gdpr_register('shop', export => '{"label_expression": "name::int"}')""", "22P02"),
    "a name that cannot be read": ("person", 1, """SELECT gdpr_register('person', export => '{"label_expression": "(name::jsonb)::text"}')""", "22P02"),
    "no place for the log": ("person", 1, "SET default_transaction_read_only = on", "25006"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("failure", FAILURES)
def test_errors(connection, log, call, failure):
    subject, id_, before, sqlstate = FAILURES[failure]
    if before:
        connection.execute(before)
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(call, (subject, id_))
    error = raised.value
    assert error.sqlstate == sqlstate
    diag = error.diag
    fields = (diag.message_primary, diag.message_detail, diag.message_hint, diag.context, diag.internal_query, diag.constraint_name)
    assert not [field for field in fields if NAME in (field or "")], fields
    assert diag.message_hint
    written = log()
    assert diag.message_primary in written  # the log is the right one
    assert NAME not in written


def test_a_warning_names_tables_and_numbers_only(connection, log):
    connection.execute("SET gdpr_ext.unregistered = 'report'")
    notices = told(connection)
    connection.execute(CALLS[0], ("login", NAME))
    assert [(sqlstate, detail) for sqlstate, _, detail, _ in notices] == [("01000", "public.unknown: 1 row")]
    assert NAME not in str(notices)
    assert "public.unknown: 1 row" in log()
    assert NAME not in log()


@pytest.mark.parametrize("call", CALLS)
def test_that_somebody_read_is_in_it(connection, log, call):
    """Also if the transaction is rolled back, and the event of the log with it. What, and of whom, is not."""
    with connection.transaction(force_rollback=True):
        assert NAME in str(connection.execute(CALLS[0], ("person", 1)).fetchone()[0])
        connection.execute(call, ("login", "nobody"))
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    lines = [line for line in log().splitlines() if "LOG:" in line]
    assert len(lines) == 2
    assert "public.person" in lines[0] and "public.login" in lines[1]
    assert NAME not in log() and "nobody" not in log()


def test_nothing_is_told_to_the_client(connection):
    connection.execute("SET client_min_messages = log")
    notices = told(connection)
    connection.execute(CALLS[0], ("person", 1))
    assert notices == []


def test_statements_are_remembered_without_values(connection):
    """pg_stat_statements keeps the text of our own statements: values travel as parameters."""
    connection.execute("CREATE EXTENSION pg_stat_statements")
    connection.execute("SET pg_stat_statements.track = 'all'")
    connection.execute("DROP TABLE unknown")
    connection.execute("SELECT pg_stat_statements_reset()")
    for call in CALLS:
        connection.execute(call, ("person", 1))
        connection.execute(call, ("login", NAME))
    remembered = [query for query, in connection.execute("SELECT query FROM pg_stat_statements").fetchall()]
    assert any("shop" in query for query in remembered)  # our inner statements are among them
    assert not [query for query in remembered if NAME in query]
