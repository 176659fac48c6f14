"""The catalog is not read anew by every call, and what anybody changes is seen by the next one.

PostgreSQL counts the scans of its catalogs per session, so neither has to be believed.
"""

import psycopg
import pytest

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE line (id int PRIMARY KEY, order_id int REFERENCES orders);
CREATE TABLE mail (id int PRIMARY KEY, person int);
INSERT INTO person VALUES (1);
INSERT INTO orders VALUES (11, 1);
INSERT INTO line VALUES (21, 11);
INSERT INTO mail VALUES (31, 1);
SELECT gdpr_link('person', '{id}', 'mail', '{person}');
"""
COLLECT = "SELECT relation::text FROM gdpr_collect('person', 1)"
READ = ("pg_constraint", "pg_index", "pg_inherits", "pg_class", "pg_attribute", "pg_namespace", "gdpr_registry", "gdpr_links")


# A catalog and its indexes, and who counts their scans. Not by the statistics views: these would scan the catalogs themselves.
PLACES = """
SELECT c.relname, place FROM pg_class c,
    LATERAL (SELECT c.oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = c.oid) places (place)
WHERE c.relname = ANY (%s) AND relkind = 'r'
"""
SCANS = "SELECT name, sum(pg_stat_get_xact_numscans(place))::int FROM unnest(%s::text[], %s::oid[]) u (name, place) GROUP BY name"


def scans_of(connection, calls, question=COLLECT):
    """How many scans of each catalog `calls` calls take."""
    names, places = zip(*connection.execute(PLACES, (list(READ),)).fetchall())

    def counted():
        return dict(connection.execute(SCANS, (list(names), list(places))).fetchall())

    with connection.transaction():
        counted()  # what the counting itself looks up, it looks up now
        before = counted()
        for _ in range(calls):
            connection.execute(question).fetchall()
        after = counted()
    return {name: after[name] - before[name] for name in READ}


@pytest.fixture
def reader(connection, database):
    connection.execute(SCHEMA)
    with psycopg.connect(dbname=database, autocommit=True) as reader:
        yield reader


def found(reader):
    return sorted(row[0] for row in reader.execute(COLLECT).fetchall())


def test_a_hundred_calls_read_the_catalog_once(reader):
    first = scans_of(reader, 1)
    assert first["pg_constraint"] > 0  # the count does count
    assert scans_of(reader, 100) == dict.fromkeys(READ, 0)


def test_calls_in_transactions_of_their_own(reader):
    """A transaction's end throws nothing away."""
    found(reader)
    for _ in range(20):
        found(reader)
    assert scans_of(reader, 1) == dict.fromkeys(READ, 0)


def test_each_subject_is_read_once(reader):
    found(reader)
    scans_of(reader, 1, "SELECT * FROM gdpr_collect('orders', 11)")
    assert scans_of(reader, 10, "SELECT * FROM gdpr_collect('orders', 11)") == dict.fromkeys(READ, 0)
    assert scans_of(reader, 10) == dict.fromkeys(READ, 0)


def test_rows_that_come_and_go_are_no_reason_to_read_the_catalog(reader, connection):
    # So many that an autovacuum would come for them, which changes what is known of the table.
    connection.execute("ALTER TABLE orders SET (autovacuum_enabled = off)")
    found(reader)
    connection.execute("INSERT INTO orders SELECT n, 1 FROM generate_series(1000, 1100) n")
    connection.execute("DELETE FROM orders WHERE id >= 1000")
    assert scans_of(reader, 10)["pg_constraint"] == 0


CHANGES = [
    ("CREATE TABLE visit (id int PRIMARY KEY, line_id int REFERENCES line); INSERT INTO visit VALUES (41, 21)",
     ["line", "mail", "orders", "person", "visit"]),
    ("ALTER TABLE mail ADD FOREIGN KEY (person) REFERENCES person", ["line", "mail", "orders", "person"]),
    ("ALTER TABLE line DROP CONSTRAINT line_order_id_fkey", ["mail", "orders", "person"]),
    ("DROP TABLE line", ["mail", "orders", "person"]),
    ("ALTER TABLE line RENAME TO order_line", ["mail", "order_line", "orders", "person"]),
    ("ALTER TABLE orders RENAME person_id TO buyer", ["line", "mail", "orders", "person"]),
    ("ALTER TABLE line SET SCHEMA elsewhere", ["elsewhere.line", "mail", "orders", "person"]),
    ("SELECT gdpr_unlink('person', '{id}', 'mail', '{person}')", ["line", "orders", "person"]),
    ("UPDATE gdpr_links SET kind = 'ignore'", ["line", "orders", "person"]),
    ("DELETE FROM gdpr_links", ["line", "orders", "person"]),
    ("TRUNCATE gdpr_links", ["line", "orders", "person"]),
    ("SELECT gdpr_register('line', subject => true)", ["mail", "orders", "person"]),
    ("INSERT INTO gdpr_registry (relation, subject) VALUES ('orders', true)", ["mail", "person"]),
    ("CREATE TABLE rush (CHECK (id > 0)) INHERITS (orders); INSERT INTO rush VALUES (12, 1)",
     ["line", "mail", "orders", "person", "rush"]),
    ("ALTER TABLE orders ALTER person_id TYPE bigint", ["line", "mail", "orders", "person"]),
]


@pytest.mark.parametrize("change, expected", CHANGES, ids=[change.split(";")[0] for change, _ in CHANGES])
def test_a_change_by_another_session_is_seen_by_the_next_call(reader, connection, change, expected):
    connection.execute("CREATE SCHEMA elsewhere")
    assert found(reader) == ["line", "mail", "orders", "person"]
    with connection.transaction():
        connection.execute(change)
        # Not before it is committed. (What takes a lock that readers wait for cannot be looked at meanwhile.)
        if not change.startswith(("ALTER", "DROP", "TRUNCATE", "CREATE")):
            assert found(reader) == ["line", "mail", "orders", "person"]
    assert found(reader) == expected
    assert scans_of(reader, 10)["pg_constraint"] == 0


def test_a_change_in_the_same_transaction_is_seen(reader):
    with reader.transaction(force_rollback=True):
        assert found(reader) == ["line", "mail", "orders", "person"]
        reader.execute("SELECT gdpr_unlink('person', '{id}', 'mail', '{person}')")
        assert found(reader) == ["line", "orders", "person"]
        with reader.transaction(force_rollback=True):
            reader.execute("ALTER TABLE line DROP CONSTRAINT line_order_id_fkey")
            assert found(reader) == ["orders", "person"]
        assert found(reader) == ["line", "orders", "person"]
    assert found(reader) == ["line", "mail", "orders", "person"]
