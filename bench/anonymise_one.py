"""One customer of the shop is anonymised: four columns of each of 121 rows in 13 tables, and the log, in one transaction."""

import random

import anonymise
import measure
import shop

GOAL = 1.5

ANONYMISE = measure.Side("gdpr_anonymise", "SELECT sum(rows) FROM gdpr_anonymise('customer', $1::int)", counts=True)
HAND = measure.Side("by_hand", "SELECT anonymise_one_by_hand($1::int)", counts=True)


def run(socket, quick):
    # Nobody is anonymised twice: the second time there would be nothing to do.
    fresh = random.Random(6).sample(anonymise.ONE, len(anonymise.ONE))
    with anonymise.connect(socket) as session:
        anonymise.check_same_work(session, [ANONYMISE, HAND], fresh.pop())
        figures = measure.interleaved(
            session, [ANONYMISE, HAND], lambda: str(fresh.pop()), rounds=5 if quick else 15, calls=20 if quick else 100,
            warm_up=50 if quick else 200, rows=shop.ROWS_PER_CUSTOMER,
        )
    yield {"case": "random customer, 13 tables", "rows": shop.ROWS_PER_CUSTOMER, "hand": "static plpgsql, 13 UPDATEs, 1 INSERT", "goal": GOAL,
           **measure.compared(figures, ANONYMISE, HAND)}
