"""S90 with all of Chinook: customers and employees, and an address that invoices and newsletters know them by.

The e-mail address of a customer is a key that newsletters reference (S33), and what is equal in two tables is equal afterwards.
"""

import psycopg
import pytest
from conftest import load
from scrubbed import dumped, personal, register, restores, revalidate, row_counts
from whole_database import dangling

MORE = """
ALTER TABLE customer ADD UNIQUE (email);
CREATE TABLE newsletter (email varchar(60) REFERENCES customer (email), issue int, PRIMARY KEY (email, issue));
INSERT INTO newsletter SELECT email, issue FROM customer, generate_series(1, 3) issue WHERE (customer_id + issue) % 2 = 0;
-- Who is told of a newsletter, by the newsletter's own key.
CREATE TABLE opened (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(60), issue int, ip inet NOT NULL, FOREIGN KEY (email, issue) REFERENCES newsletter);
INSERT INTO opened (email, issue, ip) SELECT email, issue, '198.51.100.7' FROM newsletter;
INSERT INTO opened (email, issue, ip) VALUES (NULL, 1, '198.51.100.8');
-- Employees are customers of their own shop.
UPDATE customer SET last_name = (SELECT last_name FROM employee WHERE employee_id = customer_id) WHERE customer_id IN (1, 2);
ALTER TABLE invoice ADD CHECK (total >= 0);
ANALYZE;
"""
RULES = {
    "customer": """{"first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": "pseudonym", "company": "null", "address": "pseudonym",
        "city": "null", "state": "null", "country": "keep", "postal_code": {"strategy": "partial", "keep_first": 1}, "phone": "random", "fax": "auto",
        "email": {"strategy": "pseudonym", "kind": "email"}}""",
    "employee": """{"last_name": "pseudonym", "first_name": {"strategy": "fake", "kind": "first_name"}, "title": "keep",
        "birth_date": {"strategy": "generalise", "to": "decade"}, "hire_date": {"strategy": "noise", "interval": "90 days"}, "email": "email", "*": "auto"}""",
    "invoice": """{"billing_address": "pseudonym", "billing_city": "null", "billing_state": "null", "billing_country": "keep",
        "billing_postal_code": "null", "*": "keep"}""",
    "opened": """{"ip": {"strategy": "fake", "kind": "ip"}}""",
}
KEPT = ["invoice_line", "newsletter"]
# What nobody else has, wherever it stands. Artists have last names of customers, too.
TOLD_APART = {
    "customer": ["company", "address", "phone", "fax", "email"], "employee": ["address", "phone", "fax", "email"],
    "invoice": ["billing_address"], "opened": ["host(ip)"],
}  # fmt: skip
QUERIES = {
    "what a customer paid": "SELECT customer_id, count(*), sum(total) FROM customer JOIN invoice USING (customer_id) GROUP BY 1 ORDER BY 1",
    "sales by country": "SELECT billing_country, count(*), sum(total) FROM invoice GROUP BY 1 ORDER BY 1",
    "customers of an employee": "SELECT employee_id, count(customer_id) FROM employee LEFT JOIN customer ON support_rep_id = employee_id GROUP BY 1 ORDER BY 1",
    "who reports to whom": "SELECT e.employee_id, b.employee_id FROM employee e JOIN employee b ON b.employee_id = e.reports_to ORDER BY 1",
    "sales by genre": "SELECT g.name, sum(l.quantity) FROM invoice_line l JOIN track USING (track_id) JOIN genre g USING (genre_id) GROUP BY 1 ORDER BY 1",
    "newsletters of a customer": "SELECT customer_id, issue FROM customer JOIN newsletter USING (email) ORDER BY 1, 2",
    "who opened them": "SELECT customer_id, count(*) FROM opened JOIN newsletter USING (email, issue) JOIN customer USING (email) GROUP BY 1 ORDER BY 1",
    "sent to the customer's address": "SELECT customer_id, count(*) FROM customer JOIN invoice USING (customer_id) WHERE address = billing_address GROUP BY 1 ORDER BY 1",
    "employees who are customers": "SELECT customer_id, employee_id FROM customer JOIN employee USING (last_name) ORDER BY 1",
    "opened by nobody": "SELECT count(*) FROM opened WHERE email IS NULL AND issue = 1",
}


class Shop:
    """Chinook before and after."""

    def __init__(self, name, connection):
        self.name, self.connection = name, connection
        self.counts, self.answers = row_counts(connection), self.ask()
        self.people = personal(connection, TOLD_APART)
        self.dump = dumped(name)
        self.last_names = self.names()
        connection.execute("SET gdpr_ext.allow_scrub = on")
        self.report = connection.execute("SELECT relation::text, action, rows FROM gdpr_scrub_db()").fetchall()

    def ask(self):
        return {name: self.connection.execute(query).fetchall() for name, query in QUERIES.items()}

    def names(self):
        return {name for name, in self.connection.execute("SELECT last_name FROM customer UNION SELECT last_name FROM employee")}

    def one(self, query):
        return self.connection.execute(query).fetchone()


@pytest.fixture(scope="module")
def shop():
    for name in load("gdpr_chinook_scrub", "chinook.sql"):
        with psycopg.connect(dbname=name, user="postgres", autocommit=True) as connection:
            connection.execute(MORE)
            register(connection, RULES, KEPT, subjects=("customer", "employee"))
            yield Shop(name, connection)


def test_the_result_names_what_follows_a_key(shop):
    """Newsletters and what was opened have a key of the customer's, and no rule for it."""
    rewritten = {relation: rows for relation, action, rows in shop.report if action == "rewritten"}
    assert rewritten == {**rewritten, **{table: shop.counts[table] for table in [*RULES, "newsletter"]}}


def test_no_row_is_lost_and_every_constraint_holds(shop):
    assert row_counts(shop.connection) == shop.counts
    assert dangling(shop.connection) == {}
    # 11 foreign keys of the shop, two of ours, and a CHECK.
    assert revalidate(shop.connection) >= 14


def test_the_shop_asks_and_gets_the_same_answers(shop):
    assert all(shop.answers.values())
    assert shop.ask() == shop.answers


def test_who_they_were_is_in_no_dump(shop):
    assert len(shop.people) > 200
    assert [value for value in shop.people if value not in shop.dump] == []
    dump = dumped(shop.name)
    assert [value for value in shop.people if value in dump] == []
    assert len(shop.names()) == len(shop.last_names) > 50 and shop.names() & shop.last_names == set()


def test_what_the_rules_made(shop):
    assert shop.one("SELECT count(DISTINCT email), count(company), count(fax) FROM customer") == (59, 0, 0)
    assert shop.one("SELECT count(*) FROM customer WHERE email !~ '@(example\\.(com|net|org)|mail\\.test)$'") == (0,)
    assert shop.one("SELECT count(*), count(address), count(phone) FROM employee") == (8, 0, 0)


def test_a_dump_restores(shop):
    assert restores(shop.name, "gdpr_chinook_scrub_again") == shop.counts
