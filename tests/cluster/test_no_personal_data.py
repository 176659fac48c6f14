"""S79: nothing that is personal in the test data is in the server's log, at the default level or at debug1, nor in what the server remembers of
statements, shows of sessions, says in errors, sends to listeners, or has in gdpr_log: neither as it stands nor in a form that anybody could compute
without the secret.

Ids are given as parameters, as clients do: a literal in the caller's own statement is the caller's, and PostgreSQL logs it where told to.
"""

import base64
import hashlib
import threading
import time

import psycopg
import pytest
from conftest import make_database

NAME, EMAIL, PHONE = "Lovelace-1815", "countess.lovelace@example.org", "+44 20 7946 0815"
REMARK, IBAN, COMPANY = "cannot stand Babbage-1791", "GB33BUKB20201555555555", "Analytical-Engines-Ltd"
STREET, NICK, NATURAL = "12 St. James's Square-7", "Enchantress-of-Number", "login.of.ada-1843"
BIRTH = "1815-12-10"
VALUES = (NAME, EMAIL, PHONE, REMARK, IBAN, COMPANY, STREET, NICK, NATURAL, BIRTH)

SCHEMA = f"""
CREATE TABLE person (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone text, born date, company varchar(30), document jsonb, nick text,
    code text UNIQUE
);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, remark text, iban text);
CREATE TABLE login (name text PRIMARY KEY, person_id int REFERENCES person);
CREATE TABLE visit (id int PRIMARY KEY, login text REFERENCES login, street text);
CREATE TABLE mailing (id int PRIMARY KEY, email text);
INSERT INTO person VALUES
    (1, '{NAME}', '{EMAIL}', '{PHONE}', '{BIRTH}', '{COMPANY}', jsonb_build_object('address', '{STREET.replace("'", "''")}'), '{NICK}', 'c1'),
    (2, 'Bea', 'bea@example.org', NULL, NULL, NULL, NULL, NULL, 'c2');
INSERT INTO orders VALUES (11, 1, '{REMARK}', '{IBAN}'), (12, 2, 'xyz', 'yyyy');
INSERT INTO login VALUES ('{NATURAL}', 1);
INSERT INTO visit VALUES (21, '{NATURAL}', '{STREET.replace("'", "''")}');
INSERT INTO mailing VALUES (31, '{EMAIL}');
SELECT gdpr_register('person', '{{"name": {{"strategy": "fake", "kind": "name"}}, "email": "email", "phone": {{"strategy": "partial", "keep_last": 1}},
    "born": "null", "company": "hash", "document": {{"strategy": "json", "paths": {{"address": "blank"}}}}, "nick": "pseudonym", "code": "keep"}}',
    subject => true);
SELECT gdpr_register('orders', '{{"remark": {{"strategy": "sql", "expression": "left(remark, 1)"}}, "iban": "random"}}');
SELECT gdpr_register('login', '{{"name": "email"}}');
SELECT gdpr_register('visit', '{{"street": "blank"}}');
SELECT gdpr_register('mailing', '{{"email": "email"}}');
SELECT gdpr_link('person', '{{email}}', 'mailing', '{{email}}');
"""
ANONYMISE = "SELECT relation::text, action, rows FROM gdpr_anonymise('person', %s)"
PREVIEW = "SELECT * FROM gdpr_preview('anonymise', 'person', %s)"
IS_ANONYMISED = "SELECT gdpr_is_anonymised('person', %s)"
LEVELS = ["warning", "debug1"]


@pytest.fixture
def connection(observed_cluster):
    host = observed_cluster.socket
    for database in make_database("gdpr_nothing_personal", host):
        with psycopg.connect(dbname=database, host=host, autocommit=True) as connection:
            connection.execute(SCHEMA)
            yield connection


def forms(value):
    """How a value could stand somewhere: itself, encoded, or as a hash that needs no secret."""
    raw = value.encode()
    digests = [hashlib.new(name, raw) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")]
    return {value, raw.hex(), base64.b64encode(raw).decode(), *(digest.hexdigest()[:16] for digest in digests),
            *(base64.b64encode(digest.digest()).decode()[:16] for digest in digests)}


FORMS = {form: value for value in VALUES for form in forms(value)}


def found_in(text):
    lowered = text.lower()
    return sorted({value for form, value in FORMS.items() if form.lower() in lowered})


def said(error):
    fields = ("message_primary", "message_detail", "message_hint", "context", "internal_query", "column_name", "constraint_name", "table_name",
              "datatype_name", "statement_position")
    return " ".join(str(getattr(error.diag, field)) for field in fields)


def everything(connection, schema):
    """All that the tables of a schema hold, as text."""
    tables = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p', 'v', 'm')",
                                (schema,)).fetchall()
    assert tables
    return {table: "\n".join(str(row) for row, in connection.execute(f"SELECT t::text FROM {table} t").fetchall()) for table, in tables}


def test_what_is_looked_for_is_there_before(connection):
    """The search finds each value where it is: in the tables, and in what a careless function would write."""
    assert found_in("\n".join(everything(connection, "public").values())) == sorted(VALUES)
    for value in VALUES:
        assert found_in(hashlib.sha256(value.encode()).hexdigest()) == [value]
        assert found_in(connection.execute("SELECT encode(%s::text::bytea, 'hex')", (value,)).fetchone()[0]) == [value]


@pytest.mark.parametrize("level", LEVELS)
def test_a_call_that_succeeds(connection, log, level):
    connection.execute(f"SET log_min_messages = {level}")
    connection.execute(f"SET client_min_messages = {level}")
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(said_by(notice)))
    for call in (PREVIEW, ANONYMISE, IS_ANONYMISED, PREVIEW):
        assert connection.execute(call, (1,)).fetchall() or call == PREVIEW
    connection.execute("SELECT * FROM gdpr_anonymise('person', %s, force => true)", (1,))
    rest = "\n".join(text for table, text in everything(connection, "public").items() if "gdpr_" not in table)
    assert set(found_in(rest)) == set()
    written = log()
    if level == "debug1":
        connection.execute("RESET log_min_messages")
    else:
        assert written == ""
    assert found_in(written) == []
    assert found_in("\n".join(notices)) == []


def said_by(notice):
    return " ".join(str(part) for part in (notice.message_primary, notice.message_detail, notice.message_hint, notice.context, notice.internal_query))


def test_the_log_of_events(connection):
    connection.execute(PREVIEW, (1,))
    connection.execute("SET gdpr_ext.reason = 'ticket 4711'")
    changed = connection.execute(ANONYMISE, (1,)).fetchall()
    assert {row[0] for row in changed} == {"person", "orders", "login", "visit", "mailing"}
    logged = everything(connection, "gdpr_log")
    assert "ticket 4711" in logged["gdpr_log.event"]  # it is this call's
    assert all(table in logged["gdpr_log.event"] for table in ("person", "orders", "login", "visit", "mailing"))
    assert {table: found_in(text) for table, text in logged.items()} == {table: [] for table in logged}
    # Neither in the extension's other tables.
    for table, text in everything(connection, "public").items():
        if table.startswith("gdpr_"):
            assert found_in(text) == [], table


def test_a_natural_key_is_logged_as_a_keyed_hash(connection):
    connection.execute(ANONYMISE, (1,))
    keys = connection.execute("SELECT keys FROM gdpr_log.event WHERE relation = 'public.login'").fetchone()[0]
    assert len(keys) == 1 and isinstance(keys[0], str) and len(keys[0]) >= 32
    assert int(keys[0], 16)
    assert found_in(keys[0]) == []
    # Another secret gives another hash: nobody computes it without.
    connection.execute("UPDATE gdpr_log.secret SET secret = sha256(secret)")
    connection.execute("INSERT INTO login SELECT %s, 2", (NATURAL,))
    connection.execute(ANONYMISE, (2,))
    others = connection.execute("SELECT keys FROM gdpr_log.event WHERE relation = 'public.login' ORDER BY at").fetchall()
    assert others[0] == (keys,) and others[1] != (keys,)


def test_keys_that_are_numbers_are_plain(connection):
    connection.execute(ANONYMISE, (1,))
    assert connection.execute("SELECT key_columns, keys FROM gdpr_log.event WHERE relation = 'public.orders'").fetchone() == (["id"], [11])


def test_notifications_carry_an_id_only(connection, observed_cluster):
    with psycopg.connect(dbname=connection.info.dbname, host=observed_cluster.socket, autocommit=True) as listener:
        listener.execute("LISTEN gdpr_event")
        connection.execute(ANONYMISE, (1,))
        events = {str(id_) for id_, in connection.execute("SELECT id FROM gdpr_log.event").fetchall()}
        told = {notice.payload for notice in listener.notifies(timeout=20, stop_after=len(events))}
    assert told == events and len(events) == 5


def test_statements_that_the_server_remembers(connection):
    connection.execute("CREATE EXTENSION pg_stat_statements")
    connection.execute("SET pg_stat_statements.track = 'all'; SET pg_stat_statements.track_utility = on")
    connection.execute("SELECT pg_stat_statements_reset()")
    for call in (PREVIEW, ANONYMISE, IS_ANONYMISED):
        connection.execute(call, (1,))
    connection.execute("SELECT * FROM gdpr_anonymise('login', %s, force => true)", (connection.execute("SELECT name FROM login").fetchone()[0],))
    remembered = [query for query, in connection.execute("SELECT query FROM pg_stat_statements").fetchall()]
    assert any("UPDATE" in query and "orders" in query for query in remembered)  # our inner statements are among them
    assert found_in("\n".join(remembered)) == []
    prepared = connection.execute("SELECT string_agg(statement || parameter_types::text, ' ') FROM pg_prepared_statements").fetchone()[0]
    assert found_in(prepared or "") == []


def test_what_others_see_while_it_runs(connection, observed_cluster):
    """pg_stat_activity is sampled from another session while a trigger of the second table makes the call last."""
    connection.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END';"
        "CREATE TRIGGER slow BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION slow();"
        "CREATE TRIGGER slow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION slow();"
        "CREATE TRIGGER slow BEFORE UPDATE ON mailing FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    samples = set()
    begun, stop = threading.Event(), threading.Event()

    def sample():
        with psycopg.connect(dbname=connection.info.dbname, host=observed_cluster.socket, autocommit=True) as other:
            while not stop.is_set():
                query = "SELECT query, application_name, state FROM pg_stat_activity WHERE pid = %s"
                samples.update(other.execute(query, (connection.info.backend_pid,)).fetchall())
                begun.set()
                time.sleep(0.01)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        assert begun.wait(60)
        connection.execute(ANONYMISE, (1,))
        connection.execute("SELECT * FROM gdpr_anonymise('login', %s::text)", (NATURAL,))
    finally:
        stop.set()
        sampler.join(60)
    assert any("gdpr_anonymise" in query and state == "active" for query, _, state in samples)
    assert found_in(repr(samples)) == []


# Each makes the anonymising of person 1 fail; what the server, or the user's own code, says about it has a value in it.
FAILURES = {
    "check constraint": ("ALTER TABLE orders ADD CONSTRAINT must_stay CHECK (id <> 11 OR length(remark) > 5)", "23514", "orders", "must_stay"),
    "domain": ("CREATE DOMAIN long AS text CHECK (length(VALUE) <> 1); ALTER TABLE orders ALTER remark TYPE long", "23514", "orders", None),
    "not null": (
        "ALTER TABLE orders ALTER remark SET NOT NULL; CREATE FUNCTION nothing(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT NULL::text';"
        """SELECT gdpr_register('orders', '{"remark": {"strategy": "sql", "expression": "nothing(remark)"}}')""", "23502", "orders", None,
    ),
    "unique index": (
        """SELECT gdpr_register('orders', '{"remark": {"strategy": "sql", "expression": "CASE WHEN id > 0 THEN ''x'' ELSE remark END"}}');"""
        "INSERT INTO orders VALUES (13, 2, 'x', 'z'); CREATE UNIQUE INDEX only_one ON orders (remark, (length(iban) > 0))", "23505", "orders", "only_one",
    ),
    "exclusion": (
        "ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE USING btree (left(remark, 1) WITH =) WHERE (remark <> 'cannot stand Babbage-1791');"
        f"INSERT INTO orders VALUES (13, 2, '{REMARK[0]}', 'z')", "23P01", "orders", "apart",
    ),
    "too long": (
        "CREATE FUNCTION longer(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1 || $1 || $1';"
        """SELECT gdpr_register('person', '{"company": {"strategy": "sql", "expression": "longer(company)"}}')""", "22001", "person", None,
    ),
    "cast in a rule": (
        "CREATE FUNCTION number(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1::int';"
        """SELECT gdpr_register('orders', '{"remark": {"strategy": "sql", "expression": "number(remark)::text"}}')""", "22P02", "orders", None,
    ),
    "raise in a trigger": (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'not %', OLD.remark USING DETAIL = OLD.iban, HINT = OLD.remark, ERRCODE = 'P0001',"
        " COLUMN = OLD.remark, CONSTRAINT = OLD.remark, TABLE = OLD.remark, DATATYPE = OLD.remark; END $$;"
        "CREATE TRIGGER no BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no()", "P0001", "orders", None,
    ),
    "raise in a trigger with a code of its own": (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'not %', OLD.remark USING ERRCODE = 'UT001'; END $$;"
        # A code that the server does not know either.
        "CREATE TRIGGER no BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no()", "XX000", "orders", None,
    ),
    "statement of a trigger": (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE format('INSERT INTO nowhere VALUES (%L)', OLD.remark); RETURN NEW; END $$;"
        "CREATE TRIGGER no AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no()", "42P01", "orders", None,
    ),
    "statement of a trigger with bad syntax": (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || OLD.remark; RETURN NEW; END $$;"
        "CREATE TRIGGER no AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no()", None, "orders", None,
    ),
    "after hook": (
        "CREATE FUNCTION no(regclass, jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION 'not {REMARK}' USING DETAIL = '{IBAN}'; END $$;"
        """SELECT gdpr_register('orders', hooks => '{"after": "public.no"}')""", "P0001", "orders", None,
    ),
    "generated column": (
        "ALTER TABLE orders ADD half text GENERATED ALWAYS AS (CASE WHEN length(remark) = 1 THEN (remark || iban)::int::text END) STORED",
        "22P02", "orders", None,
    ),
    "condition of a link": (
        "SELECT gdpr_link('person', '{email}', 'mailing', '{email}', condition => 'source.name::int = 1')", "22P02", "mailing", None,
    ),
}


# At debug1 the server itself shows a statement of somebody's function that names no table.
CALLS = [(failure, level) for failure in FAILURES for level in LEVELS if (failure, level) != ("statement of a trigger", "debug1")]


@pytest.mark.parametrize("failure, level", CALLS)
def test_a_call_that_fails(connection, log, failure, level):
    cause, code, table, constraint = FAILURES[failure]
    connection.execute(cause)
    before = everything(connection, "public")
    connection.execute(f"SET log_min_messages = {level}; SET client_min_messages = {level}")
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(said_by(notice)))
    start = len(log())
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(ANONYMISE, (1,))
    error = raised.value
    connection.execute("RESET log_min_messages; RESET client_min_messages")
    written = log()[start:]
    assert code is None or error.sqlstate == code
    assert table in error.diag.message_primary
    if constraint:
        assert constraint in said(error)
    assert found_in(said(error)) == []
    assert error.diag.message_primary in written  # the log is the right one
    assert found_in(written) == []
    assert found_in("\n".join(notices)) == []
    # And nothing has happened.
    assert everything(connection, "public") == before
    assert everything(connection, "gdpr_log")["gdpr_log.event"] == ""


def test_the_server_would_have_said_it(connection, log):
    """What the tests above look for is in the message of a plain UPDATE."""
    for cause, statement in [
        (FAILURES["check constraint"][0], "UPDATE orders SET remark = left(remark, 1)"),
        (FAILURES["raise in a trigger"][0], "UPDATE orders SET remark = left(remark, 1)"),
        (FAILURES["statement of a trigger"][0].replace("no()", "no2()").replace("TRIGGER no", "TRIGGER no2"), "UPDATE orders SET remark = remark"),
    ]:
        with connection.transaction(force_rollback=True):
            connection.execute(cause)
            with pytest.raises(psycopg.Error) as raised, connection.transaction():
                connection.execute(statement)
            assert found_in(said(raised.value))
    assert found_in(log())


def test_a_refusal(connection, log):
    """Rows in tables that nobody has registered, rows that are somebody else's too: counted, not shown."""
    connection.execute("CREATE TABLE secret_note (id int PRIMARY KEY, person_id int REFERENCES person, body text)")
    connection.execute("INSERT INTO secret_note VALUES (1, 1, %s)", (REMARK,))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
        connection.execute(ANONYMISE, (1,))
    assert "secret_note" in said(raised.value)
    assert found_in(said(raised.value)) == []
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(said_by(notice)))
    connection.execute("SET gdpr_ext.unregistered = 'report'")
    assert ("secret_note", "unregistered", 1) in connection.execute(ANONYMISE, (1,)).fetchall()
    assert any("secret_note" in notice for notice in notices)
    assert found_in("\n".join(notices)) == []
    assert found_in(log()) == []
    assert found_in("\n".join(everything(connection, "gdpr_log").values())) == []


@pytest.mark.parametrize("function", ["gdpr_anonymise('{}', %s::text)", "gdpr_is_anonymised('{}', %s::text)", "gdpr_preview('anonymise', '{}', %s::text)"])
@pytest.mark.parametrize("subject", ["person", "login"])
def test_an_id_that_is_a_name(connection, log, function, subject):
    """Given for the wrong table, or unknown: it is not repeated."""
    call = "SELECT * FROM " + function.format(subject)
    if subject == "person":
        with pytest.raises(psycopg.errors.InvalidTextRepresentation) as raised:
            connection.execute(call, (NATURAL,))
        assert found_in(said(raised.value)) == []
    else:
        connection.execute("DELETE FROM visit; DELETE FROM login")
        connection.execute(call, (NATURAL,))
    assert found_in(log()) == []
    assert found_in("\n".join(everything(connection, "gdpr_log").values())) == []


def test_a_rule_that_is_refused(connection, log):
    """When it is registered, the rows that are there may be tried: what is said names the column, not what stands in it."""
    for rules in (
        '{"name": "null"}', '{"email": {"strategy": "value", "value": "x"}}', '{"born": "email"}', '{"company": {"strategy": "email"}}',
        '{"name": {"strategy": "sql", "expression": "name::int::text"}}',
    ):
        try:
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT gdpr_register('person', %s::jsonb)", (rules,))
        except psycopg.Error as error:
            assert found_in(said(error)) == []
    assert found_in(log()) == []
