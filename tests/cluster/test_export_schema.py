"""The documents of gdpr_export are what docs/export.schema.json says, in each mode, with all that can be in one; and what is none is refused.

S102: a document about nobody is one, too.
"""

import copy
import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "export.schema.json").read_text())

# Messages are shared: what is said of the other person is left out. Lines stand in orders. A store outside the database has documents.
SHOP = """
CREATE TABLE person (id int PRIMARY KEY, name text, born date, joined timestamptz, photo bytea, active bool, tags text[]);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, total numeric);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, opened time, PRIMARY KEY (order_id, pos));
CREATE TABLE parcel (id int PRIMARY KEY, order_id int, pos int, FOREIGN KEY (order_id, pos) REFERENCES order_line);
CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES person, recipient_id int REFERENCES person, body text);
INSERT INTO person VALUES (1, 'Ada', '1815-12-10', now(), '\\x00', true, '{a}');
INSERT INTO person (id, name) VALUES (2, 'Bea'), (4, 'Cyd');
INSERT INTO orders VALUES (11, 1, 1.50), (12, 1, 'NaN');
INSERT INTO order_line VALUES (11, 1, '10:00'), (11, 2, NULL);
INSERT INTO parcel VALUES (21, 11, 2);
INSERT INTO message VALUES (31, 1, 2, 'hello'), (32, 2, 1, 'hello yourself');
SELECT gdpr_link('person', '{id}', 'message', '{recipient_id}', kind => 'accessor');
SELECT gdpr_register('person', subject => true, export => '{"label_expression": "name"}',
        facts => '{"controller": "Tea Ltd", "contact": "privacy@tea.example", "purpose": "to sell tea", "recipients": ["the bank", "the post"]}'),
    gdpr_register('orders', facts => '{"retention": "10 years", "source": "the person"}', export => '{"derived": ["total"]}'),
    gdpr_register('order_line'), gdpr_register('parcel'), gdpr_register('message');
CREATE FUNCTION newsletters(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
    $$ SELECT pg_catalog.jsonb_build_object('list', 'news', 'since', 2020) WHERE keys @> '[{"id": 1}]' $$;
SELECT gdpr_register_source('newsletter', 'newsletters', label => 'Newsletters', facts => '{"purpose": "to tell of tea"}');
"""


@pytest.fixture
def shop(connection):
    connection.execute(SHOP)
    return connection


def export(connection, key, mode="access"):
    return connection.execute("SELECT gdpr_export('person', %s, %s)", (key, mode)).fetchone()[0]


def faults(document):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("mode", ["access", "portability"])
@pytest.mark.parametrize("key", [1, 2, 3, 4])
def test_documents_are_valid(shop, key, mode):
    document = export(shop, key, mode)
    assert faults(document) == []
    assert document["mode"] == mode
    # Nobody has the key 3.
    assert (document["rows"] == 0) == (document["sections"] == []) == (key == 3)


def test_data_json_is_valid(shop):
    for key, mode in [(1, "access"), (1, "portability"), (3, "access")]:
        content = shop.execute("SELECT gdpr_export_archive('person', %s, %s)", (key, mode)).fetchone()[0]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert faults(json.loads(archive.read("data.json"))) == []


def test_the_document_has_all_that_the_schema_describes(shop):
    """Otherwise nothing would be proven by its validity."""
    document = export(shop, 1)
    sections = document["sections"]
    relations = {section.get("relation", section.get("source")): section for section in sections}
    assert {"public.person", "public.orders", "public.order_line", "public.parcel", "public.message", "newsletter"} == set(relations)
    assert relations["newsletter"]["source"] == "newsletter"
    assert [section["within"] for section in sections if "within" in section] == ["Orders", "Order line"]
    assert relations["public.message"]["redacted"] == ["sender_id", "recipient_id"]
    kinds = {column["type"] for section in sections for column in section["columns"]}
    assert kinds == set(SCHEMA["$defs"]["column"]["properties"]["type"]["enum"])
    assert relations["public.person"]["recipients"] == ["the bank", "the post"]
    assert relations["public.orders"]["origin_of_data"] == "the person"
    assert {("relation" in missing, missing.get("relation") is None, "source" in missing) for missing in document["missing"]} == {
        (True, False, False), (True, True, False), (False, True, True)}


def changed(document, *path, value):
    """The document with one thing in it changed, added, or, without a value, gone."""
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def test_what_is_no_document_is_refused(shop):
    access, portable = export(shop, 1), export(shop, 1, "portability")
    inner = next(number for number, section in enumerate(access["sections"]) if "within" in section)
    outer = next(number for number, section in enumerate(access["sections"]) if "within" not in section)
    wrong = {
        "another format": changed(access, "format", value="gdpr_ext export 2"),
        "another mode": changed(access, "mode", value="all"),
        "a key more": changed(access, "more", value=1),
        "a key less": changed(access, "rows", value=None),
        "rows below zero": changed(access, "rows", value=-1),
        "a time without offset": changed(access, "created_at", value="2026-11-22T01:13:09"),
        "no rights": changed(access, "rights", value=None),
        "a controller's key more": changed(access, "controller", "more", value="x"),
        "a subject without its key": changed(access, "subject", "key", value=None),
        "a fact less": changed(access, "sections", 0, "purpose", value=None),
        "a fact that is no text": changed(access, "sections", 0, "purpose", value=[1]),
        "a fact of another kind": changed(access, "sections", 0, "purpose", value=1),
        "a section of two origins": changed(access, "sections", outer, "source", value="x"),
        "a section without origin": changed(access, "sections", outer, "relation", value=None),
        "a section's key more": changed(access, "sections", 0, "more", value="x"),
        "rows in two places": changed(access, "sections", inner, "data", value=[]),
        "rows nowhere": changed(access, "sections", outer, "data", value=None),
        "rows that are none": changed(access, "sections", outer, "data", value=[1]),
        "an unknown type": changed(access, "sections", 0, "columns", 0, "type", value="int"),
        "a column's key more": changed(access, "sections", 0, "columns", 0, "more", value="x"),
        "an unknown fact": changed(access, "missing", 0, "fact", value="x"),
        "no article": changed(access, "missing", 0, "article", value="GDPR"),
        "missing of nothing": changed(access, "missing", 0, value={"article": "15(1)(a)", "fact": "purpose"}),
        "rights that are portable": changed(portable, "rights", value=access["rights"]),
        "a portable controller": changed(portable, "controller", value=access["controller"]),
        "what is missing of what is portable": changed(portable, "missing", value=[]),
        "a portable fact": changed(portable, "sections", 0, "purpose", value="x"),
    }
    assert faults(access) == faults(portable) == []
    assert [what for what, document in wrong.items() if not faults(document)] == []
