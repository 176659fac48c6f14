"""Functions of sources run as their owner, for whoever calls: nobody can have a superuser's function run, put another in its place, or give it other names to find."""

import psycopg
import pytest
from psycopg import sql

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
FUNCTIONS = """
CREATE FUNCTION mallory.collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN NEXT keys; END';
CREATE FUNCTION mallory.erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN NEXT ''{"action": "deleted", "rows": 1}''::jsonb; END';
"""
SUBJECT = """SELECT gdpr_register('mallory.person', '{"name": "blank"}', subject => true)"""
REGISTER = "SELECT gdpr_register_source('hers', 'mallory.collect', 'mallory.erase', 'mallory.person')"
PREVIEW = "SELECT * FROM gdpr_preview('erase', 'mallory.person', 1)"
ANONYMISE = "SELECT * FROM gdpr_anonymise('mallory.person', 1)"
ERASE = "SELECT * FROM gdpr_erase('mallory.person', 1)"
COLLECT = "SELECT * FROM gdpr_collect('mallory.person', 1)"
CALL = """SELECT mallory.erase('mallory.person', '[{"id": 1}]', 'erase')"""


def grants(mallory):
    mallory.connection.execute("GRANT EXECUTE ON FUNCTION gdpr_register_source, gdpr_unregister_source, gdpr_register TO regress_mallory")
    mallory.connection.execute("GRANT EXECUTE ON FUNCTION gdpr_collect(regclass, anyelement), gdpr_erase(regclass, anyelement) TO regress_mallory")


def rows(mallory, question):
    return mallory.connection.execute(question).fetchall()


def tries(mallory, statements):
    """Runs statements as Mallory; nothing of them is left."""
    with mallory.connection.transaction(force_rollback=True):
        mallory.connection.execute("SET LOCAL ROLE regress_mallory")
        mallory.connection.execute(statements)


def test_a_superuser_who_erases_a_person_of_hers(mallory):
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    grants(mallory)
    mallory.robs_a_superuser(CALL)
    mallory.does(REGISTER)
    assert mallory.gains_nothing(ANONYMISE, ERASE).as_mallory == 2


def test_a_collector_cannot_even_count_what_it_has_gained(mallory):
    """A collector writes nothing: not as her, and not as anybody else."""
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    grants(mallory)
    mallory.does(REGISTER)
    mallory.does("""CREATE TABLE mallory.loot (line text);
        CREATE OR REPLACE FUNCTION mallory.collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS
            'BEGIN INSERT INTO mallory.loot VALUES (keys::text); RETURN NEXT keys; END'""")
    seen = mallory.gains_nothing(COLLECT, PREVIEW, runs=False, refused="25006")
    assert [error.diag.message_primary for error in seen.errors] == ['source "hers" failed'] * 2
    assert rows(mallory, "TABLE mallory.loot") == []


WAYS = [
    "SET ROLE postgres",
    "RESET ROLE",
    "SET LOCAL ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "RESET SESSION AUTHORIZATION",
    "SET transaction_read_only = off",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", [COLLECT, ERASE], ids=["collector", "eraser"])
def test_none_becomes_somebody_else(mallory, way, call):
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    grants(mallory)
    mallory.does(REGISTER)
    body = f"""BEGIN BEGIN EXECUTE '{way}'; EXCEPTION WHEN OTHERS THEN NULL; END;
        PERFORM mallory.attack(); RETURN NEXT '{{"action": "deleted", "rows": 1}}'::jsonb; END"""
    for arguments in ("collect(relation regclass, keys jsonb)", "erase(relation regclass, keys jsonb, action text)"):
        mallory.does(sql.SQL("CREATE OR REPLACE FUNCTION mallory.{} RETURNS SETOF jsonb LANGUAGE plpgsql AS {}").format(
            sql.SQL(arguments), sql.Literal(body)).as_string(mallory.connection))
    # A collector cannot move the sequences that count, wherever it gets: then it fails, and has gained nothing.
    refused = "25006" if call == COLLECT else None
    mallory.gains_nothing(call, runs=refused is None, refused=refused)
    assert rows(mallory, "SELECT current_user, session_user, current_setting('transaction_read_only')") == [("postgres", "postgres", "off")]


LEFT_BEHIND = {
    "a temporary table": ("CREATE TEMP TABLE pg_class AS SELECT 1 AS trap;", "SELECT to_regclass('pg_temp.pg_class') IS NULL"),
    "a prepared statement": ("EXECUTE 'PREPARE trap AS SELECT 1';", "SELECT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'trap')"),
    "a search_path": ("SET search_path = mallory, pg_catalog;", "SELECT current_setting('search_path') NOT LIKE 'mallory%'"),
}


@pytest.mark.parametrize("left, question", LEFT_BEHIND.values(), ids=LEFT_BEHIND.keys())
def test_nothing_is_left_behind_in_the_session(mallory, left, question):
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    grants(mallory)
    mallory.does(REGISTER)
    mallory.does(f"""CREATE OR REPLACE FUNCTION mallory.erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM nextval('mallory.ran_as_mallory');
            BEGIN {left} EXCEPTION WHEN OTHERS THEN NULL; END;
            RETURN NEXT '{{"action": "deleted", "rows": 1}}'::jsonb;
        END $$""")
    mallory.gains_nothing(ERASE)
    assert rows(mallory, question) == [(True,)]
    # Where nobody is careful, it is left.
    with mallory.connection.transaction(force_rollback=True):
        mallory.connection.execute(CALL)
        assert rows(mallory, question) == [(False,)]


# A superuser's function that does what it is told for the persons that it is told of.
TRUSTED = """
CREATE SCHEMA trusted;
GRANT USAGE ON SCHEMA trusted TO PUBLIC;
CREATE TABLE trusted.person (id int PRIMARY KEY);
INSERT INTO trusted.person VALUES (1);
CREATE FUNCTION trusted.collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT to_jsonb(p) FROM diary.page p';
CREATE FUNCTION trusted.erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE sql AS
    'DELETE FROM diary.page; SELECT ''{"action": "deleted", "rows": 1}''::jsonb';
"""


@pytest.fixture
def trusted(mallory):
    mallory.connection.execute(TRUSTED)
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    mallory.connection.execute("SELECT gdpr_register('trusted.person', subject => true)")
    grants(mallory)
    return mallory


ATTEMPTS = {
    "by the function": "SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'mallory.person')",
    "with a function of hers": "SELECT gdpr_register_source('diary', 'mallory.collect', 'trusted.erase', 'mallory.person')",
    "for everybody": "SELECT gdpr_register_source('diary', 'mallory.collect')",
    "for another's table": "SELECT gdpr_register_source('diary', 'mallory.collect', 'mallory.erase', 'trusted.person')",
    "past the function": """INSERT INTO gdpr_sources (name, collect, erase, relation)
        VALUES ('diary', 'trusted.collect', 'trusted.erase', 'mallory.person')""",
    "past the function, for everybody": "INSERT INTO gdpr_sources (name, collect) VALUES ('diary', 'mallory.collect')",
}


@pytest.mark.parametrize("restoring", [False, True], ids=["", "as a restore does"])
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_she_cannot_have_a_superusers_function_run(trusted, attempt, restoring):
    """Nor by an empty search_path, by which pg_dump's scripts are known: what may be missing then is not more than a function, and for the extension's owner only."""
    trusted.connection.execute("GRANT SELECT, INSERT, UPDATE ON gdpr_sources TO regress_mallory")
    if restoring:
        attempt = "SET LOCAL search_path = ''; " + attempt.replace("gdpr_", "public.gdpr_")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tries(trusted, attempt)
    assert rows(trusted, "SELECT * FROM gdpr_sources") == []
    # Whoever owns both may.
    trusted.connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'mallory.person')")
    trusted.does(ERASE)
    assert rows(trusted, "SELECT * FROM diary.page") == []


def test_as_a_restore_does_a_function_that_is_not_there_yet(trusted):
    """She would only have to wait until somebody makes it."""
    trusted.connection.execute("GRANT INSERT ON gdpr_sources TO regress_mallory")
    with pytest.raises(psycopg.errors.UndefinedFunction):
        tries(trusted, "SET LOCAL search_path = ''; "
              "INSERT INTO public.gdpr_sources (name, collect, relation) VALUES ('later', 'trusted.later', 'mallory.person')")


def test_a_function_in_the_place_of_one_that_was_dropped(trusted):
    """Others can make functions in that schema, and one of them has the name now: it is not called, and is told nothing."""
    connection = trusted.connection
    connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'trusted.person')")
    connection.execute("GRANT CREATE ON SCHEMA trusted TO regress_mallory; DROP FUNCTION trusted.collect, trusted.erase")
    trusted.does(FUNCTIONS.replace("mallory.collect", "trusted.collect").replace("mallory.erase", "trusted.erase"))
    for call in ("SELECT * FROM gdpr_collect('trusted.person', 1)", "SELECT * FROM gdpr_erase('trusted.person', 1)"):
        seen = trusted.gains_nothing(call, runs=False, refused="42883")
        assert seen.as_mallory == 0
        assert "was dropped, and another function has its name" in seen.errors[0].diag.message_primary
    # Neither does DDL of hers make it known.
    trusted.does("ALTER FUNCTION trusted.collect(regclass, jsonb) RENAME TO other; ALTER FUNCTION trusted.other(regclass, jsonb) RENAME TO collect")
    trusted.gains_nothing("SELECT * FROM gdpr_collect('trusted.person', 1)", runs=False, refused="42883")


def test_one_that_was_renamed_is_followed_and_not_replaced(trusted):
    connection = trusted.connection
    connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'trusted.person')")
    connection.execute("GRANT CREATE ON SCHEMA trusted TO regress_mallory; ALTER FUNCTION trusted.collect RENAME TO renamed")
    trusted.does("""CREATE FUNCTION trusted.collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS
        'BEGIN PERFORM mallory.attack(); END'""")
    trusted.gains_nothing("SELECT * FROM gdpr_collect('trusted.person', 1)", runs=False)
    assert rows(trusted, "SELECT collect FROM gdpr_sources") == [("trusted.renamed",)]


UNQUALIFIED = """
CREATE OR REPLACE FUNCTION trusted.collect(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT to_jsonb(p) FROM page p; END'
"""


def test_names_of_hers_in_the_search_path(trusted):
    """A function without a path of its own finds names in pg_catalog, whatever the caller's path is."""
    connection = trusted.connection
    connection.execute(UNQUALIFIED)
    connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'mallory.person')")
    trusted.does("CREATE VIEW mallory.page AS SELECT mallory.attack() AS line; GRANT SELECT ON mallory.page TO PUBLIC")
    trusted.robs_a_superuser("SET LOCAL search_path = mallory, public", "SELECT trusted.collect('mallory.person', '[]')")
    before = trusted.counters()
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = mallory, public")
        with pytest.raises(psycopg.errors.UndefinedTable), connection.transaction():
            connection.execute(COLLECT)
    assert trusted.counters() == before


def test_temporary_names_of_hers(trusted):
    """PostgreSQL finds temporary tables by whatever path: so the function must have one of its own, or there must be none."""
    connection = trusted.connection
    connection.execute(UNQUALIFIED)
    connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'mallory.person')")
    trusted.does("CREATE TEMP VIEW page AS SELECT mallory.attack() AS line")
    before = trusted.counters()
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        trusted.does(COLLECT)
    assert "could find temporary objects of this session" in refused.value.diag.message_primary
    connection.execute("ALTER FUNCTION trusted.collect SET search_path = diary, pg_catalog, pg_temp")
    trusted.does(COLLECT)
    assert trusted.counters() == before


def test_an_eraser_that_brings_the_person_back(mallory):
    """It is her table, and she could write it later: but no report and no event says that it was erased."""
    mallory.does(TABLE + FUNCTIONS)
    mallory.connection.execute(SUBJECT)
    grants(mallory)
    mallory.does(REGISTER)
    mallory.does("""CREATE OR REPLACE FUNCTION mallory.erase(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM nextval('mallory.ran_as_mallory');
            INSERT INTO mallory.person VALUES (1, 'Ada') ON CONFLICT (id) DO UPDATE SET name = 'Ada';
            RETURN NEXT '{"action": "deleted", "rows": 1}'::jsonb;
        END $$""")
    for call in (ERASE, ANONYMISE, "SELECT * FROM gdpr_delete('mallory.person', 1)"):
        mallory.gains_nothing(call, refused="27000")
    assert rows(mallory, "SELECT * FROM gdpr_log.event") == []
    assert rows(mallory, "TABLE mallory.person") == [(1, "Ada")]


def test_nobody_but_who_registered_changes_it(trusted):
    connection = trusted.connection
    connection.execute("SELECT gdpr_register_source('diary', 'trusted.collect', 'trusted.erase', 'trusted.person')")
    connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON gdpr_sources TO regress_mallory")
    for attempt in (
        "SELECT gdpr_register_source('diary', 'mallory.collect', relation => 'mallory.person')",
        "SELECT gdpr_unregister_source('diary')",
        "DELETE FROM gdpr_sources",
        "UPDATE gdpr_sources SET collect = 'mallory.collect', erase = 'mallory.erase', relation = 'mallory.person'",
        "UPDATE gdpr_sources SET label = 'hers'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tries(trusted, attempt)
    assert rows(trusted, "SELECT collect, relation::text, label FROM gdpr_sources") == [("trusted.collect", "trusted.person", None)]
