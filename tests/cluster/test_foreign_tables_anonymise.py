"""Rows in another database are anonymised through the foreign table that a link leads to.

By the rules that are registered here, and in one transaction: what fails on one side has happened on neither, and names no value.
"""

import psycopg
import pytest
from conftest import make_database

ARCHIVE = """
CREATE TABLE old_order (id int PRIMARY KEY, customer_id int, note text, paid numeric CHECK (paid >= 0));
CREATE TABLE old_line (order_id int, product text, remark text);
INSERT INTO old_order SELECT n, n % 100, 'note ' || n, n + 0.50 FROM generate_series(1, 1000) n;
INSERT INTO old_line SELECT n, 'tea', 'remark ' || n FROM generate_series(1, 1000) n;
"""

SHOP = """
CREATE EXTENSION postgres_fdw;
CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', port '5432', dbname '{archive}');
CREATE USER MAPPING FOR CURRENT_USER SERVER archive OPTIONS (user 'postgres');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE letter (id int PRIMARY KEY, order_id int, body text CHECK (body <> 'never'));
CREATE FOREIGN TABLE old_order (id int, customer_id int, note text, paid numeric) SERVER archive;
CREATE FOREIGN TABLE old_line (order_id int, product text, remark text) SERVER archive;
INSERT INTO customer VALUES (7, 'Ada'), (8, 'Bea');
INSERT INTO letter VALUES (1, 107, 'hello'), (2, 108, 'hello');
SELECT gdpr_link('customer', '{{id}}', 'old_order', '{{customer_id}}');
SELECT gdpr_link('old_order', '{{id}}', 'old_line', '{{order_id}}');
SELECT gdpr_link('old_order', '{{id}}', 'letter', '{{order_id}}');
SELECT gdpr_register('customer', '{{"name": "blank"}}', subject => true), gdpr_register('letter', '{{"body": "blank"}}'),
    gdpr_register('old_order', '{{"note": "blank"}}', key => '{{id}}'), gdpr_register('old_line', '{{"remark": "null"}}');
"""
ANONYMISE = "SELECT relation::text, action, rows FROM gdpr_anonymise('customer', 7)"
CHANGED = {("customer", "anonymised", 1), ("old_order", "anonymised", 10), ("old_line", "anonymised", 10), ("letter", "anonymised", 1)}


@pytest.fixture
def databases():
    for archive in make_database("gdpr_archive"):
        for shop in make_database("gdpr_shop"):
            with psycopg.connect(dbname=archive, autocommit=True) as remote:
                remote.execute(ARCHIVE)
                host = remote.info.host
                with psycopg.connect(dbname=shop, autocommit=True) as local:
                    local.execute(SHOP.format(host=host, archive=archive))
                    yield local, remote


def remote_state(remote):
    """Everything there, but the columns with rules only of other people."""
    return (
        remote.execute("SELECT id, customer_id, paid, CASE WHEN customer_id <> 7 THEN note END FROM old_order ORDER BY id").fetchall(),
        remote.execute("SELECT order_id, product, CASE WHEN order_id % 100 <> 7 THEN remark END FROM old_line ORDER BY order_id").fetchall(),
    )


def hers(remote):
    return (
        set(remote.execute("SELECT note FROM old_order WHERE customer_id = 7").fetchall()),
        set(remote.execute("SELECT remark FROM old_line WHERE order_id % 100 = 7").fetchall()),
    )


def test_rows_there_and_here(databases):
    local, remote = databases
    others = remote_state(remote)
    preview = "SELECT relation::text, action, rows FROM gdpr_preview('anonymise', 'customer', 7)"
    assert set(local.execute(preview).fetchall()) == CHANGED
    assert len(hers(remote)[0]) == 10
    assert set(local.execute(ANONYMISE).fetchall()) == CHANGED
    assert hers(remote) == ({("",)}, {(None,)})
    assert remote_state(remote) == others
    events = local.execute("SELECT relation, rows, jsonb_array_length(keys) FROM gdpr_log.event").fetchall()
    assert ("public.old_order", 10, 10) in events and len(events) == 4


def test_it_is_one_transaction(databases):
    local, remote = databases
    before = hers(remote)
    with local.transaction(force_rollback=True):
        assert set(local.execute(ANONYMISE).fetchall()) == CHANGED
    assert hers(remote) == before
    # What fails here undoes what was done there.
    local.execute("""SELECT gdpr_register('letter', '{"body": {"strategy": "sql", "expression": "left(''never'', 4 + id)"}}')""")
    with pytest.raises(psycopg.errors.CheckViolation):
        local.execute(ANONYMISE)
    assert hers(remote) == before
    assert local.execute("SELECT name FROM customer WHERE id = 7").fetchone() == ("Ada",)
    assert local.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


def test_a_failure_over_there(databases):
    """The remote constraint fails: an error that names the table and no value, and nothing is changed anywhere."""
    local, remote = databases
    before = hers(remote)
    remote.execute("ALTER TABLE old_order ADD CONSTRAINT noted CHECK (id <> 107 OR note <> '')")
    with pytest.raises(psycopg.Error) as raised:
        local.execute(ANONYMISE)
    assert raised.value.sqlstate == "23514"
    assert "old_order" in raised.value.diag.message_primary
    said = str(raised.value) + str(raised.value.diag.message_detail) + str(raised.value.diag.context)
    assert "107.50" not in said and "note 107" not in said
    assert hers(remote) == before
    assert local.execute("SELECT name FROM customer WHERE id = 7").fetchone() == ("Ada",)


def test_a_row_that_a_remote_trigger_keeps(databases):
    """The remote side says how many rows it changed: fewer than meant is an error."""
    local, remote = databases
    before = hers(remote)
    remote.execute(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id = 107 THEN RETURN NULL; END IF; RETURN NEW; END';"
        "CREATE TRIGGER keep BEFORE UPDATE ON old_order FOR EACH ROW EXECUTE FUNCTION keep()"
    )
    with pytest.raises(psycopg.errors.TriggeredDataChangeViolation, match="old_order"):
        local.execute(ANONYMISE)
    assert hers(remote) == before
    assert local.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


def test_again(databases):
    """What is anonymised over there is left alone by the next call, too."""
    local, remote = databases
    local.execute(ANONYMISE)
    assert local.execute(ANONYMISE).fetchall() == []
    remote.execute("UPDATE old_order SET note = 'written since' WHERE id = 107")
    assert local.execute(ANONYMISE).fetchall() == [("old_order", "anonymised", 1)]
    assert hers(remote)[0] == {("",)}


def test_an_unreachable_database(databases):
    local, _ = databases
    local.execute("ALTER SERVER archive OPTIONS (SET dbname 'gdpr_no_such_archive')")
    with pytest.raises(psycopg.errors.SqlclientUnableToEstablishSqlconnection):
        local.execute(ANONYMISE)
    assert local.execute("SELECT name FROM customer WHERE id = 7").fetchone() == ("Ada",)


def test_a_foreign_table_that_cannot_be_written(databases):
    """Refused before anything is changed."""
    local, remote = databases
    before = hers(remote)
    local.execute("ALTER FOREIGN TABLE old_line OPTIONS (ADD updatable 'false')")
    with pytest.raises(psycopg.Error) as raised:
        local.execute(ANONYMISE)
    assert raised.value.sqlstate in ("55000", "42809", "0A000")
    assert "old_line" in raised.value.diag.message_primary
    assert hers(remote) == before
    assert local.execute("SELECT name FROM customer WHERE id = 7").fetchone() == ("Ada",)


def test_rows_that_look_alike(databases):
    """Without a key two equal rows are one in the walk. Both are anonymised: neither value may stay."""
    local, remote = databases
    remote.execute("INSERT INTO old_line SELECT * FROM old_line WHERE order_id = 107")
    local.execute(ANONYMISE)
    assert hers(remote)[1] == {(None,)}


def test_a_foreign_table_as_the_subject(databases):
    local, remote = databases
    changed = local.execute("SELECT relation::text, rows FROM gdpr_anonymise('old_order', 107)").fetchall()
    assert sorted(changed) == [("letter", 1), ("old_line", 1), ("old_order", 1)]
    assert local.execute("SELECT gdpr_is_anonymised('old_order', 107), gdpr_is_anonymised('old_order', 207)").fetchone() == (True, False)
    assert remote.execute("SELECT note FROM old_order WHERE id = 107").fetchone() == ("",)
