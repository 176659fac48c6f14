"""gdpr_check on the sample databases: as they are, with the customers registered as people, and with what gdpr_discover registers besides. Which findings are false alarms was read by eye: docs/check.md."""

from collections import Counter

# Payments of one customer for a rental of another, as plain SQL counts them.
SHARED = "SELECT count(*) FROM payment p JOIN rental r USING (rental_id) WHERE p.customer_id <> r.customer_id"


def findings(sample):
    return sample.connection.execute('SELECT code, relation::text, "column" FROM gdpr_check()').fetchall()


def prepare(sample):
    """Customers are people, and gdpr_discover says the rest: how many columns."""
    sample.connection.execute("SELECT gdpr_register('customer', subject => true)")
    return sample.connection.execute("SELECT count(*) FROM gdpr_discover_register(0.5)").fetchone()[0]


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


def test_s110_sakila_prepared_by_discover(sakila):
    """What gdpr_discover registers is no finding any more; it leaves what is not personal by itself, the tables that say when and how much, and the links, to people."""
    assert prepare(sakila) == 16
    assert Counter(code for code, _, _ in findings(sakila)) == {
        "column_without_rule": 8, "table_not_registered": 8, "unreviewed_shared_link": 2, "link_without_index": 8, "unreachable_personal_table": 3,
        "backup_retention_unset": 1, "no_action_child": 8, "view_shows_ruled_columns": 8,
    }
    left = {column for code, _, column in findings(sakila) if code == "column_without_rule"}
    assert left == {"active", "activebool", "create_date", "last_update"}
    hints = dict(sakila.connection.execute("SELECT relation::text, hint FROM gdpr_check() WHERE code = 'unreachable_personal_table'").fetchall())
    assert "gdpr_link('public.customer', '{address_id}', 'public.address'" in hints["address"]
    # Nobody owns the staff who served him.
    assert hints["staff"] == "SELECT gdpr_register('public.staff', subject => true);"


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


def test_s110_chinook_prepared_by_discover(chinook):
    """The songs of a composer are no table of persons: nobody is told to link them to who bought one."""
    assert prepare(chinook) == 29
    assert Counter(code for code, _, _ in findings(chinook)) == {
        "column_without_rule": 7, "table_not_registered": 1, "unreachable_personal_table": 2, "backup_retention_unset": 1, "no_action_child": 1,
    }
    hints = dict(chinook.connection.execute("SELECT relation::text, hint FROM gdpr_check() WHERE code = 'unreachable_personal_table'").fetchall())
    assert hints["employee"] == "SELECT gdpr_register('public.employee', subject => true);"
    assert hints["track"] == "SELECT gdpr_waive('unreachable_personal_table', 'public.track', reason => '...');"
