"""One customer of the record shop is forgotten: by rules as a shop would write them, with the invoices that the tax office wants."""

import re

import psycopg
import pytest
from whole_database import changed_rows, snapshot

CUSTOMER_RULES = """{
    "first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": {"strategy": "fake", "kind": "last_name"},
    "company": "null", "address": "null", "city": "null", "state": "null", "postal_code": {"strategy": "partial", "keep_first": 2},
    "country": {"strategy": "keep", "reason": "sales statistics"},
    "phone": {"strategy": "partial", "keep_last": 2}, "fax": "null", "email": "email"
}"""
INVOICE_RULES = """{
    "billing_address": "null", "billing_city": "null", "billing_state": "null", "billing_postal_code": "null", "*": "keep"
}"""


def register(chinook, **rules):
    chinook.execute("SELECT gdpr_register('customer', %s::jsonb, subject => true)", rules.get("customer", CUSTOMER_RULES))
    chinook.execute("SELECT gdpr_register('invoice', %s::jsonb)", rules.get("invoice", INVOICE_RULES))
    chinook.execute("""SELECT gdpr_register('invoice_line', '{"*": "keep"}')""")


def anonymise(chinook, id_):
    return chinook.execute(f"SELECT relation::text, action, rows, ground FROM gdpr_anonymise('customer', {id_})").fetchall()


def test_customer_1(chinook):
    register(chinook)
    before = snapshot(chinook)
    old = chinook.execute("SELECT to_jsonb(c) FROM customer c WHERE customer_id = 1").fetchone()[0]
    expected = [
        ("customer", "anonymised", 1, None),
        ("customer", "kept", 1, "sales statistics"),
        ("invoice", "anonymised", 7, None),
    ]
    preview = "SELECT relation::text, action, rows, ground FROM gdpr_preview('anonymise', 'customer', 1)"
    assert chinook.execute(preview).fetchall() == expected
    assert snapshot(chinook) == before

    assert anonymise(chinook, 1) == expected

    # Nothing else in the whole database is another than it was.
    assert changed_rows(before, snapshot(chinook)) == {"customer": 1, "invoice": 7}
    new = chinook.execute("SELECT to_jsonb(c) FROM customer c WHERE customer_id = 1").fetchone()[0]
    assert {column for column in old if old[column] == new[column]} == {"customer_id", "country", "support_rep_id"}
    assert [new[column] for column in ("company", "address", "city", "state", "fax")] == [None] * 5
    assert new["postal_code"] == "12*******" and new["phone"] == "*" * 16 + "55"
    assert re.fullmatch(r"[^@\s]+@example\.invalid", new["email"])
    assert new["first_name"] and new["last_name"] and len(new["first_name"]) <= 40 and len(new["last_name"]) <= 20
    # The sums that the tax office asks for are what they were.
    invoices = "SELECT count(*), sum(total), count(billing_address), count(billing_country) FROM invoice WHERE customer_id = 1"
    assert chinook.execute(invoices).fetchone()[2:] == (0, 7)
    assert anonymise(chinook, 1) == [row for row in expected if row[1] == "kept"]
    assert chinook.execute("SELECT gdpr_is_anonymised('customer', 1), gdpr_is_anonymised('customer', 2)").fetchone() == (True, False)


def test_invoices_that_the_law_keeps(chinook):
    register(chinook)
    chinook.execute("SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years')")
    before = snapshot(chinook)
    assert anonymise(chinook, 1) == [
        ("customer", "anonymised", 1, None),
        ("customer", "kept", 1, "sales statistics"),
        ("invoice", "kept", 7, "tax law, 10 years"),
    ]
    assert changed_rows(before, snapshot(chinook)) == {"customer": 1}
    events = chinook.execute("SELECT relation, action, rows, keys, ground FROM gdpr_log.event ORDER BY id").fetchall()
    assert events == [
        ("public.customer", "anonymised", 1, [1], None),
        ("public.customer", "kept", 1, [1], "sales statistics"),
        ("public.invoice", "kept", 7, [98, 121, 143, 195, 316, 327, 382], "tax law, 10 years"),
    ]


def test_without_the_invoices(chinook):
    """cascade => false: the customer's own row."""
    register(chinook)
    before = snapshot(chinook)
    rows = chinook.execute("SELECT relation::text, action, rows FROM gdpr_anonymise('customer', 1, cascade => false)").fetchall()
    assert rows == [("customer", "anonymised", 1), ("customer", "kept", 1)]
    assert changed_rows(before, snapshot(chinook)) == {"customer": 1}


def test_everybody_at_once(chinook):
    """All 59, their 412 invoices, and nobody's e-mail address is another's."""
    register(chinook)
    before = snapshot(chinook)
    rows = {(relation, action): rows for relation, action, rows, _ in anonymise(chinook, "ARRAY(SELECT customer_id FROM customer)")}
    assert rows == {("customer", "anonymised"): 59, ("customer", "kept"): 59, ("invoice", "anonymised"): 412}
    assert changed_rows(before, snapshot(chinook)) == {"customer": 59, "invoice": 412}
    emails = "SELECT count(DISTINCT email), count(*) FILTER (WHERE email LIKE '%@example.invalid') FROM customer"
    assert chinook.execute(emails).fetchone() == (59, 59)
    assert chinook.execute("SELECT count(*), sum(rows) FROM gdpr_log.event WHERE action = 'anonymised'").fetchone() == (2, 471)


def test_names_that_stay_joined(chinook):
    """A pseudonym is the same wherever the name was the same, in columns of one type: employees are customers of their own shop."""
    register(chinook, customer='{"first_name": "pseudonym", "last_name": "pseudonym", "*": "keep"}')
    chinook.execute("""SELECT gdpr_register('employee', '{"last_name": "pseudonym", "*": "keep"}', subject => true)""")
    chinook.execute("UPDATE customer SET last_name = (SELECT last_name FROM employee WHERE employee_id = 8) WHERE customer_id = 1")
    assert anonymise(chinook, 1)[0] == ("customer", "pseudonymised", 1, None)
    assert chinook.execute("SELECT relation::text, action, rows FROM gdpr_anonymise('employee', 8)").fetchall()[0] == ("employee", "pseudonymised", 1)
    joined = "SELECT count(*) FROM customer c JOIN employee e USING (last_name) WHERE customer_id = 1 AND employee_id = 8"
    assert chinook.execute(joined).fetchone() == (1,)


@pytest.mark.parametrize("rules, code, names", [
    ('{"email": "null"}', "23502", "email"),
    ('{"last_name": "email"}', "22001", "last_name"),
    ('{"support_rep_id": "random"}', "23503", "support_rep_id"),
    ('{"customer_id": "random"}', None, "customer_id"),
    ('{"fistr_name": "fake"}', "42703", "fistr_name"),
    ('{"email": "emial"}', "22023", "emial"),
])
def test_rules_that_cannot_work_here(chinook, rules, code, names):
    with pytest.raises(psycopg.Error) as raised, chinook.connection.transaction():
        chinook.execute("SELECT gdpr_register('customer', %s::jsonb)", rules)
    assert raised.value.sqlstate == code if code else raised.value.sqlstate
    assert names in raised.value.diag.message_primary
