"""Many people are deleted by one plain DELETE: ON DELETE ANONYMISE of what references them, beside PostgreSQL's own ON DELETE SET NULL, which leaves
the personal data where it is."""

import functools
import random
from pathlib import Path

import measure

GOAL = 2.0
DATABASE = "gdpr_bench_on_delete"
PEOPLE = 200_000

# People in the DELETE: rounds.
SIZES = {1: 50, 1_000: 9, 100_000: 5}

DELETE = "WITH gone AS (DELETE FROM {}.person WHERE id = ANY ($1::int[]) RETURNING 1) SELECT count(*) FROM gone"
ANONYMISE = measure.Side("on_delete_anonymise", DELETE.format("anonymised"), counts=True)
PLAIN = measure.Side("on_delete_set_null", DELETE.format("plain"), counts=True)
SIDES = [ANONYMISE, PLAIN]


def run(socket, quick):
    chosen = random.Random(13)
    for size, rounds in SIZES.items():
        if quick and size > 1_000:
            continue
        with connect(socket) as session:
            check_work(session, people(chosen, min(size, 100)))
            session.prepare(*SIDES)
            figures = measure.undone(
                session, SIDES, lambda: people(chosen, size), 2 if quick else rounds, size, uncounted=2, vacuum=size > 1,
            )
        line = {"case": f"{size:,} people in one DELETE", "rows": size, "hand": "ON DELETE SET NULL", **measure.compared(figures, ANONYMISE, PLAIN)}
        if size == 100_000:
            line["goal"] = GOAL
        yield line


@functools.cache
def load(socket):
    measure.load(socket, DATABASE, Path(__file__).with_name("on_delete.sql"))


def connect(socket):
    load(socket)
    return measure.connect(socket, DATABASE)


def people(chosen, size):
    return "{" + ",".join(map(str, chosen.sample(range(1, PEOPLE + 1), size))) + "}"


def check_work(session, wanted):
    """Both let go of the people; one of them also of what is personal."""
    count = len(wanted.split(","))
    left = "SELECT count(*) FROM {}.profile WHERE person_id IS NULL AND coalesce(bio, '') {} ''"
    for side, schema, personal in [(ANONYMISE, "anonymised", "="), (PLAIN, "plain", "<>")]:
        with session.connection.transaction(force_rollback=True):
            session.connection.execute(measure.inlined(side, f"'{wanted}'"))
            done = session.one(left.format(schema, personal))[0]
        if done != count:
            raise measure.RowsDiffer(f"{side.name} let go of {done} rows instead of {count}")
