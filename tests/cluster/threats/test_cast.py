"""Casts of Mallory's types are functions of hers: into JSON when a row is shown or logged, and from text when a new value is made."""

from .conftest import ALL_CALLS

TYPES = """
CREATE TYPE mallory.mood AS ENUM ('sad', 'happy');
CREATE FUNCTION mallory.mood_to_json(mallory.mood) RETURNS json IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN ''"some mood"''; END';
CREATE CAST (mallory.mood AS json) WITH FUNCTION mallory.mood_to_json(mallory.mood);
CREATE FUNCTION mallory.mood_from_text(text) RETURNS mallory.mood IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN (enum_range(NULL::mallory.mood))[1]; END';
CREATE CAST (text AS mallory.mood) WITH FUNCTION mallory.mood_from_text(text) AS ASSIGNMENT;
CREATE FUNCTION mallory.mood_to_text(mallory.mood) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM mallory.attack(); RETURN ''x''; END';
CREATE CAST (mallory.mood AS text) WITH FUNCTION mallory.mood_to_text(mallory.mood) AS ASSIGNMENT;
CREATE TABLE mallory.person (id int PRIMARY KEY, how mallory.mood NOT NULL, name text);
INSERT INTO mallory.person VALUES (1, 'happy', 'Ada');
"""


def test_a_row_with_such_a_value(mallory):
    """It is shown by gdpr_collect, and its fingerprint is logged."""
    mallory.does(TYPES)
    mallory.robs_a_superuser("SELECT to_jsonb(p) FROM mallory.person p")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""", *ALL_CALLS)


def test_a_rule_for_such_a_column(mallory):
    for rule in ('"auto"', '"random"', '{"strategy": "value", "value": "sad"}', '{"strategy": "sql", "expression": "\'sad\'::text"}'):
        mallory.connection.execute("DROP TABLE IF EXISTS mallory.person CASCADE; DROP TYPE IF EXISTS mallory.mood CASCADE")
        mallory.does(TYPES)
        mallory.robs_a_superuser("UPDATE mallory.person SET how = 'sad'::text")
        seen = mallory.seen(f"""SELECT gdpr_register('mallory.person', $${{"how": {rule}}}$$)""", *ALL_CALLS)
        mallory.has_nothing(seen)
        assert seen.as_mallory > 0
        assert not seen.errors, (rule, seen.errors)
        assert mallory.connection.execute("SELECT count(*) FROM mallory.person").fetchone() == (1,)


def test_such_a_type_as_a_key(mallory):
    """Keys are logged and compared, and read from what the caller gives."""
    mallory.does(TYPES)
    mallory.does("DROP TABLE mallory.person; CREATE TABLE mallory.person (id mallory.mood PRIMARY KEY, name text);"
                 "INSERT INTO mallory.person VALUES ('happy', 'Ada')")
    mallory.robs_a_superuser("UPDATE mallory.person SET id = 'sad'::text")
    calls = [call.replace("person', 1", "person', 'happy'") for call in ALL_CALLS]
    seen = mallory.seen("""SELECT gdpr_register('mallory.person', '{"name": "blank"}')""", *calls)
    mallory.has_nothing(seen)
    assert not seen.errors, seen.errors
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)
