"""Every row of a sample database, to see that nothing changed but what should."""

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
