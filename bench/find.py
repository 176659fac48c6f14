"""gdpr_find beside hand-written sequential scans: one statement a table, which counts for all its columns where the text stands, as ILIKE says."""

from dataclasses import dataclass
from pathlib import Path

import measure

GOAL = 1.2
DATABASE = "gdpr_bench_find"
EMAIL, NAME, CYRILLIC = "ada.lovelace@example.org", "müller-lovelace", "ада лавлейс"


@dataclass(frozen=True)
class Case:
    """What is searched for in the tables of a schema: the columns of each, as text. `apart` is one of how many rows has it, in how many columns."""

    name: str
    schema: str
    tables: dict
    term: str
    apart: int
    size: float = 1.0
    columns: int = 1
    judged: bool = True

    def found(self, rows):
        return self.columns * sum(1 for i in range(7, int(rows * self.size) + 1, self.apart))


CUSTOMER = {"texts.customer": ["name", "email", "phone", "address", "note"]}
CASES = [
    Case("five texts", "texts", CUSTOMER, EMAIL, 100_000),
    Case("five texts, letters beyond ASCII", "texts", CUSTOMER, NAME, 100_000),
    Case("jsonb and text[]", "documents", {"documents.event": ["payload::text", "tags::text"]}, EMAIL, 100_000, columns=2),
    Case("texts of 6 kB", "long", {"long.page": ["body"]}, EMAIL, 2_000, size=0.02),
    Case("Cyrillic", "cyrillic", {"cyrillic.customer": ["name", "address"]}, CYRILLIC, 100_000),
]
SMALL = Case("100 tables of 1,000 rows", "small", {f"small.t{i}": ["name", "code", "document::text"] for i in range(1, 101)}, EMAIL, 0, judged=False)

ILIKE = "{} ILIKE '%' || $1 || '%'"
STRPOS = "strpos(lower({}), $1) > 0"


def run(socket, quick):
    rows = 100_000 if quick else 1_000_000
    measure.load(socket, DATABASE, Path(__file__).with_name("find.sql"), rows=rows)
    with measure.connect(socket, DATABASE) as session:
        for case in CASES:
            yield from compared(session, case, case.found(rows), rows, 3 if quick else 7)
        yield from compared(session, SMALL, 1, 100_000, 3 if quick else 7)
        with_workers = session.one("SELECT current_setting('max_parallel_workers_per_gather')")[0]
        session.connection.execute("SET max_parallel_workers_per_gather = 0")
        alone = Case("five texts, without workers", "texts", CUSTOMER, EMAIL, 100_000)
        yield from compared(session, alone, alone.found(rows), rows, 3 if quick else 7)
        session.connection.execute(f"SET max_parallel_workers_per_gather = {with_workers}")


def compared(session, case, found, rows, rounds):
    ours = measure.Side(f"gdpr_find: {case.name}", f"SELECT coalesce(sum(rows), 0)::int8 FROM gdpr_find($1, schemas => '{{{case.schema}}}')", counts=True)
    ilike, strpos = (measure.Side(f"{name}: {case.name}", by_hand(case, condition), counts=True) for name, condition in (("ILIKE", ILIKE), ("strpos(lower())", STRPOS)))
    figures = measure.interleaved(session, [ours, ilike, strpos], lambda: case.term, rounds=rounds, calls=1, warm_up=1, rows=found)
    for hand in (ilike, strpos):
        line = {"case": case.name, "rows": rows, "hand": hand.name.partition(":")[0], **measure.compared(figures, ours, hand)}
        if case.judged and hand is ilike:
            line["goal"] = GOAL
        yield line


def by_hand(case, condition):
    counts = (
        f"SELECT {' + '.join(f'count(*) FILTER (WHERE {condition.format(column)})' for column in columns)} AS n FROM {table}" for table, columns in case.tables.items()
    )
    return f"SELECT sum(n)::int8 FROM ({' UNION ALL '.join(counts)}) t"
