"""The web shop that one_customer and thousand_subjects share: its rows, and the same rows fetched by hand."""

import functools
from pathlib import Path

import measure

DATABASE = "gdpr_bench_shop"
CUSTOMERS = 20_000
ROWS_PER_CUSTOMER = 121

# Each table with the link that leads to it: (table, its column, parent). The hand-written side knows that an order's payments are the
# payments of the order's customer, so it asks for them once. The walk has to find that out.
LINKS = [
    ("address", "customer_id", "customer"),
    ("orders", "customer_id", "customer"),
    ("payment", "customer_id", "customer"),
    ("review", "customer_id", "customer"),
    ("ticket", "customer_id", "customer"),
    ("session", "customer_id", "customer"),
    ("consent", "customer_id", "customer"),
    ("wish", "customer_id", "customer"),
    ("device", "customer_id", "customer"),
    ("order_line", "order_id", "orders"),
    ("shipment", "order_id", "orders"),
    ("ticket_reply", "ticket_id", "ticket"),
]


def selects(matches):
    """The thirteen statements. `matches` is the comparison with the wanted customers, such as `= $1`."""
    yield (
        "SELECT 0, 'customer'::regclass, jsonb_build_object('id', t.id), NULL::text, false, to_jsonb(t)"
        f" FROM customer t WHERE t.id {matches}"
    )
    for table, column, parent in LINKS:
        depth = 1 if parent == "customer" else 2
        found = (
            f"{table} t WHERE t.{column} {matches}"
            if depth == 1
            else f"{table} t JOIN {parent} p ON t.{column} = p.id WHERE p.customer_id {matches}"
        )
        yield (
            f"SELECT {depth}, '{table}'::regclass, jsonb_build_object('id', t.id), '{parent}(id) -> {table}({column})'::text, false,"
            f" to_jsonb(t) FROM {found}"
        )


def union_all(matches):
    return "\nUNION ALL\n".join(selects(matches))


@functools.cache
def load(socket):
    """Makes the database with the shop, once in a run: the next benchmark that needs it gets the same one."""
    measure.load(socket, DATABASE, Path(__file__).with_name("shop.sql"))


def connect(socket):
    load(socket)
    return measure.connect(socket, DATABASE)
