"""What tests of gdpr_scrub_db with whole databases share, and what must hold of each afterwards: every constraint is checked anew by PostgreSQL, and a dump of it holds no value that was there."""

import subprocess

import psycopg
from conftest import psql
from psycopg import sql

NAMES = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'gdpr_log', 'gdpr_internal')"

# A constraint of a partition is that of its partitioned table. A foreign key of a partitioned table cannot be NOT VALID: it is checked when it is added.
TWINS = f"""
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', t.oid::regclass, 'twin of ' || c.oid, pg_get_constraintdef(c.oid))
         || CASE WHEN c.convalidated AND t.relkind = 'r' THEN ' NOT VALID' ELSE '' END,
       CASE WHEN t.relkind = 'r' THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', t.oid::regclass, 'twin of ' || c.oid) END,
       format('ALTER TABLE %s DROP CONSTRAINT %I', t.oid::regclass, 'twin of ' || c.oid)
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.contype IN ('f', 'c') AND c.conparentid = 0 AND c.coninhcount = 0 AND c.convalidated AND t.relkind IN ('r', 'p') AND {NAMES}
UNION ALL
SELECT format('ALTER DOMAIN %s ADD CONSTRAINT %I %s NOT VALID', c.contypid::regtype, 'twin of ' || c.oid, pg_get_constraintdef(c.oid)),
       format('ALTER DOMAIN %s VALIDATE CONSTRAINT %I', c.contypid::regtype, 'twin of ' || c.oid),
       format('ALTER DOMAIN %s DROP CONSTRAINT %I', c.contypid::regtype, 'twin of ' || c.oid)
FROM pg_constraint c JOIN pg_type d ON d.oid = c.contypid JOIN pg_namespace n ON n.oid = d.typnamespace
WHERE c.contype = 'c' AND {NAMES}
"""
REQUIRED = f"""
SELECT format('SELECT count(*) FROM ONLY %s WHERE %I IS NULL', t.oid::regclass, attname)
FROM pg_attribute JOIN pg_class t ON t.oid = attrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE attnotnull AND attnum > 0 AND NOT attisdropped AND t.relkind = 'r' AND {NAMES}
"""
# Every B-tree has each row of its table, and once.
CHECKED = f"""
SELECT bt_index_parent_check(i.indexrelid, true)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE a.amname = 'btree' AND x.relkind = 'i' AND x.relpersistence <> 't' AND {NAMES}
"""


def register(connection, rules, kept, subjects):
    """Tables with their rules, and those that have nothing personal."""
    for table, of_table in (rules | dict.fromkeys(kept, '{"*": "keep"}')).items():
        connection.execute("SELECT gdpr_register(%s::regclass, %s::jsonb, subject => %s)", (table, of_table, table in subjects))


def revalidate(connection):
    """Each foreign key and CHECK has a twin that PostgreSQL validates; NOT NULL columns are counted; indexes are compared with their tables and
    built anew, which unique and exclusion constraints have to stand. Returns how many constraints were checked."""
    twins = connection.execute(TWINS).fetchall()
    for add, validate, drop in twins:
        connection.execute(add)
        if validate:
            connection.execute(validate)
        connection.execute(drop)
    for query, in connection.execute(REQUIRED).fetchall():
        assert connection.execute(query).fetchone() == (0,), query
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    assert connection.execute(CHECKED).rowcount > 0
    connection.execute("DROP EXTENSION amcheck")
    for table, in connection.execute(f"SELECT t.oid::regclass::text FROM pg_class t JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND {NAMES}").fetchall():
        connection.execute(f"REINDEX TABLE {table}")
    return len(twins)


def row_counts(connection):
    tables = connection.execute(f"SELECT t.oid::regclass::text FROM pg_class t JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'm') AND {NAMES}").fetchall()
    return {table: connection.execute(f"SELECT count(*) FROM ONLY {table}").fetchone()[0] for table, in tables}


def dumped(database, *options):
    """A dump as text."""
    command = [psql().parent / "pg_dump", "-U", "postgres", "-d", database, *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()


def personal(connection, columns):
    """All values of these columns that are told apart: long, and no digits that a hash could have by chance."""
    found = set()
    for table, names in columns.items():
        for name in names:
            found |= {value for value, in connection.execute(f"SELECT DISTINCT {name}::text FROM {table} WHERE length({name}::text) > 5 AND {name}::text !~ '^[0-9a-f]+$'").fetchall()}
    return found


def restores(database, name):
    """A dump of the database is restored under another name, without an error. Returns the rows of each table there."""
    again = sql.Identifier(name)
    with psycopg.connect(dbname="postgres", user="postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(again))
        server.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(again))
        try:
            dump = subprocess.run([psql().parent / "pg_dump", "-U", "postgres", "-Fc", "-d", database], check=True, stdout=subprocess.PIPE).stdout
            restore = [psql().parent / "pg_restore", "-U", "postgres", "--exit-on-error", "-d", name]
            subprocess.run(restore, input=dump, check=True)
            with psycopg.connect(dbname=name, user="postgres", autocommit=True) as connection:
                return row_counts(connection)
        finally:
            server.execute(sql.SQL("DROP DATABASE {}").format(again))
