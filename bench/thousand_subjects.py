"""A thousand customers of the shop in one array: 121,000 rows."""

import random

import measure
import shop

GOAL = 1.2
SUBJECTS = 1_000

COLLECT = measure.Side("gdpr_collect", "SELECT * FROM gdpr_collect('customer', $1::int[])")
SINGLE = measure.Side("gdpr_collect_single", "SELECT * FROM gdpr_collect('customer', $1::int)")
HAND = measure.Side("union_all_any", shop.union_all("= ANY ($1::int[])"))


def run(socket, quick):
    chosen = random.Random(3)

    def array():
        return "{" + ",".join(map(str, chosen.sample(range(1, shop.CUSTOMERS + 1), SUBJECTS))) + "}"

    with shop.connect(socket) as session:
        measure.check_same_rows(session, [COLLECT, HAND], f"'{array()}'")
        rows = SUBJECTS * shop.ROWS_PER_CUSTOMER
        figures = measure.interleaved(session, [COLLECT, HAND], array, rounds=3 if quick else 9, calls=3, rows=rows)
        session.prepare(SINGLE)
        figures[SINGLE.name] = [one_by_one(session, chosen) for _ in range(1 if quick else 5)]
    case = {"rows": rows}
    yield {**case, "case": "1,000 in one array", "hand": "prepared UNION ALL, = ANY", "goal": GOAL, **measure.compared(figures, COLLECT, HAND)}
    yield {**case, "case": "1,000 in one array", "hand": "1,000 calls of gdpr_collect", **measure.compared(figures, COLLECT, SINGLE)}


def one_by_one(session, chosen):
    """Milliseconds for as many single calls, round trips included: a client that has no array has to make them."""
    return 1000 * sum(session.call(SINGLE, str(chosen.randint(1, shop.CUSTOMERS)))[0] for _ in range(SUBJECTS))
