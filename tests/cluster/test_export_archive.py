"""S100 to S102. The archive of a person, opened by tools that know nothing of it: unzip, and Python's zipfile, csv and json.

NULL, an empty text and the text "None" are three things; a text that a spreadsheet would run is none any more; what is exact in a row
is exact in data.json: each value that is cast back to its column's type is the value of the row.
"""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal

import pytest

needs_unzip = pytest.mark.skipif(shutil.which("unzip") is None, reason="there is no unzip")

SHOP = """
CREATE TABLE customer (id int PRIMARY KEY, name text, note text, credit numeric, password text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer, placed timestamptz, remark text);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, article text, price numeric, PRIMARY KEY (order_id, pos));
CREATE TABLE tag (customer_id int REFERENCES customer, tag text);
INSERT INTO customer VALUES (1, '<script>alert(1)</script>', '=HYPERLINK("http://x.invalid";"pay")', -5.00, 'pa55-hash'), (2, 'Bea', NULL, NULL, '');
INSERT INTO orders VALUES (11, 1, '2026-05-04 12:00+02', NULL), (12, 1, NULL, ''), (13, 1, 'infinity', 'None'), (14, 2, now(), 'not hers');
INSERT INTO order_line VALUES (11, 1, E'tea, "green"\\r\\n@SUM(A1)', 1e-30), (11, 2, '+49 30 1', 12345678901234567890.1234567890123456789),
    (13, 1, E'\\t=1', 'NaN');
INSERT INTO tag VALUES (1, NULL), (1, '');
SELECT gdpr_register('customer', subject => true, export => '{"exclude": ["password"], "labels": {"name": "Full name"}}'),
    gdpr_register('orders', export => '{"label": "Orders"}'), gdpr_register('order_line', export => '{"label": "Order lines"}'),
    gdpr_register('tag', export => '{"exclude": ["customer_id"]}');
"""


@pytest.fixture
def shop(connection):
    connection.execute("SET timezone = 'UTC'")
    connection.execute(SHOP)
    return connection


def archive(connection, subject, key, mode="access"):
    return connection.execute("SELECT gdpr_export_archive(%s, %s, %s)", (subject, key, mode)).fetchone()[0]


def files(content):
    """What is in the archive, by the names of the files."""
    with zipfile.ZipFile(io.BytesIO(content)) as zip_file:
        assert zip_file.testzip() is None
        return {name: zip_file.read(name) for name in zip_file.namelist()}


def table(content):
    """A csv file's rows, as Python reads them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_the_files(shop):
    found = files(archive(shop, "customer", 1))
    tables = ["csv/public.customer.csv", "csv/public.order_line.csv", "csv/public.orders.csv", "csv/public.tag.csv"]
    assert sorted(found) == ["README.txt", *tables, "data.json", "report.html"]
    assert found["report.html"].startswith(b"<!DOCTYPE html>")
    readme = found["README.txt"].decode("ascii")
    assert "csv/public.orders.csv: Orders, 3 rows\r\n" in readme
    assert all(name in readme for name in found if name != "README.txt")
    # What is excluded is nowhere, and neither is anybody else.
    assert not [name for name, content in found.items() if b"pa55" in content or b"password" in content or b"not hers" in content]


@needs_unzip
def test_unzip_takes_it(shop, tmp_path):
    file = tmp_path / "archive.zip"
    file.write_bytes(archive(shop, "customer", 1))
    tested = subprocess.run(["unzip", "-t", file], capture_output=True, text=True)
    assert tested.returncode == 0 and "No errors detected" in tested.stdout, tested.stdout + tested.stderr


@pytest.mark.parametrize("mode", ["access", "portability"])
@pytest.mark.parametrize("key", [1, 2, 3])
def test_data_json_is_the_export(shop, mode, key):
    with shop.transaction():
        data = files(archive(shop, "customer", key, mode))["data.json"].decode()
        same, differs = shop.execute(
            "SELECT e - 'created_at' = %s::jsonb - 'created_at', e - 'rows' = %s::jsonb FROM gdpr_export('customer', %s, %s) e",
            (data, data, key, mode),
        ).fetchone()
    assert same and not differs


def test_one_moment_gives_one_archive(shop):
    with shop.transaction():
        assert archive(shop, "customer", 1) == archive(shop, "customer", 1)
        page, made = shop.execute("SELECT gdpr_export_html('customer', 1), to_char(now(), 'YYYY MM DD HH24 MI')").fetchone()
        content = archive(shop, "customer", 1)
    assert files(content)["report.html"].decode() == page
    dates = {entry.date_time[:5] for entry in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert dates == {tuple(int(part) for part in made.split())}


def test_s100_formulas_are_texts_in_csv(shop):
    found = files(archive(shop, "customer", 1))
    assert table(found["csv/public.customer.csv"]) == [
        ["id", "Full name", "note", "credit"],
        ["1", "<script>alert(1)</script>", "'=HYPERLINK(\"http://x.invalid\";\"pay\")", "-5.00"],
    ]
    lines = {tuple(row[:2]): row[2:] for row in table(found["csv/public.order_line.csv"])[1:]}
    assert lines == {
        ("11", "1"): ["tea, \"green\"\r\n'@SUM(A1)", "0.000000000000000000000000000001"],
        ("11", "2"): ["'+49 30 1", "12345678901234567890.1234567890123456789"],
        ("13", "1"): ["'\t'=1", "NaN"],
    }
    # A number that is negative is a number, and data.json has no apostrophes.
    assert re.search(rb'^1,.*,-5\.00\r$', found["csv/public.customer.csv"], re.MULTILINE)
    assert b"'@SUM" not in found["data.json"] and b"@SUM(A1)" in found["data.json"]


def test_s100_null_is_no_text(shop):
    found = files(archive(shop, "customer", 1))
    orders = found["csv/public.orders.csv"].decode("utf-8-sig").split("\r\n")
    assert orders == [
        '"id","customer_id","placed","remark"',
        '11,1,"2026-05-04T10:00:00+00:00",',
        '12,1,,""',
        '13,1,"infinity","None"',
        "",
    ]
    # A file of one column has no empty lines, which readers skip.
    assert sorted(found["csv/public.tag.csv"].decode("utf-8-sig").split("\r\n")) == ["", '""', '"tag"', "[null]"]
    tags = next(section for section in json.loads(found["data.json"])["sections"] if section["relation"] == "public.tag")
    assert sorted(tags["data"], key=str) == [{"tag": ""}, {"tag": None}]


def test_s100_a_script_is_text_in_html(shop):
    page = files(archive(shop, "customer", 1))["report.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page.lower()


def test_rows_stand_in_their_parent_s(shop):
    document = json.loads(files(archive(shop, "customer", 1))["data.json"], parse_float=Decimal)
    sections = {section["relation"]: section for section in document["sections"]}
    orders = {row["id"]: row for row in sections["public.orders"]["data"]}
    assert [row["pos"] for row in orders[11]["Order lines"]] == [1, 2]
    assert orders[12]["Order lines"] == []
    assert orders[11]["Order lines"][1]["price"] == Decimal("12345678901234567890.1234567890123456789")
    assert sections["public.order_line"]["within"] == "Orders" and "data" not in sections["public.order_line"]
    assert document["rows"] == sum(section["rows"] for section in document["sections"]) == 9


def test_every_row_is_in_a_table(shop):
    found = files(archive(shop, "customer", 1))
    sections = json.loads(found["data.json"])["sections"]
    assert {section["relation"]: section["rows"] for section in sections} == {
        name.removeprefix("csv/").removesuffix(".csv"): len(table(content)) - 1 for name, content in found.items() if name.startswith("csv/")
    }


def test_what_is_another_person_s_is_withheld(shop):
    shop.execute("""
        CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES customer, recipient_id int REFERENCES customer, body text, ip inet);
        INSERT INTO message VALUES (21, 1, 2, 'mine', NULL), (22, 2, 1, 'of Bea alone', '10.0.0.2'), (23, 1, 1, '[withheld]', '10.0.0.1');
        SELECT gdpr_link('customer', '{id}', 'message', '{recipient_id}', kind => 'accessor'),
            gdpr_register('message', '{"body": {"strategy": "null", "of": "sender_id"}, "ip": {"strategy": "null", "of": "sender_id"}}');
        """)
    found = files(archive(shop, "customer", 1))
    assert table(found["csv/public.message.csv"]) == [
        ["id", "sender_id", "recipient_id", "body", "ip"],
        ["21", "1", "[withheld]", "mine", ""],
        ["22", "[withheld]", "1", "[withheld]", "[withheld]"],
        ["23", "1", "1", "'[withheld]", "10.0.0.1"],
    ]
    messages = next(section for section in json.loads(found["data.json"])["sections"] if section["relation"] == "public.message")
    assert messages["data"][:2] == [{"id": 21, "sender_id": 1, "body": "mine", "ip": None}, {"id": 22, "recipient_id": 1}]
    assert messages["redacted"] == ["sender_id", "recipient_id", "body", "ip"]
    assert not [name for name, content in found.items() if b"of Bea alone" in content or b"10.0.0.2" in content]


def test_s102_nobody(shop):
    found = files(archive(shop, "customer", 3))
    assert sorted(found) == ["README.txt", "data.json", "report.html"]
    assert b"Nothing was found about this person." in found["README.txt"]
    document = json.loads(found["data.json"])
    assert (document["rows"], document["sections"], document["subject"]["key"]) == (0, [], {"id": 3})


EVERYTHING = """
CREATE TYPE mood AS ENUM ('sad', '=happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE place AS (street text, "No" int, at timestamptz);
CREATE TABLE everything (
    id int PRIMARY KEY, yes bool, no bool, small smallint, big bigint, exact numeric, tiny numeric, long numeric, nan numeric, infinite numeric,
    minus_infinite numeric, scaled numeric(10, 4), single real, double double precision, double_nan float8, money_ money,
    plain text, empty text, formula text, nothing text, quoted text, control text, emoji text, padded char(6), short varchar(5),
    bytes bytea, no_bytes bytea, day date, day_bc date, day_inf date, moment timestamp, moment_tz timestamptz, moment_inf timestamptz,
    clock time, clock_tz timetz, length interval, uid uuid, doc json, docb jsonb, json_null jsonb, json_text jsonb, json_empty jsonb, deep jsonb,
    tags text[], no_tags text[], matrix int[], numbers numeric[], moments timestamptz[], blobs bytea[], ip inet, net cidr, mac macaddr,
    bits bit(4), flags varbit, how mood, moods mood[], pos positive, home place, homes place[], ages int4range, several int4multirange,
    dot point, vec tsvector, doubled bigint GENERATED ALWAYS AS (small * 2) STORED
);
INSERT INTO everything (
    id, yes, no, small, big, exact, tiny, long, nan, infinite, minus_infinite, scaled, single, double, double_nan, money_,
    plain, empty, formula, quoted, control, emoji, padded, short, bytes, no_bytes, day, day_bc, day_inf, moment, moment_tz, moment_inf,
    clock, clock_tz, length, uid, doc, docb, json_null, json_text, json_empty, deep, tags, no_tags, matrix, numbers, moments, blobs, ip, net, mac,
    bits, flags, how, moods, pos, home, homes, ages, several, dot, vec)
VALUES (
    1, true, false, -32768, 9007199254740993, 12345678901234567890.1234567890, 1e-30, 1234567890123456789012345678901234567890, 'NaN', 'Infinity',
    '-Infinity', 1.5, 0.1, 0.1, 'NaN', '-5.00', 'Ada', '', '=1+1', E'"q" \\\\ , \\r\\n;x', E'\\u0001\\t\\u2028', '🫖 Zoë', 'ab', 'abc',
    '\\x00ff5c0a', '', '2024-02-29', '0044-03-15 BC', 'infinity', '2024-02-29 23:59:59.999999', '2024-06-01 12:00+02', '-infinity',
    '24:00', '12:00+05:30', '1 year -3 days 04:05:06.5', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    '{"b": 1, "a": 1.10}', '{"n": 1.10, "big": 12345678901234567890.10}', 'null', '"=1"', '{}', '[[[{"a": [null, "x", 1e-30]}]]]',
    '{a,NULL,"c,d","",NULL,"NULL"}', '{}', '{{1,2},{3,4}}', '{1.10,NULL,NaN,1e-30}', '{2024-06-01 12:00+02,infinity}', '{"\\\\x00ff"}',
    '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', B'1010', B'', '=happy', '{sad,=happy}', 5, ROW('Elm St', NULL, '2024-06-01 12:00+02'),
    ARRAY[ROW('a"b', 1, NULL)::place, NULL], '[1,5)', '{[1,3),[7,)}', '(1.5,-0)', 'quick:2 fox:3A');
"""


def test_s100_every_value_comes_back(connection):
    connection.execute(EVERYTHING)
    connection.execute("SELECT gdpr_register('everything', subject => true)")
    data = files(archive(connection, "everything", 1))["data.json"].decode()
    # Values are compared as texts: 1.10 is not 1.1. What is null in JSON comes back as NULL.
    columns = [row[0] for row in connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'everything'::regclass AND attnum > 0 ORDER BY attnum")]
    for column in columns:
        cast = "::jsonb::text" if column == "doc" else "::text"
        original, returned, given = connection.execute(
            f"""SELECT (SELECT e."{column}"{cast} FROM everything e), (b."{column}"){cast}, jsonb_typeof(d -> '{column}')
                FROM (SELECT %s::jsonb #> '{{sections,0,data,0}}' AS d) d, jsonb_populate_record(NULL::everything, d) b""",
            (data,),
        ).fetchone()
        assert returned == (None if column == "json_null" else original), column
        assert given == "null" if original is None or column == "json_null" else given not in (None, "null"), column


def test_s100_a_timestamp_with_zone_has_its_offset(shop):
    shop.execute("SET timezone = 'Asia/Kolkata'")
    found = files(archive(shop, "customer", 1))
    assert b'"2026-05-04T15:30:00+05:30"' in found["data.json"]
    assert b'"2026-05-04T15:30:00+05:30"' in found["csv/public.orders.csv"]
    # It is the same moment, whatever the session calls it.
    shop.execute("SET timezone = 'UTC'")
    assert shop.execute("SELECT placed = '2026-05-04T15:30:00+05:30' FROM orders WHERE id = 11").fetchone() == (True,)


HOSTILE = """
CREATE SCHEMA "../../x";
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE "../../x"."../y" (id int PRIMARY KEY, "=1+1" int REFERENCES person);
CREATE TABLE "../../x"."Nul" (id int PRIMARY KEY, p int REFERENCES person);
CREATE TABLE "CON" (id int PRIMARY KEY, p int REFERENCES person);
CREATE TABLE con (id int PRIMARY KEY, p int REFERENCES person);
CREATE TABLE "🫖" (id int PRIMARY KEY, p int REFERENCES person);
CREATE TABLE "a"" b/c\\d" (id int PRIMARY KEY, p int REFERENCES person);
INSERT INTO person VALUES (1);
"""
RELATIONS = ['"../../x"."../y"', '"../../x"."Nul"', '"CON"', "con", '"🫖"', '"a"" b/c\\d"']


@needs_unzip
def test_hostile_names_are_harmless_files(connection, tmp_path):
    connection.execute(HOSTILE)
    connection.execute("SELECT gdpr_register('person', subject => true)")
    for relation in RELATIONS:
        connection.execute(f"INSERT INTO {relation} VALUES (1, 1)")
        connection.execute("SELECT gdpr_register(%s::text::regclass)", (relation,))
    content = archive(connection, "person", 1)
    found = files(content)
    names = [name for name in found if name.startswith("csv/")]
    assert len(names) == len({name.lower() for name in names}) == 1 + len(RELATIONS)
    assert all(re.fullmatch(r"csv/\w[\w.-]*\.csv", name, re.ASCII) and ".." not in name for name in names), names
    assert ["'=1+1"] == [label for name in names for label in table(found[name])[0] if "1+1" in label]
    # Each of them is a file in the folder that it was unpacked to.
    (tmp_path / "deep" / "folder").mkdir(parents=True)
    file = tmp_path / "archive.zip"
    file.write_bytes(content)
    subprocess.run(["unzip", "-q", file, "-d", tmp_path / "deep" / "folder"], check=True, capture_output=True)
    unpacked = [path.relative_to(tmp_path / "deep" / "folder").as_posix() for path in tmp_path.rglob("*") if path.is_file() and path != file]
    assert sorted(unpacked) == sorted(found)
