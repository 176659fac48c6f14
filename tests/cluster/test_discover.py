"""What S110 starts from: whose rights gdpr_discover reads with, that it reads no more than the sample, and that no value of a row is in what it tells."""

import random

import psycopg
import pytest
from psycopg import sql

ROLES = ("regress_discover_owner", "regress_discover_reader", "regress_discover_other")
FOUND = 'SELECT relation::text, "column", reason, confidence FROM gdpr_discover({})'


@pytest.fixture
def roles(connection):
    for role in ROLES:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    connection.execute("GRANT CREATE ON SCHEMA public TO regress_discover_owner")
    yield connection
    connection.execute("RESET ROLE")
    for role in ROLES:
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def notices(connection):
    found = []
    connection.add_notice_handler(lambda notice: found.append((notice.severity, notice.message_detail)))
    return found


def grant(connection, *names):
    for name in names:
        connection.execute("GRANT EXECUTE ON FUNCTION gdpr_discover(regclass[], integer), gdpr_discover_register(real) TO " + name)


def test_nobody_may_call_it_unless_granted(roles):
    roles.execute("SET ROLE regress_discover_reader")
    for call in ("gdpr_discover()", "gdpr_discover_register()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            roles.execute(f"SELECT * FROM {call}")


def test_only_who_may_read_a_table_has_it_read(roles, notices):
    """Without SELECT, or under row security, names and types are all that is judged: a table that was named is an error, any other a notice."""
    grant(roles, "regress_discover_reader")
    roles.execute("SET ROLE regress_discover_owner; CREATE TABLE open (c1 text); CREATE TABLE closed (c1 text, email text); CREATE TABLE limited (c1 text, email text);"
                  "ALTER TABLE limited ENABLE ROW LEVEL SECURITY; GRANT SELECT ON open, limited TO regress_discover_reader")
    for table in ("open", "closed", "limited"):
        roles.execute(f"INSERT INTO {table} (c1) SELECT 'user' || i || '@example.org' FROM generate_series(1, 20) i")
    roles.execute("SET ROLE regress_discover_reader")
    found = roles.execute(FOUND.format("")).fetchall()
    assert [(table, column) for table, column, *_ in found] == [("public.closed", "email"), ("public.limited", "email"), ("public.open", "c1")] or \
           [(table, column) for table, column, *_ in found] == [("closed", "email"), ("limited", "email"), ("open", "c1")]
    assert [reason for _, _, reason, _ in found][:2] == ["its name says email; no values were seen"] * 2
    assert notices == [("NOTICE", "public.closed, public.limited")]
    for table in ("closed", "limited"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as denied:
            roles.execute(FOUND.format(f"'{{{table}}}'"))
        assert table in denied.value.diag.message_primary


def test_an_owner_s_code_runs_with_the_owner_s_rights(roles):
    """What a superuser has read runs a function that the owner put into the type's cast to json as the owner, and not as the superuser."""
    roles.execute("SET ROLE regress_discover_owner; CREATE TABLE seen (role name); CREATE TYPE mood AS ENUM ('calm');"
                  "CREATE FUNCTION spy(mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (current_user); RETURN '1'; END $$;"
                  "CREATE CAST (mood AS json) WITH FUNCTION spy(mood); CREATE TABLE trap (p mood[]); INSERT INTO trap VALUES ('{calm}')")
    roles.execute("RESET ROLE")
    roles.execute("SELECT to_jsonb(p) FROM trap").fetchall()
    seen = "SELECT DISTINCT role FROM seen"
    assert roles.execute(seen).fetchall() == [("postgres",)], "the cast is not run at all"
    roles.execute("TRUNCATE seen")
    roles.execute("SELECT count(*) FROM gdpr_discover()").fetchone()
    assert roles.execute(seen).fetchall() == [("regress_discover_owner",)]


def test_only_owners_register(roles, notices):
    grant(roles, "regress_discover_owner", "regress_discover_other")
    roles.execute("SET ROLE regress_discover_owner; CREATE TABLE mine (email text, vorname text); GRANT SELECT ON mine TO regress_discover_other")
    roles.execute("SET ROLE regress_discover_other")
    assert roles.execute("SELECT count(*) FROM gdpr_discover_register()").fetchone() == (0,)
    assert notices == [("NOTICE", "public.mine")]
    roles.execute("SET ROLE regress_discover_owner")
    assert roles.execute('SELECT "column" FROM gdpr_discover_register()').fetchall() == [("email",), ("vorname",)]


def test_no_more_is_read_than_the_sample(connection):
    """Of a table of many blocks about as many are read as hold the rows that were asked for, analysed or not; and where all but a few rows are gone, not the whole table
    in search of them. pg_statio counts them."""
    connection.execute("CREATE TABLE large (id int, email text, filler text) WITH (autovacuum_enabled = off)")
    connection.execute("INSERT INTO large SELECT i, 'user' || i || '@example.org', repeat('x', 200) FROM generate_series(1, 100000) i")
    pages = connection.execute("SELECT pg_relation_size('large') / 8192").fetchone()[0]
    assert pages > 2500
    assert 0 < blocks_read(connection, "large", 1000) < 150
    connection.execute("ANALYZE large")
    assert 0 < blocks_read(connection, "large", 1000) < 100
    assert 0 < blocks_read(connection, "large", 100) < 40
    connection.execute("DELETE FROM large WHERE id < 99990; ANALYZE large")
    assert blocks_read(connection, "large", 200) < 400
    # The later blocks are not needed where the first hold enough.
    connection.execute("CREATE TABLE parts (id int, email text) PARTITION BY RANGE (id)")
    for part in range(4):
        # An autovacuum that reads it meanwhile would be counted, too.
        connection.execute(f"CREATE TABLE parts_{part} PARTITION OF parts FOR VALUES FROM ({part * 50000}) TO ({(part + 1) * 50000}) WITH (autovacuum_enabled = off)")
    connection.execute("INSERT INTO parts SELECT i, 'user' || i || '@example.org' FROM generate_series(0, 199999) i")
    connection.execute("ANALYZE parts")
    read = [blocks_read(connection, f"parts_{part}", 400, "parts") for part in range(4)]
    assert all(0 < count < 40 for count in read), read


def blocks_read(connection, table, rows, root=None):
    """Blocks of the table that one call asked for, in a session of its own whose statistics are written when it ends."""
    count = "SELECT coalesce(heap_blks_read + heap_blks_hit, 0) FROM pg_statio_all_tables WHERE relid = %s::regclass"

    def flushed():
        with psycopg.connect(connection.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_stat_force_next_flush()")
            other.execute("SELECT 1")
            return other.execute(count, (table,)).fetchone()[0]

    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT 1")
    before = flushed()
    with psycopg.connect(connection.info.dsn, autocommit=True) as other:
        found = other.execute("SELECT count(*) FROM gdpr_discover(ARRAY[%s::regclass], %s) WHERE \"column\" = 'email'", (root or table, rows)).fetchone()
        other.execute("SELECT pg_stat_force_next_flush()")
        other.execute("SELECT 1")
    assert found == (1,)
    return flushed() - before


def test_no_value_is_told(connection, notices):
    """Whatever stands in a table, keys of documents included, no part of it comes back: not in a reason, not in a rule, not in a message."""
    chance = random.Random(1815)
    marks = [f"q{chance.getrandbits(48):012x}" for _ in range(60)]
    connection.execute("CREATE TABLE secret (a text, b jsonb, c text[], d text, e json NOT NULL)")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO secret VALUES (%s, jsonb_build_object(%s::text, jsonb_build_object('email', %s::text), 'seen', %s::text), ARRAY[%s::text], %s, json_build_object('list', json_build_array(json_build_object(%s::text, %s::text))))",
            [(f"{m}@example.org", f"{m}@example.org", f"{m}@example.org", m, f"{m}@example.org", f"Please write to {m}@example.org, Frau {m.title()}", m, f"{m}@example.org") for m in marks])
    told = connection.execute("SELECT d::text FROM gdpr_discover() d").fetchall()
    assert len(told) == 5
    registered = connection.execute("SELECT r::text FROM gdpr_discover_register(0.1) r").fetchall()
    assert len(registered) == 5
    everything = str(told) + str(registered) + str(notices)
    assert not [mark for mark in marks if mark in everything.lower()]


def test_a_table_that_fails_keeps_no_other_from_being_told(connection, notices):
    """Its message could hold values, and is not passed on."""
    connection.execute("CREATE TABLE a_first (email text); CREATE TYPE mood AS ENUM ('lovelace'); CREATE FUNCTION fail(mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'value %', $1; END $$;"
                       "CREATE CAST (mood AS json) WITH FUNCTION fail(mood); CREATE TABLE b_fails (p mood[], email text); INSERT INTO b_fails VALUES ('{lovelace}', 'x'); CREATE TABLE c_last (email text)")
    found = connection.execute(FOUND.format("")).fetchall()
    assert [table for table, *_ in found] == ["a_first", "b_fails", "c_last"]
    assert notices == [("WARNING", "public.b_fails")]


def test_foreign_tables_by_their_names_only(connection):
    connection.execute("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
                       "CREATE FOREIGN TABLE imported (email text, c1 text) SERVER files OPTIONS (filename '/nowhere')")
    assert connection.execute(FOUND.format("")).fetchall() == [("imported", "email", "its name says email; no values were seen", pytest.approx(0.9))]


def test_it_reads_on_a_read_only_connection(connection):
    connection.execute("CREATE TABLE customer (email text)")
    connection.execute("SET default_transaction_read_only = on")
    assert len(connection.execute(FOUND.format("")).fetchall()) == 1


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_other_encodings(encoding):
    """Bytes that are no UTF-8 keep nothing from being found."""
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        drop = "DROP DATABASE IF EXISTS gdpr_discover_encoding WITH (FORCE)"
        server.execute(drop)
        server.execute(f"CREATE DATABASE gdpr_discover_encoding TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
        try:
            with psycopg.connect(dbname="gdpr_discover_encoding", autocommit=True, client_encoding="UTF8") as connection:
                connection.execute("CREATE EXTENSION gdpr_ext; CREATE TABLE import (c1 text, c2 jsonb)")
                connection.execute("INSERT INTO import SELECT convert_from('\\xfc'::bytea, getdatabaseencoding()) || 'user' || i || '@example.org', jsonb_build_object('mail', 'user' || i || '@example.org') FROM generate_series(1, 20) i")
                connection.execute("INSERT INTO import SELECT 'bea' || i || '@example.org' FROM generate_series(1, 20) i")
                assert connection.execute("SELECT octet_length(c1) - length('user1@example.org') FROM import LIMIT 1").fetchone() == (1,)
                assert connection.execute('SELECT "column", category FROM gdpr_discover()').fetchall() == [("c1", "email"), ("c2", "email")]
        finally:
            server.execute(drop)
