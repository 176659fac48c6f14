"""A dump and its restore keep what was registered: under other OIDs, with the names that columns have now.

pg_restore loads registry and links after the tables and before any key, index or trigger exists. Nothing that was right may be
refused then, and afterwards the walk must find what it found before.
"""

import subprocess

import psycopg
import pytest
from conftest import make_database, program
from psycopg import sql

SCHEMA = """
CREATE SCHEMA types;
CREATE SCHEMA logic;
CREATE SCHEMA shop;
CREATE EXTENSION citext SCHEMA types;
CREATE FUNCTION logic.is_live(state text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT state = ''live''';
CREATE FUNCTION logic.owner_of(payload jsonb) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT payload ->> ''user''';
CREATE TABLE shop.customer (id int PRIMARY KEY, mail types.citext UNIQUE, name text);
CREATE TABLE shop.staff (tenant int, no int, PRIMARY KEY (tenant, no));
CREATE TABLE shop."Order" (
    id int PRIMARY KEY, customer_id int REFERENCES shop.customer, tenant int, staff_no int,
    FOREIGN KEY (tenant, staff_no) REFERENCES shop.staff
) PARTITION BY RANGE (id);
CREATE TABLE shop.order_1 PARTITION OF shop."Order" FOR VALUES FROM (0) TO (100);
CREATE TABLE shop.order_2 PARTITION OF shop."Order" FOR VALUES FROM (100) TO (200);
CREATE TABLE shop.newsletter (id int PRIMARY KEY, address types.citext, state text);
CREATE TABLE shop.event (id int PRIMARY KEY, payload jsonb);
CREATE TABLE shop.legacy (number int, customer_name text);
INSERT INTO shop.customer VALUES (1, 'Ada@example.org', 'Ada'), (2, 'bea@example.org', 'Bea');
INSERT INTO shop.staff VALUES (1, 7);
INSERT INTO shop."Order" VALUES (11, 1, 1, 7), (111, 1, NULL, NULL), (12, 2, NULL, NULL);
INSERT INTO shop.newsletter VALUES (21, 'ADA@EXAMPLE.ORG', 'live'), (22, 'ada@example.org', 'draft'), (23, 'bea@example.org', 'live');
INSERT INTO shop.event VALUES (31, '{"user": "1"}'), (32, '{"user": "2"}');
INSERT INTO shop.legacy VALUES (41, 'Ada'), (42, 'Bea');
"""

DECLARATIONS = """
SELECT gdpr_register('shop.customer', '{"mail": "email", "name": "blank"}', subject => true, search => '{mail}',
                     facts => '{"purpose": "to sell tea"}', export => '{"exclude": []}');
SELECT gdpr_register('shop.staff', subject => true);
SELECT gdpr_register('shop.legacy', key => '{number}', on_erase => 'keep', ground => 'tax law');
SELECT gdpr_link('shop.staff', '{tenant,no}', 'shop."Order"', '{tenant,staff_no}', kind => 'accessor');
SELECT gdpr_link('shop.customer', '{mail}', 'shop.newsletter', '{address}', condition => 'logic.is_live(target.state)');
SELECT gdpr_link('shop.customer', '{(id::text)}', 'shop.event', '{(logic.owner_of(payload))}');
SELECT gdpr_link('shop.customer', '{name}', 'shop.legacy', '{customer_name}', kind => 'accessor');
"""

RENAMES = """
ALTER TABLE shop.customer RENAME mail TO "E-Mail";
ALTER TABLE shop.newsletter RENAME state TO "what's up";
ALTER TABLE shop.event RENAME payload TO document;
ALTER TABLE shop.staff RENAME no TO number;
ALTER TABLE shop.legacy RENAME TO archive;
ALTER FUNCTION logic.is_live(text) RENAME TO is_published;
"""


def restore_custom(source, target, folder):
    dump = folder / "dump"
    subprocess.run([program("pg_dump"), "-Fc", "-f", dump, source], check=True)
    subprocess.run([program("pg_restore"), "--exit-on-error", "-d", target, dump], check=True)


def restore_custom_in_parallel(source, target, folder):
    dump = folder / "dump"
    subprocess.run([program("pg_dump"), "-Fc", "-f", dump, source], check=True)
    subprocess.run([program("pg_restore"), "--exit-on-error", "-j", "2", "-d", target, dump], check=True)


def restore_plain(source, target, folder):
    dump = folder / "dump.sql"
    subprocess.run([program("pg_dump"), "-Fp", "-f", dump, source], check=True)
    psql = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", dump]
    subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)


def restore_plain_with_inserts(source, target, folder):
    dump = folder / "dump.sql"
    subprocess.run([program("pg_dump"), "-Fp", "--rows-per-insert=1", "--column-inserts", "-f", dump, source], check=True)
    psql = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", dump]
    subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def restored():
    """An empty database to restore into: the dump itself creates the extension."""
    name = "gdpr_cluster_restored"
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield name
        server.execute(drop)


def everything(database):
    """All that one can ask about the registered people, and what is registered; OIDs appear as names."""
    questions = {
        "customer": "SELECT depth, relation::text, key, via, shared, data FROM gdpr_collect('shop.customer', 1)",
        "staff": """SELECT depth, relation::text, key, via, shared, data FROM gdpr_collect('shop.staff', '{"tenant": 1, "%s": 7}')""",
        "locked": "SELECT relation::text, rows FROM gdpr_lock('shop.customer', 1)",
        "graph": "SELECT depth, link, kind, reviewed, on_delete, condition FROM gdpr_graph('shop.customer')",
        "registry": "SELECT relation::text, subject, rules, on_erase, ground, search, export, facts, key FROM gdpr_registry",
        "links": "SELECT source::text, source_columns, target::text, target_columns, kind, condition FROM gdpr_links",
    }
    with psycopg.connect(dbname=database) as connection:
        number = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'shop.staff'::regclass AND attnum = 2"
        ).fetchone()[0]
        questions["staff"] %= number
        return {name: sorted(map(repr, connection.execute(question).fetchall())) for name, question in questions.items()}


@pytest.mark.parametrize(
    "restore", [restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("renamed", [False, True], ids=["as declared", "renamed before the dump"])
def test_registry_and_links_survive(connection, database, restored, tmp_path, restore, renamed):
    connection.execute(SCHEMA)
    connection.execute(DECLARATIONS)
    if renamed:
        connection.execute(RENAMES)
    before = everything(database)
    assert len(before["customer"]) == 6  # himself, two orders, one letter, one event, one line of the archive
    assert len(before["links"]) == 4

    restore(database, restored, tmp_path)

    assert everything(restored) == before
    with psycopg.connect(dbname=restored) as copy:
        oid = "SELECT 'shop.customer'::regclass::oid"
        assert copy.execute(oid).fetchone() != connection.execute(oid).fetchone()


def test_a_restored_database_goes_on_following(connection, database, restored, tmp_path):
    """Renames, drops and refusals work in the copy as in the original: nothing was restored as dead text."""
    connection.execute(SCHEMA)
    connection.execute(DECLARATIONS)
    restore_custom(database, restored, tmp_path)

    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        found = "SELECT count(*) FROM gdpr_collect('shop.customer', 1)"
        copy.execute(RENAMES)
        assert copy.execute(found).fetchone() == (6,)
        assert copy.execute("SELECT rules FROM gdpr_registry WHERE relation = 'shop.customer'::regclass").fetchone() == (
            {"E-Mail": "email", "name": "blank"},
        )
        with pytest.raises(psycopg.errors.UndefinedColumn):
            copy.execute("SELECT gdpr_link('shop.customer', '{mail}', 'shop.newsletter', '{address}')")
        copy.execute("DROP TABLE shop.newsletter")
        assert copy.execute("SELECT count(*) FROM gdpr_links").fetchone() == (3,)
        assert copy.execute(found).fetchone() == (5,)


def test_a_dump_of_a_dump_is_the_same(connection, database, restored, tmp_path):
    """What was restored can be dumped again: registry and links come to the same text."""
    connection.execute(SCHEMA)
    connection.execute(DECLARATIONS)
    connection.execute(RENAMES)
    restore_plain(database, restored, tmp_path)

    assert contents(restored) == contents(database)


def contents(database):
    """The registry and the links as pg_dump writes them, in any order."""
    tables = ["--table=public.gdpr_registry", "--table=public.gdpr_links"]
    dump = subprocess.run([program("pg_dump"), "--data-only", "--extension=gdpr_ext", *tables, database],
                          check=True, capture_output=True, text=True).stdout
    copied = dump[dump.index("COPY"):]
    assert "shop.customer" in copied
    return sorted(line for line in copied.splitlines() if line and not line.startswith(("--", "\\")))


def test_a_second_extension_schema_is_restored(restored, tmp_path):
    """The extension may live in any schema; its tables are dumped from there."""
    name = "gdpr_cluster_elsewhere"
    for database in make_database(name):
        with psycopg.connect(dbname=database, autocommit=True) as connection:
            connection.execute("DROP EXTENSION gdpr_ext; CREATE SCHEMA privacy; CREATE EXTENSION gdpr_ext SCHEMA privacy")
            connection.execute("SET search_path = privacy, public")
            connection.execute(SCHEMA)
            connection.execute(DECLARATIONS)
        restore_custom(database, restored, tmp_path)
        with psycopg.connect(dbname=restored) as copy:
            assert copy.execute("SELECT count(*) FROM privacy.gdpr_collect('shop.customer', 1)").fetchone() == (6,)
            assert copy.execute("SELECT count(*) FROM privacy.gdpr_links").fetchone() == (4,)
