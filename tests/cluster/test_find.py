"""What gdpr_find does that one session alone cannot show: it reads with parallel workers, goes on where a server or a table fails, can be stopped, and leaves
the text that it searches for in no log, no statistics and on no other server. And what databases of other locales and encodings find."""

import json
import random
import threading

import psycopg
import pytest
from conftest import make_database
from killed import wait_until
from psycopg import sql

TERM = "lovelace-1815@example.org"
LARGE = f"""
CREATE TABLE large (id int, name text, email text, document jsonb);
INSERT INTO large SELECT i, 'Customer ' || i, CASE i WHEN 4711 THEN upper('{TERM}') ELSE 'user' || i || '@example.org' END, jsonb_build_object('n', i) FROM generate_series(1, 200000) i;
ANALYZE large;
"""
FIND = "SELECT relation::text, \"column\", rows FROM gdpr_find(%s)"


@pytest.fixture
def observed(observed_cluster):
    host = observed_cluster.socket
    for database in make_database("gdpr_find_test", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            yield connection


@pytest.fixture
def notices(connection):
    return noticed(connection)


def noticed(connection):
    found = []
    connection.add_notice_handler(lambda notice: found.append((notice.severity, notice.message_primary)))
    return found


def find(connection, term=TERM):
    return connection.execute(FIND, (term,)).fetchall()


def test_a_large_table_is_read_by_parallel_workers(connection, notices):
    """auto_explain shows the plan of the statement inside the function, and how many workers came."""
    connection.execute(LARGE)
    connection.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on; SET auto_explain.log_nested_statements = on;"
                       "SET auto_explain.log_level = notice; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0")
    assert find(connection) == [("large", "email", 1)]
    plans = [text for _, text in notices if "FROM ONLY public.large" in text]
    assert len(plans) == 1
    assert "Parallel Seq Scan on large" in plans[0]
    assert "Workers Launched: 0" not in plans[0] and "Workers Launched:" in plans[0]
    # One pass over the table, and no other.
    assert plans[0].count("Scan on") == 1


def test_the_text_is_nowhere_else(observed, observed_cluster):
    """Given as a parameter, as a client should, it is in no statement: not in the server's log, whatever it logs of statements, not in pg_stat_statements, not in
    what sessions and workers show."""
    observed.execute("CREATE EXTENSION pg_stat_statements")
    observed.execute(LARGE)
    observed.execute("SELECT pg_stat_statements_reset(); SET pg_stat_statements.track = 'all'; LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;"
                     "SET auto_explain.log_nested_statements = on; SET log_min_duration_statement = 0; SET log_parameter_max_length = 0; SET log_min_messages = debug1;"
                     "SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0")
    start = len(observed_cluster.log)
    shown, worker_seen, stop = set(), threading.Event(), threading.Event()

    def watch():
        with psycopg.connect(observed.info.dsn, autocommit=True) as other:
            while not stop.is_set():
                rows = other.execute("SELECT backend_type, query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()").fetchall()
                shown.update(rows)
                if any(kind == "parallel worker" for kind, _ in rows):
                    worker_seen.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for number in range(100):
            # psycopg binds parameters in the server.
            assert find(observed) == [("large", "email", 1)]
            if number >= 2 and worker_seen.is_set():
                break
        with pytest.raises(psycopg.errors.InvalidParameterValue) as raised:
            observed.execute("SELECT * FROM gdpr_find('contains', %s)", (TERM,))
    finally:
        stop.set()
        watcher.join()
    log = observed_cluster.log[start:]
    statements = "\n".join(text for text, in observed.execute("SELECT query FROM pg_stat_statements").fetchall())
    assert "FROM ONLY public.large" in log and "gdpr_find reads public.large" in log
    assert "FROM ONLY public.large" in statements
    assert any(kind == "parallel worker" for kind, _ in shown), "no worker was seen"
    for place in (log, statements, str(shown), str(raised.value.diag.message_primary), str(raised.value.diag.message_hint), str(raised.value.diag.context)):
        assert "lovelace-1815" not in place.lower()


REMOTE = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE customer (id bigint, email text);
INSERT INTO customer VALUES (18151815, %s), (2, 'bea@example.org');
"""


@pytest.fixture
def remote(observed):
    for name in make_database("gdpr_find_remote", observed.info.host):
        with psycopg.connect(dbname=name, host=observed.info.host, autocommit=True) as remote:
            remote.execute(sql.SQL(REMOTE.replace("%s", "{}")).format(TERM))
            observed.execute(sql.SQL(
                "CREATE EXTENSION postgres_fdw; CREATE SERVER crm FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {}, port '5432', dbname {});"
                "CREATE USER MAPPING FOR CURRENT_USER SERVER crm OPTIONS (user 'postgres');"
                "CREATE FOREIGN TABLE customer (id bigint, email text) SERVER crm OPTIONS (table_name 'customer');"
                "CREATE TABLE note (body text); INSERT INTO note VALUES ({})").format(observed.info.host, name, TERM))
            yield remote


def test_tables_on_other_servers(observed, remote):
    """They are searched, and their servers are not told for what: neither for a text nor for a number, which postgres_fdw would send."""
    assert find(observed) == [("customer", "email", 1), ("note", "body", 1)]
    assert find(observed, "18151815") == [("customer", "id", 1)]
    texts = [text for text, in remote.execute("SELECT query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE datname = current_database()").fetchall()]
    reads = [text for text in texts if "FROM public.customer" in text]
    assert reads and all("WHERE" not in text and "FILTER" not in text for text in reads), reads


def test_a_server_that_fails(observed, remote):
    """A warning names the table, without the server's message, and the search goes on; in other partitions too."""
    messages = noticed(observed)
    observed.execute("CREATE TABLE visit (id int, email text) PARTITION BY LIST (id); CREATE TABLE visit_1 PARTITION OF visit FOR VALUES IN (1);"
                     "CREATE FOREIGN TABLE visit_2 PARTITION OF visit FOR VALUES IN (2) SERVER crm OPTIONS (table_name 'customer')")
    observed.execute("INSERT INTO visit VALUES (1, %s)", (TERM,))
    assert find(observed) == [("customer", "email", 1), ("note", "body", 1), ("visit", "email", 2)]
    assert messages == []
    observed.execute("ALTER FOREIGN TABLE customer OPTIONS (SET table_name 'moved')")
    remote.execute("ALTER TABLE customer RENAME TO elsewhere")
    assert find(observed) == [("note", "body", 1), ("visit", "email", 1)]
    assert messages == [("WARNING", "table public.customer could not be searched (SQLSTATE 42P01)"), ("WARNING", "table public.visit_2 could not be searched (SQLSTATE 42P01)")]
    messages.clear()
    observed.execute("ALTER SERVER crm OPTIONS (SET host '/nowhere')")
    assert find(observed) == [("note", "body", 1), ("visit", "email", 1)]
    assert [text for _, text in messages] == ["table public.customer could not be searched (SQLSTATE 08001)", "table public.visit_2 could not be searched (SQLSTATE 08001)"]


def test_a_table_that_is_locked_or_dropped_meanwhile(connection, notices):
    connection.execute("CREATE TABLE a_first (t text); CREATE TABLE b_locked (t text); CREATE TABLE c_last (t text)")
    for table in ("a_first", "b_locked", "c_last"):
        connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), TERM))
    with psycopg.connect(connection.info.dsn) as other:
        other.execute("LOCK TABLE b_locked IN ACCESS EXCLUSIVE MODE")
        connection.execute("SET lock_timeout = '100ms'")
        assert [table for table, *_ in find(connection)] == ["a_first", "c_last"]
        assert notices == [("WARNING", "table public.b_locked could not be searched (SQLSTATE 55P03)")]
        notices.clear()
        # It waits for the one that is dropped, which is then nothing to speak of.
        connection.execute("RESET lock_timeout")
        answers = []
        finder = threading.Thread(target=lambda: answers.extend(find(connection)))
        finder.start()
        wait_until_blocked(other, connection.info.backend_pid)
        other.execute("DROP TABLE b_locked")
        other.commit()
        finder.join()
    assert [table for table, *_ in answers] == ["a_first", "c_last"]
    assert notices == []


def wait_until_blocked(connection, pid):
    wait_until(lambda: connection.execute("SELECT pg_blocking_pids(%s) <> '{}'", (pid,)).fetchone()[0], "the search did not wait for the table")


def test_a_search_can_be_cancelled(connection):
    """Neither a cancel nor a timeout is taken for a table that fails."""
    connection.execute("CREATE TABLE a_locked (t text); CREATE TABLE b (t text)")
    with psycopg.connect(connection.info.dsn) as other:
        other.execute("LOCK TABLE a_locked IN ACCESS EXCLUSIVE MODE")
        errors = []

        def search():
            try:
                find(connection)
            except psycopg.Error as error:
                errors.append(error)

        finder = threading.Thread(target=search)
        finder.start()
        wait_until_blocked(other, connection.info.backend_pid)
        other.execute("SELECT pg_cancel_backend(%s)", (connection.info.backend_pid,))
        finder.join()
        assert [error.sqlstate for error in errors] == ["57014"]
        assert TERM not in str(errors[0].diag.context)
        connection.execute("SET statement_timeout = '200ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            find(connection)


def test_temporary_tables_of_other_sessions(connection):
    with psycopg.connect(connection.info.dsn, autocommit=True) as other:
        other.execute("CREATE TEMP TABLE mine (t text)")
        other.execute("INSERT INTO mine VALUES (%s)", (TERM,))
        assert find(other) == [("mine", "t", 1)]
        assert find(connection) == []


def test_all_tables_are_seen_as_of_one_moment(connection):
    """In a transaction that reads one snapshot, so does the search."""
    connection.execute("CREATE TABLE note (t text)")
    with psycopg.connect(connection.info.dsn) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        assert find(other) == []
        connection.execute("INSERT INTO note VALUES (%s)", (TERM,))
        assert find(other) == []
        other.commit()
        assert find(other) == [("note", "t", 1)]


LETTERS = "aAbBiIéÉüÜЖжş@. \"\\/,:%_'&<019\n"
WAYS = {
    "contains": lambda value, term: term in value,
    "exact": lambda value, term: value.strip(" \t\r\n") == term,
    "prefix": lambda value, term: value.lstrip(" \t\r\n").startswith(term),
    "word": lambda value, term: any(
        value.startswith(term, at) and not value[at - 1:at].isalnum() and not value[at + len(term):at + len(term) + 1].isalnum() for at in range(len(value))
    ),
}


def test_random_texts(connection):
    """In texts, documents, arrays and whatever else holds texts it is found where Python finds it: with quotes, backslashes and escapes in any order."""
    chance = random.Random(1815)

    def text(length):
        return "".join(chance.choice(LETTERS) for _ in range(length))

    connection.execute("CREATE EXTENSION hstore; CREATE TYPE pair AS (one text, other text);"
                       'CREATE TABLE random (t text, c text COLLATE "C", j jsonb, escaped json, listed text[], h hstore, p pair)')
    values = [text(chance.randint(0, 8)) for _ in range(400)]
    with connection.cursor() as cursor:
        # Python writes all that is not ASCII as \\u....
        cursor.executemany("INSERT INTO random VALUES (%s, %s, to_jsonb(%s::text), %s, ARRAY['-', %s], hstore('-', %s), ROW('-', %s))",
                           [(value, value, value, json.dumps(value), value, value, value) for value in values])
    columns = ["t", "c", "j", "escaped", "listed", "h", "p"]
    searched = 0
    for _ in range(40):
        term = text(chance.randint(1, 3)).strip(" \t\r\n")
        if not term:
            continue
        for match, is_found in WAYS.items():
            rows = sum(is_found(value.lower(), term.lower()) for value in values)
            found = dict(connection.execute('SELECT "column", rows FROM gdpr_find(%s, %s)', (term, match)).fetchall())
            assert {column: found.get(column, 0) for column in columns} == dict.fromkeys(columns, rows), (term, match)
            searched += rows
    assert searched > 1000


@pytest.mark.parametrize("options", ["ENCODING 'UTF8' LOCALE 'C'", "ENCODING 'LATIN1' LOCALE 'C'", "ENCODING 'SQL_ASCII' LOCALE 'C'"])
def test_databases_of_other_locales(options):
    """A locale that only knows the letters of ASCII is not what decides whether M\u00dcLLER is found in UTF8. Where PostgreSQL cannot know, ASCII is what is left."""
    name = "gdpr_find_locale"
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + options).format(sql.Identifier(name)))
        try:
            with psycopg.connect(dbname=name, autocommit=True, client_encoding="UTF8") as connection:
                connection.execute("CREATE EXTENSION gdpr_ext")
                connection.execute("CREATE TABLE t (plain text, accents text, document jsonb, listed text[], bytes bytea)")
                capitals = connection.execute("SELECT 'M\u00fcLLER-9'").fetchone()[0]
                connection.execute("INSERT INTO t (plain, accents, listed) VALUES ('ADA', %s, ARRAY[%s])", (capitals, capitals))
                for match in ("contains", "exact", "prefix", "word"):
                    columns = "SELECT string_agg(\"column\", ' ') FROM gdpr_find(%s, %s)"
                    assert connection.execute(columns, ("ada", match)).fetchone() == ("plain",)
                    assert connection.execute(columns, ("m\u00fcller-9", match)).fetchone() == ("accents listed",)
                if "UTF8" in options:
                    assert connection.execute(columns, ("M\u00dcLLER-9", "exact")).fetchone() == ("accents listed",)
        finally:
            server.execute(drop)
