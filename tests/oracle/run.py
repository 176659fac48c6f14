#!/usr/bin/env python3
"""Random schemas, walked by the extension and by a naive reimplementation of docs/walk.md; both must find the same rows.
Every fifth then has a person anonymised, another fifth has one erased, a third fifth is scrubbed, and every row of the database must be what the rules make of it.

    python tests/oracle/run.py --socket DIR [--schemas 1000] [--seed N] [--jobs N] [--replay SEED]

DIR is the socket directory of a running cluster (PGHOST if not given) that has the extension installed. Connects as `postgres`
and works in databases of its own, `gdpr_oracle_0` and so on, one for each process. Exits with 1 if a schema failed, or if the run never met
something that it should test.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import Pool

import psycopg

from compare import KINDS, examine
from differs import Failure
from dumped import examine_dump
from generate import generate
from model import Model
from script import late, regclass, setup, start_id
from shrink import shrink

SHRUNK = 2  # failures of one process that are made small; of the others only the seed is printed
SESSION = 100  # schemas in one session: a backend gets slower with every table that it has created and rolled back
DUMPED = 250  # of so many schemas one is dumped and restored after it was scrubbed
ENOUGH = 1000  # schemas after which every kind of case must have occurred


class Session:
    """A connection that comes back after the server has crashed."""

    def __init__(self, socket: str, database: str) -> None:
        self.socket, self.database = socket, database
        self.connection: psycopg.Connection | None = None

    def connect(self) -> psycopg.Connection:
        if self.connection is None or self.connection.closed:
            self.connection = self.open(self.database)
            self.connection.execute("SET statement_timeout = '60s'")
            self.connection.execute("SET client_min_messages = warning")
        return self.connection

    def open(self, database: str) -> psycopg.Connection:
        deadline = time.monotonic() + 60
        while True:
            try:
                # What is prepared in one schema does not fit the next one of the same names.
                return psycopg.connect(host=self.socket, user="postgres", dbname=database, autocommit=True, prepare_threshold=None)
            except psycopg.OperationalError:
                if time.monotonic() > deadline or not self.connection:
                    raise
                time.sleep(0.2)  # recovering from a crash

    def renew(self) -> None:
        connection = self.connect()
        connection.execute("VACUUM")  # the tables that were rolled back are dead rows in the catalog
        connection.close()

    def create(self) -> None:
        with self.open("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8'")
        self.connect().execute("CREATE EXTENSION gdpr_ext")

    def drop(self) -> None:
        if self.connection:
            self.connection.close()
        with self.open("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def examine(self, model: Model, seen: set[str]) -> Failure | None:
        try:
            failure = examine(self.connect(), model, seen)
            if not failure and model.scrub and model.seed % DUMPED == 2:
                failure = examine_dump(self.open, self.socket, self.database, model)
                seen.add("scrubbed: dumped and restored")
            return failure
        except psycopg.OperationalError as error:
            return Failure("crash", f"the connection was lost: {error}")


@dataclass
class Tally:
    """What came of the seeds that one process was given."""

    occurred: Counter[str] = field(default_factory=Counter)
    failed: int = 0


def examine_seeds(socket: str, number: int, seeds: range) -> Tally:
    session, tally = Session(socket, f"gdpr_oracle_{number}"), Tally()
    session.create()
    for done, seed in enumerate(seeds, 1):
        model = generate(seed)
        seen: set[str] = set()
        failure = session.examine(model, seen)
        tally.occurred.update(seen)
        if failure:
            tally.failed += 1
            text = f"\nFAILED seed {seed}: {failure.kind}\nreplay: python tests/oracle/run.py --socket {socket} --replay {seed}\n"
            # In one piece: the other processes print, too.
            print(text + (described(session, model, failure) if tally.failed <= SHRUNK else ""), flush=True)
        if done % SESSION == 0:
            session.renew()
    session.drop()
    return tally


def described(session: Session, model: Model, failure: Failure) -> str:
    """The schema, made small, as a script, and what went wrong."""

    def still_fails(smaller: Model) -> bool:
        again = session.examine(smaller, set())
        return again is not None and again.kind == failure.kind

    small = shrink(model, still_fails)
    last = session.examine(small, set())
    if last is None:
        return "-- Not reproducible on its own: it needs what happened before it in the session.\n" + failure.text
    between = walks(small) + late(small) if late(small) else []
    script = ["BEGIN", *setup(small), *between, *walks(small), *last.said, "ROLLBACK"]
    return ";\n".join(script) + f";\n\n{last.text}\n"


def walks(model: Model) -> list[str]:
    return [f"SELECT * FROM public.gdpr_collect({regclass(start.table)}, {start_id(start)})" for start in model.starts]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default=os.environ.get("PGHOST"), help="directory of the server's socket, default PGHOST")
    parser.add_argument("--schemas", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the i-th schema is made from seed + i")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time, default one for each processor")
    parser.add_argument("--replay", type=int, metavar="SEED", help="only this one schema")
    chosen = parser.parse_args()
    if not chosen.socket:
        parser.error("which server? give --socket or set PGHOST")
    return chosen


def main() -> int:
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the other processes end with this one
    first, count = (chosen.replay, 1) if chosen.replay is not None else (chosen.seed, chosen.schemas)
    jobs = max(1, min(chosen.jobs, count))
    print(f"oracle: {count} schemas from seed {first}, {jobs} at a time", flush=True)
    started = time.monotonic()
    shares = [(chosen.socket, number, range(first + number, first + count, jobs)) for number in range(jobs)]
    with Pool(jobs) as pool:
        tallies = pool.starmap(examine_seeds, shares)
    occurred = sum((tally.occurred for tally in tallies), Counter())
    failed = sum(tally.failed for tally in tallies)
    if count > 1:
        print(f"\n{time.monotonic() - started:.0f} s; schemas in which it occurred:")
        print("\n".join(f"  {kind:34}{occurred[kind]:6}" for kind in KINDS))
    blind = [kind for kind in KINDS if not occurred[kind]] if count >= ENOUGH else []
    if blind:
        print("never occurred: " + ", ".join(blind))
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed or blind else 0


if __name__ == "__main__":
    sys.exit(main())
