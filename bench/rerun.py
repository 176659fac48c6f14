"""A database was restored from a backup: gdpr_rerun beside DELETE .. USING and UPDATE .. USING of the same keys, written by hand. One row of ten is gone:
of eight tables deleted, of two anonymised."""

from pathlib import Path

import measure

GOAL = 2.0
DATABASE, RESTORED = "gdpr_bench_rerun", "gdpr_bench_restored"

# Rows in each table: rounds. As many rows are gone in all, of the ten.
SIZES = {10_000: 9, 100_000: 5, 1_000_000: 3}

DELETED = ["order_line", "ticket_reply", "orders", "ticket", "address", "session", "visit", "customer"]
TABLES = [*DELETED, "account", "profile"]

# What happens between the backup and its restore.
LOST = [
    "SELECT count(*) FROM gdpr_delete('customer', ARRAY(SELECT id FROM customer WHERE id % 10 = 0))",
    "SELECT count(*) FROM gdpr_anonymise('account', ARRAY(SELECT id FROM account WHERE id % 10 = 0))",
    "DELETE FROM newsletter WHERE email IN (SELECT email FROM (SELECT email, row_number() OVER (ORDER BY email) AS n FROM newsletter) t WHERE n % 10 = 0)",
]


def rerun(source):
    return measure.Side(source, f"SELECT sum(rows) FROM gdpr_rerun('{source}') WHERE outcome = 'applied'", counts=True)


# Each with one event a row, and with one event a table.
HAND = measure.Side("by_hand", "SELECT rerun_by_hand()", counts=True, before=measure.unlogged(DELETED))
TEXT_HAND = measure.Side("text_by_hand", "SELECT rerun_text_by_hand()", counts=True, before=measure.unlogged(["newsletter"]))
CASES = [
    (TABLES, {rerun("single"): "one event each", rerun("bulk"): "one event a table"}, HAND, GOAL),
    (["newsletter"], {rerun("single_of_text"): "text keys, one event each", rerun("bulk_of_text"): "text keys, one event"}, TEXT_HAND, None),
]


def run(socket, quick):
    for size, rounds in SIZES.items():
        if quick and size > 10_000:
            continue
        load(socket, size)
        with measure.connect(socket, RESTORED) as session:
            for tables, sides, hand, goal in CASES:
                rows = len(tables) * size // 10
                session.prepare(*sides, hand)
                if size < 1_000_000:
                    measure.check_same_tables(session, [*sides, hand], "", tables)
                figures = measure.undone(session, [*sides, hand], lambda: None, 2 if quick else rounds, rows)
                for side, events in sides.items():
                    line = {"case": f"{rows:,} of {len(tables) * size:,} rows, {events}", "rows": rows, "hand": "static plpgsql, USING",
                            **measure.compared(figures, side, hand)}
                    if goal and size == 1_000_000:
                        line["goal"] = goal
                    yield line


def load(socket, size):
    """A database; a copy of it, the backup that is restored; what happens in the database, and what its log says of it, in the copy."""
    measure.load(socket, DATABASE, Path(__file__).with_name("rerun.sql"), rows=size)
    measure.create(socket, RESTORED, template=DATABASE)
    with measure.connect(socket, DATABASE) as lost, measure.connect(socket, RESTORED) as restored:
        for statement in LOST:
            lost.connection.execute(statement)
        restored.connection.execute("CREATE TABLE bulk (LIKE gdpr_log.event)")
        with lost.connection.cursor().copy("COPY gdpr_log.event TO STDOUT (FORMAT binary)") as source:
            with restored.connection.cursor().copy("COPY bulk FROM STDIN (FORMAT binary)") as target:
                for data in source:
                    target.write(data)
    measure.drop(socket, DATABASE)
    measure.execute(socket, RESTORED, Path(__file__).with_name("rerun_source.sql"))
