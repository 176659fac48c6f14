"""Who may scrub what, with real logins, and what a DBA sees of it meanwhile.

An operator who is no superuser needs EXECUTE, SELECT and UPDATE on the tables,
    and a database in which it is allowed. Tables belong to several owners, also those of one key and its references.
"""

import threading

import psycopg
import pytest
from killed import wait_until
from roles import drop_roles, login

ROLES = ("regress_operator", "regress_owner", "regress_other", "regress_plain")

SCHEMA = """
CREATE ROLE regress_operator LOGIN;
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_other LOGIN;
CREATE ROLE regress_plain LOGIN;
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO regress_operator;
GRANT USAGE, CREATE ON SCHEMA shop TO regress_owner, regress_other;
SET ROLE regress_owner;
CREATE TABLE shop.person (email text PRIMARY KEY, number int, name text);
CREATE TABLE shop.note (id int PRIMARY KEY, number int, body text);
INSERT INTO shop.person SELECT n || '@example.org', n, 'name ' || n FROM generate_series(1, 100) n;
INSERT INTO shop.note SELECT n, n, 'body ' || n FROM generate_series(1, 100) n;
GRANT REFERENCES ON shop.person TO regress_other;
SET ROLE regress_other;
CREATE TABLE shop.letter (id int PRIMARY KEY, email text REFERENCES shop.person, text text);
RESET ROLE;
INSERT INTO shop.letter SELECT number, email, 'text ' || number FROM shop.person;
SET ROLE regress_other;
CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fired'; END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON shop.letter FOR EACH ROW EXECUTE FUNCTION shop.refuse();
RESET ROLE;
ANALYZE;
SELECT gdpr_register('shop.person', '{"email": "email", "name": "blank"}', subject => true), gdpr_register('shop.note', '{"body": "blank"}'),
    gdpr_register('shop.letter', '{"text": "blank"}');
GRANT EXECUTE ON FUNCTION gdpr_scrub_db TO regress_operator, regress_owner;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_operator;
"""
SCRUB = "SELECT relation::text, action, rows FROM gdpr_scrub_db()"
ALL = {("shop.person", "rewritten", 100), ("shop.note", "rewritten", 100), ("shop.letter", "rewritten", 100)}
JOINED = """
SELECT count(*) FROM shop.person p JOIN shop.letter l USING (email)
WHERE p.number = l.id AND email LIKE '%@example.invalid' AND name = '' AND text = ''
"""
UNTOUCHED = """
SELECT count(*) FROM shop.person p JOIN shop.letter l USING (email) JOIN shop.note n USING (id)
WHERE p.number = l.id AND p.name = 'name ' || id AND body = 'body ' || id
"""
OWNERS = """
SELECT c.relname, c.relowner::regrole::text, c.relacl::text, t.relowner::regrole::text,
    (SELECT array_agg(DISTINCT relowner::regrole::text) FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = c.oid)
FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relkind = 'r' AND c.relnamespace = 'shop'::regnamespace ORDER BY 1
"""
KNOWN = """
SELECT count(*) FROM pg_stats
WHERE schemaname = 'shop' AND concat(most_common_vals, histogram_bounds) ~ 'example.org|name 1|body 1|text 1'
"""


@pytest.fixture
def shop(connection, database):
    drop_roles(connection, ROLES)
    connection.execute(SCHEMA)
    connection.execute(f"ALTER DATABASE {database} SET gdpr_ext.allow_scrub = on")
    yield connection
    drop_roles(connection, ROLES)


def ownership(shop):
    """Who owns what is there: tables, their indexes and TOAST tables."""
    return shop.execute(OWNERS).fetchall()


def scrubs(shop, session):
    owners = ownership(shop)
    assert shop.execute(KNOWN).fetchone() != (0,)
    assert set(session.execute(SCRUB).fetchall()) == ALL
    assert shop.execute(JOINED).fetchone() == (100,)
    assert ownership(shop) == owners
    assert shop.execute(KNOWN).fetchone() == (0,)


def who(shop):
    return shop.execute("""SELECT DISTINCT "session_user", "current_user" FROM gdpr_log.event WHERE action = 'scrubbed'""").fetchall()


def test_an_operator(shop, database):
    with login(database, "regress_operator") as operator:
        scrubs(shop, operator)
        for table in ("event", "secret", "anonymised", "database"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                operator.execute(f"SELECT * FROM gdpr_log.{table}")
    assert who(shop) == [("regress_operator", "regress_operator")]


def test_a_superuser(shop, database):
    """Keys of one owner's table, and references of another's."""
    with psycopg.connect(dbname=database, autocommit=True) as superuser:
        scrubs(shop, superuser)
    assert who(shop) == [("postgres", "postgres")]


def test_a_superuser_as_somebody_else(shop, database):
    with psycopg.connect(dbname=database, autocommit=True) as superuser:
        superuser.execute("SET ROLE regress_operator")
        scrubs(shop, superuser)
        assert superuser.execute("SELECT current_user").fetchone() == ("regress_operator",)
    assert who(shop) == [("postgres", "regress_operator")]


def test_an_owner_of_some_of_the_tables(shop, database):
    """He has his own tables, and no right on what refers to them."""
    with login(database, "regress_owner") as owner:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.letter"):
            owner.execute(SCRUB)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.letter"):
            owner.execute("SELECT * FROM gdpr_scrub_db('{shop.person}')")
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        assert owner.execute("SELECT relation::text, rows FROM gdpr_scrub_db('{shop.note}')").fetchall() == [("shop.note", 100)]
        shop.execute("GRANT SELECT, UPDATE ON shop.letter TO regress_owner")
        scrubs(shop, owner)


@pytest.mark.parametrize("table", ["shop.person", "shop.note", "shop.letter"])
@pytest.mark.parametrize("privilege", ["SELECT", "UPDATE"])
def test_one_privilege_is_missing(shop, database, table, privilege):
    shop.execute(f"REVOKE {privilege} ON {table} FROM regress_operator")
    with login(database, "regress_operator") as operator:
        for call in (SCRUB, SCRUB.replace("()", "(dry_run => true)")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match=table) as raised:
                operator.execute(call)
            assert privilege in f"{raised.value.diag.message_primary}{raised.value.diag.message_detail}{raised.value.diag.message_hint}"
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        shop.execute(f"GRANT {privilege} ON {table} TO regress_operator")
        scrubs(shop, operator)


@pytest.mark.parametrize("taken", ["USAGE ON SCHEMA shop", "SELECT ON shop.note"])
def test_an_owner_who_may_not_read_his_table(shop, database, taken):
    """Rows are read as the owner of the table, also for a superuser. It is said before anything is written."""
    shop.execute(f"REVOKE {taken} FROM regress_owner")
    with psycopg.connect(dbname=database, autocommit=True) as superuser:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="the owner of table shop"):
            superuser.execute(SCRUB)
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        shop.execute(f"GRANT {taken} TO regress_owner")
        scrubs(shop, superuser)


def test_not_allowed_in_this_database(shop, database):
    shop.execute(f"ALTER DATABASE {database} RESET gdpr_ext.allow_scrub")
    with login(database, "regress_operator") as operator:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
            operator.execute(SCRUB)
        assert "gdpr_ext.allow_scrub" in raised.value.diag.message_hint
        for setting in ("gdpr_ext.allow_scrub = on", "gdpr_ext.privacy_by_default = off"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                operator.execute(f"SET {setting}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            operator.execute("ALTER ROLE regress_operator SET gdpr_ext.allow_scrub = on")
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            operator.execute(SCRUB)
    assert shop.execute(UNTOUCHED).fetchone() == (100,)


def test_without_execute(shop, database):
    shop.execute("GRANT USAGE ON SCHEMA shop TO regress_plain; GRANT ALL ON ALL TABLES IN SCHEMA shop TO regress_plain")
    with login(database, "regress_plain") as plain, pytest.raises(psycopg.errors.InsufficientPrivilege, match="gdpr_scrub_db"):
        plain.execute(SCRUB)
    assert shop.execute(UNTOUCHED).fetchone() == (100,)


def test_a_materialized_view_is_its_owners(shop, database):
    """Nobody else may refresh it, and it holds what the tables held."""
    shop.execute("GRANT SELECT ON shop.person TO regress_other; SET ROLE regress_other")
    shop.execute("CREATE MATERIALIZED VIEW shop.names AS SELECT name FROM shop.person; RESET ROLE")
    with login(database, "regress_operator") as operator:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="shop.names"):
            operator.execute(SCRUB)
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        shop.execute("GRANT regress_other TO regress_operator")
        assert set(operator.execute(SCRUB).fetchall()) == ALL | {("shop.names", "refreshed", 100)}
    assert shop.execute("SELECT count(*) FROM shop.names WHERE name <> ''").fetchone() == (0,)
    assert shop.execute("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'shop.names'::regclass").fetchone() == ("regress_other",)


@pytest.mark.parametrize("force", ["", "ALTER TABLE shop.note FORCE ROW LEVEL SECURITY;"], ids=["enabled", "forced"])
def test_policies(shop, database, force):
    """Whom they hide rows from may not scrub: rows that are not read would not be in the new table. Whom they do not, loses none."""
    shop.execute(f"ALTER TABLE shop.note ENABLE ROW LEVEL SECURITY; {force} CREATE POLICY few ON shop.note USING (id < 10)")
    with login(database, "regress_operator") as operator:
        assert operator.execute("SELECT count(*) FROM shop.note").fetchone() == (9,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="note"):
            operator.execute(SCRUB)
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        shop.execute("ALTER ROLE regress_operator BYPASSRLS")
        scrubs(shop, operator)
    assert shop.execute("SELECT count(*), count(*) FILTER (WHERE body = '') FROM shop.note").fetchone() == (100, 100)


def test_large_objects_of_others(shop, database):
    """Only their owner may unlink them."""
    shop.execute("SELECT lo_from_bytea(4711, 'somebody')")
    with login(database, "regress_operator") as operator:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            operator.execute("SELECT * FROM gdpr_scrub_db(large_objects => 'unlink')")
        assert shop.execute(UNTOUCHED).fetchone() == (100,)
        assert shop.execute("SELECT count(*) FROM pg_largeobject_metadata").fetchone() == (1,)


# What is seen from outside.

GATE = """
CREATE FUNCTION shop.pass(value text, number int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF number = 4990 THEN
        PERFORM pg_catalog.pg_advisory_lock_shared(4711);
        PERFORM pg_catalog.pg_advisory_unlock_shared(4711);
    END IF;
    RETURN upper(value);
END $$;
GRANT EXECUTE ON FUNCTION shop.pass TO PUBLIC;
SELECT gdpr_register('shop.note', '{"body": {"strategy": "sql", "expression": "shop.pass(body, number)"}}');
INSERT INTO shop.note SELECT n, n, 'body ' || n FROM generate_series(101, 5000) n;
"""


def test_progress_is_seen_from_another_session(shop, database):
    """As a CLUSTER of the table: which one, how many rows were read and written."""
    shop.execute(GATE)
    shop.execute("SELECT pg_advisory_lock(4711)")
    with login(database, "regress_operator") as operator:
        done, worker = [], operator.info.backend_pid
        thread = threading.Thread(target=lambda: done.extend(operator.execute(SCRUB).fetchall()))
        thread.start()
        try:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s"
            wait_until(lambda: shop.execute(waiting, (worker,)).fetchone() == (1,), "the call did not come to the gate")
            progress = shop.execute("SELECT pid, relid::regclass::text, command, phase, heap_tuples_scanned, heap_tuples_written"
                                    " FROM pg_stat_progress_cluster").fetchall()
            query = shop.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (worker,)).fetchone()[0]
        finally:
            shop.execute("SELECT pg_advisory_unlock(4711)")
            thread.join(60)
    assert len(progress) == 1
    pid, relation, command, phase, scanned, written = progress[0]
    assert (pid, relation) == (worker, "shop.note")
    assert command in ("CLUSTER", "VACUUM FULL") and phase == "seq scanning heap"
    assert 1000 <= max(scanned, written) < 5000
    assert query == SCRUB
    assert set(done) == ALL - {("shop.note", "rewritten", 100)} | {("shop.note", "rewritten", 5000)}
    assert shop.execute("SELECT count(*) FROM pg_stat_progress_cluster").fetchone() == (0,)


def test_a_notice_for_each_table(shop, database):
    """What it has done and how long it took, as it goes along; nothing of any row."""
    said = []
    with login(database, "regress_operator") as operator:
        operator.add_notice_handler(lambda notice: said.append((notice.severity, notice.message_primary, notice.message_detail)))
        operator.execute(SCRUB)
    notices = [message for severity, message, _ in said if severity == "NOTICE"]
    for table in ("shop.person", "shop.note", "shop.letter"):
        assert len([message for message in notices if table in message]) == 1, notices
    assert not [line for line in said if "example.org" in str(line) or "body 1" in str(line)]


def test_two_at_once(shop, database):
    """The second waits for the first, and then scrubs what that has left. Nobody loses rows."""
    with login(database, "regress_operator") as one, login(database, "regress_operator") as two:
        one.execute("BEGIN")
        one.execute(SCRUB)
        done = []

        def run():
            try:
                done.extend(two.execute(SCRUB).fetchall())
            except psycopg.Error as error:
                done.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        waiting, pid = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s", two.info.backend_pid
        wait_until(lambda: shop.execute(waiting, (pid,)).fetchone() != (0,) or done, "the second did not wait")
        assert not done, done
        one.execute("COMMIT")
        thread.join(60)
        assert not thread.is_alive()
    assert set(done) == ALL
    assert shop.execute(JOINED).fetchone() == (100,)
    assert shop.execute("SELECT count(DISTINCT request) FROM gdpr_log.event WHERE action = 'scrubbed'").fetchone() == (2,)


def test_rows_that_are_written_meanwhile(shop, database):
    """Whoever writes has committed before, and is scrubbed, or comes after. In between there is nothing."""
    with login(database, "regress_operator") as operator:
        shop.execute("BEGIN")
        shop.execute("INSERT INTO shop.note VALUES (101, 101, 'body 101')")
        done = []
        thread = threading.Thread(target=lambda: done.extend(operator.execute(SCRUB).fetchall()))
        thread.start()
        with psycopg.connect(dbname=database, autocommit=True) as watcher:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s"
            wait_until(lambda: watcher.execute(waiting, (operator.info.backend_pid,)).fetchone() != (0,), "the scrub did not wait for the writer")
        shop.execute("COMMIT")
        thread.join(60)
    assert ("shop.note", "rewritten", 101) in done
    assert shop.execute("SELECT count(*), count(*) FILTER (WHERE body = '') FROM shop.note").fetchone() == (101, 101)


def test_a_snapshot_that_is_older(shop, database):
    """In REPEATABLE READ rows that were committed since the snapshot cannot be seen, and must not get lost: it is refused, or they are there."""
    with login(database, "regress_operator") as operator:
        operator.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        operator.execute("SELECT count(*) FROM shop.note")
        shop.execute("INSERT INTO shop.note VALUES (101, 101, 'body 101'); INSERT INTO shop.person VALUES ('101@example.org', 101, 'name 101')")
        try:
            operator.execute(SCRUB)
            operator.execute("COMMIT")
        except psycopg.Error as error:
            assert error.sqlstate in ("40001", "25001", "55000"), error
            operator.execute("ROLLBACK")
            assert shop.execute("SELECT count(*) FROM shop.note WHERE body = 'body ' || id").fetchone() == (101,)
    assert shop.execute("SELECT count(*) FROM shop.note").fetchone() == (101,)
    assert shop.execute("SELECT count(*) FROM shop.person").fetchone() == (101,)
