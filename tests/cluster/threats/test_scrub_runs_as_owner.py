"""S38 for gdpr_scrub_db: whatever Mallory has planted in her tables runs as her, or not at all, when a superuser scrubs the database.

A scrub evaluates more than an action on one person does: every rule on every row, every expression of every index,
    statistics object and materialized view.
"""

import psycopg
import pytest

from .conftest import EVERYTHING

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text, email text);
INSERT INTO mallory.person SELECT i, 'name ' || i, i || '@example.org' FROM generate_series(1, 5) i;
"""
REGISTER = """SELECT gdpr_register('mallory.person', '{"name": "blank"}')"""
SCRUB = "SELECT * FROM gdpr_scrub_db()"
DRY = "SELECT * FROM gdpr_scrub_db(dry_run => true)"
NAMED = "SELECT * FROM gdpr_scrub_db('{mallory.person}')"
ALL_CALLS = (DRY, SCRUB, NAMED)


@pytest.fixture
def mallory(mallory):
    mallory.connection.execute("SET gdpr_ext.allow_scrub = on")
    return mallory


def rule(expression):
    return f"""SELECT gdpr_register('mallory.person', $json${{"name": {{"strategy": "sql", "expression": "{expression}"}}}}$json$)"""


def scrubbed(mallory, name=""):
    found = mallory.connection.execute("SELECT DISTINCT name FROM mallory.person").fetchall()
    return found == [(name,)] and mallory.connection.execute("SELECT count(*) FROM mallory.person").fetchone() == (5,)


@pytest.mark.parametrize("expression", ["mallory.same(name || '.')", "mallory.same('x')"], ids=["of the row", "of a constant"])
def test_a_rule(mallory, expression):
    mallory.does(TABLE)
    mallory.robs_a_superuser("UPDATE mallory.person SET name = mallory.same(name)")
    mallory.gains_nothing(rule(expression), *ALL_CALLS)


def test_a_rule_written_past_the_function(mallory):
    mallory.does(TABLE)
    mallory.connection.execute("GRANT SELECT, INSERT ON gdpr_registry TO regress_mallory")
    rules = '{"name": {"strategy": "sql", "expression": "mallory.same(name)"}}'
    mallory.does(f"INSERT INTO gdpr_registry (relation, rules) VALUES ('mallory.person', '{rules}')")
    mallory.gains_nothing(*ALL_CALLS)


def test_a_function_that_is_replaced_after_the_rule_was_checked(mallory):
    mallory.does(TABLE)
    mallory.does("CREATE FUNCTION mallory.later(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)'")
    mallory.connection.execute(rule("mallory.later(name)"))
    mallory.does("CREATE OR REPLACE FUNCTION mallory.later(text) RETURNS text VOLATILE LANGUAGE sql AS 'SELECT mallory.same($1)'")
    seen = mallory.seen(*ALL_CALLS)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0 or seen.errors, "it neither ran as her nor was refused"


PLANTED = {
    "check": "ALTER TABLE mallory.person ADD CHECK (mallory.fine(name))",
    "domain": "CREATE DOMAIN mallory.checked AS text CHECK (mallory.fine(VALUE)); ALTER TABLE mallory.person ALTER name TYPE mallory.checked",
    "generated column": "ALTER TABLE mallory.person ADD shown text GENERATED ALWAYS AS (mallory.same(name)) STORED",
    "index expression": "CREATE INDEX ON mallory.person (mallory.same(name))",
    "index expression of another column": "CREATE INDEX ON mallory.person (mallory.same(email))",
    "index predicate": "CREATE INDEX ON mallory.person (id) WHERE mallory.fine(email)",
    "unique index": "CREATE UNIQUE INDEX ON mallory.person (mallory.same(email))",
    "exclusion constraint": "ALTER TABLE mallory.person ADD EXCLUDE USING btree (mallory.same(email) WITH =)",
    "statistics expression": "CREATE STATISTICS mallory.guess ON mallory.same(name) FROM mallory.person",
    "materialized view": "CREATE MATERIALIZED VIEW mallory.shown AS SELECT mallory.same(name) AS name FROM mallory.person",
    "index of a materialized view":
        "CREATE MATERIALIZED VIEW mallory.shown AS SELECT id, name FROM mallory.person; CREATE INDEX ON mallory.shown (mallory.same(name))",
    "view below a materialized view":
        "CREATE VIEW mallory.below AS SELECT mallory.same(name) AS name FROM mallory.person;"
        "CREATE MATERIALIZED VIEW mallory.shown AS SELECT name FROM mallory.below",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_what_hangs_on_a_table(mallory, planted):
    mallory.does(TABLE)
    mallory.does(planted)
    with mallory.connection.transaction(force_rollback=True):
        robbed = mallory.seen("UPDATE mallory.person SET name = 'x' || id, email = 'y' || id")
    # ANALYZE and REFRESH run as the owner in any case.
    assert "STATISTICS" in planted or "MATERIALIZED" in planted or robbed.got == EVERYTHING
    seen = mallory.gains_nothing(REGISTER, SCRUB, NAMED)
    assert seen.as_mallory >= 1
    assert scrubbed(mallory)


def test_a_partition_key_that_rows_are_moved_by(mallory):
    mallory.does(
        "CREATE TABLE mallory.person (id int, name text) PARTITION BY LIST (mallory.same(name));"
        "CREATE TABLE mallory.person_1 PARTITION OF mallory.person FOR VALUES IN ('Ada');"
        "CREATE TABLE mallory.person_2 PARTITION OF mallory.person DEFAULT;"
        "INSERT INTO mallory.person VALUES (1, 'Ada')"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "blank"}', key => '{id}')""", SCRUB, NAMED)
    assert mallory.connection.execute("SELECT tableoid::regclass::text, name FROM mallory.person").fetchall() == [("mallory.person_2", "")]


@pytest.mark.parametrize("what", ["default", "value", "auto"])
def test_what_makes_a_value_of_her_type(mallory, what):
    """A default, and an assignment cast."""
    mallory.does(
        "CREATE TYPE mallory.mood AS ENUM ('sad', 'happy');"
        "CREATE FUNCTION mallory.mood_from_text(text) RETURNS mallory.mood IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM mallory.attack(); RETURN (enum_range(NULL::mallory.mood))[1]; END';"
        "CREATE CAST (text AS mallory.mood) WITH FUNCTION mallory.mood_from_text(text) AS ASSIGNMENT;"
        "CREATE TABLE mallory.person (id int PRIMARY KEY, how mallory.mood NOT NULL DEFAULT mallory.mood_from_text('x'), email text);"
        "INSERT INTO mallory.person VALUES (1, 'happy')"
    )
    rules = {"default": '"default"', "value": '{"strategy": "sql", "expression": "email::text || \'sad\'"}', "auto": '"auto"'}[what]
    seen = mallory.seen(f"SELECT gdpr_register('mallory.person', $${{\"how\": {rules}}}$$)", *ALL_CALLS)
    mallory.has_nothing(seen)
    assert seen.as_mallory > 0 or what == "auto"


@pytest.mark.parametrize("when", ["BEFORE INSERT OR UPDATE", "AFTER INSERT OR UPDATE OR DELETE"])
@pytest.mark.parametrize("each", ["ROW", "STATEMENT"])
def test_triggers_do_not_fire(mallory, when, each):
    mallory.does(TABLE)
    mallory.does(f"CREATE TRIGGER t {when} ON mallory.person FOR EACH {each} EXECUTE FUNCTION mallory.on_row()")
    mallory.does("ALTER TABLE mallory.person ENABLE ALWAYS TRIGGER t")
    mallory.does("CREATE TRIGGER u AFTER TRUNCATE ON mallory.person EXECUTE FUNCTION mallory.on_row()")
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    seen = mallory.gains_nothing(REGISTER, *ALL_CALLS, runs=False)
    assert seen.as_mallory == 0
    assert scrubbed(mallory)


def test_event_triggers_do_not_fire(mallory):
    """Only a superuser can make one; but its function may be somebody else's."""
    mallory.does(TABLE)
    mallory.does("CREATE FUNCTION mallory.on_command() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END'")
    connection = mallory.connection
    connection.execute(REGISTER)
    for event in ("ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite"):
        connection.execute(f"CREATE EVENT TRIGGER mallory_{event} ON {event} EXECUTE FUNCTION mallory.on_command()")
    mallory.robs_a_superuser("ALTER TABLE mallory.person ADD COLUMN x int")
    seen = mallory.seen(*ALL_CALLS)
    for event in ("ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite"):
        connection.execute(f"DROP EVENT TRIGGER mallory_{event}")
    mallory.has_nothing(seen)
    assert not seen.errors and seen.as_mallory == 0
    assert scrubbed(mallory)


def test_a_hook_is_not_called(mallory):
    mallory.does(TABLE)
    mallory.does("CREATE FUNCTION mallory.hook(relation regclass, keys jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END'")
    register = """SELECT gdpr_register('mallory.person', '{"name": "blank"}', hooks => '{"before": "mallory.hook", "after": "mallory.hook"}')"""
    seen = mallory.gains_nothing(register, *ALL_CALLS, runs=False)
    assert seen.as_mallory == 0


# What a function of hers tries, besides what it tries everywhere.
WAYS = {
    "to become the caller": "EXECUTE 'SET ROLE postgres'",
    "to take the role back": "EXECUTE 'RESET ROLE'",
    "to become the session's user": "EXECUTE 'RESET SESSION AUTHORIZATION'",
    "to leave a deferred trigger behind": "UPDATE mallory.other SET id = id",
    "to leave a search_path behind": "PERFORM set_config('search_path', 'mallory, pg_catalog', false)",
    "to leave a temporary table behind": "CREATE TEMP TABLE pg_class AS SELECT 1 AS trap",
    "to leave a cursor behind": "EXECUTE 'DECLARE trap CURSOR WITH HOLD FOR SELECT mallory.attack()'",
    "to let the scrub be allowed for ever": "PERFORM set_config('gdpr_ext.allow_scrub', 'on', false)",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("place", ["rule", "index", "materialized view"])
def test_what_her_function_tries(mallory, way, place):
    connection = mallory.connection
    mallory.does(TABLE)
    mallory.does("CREATE TABLE mallory.other (id int PRIMARY KEY); INSERT INTO mallory.other VALUES (1);"
                 "CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON mallory.other DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                 " EXECUTE FUNCTION mallory.on_row()")
    mallory.does("CREATE FUNCTION mallory.tries(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1'")
    if place == "index":
        mallory.does("CREATE INDEX ON mallory.person (mallory.tries(email))")
    if place == "materialized view":
        mallory.does("CREATE MATERIALIZED VIEW mallory.shown AS SELECT mallory.tries(name) AS name FROM mallory.person")
    connection.execute(rule("mallory.tries(left(name, 0))") if place == "rule" else REGISTER)
    mallory.does(f"""CREATE OR REPLACE FUNCTION mallory.tries(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('mallory.ran_as_mallory');
        BEGIN {way}; EXCEPTION WHEN OTHERS THEN NULL; END;
        PERFORM mallory.attack();
        RETURN $1;
    END $$""")
    settings = """
    SELECT current_setting('search_path'), to_regclass('pg_temp.pg_class'), (SELECT count(*) FROM pg_cursors WHERE name = 'trap'),
        current_user, session_user
    """
    before = connection.execute(settings).fetchone()
    seen = mallory.seen(SCRUB)
    mallory.has_nothing(seen)
    assert connection.execute(settings).fetchone() == before
    assert seen.as_mallory > 0
    # A deferred trigger is refused when it is queued, or when it would fire; else nothing fails.
    assert {error.sqlstate for error in seen.errors} <= {"42501"}, seen.errors
    assert seen.errors or scrubbed(mallory)


# A key of the clerk's, and references of Mallory's to some of its rows.

SHARED = """
CREATE SCHEMA shop AUTHORIZATION regress_clerk;
GRANT USAGE ON SCHEMA shop TO regress_mallory;
SET ROLE regress_clerk;
CREATE TABLE shop.person (email text PRIMARY KEY, number int);
INSERT INTO shop.person VALUES ('ada@example.org', 1), ('bea@example.org', 2), ('cleo@example.org', 3);
GRANT REFERENCES ON shop.person TO regress_mallory;
SET ROLE regress_mallory;
CREATE TABLE mallory.letter (id int PRIMARY KEY, email text REFERENCES shop.person, body text);
CREATE SEQUENCE mallory.got_keys;
CREATE SEQUENCE mallory.looked;
-- Whatever relation she can read while her rule runs, temporary ones and new ones included: is somebody in it whom she has no letter to?
CREATE FUNCTION mallory.snoop(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    relation text;
    found boolean;
BEGIN
    FOR relation IN SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'm', 'v', 't') AND (c.oid > 16383 OR nspname LIKE 'pg_temp%' OR nspname LIKE 'pg_toast_temp%')
        UNION SELECT quote_ident(name) FROM pg_cursors
    LOOP
        BEGIN
            PERFORM nextval('mallory.looked');
            EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE t::text LIKE ''%%bea@example.org%%'')', relation) INTO found;
            IF found THEN
                PERFORM nextval('mallory.got_keys');
            END IF;
        EXCEPTION WHEN OTHERS THEN NULL; END;
    END LOOP;
    PERFORM mallory.attack();
    RETURN $1;
END $$;
RESET ROLE;
INSERT INTO mallory.letter VALUES (11, 'ada@example.org', 'hello');
SELECT gdpr_register('shop.person', '{"email": "email"}', subject => true);
"""


@pytest.fixture
def shared(mallory):
    mallory.connection.execute(SHARED)
    yield mallory
    mallory.connection.execute("RESET ROLE; DROP SCHEMA shop CASCADE")


def called(mallory, sequence):
    return mallory.connection.execute(f"SELECT is_called FROM mallory.{sequence}").fetchone()[0]


@pytest.mark.parametrize("place", ["rule", "check", "index", "generated column"])
def test_another_owners_keys_cannot_be_read(shared, place):
    """They have to be somewhere while the references are rewritten: not where her code can look."""
    connection = shared.connection
    planted = {
        "rule": "SELECT 1",
        "check": "ALTER TABLE mallory.letter ADD CHECK (coalesce(mallory.snoop(email), '') <> 'never')",
        "index": "CREATE INDEX ON mallory.letter (mallory.snoop(email))",
        "generated column": "ALTER TABLE mallory.letter ADD shown text GENERATED ALWAYS AS (mallory.snoop(email)) STORED",
    }[place]
    shared.does(planted)
    # Where she may look, she finds.
    with connection.transaction(force_rollback=True):
        connection.execute("GRANT SELECT ON shop.person TO regress_mallory")
        shared.does("SELECT mallory.snoop('x')")
    assert called(shared, "got_keys")
    connection.execute("ALTER SEQUENCE mallory.got_keys RESTART; ALTER SEQUENCE mallory.looked RESTART")
    body = '{"strategy": "sql", "expression": "mallory.snoop(body)"}' if place == "rule" else '"blank"'
    connection.execute(f"""SELECT gdpr_register('mallory.letter', '{{"body": {body}}}')""")
    seen = shared.seen(SCRUB)
    shared.has_nothing(seen)
    assert not called(shared, "got_keys")
    if seen.errors:
        assert {error.sqlstate for error in seen.errors} <= {"42501", "0A000"}, seen.errors
        return
    assert called(shared, "looked")
    joined = "SELECT count(*) FROM mallory.letter l JOIN shop.person p USING (email) WHERE p.number = 1 AND email <> 'ada@example.org'"
    assert connection.execute(joined).fetchone() == (1,)


def test_a_reference_of_hers_does_not_say_who_somebody_was(shared):
    """She knows her own letters. The new keys of others are in none of her rows, and the mapping from old to new is nowhere afterwards."""
    connection = shared.connection
    shared.does("CREATE TABLE mallory.seen (old text, new text)")
    connection.execute("""SELECT gdpr_register('mallory.letter', '{"body": "blank"}')""")
    shared.gains_nothing(SCRUB, runs=False)
    assert connection.execute("SELECT count(*) FROM mallory.letter").fetchone() == (1,)
    leftovers = "SELECT relname FROM pg_class WHERE (relname LIKE 'pg_temp%' OR relnamespace = pg_my_temp_schema()) AND relkind IN ('r', 'm', 'v')"
    assert connection.execute(leftovers).fetchall() == []


SHADOWS = """
CREATE FUNCTION mallory.upper(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.joined(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.equal(text,
    text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';
CREATE FUNCTION mallory.equal(oid,
    oid) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';
CREATE FUNCTION mallory.random() RETURNS float8 LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 0; END';
CREATE FUNCTION mallory.count(text) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 0; END';
CREATE FUNCTION mallory.row_number() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN 0; END';
CREATE FUNCTION mallory.gdpr_hash(text, int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE FUNCTION mallory.gdpr_email(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN $1; END';
CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = mallory.equal);
CREATE OPERATOR mallory.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.joined);
CREATE TABLE mallory.pg_class (oid oid, relname name);
CREATE TABLE mallory.pg_statistic (starelid oid);
CREATE TABLE mallory.gdpr_registry (relation regclass, rules jsonb);
GRANT SELECT ON ALL TABLES IN SCHEMA mallory TO PUBLIC;
"""
RULES = """
SELECT gdpr_register('mallory.person', '{
    "name": {"strategy": "sql", "expression": "upper(left(name, 0)) || left(name, 0) || ''''"}, "email": "hash"}', subject => true)
"""


def test_her_schema_in_front_of_the_search_path(mallory):
    connection = mallory.connection
    mallory.does(TABLE)
    mallory.does("ALTER TABLE mallory.person ADD UNIQUE (email); CREATE TABLE mallory.note (email text REFERENCES mallory.person (email))")
    mallory.does("INSERT INTO mallory.note SELECT email FROM mallory.person")
    connection.execute(RULES)
    mallory.does(SHADOWS)
    connection.execute("SET search_path = mallory, pg_catalog, public")
    mallory.robs_a_superuser("SELECT upper(name) FROM mallory.person")
    seen = mallory.seen(*ALL_CALLS)
    connection.execute("RESET search_path")
    mallory.has_nothing(seen)
    assert not seen.errors
    assert seen.as_mallory == 0, "a shadow was called"
    assert scrubbed(mallory)
    assert connection.execute("SELECT count(*) FROM mallory.note JOIN mallory.person USING (email) WHERE length(email) = 64").fetchone() == (5,)


def test_temporary_objects_in_front(mallory):
    """Tables, types and functions of the session, named like ours and PostgreSQL's."""
    connection = mallory.connection
    mallory.does(TABLE)
    connection.execute(RULES)
    connection.execute(
        "CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE pg_statistic (starelid oid); CREATE TEMP TABLE pg_largeobject_metadata (oid oid);"
        "CREATE TEMP TABLE gdpr_registry (relation regclass); CREATE TEMP TABLE event (id uuid); CREATE TEMP TABLE anonymised (relation regclass);"
        "CREATE TEMP TABLE secret (secret bytea); CREATE TEMP TABLE database (origin text); CREATE TEMP TABLE person (id int, name text, email text);"
        "INSERT INTO pg_temp.person VALUES (1, 'temporary', 'x'); CREATE DOMAIN pg_temp.jsonb AS int; CREATE DOMAIN pg_temp.text AS int;"
        "CREATE DOMAIN pg_temp.regclass AS int; CREATE DOMAIN pg_temp.bytea AS int; CREATE DOMAIN pg_temp.int8 AS int"
    )
    connection.execute(NAMED)
    connection.execute(SCRUB)
    assert scrubbed(mallory)
    assert connection.execute("SELECT name FROM pg_temp.person").fetchall() == [("temporary",)]
    assert connection.execute("SELECT count(*) FROM gdpr_log.event WHERE action = 'scrubbed' AND relation = 'mallory.person'").fetchone() == (2,)
    for table in ("event", "secret", "database", "pg_statistic"):
        assert connection.execute(f"SELECT count(*) FROM pg_temp.{table}").fetchone() == (0,)


def test_what_her_function_says_is_not_passed_on(mallory):
    """Errors of rows name the table and the constraint: a message is not made from values, which her functions could put there."""
    mallory.does(TABLE)
    mallory.connection.execute(REGISTER)
    mallory.does("CREATE FUNCTION mallory.says(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
                 " $$ BEGIN RAISE EXCEPTION 'this is %', $1 USING DETAIL = 'ada@example.org'; END $$")
    mallory.does("ALTER TABLE mallory.person ADD CHECK (mallory.says(email)) NOT VALID")
    with pytest.raises(psycopg.Error) as raised:
        mallory.connection.execute(SCRUB)
    diag = raised.value.diag
    told = f"{diag.message_primary}{diag.message_detail}{diag.message_hint}{diag.context}"
    assert "example.org" not in told and "mallory.person" in told
