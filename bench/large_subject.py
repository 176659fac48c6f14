"""One subject with 1,000 to 1,000,000 rows: is it linear, and what does it cost in memory?"""

import functools
from pathlib import Path

import measure
import memory

GOAL = 1.5
DATABASE = "gdpr_bench_large"

# Account id: rows besides the account's own; rounds.
SIZES = {1: (1_000, 15), 2: (10_000, 9), 3: (100_000, 9), 4: (1_000_000, 3)}

COLLECT = measure.Side("gdpr_collect", "SELECT * FROM gdpr_collect('account', $1::int)")
HAND = measure.Side(
    "union_all",
    """
SELECT 0, 'account'::regclass, jsonb_build_object('id', t.id), NULL::text, false, to_jsonb(t) FROM account t WHERE t.id = $1::int
UNION ALL
SELECT 1, 'orders'::regclass, jsonb_build_object('id', t.id), 'account(id) -> orders(account_id)'::text, false, to_jsonb(t)
FROM orders t WHERE t.account_id = $1::int
UNION ALL
SELECT 1, 'event'::regclass, jsonb_build_object('id', t.id), 'account(id) -> event(account_id)'::text, false, to_jsonb(t)
FROM event t WHERE t.account_id = $1::int
UNION ALL
SELECT 2, 'order_line'::regclass, jsonb_build_object('id', t.id), 'orders(id) -> order_line(order_id)'::text, false, to_jsonb(t)
FROM order_line t JOIN orders p ON t.order_id = p.id WHERE p.account_id = $1::int
""",
)


@functools.cache
def load(socket):
    """Makes the database with the accounts, once in a run: the export needs a copy of it."""
    measure.load(socket, DATABASE, Path(__file__).with_name("large_subject.sql"))


def run(socket, quick):
    load(socket)
    sizes = {account: size for account, size in SIZES.items() if not quick or size[0] <= 100_000}
    for account, (size, rounds) in sizes.items():
        with measure.connect(socket, DATABASE) as session:
            rows = measure.check_same_rows(session, [COLLECT, HAND], str(account))
            figures = measure.interleaved(
                session, [COLLECT, HAND], lambda: str(account), rounds=3 if quick else rounds, calls=3 if size <= 100_000 else 1,
                warm_up_parameters=lambda: "1", rows=rows,
            )
        line = {"case": f"{size:,} rows", "rows": rows, "hand": "prepared UNION ALL", **measure.compared(figures, COLLECT, HAND)}
        if size == 100_000:
            line["goal"] = GOAL
        line["collect_rows_per_second"] = rows / line["ours_ms"] * 1000
        line["hand_rows_per_second"] = rows / line["hand_ms"] * 1000
        line["collect_peak_mb"], line["collect_private_mb"] = memory.peak_memory(socket, DATABASE, COLLECT, str(account))
        line["hand_peak_mb"], line["hand_private_mb"] = memory.peak_memory(socket, DATABASE, HAND, str(account))
        yield line
