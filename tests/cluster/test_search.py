"""gdpr_search with real logins, with policies, with foreign tables, in other sessions and transactions: who may find what, and what is left of the term."""

import psycopg
import pytest
from conftest import make_database
from roles import drop_roles, login

ROLES = ("regress_owner", "regress_clerk")

SHOP = """
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_clerk LOGIN;
CREATE SCHEMA shop AUTHORIZATION regress_owner;
SET ROLE regress_owner;
CREATE TABLE shop.person (id int PRIMARY KEY, name text);
CREATE TABLE shop.note (id int PRIMARY KEY, person_id int REFERENCES shop.person, body text);
CREATE TABLE shop.reply (note_id int REFERENCES shop.note, body text);
INSERT INTO shop.person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO shop.note VALUES (11, 1, 'hello'), (12, 2, 'goodbye');
INSERT INTO shop.reply VALUES (11, 'thanks');
GRANT USAGE ON SCHEMA shop TO regress_clerk;
GRANT SELECT ON shop.reply TO regress_clerk;
RESET ROLE;
SELECT gdpr_register('shop.reply', search => '{body}');
SELECT gdpr_register('shop.person', subject => true);
GRANT EXECUTE ON FUNCTION gdpr_search TO regress_clerk;
"""
SEARCH = "SELECT relation::text, key, subject::text, subject_key FROM gdpr_search(%s)"
FOUND = [("shop.reply", None, "shop.person", {"id": 1})]


@pytest.fixture
def shop(connection):
    drop_roles(connection, ROLES)
    connection.execute(SHOP)
    yield connection
    drop_roles(connection, ROLES)


def refused(connection, table, term="thanks"):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=table):
        connection.execute(SEARCH, (term,))


def test_every_table_on_the_way_has_to_be_readable(shop, database):
    """It needs EXECUTE, SELECT on what is searched, and SELECT on what lies between a row that was found and its person."""
    with login(database, "regress_clerk") as clerk:
        refused(clerk, "shop.note")
        # Nothing is found, so nothing lies between.
        assert clerk.execute(SEARCH, ("nothing",)).fetchall() == []
        shop.execute("GRANT SELECT ON shop.note TO regress_clerk")
        refused(clerk, "shop.person")
        shop.execute("GRANT SELECT ON shop.person TO regress_clerk")
        assert clerk.execute(SEARCH, ("thanks",)).fetchall() == FOUND
        shop.execute("REVOKE EXECUTE ON FUNCTION gdpr_search FROM regress_clerk")
        refused(clerk, "gdpr_search")


def test_a_table_that_may_not_be_read_is_no_table_without_hits(shop, database):
    """An answer that leaves out a table would look like one that found nothing there: it is refused, whatever is searched for."""
    shop.execute("GRANT SELECT ON shop.person, shop.note TO regress_clerk; SELECT gdpr_register('shop.person', search => '{name}')")
    with login(database, "regress_clerk") as clerk:
        assert clerk.execute(SEARCH, ("thanks",)).fetchall() == FOUND
        shop.execute("REVOKE SELECT ON shop.person FROM regress_clerk; GRANT SELECT (id) ON shop.person TO regress_clerk")
        refused(clerk, "shop.person", "nothing")
        shop.execute("GRANT SELECT (name) ON shop.person TO regress_clerk")
        assert clerk.execute(SEARCH, ("thanks",)).fetchall() == FOUND


@pytest.mark.parametrize("table", ["shop.reply", "shop.note", "shop.person"])
def test_a_policy_that_would_hide_rows_is_an_error(shop, database, table):
    """S40: on the table that is searched, on the way, and on the person's own."""
    shop.execute("GRANT SELECT ON shop.person, shop.note TO regress_clerk")
    with login(database, "regress_clerk") as clerk:
        assert clerk.execute(SEARCH, ("thanks",)).fetchall() == FOUND
        shop.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON {table} USING (true)")
        refused(clerk, table)
        shop.execute("ALTER ROLE regress_clerk BYPASSRLS")
        with login(database, "regress_clerk") as bypassing:
            assert bypassing.execute(SEARCH, ("thanks",)).fetchall() == FOUND
    shop.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    assert shop.execute(SEARCH, ("thanks",)).fetchall() == FOUND


def test_what_another_session_registers_is_searched_at_once(shop, database):
    with login(database, "postgres") as other:
        assert other.execute(SEARCH, ("goodbye",)).fetchall() == []
        shop.execute("SELECT gdpr_register('shop.note', search => '{body}')")
        assert other.execute(SEARCH, ("goodbye",)).fetchall() == [("shop.note", {"id": 12}, "shop.person", {"id": 2})]
        # An index changes how it is found, not what.
        shop.execute("CREATE INDEX ON shop.note (lower(body))")
        assert other.execute(SEARCH, ("goodbye",)).fetchall() == [("shop.note", {"id": 12}, "shop.person", {"id": 2})]
        shop.execute("ALTER TABLE shop.note ALTER body TYPE varchar(80)")
        assert other.execute(SEARCH, ("goodbye",)).fetchall() == [("shop.note", {"id": 12}, "shop.person", {"id": 2})]
        shop.execute("SELECT gdpr_unregister('shop.note')")
        assert other.execute(SEARCH, ("goodbye",)).fetchall() == []


def test_one_snapshot_in_a_read_only_transaction(shop, database):
    """It sees what the calling statement sees, and writes nothing unless reads are logged."""
    with login(database, "postgres") as other:
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert other.execute(SEARCH, ("thanks",)).fetchall() == FOUND
        shop.execute("UPDATE shop.reply SET body = 'no thanks'")
        assert other.execute(SEARCH, ("thanks",)).fetchall() == FOUND
        other.execute("COMMIT")
        assert other.execute(SEARCH, ("thanks",)).fetchall() == []


def test_who_was_found_is_logged_and_the_term_is_not(shop):
    """One event for each table of persons, with their keys. One about nobody if nobody was found."""
    # No uuid and no digest can hold these by chance.
    shop.execute("UPDATE shop.person SET name = 'Lovelace' WHERE id = 1")
    shop.execute("SELECT gdpr_register('shop.person', '{\"name\": \"blank\"}', search => '{name}')")
    shop.execute("SET gdpr_ext.log_reads = 'all'")
    assert len(shop.execute(SEARCH, ("LOVELACE",)).fetchall()) == 1
    assert shop.execute(SEARCH, ("Unheard-of",)).fetchall() == []
    events = shop.execute("SELECT call, subject, rows, keys FROM gdpr_log.event WHERE action = 'read' ORDER BY id").fetchall()
    assert [(call, subject, rows) for call, subject, rows, _ in events] == [("search", "shop.person", 1), ("search", "", 0)], events
    assert [keys for *_, keys in events] == [[1], []]
    log = " ".join(row[0] for row in shop.execute("SELECT e::text FROM gdpr_log.event e").fetchall())
    assert "lovelace" not in log.lower() and "unheard" not in log.lower()
    shop.execute("SET gdpr_ext.log_reads = 'export'")
    assert len(shop.execute(SEARCH, ("LOVELACE",)).fetchall()) == 1
    assert shop.execute("SELECT count(*) FROM gdpr_log.event WHERE action = 'read'").fetchone() == (2,)


ARCHIVE = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE old_order (id int PRIMARY KEY, customer_id int, note text);
CREATE TABLE old_line (order_id int, pos int, product text);
INSERT INTO old_order SELECT n, n % 100, 'Note' || n FROM generate_series(1, 1000) n;
INSERT INTO old_line SELECT n, pos, 'Tea' || n FROM generate_series(1, 1000) n, generate_series(1, 2) pos;
"""
LOCAL = """
CREATE EXTENSION postgres_fdw;
CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', port '5432', dbname '{archive}');
CREATE USER MAPPING FOR CURRENT_USER SERVER archive OPTIONS (user 'postgres');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE FOREIGN TABLE old_order (id int, customer_id int, note text) SERVER archive;
CREATE FOREIGN TABLE old_line (order_id int, pos int, product text) SERVER archive;
INSERT INTO customer VALUES (7, 'Ada'), (8, 'Bea');
SELECT gdpr_register('customer', subject => true);
SELECT gdpr_register('old_order', search => '{{note}}');
SELECT gdpr_register('old_line', search => '{{product}}');
SELECT gdpr_link('customer', '{{id}}', 'old_order', '{{customer_id}}');
SELECT gdpr_link('old_order', '{{id}}', 'old_line', '{{order_id}}');
"""


@pytest.fixture
def databases(observed_cluster):
    host = observed_cluster.socket
    for archive in make_database("gdpr_archive", host):
        for shop in make_database("gdpr_shop", host):
            with psycopg.connect(dbname=archive, host=host, autocommit=True) as remote:
                remote.execute(ARCHIVE)
                with psycopg.connect(dbname=shop, host=host, autocommit=True) as local:
                    local.execute(LOCAL.format(host=host, archive=archive))
                    yield local, remote


def test_rows_of_foreign_tables_lead_to_their_person(databases):
    """Foreign tables without a key, two links away. The other server looks for the term and for the rows on the way: it sends no others."""
    local, remote = databases
    remote.execute("SELECT pg_stat_statements_reset()")
    assert local.execute(SEARCH, ("NOTE107",)).fetchall() == [("old_order", None, "customer", {"id": 7})]
    found = local.execute(SEARCH + " ORDER BY 1", ("tea108",)).fetchall()
    assert found == [("old_line", None, "customer", {"id": 8})] * 2
    fetched = remote.execute(
        "SELECT sum(rows) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE datname = current_database() AND query LIKE 'FETCH%'"
    ).fetchone()[0]
    assert fetched <= 5, "the other server has sent rows that were not asked for"
    local.execute("SELECT gdpr_register('old_order', key => '{id}')")
    assert local.execute(SEARCH, ("note107",)).fetchall() == [("old_order", {"id": 107}, "customer", {"id": 7})]
    assert local.execute(SEARCH, ("note199",)).fetchall() == [("old_order", {"id": 199}, None, None)]


def test_the_term_is_in_no_log_and_no_plan(observed_cluster):
    """It goes as a parameter: not into the server's log, not into plans that are logged, not into what is remembered of statements."""
    secret = "Zanzibar-4711"
    for name in make_database("gdpr_search_log", observed_cluster.socket):
        with psycopg.connect(dbname=name, host=observed_cluster.socket, autocommit=True) as connection:
            connection.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
                               "SET log_parameter_max_length = 0; SET log_statement = 'all'; SET log_min_messages = 'debug1'; CREATE EXTENSION pg_stat_statements; SET pg_stat_statements.track = 'all'")
            connection.execute("CREATE TABLE person (id int PRIMARY KEY, a text, b text, c jsonb, d int, e text); INSERT INTO person VALUES (1)")
            connection.execute("CREATE INDEX ON person (lower(b) text_pattern_ops)")
            connection.execute("CREATE FUNCTION fails(term text) RETURNS SETOF person LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', term; END $$")
            connection.execute("SELECT gdpr_register('person', subject => true, search => '{a contains, b prefix, c, d, e}')")
            size = len(observed_cluster.log)
            connection.execute(SEARCH, (secret,))
            connection.execute("SELECT gdpr_register('person', search => '{a, function public.fails}')")
            with pytest.raises(psycopg.errors.RaiseException) as raised:
                connection.execute(SEARCH, (secret,))
            log = observed_cluster.log[size:]
            assert "Filter: (strpos(lower(" in log, "the plans were not logged: the test shows nothing"
            seen = [log, str(raised.value), str(raised.value.diag.message_detail), str(raised.value.diag.context)]
            seen += [row[0] for row in connection.execute("SELECT query FROM pg_stat_statements").fetchall()]
            for text in seen:
                assert "zanzibar" not in text.lower()
