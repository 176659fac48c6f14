"""Rows in another database: a foreign table is reached by a declared link, and asked for the person's rows only.

A filter that is not pushed down would fetch the whole remote table at every request. What was asked is read on the remote side, from
pg_stat_statements.
"""

import psycopg
import pytest
from conftest import make_database

ARCHIVE = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE old_order (id int PRIMARY KEY, customer_id int, paid numeric);
CREATE TABLE old_line (order_id int, pos int, product text);
INSERT INTO old_order SELECT n, n % 100, n + 0.50 FROM generate_series(1, 1000) n;
INSERT INTO old_line SELECT n, pos, 'tea' FROM generate_series(1, 1000) n, generate_series(1, 2) pos;
"""

SHOP = """
CREATE EXTENSION postgres_fdw;
CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', port '5432', dbname '{archive}');
CREATE USER MAPPING FOR CURRENT_USER SERVER archive OPTIONS (user 'postgres');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE note (id int PRIMARY KEY, order_id int);
CREATE FOREIGN TABLE old_order (id int, customer_id int, paid numeric) SERVER archive;
CREATE FOREIGN TABLE old_line (order_id int, pos int, product text) SERVER archive;
INSERT INTO customer VALUES (7, 'Ada'), (8, 'Bea');
INSERT INTO note VALUES (1, 107), (2, 108);
SELECT gdpr_link('customer', '{{id}}', 'old_order', '{{customer_id}}');
SELECT gdpr_link('old_order', '{{id}}', 'old_line', '{{order_id}}');
SELECT gdpr_link('old_order', '{{id}}', 'note', '{{order_id}}');
"""
ORDERS = [7 + 100 * n for n in range(10)]


@pytest.fixture
def databases(observed_cluster):
    host = observed_cluster.socket
    for archive in make_database("gdpr_archive", host):
        for shop in make_database("gdpr_shop", host):
            with psycopg.connect(dbname=archive, host=host, autocommit=True) as remote:
                remote.execute(ARCHIVE)
                with psycopg.connect(dbname=shop, host=host, autocommit=True) as local:
                    local.execute(SHOP.format(host=host, archive=archive))
                    yield local, remote


def remembered(remote, pattern):
    """Statements of this kind that the remote database has run since the last reset, and how many rows they gave."""
    return remote.execute(
        "SELECT query, rows FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE datname = current_database() AND query LIKE %s AND query NOT LIKE '%%pg_stat_statements%%'",
        (pattern,),
    ).fetchall()


def test_rows_of_a_foreign_table_are_found(databases):
    local, _ = databases
    rows = local.execute("SELECT depth, relation::text, key, via, shared, data FROM gdpr_collect('customer', 7)").fetchall()
    orders = [row for row in rows if row[1] == "old_order"]
    assert sorted(row[5]["id"] for row in orders) == ORDERS
    assert {(row[0], row[2], row[3], row[4]) for row in orders} == {(1, None, "customer(id) -> old_order(customer_id)", False)}
    lines = [row for row in rows if row[1] == "old_line"]
    assert sorted((row[5]["order_id"], row[5]["pos"]) for row in lines) == [(order, pos) for order in ORDERS for pos in (1, 2)]
    assert {row[0] for row in lines} == {2}
    # And back into this database.
    assert [(row[0], row[2], row[4]) for row in rows if row[1] == "note"] == [(2, {"id": 1}, False)]
    assert len(rows) == 1 + 10 + 20 + 1


def test_a_declared_key_tells_foreign_rows_apart(databases):
    local, _ = databases
    local.execute("SELECT gdpr_register('old_order', key => '{id}')")
    rows = local.execute("SELECT key, data ->> 'paid' FROM gdpr_collect('customer', 7) WHERE relation = 'old_order'::regclass").fetchall()
    assert sorted((row[0]["id"], row[1]) for row in rows) == [(order, f"{order}.50") for order in ORDERS]
    # A foreign table may then be the subject itself.
    assert local.execute("SELECT count(*) FROM gdpr_collect('old_order', 107)").fetchone() == (4,)


def test_rows_of_a_foreign_table_that_look_alike(databases):
    """Without a key two equal rows cannot be told from one: they count as one row, and do not multiply what is below."""
    local, remote = databases
    remote.execute("INSERT INTO old_line VALUES (107, 1, 'tea')")
    lines = local.execute(
        "SELECT count(*) FROM gdpr_collect('customer', 7) WHERE relation = 'old_line'::regclass"
    ).fetchone()[0]
    assert lines == 20
    remote.execute("INSERT INTO old_order VALUES (107 + 5000, 7, 1)")
    assert local.execute(
        "SELECT count(*) FROM gdpr_collect('customer', 7) WHERE relation = 'old_order'::regclass"
    ).fetchone() == (11,)


def test_only_the_persons_rows_cross_the_wire(databases):
    """Also where the question is who else owns a row that was found: nothing is asked of a foreign table without its key."""
    local, remote = databases
    collect = "SELECT count(*) FROM gdpr_collect('customer', 7)"
    assert local.execute(collect).fetchone() == (32,)
    remote.execute("SELECT pg_stat_statements_reset()")
    assert local.execute(collect).fetchone() == (32,)

    for table, keys in (("old_order", ("customer_id", "id")), ("old_line", ("order_id",))):
        queries = [query for query, _ in remembered(remote, f"%SELECT%{table}%")]
        assert queries, f"{table} was not asked at all"
        for query in queries:
            _, where, condition = query.partition("WHERE")
            assert where and any(key in condition for key in keys), f"the remote side was asked for the whole table: {query}"
    # Of 3,000 rows over there, the 30 that are hers, each at most twice: as found, and as the owner of what was found.
    fetched = sum(rows for _, rows in remembered(remote, "FETCH%"))
    assert 30 <= fetched <= 60


def test_an_unreachable_database_is_an_error(databases):
    """Fail closed: half a person is not an answer."""
    local, _ = databases
    local.execute("ALTER SERVER archive OPTIONS (SET dbname 'gdpr_no_such_archive')")
    with pytest.raises(psycopg.errors.SqlclientUnableToEstablishSqlconnection):
        local.execute("SELECT * FROM gdpr_collect('customer', 7)")


def test_foreign_rows_and_locks(databases):
    """gdpr_lock counts foreign rows as well; postgres_fdw passes FOR UPDATE on."""
    local, remote = databases
    assert dict(local.execute("SELECT relation::text, rows FROM gdpr_lock('customer', 7)").fetchall()) == {
        "customer": 1, "old_order": 10, "old_line": 20, "note": 1,
    }
