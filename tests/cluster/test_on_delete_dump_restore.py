"""S65: the triggers of registered tables, and what is declared ON DELETE ANONYMISE, survive a dump and its restore: each is there once, and works.

A dump brings the triggers itself, after it has loaded the registry. What replication brings in was done elsewhere already, and is not done again.
"""

import subprocess

import psycopg
import pytest
from conftest import Cluster, make_database, program
from killed import wait_until
from psycopg import sql
from test_dump_restore import restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts, restored  # noqa: F401

SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (id int PRIMARY KEY, name text);
CREATE TABLE shop.review (id int PRIMARY KEY, person_id int REFERENCES shop.person ON DELETE CASCADE, body text);
CREATE TABLE shop."Odd 'table'" (id int PRIMARY KEY, "the ""person" int NOT NULL DEFAULT 0 REFERENCES shop.person, line text);
CREATE TABLE shop.visit (day int, id int, person_id int REFERENCES shop.person, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE shop.visit_1 PARTITION OF shop.visit FOR VALUES FROM (1) TO (10);
CREATE TABLE shop.visit_2 PARTITION OF shop.visit FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE shop.visit_2a PARTITION OF shop.visit_2 FOR VALUES FROM (0) TO (1000);
CREATE TABLE shop.page (id int PRIMARY KEY, day int, visit int, path text, FOREIGN KEY (day, visit) REFERENCES shop.visit);
CREATE TABLE shop.staff (salary int, PRIMARY KEY (id)) INHERITS (shop.person);
INSERT INTO shop.person VALUES (0, 'nobody'), (1, 'Ada'), (2, 'Bea'), (3, 'Cy');
INSERT INTO shop.staff VALUES (9, 'Dora', 100);
INSERT INTO shop.review VALUES (11, 1, 'Lovely'), (12, 2, 'Nice'), (13, 3, 'Cold');
INSERT INTO shop."Odd 'table'" VALUES (21, 1, 'Dear Sirs'), (22, 2, 'Hello');
INSERT INTO shop.visit VALUES (5, 31, NULL), (15, 32, NULL), (15, 33, 3);
INSERT INTO shop.page VALUES (41, 5, 31, '/ada'), (42, 15, 32, '/bea'), (43, 15, 33, '/cy');
"""
DECLARATIONS = """
SELECT gdpr_register('shop.person', '{"name": "null"}', subject => true), gdpr_register('shop.review', '{"body": "null"}'),
  gdpr_register('shop."Odd ''table''"', '{"line": "blank"}'), gdpr_register('shop.visit', '{}'), gdpr_register('shop.page', '{"path": "null"}');
SELECT gdpr_on_delete('shop.review', '{person_id}'), gdpr_on_delete('shop."Odd ''table''"', ARRAY['the "person'], 'SET DEFAULT'),
  gdpr_on_delete('shop.page', '{visit,day}');
"""
# Of partitions' copies of a row trigger nobody speaks: PostgreSQL makes them with that of the partitioned table.
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled, tgparentid <> 0,
       (SELECT count(*) FROM pg_depend d JOIN pg_extension e ON refclassid = 'pg_extension'::regclass AND refobjid = e.oid
        WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'x' AND extname = 'gdpr_ext')
FROM pg_trigger t WHERE tgfoid IN ('gdpr_log_deleted'::regproc, 'gdpr_anonymise_on_delete'::regproc) ORDER BY 1, 2
"""
OIDS = "SELECT oid FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
EXPECTED = [
    ('shop."Odd \'table\'"', {"gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.page", {"gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.person", {"GDPR_on_delete", "gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.review", {"gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.staff", {"gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.visit", {"GDPR_on_delete", "gdpr_log_delete"}),
    ("shop.visit_1", {"GDPR_on_delete", "gdpr_log_delete", "gdpr_log_truncate"}),
    ("shop.visit_2", {"GDPR_on_delete", "gdpr_log_delete"}),
    ("shop.visit_2a", {"GDPR_on_delete", "gdpr_log_delete", "gdpr_log_truncate"}),
]
DECLARED = "SELECT relation::text, columns, action FROM gdpr_on_delete ORDER BY 1"
EVENTS = "SELECT call, subject, relation, action, rows, keys FROM gdpr_log.event ORDER BY id"


def run_script(target, script):
    psql = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", script]
    subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)


def restore_schema_then_data(source, target, folder):
    """The constraints are there before the rows. pg_dump does not know that rows of a partitioned table come before those that reference them."""
    page = "--table=shop.page"
    for name, what in {"1": ["--schema-only"], "2": ["--data-only", "--exclude-" + page[2:]], "3": ["--data-only", page]}.items():
        subprocess.run([program("pg_dump"), *what, "-f", folder / name, source], check=True)
        run_script(target, folder / name)


def restore_schema_then_data_without_triggers(source, target, folder):
    """Every trigger of the tables is switched off and on again around their rows."""
    dump = folder / "dump"
    subprocess.run([program("pg_dump"), "-Fc", "-f", dump, source], check=True)
    for what in (["--schema-only"], ["--data-only", "-n", "public", "-n", "gdpr_log"], ["--data-only", "--disable-triggers", "-n", "shop"]):
        subprocess.run([program("pg_restore"), "--exit-on-error", *what, "-d", target, dump], check=True)


def restore_by_sections(source, target, folder):
    subprocess.run([program("pg_dump"), "-Fc", "-f", folder / "dump", source], check=True)
    for section in ("pre-data", "data", "post-data"):
        subprocess.run([program("pg_restore"), "--exit-on-error", f"--section={section}", "-d", target, folder / "dump"], check=True)


def restore_over_itself(source, target, folder):
    """A second time, in the place of what the first time has made. pg_restore --clean cannot drop keys of partitions."""
    restore_custom(source, target, folder)
    with psycopg.connect(dbname=target, autocommit=True) as connection:
        connection.execute("DROP TABLE shop.page, shop.visit")
    subprocess.run([program("pg_restore"), "--exit-on-error", "--clean", "--if-exists", "-d", target, folder / "dump"], check=True)


RESTORES = [restore_custom, restore_custom_in_parallel, restore_plain, restore_plain_with_inserts, restore_schema_then_data,
            restore_schema_then_data_without_triggers, restore_by_sections, restore_over_itself]


@pytest.fixture
def shop(connection):
    connection.execute(SCHEMA)
    connection.execute(DECLARATIONS)
    connection.execute("DELETE FROM shop.person WHERE id = 2")  # the log has something in it
    return connection


def triggers(connection):
    found = connection.execute(TRIGGERS).fetchall()
    for table, name, definition, enabled, is_copy, dependencies in found:
        assert dependencies == (0 if is_copy else 1), (table, name, "does not go with the extension")
    return found


def names(found):
    tables = {}
    for table, name, *_ in found:
        assert name not in tables.setdefault(table, set()), (table, name, "is there twice")
        tables[table].add(name)
    return sorted(tables.items())


def check_that_it_works(connection):
    """Ada is deleted by one statement, and what she visited by another, in a partition."""
    before = connection.execute(EVENTS).fetchall()
    connection.execute("DELETE FROM shop.person WHERE id = 1")
    connection.execute("DELETE FROM shop.visit_1")
    connection.execute("DELETE FROM shop.visit WHERE id = 32")
    connection.execute("DELETE FROM shop.staff")
    assert connection.execute("SELECT * FROM shop.review ORDER BY id").fetchall() == [(11, None, None), (12, None, None), (13, 3, "Cold")]
    assert connection.execute("""SELECT * FROM shop."Odd 'table'" ORDER BY id""").fetchall() == [(21, 0, ""), (22, 0, "")]
    pages = connection.execute("SELECT * FROM shop.page ORDER BY id").fetchall()
    assert pages == [(41, None, None, None), (42, None, None, None), (43, 15, 33, "/cy")]
    odd = """shop."Odd 'table'\""""
    # Tables that reference the same row come in the order in which their foreign keys were made.
    assert sorted(connection.execute(EVENTS).fetchall()[len(before):], key=repr) == sorted([
        ("ON DELETE", "shop.person", "shop.review", "anonymised", 1, [11]), ("ON DELETE", "shop.person", "shop.review", "detached", 1, [11]),
        ("ON DELETE", "shop.person", odd, "anonymised", 1, [21]), ("ON DELETE", "shop.person", odd, "detached", 1, [21]),
        ("DELETE", "shop.person", "shop.person", "deleted", 1, [1]),
        ("ON DELETE", "shop.visit", "shop.page", "anonymised", 1, [41]), ("ON DELETE", "shop.visit", "shop.page", "detached", 1, [41]),
        ("DELETE", "shop.visit", "shop.visit", "deleted", 1, [[5, 31]]),
        ("ON DELETE", "shop.visit", "shop.page", "anonymised", 1, [42]), ("ON DELETE", "shop.visit", "shop.page", "detached", 1, [42]),
        ("DELETE", "shop.visit", "shop.visit", "deleted", 1, [[15, 32]]),
        ("DELETE", "shop.staff", "shop.staff", "deleted", 1, [9]),
    ], key=repr)


def test_as_it_is_without_a_dump(shop):
    assert names(triggers(shop)) == EXPECTED
    check_that_it_works(shop)


@pytest.mark.parametrize("restore", RESTORES, ids=lambda f: f.__name__)
def test_after_a_restore(shop, database, restored, tmp_path, restore):
    before, declared, events = triggers(shop), shop.execute(DECLARED).fetchall(), shop.execute(EVENTS).fetchall()
    assert names(before) == EXPECTED and len(declared) == 3 and len(events) == 5

    restore(database, restored, tmp_path)

    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert triggers(copy) == before
        assert copy.execute(DECLARED).fetchall() == declared
        assert copy.execute(EVENTS).fetchall() == events  # a restore deletes nothing
        # Whatever looks at the triggers from here on finds them as they should be, and makes none anew.
        there = copy.execute(OIDS).fetchall()
        copy.execute("CREATE TABLE shop.later (id int); ALTER TABLE shop.later ADD name text")
        copy.execute("SELECT gdpr_on_delete('shop.review', '{person_id}'), gdpr_register('shop.person')")
        assert copy.execute(OIDS).fetchall() == there
        assert triggers(copy) == before
        check_that_it_works(copy)
    check_that_it_works(shop)


def test_what_is_made_after_a_restore_has_them(shop, database, restored, tmp_path):
    """New partitions and heirs, and names that have changed."""
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        copy.execute(
            "CREATE TABLE shop.visit_3 PARTITION OF shop.visit FOR VALUES FROM (20) TO (30); CREATE TABLE shop.guest () INHERITS (shop.person);"
            "ALTER TABLE shop.review RENAME TO opinion; ALTER TABLE shop.opinion RENAME person_id TO who"
        )
        found = triggers(copy)
        expected = dict(EXPECTED) | {
            "shop.visit_3": {"GDPR_on_delete", "gdpr_log_delete", "gdpr_log_truncate"}, "shop.guest": {"gdpr_log_delete", "gdpr_log_truncate"},
        }
        expected["shop.opinion"] = expected.pop("shop.review")
        assert names(found) == sorted(expected.items())
        definition = next(text for table, name, text, *_ in found if (table, name) == ("shop.person", "GDPR_on_delete"))
        assert "shop.opinion (who) SET NULL" in definition and "review" not in definition
        copy.execute("DELETE FROM shop.person WHERE id = 1")
        assert copy.execute("SELECT * FROM shop.opinion WHERE id = 11").fetchone() == (11, None, None)


def test_where_the_extension_lives_does_not_matter(restored, tmp_path):
    name = "gdpr_cluster_elsewhere"
    for database in make_database(name):
        with psycopg.connect(dbname=database, autocommit=True) as connection:
            connection.execute('DROP EXTENSION gdpr_ext; CREATE SCHEMA "Privacy"; CREATE EXTENSION gdpr_ext SCHEMA "Privacy"')
            connection.execute('SET search_path = "Privacy", public')
            connection.execute(SCHEMA)
            connection.execute(DECLARATIONS)
            before = triggers(connection)
            assert names(before) == EXPECTED
        restore_custom(database, restored, tmp_path)
        with psycopg.connect(dbname=restored, autocommit=True) as copy:
            copy.execute('SET search_path = "Privacy", public')
            assert triggers(copy) == before
            copy.execute("DELETE FROM shop.person WHERE id = 2")
            check_that_it_works(copy)


@pytest.mark.parametrize("state, letter", [("ENABLE ALWAYS", "A"), ("ENABLE REPLICA", "R"), ("DISABLE", "D")])
def test_the_state_of_a_trigger_survives(shop, database, restored, tmp_path, state, letter):
    """Renames, whereupon it is made anew, and a dump."""
    for table, name in (("shop.person", "GDPR_on_delete"), ("shop.review", "gdpr_log_delete"), ("shop.visit", "GDPR_on_delete")):
        shop.execute(sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(sql.SQL(table), sql.SQL(state), sql.Identifier(name)))

    def states(connection):
        return [(table, name, enabled) for table, name, _, enabled, *_ in triggers(connection) if enabled != "O"]

    before = states(shop)
    assert ("shop.person", "GDPR_on_delete", letter) in before and ("shop.visit", "GDPR_on_delete", letter) in before
    oids = shop.execute(OIDS).fetchall()
    shop.execute("""ALTER TABLE shop.review RENAME person_id TO who; ALTER TABLE shop.page RENAME visit TO seen""")
    assert shop.execute(OIDS).fetchall() != oids  # they were made anew
    assert states(shop) == before
    shop.execute("SELECT gdpr_on_delete_drop('shop.\"Odd ''table''\"', ARRAY['the \"person'])")
    assert states(shop) == before
    restore_custom(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        assert states(copy) == before
        assert triggers(copy) == triggers(shop)


def test_drop_extension_takes_them_along(shop):
    """Without CASCADE: nobody is to lose more than he asked for. The tables and what is in them stay."""
    user = "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = 'shop'::regnamespace"
    shop.execute("CREATE TRIGGER mine BEFORE UPDATE ON shop.person FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()")
    rows = shop.execute("SELECT count(*) FROM shop.review").fetchone()
    shop.execute("DROP EXTENSION gdpr_ext")
    assert shop.execute(user).fetchall() == [("mine",)]
    assert shop.execute("SELECT count(*) FROM shop.review").fetchone() == rows
    # The foreign keys are what they were.
    shop.execute("UPDATE shop.visit SET person_id = NULL")
    shop.execute("DELETE FROM shop.person WHERE id = 3")
    assert shop.execute("SELECT id FROM shop.review ORDER BY id").fetchall() == [(11,), (12,)]
    # And again.
    shop.execute("CREATE EXTENSION gdpr_ext")
    assert shop.execute(user).fetchall() == [("mine",)]
    shop.execute(DECLARATIONS)
    assert names(triggers(shop)) == EXPECTED


def test_a_dropped_extension_in_a_restored_database(shop, database, restored, tmp_path):
    restore_plain(database, restored, tmp_path)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        copy.execute("DROP EXTENSION gdpr_ext")
        assert copy.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal").fetchone() == (0,)


def test_a_dump_of_one_table_is_restored_where_the_extension_is(shop, database, restored, tmp_path):
    """Its triggers come with it, and work by what is declared there: nothing."""
    dump = tmp_path / "person.sql"
    subprocess.run([program("pg_dump"), "-t", "shop.person", "-f", dump, database], check=True)
    with psycopg.connect(dbname=restored, autocommit=True) as copy:
        copy.execute("CREATE EXTENSION gdpr_ext; CREATE SCHEMA shop")
        run_script(restored, dump)
        copy.execute("DELETE FROM shop.person WHERE id = 1")
        assert copy.execute(EVENTS).fetchall() == []
        # What is not registered keeps no trigger of ours once somebody looks.
        copy.execute("ALTER TABLE shop.person ADD note text")
        assert triggers(copy) == []


# Replication

REPLICA = "SET session_replication_role = replica"


def test_as_a_replica_they_do_not_fire(shop):
    """Neither do those of the foreign keys: what a replica is told, somebody else has seen to."""
    events = shop.execute(EVENTS).fetchall()
    shop.execute(REPLICA)
    shop.execute("DELETE FROM shop.person WHERE id = 1; TRUNCATE shop.page")
    shop.execute("RESET session_replication_role")
    assert shop.execute("SELECT * FROM shop.review WHERE id = 11").fetchone() == (11, 1, "Lovely")
    assert shop.execute(EVENTS).fetchall() == events


def test_as_a_replica_those_fire_that_are_to_fire_always(shop):
    events = shop.execute(EVENTS).fetchall()
    shop.execute('ALTER TABLE shop.person ENABLE ALWAYS TRIGGER "GDPR_on_delete"; ALTER TABLE shop.person ENABLE ALWAYS TRIGGER gdpr_log_delete')
    shop.execute(REPLICA)
    shop.execute("DELETE FROM shop.person WHERE id = 1")
    shop.execute("RESET session_replication_role")
    assert shop.execute("SELECT * FROM shop.review WHERE id = 11").fetchone() == (11, None, None)
    assert [event[:3] for event in shop.execute(EVENTS).fetchall()[len(events):]][-1] == ("DELETE", "shop.person", "shop.person")


@pytest.fixture(scope="module")
def publishing_cluster():
    cluster = Cluster("wal_level = logical\nmax_logical_replication_workers = 4")
    cluster.start()
    yield cluster
    cluster.stop()


TABLES = """
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE review (id int PRIMARY KEY, person_id int REFERENCES person, body text);
"""
PEOPLE = """
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cy');
INSERT INTO review VALUES (11, 1, 'Lovely'), (12, 2, 'Nice'), (13, 3, 'Cold');
"""
# Two databases with secrets of their own would not come to the same.
FAKE = """
SELECT gdpr_register('person', '{"name": "null"}', subject => true), gdpr_register('review', '{"body": "pseudonym"}');
SELECT gdpr_on_delete('review', '{person_id}');
"""


@pytest.fixture
def publisher(publishing_cluster):
    for database in make_database("gdpr_publisher", publishing_cluster.socket):
        with psycopg.connect(dbname=database, host=publishing_cluster.socket, autocommit=True) as connection:
            connection.execute(TABLES + PEOPLE + FAKE)
            yield connection


@pytest.fixture
def subscriber(publisher, publishing_cluster):
    """Subscribes to these tables; what it has to have besides is there before."""
    host = publishing_cluster.socket
    for database in make_database("gdpr_subscriber", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(TABLES)

            def subscribe(tables):
                # Both are databases of one server: the slot has to be made first.
                publisher.execute(f"CREATE PUBLICATION p FOR TABLE {tables}")
                publisher.execute("SELECT pg_create_logical_replication_slot('s', 'pgoutput')")
                connection.execute(FAKE)
                connection.execute(
                    f"CREATE SUBSCRIPTION s CONNECTION 'host={host} port=5432 user=postgres dbname=gdpr_publisher' PUBLICATION p"
                    " WITH (create_slot = false, slot_name = 's')"
                )
                wait_for(connection, "SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel")
                return connection

            yield subscribe
            connection.execute("ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s")
            wait_for(publisher, "SELECT NOT active FROM pg_replication_slots WHERE slot_name = 's'")
            publisher.execute("SELECT pg_drop_replication_slot('s')")


def wait_for(connection, question):
    wait_until(lambda: connection.execute(question).fetchone()[0], f"it did not come true: {question}", seconds=180)


def test_a_subscriber_does_not_do_it_again(publisher, subscriber):
    """It gets the anonymised row, as it is there, and logs nothing: the event is where it was done."""
    copy = subscriber("person, review")
    publisher.execute("DELETE FROM person WHERE id = 1")
    wait_for(copy, "SELECT person_id IS NULL FROM review WHERE id = 11")
    rows = publisher.execute("SELECT * FROM review ORDER BY id").fetchall()
    assert rows[0][2] not in (None, "Lovely")
    assert copy.execute("SELECT * FROM review ORDER BY id").fetchall() == rows
    assert copy.execute("SELECT id FROM person ORDER BY id").fetchall() == [(2,), (3,)]
    assert copy.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    assert [call for call, in publisher.execute("SELECT call FROM gdpr_log.event ORDER BY id").fetchall()] == ["ON DELETE", "ON DELETE", "DELETE"]
    # What the subscriber's own clients delete there is its own matter again.
    copy.execute("DELETE FROM person WHERE id = 3")
    assert copy.execute("SELECT person_id FROM review WHERE id = 13").fetchone() == (None,)
    assert [call for call, in copy.execute("SELECT call FROM gdpr_log.event ORDER BY id").fetchall()] == ["ON DELETE", "ON DELETE", "DELETE"]


def test_a_subscriber_that_does_it_always_ends_with_what_was_done_there(publisher, subscriber):
    """Its own change is overwritten by the row that comes next."""
    copy = subscriber("person, review")
    copy.execute('ALTER TABLE person ENABLE ALWAYS TRIGGER "GDPR_on_delete"')
    publisher.execute("DELETE FROM person WHERE id IN (1, 2)")
    wait_for(copy, "SELECT count(*) = 1 FROM person")
    # The subscriber applies a transaction at once.
    assert copy.execute("SELECT * FROM review ORDER BY id").fetchall() == publisher.execute("SELECT * FROM review ORDER BY id").fetchall()
    assert {call for call, in copy.execute("SELECT call FROM gdpr_log.event").fetchall()} == {"ON DELETE"}


def test_a_subscriber_with_rows_of_its_own(publisher, subscriber):
    """Only people are replicated, and the reviews are the subscriber's. As they are, triggers leave these alone, as the foreign key does: ENABLE
    ALWAYS is for that."""
    copy = subscriber("person")
    copy.execute("INSERT INTO review VALUES (51, 1, 'Mine'), (52, 2, 'Mine too')")
    publisher.execute("DELETE FROM person WHERE id = 1")
    wait_for(copy, "SELECT count(*) = 2 FROM person")
    assert copy.execute("SELECT * FROM review WHERE id = 51").fetchone() == (51, 1, "Mine")
    copy.execute('ALTER TABLE person ENABLE ALWAYS TRIGGER "GDPR_on_delete"')
    copy.execute("ALTER TABLE person ENABLE ALWAYS TRIGGER gdpr_log_delete")
    publisher.execute("DELETE FROM person WHERE id = 2")
    wait_for(copy, "SELECT count(*) = 1 FROM person")
    assert copy.execute("SELECT person_id, body IN ('Mine', 'Mine too') FROM review WHERE id = 52").fetchone() == (None, False)
    events = copy.execute("SELECT call, relation, action, keys FROM gdpr_log.event ORDER BY id").fetchall()
    assert [event for event in events if event[0] == "ON DELETE"] == [
        ("ON DELETE", "public.review", "pseudonymised", [52]), ("ON DELETE", "public.review", "detached", [52]),
    ]
