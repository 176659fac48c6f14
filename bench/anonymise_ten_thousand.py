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


def run(socket, quick):
    chosen = random.Random(7)
    for size, rounds in SIZES.items():
        if quick and size > 1_000:
            continue
        # A session of its own for each size: PostgreSQL has settled on its plans with arrays of this size.
        with anonymise.connect(socket) as session:
            anonymise.check_same_work(session, [ANONYMISE, HAND], chosen.choice(anonymise.MANY))
            figures = undone(session, [ANONYMISE, HAND], size, chosen, rounds=2 if quick else rounds)
        line = {"case": f"{size:,} customers in one array", "rows": size * shop.ROWS_PER_CUSTOMER, "hand": "static plpgsql, = ANY",
                **measure.compared(figures, ANONYMISE, HAND)}
        if size == 10_000:
            line["goal"] = GOAL
        yield line


def undone(session, sides, size, chosen, rounds):
    """The milliseconds of each call of each side. Every call is rolled back and what it leaves is vacuumed, so that the next one finds nobody
    anonymised and as much free space on the pages. The sides take turns, and the side that begins changes; the first turn does not count."""
    for side in sides:
        session.prepare(side)
    figures = {side.name: [] for side in sides}
    for number in range(rounds + 1):
        for place in range(len(sides)):
            side = sides[(number + place) % len(sides)]
            session.connection.execute("BEGIN")
            seconds, changed = session.call(side, "{" + ",".join(map(str, chosen.sample(anonymise.MANY, size))) + "}")
            session.connection.execute("ROLLBACK")
            session.connection.execute("VACUUM")
            if changed != size * shop.ROWS_PER_CUSTOMER:
                raise measure.RowsDiffer(f"{side.name} changed {changed} rows instead of {size * shop.ROWS_PER_CUSTOMER}")
            if number > 0:
                figures[side.name].append(seconds * 1000)
    return figures
