"""S38 for ON DELETE ANONYMISE: a plain DELETE changes tables of somebody else.

Mallory owns the referencing table, or the referenced one, or may only delete. What runs in the referencing table is its owner's, and has his rights:
never those of whoever deletes, nor those of the extension's owner, who makes the triggers.
"""

import contextlib

import psycopg
import pytest
from conftest import make_database
from psycopg import sql

from .own_functions import calls
from .test_event_log_forged import FORGERIES, everything_logged
from .test_rule_text_injection import HOSTILE
from .test_set_role_inside import FUNCTION as BECOME
from .test_set_role_inside import LEFT_BEHIND, WAYS
from .test_table_swapped import may_create_schemas

# A superuser's people, and what Mallory keeps about them.
HIS_PEOPLE = """
CREATE TABLE diary.person (id int PRIMARY KEY, name text);
INSERT INTO diary.person VALUES (0, 'nobody'), (1, 'Ada'), (2, 'Bea'), (3, 'Cy');
GRANT USAGE ON SCHEMA diary TO regress_mallory; GRANT REFERENCES ON diary.person TO regress_mallory;
SELECT gdpr_register('diary.person', '{"name": "null"}', subject => true);
"""
HER_REVIEWS = """
CREATE TABLE mallory.review (id int PRIMARY KEY, person_id int DEFAULT 0 REFERENCES diary.person ON DELETE CASCADE, body text, name text);
INSERT INTO mallory.review VALUES (11, 1, 'Lovely', 'Ada'), (12, 2, 'Nice', 'Bea'), (13, 3, 'Cold', 'Cy');
"""
REGISTER = """SELECT gdpr_register('mallory.review', '{"body": "blank"}')"""
DECLARE = "SELECT gdpr_on_delete('mallory.review', '{person_id}')"
EVENTS = "SELECT call, subject, relation, action, keys FROM gdpr_log.event ORDER BY id"
OF_ADA = [
    ("ON DELETE", "diary.person", "mallory.review", "anonymised", [11]),
    ("ON DELETE", "diary.person", "mallory.review", "detached", [11]),
    ("DELETE", "diary.person", "diary.person", "deleted", [1]),
]


@pytest.fixture
def review(mallory):
    """The superuser's people and her table, which nothing is declared for yet."""
    mallory.connection.execute(HIS_PEOPLE)
    mallory.does(HER_REVIEWS)
    return mallory


# Mallory owns the referencing table.

# Where her code can be, as statements of hers; how a superuser is robbed by it; and what is registered then.
UPDATE = "UPDATE mallory.review SET body = 'x'"
WITH_SQL = """SELECT gdpr_register('mallory.review', '{"body": {"strategy": "sql", "expression": "mallory.same(body)"}}')"""
WITH_DEFAULT = """SELECT gdpr_register('mallory.review', '{"body": "default"}')"""
SET_DEFAULT = "SELECT gdpr_on_delete('mallory.review', '{person_id}', 'SET DEFAULT')"
ON_ROW = "CREATE TRIGGER t {} ON mallory.review FOR EACH {} EXECUTE FUNCTION mallory.on_row()"
HOOK = "CREATE FUNCTION mallory.hook(regclass, jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END'"
AT = """SELECT gdpr_register('mallory.review', '{"body": "blank"}', hooks => '{"%s": "mallory.hook"}')"""
CALL_HOOK = "SELECT mallory.hook('mallory.review', '[]')"
PLACES = {
    "trigger before row": (ON_ROW.format("BEFORE UPDATE", "ROW"), UPDATE, REGISTER, DECLARE),
    "trigger after row": (ON_ROW.format("AFTER UPDATE OF person_id", "ROW"), "UPDATE mallory.review SET person_id = 0", REGISTER, DECLARE),
    "trigger before statement": (ON_ROW.format("BEFORE UPDATE", "STATEMENT"), UPDATE, REGISTER, DECLARE),
    "trigger after statement": (ON_ROW.format("AFTER UPDATE", "STATEMENT"), UPDATE, REGISTER, DECLARE),
    "condition of a trigger": (
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW WHEN (mallory.fine(OLD.body))"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        UPDATE, REGISTER, DECLARE,
    ),
    "check": ("ALTER TABLE mallory.review ADD CHECK (mallory.fine(body))", UPDATE, REGISTER, DECLARE),
    "generated column": (
        "ALTER TABLE mallory.review ADD twice text GENERATED ALWAYS AS (mallory.same(body)) STORED", UPDATE, REGISTER, DECLARE,
    ),
    "index expression": ("CREATE INDEX ON mallory.review (mallory.same(body))", UPDATE, REGISTER, DECLARE),
    "domain": (
        "CREATE DOMAIN mallory.text_ AS text CHECK (mallory.fine(VALUE)); ALTER TABLE mallory.review ALTER body TYPE mallory.text_",
        UPDATE, REGISTER, DECLARE,
    ),
    "sql rule": ("", "SELECT mallory.same('x')", WITH_SQL, DECLARE),
    "default of a column": (
        "ALTER TABLE mallory.review ALTER body SET DEFAULT mallory.same('x')", "UPDATE mallory.review SET body = DEFAULT", WITH_DEFAULT, DECLARE,
    ),
    "default of the key": (
        "ALTER TABLE mallory.review ALTER person_id SET DEFAULT mallory.same('0')::int",
        "UPDATE mallory.review SET person_id = DEFAULT", REGISTER, SET_DEFAULT,
    ),
    "hook before": (HOOK, CALL_HOOK, AT % "before", DECLARE),
    "hook after": (HOOK, CALL_HOOK, AT % "after", DECLARE),
}
# By whatever way his row goes.
CASCADE = """
CREATE TABLE diary.company (id int PRIMARY KEY);
INSERT INTO diary.company VALUES (1);
ALTER TABLE diary.person ADD company_id int REFERENCES diary.company ON DELETE CASCADE;
UPDATE diary.person SET company_id = 1 WHERE id = 1;
"""
DELETES = {
    "DELETE": ("", "DELETE FROM diary.person WHERE id = 1"),
    "cascade": (CASCADE, "DELETE FROM diary.company"),
    "gdpr_erase": ("SELECT gdpr_register('mallory.review', on_erase => 'anonymise')", "SELECT * FROM gdpr_erase('diary.person', 1)"),
    "gdpr_erase of a stranger's": (
        "SELECT gdpr_link('diary.person', '{id}', 'mallory.review', '{person_id}', kind => 'ignore')",
        "SELECT * FROM gdpr_erase('diary.person', 1)",
    ),
}


@pytest.mark.parametrize("by", ["DELETE", "gdpr_erase of a stranger's"])
@pytest.mark.parametrize("place", PLACES)
def test_her_code_in_the_referencing_table(review, place, by):
    made, robs, register, declare = PLACES[place]
    before, delete = DELETES[by]
    if made:
        review.does(made)
    review.robs_a_superuser(robs)
    for statement in filter(None, (register, declare, before)):
        review.connection.execute(statement)
    review.gains_nothing(delete)
    left = "SELECT person_id, body FROM mallory.review WHERE id = 11"
    assert review.connection.execute(left).fetchone()[0] == (0 if declare == SET_DEFAULT else None)
    assert review.connection.execute("SELECT id FROM diary.person ORDER BY id").fetchall() == [(0,), (2,), (3,)]


@pytest.mark.parametrize("by", DELETES)
def test_by_whatever_way_the_row_goes(review, by):
    """Where the statement is PostgreSQL's own, of a foreign key that cascades, or the action's."""
    before, delete = DELETES[by]
    review.does(ON_ROW.format("BEFORE UPDATE", "ROW"))
    review.robs_a_superuser(UPDATE)
    for statement in filter(None, (REGISTER, DECLARE, before)):
        review.connection.execute(statement)
    review.gains_nothing(delete)
    assert review.connection.execute("SELECT person_id, body FROM mallory.review WHERE id = 11").fetchone() == (None, "")


@pytest.mark.parametrize("way", WAYS)
def test_she_cannot_become_somebody_else_inside(review, way):
    review.does(BECOME.format(way=way).replace("mallory.person", "mallory.review"))
    review.gains_nothing(REGISTER, DECLARE, "DELETE FROM diary.person WHERE id = 1")
    assert review.connection.execute("SELECT body FROM mallory.review WHERE id = 11").fetchone() == ("",)


@pytest.mark.parametrize("left, question, trap", LEFT_BEHIND.values(), ids=LEFT_BEHIND.keys())
def test_she_leaves_nothing_behind_in_the_session(review, left, question, trap):
    review.does(
        "CREATE FUNCTION mallory.leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('mallory.ran_as_mallory');"
        f" BEGIN {left} EXCEPTION WHEN OTHERS THEN NULL; END; RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.leave()"
    )
    connection = review.connection
    before = connection.execute(question).fetchone()[0]
    connection.execute(REGISTER)
    connection.execute(DECLARE)
    review.gains_nothing("DELETE FROM diary.person WHERE id = 1")
    assert connection.execute(question).fetchone()[0] == before
    with connection.transaction(force_rollback=True):
        connection.execute(UPDATE)  # where nobody is careful, it is left
        assert trap in connection.execute(question).fetchone()[0]


@pytest.mark.parametrize("initially", ["DEFERRED", "IMMEDIATE"])
def test_nothing_of_hers_waits_for_the_end_of_the_transaction(review, initially):
    review.does(
        f"CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON mallory.review DEFERRABLE INITIALLY {initially}"
        " FOR EACH ROW EXECUTE FUNCTION mallory.on_row()"
    )
    review.robs_a_superuser(UPDATE, "SET CONSTRAINTS ALL IMMEDIATE")
    deferring = "DO $$ BEGIN SET CONSTRAINTS ALL DEFERRED; DELETE FROM diary.person WHERE id = 1; END $$"
    seen = review.seen(REGISTER, DECLARE, deferring, "DELETE FROM diary.person WHERE id = 2")
    review.has_nothing(seen)
    assert seen.as_mallory > 0 or {error.sqlstate for error in seen.errors} == {"42501"}, seen.errors
    # What was refused was not done by half.
    there = "SELECT count(*) FROM mallory.review WHERE (person_id IS NULL) <> (body = '')"
    assert review.connection.execute(there).fetchone() == (0,)


def test_she_cannot_keep_the_person_by_her_code(review):
    """A trigger that undoes the change, or a rule that takes it away: the DELETE fails, and her rows have their person."""
    connection = review.connection
    connection.execute(REGISTER)
    connection.execute(DECLARE)
    rules = [
        "CREATE RULE r AS ON UPDATE TO mallory.review DO INSTEAD NOTHING",
        "CREATE FUNCTION mallory.undo() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.undo()",
        "CREATE FUNCTION mallory.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.swallow()",
        "CREATE FUNCTION mallory.back() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.body := OLD.body; RETURN NEW; END';"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.back()",
        "CREATE FUNCTION mallory.stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.person_id := OLD.person_id; RETURN NEW; END';"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.stay()",
    ]
    for rule in rules:
        with connection.transaction(force_rollback=True):
            review.does(rule)
            with pytest.raises(psycopg.Error) as raised, connection.transaction():
                connection.execute("DELETE FROM diary.person WHERE id = 1")
            assert raised.value.sqlstate in ("27000", "23503", "55000", "0A000"), (rule, raised.value)
            assert connection.execute("SELECT person_id, body FROM mallory.review WHERE id = 11").fetchone() == (1, "Lovely")
            assert connection.execute(EVENTS).fetchall() == []
    connection.execute("DELETE FROM diary.person WHERE id = 1")
    assert connection.execute(EVENTS).fetchall() == OF_ADA


# Mallory may only delete.

# Clerk owns two tables, and his trigger does not say in which schema its names are.
HIS_TABLES = """
CREATE SCHEMA clerk AUTHORIZATION regress_clerk;
SET ROLE regress_clerk;
GRANT USAGE ON SCHEMA clerk TO regress_mallory;
CREATE TABLE clerk.person (id int PRIMARY KEY, name text);
CREATE TABLE clerk.review (id int PRIMARY KEY, person_id int REFERENCES clerk.person ON DELETE CASCADE, body text);
CREATE TABLE clerk.audit (line text);
INSERT INTO clerk.person VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Cy');
INSERT INTO clerk.review VALUES (11, 1, 'Lovely'), (12, 2, 'Nice'), (13, 3, 'Cold');
GRANT SELECT, DELETE ON clerk.person TO regress_mallory;
CREATE FUNCTION clerk.tidy(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION clerk.on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
CREATE TRIGGER on_change BEFORE UPDATE ON clerk.review FOR EACH ROW EXECUTE FUNCTION clerk.on_change();
RESET ROLE;
SELECT gdpr_register('clerk.person', '{{"name": "blank"}}', subject => true), gdpr_register('clerk.review', '{{"body": "blank"}}');
SELECT gdpr_on_delete('clerk.review', '{{person_id}}');
"""
# What his trigger does by name, and what she puts in the way of it.
NAMES = {
    "function": (
        "PERFORM tidy(NEW.body);",
        "CREATE FUNCTION mallory.tidy(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END'",
    ),
    "function of pg_catalog": (
        "PERFORM upper(NEW.body);",
        "CREATE FUNCTION mallory.upper(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END'",
    ),
    "operator": (
        "PERFORM NEW.id = 1;",
        "CREATE FUNCTION mallory.equal(int, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN true; END';"
        "CREATE OPERATOR mallory.= (LEFTARG = int, RIGHTARG = int, FUNCTION = mallory.equal)",
    ),
    "table": (
        "INSERT INTO audit VALUES ('changed');",
        "CREATE TABLE mallory.audit (line text DEFAULT 'x' CHECK (mallory.fine(line))); GRANT INSERT ON mallory.audit TO PUBLIC",
    ),
    "type": (
        "PERFORM '7'::label;",
        "CREATE DOMAIN mallory.label AS text CHECK (mallory.fine(VALUE))",
    ),
}
HOSTILE_PATH = "SET search_path = mallory, pg_catalog, public"


@pytest.fixture
def clerk(mallory):
    """Makes Clerk's tables with a body of his trigger."""
    yield lambda body: mallory.connection.execute(HIS_TABLES.format(body=body)) and mallory
    mallory.connection.execute("RESET ROLE; RESET search_path; DROP SCHEMA IF EXISTS clerk CASCADE")


@pytest.mark.parametrize("body, shadow", NAMES.values(), ids=NAMES.keys())
def test_her_search_path_does_not_say_what_his_trigger_means(clerk, body, shadow):
    mallory = clerk(body)
    connection = mallory.connection
    mallory.does(shadow)
    # He who has her schema in front of his own is robbed.
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE regress_clerk")
        connection.execute(HOSTILE_PATH)
        robbed = mallory.seen("UPDATE clerk.review SET body = 'x'")
    assert robbed.as_another > 0, robbed.errors

    connection.execute(HOSTILE_PATH)
    connection.execute("SET ROLE regress_mallory")
    seen = mallory.seen("DELETE FROM clerk.person WHERE id OPERATOR(pg_catalog.=) 1")
    connection.execute("RESET ROLE; RESET search_path")
    mallory.has_nothing(seen)
    assert seen.as_mallory == 0
    if not seen.errors:  # the name means something of PostgreSQL's
        assert connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (None, "")
    else:
        assert connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (1, "Lovely")


TEMPORARY = {
    "table": (
        "INSERT INTO audit VALUES ('changed');",
        "CREATE TEMP TABLE audit (line text); GRANT INSERT ON audit TO PUBLIC;"
        "CREATE TRIGGER t BEFORE INSERT ON pg_temp.audit FOR EACH ROW EXECUTE FUNCTION mallory.on_row()",
    ),
    "view": (
        "PERFORM * FROM audit;",
        "CREATE TEMP VIEW audit AS SELECT mallory.attack() AS line; GRANT SELECT ON audit TO PUBLIC",
    ),
    "type": (
        "PERFORM '7'::label;",
        "CREATE DOMAIN pg_temp.label AS text CHECK (mallory.fine(VALUE))",
    ),
}


@pytest.mark.parametrize("body, shadow", TEMPORARY.values(), ids=TEMPORARY.keys())
def test_nor_do_her_temporary_tables(clerk, body, shadow):
    """They are searched without being named in any search_path."""
    mallory = clerk(body)
    connection = mallory.connection
    mallory.does(shadow)
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE regress_clerk")
        assert mallory.seen("UPDATE clerk.review SET body = 'x'").as_another > 0
    connection.execute("SET ROLE regress_mallory")
    seen = mallory.seen("DELETE FROM clerk.person WHERE id = 1")
    connection.execute("RESET ROLE")
    mallory.has_nothing(seen)
    assert seen.as_mallory == 0


def test_who_could_be_the_owner_anyway_has_his_path(clerk):
    """Names mean in his trigger what they mean when he changes the table himself."""
    mallory = clerk("INSERT INTO audit VALUES (tidy('changed'));")
    connection = mallory.connection
    connection.execute("SET search_path = clerk")
    connection.execute("SET ROLE regress_mallory")
    with pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM clerk.person WHERE id = 1")
    connection.execute("RESET ROLE; GRANT regress_clerk TO regress_mallory; SET ROLE regress_mallory")
    connection.execute("DELETE FROM clerk.person WHERE id = 1")
    connection.execute("RESET ROLE; REVOKE regress_clerk FROM regress_mallory; RESET search_path")
    assert connection.execute("TABLE clerk.audit").fetchall() == [("changed",)]
    assert connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (None, "")


def test_a_key_that_is_checked_at_the_end_of_the_transaction(clerk):
    """What is deferred would run with the rights of whoever commits. It is refused, unless it is checked at once."""
    mallory = clerk("")
    connection = mallory.connection
    connection.execute(
        "ALTER TABLE clerk.review DROP CONSTRAINT review_person_id_fkey, ALTER person_id SET DEFAULT 3;"
        "ALTER TABLE clerk.review ADD FOREIGN KEY (person_id) REFERENCES clerk.person DEFERRABLE INITIALLY DEFERRED;"
        "SELECT gdpr_on_delete('clerk.review', '{person_id}', 'SET DEFAULT')"
    )
    delete = "DELETE FROM clerk.person WHERE id = 1"
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as raised:
        mallory.does(delete)
    assert "SET CONSTRAINTS" in raised.value.diag.message_hint
    assert connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (1, "Lovely")
    mallory.does(f"BEGIN; SET CONSTRAINTS ALL IMMEDIATE; {delete}; COMMIT")
    assert connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (3, "")


def test_she_needs_no_rights_on_what_references_and_gets_none(clerk):
    mallory = clerk("")
    connection = mallory.connection
    reads = ["SELECT body FROM clerk.review", "UPDATE clerk.review SET body = 'x'", "DELETE FROM clerk.review", "TRUNCATE clerk.person CASCADE",
             "SELECT * FROM gdpr_log.event", "SELECT * FROM gdpr_log.anonymised", "SELECT * FROM gdpr_on_delete"]
    for delete in (None, "DELETE FROM clerk.person WHERE id = 1"):
        if delete:
            mallory.does(delete)
        for statement in reads:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                mallory.does(statement)
    assert connection.execute("SELECT person_id, body FROM clerk.review ORDER BY id").fetchall() == [(None, ""), (2, "Nice"), (3, "Cold")]
    who = 'SELECT call, action, "session_user", "current_user" FROM gdpr_log.event ORDER BY id'
    assert connection.execute(who).fetchall() == [
        ("ON DELETE", "anonymised", "postgres", "regress_mallory"),
        ("ON DELETE", "detached", "postgres", "regress_mallory"),
        ("DELETE", "deleted", "postgres", "regress_mallory"),
    ]


QUIET = [
    "SET search_path = mallory",
    "SELECT set_config('search_path', '', false)",
    "SET row_security = off",
    "SET gdpr_ext.unregistered = 'report'",
    "SET standard_conforming_strings = off",
    "SET quote_all_identifiers = on",
    "SET transform_null_equals = on",
    "SET default_transaction_isolation = 'repeatable read'",
    "SET plan_cache_mode = force_generic_plan",
    "CREATE TEMP TABLE event (id uuid); CREATE TEMP TABLE gdpr_on_delete (relation regclass); CREATE TEMP TABLE review (id int)",
]


@pytest.mark.parametrize("setting", QUIET)
def test_no_setting_of_hers_lets_it_be_left_out(clerk, setting):
    """It is done and logged, or the DELETE fails."""
    mallory = clerk("")
    # His trigger's function has no search_path of its own, and could find what is temporary.
    fails = setting.startswith("CREATE TEMP")
    with psycopg.connect(dbname=mallory.connection.info.dbname, user="regress_mallory", autocommit=True) as hers:
        hers.execute(setting)
        with pytest.raises(psycopg.errors.InsufficientPrivilege) if fails else contextlib.nullcontext():
            hers.execute("DELETE FROM clerk.person WHERE id = 1")
    if fails:
        assert mallory.connection.execute("SELECT count(*) FROM clerk.person WHERE id = 1").fetchone() == (1,)
        return
    assert mallory.connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (None, "")
    assert [call for call, *_ in mallory.connection.execute(EVENTS).fetchall()] == ["ON DELETE", "ON DELETE", "DELETE"]


@pytest.mark.parametrize("statement", [
    "SET session_replication_role = replica",
    'ALTER TABLE clerk.person DISABLE TRIGGER "GDPR_on_delete"',
    "ALTER TABLE clerk.person DISABLE TRIGGER gdpr_log_delete",
    'DROP TRIGGER "GDPR_on_delete" ON clerk.person',
    "SELECT gdpr_on_delete_drop('clerk.review', '{person_id}')",
    "DELETE FROM gdpr_on_delete",
    "SELECT gdpr_unregister('clerk.review')",
])
def test_she_cannot_switch_it_off(clerk, statement):
    mallory = clerk("")
    may_call_everything(mallory)
    mallory.connection.execute("GRANT SELECT, DELETE ON gdpr_on_delete TO regress_mallory")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mallory.does(statement)
    mallory.does("DELETE FROM clerk.person WHERE id = 1")
    assert mallory.connection.execute("SELECT person_id, body FROM clerk.review WHERE id = 11").fetchone() == (None, "")


# Mallory owns the referenced table.

HER_PEOPLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada'), (2, 'Bea');
"""
HIS_NOTES = """
CREATE TABLE diary.note (id int PRIMARY KEY, person_id int REFERENCES mallory.person ON DELETE CASCADE, body text);
INSERT INTO diary.note VALUES (21, 1, 'Lovely'), (22, 2, 'Nice');
SELECT gdpr_register('mallory.person', '{"name": "blank"}', subject => true), gdpr_register('diary.note', '{"body": "blank"}');
"""


@pytest.fixture
def note(mallory):
    """Her people, and a superuser's table that references them."""
    mallory.does(HER_PEOPLE)
    mallory.connection.execute(HIS_NOTES)
    return mallory


def may_call_everything(mallory):
    mallory.connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_mallory")
    mallory.connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")


@pytest.mark.parametrize("path", ["SET search_path = public, pg_catalog", "SELECT set_config('search_path', '', false)"], ids=["usual", "restoring"])
@pytest.mark.parametrize("statement", [
    "SELECT public.gdpr_on_delete('diary.note', '{person_id}')",
    "SELECT public.gdpr_on_delete_drop('diary.note', '{person_id}')",
    "INSERT INTO public.gdpr_on_delete VALUES ('diary.note', '{person_id}', 'SET DEFAULT')",
    "INSERT INTO public.gdpr_on_delete VALUES ('diary.note', '{id}', 'SET NULL')",
    "UPDATE public.gdpr_on_delete SET action = 'SET DEFAULT' WHERE relation = 'diary.note'::regclass",
    "UPDATE public.gdpr_on_delete SET relation = 'mallory.hers' WHERE relation = 'diary.note'::regclass",
    "UPDATE public.gdpr_on_delete SET relation = 'diary.note', columns = '{id}' WHERE relation = 'mallory.hers'::regclass",
    "DELETE FROM public.gdpr_on_delete WHERE relation = 'diary.note'::regclass",
])
def test_what_references_is_for_its_owner_to_declare(note, statement, path):
    """Whatever was granted on the extension, and also where a session pretends to load a dump, which is believed more."""
    connection = note.connection
    connection.execute("SELECT gdpr_on_delete('diary.note', '{person_id}')")
    may_call_everything(note)
    connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON gdpr_on_delete TO regress_mallory; GRANT USAGE ON SCHEMA diary TO regress_mallory")
    note.does(
        "CREATE TABLE mallory.hers (id int PRIMARY KEY, person_id int REFERENCES mallory.person, body text);"
        """SELECT gdpr_register('mallory.hers', '{"body": "blank"}'), gdpr_on_delete('mallory.hers', '{person_id}')"""
    )
    declared = "SELECT relation::text, columns, action FROM public.gdpr_on_delete ORDER BY 1"
    before = connection.execute(declared).fetchall()
    assert len(before) == 2
    connection.execute(path)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        note.does(statement)
    connection.execute("RESET search_path")
    assert connection.execute(declared).fetchall() == before


@pytest.mark.parametrize("columns", ["{id}", "{body}", "{name}", "{person_id,id}"])
def test_what_she_declares_of_her_own_while_restoring_makes_no_trigger_of_his(review, columns):
    """It is a foreign key that leads to his table, and nothing else is."""
    connection = review.connection
    may_call_everything(review)
    connection.execute("GRANT SELECT, INSERT ON gdpr_on_delete TO regress_mallory; SELECT set_config('search_path', '', false)")
    review.does(f"INSERT INTO public.gdpr_on_delete VALUES ('mallory.review', '{columns}', 'SET NULL')")
    connection.execute("RESET search_path; CREATE TABLE diary.other ()")  # DDL makes what is missing
    on_his = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'diary.person'::regclass AND NOT tgisinternal ORDER BY 1"
    assert connection.execute(on_his).fetchall() == [("gdpr_log_delete",), ("gdpr_log_truncate",)]
    connection.execute("DELETE FROM diary.person WHERE id = 1")
    assert connection.execute("SELECT count(*) FROM mallory.review").fetchone() == (2,)  # the foreign key cascades


TRIGGER_FUNCTIONS = """
SELECT p.oid::regproc::text FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'gdpr_ext' WHERE prorettype = 'trigger'::regtype ORDER BY 1
"""
# Every kind of trigger that there is.
KINDS = [
    "BEFORE DELETE ON mallory.person FOR EACH ROW",
    "AFTER DELETE ON mallory.person FOR EACH ROW",
    "AFTER DELETE ON mallory.person REFERENCING OLD TABLE AS deleted FOR EACH ROW",
    "BEFORE DELETE ON mallory.person FOR EACH STATEMENT",
    "AFTER DELETE ON mallory.person FOR EACH STATEMENT",
    "AFTER DELETE ON mallory.person REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT",
    "BEFORE TRUNCATE ON mallory.person FOR EACH STATEMENT",
    "AFTER TRUNCATE ON mallory.person FOR EACH STATEMENT",
    "BEFORE INSERT ON mallory.person FOR EACH ROW",
    "AFTER INSERT ON mallory.person REFERENCING NEW TABLE AS deleted FOR EACH STATEMENT",
    "AFTER UPDATE ON mallory.person REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT",
    "AFTER UPDATE ON mallory.person FOR EACH ROW",
    "INSTEAD OF DELETE ON mallory.people FOR EACH ROW",
]
FIRES = {
    "INSERT": "INSERT INTO mallory.person VALUES (9, 'x')",
    "UPDATE": "UPDATE mallory.person SET name = 'x'",
    "TRUNCATE": "TRUNCATE mallory.person",
    "INSTEAD": "DELETE FROM mallory.people",
    "DELETE": "DELETE FROM mallory.person",
}


def fires(kind):
    return next(statement for word, statement in FIRES.items() if word in kind)


@pytest.mark.parametrize("kind", KINDS)
def test_triggers_of_her_own_with_our_functions_need_a_grant(mallory, kind):
    mallory.does(HER_PEOPLE + "CREATE VIEW mallory.people AS SELECT * FROM mallory.person")
    functions = [name for name, in mallory.connection.execute(TRIGGER_FUNCTIONS).fetchall()]
    assert {"gdpr_log_deleted", "gdpr_anonymise_on_delete"} < set(functions)
    for function in functions:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for function|schema"):
            mallory.does(f"CREATE TRIGGER t {kind} EXECUTE FUNCTION {function}()")
    for function in ("gdpr_log_deleted", "gdpr_anonymise_on_delete"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mallory.does(f"SELECT {function}()")


@pytest.mark.parametrize("function", ["gdpr_log_deleted", "gdpr_anonymise_on_delete"])
@pytest.mark.parametrize("kind", KINDS)
def test_with_the_grant_they_forge_nothing(mallory, kind, function):
    """Her table is in no registry: no event, and nothing else is changed. As any other trigger but those that the extension makes it is refused."""
    connection = mallory.connection
    connection.execute(HIS_PEOPLE)
    mallory.does(HER_PEOPLE + "CREATE VIEW mallory.people AS SELECT * FROM mallory.person")
    may_call_everything(mallory)
    before = everything_logged(connection)
    mallory.does(f"CREATE TRIGGER t {kind} EXECUTE FUNCTION {function}('diary.person (id) SET NULL')")
    ours = {
        "gdpr_log_deleted": (KINDS[1], KINDS[2], KINDS[5], KINDS[6]),
        "gdpr_anonymise_on_delete": (KINDS[1], KINDS[2]),
    }
    if kind in ours[function]:
        mallory.does(fires(kind))
    else:
        with pytest.raises(psycopg.Error) as raised:
            mallory.does(fires(kind))
        assert raised.value.sqlstate == "39P01"
    assert everything_logged(connection) == before
    assert connection.execute("SELECT count(*) FROM diary.person WHERE name IS NOT NULL").fetchone() == (4,)


@pytest.mark.parametrize("function", ["gdpr_log_deleted", "gdpr_anonymise_on_delete"])
def test_called_by_hand(note, function):
    may_call_everything(note)
    before = everything_logged(note.connection)
    for call in (f"SELECT {function}()", f"DO $$ BEGIN PERFORM {function}(); END $$"):
        with pytest.raises(psycopg.Error) as raised:
            note.does(call)
        assert raised.value.sqlstate == "39P01"
    assert everything_logged(note.connection) == before


def test_of_her_own_registered_table_only_what_went_is_logged(note):
    """She may add triggers with our functions to it. An event still tells of rows that are gone."""
    connection = note.connection
    connection.execute("SELECT gdpr_on_delete('diary.note', '{person_id}')")
    may_call_everything(note)
    note.does(
        "CREATE TABLE mallory.heir () INHERITS (mallory.person); INSERT INTO mallory.heir VALUES (31, 'Eve');"
        "CREATE TRIGGER zz AFTER DELETE ON mallory.person REFERENCING OLD TABLE AS d FOR EACH STATEMENT EXECUTE FUNCTION gdpr_log_deleted();"
        "CREATE TRIGGER yy AFTER DELETE ON mallory.person FOR EACH ROW EXECUTE FUNCTION gdpr_anonymise_on_delete()"
    )
    # What is taken back is not logged.
    note.does("DO $$ BEGIN DELETE FROM mallory.person WHERE id = 2; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $$")
    note.does("DO $$ BEGIN TRUNCATE mallory.heir; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $$")
    assert connection.execute(EVENTS).fetchall() == []
    note.does("DELETE FROM mallory.person WHERE id = 1")
    events = connection.execute(EVENTS).fetchall()
    assert {event[2:] for event in [(*e[:4], str(e[4])) for e in events]} == {
        ("diary.note", "anonymised", "[21]"), ("diary.note", "detached", "[21]"), ("mallory.person", "deleted", "[1]"),
    }
    assert connection.execute("SELECT person_id, body FROM diary.note ORDER BY id").fetchall() == [(None, ""), (2, "Nice")]


@pytest.mark.parametrize("name, when", [
    ("GDPR_on_delete", "AFTER DELETE"), ("gdpr_log_delete", "AFTER DELETE"), ("gdpr_log_truncate", "BEFORE TRUNCATE"),
])
def test_a_trigger_of_hers_under_our_name(mallory, name, when):
    """It is refused to declare what would not be done, or it is done."""
    mallory.does(HER_PEOPLE)
    mallory.does(f'CREATE TRIGGER "{name}" {when} ON mallory.person FOR EACH STATEMENT EXECUTE FUNCTION mallory.on_row()')
    connection = mallory.connection
    try:
        connection.execute(HIS_NOTES)
        connection.execute("SELECT gdpr_on_delete('diary.note', '{person_id}')")
    except psycopg.Error as error:
        assert error.sqlstate == "42710", error
        return
    with connection.transaction():
        connection.execute("SET LOCAL ROLE regress_mallory")
        connection.execute("DELETE FROM mallory.person WHERE id = 1")
    assert connection.execute("SELECT person_id, body FROM diary.note WHERE id = 21").fetchone() == (None, "")
    connection.execute("TRUNCATE mallory.person CASCADE")
    logged = {(call, subject) for call, subject, *_ in connection.execute(EVENTS).fetchall()}
    assert logged >= {("ON DELETE", "mallory.person"), ("DELETE", "mallory.person"), ("TRUNCATE", "mallory.person")}


def test_she_cannot_hold_up_what_others_create(note):
    """Triggers are made anew after DDL. That of others does not wait for her table."""
    connection = note.connection
    connection.execute("SELECT gdpr_on_delete('diary.note', '{person_id}')")
    with psycopg.connect(dbname=connection.info.dbname, user="regress_mallory") as hers:
        hers.execute("DROP TRIGGER gdpr_log_delete ON mallory.person")
        hers.commit()
        hers.execute("LOCK TABLE mallory.person IN ROW EXCLUSIVE MODE")
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '20s'")
            connection.execute("CREATE TABLE diary.blank (id int); ALTER TABLE diary.blank ADD name text")
        hers.rollback()


# Mallory gives things names, and the extension's owner, a superuser, makes triggers of them.

NAMES_OF_THINGS = [
    *HOSTILE,
    "\" FOR EACH ROW EXECUTE FUNCTION mallory.on_row(); --",
    "x' , 'y",
    "back\\slash\\'",
    "two\nlines\r\t",
    "100 %s %I %% %",
    "$$ $body$",
    "x\".pg_temp.\"x",
    "Ünï ©ode",
    "\\000 \\x00",
]
MADE = """
SELECT tgrelid, tgname, proname, tgnargs, tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid
WHERE NOT tgisinternal AND tgrelid IN (%s, %s) ORDER BY tgrelid, tgname
"""


def oid(connection, *names):
    return connection.execute("SELECT %s::regclass::oid", (sql.Identifier(*names).as_string(),)).fetchone()[0]


@pytest.mark.parametrize("renamed", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize("text", NAMES_OF_THINGS, ids=repr)
def test_names_of_tables_and_columns(mallory, text, renamed):
    """In the trigger's definition, in its argument, and in what the log says."""
    connection = mallory.connection
    may_create_schemas(mallory)
    may_call_everything(mallory)
    name = text.encode()[:50].decode(errors="ignore")
    hostile = {letter: name + letter for letter in "spckbf"}
    given = {"s": "mallory_2", "p": "parent", "c": "child", "k": "key", "b": "body", "f": "fk"} if renamed else hostile
    parts = {letter: sql.Identifier(part) for letter, part in given.items()}
    mallory.does(sql.SQL("""
        CREATE SCHEMA {s}; CREATE TABLE {s}.{p} (id int PRIMARY KEY, {b} text);
        CREATE TABLE {s}.{c} (id int PRIMARY KEY, {k} int CONSTRAINT {f} REFERENCES {s}.{p} ON DELETE CASCADE, {b} text);
        INSERT INTO {s}.{p} VALUES (1, 'Ada'); INSERT INTO {s}.{c} VALUES (11, 1, 'Lovely')
    """).format(**parts))
    parent, child = (oid(connection, given["s"], given[letter]) for letter in "pc")
    connection.execute("SET ROLE regress_mallory")
    for table in (parent, child):
        register = "SELECT gdpr_register(%s::oid, jsonb_build_object(%s::text, 'blank'), subject => %s)"
        connection.execute(register, (table, given["b"], table == parent))
    connection.execute("SELECT gdpr_on_delete(%s::oid, ARRAY[%s])", (child, given["k"]))
    if renamed:
        new = {letter.upper(): sql.Identifier(part) for letter, part in hostile.items()}
        for rename in ("TABLE {s}.{c} RENAME {k} TO {K}", "TABLE {s}.{c} RENAME {b} TO {B}", "TABLE {s}.{p} RENAME {b} TO {B}",
                       "TABLE {s}.{c} RENAME TO {C}", "TABLE {s}.{p} RENAME TO {P}", "SCHEMA {s} RENAME TO {S}"):
            connection.execute(sql.SQL("ALTER " + rename).format(**parts, **new))
    connection.execute("RESET ROLE")

    argument = connection.execute("SELECT format('%%s (%%I) SET NULL', %s::regclass, %s::text)", (child, hostile["k"])).fetchone()[0]
    assert hostile["c"].replace('"', '""') in argument
    made = connection.execute(MADE, (parent, child)).fetchall()
    assert made == [
        (parent, "GDPR_on_delete", "gdpr_anonymise_on_delete", 1, argument.encode() + b"\0"),
        (parent, "gdpr_log_delete", "gdpr_log_deleted", 0, b""), (parent, "gdpr_log_truncate", "gdpr_log_deleted", 0, b""),
        (child, "gdpr_log_delete", "gdpr_log_deleted", 0, b""), (child, "gdpr_log_truncate", "gdpr_log_deleted", 0, b""),
    ]
    table = sql.Identifier(hostile["s"], hostile["p"])
    seen = mallory.seen(sql.SQL("DELETE FROM {}").format(table))
    assert not seen.errors, seen.errors
    mallory.has_nothing(seen)
    assert mallory.counters()["ran_as_another"] == 0 and mallory.counters()["ran_as_mallory"] == 0
    assert connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(hostile["s"], hostile["c"]))).fetchall() == [(11, None, "")]
    events = connection.execute("SELECT to_regclass(relation)::oid, action, columns FROM gdpr_log.event ORDER BY id").fetchall()
    assert events == [(child, "anonymised", [hostile["b"]]), (child, "detached", [hostile["k"]]), (parent, "deleted", [hostile["b"], "*"])]


def test_that_spliced_names_would_attack(mallory):
    mallory.does(HER_PEOPLE)
    definition = "CREATE TRIGGER t AFTER DELETE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.on_row"
    mallory.robs_a_superuser(f"{definition}('{HOSTILE[0]}")
    table = f'CREATE TRIGGER t AFTER DELETE ON mallory.person{NAMES_OF_THINGS[len(HOSTILE)][1:]}'
    mallory.robs_a_superuser(table, "DELETE FROM mallory.person")


# Mallory puts something else in the place of a table, in the middle.

AWAY = """
CREATE FUNCTION mallory.swap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('mallory.ran_as_mallory');
    IF (SELECT relowner = 'postgres'::regrole FROM pg_class WHERE oid = to_regclass('mallory.report')) THEN
        ALTER SCHEMA mallory RENAME TO elsewhere; CREATE SCHEMA mallory; GRANT USAGE ON SCHEMA mallory TO PUBLIC;
        ALTER FUNCTION elsewhere.attack() SET SCHEMA mallory; ALTER FUNCTION elsewhere.fine(text) SET SCHEMA mallory;
        ALTER FUNCTION elsewhere.on_row() SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.ran_as_mallory SET SCHEMA mallory; ALTER SEQUENCE elsewhere.ran_as_another SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_file SET SCHEMA mallory; ALTER SEQUENCE elsewhere.got_program SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_diary SET SCHEMA mallory; ALTER SEQUENCE elsewhere.got_secret SET SCHEMA mallory;
        ALTER SEQUENCE elsewhere.got_superuser SET SCHEMA mallory;
        CREATE TABLE mallory.report (id int PRIMARY KEY, person_id int, body text CHECK (mallory.fine(body)));
        INSERT INTO mallory.report VALUES (41, 1, 'hello');
        CREATE TRIGGER t BEFORE UPDATE ON mallory.report FOR EACH ROW EXECUTE FUNCTION mallory.on_row();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER s {when} UPDATE ON hers.review FOR EACH ROW EXECUTE FUNCTION mallory.swap();
"""


@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
@pytest.mark.parametrize("his", ["plain", "with a trigger", "nothing left in it"])
@pytest.mark.parametrize("warm", [False, True], ids=["first call", "statements are kept"])
def test_a_table_in_the_place_of_his(review, his, when, warm):
    """The superuser's table stands in a schema of hers and references the same people. When her trigger fires, his table is still to come."""
    connection = review.connection
    may_create_schemas(review)
    review.does("CREATE SCHEMA hers; ALTER TABLE mallory.review SET SCHEMA hers")
    connection.execute(
        "CREATE TABLE mallory.report (id int PRIMARY KEY, person_id int REFERENCES diary.person, body text);"
        "INSERT INTO mallory.report VALUES (41, 1, 'hello'), (42, 2, 'hello'), (43, 3, 'hello');"
    )
    for table in ("hers.review", "mallory.report"):
        connection.execute(f"""SELECT gdpr_register('{table}', '{{"body": "blank"}}'), gdpr_on_delete('{table}', '{{person_id}}')""")
    if his == "with a trigger":
        connection.execute("CREATE TRIGGER t BEFORE UPDATE ON mallory.report FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()")
    hello = None if his == "nothing left in it" else "hello"
    connection.execute("UPDATE mallory.report SET body = %s", (hello,))
    if warm:
        connection.execute("DELETE FROM diary.person WHERE id = 3")
    review.does(AWAY.format(when=when))
    seen = review.seen("DELETE FROM diary.person WHERE id = 1")
    review.has_nothing(seen)
    assert seen.as_mallory > 0
    for error in seen.errors:  # a refusal, not a broken server
        assert not error.sqlstate.startswith(("XX", "57")), error
    if seen.errors:
        assert connection.execute("SELECT person_id, body FROM mallory.report WHERE id = 41").fetchone() == (1, hello)
        assert connection.execute("SELECT count(*) FROM diary.person WHERE id = 1").fetchone() == (1,)
    else:
        assert connection.execute("SELECT person_id, body FROM elsewhere.report WHERE id = 41").fetchone() == (None, hello and "")
        assert connection.execute("SELECT person_id, body FROM mallory.report WHERE id = 41").fetchone() == (1, "hello")


# Mallory's trigger runs while the events are about to be written.

@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_log_forged_from_her_trigger(review, forgery):
    connection = review.connection
    connection.execute(REGISTER)
    connection.execute(DECLARE)
    review.does(
        "CREATE FUNCTION mallory.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM nextval('mallory.ran_as_mallory'); EXECUTE $q${forgery}$q$; PERFORM nextval('mallory.got_diary'); RETURN NEW; "
        "EXCEPTION WHEN insufficient_privilege THEN RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.forge()"
    )
    review.gains_nothing("DELETE FROM diary.person WHERE id = 1")
    assert connection.execute(EVENTS).fetchall() == OF_ADA


def test_our_own_functions_called_from_her_trigger(review):
    """Some may only be called from inside an action, and she is inside one."""
    connection = review.connection
    connection.execute(REGISTER)
    connection.execute(DECLARE)
    may_call_everything(review)
    hers_to_call = ("gdpr_anonymise(", "gdpr_erase(", "gdpr_delete(", "gdpr_register(", "gdpr_unregister(", "gdpr_link(", "gdpr_unlink(",
                    "gdpr_on_delete(", "gdpr_on_delete_drop(")
    made = [call for call in calls(connection, "mallory.review") if not any(function in call for function in hers_to_call)]
    body = "".join(
        f"BEGIN EXECUTE $q${call}$q$; PERFORM nextval('mallory.called'); EXCEPTION WHEN OTHERS THEN PERFORM nextval('mallory.called'); END;\n"
        for call in made
    )
    review.does(
        "CREATE SEQUENCE mallory.called; CREATE FUNCTION mallory.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body + "RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.review FOR EACH ROW EXECUTE FUNCTION mallory.forge()"
    )
    connection.execute("DELETE FROM diary.person WHERE id = 1")
    assert connection.execute("SELECT last_value FROM mallory.called").fetchone() == (len(made),)
    assert connection.execute(EVENTS).fetchall() == OF_ADA
    assert connection.execute("SELECT count(*) FROM gdpr_on_delete").fetchone() == (1,)


@pytest.mark.parametrize("action", ["gdpr_erase", "gdpr_delete"])
@pytest.mark.parametrize("when", ["BEFORE DELETE", "AFTER DELETE"])
@pytest.mark.parametrize("each", ["ROW", "STATEMENT"])
def test_what_her_trigger_deletes_in_the_middle_of_an_action_is_logged(mallory, action, when, each):
    """The action's own deletes are its events, and are not logged twice. What her trigger deletes besides, in the same table, is none of them."""
    mallory.does(
        HER_PEOPLE +
        "CREATE FUNCTION mallory.besides() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM mallory.person WHERE id = 2;"
        " IF TG_LEVEL = 'ROW' THEN RETURN OLD; END IF; RETURN NULL; END $$;"
        f"CREATE TRIGGER t {when} ON mallory.person FOR EACH {each} WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION mallory.besides()"
    )
    connection = mallory.connection
    connection.execute("""SELECT gdpr_register('mallory.person', '{"name": "blank"}', subject => true)""")
    connection.execute(f"SELECT * FROM {action}('mallory.person', 1)")
    assert connection.execute("SELECT count(*) FROM mallory.person").fetchone() == (0,)
    events = connection.execute("SELECT call, action, keys FROM gdpr_log.event ORDER BY keys::text").fetchall()
    assert events == [(action.removeprefix("gdpr_"), "deleted", [1]), ("DELETE", "deleted", [2])]


# Nothing personal in what is said when it fails.

NAME = "Lovelace-1815"
PERSONAL = f"""
CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE review (id int PRIMARY KEY, person_id int REFERENCES person ON DELETE CASCADE, body text, email text);
INSERT INTO person VALUES (1, '{NAME}'), (2, 'other');
INSERT INTO review VALUES (11, 1, '{NAME}', '{NAME}'), (12, 2, 'x', 'x');
"""
BLANK = """SELECT gdpr_register('review', '{"body": "blank", "email": "keep"}')"""
RULED = """SELECT gdpr_register('review', '{"body": {"strategy": "sql", "expression": "%s"}}')"""
FAILS = {
    "check": ("", BLANK, "ALTER TABLE review ADD CHECK (body <> '')"),
    "unique": ("", BLANK, "UPDATE review SET body = '' WHERE id = 12; ALTER TABLE review ADD UNIQUE (body)"),
    "unique, with a value that stays": (
        "", BLANK, f"UPDATE review SET body = '', email = '{NAME}' WHERE id = 12; CREATE UNIQUE INDEX ON review (body, email)",
    ),
    "not null": ("ALTER TABLE review ALTER body SET NOT NULL", RULED % "nullif(body, body)"),
    "key not null": ("", BLANK, "ALTER TABLE review ALTER person_id SET NOT NULL"),
    "trigger": (
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it was %', OLD.body"
        " USING DETAIL = OLD.body, HINT = OLD.body; END $$;"
        "CREATE TRIGGER tell BEFORE UPDATE ON review FOR EACH ROW EXECUTE FUNCTION tell()",
        BLANK,
    ),
    "trigger that casts": (
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := OLD.body::int; RETURN NEW; END $$;"
        "CREATE TRIGGER tell BEFORE UPDATE ON review FOR EACH ROW EXECUTE FUNCTION tell()",
        BLANK,
    ),
    "trigger that swallows": (
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
        "CREATE TRIGGER tell BEFORE UPDATE ON review FOR EACH ROW EXECUTE FUNCTION tell()",
        BLANK,
    ),
    "rule": ("", RULED % "(body::int)::text"),
    "kept": ("", BLANK, "SELECT gdpr_register('review', on_erase => 'keep', ground => 'tax law')"),
    "no rules any more": ("", BLANK, "SELECT gdpr_unregister('review')"),
    "no default": ("ALTER TABLE review ALTER person_id SET DEFAULT 99", BLANK),
}


@pytest.fixture
def observed(observed_cluster):
    """A database of its own, and what is written to the server's log from here on."""
    host = observed_cluster.socket
    for database in make_database("gdpr_on_delete_log_test", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(PERSONAL)
            start = len(observed_cluster.log)
            yield connection, lambda: observed_cluster.log[start:]


@pytest.mark.parametrize("fails", FAILS)
def test_a_failure_tells_no_value(observed, fails):
    connection, log = observed
    made, register, *afterwards = FAILS[fails]
    connection.execute("""SELECT gdpr_register('person', '{"email": "null"}', subject => true)""")
    if made:
        connection.execute(made)
    connection.execute(register)
    action = "SET DEFAULT" if "DEFAULT" in made else "SET NULL"
    connection.execute(f"SELECT gdpr_on_delete('review', '{{person_id}}', '{action}')")
    for statement in afterwards:
        connection.execute(statement)
    notices = []
    connection.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary))
    with pytest.raises(psycopg.Error) as raised:
        connection.execute("DELETE FROM person WHERE id = %s", (1,))
    error = raised.value.diag
    fields = (error.message_primary, error.message_detail, error.message_hint, error.context, error.internal_query)
    assert not [field for field in fields if NAME in (field or "")], fields
    assert not [notice for notice in notices if NAME in notice]
    assert error.sqlstate not in ("XX000", "57P01")
    written = log()
    assert error.message_primary in written  # the log is the right one
    assert NAME not in written
    # Nothing was done by half.
    assert connection.execute("SELECT person_id, body FROM review WHERE id = 11").fetchone() == (1, NAME)
    assert connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)


@pytest.mark.parametrize("fails", ["check", "unique, with a value that stays", "not null", "trigger", "trigger that casts"])
def test_that_the_server_would_tell(observed, fails):
    """Who changes the row himself reads it in the error, and so does the log."""
    connection, log = observed
    made, _, *afterwards = FAILS[fails]
    for statement in filter(None, (made, *afterwards)):
        connection.execute(statement)
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(f"UPDATE review SET body = {'NULL' if fails == 'not null' else chr(39) * 2} WHERE id = 11")
    assert NAME in (raised.value.diag.message_primary + (raised.value.diag.message_detail or ""))
    assert NAME in log()


def test_the_log_table_holds_no_key_that_a_rule_is_for(observed):
    """The person's key is a mail address: it stands in no event as it was, and in no message of the server's."""
    connection, log = observed
    connection.execute(
        "CREATE TABLE login (email text PRIMARY KEY); CREATE TABLE visit (id int PRIMARY KEY, email text REFERENCES login, page text);"
        f"INSERT INTO login VALUES ('{NAME}'); INSERT INTO visit VALUES (51, '{NAME}', 'home')"
    )
    connection.execute(
        """SELECT gdpr_register('login', '{"email": "hash"}', subject => true), gdpr_register('visit', '{"page": "null"}')"""
    )
    connection.execute("SELECT gdpr_on_delete('visit', '{email}')")
    start = len(log())
    connection.execute("DELETE FROM login WHERE email = %s", (NAME,))
    assert connection.execute("TABLE visit").fetchall() == [(51, None, None)]
    events = connection.execute("SELECT e::text FROM gdpr_log.event e").fetchall()
    assert len(events) == 3 and not [event for event, in events if NAME in event]
    assert log()[start:] == ""
