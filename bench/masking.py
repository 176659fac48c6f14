"""The masking functions beside the built-in md5, over 1,000,000 different values: so many milliseconds are as many nanoseconds a call."""

from pathlib import Path

import measure

GOAL = 2.0
DATABASE = "gdpr_bench_masking"


def side(expression):
    return measure.Side(expression, f"SELECT count({expression}) FROM masked", counts=True)


MD5 = side("md5(value)")
JUDGED = [side("gdpr_hash(value)"), side("gdpr_pseudonym(value)"), side("gdpr_pseudonym(value, 'name')")]
STATED = [side("gdpr_partial(value, 2, 2)"), side("gdpr_fake_name()")]


def run(socket, quick):
    values = 100_000 if quick else 1_000_000
    measure.load(socket, DATABASE, Path(__file__).with_name("masking.sql"), values=values)
    with measure.connect(socket, DATABASE) as session:
        # What a call costs, not how many processes share the calls.
        session.connection.execute("SET max_parallel_workers_per_gather = 0")
        figures = measure.interleaved(
            session, [MD5, *JUDGED, *STATED], lambda: None, rounds=3 if quick else 9, calls=1, warm_up=2, rows=values,
        )
    for ours in JUDGED + STATED:
        line = {"case": ours.name, "rows": values, "hand": MD5.name, **measure.compared(figures, ours, MD5)}
        if ours in JUDGED:
            line["goal"] = GOAL
        yield line
