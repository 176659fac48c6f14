"""Mallory owns a schema in which a superuser has a table. In the middle of a call her code puts something of hers in its place, under its name.

What is about to run with the superuser's rights, because the table is his, must not be run on what she has put there.
"""

import pytest

from .conftest import ALL_CALLS, ANONYMISE

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int REFERENCES mallory.person, body text);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.note VALUES (11, 1, 'hello');
CREATE TABLE mallory.now_ ();
"""
# The superuser's table, which hangs on hers.
HIS = """
CREATE TABLE mallory.report (id int PRIMARY KEY, note_id int REFERENCES mallory.note, line text);
INSERT INTO mallory.report VALUES (21, 11, 'hello');
SELECT gdpr_register('mallory.person', '{"name": "blank"}', subject => true), gdpr_register('mallory.note', '{"body": "blank"}'),
    gdpr_register('mallory.report', '{"line": "blank"}');
"""
SWAPS = {
    "a table": """
        CREATE TABLE mallory.report (id int PRIMARY KEY, note_id int REFERENCES mallory.note, line text CHECK (mallory.fine(line)));
        INSERT INTO mallory.report VALUES (21, 11, 'hello');
        CREATE TRIGGER t BEFORE UPDATE ON mallory.report FOR EACH ROW EXECUTE FUNCTION mallory.on_row();
    """,
    "a view": """
        CREATE VIEW mallory.report WITH (security_invoker) AS
            SELECT 21 AS id, 11 AS note_id, mallory.same('hello') AS line WHERE mallory.attack();
    """,
}
# Not before she has made up her mind, and only once: the second time it would be her own table.
AWAY = {
    "dropped": "DROP TABLE mallory.report;",
    # His table is alive, under another name. So are her own tables, to which the new one refers, and the functions that count.
    "the schema renamed": """
        ALTER SCHEMA mallory RENAME TO elsewhere; CREATE SCHEMA mallory; GRANT USAGE ON SCHEMA mallory TO PUBLIC;
        ALTER TABLE elsewhere.note SET SCHEMA mallory;
        ALTER FUNCTION elsewhere.attack() SET SCHEMA mallory; ALTER FUNCTION elsewhere.fine(text) SET SCHEMA mallory;
        ALTER FUNCTION elsewhere.same(text) SET SCHEMA mallory; ALTER FUNCTION elsewhere.on_row() SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.ran_as_mallory SET SCHEMA mallory; ALTER SEQUENCE elsewhere.ran_as_another SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_file SET SCHEMA mallory; ALTER SEQUENCE elsewhere.got_program SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_diary SET SCHEMA mallory; ALTER SEQUENCE elsewhere.got_secret SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_superuser SET SCHEMA mallory;
    """,
}
SWAP = """
CREATE FUNCTION mallory.swap() RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('mallory.ran_as_mallory');
    IF (SELECT relowner = 'postgres'::regrole FROM pg_class WHERE oid = to_regclass('mallory.report'))
       AND to_regclass('mallory.now_') IS NULL THEN
        {away}
        {swap}
    END IF;
    RETURN true;
END $$;
CREATE FUNCTION mallory.swapping(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN mallory.swap(); END';
CREATE FUNCTION mallory.swap_for_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.swap(); RETURN NEW; END';
CREATE FUNCTION mallory.swap_by_hook(regclass, jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.swap(); END';
"""
PLACES = {
    "condition": """
        SELECT gdpr_link('mallory.person', '{id}', 'mallory.note', '{person_id}', condition => 'mallory.swapping(target.body)')
    """,
    "trigger": "CREATE TRIGGER s BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.swap_for_row()",
    "trigger on the next table": "CREATE TRIGGER s AFTER UPDATE ON mallory.note FOR EACH ROW EXECUTE FUNCTION mallory.swap_for_row()",
    "before hook": """SELECT gdpr_register('mallory.person', hooks => '{"before": "mallory.swap_by_hook"}')""",
    "after hook": """SELECT gdpr_register('mallory.person', hooks => '{"after": "mallory.swap_by_hook"}')""",
}


def may_create_schemas(mallory):
    grant = "SELECT format('GRANT CREATE ON DATABASE %I TO regress_mallory', current_database())"
    mallory.connection.execute(mallory.connection.execute(grant).fetchone()[0])


@pytest.mark.parametrize("warm", [False, True], ids=["first call", "statements are kept"])
@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())
@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS.keys())
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_in_the_middle_of_a_call(mallory, place, swap, away, warm):
    mallory.does(TABLES)
    mallory.connection.execute(HIS)
    may_create_schemas(mallory)
    mallory.does(SWAP.format(away=away, swap=swap))
    mallory.connection.execute(place)
    if warm:  # the session keeps its statements, which name the table
        with mallory.connection.transaction(force_rollback=True):
            assert not mallory.seen(*ALL_CALLS).errors
    mallory.does("DROP TABLE mallory.now_")
    seen = mallory.seen(*ALL_CALLS)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0
    for error in seen.errors:  # a refusal of ours or the server's, not a broken server
        assert not error.sqlstate.startswith(("XX", "57")), error


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())
@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS.keys())
def test_why_it_matters(mallory, swap, away):
    """She may drop what is in her schema, and a superuser who then touches it is robbed."""
    mallory.does(TABLES)
    mallory.connection.execute(HIS)
    may_create_schemas(mallory)
    mallory.does(SWAP.format(away=away, swap=swap))
    mallory.does("DROP TABLE mallory.now_; SELECT mallory.swap()")
    mallory.robs_a_superuser("SELECT * FROM mallory.report" if "VIEW" in swap else "UPDATE mallory.report SET line = 'x'")


def test_without_her_code_it_works(mallory):
    mallory.does(TABLES)
    mallory.connection.execute(HIS)
    assert not mallory.seen(ANONYMISE).errors
    assert mallory.connection.execute("SELECT line FROM mallory.report").fetchone() == ("",)
