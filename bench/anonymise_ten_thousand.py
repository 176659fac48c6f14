"""Many customers of the shop are anonymised by one call with an array: does the cost stay proportional?"""

import random

import anonymise
import measure
import shop

GOAL = 1.5

# Customers in the array: rounds.
SIZES = {100: 9, 1_000: 7, 10_000: 5}

ANONYMISE = measure.Side("gdpr_anonymise", "SELECT sum(rows) FROM gdpr_anonymise('customer', $1::int[])", counts=True)
HAND = measure.Side("by_hand", "SELECT anonymise_many_by_hand($1::int[])", counts=True)
SIDES = [ANONYMISE, HAND]


def run(socket, quick):
    chosen = random.Random(7)
    for size, rounds in SIZES.items():
        if quick and size > 1_000:
            continue
        # A session of its own for each size: PostgreSQL has settled on its plans with arrays of this size.
        with anonymise.connect(socket) as session:
            anonymise.check_same_work(session, SIDES, chosen.choice(anonymise.MANY))
            session.prepare(*SIDES)
            figures = measure.undone(session, SIDES, lambda: customers(chosen, size), 2 if quick else rounds, size * shop.ROWS_PER_CUSTOMER)
        line = {"case": f"{size:,} customers in one array", "rows": size * shop.ROWS_PER_CUSTOMER, "hand": "static plpgsql, = ANY",
                **measure.compared(figures, ANONYMISE, HAND)}
        if size == 10_000:
            line["goal"] = GOAL
        yield line


def customers(chosen, size):
    return "{" + ",".join(map(str, chosen.sample(anonymise.MANY, size))) + "}"
