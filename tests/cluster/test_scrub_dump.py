"""S90: a scrubbed database is one like any other. Its dump restores, with every constraint, index and trigger, and holds none of the old values."""

import subprocess

import psycopg
import pytest
from conftest import make_database, program
from restore import contents, differences

SCHEMA = """
CREATE EXTENSION citext;
CREATE DOMAIN label AS text CHECK (VALUE <> '');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE person (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext NOT NULL UNIQUE, name label NOT NULL,
        shown text GENERATED ALWAYS AS ('Mx ' || name::text) STORED, country char(2) REFERENCES country,
    born date CHECK (born > '1900-01-01'), how mood, gone text, photo bytea, room int4range, EXCLUDE USING gist (room WITH &&)
);
CREATE TABLE login (nick text PRIMARY KEY, email citext NOT NULL REFERENCES person (email) ON UPDATE CASCADE,
    boss text REFERENCES login DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE session (id int PRIMARY KEY, nick text REFERENCES login ON DELETE SET NULL, ip inet);
CREATE TABLE visit (id int, day date, page text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 (page text, day date NOT NULL, gone int, id int NOT NULL);
ALTER TABLE visit_2024 DROP COLUMN gone;
ALTER TABLE visit ATTACH PARTITION visit_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE animal (id int PRIMARY KEY, owner text);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, note varchar(9));
CREATE UNIQUE INDEX ON person (lower(name::text));
CREATE INDEX ON login (email) WHERE boss IS NOT NULL;
CREATE STATISTICS person_places (mcv) ON country, how FROM person;
CREATE MATERIALIZED VIEW names AS SELECT name, country FROM person;
CREATE UNIQUE INDEX ON names (name);
CREATE VIEW british AS SELECT id, name FROM person WHERE country = 'GB';
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fired'; END $$;
CREATE TRIGGER audit BEFORE UPDATE OF name, email ON person FOR EACH ROW EXECUTE FUNCTION audit();
INSERT INTO country VALUES ('GB', 'United Kingdom'), ('FR', 'France');
INSERT INTO person (email, name, country, born, how, gone, photo, room)
SELECT 'Planted' || i || '@example.org', 'Planted ' || i, CASE i % 2 WHEN 0 THEN 'GB' ELSE 'FR' END, '1950-01-01'::date + i, 'sad', 'Planted',
    'Planted'::bytea, int4range(2 * i, 2 * i + 1) FROM generate_series(1, 500) i;
ALTER TABLE person DROP COLUMN gone;
INSERT INTO login SELECT 'planted' || id, upper(email::text), CASE WHEN id > 1 THEN 'planted' || id / 2 END FROM person;
INSERT INTO session SELECT i, 'planted' || 1 + i % 500, '192.0.2.1' FROM generate_series(1, 1000) i;
INSERT INTO visit SELECT i, '2023-01-01'::date + i % 700, 'planted page ' || i FROM generate_series(1, 1000) i;
INSERT INTO animal VALUES (1, 'Planted');
INSERT INTO dog VALUES (2, 'Planted', 'collie');
INSERT INTO scratch VALUES (1, 'Planted');
REFRESH MATERIALIZED VIEW names;
SELECT gdpr_register('person', '{"email": "email", "name": {"strategy": "pseudonym", "kind": "user_name"}, "born": "noise", "photo": "null",
    "how": "random", "country": "keep", "room": "auto"}', subject => true),
    gdpr_register('login', '{"nick": "pseudonym"}'), gdpr_register('session', '{"ip": "null"}'), gdpr_register('visit', '{"page": "hash"}',
        key => '{id}'),
    gdpr_register('animal', '{"owner": "null"}'), gdpr_register('scratch', '{"note": "blank"}');
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
    JOIN pg_class ON oid = indrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled = 'O' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT stxrelid::regclass::text, stxname, pg_get_statisticsobjdef(oid), true FROM pg_statistic_ext
"""


@pytest.fixture
def copy():
    yield from make_database("gdpr_scrubbed_copy")


def dump(database, *options):
    return subprocess.run([program("pg_dump"), "-d", database, *options], check=True, capture_output=True).stdout


def restored(database, content):
    """An empty database, filled from the dump; the first error ends it."""
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {database} TEMPLATE template0")
    subprocess.run([program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database], check=True, input=content, stdout=subprocess.DEVNULL)


@pytest.fixture
def scrubbed(connection):
    connection.execute(SCHEMA)
    connection.execute("ANALYZE")
    joins = "SELECT count(*), count(b.nick) FROM person p JOIN login l USING (email) JOIN session s USING (nick) LEFT JOIN login b ON b.nick = l.boss"
    before = connection.execute(joins).fetchone()
    connection.execute("SET gdpr_ext.allow_scrub = on")
    connection.execute("SELECT * FROM gdpr_scrub_db()")
    assert connection.execute(joins).fetchone() == before
    return connection


@pytest.mark.parametrize("options", [[], ["--inserts"]], ids=["copy", "inserts"])
def test_s90_a_dump_restores(scrubbed, database, copy, options):
    content = dump(database, *options)
    assert b"lanted" not in content.replace(b"Planted ' || i", b"")
    restored(copy, content)
    with psycopg.connect(dbname=copy, autocommit=True) as connection:
        assert differences(contents(scrubbed), contents(connection)) == []
        for question in (CONSTRAINTS, "SELECT name::text, country FROM names", "SELECT * FROM british"):
            assert sorted(connection.execute(question).fetchall()) == sorted(scrubbed.execute(question).fetchall())
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (500,)
        # The rules came along, and the mark that the data was scrubbed.
        assert connection.execute("SELECT count(*) FROM gdpr_registry").fetchone() == (6,)
        assert connection.execute("SELECT scrubbed IS NOT NULL FROM gdpr_log.database").fetchone() == (True,)
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute("SELECT * FROM gdpr_rerun()")


def test_s90_without_the_extension(scrubbed, database, copy):
    """Developers need none of it: it can be dropped from the copy, and what is left is the application's."""
    scrubbed.execute("SET client_min_messages = warning; DROP EXTENSION gdpr_ext CASCADE")
    content = dump(database)
    assert b"gdpr" not in content.replace(database.encode(), b"")
    restored(copy, content)
    with psycopg.connect(dbname=copy, autocommit=True) as connection:
        assert differences(contents(scrubbed), contents(connection)) == []
        assert sorted(connection.execute(CONSTRAINTS).fetchall()) == sorted(scrubbed.execute(CONSTRAINTS).fetchall())
