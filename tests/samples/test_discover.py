"""What S110 starts from: gdpr_discover on Sakila and Chinook, whose personal columns were labelled by hand.

    target/venv/bin/python -m pytest -s tests/samples/test_discover.py    prints the figures of docs/discover.md
"""

# By hand: what says something of a person (customers, employees, actors, composers) or leads to one. Keys are left out, since they are not told.
SAKILA = {
    "actor.first_name", "actor.last_name",
    "address.address", "address.address2", "address.district", "address.postal_code", "address.phone",
    "customer.first_name", "customer.last_name", "customer.email",
    "staff.first_name", "staff.last_name", "staff.email", "staff.username", "staff.password", "staff.picture",
}
CHINOOK = {
    *(f"customer.{column}" for column in "first_name last_name company address city state country postal_code phone fax email".split()),
    *(f"employee.{column}" for column in "first_name last_name title birth_date address city state country postal_code phone fax email".split()),
    *(f"invoice.billing_{column}" for column in "address city state country postal_code".split()),
    "track.composer",
}
# Precision and recall at a confidence of 0.5.
FLOORS = {"sakila": (0.95, 0.95), "chinook": (0.95, 0.95)}


def check(sample, name, personal):
    rows = sample.execute('SELECT relation::text, "column", confidence FROM gdpr_discover()').fetchall()
    found = {f"{relation.split('.')[-1]}.{column}" for relation, column, confidence in rows if confidence >= 0.5}
    wrong, missed = found - personal, personal - found
    precision, recall = len(found & personal) / len(found), len(found & personal) / len(personal)
    print(f"{name}: {len(personal)} personal columns, precision {precision:.3f}, recall {recall:.3f}; wrong: {sorted(wrong)}, missed: {sorted(missed)}")
    assert precision >= FLOORS[name][0] and recall >= FLOORS[name][1], (precision, recall, wrong, missed)


def test_sakila(sakila):
    check(sakila, "sakila", SAKILA)


def test_chinook(chinook):
    check(chinook, "chinook", CHINOOK)


def test_what_is_registered_is_found_no_more(chinook):
    """The suggestions of gdpr_discover_register hold in a database that was not made for it, and are added to the rules that there are."""
    chinook.execute("""SELECT gdpr_register('customer', '{"email": "auto"}')""")
    registered = chinook.execute('SELECT relation::text, "column", rule FROM gdpr_discover_register(0.5)').fetchall()
    assert len(registered) >= 25
    assert ("customer", "email") not in {row[:2] for row in registered}
    rules = chinook.execute("SELECT rules FROM gdpr_registry WHERE relation = 'customer'::regclass").fetchone()[0]
    assert rules["email"] == "auto" and rules["first_name"] == {"strategy": "fake", "kind": "first_name"}
    assert chinook.execute("SELECT count(*) FROM gdpr_discover() WHERE confidence >= 0.5").fetchone() == (0,)
