"""S40: stores outside the database, as functions that collect and erase, beyond one session: in a dump, on a standby, for other roles, when one fails, after a restore.

A table of another schema plays the store: what the call sees of it, and what is undone with it, shows whether it is one transaction.
"""

import threading

import psycopg
import pytest
from conftest import make_database
from restore import Dumped, story
from test_dump_restore import restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts, restored  # noqa: F401
from test_standby import standby, wait_for_replay  # noqa: F401
from roles import drop_roles

SCHEMA = """
CREATE SCHEMA shop;
CREATE SCHEMA store;
CREATE TABLE shop.customer (id int PRIMARY KEY, name text);
CREATE TABLE shop.document (id uuid PRIMARY KEY, customer_id int REFERENCES shop.customer);
CREATE TABLE store.file (id uuid PRIMARY KEY, bytes int);
CREATE TABLE store.member (customer_id int, list text);
CREATE TABLE store.asked (no int GENERATED ALWAYS AS IDENTITY, who name, what text, keys jsonb);
INSERT INTO shop.customer VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO shop.document VALUES ('00000000-0000-0000-0000-00000000000a', 1), ('00000000-0000-0000-0000-00000000000b', 2);
INSERT INTO store.file VALUES ('00000000-0000-0000-0000-00000000000a', 5120), ('00000000-0000-0000-0000-00000000000b', 17);
INSERT INTO store.member VALUES (1, 'weekly'), (2, 'weekly');
CREATE FUNCTION store.files(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT jsonb_build_object('bytes', f.bytes) FROM jsonb_to_recordset(keys) AS k (id uuid) JOIN store.file f USING (id);
END $$;
CREATE FUNCTION store.remove_files(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO store.asked (who, what, keys) VALUES (current_user, action, keys);
    RETURN QUERY WITH gone AS (DELETE FROM store.file f USING jsonb_to_recordset(keys) AS k (id uuid) WHERE f.id = k.id RETURNING 1)
        SELECT jsonb_build_object('action', 'deleted', 'rows', count(*)) FROM gone;
END $$;
-- Its body depends on the primary key, so pg_dump writes it behind the data.
ALTER TABLE store.member ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE FUNCTION store.members(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT jsonb_build_object('list', m.list) FROM jsonb_to_recordset(keys) AS k (id int) JOIN store.member m ON m.customer_id = k.id GROUP BY m.id;
END;
SELECT gdpr_register('shop.customer', '{"name": "null"}', subject => true);
SELECT gdpr_register('shop.document');
"""
SOURCES = """
SELECT gdpr_register_source('files', 'store.files', 'store.remove_files', 'shop.document', label => 'Documents', facts => '{"purpose": "identity"}');
SELECT gdpr_register_source('newsletter', 'store.members', ground => 'shown to the customer only');
"""
COLLECT = "SELECT via, data FROM gdpr_collect('shop.customer', 1) WHERE relation IS NULL ORDER BY via"
COLLECTED = [("source files", {"bytes": 5120}), ("source newsletter", {"list": "weekly"})]
ERASE = "SELECT relation::text, action, rows, ground FROM gdpr_erase('shop.customer', 1)"
ERASED = [
    ("shop.customer", "deleted", 1, None),
    ("shop.document", "deleted", 1, None),
    (None, "deleted", 1, "source files"),
    (None, "kept", 1, "source newsletter: shown to the customer only"),
]


@pytest.fixture
def shop(connection):
    connection.execute(SCHEMA)
    connection.execute(SOURCES)
    return connection


@pytest.mark.parametrize(
    "restore", [restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts], ids=lambda f: f.__name__
)
def test_a_dump_keeps_them(shop, database, restored, tmp_path, restore):  # noqa: F811
    """Also one whose function is made behind the data; under other oids it is known as well."""
    listed = "SELECT name, collect, erase, relation::text, ground, label, facts FROM gdpr_sources ORDER BY name"
    shop.execute("ALTER FUNCTION store.files RENAME TO \"the files\"")
    assert shop.execute(COLLECT).fetchall() == COLLECTED
    restore(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert copy.execute(listed).fetchall() == shop.execute(listed).fetchall()
        assert copy.execute(listed).fetchone()[1] == 'store."the files"'
        assert copy.execute(COLLECT).fetchall() == COLLECTED
        # Renames are followed there too, and what is dropped is missing.
        copy.execute("ALTER SCHEMA store RENAME TO elsewhere")
        copy.execute("ALTER FUNCTION elsewhere.\"the files\" RENAME TO files")
        assert [row[1:3] for row in copy.execute(listed)] == [("elsewhere.files", "elsewhere.remove_files"), ("elsewhere.members", None)]


def test_no_column_stands_in_the_way_of_pg_upgrade(connection):
    """It refuses a database in which a table has a column of such a type, regclass aside."""
    refused = "regproc,regprocedure,regoper,regoperator,regconfig,regdictionary,regnamespace,regcollation".split(",")
    columns = connection.execute(
        """SELECT c.oid::regclass::text, attname FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
           WHERE relkind = 'r' AND relnamespace <> 'pg_catalog'::regnamespace AND relnamespace <> 'information_schema'::regnamespace
             AND atttypid = ANY (%s::regtype[]) AND NOT attisdropped""",
        (refused,),
    ).fetchall()
    assert columns == []


def test_a_hot_standby_and_read_only_transactions_collect(shop, database, standby):  # noqa: F811
    with psycopg.connect(dbname="postgres", host=standby.socket, autocommit=True) as replica:
        wait_for_replay(shop, replica)
    with psycopg.connect(dbname=database, host=standby.socket, autocommit=True) as replica:
        assert replica.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        assert replica.execute(COLLECT).fetchall() == COLLECTED
        preview = "SELECT action, rows, ground FROM gdpr_preview('erase', 'shop.customer', 1) WHERE relation IS NULL"
        assert replica.execute(preview).fetchall() == [(action.replace("deleted", "called"), rows, ground) for _, action, rows, ground in ERASED[2:]]
        # Renamed on the primary: the standby's open session has it.
        shop.execute("ALTER FUNCTION store.files RENAME TO renamed")
        wait_for_replay(shop, replica)
        assert replica.execute(COLLECT).fetchall() == COLLECTED
    with shop.transaction():
        shop.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY")
        assert shop.execute(COLLECT).fetchall() == COLLECTED
        assert shop.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
    # The setting of the call is not left behind.
    assert shop.execute("SHOW transaction_read_only").fetchone() == ("off",)
    with shop.transaction(force_rollback=True):
        shop.execute(COLLECT)
        shop.execute("INSERT INTO shop.customer VALUES (3, 'Cleo')")


@pytest.fixture
def clerk(shop):
    """May ask and erase, and has no right to the store or to its functions, which an owner of their own has."""
    roles = ("regress_clerk", "regress_store")
    drop_roles(shop, roles)
    shop.execute("CREATE ROLE regress_clerk; CREATE ROLE regress_store")
    shop.execute("REVOKE ALL ON FUNCTION store.files, store.remove_files, store.members FROM PUBLIC")
    for kind, names in (("FUNCTION", ("files(regclass, jsonb)", "remove_files(regclass, jsonb, text)")), ("TABLE", ("file", "asked"))):
        for name in names:
            shop.execute(f"ALTER {kind} store.{name} OWNER TO regress_store")
    shop.execute("GRANT USAGE ON SCHEMA store TO regress_store; GRANT USAGE ON SCHEMA shop TO regress_clerk")
    shop.execute("GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO regress_clerk")
    shop.execute("GRANT EXECUTE ON FUNCTION gdpr_collect(regclass, anyelement), gdpr_erase(regclass, anyelement) TO regress_clerk")
    yield shop
    drop_roles(shop, roles)


def test_they_run_as_their_owner(clerk):
    clerk.execute("SET ROLE regress_clerk")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clerk.execute("SELECT store.files('shop.document', '[]')")
    assert clerk.execute(COLLECT).fetchall() == COLLECTED
    assert clerk.execute(ERASE).fetchall() == ERASED
    clerk.execute("RESET ROLE")
    assert clerk.execute("SELECT who, what, keys FROM store.asked").fetchall() == [
        ("regress_store", "erase", [{"id": "00000000-0000-0000-0000-00000000000a"}])
    ]


def test_a_person_that_the_caller_may_not_read_is_nobody_to_a_source(clerk):
    clerk.execute("REVOKE ALL ON shop.document FROM regress_clerk; SET ROLE regress_clerk")
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        clerk.execute(COLLECT)
    assert "shop.document" in refused.value.diag.message_primary


FAILING = """
CREATE FUNCTION store.fail(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no answer for %', (SELECT string_agg(name, ',') FROM shop.customer) USING ERRCODE = '{code}',
        DETAIL = 'Lovelace-1815', HINT = 'Lovelace-1815';
END $$;
SELECT gdpr_register_source('telephone', 'store.members', 'store.fail', 'shop.customer');
"""


@pytest.mark.parametrize("function", ["erase", "delete", "anonymise"])
def test_one_that_fails_undoes_everything(shop, function):
    shop.execute(FAILING.format(code="58030"))
    everything = """SELECT (SELECT array_agg(c ORDER BY c) FROM shop.customer c)::text, (SELECT count(*) FROM shop.document), (SELECT count(*) FROM store.file),
        (SELECT count(*) FROM store.asked), (SELECT count(*) FROM gdpr_log.event), (SELECT count(*) FROM gdpr_log.anonymised)"""
    before = shop.execute(everything).fetchone()
    with pytest.raises(psycopg.Error) as raised:
        shop.execute(f"SELECT * FROM gdpr_{function}('shop.customer', 1)")
    assert (raised.value.sqlstate, raised.value.diag.message_primary) == ("58030", 'source "telephone" failed')
    assert shop.execute(everything).fetchone() == before
    # The session goes on, with its own rights and settings; without that source it is done.
    assert shop.execute("SELECT current_user, current_setting('transaction_read_only')").fetchone() == ("postgres", "off")
    shop.execute("SELECT gdpr_unregister_source('telephone')")
    assert len(shop.execute(f"SELECT * FROM gdpr_{function}('shop.customer', 1)").fetchall()) > 2


def test_a_transaction_that_is_rolled_back_takes_the_erasers_work_along(shop):
    with shop.transaction(force_rollback=True):
        assert shop.execute(ERASE).fetchall() == ERASED
        assert shop.execute("SELECT count(*) FROM store.file").fetchone() == (1,)
    assert shop.execute("SELECT count(*) FROM store.file").fetchone() == (2,)
    assert shop.execute(ERASE).fetchall() == ERASED


def test_what_a_function_raises_is_in_no_message_and_in_no_log(observed_cluster):
    host, start = observed_cluster.socket, len(observed_cluster.log)
    for database in make_database("gdpr_sources_log_test", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(SCHEMA)
            connection.execute(FAILING.format(code="22012"))
            start = len(observed_cluster.log)
            with pytest.raises(psycopg.Error) as raised:
                connection.execute("SELECT * FROM gdpr_erase('shop.customer', %s)", (1,))
    diag = raised.value.diag
    assert diag.sqlstate == "22012"
    fields = [diag.message_primary, diag.message_detail, diag.message_hint, diag.context, diag.internal_query]
    written = observed_cluster.log[start:]
    assert 'source "telephone" failed' in written
    for value in ("Lovelace", "Ada", "Bea"):
        assert not [field for field in fields if value in (field or "")]
        assert value not in written


def test_other_sessions_learn_at_once(shop, database):
    with psycopg.connect(dbname=database, autocommit=True) as other:
        assert other.execute(COLLECT).fetchall() == COLLECTED
        shop.execute("SELECT gdpr_unregister_source('newsletter')")
        assert other.execute(COLLECT).fetchall() == COLLECTED[:1]
        shop.execute("ALTER FUNCTION store.files RENAME TO renamed")
        assert other.execute(COLLECT).fetchall() == COLLECTED[:1]
        shop.execute("ALTER FUNCTION store.renamed(regclass, jsonb) SET SCHEMA shop")
        assert other.execute(COLLECT).fetchall() == COLLECTED[:1]
        shop.execute("DROP FUNCTION shop.renamed")
        with pytest.raises(psycopg.errors.UndefinedFunction, match='the collector of source "files" is gone'):
            other.execute(COLLECT)


def test_two_sessions_register_the_same_source(shop, database):
    """The second waits for the first, and then finds it there: one of them is refused, and nothing is mixed."""
    shop.execute("SELECT gdpr_unregister_source('newsletter')")
    with psycopg.connect(dbname=database) as one, psycopg.connect(dbname=database) as two:
        one.execute("SELECT gdpr_register_source('newsletter', 'store.members', relation => 'shop.customer', label => 'one')")
        outcome = []

        def register():
            try:
                two.execute("SELECT gdpr_register_source('newsletter', 'store.members', relation => 'shop.customer', label => 'two')")
                two.commit()
                outcome.append("registered")
            except psycopg.errors.UniqueViolation:
                outcome.append("refused")

        thread = threading.Thread(target=register)
        thread.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s"
        while not shop.execute(waits, (two.info.backend_pid,)).fetchone()[0]:
            assert thread.is_alive()
        one.commit()
        thread.join()
    assert outcome == ["refused"]
    assert shop.execute("SELECT label FROM gdpr_sources WHERE name = 'newsletter'").fetchall() == [("one",)]


def test_after_a_restore_their_events_are_recorded_and_they_are_not_called_again():
    """A restore of this database has not brought back what is elsewhere."""
    with story(SCHEMA + SOURCES, Dumped) as told:
        told.back_up()
        told.execute(ERASE)
        asked = told.rows("SELECT what FROM store.asked")
        told.comes_back()
        outcomes = told.outcomes()
        assert outcomes == [
            ("shop.customer", "deleted", "applied", 1),
            ("shop.document", "deleted", "applied", 1),
            ("source:files", "deleted", "recorded", 1),
            ("source:newsletter", "kept", "recorded", 1),
        ]
        # The table that plays the store is as the backup has it: nobody was asked.
        assert asked == [("erase",)] and told.rows("SELECT what FROM store.asked") == []
        assert told.log_differs() == []
        assert told.rerun() == []
