"""One customer of the video rental is forgotten, with the address that is only theirs; the payments stay, for the books."""

import psycopg
import pytest
from whole_database import changed_rows, snapshot

RULES = {
    "customer": """{
        "first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": {"strategy": "fake", "kind": "last_name"}, "email": "email",
        "create_date": {"strategy": "generalise", "to": "year"}, "active": "auto", "*": "keep"
    }""",
    "address": """{
        "address": {"strategy": "fake", "kind": "street"}, "address2": "null", "district": "blank", "postal_code": "null",
        "phone": {"strategy": "fake", "kind": "phone"}, "*": "keep"
    }""",
    # rental_date is part of a unique key, and noise can give two rows the same value: it would be refused.
    "rental": """{"return_date": {"strategy": "generalise", "to": "year"}, "*": "keep"}""",
}
ADDRESS = "customer(address_id) -> address(address_id)"
EXPECTED = [
    ("customer", "anonymised", 1, None),
    ("address", "anonymised", 1, None),
    ("payment", "kept", 32, "accounting, 10 years"),
    ("rental", "anonymised", 32, None),
]
ANONYMISE = "SELECT relation::text, action, rows, ground FROM gdpr_anonymise('customer', 1)"


@pytest.fixture
def rental_shop(sakila):
    sakila.subject("customer")
    sakila.link(ADDRESS, "owner")
    # Else whoever has an address would lead to people, the staff and with it everything that it handed out.
    sakila.link("address(address_id) -> staff(address_id)", "context")
    sakila.link("address(address_id) -> store(address_id)", "context")
    for relation, rules in RULES.items():
        sakila.execute("SELECT gdpr_register(%s::regclass, %s::jsonb)", relation, rules)
    sakila.execute("""SELECT gdpr_register('payment', on_erase => 'keep', ground => 'accounting, 10 years')""")
    return sakila


def row(sakila, relation, id_):
    return sakila.execute(f"SELECT to_jsonb(t) FROM {relation} t WHERE {relation}_id = {id_}").fetchone()[0]


def test_customer_1(rental_shop):
    before = snapshot(rental_shop)
    customer, address = row(rental_shop, "customer", 1), row(rental_shop, "address", 5)
    assert customer["address_id"] == 5
    preview = "SELECT relation::text, action, rows, ground FROM gdpr_preview('anonymise', 'customer', 1)"
    assert sorted(rental_shop.execute(preview).fetchall(), key=repr) == sorted(EXPECTED, key=repr)
    assert snapshot(rental_shop) == before

    assert sorted(rental_shop.execute(ANONYMISE).fetchall(), key=repr) == sorted(EXPECTED, key=repr)

    # Nothing else in the whole database is another than it was, the parents of the six inherited tables included.
    assert changed_rows(before, snapshot(rental_shop)) == {"customer": 1, "address": 1, "rental": 32}
    # The shop's own trigger has put the time of the change into each row.
    new = row(rental_shop, "customer", 1)
    assert {column for column in customer if customer[column] == new[column]} == {"customer_id", "store_id", "address_id", "activebool"}
    assert new["create_date"] == "2006-01-01" and new["active"] is None and new["email"].endswith("@example.invalid")
    new = row(rental_shop, "address", 5)
    assert {column for column in address if address[column] == new[column]} <= {"address_id", "city_id", "address2"}
    assert (new["address2"], new["district"], new["postal_code"]) == (None, "", None)
    assert new["address"] and len(new["phone"]) <= 20
    assert rental_shop.execute("SELECT count(*) FROM customer_list WHERE id = 1 AND phone = %s", new["phone"]).fetchone() == (1,)


def test_again(rental_shop):
    rental_shop.execute(ANONYMISE)
    before = snapshot(rental_shop)
    events = rental_shop.execute("SELECT count(*) FROM gdpr_log.event").fetchone()
    assert rental_shop.execute(ANONYMISE).fetchall() == [row for row in EXPECTED if row[1] == "kept"]
    assert changed_rows(before, snapshot(rental_shop)) == {}
    assert rental_shop.execute("SELECT count(*) FROM gdpr_log.event WHERE action = 'anonymised'").fetchone()[0] == events[0] - 1
    # A new rental is the customer's again, and the only one that is new.
    rental_shop.execute("INSERT INTO rental (rental_date, return_date, inventory_id, customer_id, staff_id) VALUES (now(), now(), 1, 1, 1)")
    assert ("rental", "anonymised", 1, None) in rental_shop.execute(ANONYMISE).fetchall()


def test_an_address_that_others_use_too(rental_shop):
    """Another customer lives there: the address is not only the first one's. It is shared, and stays."""
    rental_shop.execute("UPDATE customer SET address_id = 5 WHERE customer_id = 2")
    before = snapshot(rental_shop)
    rows = rental_shop.execute(ANONYMISE).fetchall()
    assert ("address", "kept", 1, "shared with other people") in rows
    assert ("address", "anonymised", 1, None) not in rows
    assert "address" not in changed_rows(before, snapshot(rental_shop))


def test_a_payment_on_somebody_elses_rental(rental_shop):
    """Nobody has said whose it is: the call refuses, and a preview says what is missing."""
    anonymise = ANONYMISE.replace("1)", "16)")
    before = snapshot(rental_shop)
    with pytest.raises(psycopg.Error) as raised, rental_shop.connection.transaction():
        rental_shop.execute(anonymise)
    assert raised.value.sqlstate == "55000"
    assert snapshot(rental_shop) == before
    preview = "SELECT relation::text, rows FROM gdpr_preview('anonymise', 'customer', 16) WHERE action = 'unreviewed'"
    assert rental_shop.execute(preview).fetchall() == [("payment", 1)]
    rental_shop.link("rental(rental_id) -> payment(rental_id)", "context")
    rows = {(relation, action): rows for relation, action, rows, _ in rental_shop.execute(anonymise).fetchall()}
    assert rows == {("customer", "anonymised"): 1, ("address", "anonymised"): 1, ("rental", "anonymised"): 28, ("payment", "kept"): 29}


def test_what_nobody_has_registered(sakila):
    """The tables are named with their rows, and the calls that settle it printed."""
    sakila.subject("customer")
    with pytest.raises(psycopg.Error) as raised, sakila.connection.transaction():
        sakila.execute(ANONYMISE)
    assert raised.value.sqlstate == "55000"
    assert {"public.rental: 32 rows", "public.payment: 32 rows"} <= set(raised.value.diag.message_detail.splitlines())
    assert raised.value.diag.message_hint.count("SELECT gdpr_register(") == 2
    sakila.execute("SET LOCAL gdpr_ext.unregistered = 'report'")
    rows = sakila.execute("SELECT relation::text, action, rows FROM gdpr_anonymise('customer', 1)").fetchall()
    assert sorted(rows) == [("payment", "unregistered", 32), ("rental", "unregistered", 32)]


def test_an_inherited_table_goes_by_its_parents_entry(rental_shop):
    """payment_p2007_02 has no entry of its own: payment's counts for its rows."""
    rental_shop.execute(
        "INSERT INTO payment_p2007_02 (payment_id, customer_id, staff_id, rental_id, amount, payment_date)"
        " SELECT 100001, 1, 1, rental_id, 2.99, '2007-02-15' FROM rental WHERE customer_id = 1 LIMIT 1"
    )
    rows = rental_shop.execute(ANONYMISE).fetchall()
    assert ("payment_p2007_02", "kept", 1, "accounting, 10 years") in rows
    assert ("payment", "kept", 32, "accounting, 10 years") in rows
