"""Chinook, a record shop: customers have a support employee, employees report to one another, invoice lines name a track."""

INVOICES = "customer(customer_id) -> invoice(customer_id)"
LINES = "invoice(invoice_id) -> invoice_line(invoice_id)"
CUSTOMERS = "employee(employee_id) -> customer(support_rep_id)"

CUSTOMER_1 = [
    ("customer", 0, False, None, "t.customer_id = 1"),
    ("invoice", 1, False, INVOICES, "t.customer_id = 1"),
    ("invoice_line", 2, False, LINES, "t.invoice_id IN (SELECT invoice_id FROM invoice WHERE customer_id = 1)"),
]
CUSTOMER_1_COUNTS = {("customer", "own"): 1, ("invoice", "own"): 7, ("invoice_line", "own"): 38}


def test_customer_1_on_a_database_that_nobody_has_prepared(chinook):
    """Neither the support employee nor the tracks are found: going down from these again would collect the whole shop."""
    chinook.check("customer", "1", CUSTOMER_1_COUNTS, CUSTOMER_1)
    chinook.check("customer", "'1'", CUSTOMER_1_COUNTS, CUSTOMER_1)


def test_the_rows_that_are_found_are_locked(chinook):
    assert chinook.locked("customer", "1") == {"customer": 1, "invoice": 7, "invoice_line": 38}


def test_a_customer_does_not_belong_to_a_registered_employee(chinook):
    chinook.subject("customer")
    chinook.subject("employee")
    chinook.check("customer", "1", CUSTOMER_1_COUNTS, CUSTOMER_1)
    assert chinook.locked("customer", "1") == {"customer": 1, "invoice": 7, "invoice_line": 38}


def test_two_customers_at_once(chinook):
    chinook.check(
        "customer",
        "ARRAY[1, 59]",
        {("customer", "own"): 2, ("invoice", "own"): 13, ("invoice_line", "own"): 74},
        [
            ("customer", 0, False, None, "t.customer_id IN (1, 59)"),
            ("invoice", 1, False, INVOICES, "t.customer_id IN (1, 59)"),
            ("invoice_line", 2, False, LINES, "t.invoice_id IN (SELECT invoice_id FROM invoice WHERE customer_id IN (1, 59))"),
        ],
    )


def test_an_employee_owns_customers_while_nobody_has_said_that_they_are_people(chinook):
    """The employees who report to employee 3 are people already: they are rows of the table that the walk starts from."""
    his_customers = "SELECT customer_id FROM customer WHERE support_rep_id = 3"
    chinook.check(
        "employee",
        "3",
        {("employee", "own"): 1, ("customer", "own"): 21, ("invoice", "own"): 146, ("invoice_line", "own"): 796},
        [
            ("employee", 0, False, None, "t.employee_id = 3"),
            ("customer", 1, False, CUSTOMERS, "t.support_rep_id = 3"),
            ("invoice", 2, False, INVOICES, f"t.customer_id IN ({his_customers})"),
            ("invoice_line", 3, False, LINES, f"t.invoice_id IN (SELECT invoice_id FROM invoice WHERE customer_id IN ({his_customers}))"),
        ],
    )


def test_an_employee_owns_nobody_once_customers_are_registered_as_people(chinook):
    chinook.subject("customer")
    chinook.check("employee", "3", {("employee", "own"): 1}, [("employee", 0, False, None, "t.employee_id = 3")])


def test_the_graph_of_a_customer(chinook):
    links = chinook.execute(
        "SELECT depth, link, kind, reviewed, indexed, on_delete FROM gdpr_graph('customer') WHERE kind = 'owner'"
    ).fetchall()
    assert sorted(links) == [
        (1, INVOICES, "owner", False, True, "NO ACTION"),
        (2, LINES, "owner", False, True, "NO ACTION"),
    ]
    into_walked = chinook.execute("SELECT link, depth, indexed FROM gdpr_graph('customer') WHERE kind = 'context'").fetchall()
    assert sorted(into_walked) == [
        (CUSTOMERS, None, True),
        ("track(track_id) -> invoice_line(track_id)", None, True),
    ]
