"""S70 with all of Sakila: 50 customers are erased, others anonymised, deleted, or go by plain deletes, between a dump and the loss of the database.

They have keys of every kind (S75): loyalty cards by uuid, logins by name, reviews by two columns, visits in partitions, payments in tables that inherit.
After the restore and a rerun every row of every table is compared with what it was before the loss.
"""

import subprocess

import psycopg
import pytest
from conftest import load, psql
from whole_database import dangling

MORE = """
CREATE TABLE loyalty_card (card_id uuid PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, nickname text, points int);
CREATE TABLE login (name text PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, question text);
CREATE TABLE session (token bytea PRIMARY KEY, login text NOT NULL REFERENCES login, address inet);
CREATE TABLE review (
  film_id int REFERENCES film, no bigint GENERATED ALWAYS AS IDENTITY, customer_id int REFERENCES customer, body text, stars int, PRIMARY KEY (film_id, no)
);
CREATE TABLE visit (day int, id int, customer_id int REFERENCES customer, path text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (200);
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (200) TO (600);
CREATE INDEX ON loyalty_card (customer_id);
CREATE INDEX ON login (customer_id);
CREATE INDEX ON session (login);
CREATE INDEX ON review (customer_id);
CREATE INDEX ON visit (customer_id);
CREATE INDEX ON payment (rental_id);
CREATE INDEX ON rental (customer_id);
INSERT INTO loyalty_card SELECT md5(customer_id::text)::uuid, customer_id, 'card of ' || first_name, customer_id FROM customer;
INSERT INTO login SELECT lower(first_name || '.' || last_name), customer_id, 'mother of ' || last_name FROM customer;
INSERT INTO session SELECT sha256(convert_to(name || n, 'UTF8')), name, '10.0.0.0'::inet + customer_id FROM login, generate_series(1, 2) n;
INSERT INTO review (film_id, customer_id, body, stars) SELECT 1 + customer_id % 100, customer_id, 'I am ' || first_name, customer_id % 5 FROM customer;
INSERT INTO visit SELECT customer_id % 600, customer_id, customer_id, '/of/' || customer_id FROM customer;
-- Payments of some months are in the tables that are there for them, as the shop's rules put them.
ALTER TABLE payment_p2007_02 ADD PRIMARY KEY (payment_id);
ALTER TABLE payment_p2007_03 ADD PRIMARY KEY (payment_id);
CREATE INDEX ON payment_p2007_02 (customer_id);
CREATE INDEX ON payment_p2007_03 (customer_id);
CREATE INDEX ON payment_p2007_02 (rental_id);
CREATE INDEX ON payment_p2007_03 (rental_id);
WITH moved AS (DELETE FROM ONLY payment WHERE customer_id % 3 = 0 RETURNING *)
INSERT INTO payment_p2007_02 SELECT payment_id, customer_id, staff_id, rental_id, amount, '2007-02-15' FROM moved;
WITH moved AS (DELETE FROM ONLY payment WHERE customer_id % 3 = 1 AND customer_id > 20 RETURNING *)
INSERT INTO payment_p2007_03 SELECT payment_id, customer_id, staff_id, rental_id, amount, '2007-03-15' FROM moved;
ALTER TABLE rental ALTER customer_id DROP NOT NULL;
"""
REGISTERED = """
SELECT gdpr_register('customer', '{
    "first_name": {"strategy": "value", "value": "former"}, "last_name": {"strategy": "pseudonym", "kind": "last_name"}, "email": "null",
    "create_date": {"strategy": "generalise", "to": "year"}, "active": "null", "*": "keep"}', subject => true);
SELECT gdpr_register('address', '{"address": "blank", "address2": "null", "district": "blank", "postal_code": "null", "phone": "blank", "*": "keep"}');
SELECT gdpr_register('rental', '{"return_date": {"strategy": "generalise", "to": "year"}, "*": "keep"}', on_erase => 'anonymise');
SELECT gdpr_register('payment', '{"payment_date": "keep", "amount": "keep"}', on_erase => 'delete');
SELECT gdpr_register('loyalty_card', '{"nickname": "null", "points": "keep"}', on_erase => 'delete');
SELECT gdpr_register('login', '{"name": "pseudonym", "question": "null"}');
SELECT gdpr_register('session', '{"address": "null"}');
SELECT gdpr_register('review', '{"body": "blank", "stars": "keep"}', on_erase => 'anonymise');
SELECT gdpr_register('visit', '{"path": "null"}');
SELECT gdpr_link('customer', '{address_id}', 'address', '{address_id}', kind => 'owner'),
  gdpr_link('rental', '{rental_id}', 'payment', '{rental_id}', kind => 'context'),
  gdpr_link('address', '{address_id}', 'staff', '{address_id}', kind => 'context'),
  gdpr_link('address', '{address_id}', 'store', '{address_id}', kind => 'context');
SELECT gdpr_on_delete('review', '{customer_id}'), gdpr_on_delete('rental', '{customer_id}');
"""
SINCE = [
    # 50 erasures: one by one, and some at once; two of them with a purchase since the backup.
    "INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)"
    " SELECT 7, 1, min(rental_id), 1.99, '2008-01-01' FROM rental WHERE customer_id = 7",
    *(f"SELECT * FROM gdpr_erase('customer', {n})" for n in range(1, 41)),
    "SELECT * FROM gdpr_erase('customer', ARRAY(SELECT generate_series(41, 50)))",
    # Anonymised, written again, and anonymised again.
    *(f"SELECT * FROM gdpr_anonymise('customer', {n})" for n in range(51, 66)),
    "SELECT * FROM gdpr_anonymise('customer', ARRAY[66, 67, 68, 69, 70], cascade => false)",
    "UPDATE customer SET email = 'new@example.org' WHERE customer_id = 55",
    "SELECT * FROM gdpr_anonymise('customer', 55)",
    # Anonymised first, and deleted later.
    "SELECT * FROM gdpr_anonymise('customer', ARRAY[71, 72])",
    *(f"SELECT * FROM gdpr_delete('customer', {n})" for n in range(71, 81)),
    # By hand.
    "DELETE FROM session WHERE login IN (SELECT name FROM login WHERE customer_id BETWEEN 81 AND 100)",
    "DELETE FROM login WHERE customer_id BETWEEN 81 AND 100",
    "DELETE FROM loyalty_card WHERE customer_id BETWEEN 81 AND 110",
    "DELETE FROM payment WHERE customer_id BETWEEN 81 AND 100",
    "DELETE FROM visit WHERE customer_id BETWEEN 81 AND 300",
    # Their reviews and rentals are anonymised because they are deleted.
    "DELETE FROM customer WHERE customer_id BETWEEN 81 AND 90",
    "DELETE FROM customer WHERE customer_id = 91",
    "BEGIN; DELETE FROM customer WHERE customer_id = 92; SELECT * FROM gdpr_erase('customer', 200); ROLLBACK",
    "TRUNCATE session",
    # Somebody who came and went.
    "INSERT INTO customer (customer_id, store_id, first_name, last_name, email, address_id) VALUES (DEFAULT, 1, 'Ada', 'Lovelace', 'ada@example.org', 304)",
    "SELECT * FROM gdpr_erase('customer', (SELECT customer_id FROM customer WHERE last_name = 'Lovelace'))",
    "SELECT gdpr_log_seal()",
]
TABLES = """
SELECT c.oid::regclass::text, array(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (indkey) ORDER BY attnum)
FROM pg_class c LEFT JOIN pg_index ON indrelid = c.oid AND indisprimary
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
"""


@pytest.fixture
def shop():
    """The name of a Sakila of its own, which may be lost."""
    yield from load("gdpr_sakila_rerun", "sakila-schema.sql", "sakila-data.sql")


def session(name):
    return psycopg.connect(dbname=name, user="postgres", autocommit=True)


def contents(connection):
    """Table to key to row. Where a row of the shop was changed, its trigger has put the time of the change in."""
    found = {}
    for table, key in connection.execute(TABLES).fetchall():
        rows = connection.execute(f"SELECT to_jsonb(t) FROM ONLY {table} t").fetchall()
        found[table] = {tuple(row[column] for column in key or sorted(row)): row for row, in rows}
        assert len(found[table]) == len(rows)
    assert len(found) > 20
    return found


def differences(expected, found, since):
    """Rows that are not as expected; `since` is how they were at the backup: what has changed since then may have been changed again, at another time."""
    assert expected.keys() == found.keys()
    differ = []
    for table, rows in expected.items():
        differ += [(table, key, "not there") for key in rows.keys() - found[table].keys()]
        differ += [(table, key, "still there") for key in found[table].keys() - rows.keys()]
        for key in rows.keys() & found[table].keys():
            columns = {name for name in rows[key] if rows[key][name] != found[table][key][name]}
            if rows[key] != since[table].get(key):
                columns.discard("last_update")
            differ += [(table, key, name) for name in sorted(columns)]
    return sorted(differ, key=repr)


def log(connection):
    return dict(connection.execute("SELECT id, e::text FROM gdpr_log.event e WHERE action <> 'rerun'").fetchall())


def marks(connection):
    return set(connection.execute("SELECT relation::regclass::text, key FROM gdpr_log.anonymised").fetchall())


def run(program, *arguments):
    subprocess.run([psql().parent / program, "-U", "postgres", *arguments], check=True)


def test_s70_everybody_is_as_before_the_loss(shop, tmp_path):
    with session(shop) as connection:
        connection.execute(MORE)
        connection.execute(REGISTERED)
        connection.execute("SELECT * FROM gdpr_erase('customer', 599)")
        connection.execute("SELECT gdpr_log_seal()")
        backed_up = contents(connection)
        known = log(connection)
    run("pg_dump", "-Fc", "-Z0", "-f", tmp_path / "dump", "-d", shop)

    with session(shop) as connection:
        for statement in SINCE:
            connection.execute(statement)
        before, logged, marked = contents(connection), log(connection), marks(connection)
        lines = connection.execute("SELECT string_agg(line, E'\\n') FROM gdpr_log_export() line").fetchone()[0]
        assert len(logged) - len(known) > 300
        last = connection.execute("SELECT max(customer_id) + 1 FROM customer").fetchone()[0]
    with session("postgres") as server:
        server.execute(f"DROP DATABASE {shop} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {shop} ENCODING 'UTF8' TEMPLATE template0")
    run("pg_restore", "--exit-on-error", "-j", "2", "-d", shop, tmp_path / "dump")

    with session(shop) as connection:
        assert contents(connection) == backed_up and log(connection) == known
        assert len(differences(before, backed_up, backed_up)) > 3000
        connection.execute("SELECT gdpr_log_import(%s)", (lines,))
        reported = connection.execute("SELECT event, relation, action, outcome, rows FROM gdpr_rerun()").fetchall()
        events = [row for row in reported if row[0] is not None]
        assert {row[0] for row in events} == logged.keys() - known.keys()
        assert [row for row in events if row[3] not in ("applied", "already gone", "recorded")] == []
        after = contents(connection)
        assert differences(before, after, backed_up) == []
        assert log(connection) == logged and marks(connection) == marked
        assert dangling(Executing(connection)) == {}
        # Who came since and went was not there to be erased again, and nobody gets that id.
        assert connection.execute("SELECT nextval('customer_customer_id_seq') > %s", (last,)).fetchone() == (True,)
        # S73
        assert connection.execute("SELECT * FROM gdpr_rerun()").fetchall() == []
        assert contents(connection) == after
        head = connection.execute("SELECT gdpr_log_seal()").fetchone()[0]
        assert connection.execute("SELECT * FROM gdpr_log_verify(%s)", (head,)).fetchall() == []
        for n in (1, 45, 55, 60, 75, 95, 150):
            there = connection.execute("SELECT count(*) FROM customer WHERE customer_id = %s", (n,)).fetchone()[0]
            assert bool(there) == ((n,) in before["customer"])


class Executing:
    """As the comparisons of the samples ask: parameters one by one."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, statement, *parameters):
        return self.connection.execute(statement, parameters or None)
