"""Chinook, a record shop: what its customers and employees are given of themselves, compared with plain SQL over the data."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from whole_database import snapshot

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "export.schema.json").read_text())
FACTS = {
    "controller": "The Record Shop", "contact": "privacy@records.example", "supervisory_authority": "Datatilsynet", "purpose": "To sell records",
    "category": "contact data", "recipients": ["the post"], "retention": "as long as you are a customer", "source": "you",
    "automated_decisions": "none", "transfers": "none",
}  # fmt: skip
EXPORTS = {
    "customer": {"exclude": ["customer_id"], "order": ["first_name", "last_name"], "label_expression": "first_name || ' ' || last_name",
                 "labels": {"support_rep_id": "Looked after by"}, "label": "Your account"},
    "employee": {"label_expression": "first_name || ' ' || last_name"},
    "invoice": {"exclude": ["customer_id"], "order": ["invoice_id", "invoice_date", "total"], "label": "Invoices", "labels": {"total": "Total"}},
    "invoice_line": {"exclude": ["invoice_line_id", "invoice_id"], "label": "Records", "labels": {"track_id": "Track"}},
    "track": {"label_expression": "name"},
}  # fmt: skip
# What customer 1 is to be given, by nothing but SQL.
ACCOUNT = """
SELECT to_jsonb(c) - '{customer_id,support_rep_id,first_name,last_name}'::text[] || jsonb_build_object('first_name', first_name, 'last_name', last_name)
FROM customer c WHERE customer_id = %s
"""
INVOICES = """
SELECT jsonb_agg(to_jsonb(i) - '{customer_id,total}'::text[] || jsonb_build_object('Total', total, 'Records', (
           SELECT jsonb_agg(jsonb_build_object('Track', t.name, 'unit_price', l.unit_price, 'quantity', l.quantity) ORDER BY invoice_line_id)
           FROM invoice_line l JOIN track t USING (track_id) WHERE l.invoice_id = i.invoice_id)) ORDER BY invoice_id)
FROM invoice i WHERE customer_id = %s
"""


@pytest.fixture
def shop(chinook):
    for table, export in EXPORTS.items():
        chinook.execute("SELECT gdpr_register(%s::regclass, export => %s::jsonb)", table, json.dumps(export))
    chinook.execute("SELECT gdpr_register('customer', subject => true, facts => %s::jsonb)", json.dumps(FACTS))
    chinook.execute("SELECT gdpr_register('employee', subject => true)")
    return chinook


def exported(shop, subject, id_, mode="access"):
    text = shop.execute("SELECT gdpr_export(%s::regclass, %s::int, %s)::text", subject, id_, mode).fetchone()[0]
    faults = [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(json.loads(text))]
    assert faults == []
    return json.loads(text, parse_float=Decimal)


def plain(shop, query, id_):
    return json.loads(shop.execute(f"SELECT ({query})::text", id_).fetchone()[0], parse_float=Decimal)


def sections(document):
    return {section["label"]: section for section in document["sections"]}


@pytest.mark.parametrize("customer", [1, 17, 59])
def test_a_customer(shop, customer):
    document = exported(shop, "customer", customer)
    found = sections(document)
    assert [*found] == ["Your account", "Invoices", "Records"]
    invoices = plain(shop, INVOICES, customer)
    assert found["Your account"]["data"] == [plain(shop, ACCOUNT, customer)]
    assert found["Invoices"]["data"] == invoices
    lines = sum(len(invoice["Records"]) for invoice in invoices)
    assert (found["Invoices"]["rows"], found["Records"]["rows"], found["Records"]["within"]) == (len(invoices), lines, "Invoices")
    collected = shop.execute("SELECT count(*) FROM gdpr_collect('customer', %s::int)", customer).fetchone()[0]
    assert document["rows"] == 1 + len(invoices) + lines == collected


def test_customer_1_by_hand(shop):
    """A few values that anybody can look up in the data."""
    document = exported(shop, "customer", 1)
    assert document["subject"] == {"relation": "public.customer", "label": "Your account", "key": {"customer_id": 1}, "name": "Luís Gonçalves"}
    assert document["rows"] == 46
    invoice = sections(document)["Invoices"]["data"][0]
    assert (invoice["invoice_id"], invoice["Total"]) == (98, Decimal("3.98"))
    assert [line["Track"] for line in invoice["Records"]] == ["Experiment In Terra", "Take the Celestra"]


def test_who_looks_after_a_customer_is_another_person(shop):
    """Left out, until the shop has said that it is told; then by name."""
    found = sections(exported(shop, "customer", 1))["Your account"]
    assert found["redacted"] == ["Looked after by"] and "Looked after by" not in found["data"][0]
    export = EXPORTS["customer"] | {"disclose": ["support_rep_id"]}
    shop.execute("SELECT gdpr_register('customer', export => %s::jsonb)", json.dumps(export))
    found = sections(exported(shop, "customer", 1))["Your account"]
    assert found["redacted"] == [] and found["data"][0]["Looked after by"] == "Jane Peacock"


def test_an_employee(shop):
    """Neither customers nor colleagues: the boss is left out, and those who report to an employee are not found."""
    document = exported(shop, "employee", 2)
    assert document["rows"] == 1 and document["subject"]["name"] == "Nancy Edwards"
    assert document["sections"][0]["redacted"] == ["reports_to"]
    expected = "SELECT to_jsonb(e) - 'reports_to' FROM employee e WHERE employee_id = %s"
    assert document["sections"][0]["data"] == [plain(shop, expected, 2)]
    # The boss of all has none: nothing is left out.
    boss = exported(shop, "employee", 1)["sections"][0]
    assert boss["redacted"] == [] and boss["data"][0]["reports_to"] is None


def test_what_nobody_has_stated(shop):
    missing = {(fact["relation"], fact["fact"]) for fact in exported(shop, "customer", 1)["missing"]}
    asked = ("purpose", "category", "recipients", "retention", "origin_of_data")
    assert missing == {(f"public.{table}", fact) for table in ("invoice", "invoice_line") for fact in asked}


def test_portable(shop):
    """Without what was inferred; and without the head that Art. 15 asks for."""
    shop.execute("""SELECT gdpr_register('invoice', export => '{"derived": ["total"], "label": "Invoices"}')""")
    document = exported(shop, "customer", 1, "portability")
    assert not document.keys() & {"controller", "rights", "missing"}
    assert all("total" not in invoice and invoice["Records"] for invoice in sections(document)["Invoices"]["data"])


def test_the_archive(shop):
    """Each csv has the rows of its section, and data.json is the document."""
    document = exported(shop, "customer", 1)
    content = shop.execute("SELECT gdpr_export_archive('customer', 1)").fetchone()[0]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"), parse_float=Decimal)
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith(".csv")}
    tables = {name: list(csv.reader(io.StringIO(text, newline=""))) for name, text in texts.items()}
    assert data | {"created_at": None} == document | {"created_at": None}
    assert {name: len(rows) - 1 for name, rows in tables.items()} == {
        "csv/public.customer.csv": 1, "csv/public.invoice.csv": 7, "csv/public.invoice_line.csv": 38,
    }  # fmt: skip
    assert any("Experiment In Terra" in row for row in tables["csv/public.invoice_line.csv"])


def test_the_page(shop):
    page = shop.execute("SELECT gdpr_export_html('customer', 1)").fetchone()[0]
    for text in ("Luís Gonçalves", "Experiment In Terra", "The Record Shop", "Looked after by"):
        assert text in page, text
    assert "Jane Peacock" not in page and "Peacock" not in page


def test_nothing_is_changed(shop):
    before = snapshot(shop)
    for customer in (1, 2, 999):
        exported(shop, "customer", customer)
    assert snapshot(shop) == before
    events = shop.execute("SELECT call, action, relation, keys FROM gdpr_log.event ORDER BY id").fetchall()
    assert events == [("export", "read", "public.customer", keys) for keys in ([1], [2], [])]


def test_every_customer(shop):
    """59 documents: what they hold together is every invoice of the shop and every line, each once."""
    counts = shop.execute(
        "SELECT s->>'label', sum((s->'rows')::int)::int FROM customer, LATERAL (SELECT gdpr_export('customer', customer_id) AS doc OFFSET 0) d,"
        " jsonb_array_elements(doc->'sections') s GROUP BY 1"
    ).fetchall()
    assert dict(counts) == {"Your account": 59, "Invoices": 412, "Records": 2240}
