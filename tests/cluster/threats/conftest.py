"""S38: Mallory owns tables that a superuser acts on. Her code must run as her, or not at all. Each file is one threat.

What she tries is always the same, whatever place it is called from: to read a file, a table that is not hers and the secret, to start a program,
and to become a superuser. It is counted by sequences, because these are not rolled back: also what ran in a call that failed is seen.

Each test shows first that the attack works where nobody is careful: a superuser who runs the same code himself is robbed.
"""

from dataclasses import dataclass

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from roles import drop_roles

ROLES = ("regress_mallory", "regress_clerk")

# The wrappers call themselves immutable, which PostgreSQL takes for granted, and do all the same.
SCHEMA = """
CREATE ROLE regress_mallory LOGIN;
CREATE ROLE regress_clerk LOGIN;
CREATE SCHEMA diary;
CREATE TABLE diary.page (id int PRIMARY KEY, line text);
INSERT INTO diary.page VALUES (1, 'Nobody else reads this');
CREATE SCHEMA mallory AUTHORIZATION regress_mallory;
SET ROLE regress_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
CREATE SEQUENCE mallory.ran_as_mallory;
CREATE SEQUENCE mallory.ran_as_another;
CREATE SEQUENCE mallory.got_file;
CREATE SEQUENCE mallory.got_program;
CREATE SEQUENCE mallory.got_diary;
CREATE SEQUENCE mallory.got_secret;
CREATE SEQUENCE mallory.got_superuser;
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA mallory TO PUBLIC;

CREATE FUNCTION mallory.attack() RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
DECLARE
    attempt text[];
BEGIN
    PERFORM nextval((CASE current_user WHEN 'regress_mallory' THEN 'mallory.ran_as_mallory' ELSE 'mallory.ran_as_another' END)::regclass);
    FOREACH attempt SLICE 1 IN ARRAY ARRAY[
        ['mallory.got_file', 'SELECT pg_catalog.pg_read_file(''PG_VERSION'')'],
        ['mallory.got_program', 'COPY (SELECT 1) TO PROGRAM ''cat >/dev/null'''],
        ['mallory.got_diary', 'SELECT line FROM diary.page'],
        ['mallory.got_secret', 'SELECT * FROM gdpr_log.secret'],
        ['mallory.got_superuser', 'ALTER ROLE regress_mallory SUPERUSER']
    ] LOOP
        BEGIN
            EXECUTE attempt[2];
            PERFORM nextval(attempt[1]::regclass);
        EXCEPTION WHEN OTHERS THEN
            NULL; -- refused; the next one
        END;
    END LOOP;
    RETURN true;
END $$;
CREATE FUNCTION mallory.fine(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN mallory.attack(); END';
CREATE FUNCTION mallory.same(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.on_row() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END';
RESET ROLE;
"""
EVERYTHING = {"got_file", "got_program", "got_diary", "got_secret", "got_superuser"}

# What a superuser may ask about a person of Mallory's.
COLLECT = "SELECT * FROM gdpr_collect('mallory.person', 1)"
PREVIEW = "SELECT * FROM gdpr_preview('anonymise', 'mallory.person', 1)"
ANONYMISE = "SELECT * FROM gdpr_anonymise('mallory.person', 1)"
IS_ANONYMISED = "SELECT gdpr_is_anonymised('mallory.person', 1)"
AGAIN = "SELECT * FROM gdpr_anonymise('mallory.person', 1, force => true)"
ALL_CALLS = (COLLECT, PREVIEW, ANONYMISE, IS_ANONYMISED, AGAIN)


@dataclass
class Seen:
    """What came of some statements: how often her code ran as her and as somebody else, what she got, and the errors."""

    as_mallory: int
    as_another: int
    got: set
    errors: list


class Mallory:
    def __init__(self, connection):
        self.connection = connection

    def does(self, statements):
        """Runs statements as Mallory."""
        self.connection.execute("SET ROLE regress_mallory")
        try:
            self.connection.execute(statements)
        finally:
            self.connection.execute("RESET ROLE")

    def counters(self):
        names = ["ran_as_mallory", "ran_as_another", *sorted(EVERYTHING)]
        query = " UNION ALL ".join(f"SELECT '{name}', CASE WHEN is_called THEN last_value ELSE 0 END FROM mallory.{name}" for name in names)
        return dict(self.connection.execute(query).fetchall())

    def seen(self, *statements):
        before, errors = self.counters(), []
        for statement in statements:
            try:
                self.connection.execute(statement)
            except psycopg.Error as error:
                errors.append(error)
                assert self.connection.info.transaction_status != TransactionStatus.INERROR, error
        after = self.counters()
        grown = {name: after[name] - before[name] for name in after}
        return Seen(grown["ran_as_mallory"], grown["ran_as_another"], {name for name in EVERYTHING if grown[name]}, errors)

    def robs_a_superuser(self, *statements):
        """The attack works: a superuser who runs this himself gives her everything. Nothing of it is left."""
        with self.connection.transaction(force_rollback=True):
            seen = self.seen(*statements)
        assert not seen.errors, seen.errors
        assert seen.as_another > 0 and seen.as_mallory == 0
        assert seen.got == EVERYTHING

    def gains_nothing(self, *calls, runs=True, refused=None):
        """A superuser makes these calls: her code runs as her (`runs`), or they are refused with this SQLSTATE, and she gains nothing."""
        seen = self.seen(*calls)
        self.has_nothing(seen)
        codes = {error.sqlstate for error in seen.errors}
        assert codes == ({refused} if refused else set()), seen.errors
        if runs:
            assert seen.as_mallory > 0, "her code did not run at all: the test shows nothing"
        return seen

    def has_nothing(self, seen):
        assert seen.got == set()
        assert seen.as_another == 0, "her code ran with somebody else's rights"
        rights = "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'regress_mallory'"
        assert self.connection.execute(rights).fetchone() == (False, False, False)
        member = "SELECT count(*) FROM pg_auth_members WHERE member = 'regress_mallory'::regrole"
        assert self.connection.execute(member).fetchone() == (0,)
        assert self.connection.execute("SELECT current_user, session_user").fetchone() == ("postgres", "postgres")


@pytest.fixture
def mallory(connection):
    drop_roles(connection, ROLES)
    connection.execute(SCHEMA)
    yield Mallory(connection)
    drop_roles(connection, ROLES)
