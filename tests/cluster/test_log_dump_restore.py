"""The log goes with the database: events, the marks of what is anonymised, and the secret survive a dump and its restore, under other OIDs.

Otherwise a restored database would anonymise everybody anew, with hashes that join nothing.
"""

import subprocess

import psycopg
import pytest
from conftest import program
from test_dump_restore import restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts, restored  # noqa: F401

SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.customer (id int PRIMARY KEY, name text, email text UNIQUE NOT NULL, code text);
CREATE TABLE shop."Order" (tenant int, no uuid, customer_id int REFERENCES shop.customer, code text, note text, PRIMARY KEY (tenant, no));
CREATE TABLE shop.login (name text PRIMARY KEY, customer_id int REFERENCES shop.customer);
INSERT INTO shop.customer VALUES (1, 'Ada', 'ada@example.org', 'A-1'), (2, 'Bea', 'bea@example.org', 'B-2'), (3, 'Cy', 'cy@example.org', 'C-3');
INSERT INTO shop."Order" SELECT 7, gen_random_uuid(), id, code, 'hello' FROM shop.customer;
INSERT INTO shop.login SELECT lower(name), id FROM shop.customer;
SELECT gdpr_register('shop.customer', '{"name": "fake", "email": "email", "code": "hash"}', subject => true);
SELECT gdpr_register('shop."Order"', '{"code": "hash", "note": "pseudonym"}');
SELECT gdpr_register('shop.login', '{"name": "pseudonym"}');
"""
ANONYMISE = "SELECT relation::text, action, rows FROM gdpr_anonymise('shop.customer', %s)"
RESTORES = [restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts]


@pytest.fixture
def shop(connection):
    connection.execute(SCHEMA)
    connection.execute("SET gdpr_ext.reason = 'ticket 4711'")
    assert len(connection.execute(ANONYMISE, (1,)).fetchall()) == 3
    connection.execute("SELECT gdpr_log_seal()")
    connection.execute("SELECT gdpr_log_import(string_agg(l, chr(10))) FROM gdpr_log_export() l")
    return connection


def contents(connection):
    """All of the log, with names for OIDs, and the people's rows."""
    questions = {
        "event": "SELECT e::text FROM gdpr_log.event e ORDER BY 1",
        "anonymised": "SELECT relation::text, key, encode(marks, 'hex') FROM gdpr_log.anonymised ORDER BY 1, 2",
        "seal": "SELECT s::text FROM gdpr_log.seal s ORDER BY 1",
        "imported": "SELECT i::text FROM gdpr_log.imported i ORDER BY 1",
        "secret": "SELECT s::text FROM gdpr_log.secret s",
        "summary": "SELECT s::text FROM gdpr_log.summary s ORDER BY 1",
        "customer": "SELECT c::text FROM shop.customer c ORDER BY 1",
        "order": """SELECT o::text FROM shop."Order" o ORDER BY 1""",
        "login": "SELECT l::text FROM shop.login l ORDER BY 1",
        "is_anonymised": "SELECT id, gdpr_is_anonymised('shop.customer', id) FROM shop.customer ORDER BY 1",
        "hash": "SELECT gdpr_hash('A-1'), gdpr_pseudonym('ada', 'first_name')",
    }
    return {name: connection.execute(question).fetchall() for name, question in questions.items()}


@pytest.mark.parametrize("restore", RESTORES, ids=lambda f: f.__name__)
def test_the_log_survives(shop, database, restored, tmp_path, restore):
    before = contents(shop)
    assert len(before["event"]) == 3 and len(before["anonymised"]) == 3 and len(before["secret"]) == 1
    assert before["is_anonymised"] == [(1, True), (2, False), (3, False)]

    restore(database, restored, tmp_path)

    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert contents(copy) == before
        oid = "SELECT 'shop.customer'::regclass::oid"
        assert copy.execute(oid).fetchone() != shop.execute(oid).fetchone()


@pytest.mark.parametrize("restore", [restore_custom, restore_plain], ids=lambda f: f.__name__)
def test_what_was_anonymised_is_so_after_the_restore(shop, database, restored, tmp_path, restore):
    restore(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        before = contents(copy)
        assert copy.execute(ANONYMISE, (1,)).fetchall() == []
        assert contents(copy) == before
        # A value that is written afterwards is anonymised, alone.
        copy.execute("UPDATE shop.customer SET name = 'Ada again' WHERE id = 1")
        assert copy.execute(ANONYMISE, (1,)).fetchall() == [("shop.customer", "pseudonymised", 1)]
        assert copy.execute("SELECT columns FROM gdpr_log.event ORDER BY at DESC LIMIT 1").fetchone() == (["name"],)


def test_hashes_join_with_those_from_before(shop, database, restored, tmp_path):
    """Customer 2 had the same code in both tables, and a copy of hers stands in a warehouse that got it hashed before the dump."""
    shop.execute("CREATE TABLE shop.warehouse AS SELECT gdpr_hash(code) AS code FROM shop.customer WHERE id = 2")
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert len(copy.execute(ANONYMISE, (2,)).fetchall()) == 3
        joined = 'SELECT count(*) FROM shop.customer JOIN shop."Order" USING (code) JOIN shop.warehouse USING (code)'
        assert copy.execute(joined).fetchone() == (1,)
        there = copy.execute("SELECT code FROM shop.customer ORDER BY id").fetchall()
    # And the original, anonymised later by itself, comes to the same.
    shop.execute(ANONYMISE, (2,))
    assert shop.execute("SELECT code FROM shop.customer ORDER BY id").fetchall() == there


def test_the_log_goes_on_after_a_restore(shop, database, restored, tmp_path):
    """Append-only there too, by the same rules, and new events follow the old ones."""
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        copy.execute(ANONYMISE, (3,))
        events = copy.execute("SELECT id, request FROM gdpr_log.event ORDER BY id").fetchall()
        assert len(events) == 6 and len({request for _, request in events}) == 2
        assert len({request for _, request in events[:3]}) == 1  # uuid v7: the newer ones sort after the older
        copy.execute("CREATE ROLE regress_clerk")
        try:
            copy.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_clerk; GRANT ALL ON gdpr_log.event TO regress_clerk; SET ROLE regress_clerk")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                copy.execute("DELETE FROM gdpr_log.event")
        finally:
            copy.execute("RESET ROLE; DROP OWNED BY regress_clerk; DROP ROLE regress_clerk")


def test_the_chain_goes_on_after_a_restore(shop, database, restored, tmp_path):
    """S80: what was sealed before the dump verifies with its head in another database, and is sealed on there; so is what the dump had not sealed."""
    head = shop.execute("SELECT gdpr_log_seal()").fetchone()[0]
    shop.execute(ANONYMISE, (2,))
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        verify = "SELECT problem FROM gdpr_log_verify(%s)"
        assert copy.execute(verify, (head,)).fetchall() == []
        copy.execute(ANONYMISE, (3,))
        # Before the rerun nothing is sealed: it could be the end of another chain.
        assert copy.execute("SELECT gdpr_log_seal()").fetchone() == (head,)
        copy.execute("SELECT * FROM gdpr_rerun('gdpr_log.event')")
        new = copy.execute("SELECT gdpr_log_seal()").fetchone()[0]
        assert copy.execute(verify, (head,)).fetchall() == copy.execute(verify, (new,)).fetchall() == []
        # One of the events that the dump brought along, one of those written here, with that of the rerun.
        entries = "SELECT length(entries) / 48, origin = gdpr_log_origin() FROM gdpr_log.seal ORDER BY number"
        assert copy.execute(entries).fetchall() == [(3, False), (3, False), (4, True)]
        copy.execute("UPDATE gdpr_log.event SET rows = rows + 1, keys = keys || keys, fingerprints = fingerprints || fingerprints WHERE relation = 'shop.login'")
        assert copy.execute(verify, (new,)).fetchall() == [("event is changed",)] * 3
    assert shop.execute("SELECT problem FROM gdpr_log_verify(%s)", (new,)).fetchall() == [("seal is missing",)]


def test_what_was_logged_after_the_backup_comes_by_file(shop, database, restored, tmp_path):
    """The restored database has the secret, so it takes the events that it has forgotten; a database of its own does not."""
    restore_custom(database, restored, tmp_path)
    shop.execute(ANONYMISE, (2,))
    shop.execute("SELECT gdpr_log_seal()")
    shop.execute("DELETE FROM shop.login WHERE name = 'cy'")
    lines = "\n".join(line for line, in shop.execute("SELECT gdpr_log_export()").fetchall())
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert copy.execute("SELECT gdpr_log_import(%s)", (lines,)).fetchone() == (4,)
        lost = "SELECT count(*) FROM gdpr_log.imported WHERE id NOT IN (SELECT id FROM gdpr_log.event)"
        assert copy.execute(lost).fetchone() == (4,)
        events = "SELECT (to_jsonb(e) - 'log')::text FROM {} e ORDER BY 1"
        assert copy.execute(events.format("gdpr_log.imported")).fetchall() == shop.execute(events.format("gdpr_log.event")).fetchall()
    with psycopg.connect(dbname=restored, autocommit=True) as other:
        other.execute("DROP EXTENSION gdpr_ext CASCADE; DROP SCHEMA IF EXISTS gdpr_log CASCADE; CREATE EXTENSION gdpr_ext")
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="another secret"):
            other.execute("SELECT gdpr_log_import(%s)", (lines,))


def test_two_restores_into_the_same_server(shop, database, restored, tmp_path):
    """A new database has a secret of its own; the dump's takes its place and does not stand beside it."""
    fresh = shop.execute("SELECT encode(secret, 'hex') FROM gdpr_log.secret").fetchone()
    restore_plain(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert copy.execute("SELECT encode(secret, 'hex') FROM gdpr_log.secret").fetchall() == [fresh]


def test_each_database_has_another_secret(shop, restored):
    with psycopg.connect(dbname=restored, autocommit=True) as other:
        other.execute("CREATE EXTENSION gdpr_ext")
        hashed = "SELECT gdpr_hash('A-1'), gdpr_pseudonym('A-1')"
        mine, theirs = shop.execute(hashed).fetchone(), other.execute(hashed).fetchone()
        assert mine[0] != theirs[0] and mine[1] != theirs[1]
        # Dropped and made again, it is not the old one either.
        other.execute("DROP EXTENSION gdpr_ext CASCADE; DROP SCHEMA IF EXISTS gdpr_log CASCADE; CREATE EXTENSION gdpr_ext")
        assert other.execute(hashed).fetchone()[0] != theirs[0]


def test_a_schema_only_dump_has_neither_events_nor_secret(shop, database, tmp_path):
    dump = tmp_path / "schema.sql"
    subprocess.run([program("pg_dump"), "--schema-only", "-f", dump, database], check=True)
    text = dump.read_text()
    secret = shop.execute("SELECT encode(secret, 'hex') FROM gdpr_log.secret").fetchone()[0]
    assert "CREATE EXTENSION" in text
    assert secret not in text and "ticket 4711" not in text


def test_renamed_between_dump_and_restore(shop, database, restored, tmp_path):
    """The marks follow the table, not its name."""
    shop.execute("ALTER TABLE shop.customer RENAME TO person; ALTER TABLE shop.person RENAME name TO full_name; ALTER SCHEMA shop RENAME TO store")
    assert shop.execute("SELECT gdpr_is_anonymised('store.person', 1)").fetchone() == (True,)
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert copy.execute("SELECT gdpr_is_anonymised('store.person', 1)").fetchone() == (True,)
        assert copy.execute(ANONYMISE.replace("shop.customer", "store.person"), (1,)).fetchall() == []
