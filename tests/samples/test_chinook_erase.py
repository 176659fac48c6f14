"""People of the record shop are erased: an employee whose customers stay, and customers with the invoices that the tax office wants or without."""

import json

import psycopg
import pytest
from whole_database import dangling, differences, snapshot

CUSTOMER_RULES = """{
    "first_name": {"strategy": "value", "value": "former"}, "last_name": {"strategy": "value", "value": "customer"}, "company": "null",
    "address": "null", "city": "null", "state": "null", "country": "keep", "postal_code": "null", "phone": "null", "fax": "null",
    "email": {"strategy": "value", "value": "nobody@example.invalid"}
}"""
# What these make of a customer: the rest of the row is what it was.
FORMER_CUSTOMER = {
    **dict.fromkeys(("company", "address", "city", "state", "postal_code", "phone", "fax")),
    "first_name": "former", "last_name": "customer", "email": "nobody@example.invalid",
}
INVOICES_OF_CUSTOMER_1 = [98, 121, 143, 195, 316, 327, 382]


@pytest.fixture
def shop(chinook):
    """Employees and customers are people: a customer is nobody's, and only refers to the one who looks after them."""
    chinook.subject("employee")
    chinook.execute("SELECT gdpr_register('customer', %s::jsonb, subject => true)", CUSTOMER_RULES)
    chinook.execute("SELECT gdpr_register('invoice')")
    chinook.execute("SELECT gdpr_register('invoice_line')")
    return chinook


def report(shop, call):
    return shop.execute(f"SELECT relation::text, action, rows, ground FROM {call}").fetchall()


def erased(shop, subject, id_, expected):
    """The preview says it and changes nothing, the call says it, and no foreign key dangles. Returns what is gone and what has come, by table."""
    before = snapshot(shop)
    assert report(shop, f"gdpr_preview('erase', '{subject}', {id_})") == expected
    assert snapshot(shop) == before
    assert report(shop, f"gdpr_erase('{subject}', {id_})") == expected
    assert dangling(shop) == {}
    return {table: (set(gone), set(come)) for table, (gone, come) in differences(before, snapshot(shop)).items()}


def counts(changed):
    return {table: (len(gone), len(come)) for table, (gone, come) in changed.items()}


def texts(shop, table, where, setting=""):
    """Rows as text; with what is then set in their JSON, as they would be after that."""
    row = "jsonb_populate_record(t, %s::jsonb)" if setting else "t"
    parameters = [json.dumps(setting)] if setting else []
    return {row for row, in shop.execute(f"SELECT ({row})::text FROM {table} t WHERE {where}", *parameters).fetchall()}


def events(shop):
    select = "SELECT call, subject, relation, action, rows, keys, columns, ground FROM gdpr_log.event ORDER BY id"
    return shop.execute(select).fetchall()


def test_employee_3(shop):
    """Her 21 customers stay and have nobody to look after them. Nobody else's row is another than it was."""
    customers = [id_ for id_, in shop.execute("SELECT customer_id FROM customer WHERE support_rep_id = 3 ORDER BY 1").fetchall()]
    assert len(customers) == 21
    her_row = texts(shop, "employee", "employee_id = 3")
    before = texts(shop, "customer", "support_rep_id = 3")
    after = texts(shop, "customer", "support_rep_id = 3", {"support_rep_id": None})
    changed = erased(shop, "employee", 3, [("employee", "deleted", 1, None), ("customer", "detached", 21, None)])
    assert changed == {"employee": (her_row, set()), "customer": (before, after)}
    found = events(shop)
    assert [(*event[:5], sorted(event[5]), *event[6:]) for event in found] == [
        ("erase", "public.employee", "public.employee", "deleted", 1, [3], ["*"], None),
        ("erase", "public.employee", "public.customer", "detached", 21, customers, ["support_rep_id"], None),
    ]
    assert report(shop, "gdpr_erase('employee', 3)") == []
    assert events(shop) == found


def test_a_boss(shop):
    """Employees 3, 4 and 5 report to employee 2: they are people of their own, and are left without a boss."""
    before = texts(shop, "employee", "employee_id IN (2, 3, 4, 5)")
    after = texts(shop, "employee", "employee_id IN (3, 4, 5)", {"reports_to": None})
    changed = erased(shop, "employee", 2, [("employee", "deleted", 1, None), ("employee", "detached", 3, None)])
    assert changed == {"employee": (before, after)}
    assert [(action, keys, columns) for _, _, _, action, _, keys, columns, _ in events(shop)] == [
        ("deleted", [2], ["*"]), ("detached", [3, 4, 5], ["reports_to"]),
    ]


def test_a_boss_and_an_employee_of_hers_at_once(shop):
    """What goes itself lets go of nothing."""
    changed = erased(shop, "employee", "ARRAY[2, 3]", [
        ("employee", "deleted", 2, None), ("employee", "detached", 2, None), ("customer", "detached", 21, None),
    ])
    assert counts(changed) == {"employee": (4, 2), "customer": (21, 21)}
    assert shop.execute("SELECT array_agg(employee_id ORDER BY employee_id) FROM employee WHERE reports_to IS NULL").fetchone()[0] == [1, 4, 5]


def test_all_employees_at_once(shop):
    """The circle through reports_to goes with them, and all 59 customers stay."""
    changed = erased(shop, "employee", "ARRAY(SELECT employee_id FROM employee)", [
        ("employee", "deleted", 8, None), ("customer", "detached", 59, None),
    ])
    assert counts(changed) == {"employee": (8, 0), "customer": (59, 59)}
    assert shop.execute("SELECT count(*), count(support_rep_id) FROM customer").fetchone() == (59, 0)


def test_customers_who_must_have_somebody(shop):
    """A key that is NOT NULL cannot be let go of: the call refuses, with the number of rows, and nothing is changed."""
    shop.execute("ALTER TABLE customer ALTER support_rep_id SET NOT NULL")
    before = snapshot(shop)
    for call in ("gdpr_preview('erase', 'employee', 3)", "gdpr_erase('employee', 3)"):
        with pytest.raises(psycopg.Error) as raised, shop.connection.transaction():
            report(shop, call)
        assert raised.value.sqlstate == "23503"
        assert raised.value.diag.message_detail == 'public.customer: 21 rows by foreign key "customer_support_rep_id_fkey"'
    assert snapshot(shop) == before
    assert events(shop) == []


def test_customer_1(shop):
    """All that is theirs goes: the invoices and their lines. What was bought, and who looked after them, stays as it is."""
    gone = {
        "customer": texts(shop, "customer", "customer_id = 1"),
        "invoice": texts(shop, "invoice", "customer_id = 1"),
        "invoice_line": texts(shop, "invoice_line", "invoice_id IN (SELECT invoice_id FROM invoice WHERE customer_id = 1)"),
    }
    assert {table: len(rows) for table, rows in gone.items()} == {"customer": 1, "invoice": 7, "invoice_line": 38}
    lines = "SELECT array_agg(invoice_line_id ORDER BY invoice_line_id) FROM invoice_line JOIN invoice USING (invoice_id) WHERE customer_id = 1"
    lines = shop.execute(lines).fetchone()[0]
    changed = erased(shop, "customer", 1, [
        ("customer", "deleted", 1, None), ("invoice", "deleted", 7, None), ("invoice_line", "deleted", 38, None),
    ])
    assert changed == {table: (rows, set()) for table, rows in gone.items()}
    assert [(relation, action, rows, sorted(keys), columns) for _, _, relation, action, rows, keys, columns, _ in events(shop)] == [
        ("public.customer", "deleted", 1, [1], [
            "first_name", "last_name", "company", "address", "city", "state", "postal_code", "phone", "fax", "email", "*",
        ]),
        ("public.invoice", "deleted", 7, INVOICES_OF_CUSTOMER_1, ["*"]),
        ("public.invoice_line", "deleted", 38, lines, ["*"]),
    ]


def test_customer_1_with_invoices_that_the_law_keeps(shop):
    """The invoices hold the customer, whose row is anonymised. The lines are not said to be kept: they go."""
    shop.execute("SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years')")
    before = texts(shop, "customer", "customer_id = 1")
    after = texts(shop, "customer", "customer_id = 1", FORMER_CUSTOMER)
    changed = erased(shop, "customer", 1, [
        ("customer", "anonymised", 1, "referenced by public.invoice"),
        ("invoice", "kept", 7, "tax law, 10 years"),
        ("invoice_line", "deleted", 38, None),
    ])
    assert counts(changed) == {"customer": (1, 1), "invoice_line": (38, 0)}
    assert changed["customer"] == (before, after)
    # Both stay for as long as the law says. When the ground is gone, all of it goes.
    shop.execute("SELECT gdpr_register('invoice', on_erase => 'delete')")
    changed = erased(shop, "customer", 1, [("customer", "deleted", 1, None), ("invoice", "deleted", 7, None)])
    assert changed["customer"] == (after, set())
    assert counts(changed) == {"customer": (1, 0), "invoice": (7, 0)}


def test_everybody_who_is_in_the_shop(shop):
    """Employees one by one, then all customers in one call: what is left is the music."""
    untouched = {"album", "artist", "genre", "media_type", "playlist", "playlist_track", "track"}
    before = snapshot(shop)
    for id_ in range(1, 9):
        assert ("employee", "deleted", 1, None) in report(shop, f"gdpr_erase('employee', {id_})")
    assert report(shop, "gdpr_erase('customer', ARRAY(SELECT customer_id FROM customer))") == [
        ("customer", "deleted", 59, None), ("invoice", "deleted", 412, None), ("invoice_line", "deleted", 2240, None),
    ]
    after = snapshot(shop)
    assert {table for table in after if after[table] == before[table]} == untouched
    assert all(after[table].total() == 0 for table in after.keys() - untouched)
    assert dangling(shop) == {}
