"""The record of processing activities (Art. 30): what the registry says, as rows, as one document, and for people to read."""

import psycopg
import pytest

SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY, name text, "e|mail" text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer, note text, total numeric);
CREATE TABLE fact (id int PRIMARY KEY, body text);
SELECT gdpr_register('customer', '{"name": "null", "e|mail": "hash"}', subject => true, export => '{"labels": {"e|mail": "E-mail"}}',
  facts => '{"controller": "Tea *GmbH*", "contact": "tea@example.org", "purpose": ["shop", "news"], "legal_basis": "contract", "label": "Customers", "transfers": null}');
SELECT gdpr_register('orders', '{"note": "null", "total": "keep"}', on_erase => 'keep', ground => 'tax law, 10 years', facts => '{"recipients": ["DHL", "<b>"]}');
SELECT gdpr_register('fact', '{"body": "null"}', on_erase => 'anonymise');
CREATE FUNCTION crm(relation regclass, keys jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT '{}'::jsonb WHERE false $$;
SELECT gdpr_register_source('crm', 'crm', ground => 'contract, 3 years', facts => '{"retention": "3 years"}');
"""


@pytest.fixture
def registered(connection):
    connection.execute(SCHEMA)
    return connection


def test_a_row_per_table_and_store(registered):
    rows = registered.execute("SELECT relation::text, store, label, persons, purpose, legal_basis, data, recipients, retention, erasure, measures FROM gdpr_ropa()").fetchall()
    assert rows == [
        ("customer", None, "Customers", ["Customers"], ["shop", "news"], ["contract"], ["name", "E-mail"], None, None, "deleted on request",
         ["pseudonymised on request: E-mail"]),
        ("fact", None, "public.fact", None, None, None, ["body"], None, None, "anonymised on request", None),
        ("orders", None, "public.orders", ["Customers"], None, None, ["note"], ["DHL", "<b>"], None, "kept on the ground: tax law, 10 years", None),
        (None, "crm", "crm", ["Customers"], None, None, None, None, ["3 years"], "kept on the ground: contract, 3 years", ["outside this database"]),
    ]


def test_one_document(registered):
    registered.execute("SET gdpr_ext.backup_retention = '35 days'")
    [(record,)] = registered.execute("SELECT gdpr_ropa_json()").fetchall()
    assert record["controller"] == ["Tea *GmbH*"] and record["contact"] == ["tea@example.org"]
    assert record["data_protection_officer"] is None
    assert record["measures"] == {"log": "append-only, without personal data", "sealed": False, "mirrored": False, "backups_kept": "35 days"}
    assert [activity["label"] for activity in record["activities"]] == ["Customers", "public.fact", "public.orders", "crm"]
    assert record["activities"][2]["relation"] == "public.orders" and "purpose" not in record["activities"][2]


def test_markdown_shows_what_nobody_has_stated_and_means_nothing_by_what_stands_in_names(registered):
    [(text,)] = registered.execute("SELECT gdpr_ropa_markdown()").fetchall()
    lines = text.splitlines()
    assert lines[0] == "# Record of processing activities"
    assert r"| Controller | Tea \*GmbH\* |" in lines
    assert "| Data protection officer | *not stated* |" in lines
    assert "## Customers" in lines and "| Purpose | shop; news |" in lines
    assert r"| Recipients | DHL; \<b\> |" in lines
    assert all(line.replace(r"\|", "").count("|") == 3 for line in lines if line.startswith("|") and not line.startswith(("|---", "| | |")))


def test_an_empty_registry_is_an_empty_record(connection):
    assert connection.execute("SELECT * FROM gdpr_ropa()").fetchall() == []
    assert connection.execute("SELECT gdpr_ropa_json() -> 'activities'").fetchone() == ([],)
    assert connection.execute("SELECT gdpr_ropa_markdown()").fetchone()[0].startswith("# Record")


def test_only_whom_it_is_granted_to(registered):
    registered.execute("DROP ROLE IF EXISTS regress_ropa_officer")
    registered.execute("CREATE ROLE regress_ropa_officer")
    try:
        registered.execute("GRANT EXECUTE ON FUNCTION gdpr_ropa() TO regress_ropa_officer")
        registered.execute("SET ROLE regress_ropa_officer")
        assert registered.execute("SELECT count(*) FROM gdpr_ropa()").fetchone() == (4,)
        for function in ("gdpr_ropa_json", "gdpr_ropa_markdown"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                registered.execute(f"SELECT {function}()")
    finally:
        registered.execute("RESET ROLE")
        registered.execute("DROP OWNED BY regress_ropa_officer")
        registered.execute("DROP ROLE regress_ropa_officer")
