"""A rerun goes by what a log said, or not at all: sources of the wrong shape, of another database, of somebody else, and logs that were edited are refused.

S80 for the source: the chain is broken by a superuser, here, in the file's table, or in the mirror. The caller needs the privileges of the actions.
"""

import contextlib

import psycopg
import pytest
from restore import contents, differences, mirror_database, point_to_mirror, raises, story

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE pet (id int PRIMARY KEY, name text);
INSERT INTO person SELECT n, 'name ' || n, 'mail ' || n FROM generate_series(1, 9) n;
INSERT INTO pet SELECT n, 'pet ' || n FROM generate_series(1, 9) n;
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true), gdpr_register('pet', '{"name": "null"}');
"""
SINCE = "SELECT * FROM gdpr_erase('person', 1); DELETE FROM pet WHERE id = 2; SELECT * FROM gdpr_anonymise('person', 3)"
RERUN = "SELECT * FROM gdpr_rerun({})"


@contextlib.contextmanager
def restored(name):
    with story(SCHEMA, name=name) as told:
        told.execute("SELECT * FROM gdpr_erase('person', 9)")
        told.execute("SELECT gdpr_log_seal()")
        told.back_up()
        told.execute(SINCE)
        told.lose()
        told.restore(file=False)
        told.table_of_events()
        yield told


@pytest.fixture(scope="module")
def told():
    """One for all that is refused: nothing of it changes anything."""
    with restored("gdpr_rerun_refused") as told:
        yield told


@pytest.fixture(scope="module")
def lost_once():
    with restored("gdpr_rerun_lost") as told:
        told.keep()
        yield told


@pytest.fixture
def lost(lost_once):
    """For what is not refused after all."""
    lost_once.again()
    return lost_once


def refused(told, sqlstate, arguments, name=None):
    diagnosis = raises(told, sqlstate, RERUN.format(arguments))
    if name is not None:
        assert name in f"{diagnosis.message_primary} {diagnosis.message_detail} {diagnosis.message_hint}", diagnosis.message_primary
    assert diagnosis.message_hint, f"{diagnosis.message_primary}: no hint"
    dry = f"{arguments}, dry_run => true" if arguments else "dry_run => true"
    assert raises(told, sqlstate, RERUN.format(dry)).message_primary == diagnosis.message_primary
    return diagnosis


def test_no_source(told):
    """Neither a mirror nor a file."""
    refused(told, "55000", "")
    refused(told, "55000", "NULL")


def test_an_unknown_way_to_decide(told):
    for word in ("aply", "", "APPLY", "delete"):
        refused(told, "22023", f"'gdpr_lost.event', on_mismatch => '{word}'")
    raises(told, "22004", RERUN.format("'gdpr_lost.event', on_mismatch => NULL"))
    raises(told, "22004", RERUN.format("'gdpr_lost.event', dry_run => NULL"))


@pytest.mark.parametrize("change, names", [
    ("ALTER TABLE gdpr_lost.odd DROP keys", ["keys"]),
    ("ALTER TABLE gdpr_lost.odd DROP keys, DROP transaction, DROP \"session_user\"", ["keys", "transaction", "session_user"]),
    ("ALTER TABLE gdpr_lost.odd ALTER rows TYPE int", ["rows"]),
    ("ALTER TABLE gdpr_lost.odd ALTER keys TYPE json", ["keys"]),
    ("ALTER TABLE gdpr_lost.odd ALTER at TYPE timestamp", ["at"]),
    ("ALTER TABLE gdpr_lost.odd ALTER id TYPE text", ["id"]),
    ("ALTER TABLE gdpr_lost.odd ADD void text", ["void"]),
    ("ALTER TABLE gdpr_lost.odd ADD log int", ["log"]),
])
def test_a_table_of_another_shape(told, change, names):
    told.execute("DROP TABLE IF EXISTS gdpr_lost.odd; CREATE TABLE gdpr_lost.odd AS TABLE gdpr_lost.event;" + change)
    diagnosis = refused(told, "42804", "'gdpr_lost.odd'")
    for name in names:
        assert name in f"{diagnosis.message_primary} {diagnosis.message_detail}"


def test_columns_in_another_order_are_no_other_shape(lost):
    names = "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'gdpr_lost.event'::regclass AND attnum > 0 ORDER BY attname"
    columns = [name for name, in lost.rows(names)]
    lost.execute(f"CREATE TABLE gdpr_lost.sorted AS SELECT 'mine' AS extra, {', '.join(columns)} FROM gdpr_lost.event")
    assert {row[2] for row in lost.outcomes("'gdpr_lost.sorted'")} == {"applied"}
    lost.as_before_the_loss()


def test_what_is_no_table(told):
    told.execute("CREATE OR REPLACE VIEW gdpr_lost.view AS TABLE gdpr_lost.event; CREATE SEQUENCE IF NOT EXISTS gdpr_lost.number")
    # Whoever owns what a view reads decides later what it says.
    assert raises(told, "42809", RERUN.format("'gdpr_lost.view'"))
    assert raises(told, "42809", RERUN.format("'gdpr_lost.number'"))
    assert raises(told, "42P01", RERUN.format("'gdpr_lost.nothing'"))


@pytest.mark.parametrize("kind", ["MATERIALIZED VIEW", "UNLOGGED TABLE", "TEMPORARY TABLE"])
def test_other_tables(lost, kind):
    name = "copied" if kind.startswith("TEMP") else "gdpr_lost.copied"
    lost.execute(f"CREATE {kind} {name} AS TABLE gdpr_lost.event")
    assert {row[2] for row in lost.outcomes(f"'{name}'")} == {"applied"}
    lost.as_before_the_loss()


def test_a_materialized_view_that_nobody_has_filled(told):
    told.execute("CREATE MATERIALIZED VIEW IF NOT EXISTS gdpr_lost.empty AS TABLE gdpr_lost.event WITH NO DATA")
    assert raises(told, "55000", RERUN.format("'gdpr_lost.empty'"))


def test_a_table_of_somebody_else(told):
    """Whoever can write the source can have anybody erased."""
    told.execute("DROP TABLE IF EXISTS gdpr_lost.theirs; CREATE TABLE gdpr_lost.theirs AS TABLE gdpr_lost.event; CREATE ROLE regress_stranger")
    try:
        told.execute("ALTER TABLE gdpr_lost.theirs OWNER TO regress_stranger")
        refused(told, "42501", "'gdpr_lost.theirs'", "theirs")
    finally:
        told.execute("DROP OWNED BY regress_stranger; DROP ROLE regress_stranger")


def test_events_of_another_database(told):
    """Origins that neither the log nor gdpr_log.database knows."""
    told.execute("DROP TABLE IF EXISTS gdpr_lost.foreign_event; CREATE TABLE gdpr_lost.foreign_event AS TABLE gdpr_lost.event")
    told.execute("UPDATE gdpr_lost.foreign_event SET origin = '7000000000000000000/5/1', id = gen_random_uuid()")
    refused(told, "22023", "'gdpr_lost.foreign_event'")
    # A database beside it, in the same cluster.
    told.execute("UPDATE gdpr_lost.foreign_event f SET origin = split_part(e.origin, '/', 1) || '/5/1' FROM gdpr_log.event e")
    refused(told, "22023", "'gdpr_lost.foreign_event'")


def test_only_events_of_other_logs(lost):
    """A shared table: of rows of another log, and of void ones, nothing is applied."""
    lost.execute("ALTER TABLE gdpr_lost.event ADD log text, ADD void boolean")
    lost.execute("UPDATE gdpr_lost.event SET log = gdpr_secret_check(), void = false")
    lost.execute("UPDATE gdpr_lost.event SET log = 'another' WHERE call = 'erase' AND keys = '[1]'")
    lost.execute("UPDATE gdpr_lost.event SET void = true WHERE call = 'DELETE'")
    assert lost.outcomes("'gdpr_lost.event'") == [("public.person", "anonymised", "applied", 1)]
    assert lost.rows("SELECT (SELECT count(*) FROM person WHERE id = 1), (SELECT count(*) FROM pet WHERE id = 2)") == [(1, 1)]
    # They are of this log after all.
    lost.execute("UPDATE gdpr_lost.event SET log = gdpr_secret_check(), void = NULL")
    assert lost.outcomes("'gdpr_lost.event'") == [("public.person", "deleted", "applied", 1), ("public.pet", "deleted", "applied", 1)]
    lost.as_before_the_loss()


# An event that nobody has sealed may have been put in by whoever looks after the mirror. It has no power over what no event of a log is ever about.
FORGED = {
    "the log": {"relation": "'gdpr_log.event'", "keys": "(SELECT jsonb_build_array(id) FROM gdpr_log.event LIMIT 1)"},
    "the secret": {"relation": "'gdpr_log.secret'", "key_columns": "'{made_at}'", "keys": "'[\"0123456789abcdef0123456789abcdef\"]'"},
    "the registry": {"relation": "'public.gdpr_registry'", "key_columns": "'{relation}'", "keys": "jsonb_build_array('person'::regclass::oid::bigint)"},
    "a catalog": {"relation": "'pg_catalog.pg_proc'", "key_columns": "'{oid}'", "keys": "jsonb_build_array('now'::regproc::oid::bigint)"},
    "a temporary table": {"relation": "'pg_temp.mine'"},
    "an index": {"relation": "'public.person_pkey'"},
    "a column that references nothing": {"relation": "'public.person'", "keys": "'[4]'", "action": "'detached'", "columns": "'{name}'", "fingerprints": "NULL"},
    "the key": {"relation": "'public.person'", "keys": "'[4]'", "action": "'detached'", "columns": "'{id}'", "fingerprints": "NULL"},
    "a column without a rule": {"relation": "'public.pet'", "keys": "'[4]'", "action": "'anonymised'", "columns": "'{id}'"},
    "a system column": {"relation": "'public.pet'", "keys": "'[4]'", "action": "'anonymised'", "columns": "'{ctid}'"},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_events_that_no_log_has_written(told, forged):
    event = {"action": "'deleted'", "rows": "1", "key_columns": "'{id}'", "keys": "'[1]'", "columns": "'{*}'", "fingerprints": r"'\x00000000'"} | forged
    with told.connection.transaction(force_rollback=True):
        told.execute("CREATE TEMP TABLE mine (id int PRIMARY KEY); INSERT INTO mine VALUES (1)")
        told.execute("CREATE TABLE gdpr_lost.forged AS SELECT * FROM gdpr_lost.event ORDER BY id DESC LIMIT 1")
        told.execute(f"UPDATE gdpr_lost.forged SET id = gen_random_uuid(), {', '.join(f'{column} = {value}' for column, value in event.items())}")
        questions = ("SELECT count(*) FROM gdpr_log.secret", "SELECT count(*) FROM gdpr_registry", "SELECT count(*) FROM pg_proc", "TABLE mine")
        before, log, system = contents(told.connection), told.log(), [told.rows(question) for question in questions]
        [reported] = told.outcomes("'gdpr_lost.forged', on_mismatch => 'apply'")
        assert reported[2] in ("no such table", "no rule", "needs decision")
        assert differences(before, contents(told.connection)) == []
        assert log.items() <= told.log().items() and [told.rows(question) for question in questions] == system


@pytest.mark.parametrize("forged", [
    "relation = 'not a name('", "relation = 'a.b.c.d'", "action = 'frob'", "keys = '\"1\"'", "keys = '[true]'", "keys = '[[1, 2]]'",
])
def test_events_that_cannot_be_read(told, forged):
    """An error, or a line in the report; the message says nothing of a row."""
    with told.connection.transaction(force_rollback=True):
        told.execute(f"CREATE TABLE gdpr_lost.forged AS SELECT * FROM gdpr_lost.event ORDER BY id DESC LIMIT 1; UPDATE gdpr_lost.forged SET {forged}")
        before = contents(told.connection)
        try:
            with told.connection.transaction():
                [reported] = told.outcomes("'gdpr_lost.forged', on_mismatch => 'apply'")
            assert reported[2] in ("no such table", "needs decision")
        except psycopg.Error as error:
            assert error.sqlstate in ("22P02", "22023", "42602", "42601"), error
            assert "Failing row" not in str(error)
        assert differences(before, contents(told.connection)) == []


# Who may

def test_s70_a_caller_without_privileges(told):
    """As for the actions: EXECUTE is nobody's by default, and then the tables' own privileges count; the message names the table."""
    told.execute("CREATE ROLE regress_clerk")
    try:
        told.execute("SET ROLE regress_clerk")
        assert raises_as(told, "42501", RERUN.format("'gdpr_lost.event'"))
        told.execute("RESET ROLE")
        told.execute("GRANT EXECUTE ON FUNCTION gdpr_rerun(regclass, boolean, text) TO regress_clerk")
        told.execute("GRANT USAGE ON SCHEMA gdpr_log, gdpr_lost TO regress_clerk")
        told.execute("GRANT SELECT ON gdpr_lost.event TO regress_clerk; GRANT SELECT, DELETE, UPDATE ON person TO regress_clerk")
        for privileges in ([], ["SELECT"], ["SELECT", "UPDATE"]):
            told.execute("".join(f"GRANT {privilege} ON pet TO regress_clerk;" for privilege in privileges) or "SELECT")
            told.execute("SET ROLE regress_clerk")
            assert "pet" in raises_as(told, "42501", RERUN.format("'gdpr_lost.event'")).message_primary
            if privileges:
                told.outcomes("'gdpr_lost.event', dry_run => true")  # looking takes what looking takes
            else:
                assert "pet" in raises_as(told, "42501", RERUN.format("'gdpr_lost.event', dry_run => true")).message_primary
            told.execute("RESET ROLE")
        told.execute("REVOKE UPDATE ON person FROM regress_clerk; GRANT DELETE ON pet TO regress_clerk; SET ROLE regress_clerk")
        assert "person" in raises_as(told, "42501", RERUN.format("'gdpr_lost.event'")).message_primary
    finally:
        told.execute("RESET ROLE; DROP OWNED BY regress_clerk; DROP ROLE regress_clerk")


def raises_as(told, sqlstate, statement):
    with pytest.raises(psycopg.Error) as raised:
        told.execute(statement)
    assert raised.value.sqlstate == sqlstate, raised.value
    return raised.value.diag


def test_s70_a_caller_with_the_privileges_of_the_actions(lost):
    lost.execute("CREATE ROLE regress_clerk")
    try:
        lost.execute("GRANT EXECUTE ON FUNCTION gdpr_rerun(regclass, boolean, text) TO regress_clerk; GRANT USAGE ON SCHEMA gdpr_lost TO regress_clerk")
        lost.execute("GRANT SELECT ON gdpr_lost.event TO regress_clerk; GRANT SELECT, DELETE, UPDATE ON person, pet TO regress_clerk")
        lost.execute("SET ROLE regress_clerk")
        assert {row[2] for row in lost.outcomes("'gdpr_lost.event'")} == {"applied"}
        lost.execute("RESET ROLE")
        lost.as_before_the_loss()
        assert lost.value("SELECT \"current_user\"::text FROM gdpr_log.event WHERE action = 'rerun'") == "regress_clerk"
    finally:
        lost.execute("RESET ROLE; DROP OWNED BY regress_clerk; DROP ROLE regress_clerk")


def test_in_a_read_only_transaction(told):
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), told.connection.transaction():
        told.execute("SET TRANSACTION READ ONLY")
        told.execute(RERUN.format("'gdpr_lost.event'"))


# S80: an edited log

COLUMNS = (
    'request, at, transaction, "session_user", "current_user", call, subject, relation, action, rows, key_columns, keys, columns, fingerprints, ground,'
    " registry_version, reason, origin, log"
)
EDITS = [
    "UPDATE {0} SET keys = '[7]' WHERE call = 'DELETE'",
    "UPDATE {0} SET relation = 'public.person' WHERE call = 'DELETE'",
    "UPDATE {0} SET action = 'kept', columns = '{{}}', fingerprints = NULL WHERE call = 'DELETE'",
    "UPDATE {0} SET at = at + interval '1 second' WHERE call = 'DELETE'",
    "UPDATE {0} SET fingerprints = set_byte(fingerprints, 0, 255 - get_byte(fingerprints, 0)) WHERE call = 'DELETE'",
    "DELETE FROM {0} WHERE call = 'DELETE'",
    "INSERT INTO {0} (id, " + COLUMNS + ") SELECT gen_random_uuid(), " + COLUMNS.replace("keys", "'[8]'") + " FROM {0} WHERE call = 'DELETE'",
]


@pytest.fixture(scope="module")
def sealed():
    """Lost with a log that was sealed to its end, in a file and in a mirror."""
    with mirror_database() as mirror, story(SCHEMA, name="gdpr_rerun_sealed") as told:
        point_to_mirror(told, None, mirror.info.dbname)
        told.execute("SELECT * FROM gdpr_erase('person', 9)")
        told.execute("SELECT gdpr_log_seal()")
        told.back_up()
        told.execute(SINCE)
        told.execute("SELECT gdpr_log_seal()")
        told.execute("SELECT * FROM gdpr_log_mirror_sync()")
        told.victim = told.value("SELECT id FROM gdpr_log.event WHERE call = 'DELETE'")
        told.comes_back()
        mirror.execute("CREATE TABLE event AS TABLE gdpr_mirror.event; CREATE TABLE seal AS TABLE gdpr_mirror.seal")
        yield told, mirror


def broken(told, source, id_):
    """Refused, and the event named; nothing has changed."""
    diagnosis = raises(told, "XX001", RERUN.format(source))
    assert diagnosis.message_hint
    said = f"{diagnosis.message_primary} {diagnosis.message_detail}"
    assert id_ is None or str(id_) in said, said
    raises(told, "XX001", RERUN.format(f"{source}, dry_run => true" if source else "dry_run => true"))
    assert told.value("SELECT restored FROM gdpr_log.status")


def edit_mirror(mirror, statement):
    """By a superuser of the other side, who first puts back what was there."""
    mirror.execute(
        "BEGIN; ALTER TABLE gdpr_mirror.event DISABLE TRIGGER ALL; ALTER TABLE gdpr_mirror.seal DISABLE TRIGGER ALL;"
        "TRUNCATE gdpr_mirror.event, gdpr_mirror.seal; INSERT INTO gdpr_mirror.event TABLE event; INSERT INTO gdpr_mirror.seal TABLE seal;"
        f"{statement}; COMMIT"
    )


@pytest.mark.parametrize("edit", EDITS, ids=["key", "table", "action", "time", "fingerprint", "taken out", "put in"])
def test_s80_an_edited_file_or_mirror(sealed, edit):
    """In gdpr_log.imported by a superuser here, and in the mirror by one there."""
    told, mirror = sealed
    victim = None if edit.startswith("INSERT") else told.victim
    with told.connection.transaction(force_rollback=True):
        told.execute(edit.format("gdpr_log.imported"))
        broken(told, "'gdpr_log.imported'", victim)
    edit_mirror(mirror, edit.format("gdpr_mirror.event"))
    broken(told, "", victim)


@pytest.mark.parametrize("edit", [
    "UPDATE {0} SET entries = substr(entries, 49) WHERE number = 2",
    "UPDATE {0} SET snapshot = '1:1:' WHERE number = 2",
    "UPDATE {0} SET digest = sha256(digest) WHERE number = 2",
])
def test_s80_an_edited_seal(sealed, edit):
    told, mirror = sealed
    with told.connection.transaction(force_rollback=True):
        told.execute(edit.format("gdpr_log.imported_seal"))
        broken(told, "'gdpr_log.imported'", None)
    edit_mirror(mirror, edit.format("gdpr_mirror.seal"))
    broken(told, "", None)


def test_s80_what_was_not_sealed_cannot_be_verified_and_is_applied(lost):
    lost.execute("UPDATE gdpr_lost.event SET reason = 'changed' WHERE call = 'DELETE'")
    assert {row[2] for row in lost.outcomes("'gdpr_lost.event'")} == {"applied"}
    assert lost.now_differs() == []
