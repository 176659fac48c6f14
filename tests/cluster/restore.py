"""What tests of gdpr_rerun share: a database that is backed up, goes on, is lost, and comes back as the backup has it; and a comparison of all its rows.

A restored database is told what it has lost by a file, unless a test says otherwise.
"""

import contextlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from conftest import program
from psycopg import sql

# Tables that people have made. Each has a primary key.
TABLES = """
SELECT c.oid::regclass::text, array(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (indkey) ORDER BY attnum)
FROM pg_class c LEFT JOIN pg_index ON indrelid = c.oid AND indisprimary
WHERE relkind = 'r' AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_|^gdpr_|^information_schema$')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
"""
EVENTS = "SELECT id, (to_jsonb(e) || jsonb_build_object('at', extract(epoch FROM at)))::text FROM gdpr_log.event e"
RERUN = "SELECT event, relation, action, outcome, rows FROM gdpr_rerun({}) WITH ORDINALITY AS r (event, relation, action, outcome, rows, n) ORDER BY n"


class Warned(NamedTuple):
    sqlstate: str
    message: str
    detail: str | None
    hint: str | None


class Story:
    """A database of the cluster of PGHOST, or of `host`."""

    # Columns whose anonymised values are made up anew each time: (table, column).
    chance = frozenset()
    keeps_backup = False

    def __init__(self, name, schema="", host=None):
        self.name, self.host, self.connection = name, host, None
        self.warnings = []
        with self.server() as server:
            self.drop(server)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        self.connect()
        self.execute("CREATE EXTENSION gdpr_ext")
        if schema:
            self.execute(schema)

    def server(self):
        return psycopg.connect(dbname="postgres", host=self.host, autocommit=True)

    def drop(self, server):
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def session(self):
        return psycopg.connect(dbname=self.name, host=self.host, autocommit=True)

    def connect(self):
        self.disconnect()
        self.connection = self.session()
        self.connection.add_notice_handler(self.notice)

    def notice(self, said):
        if said.severity == "WARNING":
            self.warnings.append(Warned(said.sqlstate, said.message_primary, said.message_detail, said.message_hint))

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()

    def end(self):
        self.disconnect()
        with self.server() as server:
            self.drop(server)

    def execute(self, statement, parameters=None):
        return self.connection.execute(statement, parameters)

    def rows(self, question, parameters=None):
        return self.execute(question, parameters).fetchall()

    def value(self, question, parameters=None):
        row = self.execute(question, parameters).fetchone()
        return row[0] if row else None

    # Backup and loss

    def save(self):
        """The fastest backup there is: a copy in the same cluster."""
        self.disconnect()
        self.copy(self.name, self.name + "_backup")
        self.connect()

    def bring_back(self):
        """The backup is used up, unless it is needed again."""
        if self.keeps_backup:
            self.copy(self.name + "_backup", self.name)
            return
        with self.server() as server:
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(self.name + "_backup"), sql.Identifier(self.name)))

    def copy(self, old, new):
        with self.server() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(new)))
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(new), sql.Identifier(old)))

    def back_up(self):
        self.backed_up, self.backed_up_log = contents(self.connection), self.log()
        self.save()

    def log(self):
        return dict(self.rows(EVENTS))

    def lose(self):
        """The database is gone. What is known of it: how it was, and a file with its log."""
        self.before, self.before_log, self.before_marks = contents(self.connection), self.log(), self.marks()
        self.file = self.value("SELECT string_agg(line, E'\\n') FROM gdpr_log_export() line")
        with self.connection.cursor() as cursor, cursor.copy("COPY gdpr_log.event TO STDOUT (FORMAT binary)") as copy:
            self.copied = b"".join(copy)
        self.disconnect()
        with self.server() as server:
            self.drop(server)

    def restore(self, file=True):
        """All is as it was when it was backed up, also who is erased since."""
        self.bring_back()
        self.connect()
        self.warnings.clear()
        assert differences(self.backed_up, contents(self.connection)) == []
        assert self.log() == self.backed_up_log
        if file:
            self.execute("SELECT gdpr_log_import(%s)", (self.file,))

    def comes_back(self):
        self.lose()
        self.restore()

    def keep(self):
        """As it is now it can be had again, which is faster than telling the story anew."""
        self.disconnect()
        self.copy(self.name, self.name + "_kept")
        self.kept = dict(vars(self))

    def again(self):
        self.disconnect()
        vars(self).update(self.kept)
        self.copy(self.name + "_kept", self.name)
        self.warnings = []
        self.connect()

    def table_of_events(self, name="gdpr_lost.event"):
        """The lost log as a table that somebody has kept elsewhere."""
        self.execute(f"CREATE SCHEMA IF NOT EXISTS gdpr_lost; CREATE TABLE {name} (LIKE gdpr_log.event)")
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
            copy.write(self.copied)

    def lost_events(self):
        """Ids of events that the restored database does not know, in their order."""
        return sorted(id_ for id_ in self.before_log if id_ not in self.backed_up_log)

    def marks(self):
        return set(self.rows("SELECT relation::regclass::text, key FROM gdpr_log.anonymised"))

    # Rerun

    def rerun(self, arguments=""):
        """What it reports, event by event, with their ids."""
        return self.rows(RERUN.format(arguments))

    def outcomes(self, arguments=""):
        """The same without ids, without sequences and former reruns: (relation, action, outcome, rows)."""
        return sorted(row[1:] for row in self.rerun(arguments) if row[2] not in ("sequence", "rerun"))

    def now_differs(self):
        """How the tables differ from what they were before the loss: not at all, after a rerun. A value that was made up is another one, not the first."""
        return [difference for difference in differences(self.before, contents(self.connection)) if not self.is_made_up(*difference)]

    def is_made_up(self, table, key, column, expected, found):
        if (table, column) not in self.chance:
            return False
        backed_up = self.backed_up[table][key][column]
        return backed_up not in (expected, found) and found is not None

    def log_differs(self):
        """Events that were known before the loss and are not now, or the other way round; reruns since do not count."""
        reruns = self.reruns()
        now = {id_: text for id_, text in self.log().items() if id_ in self.before_log or id_ not in reruns}
        return sorted(now.items() ^ self.before_log.items())

    def reruns(self):
        return [id_ for id_, in self.rows("SELECT id FROM gdpr_log.event WHERE action = 'rerun' ORDER BY id")]

    def as_before_the_loss(self):
        assert self.now_differs() == []
        assert self.log_differs() == []
        assert self.marks() == self.before_marks

    def nothing_is_left_to_do(self, source=""):
        """Once more: it changes nothing and logs nothing."""
        now, log, marks, sequences = contents(self.connection), self.log(), self.marks(), sequence_states(self.connection)
        assert self.rerun(source) == []
        assert differences(now, contents(self.connection)) == []
        assert (self.log(), self.marks(), sequence_states(self.connection)) == (log, marks, sequences)


class Dumped(Story):
    """It is backed up by pg_dump."""

    def __init__(self, name, schema="", host=None):
        self.folder = tempfile.TemporaryDirectory(prefix="gdpr_ext.")
        super().__init__(name, schema, host)

    def to(self, host):
        return ["-h", str(host)] if host else []

    def save(self):
        dump = Path(self.folder.name) / "dump"
        subprocess.run([program("pg_dump"), *self.to(self.host), "-Fc", "-Z0", "-f", dump, "-d", self.name], check=True)

    def bring_back(self):
        with self.server() as server:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self.name)))
        dump = Path(self.folder.name) / "dump"
        subprocess.run([program("pg_restore"), *self.to(self.host), "--exit-on-error", "-d", self.name, dump], check=True)

    def end(self):
        super().end()
        self.folder.cleanup()


@contextlib.contextmanager
def story(schema="", kind=Story, name="gdpr_rerun", **arguments):
    told = kind(name, schema, **arguments)
    try:
        yield told
    finally:
        told.end()
        with told.server() as server:
            for copy in ("_backup", "_kept"):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name + copy)))


def contents(connection):
    """Table to key to row, and column to value in each, as jsonb has them. Of partitions, the partition's."""
    found = {}
    for table, key in connection.execute(TABLES).fetchall():
        rows = {}
        for text, in connection.execute(f"SELECT to_jsonb(t)::text FROM ONLY {table} t").fetchall():
            row = json.loads(text, parse_float=str)
            id_ = tuple(row[column] for column in key) if key else text
            assert id_ not in rows, (table, id_)
            rows[id_] = row
        found[table] = rows
    return found


def differences(expected, found):
    """(table, key, column, expected, found) for whatever is not as expected; a row that has come or gone has no column."""
    differ = []
    for table in sorted(expected.keys() | found.keys()):
        if table not in expected or table not in found:
            differ.append((table, None, None, table in expected, table in found))
            continue
        there, here = expected[table], found[table]
        for key in sorted(there.keys() | here.keys(), key=repr):
            if key not in there or key not in here:
                differ.append((table, key, None, there.get(key), here.get(key)))
            else:
                names = there[key].keys() | here[key].keys()
                differ += [(table, key, name, there[key].get(name), here[key].get(name)) for name in sorted(names)
                           if there[key].get(name) != here[key].get(name)]
    return differ


def sequence_states(connection):
    names = [name for name, in connection.execute(
        "SELECT s.seqrelid::regclass::text FROM pg_sequence s JOIN pg_class c ON c.oid = seqrelid"
        " WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^gdpr_') ORDER BY 1").fetchall()]
    return {name: connection.execute(f"SELECT last_value, is_called FROM {name}").fetchone() for name in names}


# A mirror

def point_to_mirror(story, host, mirror, server="log_server"):
    """The log of the story's database is mirrored in another one, maybe of another cluster, from now on."""
    story.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw; CREATE EXTENSION IF NOT EXISTS dblink")
    with psycopg.connect(dbname="postgres", host=host, autocommit=True) as other:
        directory, port = other.info.host, other.info.port
    story.execute(sql.SQL("CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {}, port {}, dbname {})").format(
        sql.Identifier(server), sql.Literal(directory), sql.Literal(str(port)), sql.Literal(mirror)))
    story.execute(sql.SQL("CREATE USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS (user 'postgres')").format(sql.Identifier(server)))
    story.execute("SELECT gdpr_log_mirror(%s)", (server,))


@contextlib.contextmanager
def mirror_database(name="gdpr_rerun_mirror", host=None):
    """An empty database for the mirror, and a session there."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(dbname="postgres", host=host, autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        with psycopg.connect(dbname=name, host=host, autocommit=True) as connection:
            yield connection
    finally:
        with psycopg.connect(dbname="postgres", host=host, autocommit=True) as server:
            server.execute(drop)


def raises(story, sqlstate, statement, parameters=None):
    """The error of a statement that must fail. Nothing has changed."""
    before, log, sequences = contents(story.connection), story.log(), sequence_states(story.connection)
    with pytest.raises(psycopg.Error) as raised, story.connection.transaction():
        story.execute(statement, parameters)
    assert raised.value.sqlstate == sqlstate, raised.value
    assert differences(before, contents(story.connection)) == []
    assert (story.log(), sequence_states(story.connection)) == (log, sequences)
    return raised.value.diag
