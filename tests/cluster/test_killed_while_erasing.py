"""S78: the backend, or the whole server, dies in the middle of erasing many people. After recovery all of them are erased or none, as the log says."""

from killed import Killed

PEOPLE = 10000
INVOICES = PEOPLE // 10


class TestKilledWhileErasing(Killed):
    # Each has two orders, with a line each. An invoice holds the last order of every tenth, and so the tenth.
    schema = f"""
        CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE);
        CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, note text);
        CREATE TABLE line (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, wish text);
        CREATE TABLE review (id int PRIMARY KEY, person_id int REFERENCES person, body text);
        CREATE TABLE invoice (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, total int);
        CREATE INDEX ON orders (person_id);
        CREATE INDEX ON line (order_id);
        CREATE INDEX ON review (person_id);
        CREATE INDEX ON invoice (order_id);
        INSERT INTO person SELECT n, 'name ' || n, 'mail' || n || '@example.org' FROM generate_series(1, {PEOPLE}) n;
        INSERT INTO orders SELECT n, (n + 1) / 2, 'note ' || n FROM generate_series(1, {2 * PEOPLE}) n;
        INSERT INTO line SELECT n, n, 'wish ' || n FROM generate_series(1, {2 * PEOPLE}) n;
        INSERT INTO review SELECT n, n, 'body ' || n FROM generate_series(1, {PEOPLE}) n;
        INSERT INTO invoice SELECT n, 20 * n, n FROM generate_series(1, {INVOICES}) n;
        SELECT gdpr_register('person', '{{"name": "blank", "email": "null"}}', subject => true),
            gdpr_register('orders', '{{"note": "blank"}}', on_erase => 'delete'),
            gdpr_register('line', '{{"wish": "null"}}', on_erase => 'delete'),
            gdpr_register('review', '{{"body": "null"}}', on_erase => 'anonymise'),
            gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
    """
    # Reviews have been anonymised and let go, lines and some of the orders are gone, people are not.
    gate = ("DELETE", "orders", PEOPLE + 1)
    begun = {"review", "line", "orders"}
    call = f"SELECT relation::text, action, rows FROM gdpr_erase('person', ARRAY(SELECT generate_series(1, {PEOPLE})))"
    seen = f"""
        SELECT 'person' AS relation, 'deleted' AS action, n AS id
        FROM generate_series(1, {PEOPLE}) n WHERE NOT EXISTS (SELECT FROM person WHERE id = n)
        UNION ALL SELECT 'person', 'anonymised', id FROM person WHERE name = ''
        UNION ALL SELECT 'person', 'half done', id FROM person WHERE (name = '') <> (email IS NULL)
        UNION ALL SELECT 'orders', 'deleted', n
        FROM generate_series(1, {2 * PEOPLE}) n WHERE NOT EXISTS (SELECT FROM orders WHERE id = n)
        UNION ALL SELECT 'orders', 'anonymised', id FROM orders WHERE note = ''
        UNION ALL SELECT 'line', 'deleted', n
        FROM generate_series(1, {2 * PEOPLE}) n WHERE NOT EXISTS (SELECT FROM line WHERE id = n)
        UNION ALL SELECT 'review', 'anonymised', id FROM review WHERE body IS NULL
        UNION ALL SELECT 'review', 'detached', id FROM review WHERE person_id IS NULL
        UNION ALL SELECT 'invoice', 'changed', n
        FROM generate_series(1, {INVOICES}) n WHERE NOT EXISTS (SELECT FROM invoice WHERE id = n AND order_id = 20 * n AND total = n)
    """
    everything = {
        ("person", "deleted"): PEOPLE - INVOICES,
        ("person", "anonymised"): INVOICES,
        ("orders", "deleted"): 2 * PEOPLE - INVOICES,
        ("orders", "anonymised"): INVOICES,
        ("line", "deleted"): 2 * PEOPLE,
        ("review", "anonymised"): PEOPLE,
        ("review", "detached"): PEOPLE - INVOICES,
    }
    remembered = PEOPLE + 2 * INVOICES
    again = {("invoice", "kept"): INVOICES}
