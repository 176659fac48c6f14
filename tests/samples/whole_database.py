"""Every row of a sample database, to see that nothing changed but what should, and its foreign keys."""

from collections import Counter

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
"""


def snapshot(sample):
    """Table to its own rows, each as text."""
    tables = [table for table, in sample.execute(TABLES).fetchall()]
    assert len(tables) > 5
    return {table: Counter(row for row, in sample.execute(f"SELECT t::text FROM ONLY {table} t").fetchall()) for table in tables}


def changed_rows(before, after):
    """Table to the number of its rows that are not what they were. None has come or gone."""
    assert before.keys() == after.keys()
    changed = {}
    for table, rows in before.items():
        gone, come = (rows - after[table]).total(), (after[table] - rows).total()
        assert gone == come, f"rows were added to {table} or removed from it"
        if gone:
            changed[table] = gone
    return changed


def differences(before, after):
    """Table to its rows that are gone and those that have come. A changed row is both."""
    assert before.keys() == after.keys()
    found = {table: (rows - after[table], after[table] - rows) for table, rows in before.items()}
    return {table: (gone, come) for table, (gone, come) in found.items() if gone or come}


# Each foreign key as a query for its rows that reference nothing.
DANGLING = """
SELECT conname,
       format('SELECT %L, count(*) FROM ONLY %s c WHERE (%s) IS NOT NULL AND NOT EXISTS (SELECT FROM ONLY %s p WHERE (%s) = (%s))',
              conname, conrelid::regclass, string_agg('c.' || quote_ident(f.attname), ', '), confrelid::regclass,
              string_agg('p.' || quote_ident(p.attname), ', '), string_agg('c.' || quote_ident(f.attname), ', '))
FROM pg_constraint
CROSS JOIN LATERAL unnest(conkey, confkey) AS k (referencing, referenced)
JOIN pg_attribute f ON f.attrelid = conrelid AND f.attnum = k.referencing
JOIN pg_attribute p ON p.attrelid = confrelid AND p.attnum = k.referenced
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
GROUP BY conname, conrelid, confrelid
"""


def dangling(sample):
    """Foreign keys with rows that reference nothing, by name, and how many. All are asked by plain SQL, whatever PostgreSQL has checked."""
    queries = sample.execute(DANGLING).fetchall()
    assert len(queries) > 5
    counted = [sample.execute(query).fetchone() for _, query in queries]
    return {name: rows for name, rows in counted if rows}
