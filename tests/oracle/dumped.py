"""Scrubs a random schema for good, in a database of its own, and restores a dump of it: every row comes back as it is after the scrub."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg

from catalog import read_world
from differs import Failure
from model import Model
from script import late, setup
from scrub import SCRUB, prepared
from snapshot import snapshot

Open = Callable[[str], psycopg.Connection]


def examine_dump(open_database: Open, socket: str, name: str, model: Model) -> Failure | None:
    copy, again = f"{name}_scrubbed", f"{name}_restored"
    try:
        for database in (copy, again):
            with open_database("postgres") as server:
                server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
                server.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
        with open_database(copy) as connection:
            connection.execute("CREATE EXTENSION gdpr_ext")
            connection.execute(";\n".join(["BEGIN", *setup(model), *late(model), *prepared(model)]))
            connection.execute("SET LOCAL gdpr_ext.unregistered = 'report'")
            connection.execute("SET LOCAL client_min_messages = error")
            connection.execute(SCRUB)
            connection.execute("COMMIT")
            scrubbed = contents(connection, model)
        dump = subprocess.run([program("pg_dump"), "-h", socket, "-U", "postgres", "-Fc", "-d", copy], check=True, capture_output=True).stdout
        restore = [program("pg_restore"), "-h", socket, "-U", "postgres", "--exit-on-error", "-d", again]
        subprocess.run(restore, input=dump, check=True, capture_output=True)
        with open_database(again) as connection:
            restored = contents(connection, model)
        if restored != scrubbed:
            tables = [table for table in scrubbed if scrubbed[table] != restored.get(table)]
            return Failure("dump", f"restored, these tables are others: {tables}")
    except psycopg.Error as error:
        return Failure(f"error {error.sqlstate} in dump", f"{type(error).__name__}: {error}\n{error.diag.message_detail}")
    except subprocess.CalledProcessError as error:
        return Failure("dump", f"{error}\n{error.stderr.decode()}")
    finally:
        with open_database("postgres") as server:
            for database in (copy, again):
                server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    return None


def contents(connection: psycopg.Connection, model: Model) -> dict[str, Counter]:
    connection.execute("SET timezone = 'UTC'")
    world = read_world(connection, model.schemas)
    return {world.relations[oid]["sql"]: Counter(tuple(sorted(row.values.items())) for row in rows) for oid, rows in snapshot(connection, world).items()}


def program(name: str) -> str:
    bindir = subprocess.run([os.environ.get("PG_CONFIG", "pg_config"), "--bindir"], check=True, capture_output=True, text=True)
    return str(Path(bindir.stdout.strip()) / name)
