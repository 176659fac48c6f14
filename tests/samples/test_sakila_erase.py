"""One customer of the video rental is erased: the payments stay for tax law, the rentals anonymised, and the address goes unless others use it."""

import json

import psycopg
import pytest
from whole_database import dangling, differences, snapshot

RULES = {
    "customer": """{
        "first_name": {"strategy": "value", "value": "former"}, "last_name": {"strategy": "value", "value": "customer"}, "email": "null",
        "create_date": {"strategy": "generalise", "to": "year"}, "active": "null", "*": "keep"
    }""",
    "address": """{
        "address": "blank", "address2": "null", "district": "blank", "postal_code": "null", "phone": "blank", "*": "keep"
    }""",
    "rental": """{"return_date": {"strategy": "generalise", "to": "year"}, "*": "keep"}""",
}
# What the rules make of a customer and an address: the rest of the row is what it was.
FORMER_CUSTOMER = {"first_name": "former", "last_name": "customer", "email": None, "create_date": "2006-01-01", "active": None}
NO_ADDRESS = {"address": "", "address2": None, "district": "", "postal_code": None, "phone": ""}
ADDRESS = "customer(address_id) -> address(address_id)"
KEPT = ("payment", "kept", 32, "tax law, 10 years")


@pytest.fixture
def shop(sakila):
    sakila.subject("customer")
    sakila.link(ADDRESS, "owner")
    # Else whoever has an address would lead to people, the staff and with it everything that it handed out.
    sakila.link("address(address_id) -> staff(address_id)", "context")
    sakila.link("address(address_id) -> store(address_id)", "context")
    for relation, rules in RULES.items():
        sakila.execute("SELECT gdpr_register(%s::regclass, %s::jsonb)", relation, rules)
    sakila.execute("SELECT gdpr_register('rental', on_erase => 'anonymise')")
    sakila.execute("SELECT gdpr_register('payment', on_erase => 'keep', ground => 'tax law, 10 years')")
    return sakila


def keep_nothing(shop):
    for relation in ("payment", "rental"):
        shop.execute("SELECT gdpr_register(%s::regclass, on_erase => 'delete')", relation)


def report(shop, call):
    return sorted(shop.execute(f"SELECT relation::text, action, rows, ground FROM {call}").fetchall(), key=repr)


def erased(shop, id_, expected):
    """The preview says it and changes nothing, the call says it, and no foreign key dangles. Returns what is gone and what has come, by table."""
    expected = sorted(expected, key=repr)
    before = snapshot(shop)
    assert report(shop, f"gdpr_preview('erase', 'customer', {id_})") == expected
    assert snapshot(shop) == before
    assert report(shop, f"gdpr_erase('customer', {id_})") == expected
    assert dangling(shop) == {}
    return {table: (set(gone), set(come)) for table, (gone, come) in differences(before, snapshot(shop)).items()}


def counts(changed):
    return {table: (len(gone), len(come)) for table, (gone, come) in changed.items()}


def texts(shop, table, where, setting=""):
    """Rows as text; with what is then set, as they would be after that. The shop's own trigger puts the time of the change into each row."""
    row = "jsonb_populate_record(t, %s::jsonb || jsonb_build_object('last_update', now()::timestamp))" if setting else "t"
    parameters = [json.dumps(setting)] if setting else []
    return {row for row, in shop.execute(f"SELECT ({row})::text FROM {table} t WHERE {where}", *parameters).fetchall()}


def rows_of_customer_1(shop, *tables):
    return {table: texts(shop, table, "address_id = 5" if table == "address" else "customer_id = 1") for table in tables}


def of_year(shop, **setting):
    """The rentals of customer 1 with the year of their return only, and with what is set besides."""
    [(year,)] = shop.execute("SELECT DISTINCT date_trunc('year', return_date)::text FROM rental WHERE customer_id = 1").fetchall()
    return texts(shop, "rental", "customer_id = 1", {"return_date": year, **setting})


def events(shop):
    select = "SELECT relation, action, rows, keys, columns, ground FROM gdpr_log.event WHERE call = 'erase' ORDER BY id"
    return sorted(((*event[:3], sorted(event[3]), sorted(event[4]), event[5]) for event in shop.execute(select).fetchall()), key=repr)


def ids(shop, table):
    return shop.execute(f"SELECT array_agg({table}_id ORDER BY {table}_id) FROM {table} WHERE customer_id = 1").fetchone()[0]


def test_customer_1(shop):
    """The payments name the customer and the rental, and may not be without them: both stay. So does the address that the customer must have."""
    rows = rows_of_customer_1(shop, "customer", "address", "rental")
    after = {
        "customer": texts(shop, "customer", "customer_id = 1", FORMER_CUSTOMER),
        "address": texts(shop, "address", "address_id = 5", NO_ADDRESS),
        "rental": of_year(shop),
    }
    changed = erased(shop, 1, [
        ("customer", "anonymised", 1, "referenced by public.payment, public.rental"),
        ("address", "anonymised", 1, "referenced by public.customer"),
        ("rental", "anonymised", 32, None),
        KEPT,
    ])
    assert changed == {table: (rows[table], after[table]) for table in rows}
    assert events(shop) == sorted([
        ("public.customer", "anonymised", 1, [1], ["active", "create_date", "email", "first_name", "last_name"],
         "referenced by public.payment, public.rental"),
        ("public.address", "anonymised", 1, [5], ["address", "district", "phone", "postal_code"], "referenced by public.customer"),
        ("public.rental", "anonymised", 32, ids(shop, "rental"), ["return_date"], None),
        ("public.payment", "kept", 32, ids(shop, "payment"), [], "tax law, 10 years"),
    ], key=repr)
    # Nothing is left to do but to say what is kept.
    assert erased(shop, 1, [KEPT]) == {}


def test_when_the_ground_is_gone(shop):
    """The payments go, and the rentals, which nobody has said must stay. Nothing holds the customer and the address any more."""
    report(shop, "gdpr_erase('customer', 1)")
    keep_nothing(shop)
    rows = rows_of_customer_1(shop, "customer", "address", "rental", "payment")
    changed = erased(shop, 1, [
        ("customer", "deleted", 1, None), ("address", "deleted", 1, None), ("rental", "deleted", 32, None), ("payment", "deleted", 32, None),
    ])
    assert changed == {table: (gone, set()) for table, gone in rows.items()}


def test_rentals_that_hold_nothing(shop):
    """Rentals that stay anonymised keep their customer, since their key may not be NULL. If it may, they let go, and only they are left."""
    shop.execute("SELECT gdpr_register('payment', on_erase => 'delete')")
    shop.execute("ALTER TABLE rental ALTER customer_id DROP NOT NULL")
    anonymised = of_year(shop, customer_id=None)
    changed = erased(shop, 1, [
        ("customer", "deleted", 1, None), ("address", "deleted", 1, None), ("payment", "deleted", 32, None),
        ("rental", "anonymised", 32, None), ("rental", "detached", 32, None),
    ])
    assert changed["rental"][1] == anonymised
    assert counts(changed) == {"customer": (1, 0), "address": (1, 0), "payment": (32, 0), "rental": (32, 32)}


def test_an_address_that_others_use_too(shop):
    """Customer 2 lives there: the address goes with the last one who does, and not before."""
    keep_nothing(shop)
    shop.execute("UPDATE customer SET address_id = 5 WHERE customer_id = 2")
    changed = erased(shop, 1, [
        ("customer", "deleted", 1, None), ("rental", "deleted", 32, None), ("payment", "deleted", 32, None),
        ("address", "kept", 1, "shared with other people"),
    ])
    assert counts(changed) == {"customer": (1, 0), "rental": (32, 0), "payment": (32, 0)}
    address = texts(shop, "address", "address_id = 5")
    changed = erased(shop, 2, [
        ("customer", "deleted", 1, None), ("rental", "deleted", 27, None), ("payment", "deleted", 27, None), ("address", "deleted", 1, None),
    ])
    assert changed["address"] == (address, set())
    assert counts(changed) == {"customer": (1, 0), "rental": (27, 0), "payment": (27, 0), "address": (1, 0)}


def test_an_address_that_those_asked_for_share(shop):
    keep_nothing(shop)
    shop.execute("UPDATE customer SET address_id = 5 WHERE customer_id = 2")
    changed = erased(shop, "ARRAY[1, 2]", [
        ("customer", "deleted", 2, None), ("rental", "deleted", 59, None), ("payment", "deleted", 59, None), ("address", "deleted", 1, None),
    ])
    assert counts(changed) == {"customer": (2, 0), "rental": (59, 0), "payment": (59, 0), "address": (1, 0)}


def test_an_address_that_a_store_uses_too(shop):
    """The store is nobody's row, and the address that it must have stays for it."""
    keep_nothing(shop)
    shop.execute("UPDATE store SET address_id = 5 WHERE store_id = 2")
    before = snapshot(shop)
    for call in ("gdpr_preview('erase', 'customer', 1)", "gdpr_erase('customer', 1)"):
        with pytest.raises(psycopg.Error) as raised, shop.connection.transaction():
            report(shop, call)
        assert raised.value.sqlstate == "23503"
        assert raised.value.diag.message_detail == 'public.store: 1 row by foreign key "store_address_id_fkey"'
    assert snapshot(shop) == before


def test_payments_in_inherited_tables(shop):
    """A payment in payment_p2007_02 holds the customer by a foreign key of its own, and is kept by the entry of its parent."""
    shop.execute(
        "INSERT INTO payment_p2007_02 (payment_id, customer_id, staff_id, rental_id, amount, payment_date)"
        " SELECT 100001, 1, 1, rental_id, 2.99, '2007-02-15' FROM rental WHERE customer_id = 1 LIMIT 1"
    )
    shop.execute("DELETE FROM ONLY payment WHERE customer_id = 1")
    changed = erased(shop, 1, [
        ("customer", "anonymised", 1, "referenced by public.payment_p2007_02, public.rental"),
        ("address", "anonymised", 1, "referenced by public.customer"),
        ("rental", "anonymised", 32, None),
        ("payment_p2007_02", "kept", 1, "tax law, 10 years"),
    ])
    assert counts(changed) == {"customer": (1, 1), "address": (1, 1), "rental": (32, 32)}


def test_deleted_whatever_is_said(shop):
    """gdpr_delete: also the rentals would go, but for the payments that name them."""
    assert report(shop, "gdpr_delete('customer', 1)") == sorted([
        ("customer", "anonymised", 1, "referenced by public.payment, public.rental"),
        ("address", "anonymised", 1, "referenced by public.customer"),
        ("rental", "anonymised", 32, "referenced by public.payment"),
        KEPT,
    ], key=repr)
    assert dangling(shop) == {}
