"""The video rental: a customer's document, with an address that is theirs, films in place of numbers, and payments in inherited tables."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from whole_database import snapshot

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "export.schema.json").read_text())
ADDRESS = "customer(address_id) -> address(address_id)"
EXPORTS = {
    "customer": {"exclude": ["activebool", "last_update"], "label_expression": "first_name || ' ' || last_name"},
    "address": {"exclude": ["last_update"]},
    "city": {"label_expression": "city"},
    "rental": {"exclude": ["last_update", "customer_id"], "order": ["rental_date"], "labels": {"inventory_id": "film"}},
    # What a copy in the store is called is what its film is: an expression has no subqueries, a function may.
    "inventory": {"label_expression": "film_title(film_id)"},
    "payment": {"exclude": ["customer_id", "rental_id"]},
}
FILM_TITLE = "CREATE FUNCTION film_title(integer) RETURNS text STABLE LANGUAGE sql AS 'SELECT title FROM public.film WHERE film_id = $1'"
RENTALS = """
SELECT jsonb_agg(to_jsonb(r) - '{last_update,customer_id,inventory_id,staff_id}'::text[] || jsonb_build_object('film', title) ORDER BY rental_id)
FROM rental r JOIN inventory USING (inventory_id) JOIN film USING (film_id) WHERE customer_id = %s
"""
PAYMENTS = """
SELECT jsonb_object_agg(part, rows) FROM (
    SELECT tableoid::regclass::text AS part, jsonb_agg(to_jsonb(p) - '{customer_id,rental_id,staff_id}'::text[] ORDER BY payment_id) AS rows
    FROM payment p WHERE customer_id = %s GROUP BY tableoid) parts
"""


@pytest.fixture
def shop(sakila):
    sakila.execute(FILM_TITLE)
    sakila.subject("customer")
    sakila.subject("staff")
    sakila.link(ADDRESS, "owner")
    sakila.link("address(address_id) -> store(address_id)", "context")
    # The staff serves everybody, and owns nothing of it.
    for link in ("store(manager_staff_id)", "rental(staff_id)", "payment(staff_id)"):
        sakila.link(f"staff(staff_id) -> {link}", "context")
    for table, export in EXPORTS.items():
        sakila.execute("SELECT gdpr_register(%s::regclass, export => %s::jsonb)", table, json.dumps(export))
    return sakila


def exported(shop, id_):
    text = shop.execute("SELECT gdpr_export('customer', %s::int)::text", id_).fetchone()[0]
    faults = [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(json.loads(text))]
    assert faults == []
    return json.loads(text, parse_float=Decimal)


def plain(shop, query, id_):
    return json.loads(shop.execute(f"SELECT ({query})::text", id_).fetchone()[0], parse_float=Decimal)


def sections(document):
    return {section["relation"]: section for section in document["sections"]}


@pytest.mark.parametrize("customer", [1, 148, 599])
def test_a_customer(shop, customer):
    """Whoever served them is another person, and is in none of the tables."""
    found = sections(exported(shop, customer))
    assert found["public.rental"]["data"] == plain(shop, RENTALS, customer)
    assert found["public.rental"]["redacted"] == ["staff_id"]
    payments = {relation.removeprefix("public."): section["data"] for relation, section in found.items() if relation.startswith("public.payment")}
    assert payments == plain(shop, PAYMENTS, customer)
    assert len({section["label"] for section in found.values()}) == len(found)
    assert not [section for relation, section in found.items() if "payment" in relation and section["redacted"] != ["staff_id"]]
    expected = "SELECT to_jsonb(c) - '{activebool,last_update}'::text[] FROM customer c WHERE customer_id = %s"
    assert found["public.customer"]["data"] == [plain(shop, expected, customer)]


def test_an_address_shows_what_its_city_is_called(shop):
    found = sections(exported(shop, 1))["public.address"]
    assert found["rows"] == 1
    assert (found["data"][0]["address"], found["data"][0]["city"]) == ("1913 Hanoi Way", "Sasebo")


def test_customer_1(shop):
    document = exported(shop, 1)
    assert document["subject"]["name"] == "MARY SMITH"
    assert document["rows"] == 1 + 1 + 32 + 32 == shop.execute("SELECT count(*) FROM gdpr_collect('customer', 1)").fetchone()[0]
    assert "PATIENT SISTER" in {rental["film"] for rental in sections(document)["public.rental"]["data"]}


def test_the_page_has_no_other_people(shop):
    page = shop.execute("SELECT gdpr_export_html('customer', 1)").fetchone()[0]
    assert "MARY" in page and "PATIENT SISTER" in page
    for name, in shop.execute("SELECT last_name FROM staff UNION SELECT last_name FROM customer WHERE customer_id BETWEEN 2 AND 20").fetchall():
        assert name not in page


def test_an_address_of_two(shop):
    """It is in both documents, and neither says whose it is besides."""
    shop.execute("UPDATE customer SET address_id = 5 WHERE customer_id = 2")
    for customer, other in ((1, "PATRICIA"), (2, "MARY")):
        found = sections(exported(shop, customer))
        assert found["public.address"]["data"][0]["address"] == "1913 Hanoi Way"
        assert other not in json.dumps([found["public.address"], found["public.customer"]], default=str)


def test_nothing_is_changed(shop):
    """Not even the time of the last update, which a trigger of the shop's sets."""
    before = snapshot(shop)
    exported(shop, 1)
    assert snapshot(shop) == before
