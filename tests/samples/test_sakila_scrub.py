"""S90 with all of Sakila: every column that is personal has a rule, and the shop works as before with a copy that nobody is in.

Logins are known by a name that is personal itself, and sessions by their login (S33). Payments are in tables that inherit. The shop's triggers would write
the time into each row (S93).
"""

import psycopg
import pytest
from conftest import load
from scrubbed import dumped, personal, register, restores, revalidate, row_counts
from whole_database import dangling

MORE = """
CREATE TABLE login (name text PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, question text);
CREATE TABLE session (token bytea PRIMARY KEY, login text NOT NULL REFERENCES login, address inet);
CREATE INDEX ON session (login);
INSERT INTO login SELECT lower(first_name || '.' || last_name), customer_id, 'mother of ' || last_name FROM customer;
INSERT INTO session SELECT sha256(convert_to(name || n, 'UTF8')), name, '192.0.2.0'::inet + customer_id % 250 FROM login, generate_series(1, 2) n;
-- Payments of some months are in the tables that are there for them, as the shop's rules put them.
WITH moved AS (DELETE FROM ONLY payment WHERE customer_id % 3 = 0 RETURNING *)
INSERT INTO payment_p2007_02 SELECT payment_id, customer_id, staff_id, rental_id, amount, '2007-02-15' FROM moved;
CREATE MATERIALIZED VIEW mailing AS SELECT customer_id, email, last_name FROM customer;
CREATE STATISTICS address_statistics (mcv) ON district, postal_code FROM address;
ANALYZE;
"""
RULES = {
    "customer": """{"first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": "pseudonym", "email": "email",
        "create_date": {"strategy": "generalise", "to": "year"}, "*": "keep"}""",
    "staff": """{"first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": "pseudonym", "email": "email", "username": "random",
        "password": "null", "picture": "null", "*": "keep"}""",
    "address": """{"address": {"strategy": "hash", "length": 30}, "address2": "null", "district": "blank", "postal_code": "random", "phone": "random",
        "*": "keep"}""",
    "actor": """{"first_name": {"strategy": "fake", "kind": "first_name"}, "last_name": "shuffle", "last_update": "keep"}""",
    "rental": """{"return_date": {"strategy": "generalise", "to": "year"}, "*": "keep"}""",
    "payment": """{"payment_date": {"strategy": "generalise", "to": "month"}, "amount": "keep"}""",
    "login": """{"name": "pseudonym", "question": "null"}""",
    "session": """{"address": {"strategy": "fake", "kind": "ip"}}""",
}
KEPT = ["store", "inventory"]
# What nobody else has, wherever it stands. Films and actors have last names of customers, too, and a made-up name can be anybody's.
TOLD_APART = {
    "customer": ["email"], "staff": ["email"], "address": ["address", "phone"],
    "login": ["name", "question"], "session": ["host(address)"],
}  # fmt: skip
# What the shop asks, by what stays as it is.
QUERIES = {
    "what a customer paid": "SELECT customer_id, count(*), sum(amount) FROM payment GROUP BY customer_id ORDER BY 1",
    "sales by store": "SELECT store_id, count(*), sum(amount) FROM payment JOIN staff USING (staff_id) GROUP BY 1 ORDER BY 1",
    "sales by category": "SELECT * FROM sales_by_film_category ORDER BY 1, 2",
    "customers by country": "SELECT country, count(*) FROM customer_list GROUP BY 1 ORDER BY 1",
    "where customers live": "SELECT c.customer_id, city_id FROM customer c JOIN address USING (address_id) ORDER BY 1",
    "films of an actor": "SELECT actor_id, count(*) FROM film_actor JOIN actor USING (actor_id) GROUP BY 1 ORDER BY 1",
    "sessions of a customer": "SELECT customer_id, count(*) FROM session JOIN login ON login = name GROUP BY 1 ORDER BY 1",
    "rentals of a month": "SELECT date_trunc('month', rental_date), count(*) FROM rental GROUP BY 1 ORDER BY 1",
    "when rows were changed": "SELECT max(last_update) FROM customer UNION ALL SELECT max(last_update) FROM address UNION ALL SELECT max(last_update) FROM rental",
    "last names of actors": "SELECT last_name, count(*) FROM actor GROUP BY 1 ORDER BY 1",
}


class Shop:
    """Sakila before and after."""

    def __init__(self, name, connection):
        self.name, self.connection = name, connection
        self.counts, self.answers = row_counts(connection), self.ask()
        self.people = personal(connection, TOLD_APART)
        self.dump = dumped(name)
        self.last_names = self.names()
        self.last_update = dict(connection.execute("SELECT customer_id, last_update FROM customer").fetchall())
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("SELECT * FROM gdpr_scrub_db()")
        assert refused.value.sqlstate == "55000"
        connection.execute("SET gdpr_ext.allow_scrub = on")
        self.foreseen = self.scrub("dry_run => true")
        assert (row_counts(connection), self.ask()) == (self.counts, self.answers)
        self.report = self.scrub()

    def scrub(self, arguments=""):
        return self.connection.execute(f"SELECT relation::text, action, rows, bytes_after, ms FROM gdpr_scrub_db({arguments})").fetchall()

    def ask(self):
        return {name: self.connection.execute(query).fetchall() for name, query in QUERIES.items()}

    def names(self):
        return {name for name, in self.connection.execute("SELECT last_name FROM customer UNION SELECT last_name FROM staff UNION SELECT username FROM staff")}

    def one(self, query):
        return self.connection.execute(query).fetchone()


@pytest.fixture(scope="module")
def shop():
    for name in load("gdpr_sakila_scrub", "sakila-schema.sql", "sakila-data.sql"):
        with psycopg.connect(dbname=name, user="postgres", autocommit=True) as connection:
            connection.execute(MORE)
            register(connection, RULES, KEPT, subjects=("customer", "staff"))
            yield Shop(name, connection)


def test_the_result_names_every_table_with_its_rows(shop):
    rewritten = {relation: rows for relation, action, rows, _, _ in shop.report if action == "rewritten"}
    assert set(RULES) | {"payment_p2007_02"} <= set(rewritten)
    assert {relation: shop.counts[relation] for relation in rewritten} == rewritten
    assert ("mailing", "refreshed", 599) in [row[:3] for row in shop.report]
    assert [row[:3] for row in shop.foreseen] == [row[:3] for row in shop.report]
    assert {row[3:] for row in shop.foreseen} == {(None, None)}
    assert all(ms >= 0 for *_, ms in shop.report)


def test_no_row_is_lost_and_every_constraint_holds(shop):
    assert row_counts(shop.connection) == shop.counts
    assert dangling(shop.connection) == {}
    # 36 foreign keys of the shop, two of ours, the six CHECKs of the payments, and the domain's.
    assert revalidate(shop.connection) >= 40


def test_the_shop_asks_and_gets_the_same_answers(shop):
    assert all(shop.answers.values())
    assert shop.ask() == shop.answers


def test_who_they_were_is_in_no_dump(shop):
    assert len(shop.people) > 2400
    assert [value for value in shop.people if value not in shop.dump] == []
    dump = dumped(shop.name)
    assert [value for value in shop.people if value in dump] == []
    assert len(shop.last_names) > 600 and shop.names() & shop.last_names == set()


def test_what_the_rules_made(shop):
    assert shop.one("SELECT count(DISTINCT email), count(*) FILTER (WHERE email LIKE '%@example.invalid') FROM customer") == (599, 599)
    assert shop.one("SELECT count(DISTINCT last_name) FROM customer") == (599,)
    assert shop.one("SELECT count(*), count(password), count(picture) FROM staff") == (2, 0, 0)
    assert shop.one("SELECT count(*), count(address2), count(*) FILTER (WHERE district = '') FROM address") == (603, 0, 603)
    assert shop.one("SELECT count(*) FROM rental WHERE return_date <> date_trunc('year', return_date)") == (0,)
    # What was analysed says nothing either.
    assert shop.one("SELECT count(*) FROM pg_stats WHERE tablename = 'address' AND attname = 'address'") == (1,)


def test_the_shops_triggers_did_not_fire(shop):
    assert dict(shop.connection.execute("SELECT customer_id, last_update FROM customer").fetchall()) == shop.last_update
    shop.connection.execute("UPDATE customer SET active = active WHERE customer_id = 1")
    assert shop.one("SELECT last_update > now() - interval '1 minute' FROM customer WHERE customer_id = 1") == (True,)


def test_a_materialized_view_is_that_of_the_new_rows(shop):
    assert shop.one("SELECT count(*) FROM mailing JOIN customer USING (customer_id, email, last_name)") == (599,)


def test_it_is_said_in_the_log(shop):
    events = shop.connection.execute("SELECT relation, rows, keys, columns FROM gdpr_log.event WHERE action = 'scrubbed'").fetchall()
    by_table = {relation: (rows, keys, set(columns)) for relation, rows, keys, columns in events}
    assert by_table["public.login"] == (599, [], {"name", "question"})
    assert by_table["public.customer"] == (599, [], {"first_name", "last_name", "email", "create_date"})
    with pytest.raises(psycopg.Error) as refused:
        shop.connection.execute("SELECT * FROM gdpr_rerun()")
    assert refused.value.sqlstate == "55000"


def test_a_dump_restores(shop):
    assert restores(shop.name, "gdpr_sakila_scrub_again") == shop.counts
