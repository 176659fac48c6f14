"""How all benchmarks measure: calls of prepared statements from one client session, in interleaved rounds.

Both sides are prepared statements of the same session (the same backend, the same caches). One is executed after the other by
libpq (PQprepare, PQexecPrepared), which receives all six columns as text and does nothing with them. This is what a client pays:
the server has to compute, format and send every column of every row on both sides, so no planner can leave any of it out, as it
could under a count(*). A call costs both sides the same round trip over the unix socket. Decoding in Python would cost the same on
both sides too, but several times as much as the server's work: it would only push every ratio towards 1, and is left out. Sides that
change rows return how many instead.

A round calls every side equally often, taking turns, and the side that begins changes. A round's figure is the median of its calls. A
ratio is taken within a round, so that a machine that is busy for a second slows both. Reported are the medians over the rounds.
"""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import pq, sql


class RowsDiffer(Exception):
    """The two sides do not return the same rows, or do not change them alike, so that comparing their speed says nothing."""


@dataclass(frozen=True)
class Side:
    """One way to get the rows: its name in the report and in the session, and the statement. With `counts` the statement returns one
    number, how many rows it has changed or computed, and that is what is checked. `before` is for what is undone: it is executed in the same
    transaction, and its time is not taken."""

    name: str
    statement: str
    counts: bool = False
    before: str = ""


class Session:
    """A connection whose statements are prepared and executed by libpq directly."""

    def __init__(self, socket, database):
        self.database = database
        # psycopg prepares what is repeated, and after an ALTER throws away all that is prepared, ours as well.
        self.connection = psycopg.connect(host=socket, user="postgres", dbname=database, autocommit=True, prepare_threshold=None)
        self.pid = self.connection.info.backend_pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def one(self, statement):
        return self.connection.execute(statement).fetchone()

    def prepare(self, *sides):
        for side in sides:
            self._checked(self.connection.pgconn.prepare(side.name.encode(), side.statement.encode()), pq.ExecStatus.COMMAND_OK)

    def call(self, side, parameter=None):
        """Executes a prepared side once: the seconds until the client has all rows, and how many they are."""
        parameters = [] if parameter is None else [parameter.encode()]
        begin = time.perf_counter()
        result = self.connection.pgconn.exec_prepared(side.name.encode(), parameters)
        seconds = time.perf_counter() - begin
        self._checked(result, pq.ExecStatus.TUPLES_OK)
        rows = int(result.get_value(0, 0)) if side.counts else result.ntuples
        result.clear()
        return seconds, rows

    def _checked(self, result, expected):
        if result.status != expected:
            raise psycopg.DatabaseError(result.error_message.decode())


def connect(socket, database):
    return Session(socket, database)


def load(socket, database, script, **variables):
    """Makes the database anew with the extension and the script's tables. The variables are for psql's `:name`."""
    create(socket, database)
    with connect(socket, database) as session:
        session.connection.execute("CREATE EXTENSION gdpr_ext")
        execute(socket, database, script, **variables)
        # VACUUM sets the hint bits and the visibility map, which otherwise the first reader would do.
        session.connection.execute("VACUUM (ANALYZE)")


def create(socket, database, template="template1"):
    """Makes the database anew, empty or as a copy."""
    drop(socket, database)
    with connect(socket, "postgres") as session:
        session.connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template)))


def drop(socket, database):
    with connect(socket, "postgres") as session:
        session.connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))


def execute(socket, database, script, **variables):
    """By psql, which sends one statement after the other: a DO block may then commit."""
    command = [psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", "postgres", "-d", database]
    command += [argument for name, value in variables.items() for argument in ("-v", f"{name}={value}")] + ["-f", str(script)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def psql():
    """The psql of the PostgreSQL under test, which need not be in PATH."""
    bindir = subprocess.run([os.environ.get("PG_CONFIG", "pg_config"), "--bindir"], check=True, capture_output=True, text=True)
    return Path(bindir.stdout.strip()) / "psql"


def check_same_rows(session, sides, literal):
    """Fails unless all sides return the same rows, to the letter, in whatever order."""
    found = {side.name: fingerprint(session, inlined(side, literal)) for side in sides}
    if len(set(found.values())) == 1:
        return found[sides[0].name][0]
    first = inlined(sides[0], literal)
    lines = [f"the sides return different rows for {literal[:60]} (rows, sum of hashes): {found}"]
    for other in sides[1:]:
        second = inlined(other, literal)
        for a, b, text in ((first, second, "not in " + other.name), (second, first, "only in " + other.name)):
            rows = session.connection.execute(
                f"SELECT r::text FROM ({a}) r EXCEPT ALL SELECT r::text FROM ({b}) r LIMIT 3"
            ).fetchall()
            lines += [f"{text}: {row[0][:300]}" for row in rows]
    raise RowsDiffer("\n".join(lines))


def check_same_tables(session, sides, literal, tables, unchanged=()):
    """Fails unless these tables are the same after each side, row by row and to the letter, and, but for the unchanged ones, others than before.
    Nothing stays changed."""

    def contents():
        return {table: fingerprint(session, f"SELECT * FROM {table}") for table in tables}

    before = contents()
    after = {}
    for side in sides:
        with session.connection.transaction(force_rollback=True):
            session.connection.execute(side.before)
            session.connection.execute(inlined(side, literal))
            after[side.name] = contents()
    for table in tables:
        found = {side: rows[table] for side, rows in after.items()}
        if len(set(found.values())) != 1 or (before[table] in found.values()) != (table in unchanged):
            raise RowsDiffer(f"{table} was {before[table]} (rows, sum of hashes) and became {found}")


def inlined(side, literal):
    return side.statement.replace("$1", literal)


def unlogged(tables):
    """Switches off what makes events of rows that are deleted by hand."""
    return "; ".join(f"ALTER TABLE {table} DISABLE TRIGGER gdpr_log_delete" for table in tables)


def fingerprint(session, statement):
    """Row count and a sum over the hash of each row as text, which tells 1.0 from 1.00 where jsonb's equality does not."""
    return session.one(f"SELECT count(*), sum(hashtextextended(r::text, 0)::numeric) FROM ({statement}) r")


def interleaved(session, sides, parameters, rounds, calls, rows, warm_up=10, warm_up_parameters=None):
    """Calls the sides in turns. `parameters` is called for the parameter of each single call, so that no side warms the caches
    for the other one's rows. `rows` is how many each has to return, by its name where they differ. Returns the median milliseconds of
    each round for each side.

    The warm-up takes more than five calls, because from the sixth on PostgreSQL may keep one generic plan. It does so for all
    hand-written statements here, and that is the better one for them. Measured with plan_cache_mode forced to either: planning each
    time takes 1.5 times as long for 13 tables and for 1,000 subjects, 1.4 to 3 times for one subject of up to 100,000 rows (at 1,000
    and 10,000 rows the custom plan starts parallel workers), and about the same at 1,000,000."""
    session.prepare(*sides)
    for side in sides:
        for _ in range(warm_up):
            session.call(side, (warm_up_parameters or parameters)())
    figures = {side.name: [] for side in sides}
    for number in range(rounds):
        times = {side.name: [] for side in sides}
        for turn in range(calls):
            for place in range(len(sides)):
                side = sides[(number + turn + place) % len(sides)]
                seconds, found = session.call(side, parameters())
                expected = rows[side.name] if isinstance(rows, dict) else rows
                if found != expected:
                    raise RowsDiffer(f"{side.name} returned {found} rows instead of {expected}")
                times[side.name].append(seconds * 1000)
        for name, values in times.items():
            figures[name].append(statistics.median(values))
    return figures


def undone(session, sides, parameters, rounds, rows, uncounted=1, vacuum=True):
    """The milliseconds of each call of each prepared side. Every call is undone, so that the next one finds what it found. The sides take turns, and
    the side that begins changes; the first turns do not count."""
    figures = {side.name: [] for side in sides}
    for number in range(uncounted + rounds):
        for place in range(len(sides)):
            side = sides[(number + place) % len(sides)]
            seconds, found = rolled_back(session, side, parameters(), vacuum)
            if found != rows:
                raise RowsDiffer(f"{side.name} deleted or changed {found} rows instead of {rows}")
            if number >= uncounted:
                figures[side.name].append(seconds * 1000)
    return figures


def rolled_back(session, side, parameter=None, vacuum=True):
    """Executes a prepared side as `call` does, and undoes it: what it leaves is vacuumed, so that the next one finds as much free space on the pages.
    After VACUUM every session reads the catalog anew, which is no part of a short call: it can be left out."""
    session.connection.execute(f"BEGIN; {side.before}")
    figures = session.call(side, parameter)
    session.connection.execute("ROLLBACK")
    if vacuum:
        session.connection.execute("VACUUM")
    return figures


def compared(figures, side, base):
    """One line of the report: both medians, and the ratio of the two within each round."""
    ratios = [ours / theirs for ours, theirs in zip(figures[side.name], figures[base.name])]
    return {
        "ours_ms": statistics.median(figures[side.name]),
        "hand_ms": statistics.median(figures[base.name]),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
    }


def settings(socket):
    with connect(socket, "postgres") as session:
        names = ("server_version", "shared_buffers", "work_mem", "jit", "max_parallel_workers_per_gather", "plan_cache_mode", "fsync")
        return {name: session.one(f"SELECT current_setting('{name}')")[0] for name in names}
