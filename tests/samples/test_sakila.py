"""Sakila, a video rental: rentals and payments hang on a customer and on a member of staff, and a rental on a copy of a film as well.

The tables payment_p2007_01 to _06 inherit from payment in the old style and are empty in this copy; all payments are in payment itself.
"""

import pytest

CUSTOMER_RENTAL = "customer(customer_id) -> rental(customer_id)"
CUSTOMER_PAYMENT = "customer(customer_id) -> payment(customer_id)"
INVENTORY_RENTAL = "inventory(inventory_id) -> rental(inventory_id)"
RENTAL_PAYMENT = "rental(rental_id) -> payment(rental_id)"
STAFF_RENTAL = "staff(staff_id) -> rental(staff_id)"
STAFF_PAYMENT = "staff(staff_id) -> payment(staff_id)"
STAFF_STORE = "staff(staff_id) -> store(manager_staff_id)"
STORE_CUSTOMER = "store(store_id) -> customer(store_id)"
STORE_INVENTORY = "store(store_id) -> inventory(store_id)"

CUSTOMER_1 = [
    ("customer", 0, False, None, "t.customer_id = 1"),
    ("rental", 1, False, CUSTOMER_RENTAL, "t.customer_id = 1"),
    ("payment", 1, False, CUSTOMER_PAYMENT, "t.customer_id = 1"),
]
CUSTOMER_1_COUNTS = {("customer", "own"): 1, ("rental", "own"): 32, ("payment", "own"): 32}

# Staff 1 manages store 1, and nothing else leads to the store, so that it is theirs, and its stock with it.
STAFF_1 = [
    ("staff", 0, False, None, "t.staff_id = 1"),
    ("store", 1, False, STAFF_STORE, "t.manager_staff_id = 1"),
    ("inventory", 2, False, STORE_INVENTORY, "t.store_id = 1"),
]
STAFF_1_COUNTS = {("staff", "own"): 1, ("store", "own"): 1, ("inventory", "own"): 2270}

STOCK_1 = "SELECT inventory_id FROM inventory WHERE store_id = 1"


def test_customer_1_on_a_database_that_nobody_has_prepared(sakila):
    """Store, address, staff and films lead to no person here. A payment has two ways to the customer and comes once."""
    sakila.check("customer", "1", CUSTOMER_1_COUNTS, CUSTOMER_1)
    assert sakila.locked("customer", "1") == {"customer": 1, "rental": 32, "payment": 32}


def test_a_payment_for_somebody_elses_rental_is_shared(sakila):
    """Customers 16, 259, 401 and 546 each have a payment booked on rental 1, which customer 130 made."""
    sakila.check(
        "customer",
        "16",
        {("customer", "own"): 1, ("rental", "own"): 28, ("payment", "own"): 28, ("payment", "shared"): 1},
        [
            ("customer", 0, False, None, "t.customer_id = 16"),
            ("rental", 1, False, CUSTOMER_RENTAL, "t.customer_id = 16"),
            ("payment", 1, False, CUSTOMER_PAYMENT, "t.customer_id = 16 AND t.rental_id <> 1"),
            ("payment", 1, True, CUSTOMER_PAYMENT, "t.payment_id = 424"),
        ],
    )
    assert sakila.refused_links("customer", "16") == {RENTAL_PAYMENT}

    own_rentals = "t.rental_id IN (SELECT rental_id FROM rental WHERE customer_id = 130)"
    sakila.check(
        "customer",
        "130",
        {("customer", "own"): 1, ("rental", "own"): 24, ("payment", "own"): 24, ("payment", "shared"): 4},
        [
            ("customer", 0, False, None, "t.customer_id = 130"),
            ("rental", 1, False, CUSTOMER_RENTAL, "t.customer_id = 130"),
            ("payment", 1, False, CUSTOMER_PAYMENT, f"t.customer_id = 130 AND {own_rentals}"),
            ("payment", 2, True, RENTAL_PAYMENT, f"t.customer_id <> 130 AND {own_rentals}"),
        ],
    )
    assert sakila.refused_links("customer", "130") == {CUSTOMER_PAYMENT}


def test_a_link_declared_context_settles_it(sakila):
    """A payment is the payer's, whichever rental it was booked on."""
    sakila.link(RENTAL_PAYMENT, "context")
    assert sakila.locked("customer", "16") == {"customer": 1, "rental": 28, "payment": 29}
    assert sakila.locked("customer", "130") == {"customer": 1, "rental": 24, "payment": 24}


def test_customer_1_with_staff_registered_as_people(sakila):
    """The stock hangs on a store that a person manages: it leads to somebody else as well as staff does."""
    sakila.subject("customer")
    sakila.subject("staff")
    shared = [(relation, depth, depth > 0, via, rows) for relation, depth, _, via, rows in CUSTOMER_1]
    sakila.check("customer", "1", {("customer", "own"): 1, ("rental", "shared"): 32, ("payment", "shared"): 32}, shared)
    assert sakila.refused_links("customer", "1") == {STAFF_RENTAL, STAFF_PAYMENT, INVENTORY_RENTAL}


@pytest.mark.parametrize(
    "declared",
    [
        {STAFF_RENTAL: "context", STAFF_PAYMENT: "context", INVENTORY_RENTAL: "context"},
        {STAFF_RENTAL: "accessor", STAFF_PAYMENT: "accessor", INVENTORY_RENTAL: "ignore"},
        # The stock is the shop's and not its manager's: no link from it leads to a person any more.
        {STAFF_RENTAL: "accessor", STAFF_PAYMENT: "accessor", STORE_INVENTORY: "context"},
    ],
)
def test_declared_links_make_the_customer_the_only_owner(sakila, declared):
    sakila.subject("customer")
    sakila.subject("staff")
    for link, kind in declared.items():
        sakila.link(link, kind)
    sakila.check("customer", "1", CUSTOMER_1_COUNTS, CUSTOMER_1)
    assert sakila.locked("customer", "1") == {"customer": 1, "rental": 32, "payment": 32}


def test_staff_1_with_customers_as_people(sakila):
    """Every rental and payment has a customer, so that none is the staff's own and the walk ends at each."""
    sakila.subject("customer")
    sakila.check(
        "staff",
        "1",
        {**STAFF_1_COUNTS, ("rental", "shared"): 11972, ("payment", "shared"): 8057},
        [
            *STAFF_1,
            ("rental", 1, True, STAFF_RENTAL, "t.staff_id = 1"),
            ("rental", 3, True, INVENTORY_RENTAL, f"t.staff_id <> 1 AND t.inventory_id IN ({STOCK_1})"),
            ("payment", 1, True, STAFF_PAYMENT, "t.staff_id = 1"),
        ],
    )
    # The rentals that staff 1 handed out come from the other store too, those from the stock were handed out by staff 2 too, and
    # staff 1 took money for rentals that are neither.
    assert sakila.refused_links("staff", "1") == {
        CUSTOMER_RENTAL, INVENTORY_RENTAL, STAFF_RENTAL, CUSTOMER_PAYMENT, RENTAL_PAYMENT,
    }


def test_staff_1_as_accessor(sakila):
    """Staff sees rentals and payments without owning them. What hangs on a shared rental is asked about once more."""
    sakila.subject("customer")
    for link, kind in {STAFF_RENTAL: "accessor", STAFF_PAYMENT: "accessor", INVENTORY_RENTAL: "context"}.items():
        sakila.link(link, kind)
    expected = {**STAFF_1_COUNTS, ("rental", "shared"): 8040, ("payment", "shared"): 12090}
    selects = [
        *STAFF_1,
        ("rental", 1, True, STAFF_RENTAL, "t.staff_id = 1"),
        ("payment", 1, True, STAFF_PAYMENT, "t.staff_id = 1"),
        (
            "payment", 2, True, RENTAL_PAYMENT,
            "t.staff_id <> 1 AND t.rental_id IN (SELECT rental_id FROM rental WHERE staff_id = 1)",
        ),
    ]
    sakila.check("staff", "1", expected, selects)
    assert sakila.refused_links("staff", "1") == {CUSTOMER_PAYMENT}

    sakila.link(CUSTOMER_PAYMENT, "owner")
    sakila.check("staff", "1", expected, selects)
    assert sakila.locked("staff", "1") == {"staff": 1, "store": 1, "inventory": 2270, "rental": 8040, "payment": 12090}


def test_staff_1_while_nobody_has_said_that_customers_are_people(sakila):
    """The manager of a store then owns its customers, and those rentals and payments in which all owners meet."""
    of_store = "(SELECT customer_id FROM customer WHERE store_id = 1)"
    own_rental = f"(t.staff_id = 1 AND t.inventory_id IN ({STOCK_1}) AND t.customer_id IN {of_store})"
    own_rentals = f"(SELECT rental_id FROM rental t WHERE {own_rental})"
    own_payment = f"(t.staff_id = 1 AND t.customer_id IN {of_store} AND t.rental_id IN {own_rentals})"
    sakila.check(
        "staff",
        "1",
        {
            **STAFF_1_COUNTS,
            ("customer", "own"): 326,
            ("rental", "own"): 2157,
            ("rental", "shared"): 12035,
            ("payment", "own"): 1072,
            ("payment", "shared"): 11330,
        },
        [
            *STAFF_1,
            ("customer", 2, False, STORE_CUSTOMER, "t.store_id = 1"),
            ("rental", 1, False, STAFF_RENTAL, own_rental),
            ("rental", 1, True, STAFF_RENTAL, f"t.staff_id = 1 AND NOT {own_rental}"),
            # Two ways of the same length: the first by name counts.
            ("rental", 3, True, CUSTOMER_RENTAL, f"t.staff_id <> 1 AND t.customer_id IN {of_store}"),
            ("rental", 3, True, INVENTORY_RENTAL, f"t.staff_id <> 1 AND t.customer_id NOT IN {of_store} AND t.inventory_id IN ({STOCK_1})"),
            ("payment", 1, False, STAFF_PAYMENT, own_payment),
            ("payment", 1, True, STAFF_PAYMENT, f"t.staff_id = 1 AND NOT {own_payment}"),
            ("payment", 2, True, RENTAL_PAYMENT, f"t.staff_id <> 1 AND t.rental_id IN {own_rentals}"),
            ("payment", 3, True, CUSTOMER_PAYMENT, f"t.staff_id <> 1 AND t.rental_id NOT IN {own_rentals} AND t.customer_id IN {of_store}"),
        ],
    )


def test_the_graph_of_a_customer(sakila):
    """Each inheriting table has foreign keys of its own. Two links have no index to follow them by."""
    children = ["payment", *(f"payment_p2007_0{month}" for month in range(1, 7))]
    links = sakila.execute("SELECT depth, link, indexed FROM gdpr_graph('customer') WHERE kind = 'owner'").fetchall()
    assert sorted(links) == sorted(
        [(1, CUSTOMER_RENTAL, False)]
        + [(1, f"customer(customer_id) -> {child}(customer_id)", True) for child in children]
        + [(2, f"rental(rental_id) -> {child}(rental_id)", False) for child in children]
    )
