"""Who may ask for the hash of any value finds out whose hash he sees, without the secret.

What is internal answers nobody, not even code that runs inside an action, and what is public must be granted.
"""

import psycopg
import pytest

from .own_functions import FUNCTIONS, calls

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text, other text);
INSERT INTO mallory.person VALUES (1, 'Ada', 'x');
"""
# The documented functions that depend on the secret: an administrator grants them, one by one, to those who may have such answers.
GRANTED_ONE_BY_ONE = {"gdpr_hash", "gdpr_pseudonym", "gdpr_anonymise"}
# These say whether two databases have one secret. They are asked about no value, so they hash none.
ASKED_NOTHING = {"gdpr_secret_check", "gdpr_log_export"}


def answers(mallory, call):
    """What she is told, several times: what is made up differs."""
    told = []
    for _ in range(12):
        mallory.connection.execute("SET ROLE regress_mallory")
        try:
            told.append(repr(mallory.connection.execute(call).fetchall()))
        except psycopg.Error as error:
            told.append(error.sqlstate)
        finally:
            mallory.connection.execute("RESET ROLE")
    return tuple(told)


def test_the_public_ones_are_revoked(mallory):
    for call in ("SELECT gdpr_hash('Ada')", "SELECT gdpr_pseudonym('Ada')", "SELECT gdpr_partial('Ada')", "SELECT gdpr_fake_name()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mallory.does(call)


def test_no_other_function_answers_by_the_secret(mallory):
    """An answer that is the same twice under one secret, and another under another secret, is an oracle."""
    mallory.does(TABLE)
    connection = mallory.connection
    connection.execute("GRANT USAGE ON SCHEMA gdpr_log TO regress_mallory")
    connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")
    asked = calls(connection, "mallory.person")
    assert any("public.gdpr_hash(" in call for call in asked)
    for _ in range(2):
        day = connection.execute("SELECT current_date").fetchone()
        first = {call: answers(mallory, call) for call in asked}
        connection.execute("UPDATE gdpr_log.secret SET secret = sha256(secret)")
        second = {call: answers(mallory, call) for call in asked}
        if day == connection.execute("SELECT current_date").fetchone():
            break  # else gdpr_ropa_json, which says what day it is, is another with the day
    oracles = {call for call in asked if len({*first[call]}) == 1 and len({*second[call]}) == 1 and first[call] != second[call]}
    names = {name.removeprefix("public.") for name, _ in connection.execute(FUNCTIONS).fetchall() if any(f" {name}(" in call for call in oracles)}
    assert "gdpr_hash" in names  # the question tells oracles from the others
    assert names <= GRANTED_ONE_BY_ONE | ASKED_NOTHING


def test_not_from_inside_an_action_either(mallory):
    """A rule of hers calls what the extension's own rules call, while a superuser acts: to have other people's values hashed for her."""
    mallory.does(TABLE)
    connection = mallory.connection
    connection.execute("SELECT gdpr_register('mallory.person', $${\"name\": {\"strategy\": \"sql\", \"expression\": \"upper(name)\"}}$$)")
    hashed = connection.execute("SELECT gdpr_hash('Nobody else reads this')").fetchone()[0]
    mallory.does("CREATE TABLE mallory.told (answer text)")
    connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, gdpr_log, gdpr_internal TO regress_mallory")
    connection.execute("REVOKE EXECUTE ON FUNCTION gdpr_hash, gdpr_pseudonym FROM regress_mallory")
    hers_to_call = ("gdpr_anonymise(", "gdpr_erase(", "gdpr_delete(", "register(")
    inside = [call for call in calls(connection, "mallory.person") if not any(f in call for f in hers_to_call)]
    # The token that the statements of an action give to what they call is one of 2^64, and new for each.
    inside += [
        f"SELECT * FROM gdpr_internal.{function}"
        for token in ("0", "1", "-1", "pg_backend_pid()")
        for function in (f"""masked({token}::bigint, 'Ada'::text, '{{"hash":{{"length":64}}}}')""", f"marks({token}::bigint, 'Ada'::text)")
    ]
    body = "".join(
        "BEGIN FOR answer IN EXECUTE $q$SELECT t::text FROM (" + call.replace("'Ada'", "'Nobody else reads this'") + ") t$q$ LOOP "
        "INSERT INTO mallory.told VALUES (answer); END LOOP; EXCEPTION WHEN OTHERS THEN INSERT INTO mallory.told VALUES (SQLSTATE); END;\n"
        for call in inside
    )
    mallory.does(
        "CREATE FUNCTION mallory.ask() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE answer text; BEGIN " + body + "RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE ON mallory.person FOR EACH ROW EXECUTE FUNCTION mallory.ask()"
    )
    connection.execute("SELECT * FROM gdpr_anonymise('mallory.person', 1)")
    told = [answer for answer, in connection.execute("SELECT answer FROM mallory.told ORDER BY ctid").fetchall()]
    assert len(told) > 0.9 * len(inside)  # some give no row
    assert not [answer for answer in told if hashed[:12] in (answer or "")]
    assert told[-8:] == ["42501"] * 8
    # It is the right question: with EXECUTE she is told.
    connection.execute("GRANT EXECUTE ON FUNCTION gdpr_hash(text, int) TO regress_mallory; SET ROLE regress_mallory")
    assert connection.execute("SELECT gdpr_hash('Nobody else reads this')").fetchone() == (hashed,)
    connection.execute("RESET ROLE")
