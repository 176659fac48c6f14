"""gdpr_check on the sample databases: as they are, and with the customers registered as people. Which findings are false alarms was read by eye: docs/check.md."""

from collections import Counter

# Payments of one customer for a rental of another, as plain SQL counts them.
SHARED = "SELECT count(*) FROM payment p JOIN rental r USING (rental_id) WHERE p.customer_id <> r.customer_id"


def findings(sample):
    return sample.connection.execute('SELECT code, relation::text, "column" FROM gdpr_check()').fetchall()


def of_tables(sample, code):
    return {relation for found, relation, _ in findings(sample) if found == code}


def test_s110_sakila_unprepared(sakila):
    """An actor is a person, though not one who asks."""
    tables = ["actor", "address", "customer", "staff"]
    assert findings(sakila) == [("unreachable_personal_table", table, None) for table in tables]


def test_s110_sakila_with_customers_registered(sakila):
    sakila.connection.execute("SELECT gdpr_register('customer', subject => true)")
    payments = {"payment", *(f"payment_p2007_0{month}" for month in range(1, 7))}
    assert Counter(code for code, _, _ in findings(sakila)) == {
        "column_without_rule": 7, "table_not_registered": 8, "unreviewed_shared_link": 2, "link_without_index": 8, "unreachable_personal_table": 3,
        "backup_retention_unset": 1, "no_action_child": 8,
    }
    assert of_tables(sakila, "column_without_rule") == {"customer"}
    assert of_tables(sakila, "table_not_registered") == payments | {"rental"}
    assert of_tables(sakila, "link_without_index") == payments | {"rental"}
    assert of_tables(sakila, "unreachable_personal_table") == {"actor", "address", "staff"}
    [(shared,)] = sakila.connection.execute(SHARED).fetchall()
    messages = sakila.connection.execute("SELECT message FROM gdpr_check('payment') WHERE code = 'unreviewed_shared_link'").fetchall()
    assert shared > 0 and all(message.startswith(f"{shared} rows of table public.payment lead") for (message,) in messages)


def test_s110_chinook_unprepared(chinook):
    """Without a table of persons the billing address of an invoice is nobody's."""
    assert findings(chinook) == [("unreachable_personal_table", table, None) for table in ["customer", "employee", "invoice"]]


def test_s110_chinook_with_customers_registered(chinook):
    chinook.connection.execute("SELECT gdpr_register('customer', subject => true)")
    assert Counter(code for code, _, _ in findings(chinook)) == {
        "column_without_rule": 11, "table_not_registered": 2, "unreachable_personal_table": 1, "backup_retention_unset": 1, "no_action_child": 1,
    }
    assert of_tables(chinook, "table_not_registered") == {"invoice", "invoice_line"}
    assert of_tables(chinook, "unreachable_personal_table") == {"employee"}
