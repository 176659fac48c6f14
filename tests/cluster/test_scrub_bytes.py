"""S91: no value of a ruled column survives in any file of the database.

Distinctive values are planted wherever PostgreSQL keeps copies of values. Each is looked for as bytes in the files of that very place before the
scrub, which must find it, and after the scrub and a checkpoint in all files of the database, which must not.
"""

import re
from pathlib import Path

import psycopg
import pytest
from conftest import make_database

# A marker is unique to its place, so that what is found says where it comes from. None has a character twice in a row, and all begin alike.
TABLES = """
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE FUNCTION noise(n int, seed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(md5(seed || i), '')
    FROM generate_series(1, n / 32) i $$;
-- Small changes to each piece: it can be compressed, and is still too long for the row.
CREATE FUNCTION dense(n int, seed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(repeat(md5(seed || i), 4), '')
    FROM generate_series(1, n / 128) i $$;

CREATE TABLE person (
    id int PRIMARY KEY, dropped text, name text, mail text NOT NULL UNIQUE, city text, street text, phone text, number bigint, uid uuid, bytes bytea,
        tags text[], doc jsonb,
    external text, extended text, inline text, shown text GENERATED ALWAYS AS ('ZqGenerated' || name) STORED, keep_long text
) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE person ALTER external SET STORAGE EXTERNAL, ALTER extended SET COMPRESSION pglz, ALTER inline SET COMPRESSION pglz,
    ALTER city SET STATISTICS 10, ALTER name SET STATISTICS 10,
    ALTER mail SET STATISTICS 10;
CREATE TABLE login (id int PRIMARY KEY, mail text REFERENCES person (mail));
CREATE TABLE device (id int PRIMARY KEY, mail text);
ALTER TABLE device ADD FOREIGN KEY (mail) REFERENCES person (mail) NOT VALID;
CREATE TABLE visit (id int, place text, agent text, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE trip (id int, place text) PARTITION BY LIST (place);
CREATE TABLE trip_some PARTITION OF trip FOR VALUES IN ('somewhere');
CREATE TABLE trip_rest PARTITION OF trip DEFAULT;
CREATE TABLE animal (id int PRIMARY KEY, owner text);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, note text);
CREATE TABLE wide (id int PRIMARY KEY, note text);
ALTER TABLE wide ALTER note SET STATISTICS 100;
CREATE TABLE far (id int PRIMARY KEY, note text) TABLESPACE gdpr_far;
CREATE TABLE history (id int PRIMARY KEY, note text, long text) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE history ALTER long SET STORAGE EXTERNAL;

INSERT INTO person (id, dropped, name, mail, city, street, phone, number, uid, bytes, tags, doc, external, extended, inline, keep_long)
SELECT i, 'ZqDroppedColumn' || i, 'ZqNameOfPerson' || i, 'ZqMailAddress' || i || '@example.org', 'ZqCityCommon' || i % 5, 'ZqStreetCommon' || i % 7,
    'ZqPhonePartial' || i, 6510615555426900570 + i,
       'feedfeed-abba-4ada-abba-feedfeedfeed'::uuid, 'ZqBytesPlain'::bytea, ARRAY['ZqTagInArray' || i], jsonb_build_object('ZqKeyOfDoc',
           'ZqValueOfDoc' || i),
       CASE WHEN i <= 5 THEN 'ZqToastExternal' || i || noise(20000, 'e' || i) END, CASE WHEN i <= 5 THEN 'ZqToastExtended' || i || dense(60000,
           'c' || i) END,
       CASE WHEN i <= 5 THEN 'ZqInlineLong' || i || repeat('abcdefgh', 500) END, CASE WHEN i <= 5 THEN noise(20000, 'k' || i) END
FROM generate_series(1, 300) i;
ALTER TABLE person DROP COLUMN dropped;
INSERT INTO login SELECT id, mail FROM person WHERE id <= 100;
INSERT INTO device SELECT id, mail FROM person WHERE id <= 50;
SET session_replication_role = replica;
INSERT INTO device VALUES (51, 'ZqDanglingReference');
RESET session_replication_role;
INSERT INTO visit SELECT i, 'ZqPlaceOfVisit' || i % 5, 'ZqAgentOfVisit', '2023-01-01'::date + i FROM generate_series(1, 700) i;
INSERT INTO trip SELECT i, 'ZqPartitionKey' || i FROM generate_series(1, 50) i;
INSERT INTO animal SELECT i, 'ZqOwnerOfAnimal' || i % 5 FROM generate_series(1, 50) i;
INSERT INTO dog SELECT i, 'ZqOwnerOfDog' || i % 5, 'collie' FROM generate_series(1, 50) i;
INSERT INTO scratch SELECT i, 'ZqUnloggedNote' || i FROM generate_series(1, 50) i;
-- A checkpoint does not write it; whoever moves it does.
ALTER TABLE scratch SET TABLESPACE gdpr_far;
INSERT INTO wide SELECT i, 'ZqWideStatistic' || i % 50 || noise(900, i % 50 || 'w') FROM generate_series(1, 200) i;
INSERT INTO far SELECT i, 'ZqOtherTablespace' || i FROM generate_series(1, 50) i;
INSERT INTO history SELECT i, 'ZqBeforeUpdate' || i, 'ZqLongBeforeUpdate' || i || noise(5000, 'h' || i) FROM generate_series(1, 50) i;
INSERT INTO history SELECT i, 'ZqDeletedRow' || i FROM generate_series(51, 99) i;
CREATE INDEX person_name ON person (name);
CREATE INDEX person_lower ON person (lower(name));
CREATE INDEX person_city ON person (city);
CREATE INDEX person_tags ON person USING gin (tags);
CREATE INDEX person_brin ON person USING brin (phone);
CREATE INDEX person_street ON person (street) WHERE id < 100;
CREATE INDEX person_covering ON person (id) INCLUDE (street);
CREATE INDEX person_inline ON person (inline) WHERE inline IS NOT NULL;
CREATE INDEX person_reverse ON person (reverse(city));
ALTER INDEX person_reverse ALTER COLUMN 1 SET STATISTICS 10;
CREATE INDEX login_mail ON login (mail);
CREATE INDEX visit_place ON visit (place);
CREATE STATISTICS person_both (mcv) ON city, street FROM person;
CREATE STATISTICS person_upper ON upper(city) FROM person;
CREATE MATERIALIZED VIEW cities AS SELECT city, 'ZqMatview' || city AS shown, count(*) AS people FROM person GROUP BY city;
CREATE UNIQUE INDEX cities_shown ON cities (shown);
CREATE MATERIALIZED VIEW cities_again AS SELECT shown || 'ZqMatviewAgain' AS shown FROM cities;
SELECT lo_from_bytea(4711, 'ZqLargeObject of Ada');
ANALYZE;
SELECT gdpr_register('shop.person', '{"name": "hash", "mail": "email", "city": {"strategy": "hash", "length": 8}, "street": {"strategy": "fake",
    "kind": "street"}, "phone": {"strategy": "partial", "keep_last": 1},
    "number": "null", "uid": "random", "bytes": "blank", "tags": "blank", "doc": "null", "external": "null", "extended": "null",
    "inline": "hash"}', subject => true);
SELECT gdpr_register('shop.login'), gdpr_register('shop.device'), gdpr_register('shop.visit', '{"place": "null", "agent": {"strategy": "value",
    "value": "a browser"}}', key => '{id}'),
    gdpr_register('shop.trip', '{"place": {"strategy": "value", "value": "somewhere"}}', key => '{id}'), gdpr_register('shop.animal',
        '{"owner": "null"}'), gdpr_register('shop.scratch', '{"note": "blank"}'),
    gdpr_register('shop.wide', '{"note": "null"}'), gdpr_register('shop.far', '{"note": "hash"}'), gdpr_register('shop.history', '{"note": "blank",
        "long": "blank"}');
"""
# Rows that nobody sees any more. Nothing reads the table afterwards, which would clean its pages.
DEAD = "UPDATE shop.history SET note = 'ZqAfterUpdate', long = NULL; DELETE FROM shop.history WHERE id > 50"

# How whatever is planted begins, as far as compression leaves it in one piece: longer than what a uuid or a digest could be by chance.
BEGINNINGS = {found.encode() for found in re.findall("Zq[A-Z][A-Za-z]{4}", TABLES + DEAD)}

TOAST = "(SELECT reltoastrelid FROM pg_class WHERE oid = 'shop.{}'::regclass)"
# Where it is planted (a relation, or an expression that gives one), and what is looked for there.
PLACES = {
    "heap": ("shop.person", b"ZqNameOfPerson"),
    "heap, a bigint": ("shop.person", (6510615555426900570).to_bytes(8, "little")[1:]),
    "heap, a uuid": ("shop.person", bytes.fromhex("feedfeedabba4adaabbafeedfeedfeed")),
    "heap, bytea": ("shop.person", b"ZqBytesPlain"),
    "heap, an array": ("shop.person", b"ZqTagInArray"),
    "heap, jsonb": ("shop.person", b"ZqValueOfDoc"),
    "heap, a dropped column": ("shop.person", b"ZqDroppedColumn"),
    "heap, a generated column": ("shop.person", b"ZqGeneratedZqNameOfPerson"),
    "heap, compressed in the row": ("shop.person", b"ZqInlineLong"),
    "heap, before an UPDATE": ("shop.history", b"ZqBeforeUpdate"),
    "heap, of a deleted row": ("shop.history", b"ZqDeletedRow"),
    "heap, of a partition": ("shop.visit_2023", b"ZqPlaceOfVisit"),
    "heap, of a partition that rows leave": ("shop.trip_rest", b"ZqPartitionKey"),
    "heap, of a parent": ("shop.animal", b"ZqOwnerOfAnimal"),
    "heap, of a child": ("shop.dog", b"ZqOwnerOfDog"),
    "heap, unlogged": ("shop.scratch", b"ZqUnloggedNote"),
    "heap, in another tablespace": ("shop.far", b"ZqOtherTablespace"),
    "key": ("shop.person", b"ZqMailAddress"),
    "key, its index": ("shop.person_mail_key", b"ZqMailAddress"),
    "key, a reference": ("shop.login", b"ZqMailAddress"),
    "key, the index of a reference": ("shop.login_mail", b"ZqMailAddress"),
    "key, a reference that leads nowhere": ("shop.device", b"ZqDanglingReference"),
    "TOAST, plain": (TOAST.format("person"), b"ZqToastExternal"),
    "TOAST, compressed": (TOAST.format("person"), b"ZqToastExtended"),
    "TOAST, before an UPDATE": (TOAST.format("history"), b"ZqLongBeforeUpdate"),
    "index": ("shop.person_name", b"ZqNameOfPerson"),
    "index over an expression": ("shop.person_lower", b"zqnameofperson"),
    "index, partial": ("shop.person_street", b"ZqStreetCommon"),
    "index, included": ("shop.person_covering", b"ZqStreetCommon"),
    "index, compressed": ("shop.person_inline", b"ZqInlineLong"),
    "index, gin": ("shop.person_tags", b"ZqTagInArray"),
    "index, brin": ("shop.person_brin", b"ZqPhonePartial"),
    "index, of a partition": ("shop.visit_2023_place_idx", b"ZqPlaceOfVisit"),
    "materialized view": ("shop.cities", b"ZqMatviewZqCityCommon"),
    "materialized view, its index": ("shop.cities_shown", b"ZqMatviewZqCityCommon"),
    "materialized view of another": ("shop.cities_again", b"ZqCityCommon1ZqMatviewAgain"),
    "statistics, most common values": ("pg_statistic", b"ZqCityCommon"),
    "statistics, histogram": ("pg_statistic", b"ZqNameOfPerson"),
    "statistics, of a reference": ("pg_statistic", b"ZqMailAddress"),
    "statistics, of an index over an expression": ("pg_statistic", b"nommoCytiCqZ"),
    "statistics, of a partition": ("pg_statistic", b"ZqPlaceOfVisit"),
    "statistics, of a parent": ("pg_statistic", b"ZqOwnerOfDog"),
    "statistics, of a materialized view": ("pg_statistic", b"ZqMatviewZqCityCommon"),
    "statistics, too long for the row": ("(SELECT reltoastrelid FROM pg_class WHERE oid = 'pg_statistic'::regclass)", b"ZqWideStatistic"),
    "statistics, of several columns": ("pg_statistic_ext_data", b"ZqStreetCommon"),
    "statistics, of an expression": ("pg_statistic_ext_data", b"ZQCITYCOMMON"),
    "large object": ("pg_largeobject", b"ZqLargeObject"),
}


def pattern(marker):
    """The marker, plain or as pglz keeps it: a byte of flags stands before every eight items, wherever these eight begin."""
    ways = [re.escape(marker)]
    for first in range(1, 9):
        pieces = [marker[:first], *(marker[at:at + 8] for at in range(first, len(marker), 8))]
        ways.append(b".".join(map(re.escape, pieces)))
    return re.compile(b"|".join(ways), re.DOTALL)


def in_files(marker, files):
    found = pattern(marker)
    return sorted({path.name for path, content in files.items() if found.search(content)})


class Database:
    """The files of a database, below the directory of its cluster."""

    def __init__(self, connection):
        self.connection = connection
        self.directory = Path(connection.execute("SHOW data_directory").fetchone()[0])
        self.oid = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()[0]

    def all(self):
        self.connection.execute("CHECKPOINT")
        paths = [*self.directory.glob(f"base/{self.oid}/*"), *self.directory.glob(f"pg_tblspc/*/PG_*/{self.oid}/*")]
        return dict(filter(None, map(self.read, paths)))

    def read(self, path):
        """The path and its bytes; nothing of a directory, or of a file that another backend has renamed since, as it does with pg_internal.init."""
        try:
            return path, path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None

    def of(self, relation):
        """The files of one relation: all forks and segments."""
        oid = relation if relation.startswith("(") else f"'{relation}'::regclass"
        file = self.directory / self.connection.execute(f"SELECT pg_relation_filepath({oid})").fetchone()[0]
        return {path: path.read_bytes() for path in file.parent.glob(file.name + "*") if re.fullmatch(re.escape(file.name) + r"([._].+)?", path.name)}


class Story:
    """What was found before and after."""

    def __init__(self, connection):
        database = Database(connection)
        connection.execute(TABLES)
        secret = connection.execute("SELECT secret FROM gdpr_log.secret").fetchone()[0]
        connection.execute("SELECT * FROM gdpr_anonymise('shop.person', 300)")
        marks = connection.execute("SELECT marks FROM gdpr_log.anonymised LIMIT 1").fetchone()[0]
        self.markers = {name: marker for name, (_, marker) in PLACES.items()}
        self.markers |= {"secret": secret, "marks": marks, "after the UPDATE": b"ZqAfterUpdate"}
        connection.execute(DEAD)
        connection.execute("CHECKPOINT")
        self.before = {name: in_files(marker, database.of(place)) for name, (place, marker) in PLACES.items()}
        files = database.all()
        self.all_before = {name: in_files(marker, files) for name, marker in self.markers.items()}
        connection.execute("RESET search_path; SET gdpr_ext.allow_scrub = on")
        self.report = connection.execute("SELECT relation::text, action, rows FROM gdpr_scrub_db(large_objects => 'unlink')").fetchall()
        # What a file belongs to, for whoever reads that a test failed.
        nodes = "SELECT pg_relation_filenode(oid)::text, oid::regclass::text FROM pg_class"
        self.names = dict(connection.execute(nodes).fetchall())
        connection.execute("ALTER TABLE shop.scratch SET TABLESPACE pg_default")
        files = database.all()
        self.after = {name: [self.name(file) for file in in_files(marker, files)] for name, marker in self.markers.items()}
        found = {found for content in files.values() for found in re.findall(rb"Zq[A-Z][A-Za-z]{4,}", content)}
        self.anything = sorted(each for each in found if each[:7] in BEGINNINGS)
        self.kept = connection.execute("SELECT count(*) FROM shop.person WHERE keep_long = shop.noise(20000, 'k' || id)").fetchone()[0]


    def name(self, file):
        return self.names.get(re.match("[0-9]*", file).group(), file)


@pytest.fixture(scope="module")
def story():
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS gdpr_bytes WITH (FORCE)")
        server.execute("DROP TABLESPACE IF EXISTS gdpr_far")
        server.execute("SET allow_in_place_tablespaces = on")
        server.execute("CREATE TABLESPACE gdpr_far LOCATION ''")
        for name in make_database("gdpr_bytes"):
            with psycopg.connect(dbname=name, autocommit=True) as connection:
                yield Story(connection)
        server.execute("DROP TABLESPACE gdpr_far")


@pytest.mark.parametrize("place", PLACES)
def test_s91_it_is_there_before(story, place):
    """The search finds it: in the files of that place, and in those of the database."""
    assert story.before[place] != []
    assert set(story.before[place]) <= set(story.all_before[place])


@pytest.mark.parametrize("place", [*PLACES, "secret", "marks", "after the UPDATE"])
def test_s91_it_is_in_no_file_afterwards(story, place):
    assert story.all_before[place] != []
    assert story.after[place] == []


def test_s91_nothing_that_was_planted_is_left(story):
    """Whatever begins as all of the markers do. What somebody wrote into a definition is no value of a row."""
    assert [found for found in story.anything if not found.startswith((b"ZqGenerated", b"ZqMatview"))] == []


def test_s91_what_has_no_rule_is_still_there(story):
    assert story.kept == 5


def test_s91_every_table_was_rewritten(story):
    rewritten = {relation for relation, action, _ in story.report if action in ("rewritten", "repartitioned")}
    tables = "person login device visit_2023 visit_2024 trip_some trip_rest animal dog scratch wide far history"
    assert rewritten == {"shop." + table for table in tables.split()}
    assert ("pg_largeobject", "unlinked", 1) in story.report


@pytest.mark.parametrize("marker", [b"ZqNameOfPerson", b"ZqToastExtended1"])
def test_the_search_knows_what_pglz_makes(marker):
    """At any distance from the flags: eight literals, a byte of flags, eight literals."""
    for lead in range(8):
        text = b"#" * lead + marker + b"#" * 16
        compressed = b"".join(b"\0" + text[at:at + 8] for at in range(0, len(text), 8))
        assert pattern(marker).search(compressed)
    assert pattern(marker).search(b"..." + marker)
    assert not pattern(marker).search(marker[:6] + b"##" + marker[6:])
