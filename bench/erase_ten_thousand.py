"""Many customers are erased by one call with an array: does the cost stay proportional, and what does it write and hold?"""

import functools
import random
import time
from pathlib import Path

import measure
import memory

GOAL = 1.5
DATABASE = "gdpr_bench_erase"
CUSTOMERS = 20_000
TABLES = ["customer", "address", "orders", "order_line", "invoice", "session", "event", "review", "ticket", "ticket_reply"]

# Of a customer's hundred rows two on average are invoices, which stay as they are.
DONE_PER_CUSTOMER = 98

# Customers in the array: rounds.
SIZES = {100: 9, 1_000: 7, 10_000: 5}

# A review that lets go of its customer is anonymised too: it counts once, as in the UPDATE written by hand.
ERASE = measure.Side(
    "gdpr_erase", "SELECT sum(rows) FROM gdpr_erase('customer', $1::int[]) WHERE action IN ('deleted', 'anonymised')", counts=True
)
# It has a log of its own.
HAND = measure.Side("by_hand", "SELECT erase_by_hand($1::int[])", counts=True, before=measure.unlogged(TABLES))
SIDES = [ERASE, HAND]


def run(socket, quick):
    chosen = random.Random(11)
    for size, rounds in SIZES.items():
        if quick and size > 1_000:
            continue
        with connect(socket) as session:
            if size == 100:
                # The law keeps the invoices.
                measure.check_same_tables(session, SIDES, f"'{customers(chosen, size)}'", TABLES, unchanged=["invoice"])
            warm_up(session, chosen)
            figures = measure.undone(session, SIDES, lambda: customers(chosen, size), 2 if quick else rounds, size * DONE_PER_CUSTOMER)
            wanted = customers(chosen, size)
            wal = written(session, wanted)
        line = {"case": f"{size:,} customers in one array", "rows": size * 100, "hand": "static plpgsql, = ANY",
                **measure.compared(figures, ERASE, HAND)}
        if size == 10_000:
            line["goal"] = GOAL
        line["ours_wal_mb"], line["hand_wal_mb"] = (wal[side.name] / 1_000_000 for side in SIDES)
        line["ours_peak_mb"], line["ours_private_mb"] = memory.peak_memory(socket, DATABASE, ERASE, wanted, undone=True)
        line["hand_peak_mb"], line["hand_private_mb"] = memory.peak_memory(socket, DATABASE, HAND, wanted, undone=True)
        yield line


@functools.cache
def load(socket):
    measure.load(socket, DATABASE, Path(__file__).with_name("erase_ten_thousand.sql"))


def connect(socket):
    load(socket)
    return measure.connect(socket, DATABASE)


def customers(chosen, size):
    """So many random customers as an array, a quarter of them with invoices, as in the whole shop: every call has as much to do."""
    with_invoices = chosen.sample(range(4, CUSTOMERS + 1, 4), size // 4)
    without = chosen.sample([i for i in range(1, CUSTOMERS + 1) if i % 4 > 0], size - size // 4)
    ids = with_invoices + without
    chosen.shuffle(ids)
    return "{" + ",".join(map(str, ids)) + "}"


def warm_up(session, chosen):
    """Calls both sides with few customers until PostgreSQL has settled on generic plans for the statements written by hand: at all sizes they are
    the faster ones. Made for the array, a plan reads whole tables."""
    session.prepare(*SIDES)
    for side in SIDES:
        for _ in range(6):
            measure.rolled_back(session, side, customers(chosen, 100))


def written(session, wanted):
    """The bytes of WAL that a call of each side writes: records without images of pages, which come with the first change after a checkpoint
    and would be a matter of luck."""
    run = session.connection.execute
    run("ALTER SYSTEM SET full_page_writes = off")
    try:
        run("SELECT pg_reload_conf()")
        return {side.name: wal_bytes(session, side, wanted) for side in SIDES}
    finally:
        run("ALTER SYSTEM RESET full_page_writes")
        run("SELECT pg_reload_conf()")
        run("VACUUM")


def wal_bytes(session, side, wanted):
    """That setting is the checkpointer's, which takes its time to read it: a call that still wrote images is made again."""
    for _ in range(5):
        with session.connection.transaction(force_rollback=True):
            session.connection.execute(side.before)
            explained = "EXPLAIN (ANALYZE, WAL, FORMAT json) " + measure.inlined(side, f"'{wanted}'")
            plan = session.one(explained)[0][0]["Plan"]
        if plan["WAL FPI"] == 0:
            return plan["WAL Bytes"]
        time.sleep(1)
    raise RuntimeError("images of pages are written though full_page_writes is off")
