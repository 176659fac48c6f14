"""S78: the backend, or the whole server, dies in the middle of a bulk anonymise. After recovery it has happened or it has not, and the log agrees."""

from killed import Killed

PEOPLE = 3000


class TestKilledWhileAnonymising(Killed):
    schema = f"""
        CREATE TABLE person (id int PRIMARY KEY, name text, email text UNIQUE NOT NULL);
        CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, note text);
        CREATE INDEX ON orders (person_id);
        INSERT INTO person SELECT n, 'name ' || n, 'mail' || n || '@example.org' FROM generate_series(1, {PEOPLE}) n;
        INSERT INTO orders SELECT n, (n + 1) / 2, 'note ' || n FROM generate_series(1, {2 * PEOPLE}) n;
        SELECT gdpr_register('person', '{{"name": "blank", "email": "email"}}', subject => true), gdpr_register('orders', '{{"note": "hash"}}');
    """
    # The first table has been changed, and some of the second.
    gate = ("UPDATE", "orders", PEOPLE)
    begun = {"person", "orders"}
    call = f"SELECT relation::text, action, rows FROM gdpr_anonymise('person', ARRAY(SELECT generate_series(1, {PEOPLE})))"
    seen = """
        SELECT 'person' AS relation, 'anonymised' AS action, id FROM person WHERE name = ''
        UNION ALL SELECT 'person', 'half done', id FROM person WHERE (name = '') <> (email LIKE '%@example.invalid')
        UNION ALL SELECT 'orders', 'pseudonymised', id FROM orders WHERE note NOT LIKE 'note %'
    """
    everything = {("person", "anonymised"): PEOPLE, ("orders", "pseudonymised"): 2 * PEOPLE}
    remembered = 3 * PEOPLE
    again = {}
