"""Loads the sample databases, each into a database of its own, and compares what the functions find with plain SQL.

The SQL files are not in this repository: they are looked for in ../shared/data relative to its root, or where GDPR_SAMPLES says.
The cluster is that of PGHOST.
"""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


def psql():
    """The psql of the PostgreSQL under test."""
    bindir = subprocess.run([os.environ.get("PG_CONFIG", "pg_config"), "--bindir"], check=True, capture_output=True, text=True)
    return Path(bindir.stdout.strip()) / "psql"


def load(name, *files):
    """Makes the database `name` out of the files and yields its name; drops it afterwards."""
    folder = Path(os.environ.get("GDPR_SAMPLES") or ROOT.parent / "shared" / "data")
    missing = [file for file in files if not (folder / file).is_file()]
    if missing:
        pytest.skip(f"{', '.join(missing)} not found in {folder}; GDPR_SAMPLES says where the sample databases are")
    with psycopg.connect(dbname="postgres", user="postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
        # By psql, because the files contain COPY with its data.
        command = [psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", name]
        for file in files:
            subprocess.run([*command, "-f", folder / file], check=True, stdout=subprocess.DEVNULL)
        with psycopg.connect(dbname=name, user="postgres", autocommit=True) as loaded:
            loaded.execute("CREATE EXTENSION gdpr_ext")
        yield name
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chinook_database():
    yield from load("gdpr_chinook", "chinook.sql")


@pytest.fixture(scope="session")
def sakila_database():
    yield from load("gdpr_sakila", "sakila-schema.sql", "sakila-data.sql")


def rolled_back(database):
    """A connection whose transaction is rolled back: what a test registers is gone for the next one."""
    with psycopg.connect(dbname=database, user="postgres") as connection:
        yield Sample(connection)
        connection.rollback()


@pytest.fixture
def chinook(chinook_database):
    yield from rolled_back(chinook_database)


@pytest.fixture
def sakila(sakila_database):
    yield from rolled_back(sakila_database)


class Sample:
    """One sample database in one transaction."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, statement, *parameters):
        return self.connection.execute(statement, parameters or None)

    def subject(self, relation):
        self.execute("SELECT gdpr_register(%s::regclass, subject => true)", relation)

    def link(self, link, kind):
        """Declares a link that is given as the functions print it."""
        source, source_columns, target, target_columns = re.fullmatch(r"(\w+)\((.+)\) -> (\w+)\((.+)\)", link).groups()
        self.execute(
            "SELECT gdpr_link(%s::regclass, string_to_array(%s, ', '), %s::regclass, string_to_array(%s, ', '), kind => %s)",
            source, source_columns, target, target_columns, kind,
        )

    def collected(self, subject, id_):
        """What gdpr_collect finds, each row as text in all its parts; `id_` is written as in SQL."""
        return Counter(
            self.execute(
                "SELECT relation::text, depth, shared, via, key::text, data::text"
                f" FROM gdpr_collect('{subject}', {id_})"
            ).fetchall()
        )

    def derived(self, selects):
        """The same from plain SQL over the data: (relation, depth, shared, via, "rows of the table t") each."""
        found = Counter()
        for relation, depth, shared, via, rows in selects:
            found.update(
                self.execute(
                    f"SELECT '{relation}', {depth}, {shared}, nullif('{via or ''}', ''),"
                    f" jsonb_build_object('{relation}_id', t.{relation}_id)::text, to_jsonb(t)::text FROM {relation} t WHERE {rows}"
                ).fetchall()
            )
        return found

    def check(self, subject, id_, expected, selects):
        """gdpr_collect finds exactly the rows that `selects` derives; `expected` has their number per table and shared or not."""
        derived = self.derived(selects)
        assert counts(derived) == expected
        collected = self.collected(subject, id_)
        assert counts(collected) == expected
        assert collected == derived

    def locked(self, subject, id_):
        return dict(self.execute(f"SELECT relation::text, rows FROM gdpr_lock('{subject}', {id_})").fetchall())

    def refused_links(self, subject, id_):
        """gdpr_lock refuses; the links that its hint asks about, spelt as the functions print links."""
        with pytest.raises(psycopg.Error) as refused, self.connection.transaction():
            self.locked(subject, id_)
        assert refused.value.sqlstate == "55000"
        calls = re.findall(
            r"gdpr_link\('(\w+)', '\{(.+?)\}', '(\w+)', '\{(.+?)\}'", refused.value.diag.message_hint or ""
        )
        return {f"{source}({', '.join(a.split(','))}) -> {target}({', '.join(b.split(','))})" for source, a, target, b in calls}


def counts(rows):
    """Rows per table, and whether they are shared."""
    found = Counter()
    for (relation, _, shared, *_), number in rows.items():
        found[relation, "shared" if shared else "own"] += number
    return dict(found)
