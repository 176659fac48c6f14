"""One random customer of the shop: 121 rows from 13 tables of 200,000 rows each."""

import random

import measure
import shop

GOAL = 1.2

COLLECT = measure.Side("gdpr_collect", "SELECT * FROM gdpr_collect('customer', $1::int)")
HAND = measure.Side("union_all", shop.union_all("= $1::int"))
STATIC = measure.Side("plpgsql_static", "SELECT * FROM collect_static($1::int)")


def static_function():
    """The other way to write it by hand: a plpgsql function with one static statement per table."""
    body = "\n".join(f"RETURN QUERY {select};" for select in shop.selects("= wanted"))
    return (
        "CREATE OR REPLACE FUNCTION collect_static(wanted int)"
        " RETURNS TABLE (depth int, relation regclass, key jsonb, via text, shared boolean, data jsonb)"
        f" LANGUAGE plpgsql STABLE AS $function$ BEGIN {body} END $function$"
    )


def counted(side):
    """The same rows computed and not delivered. A count of each column leaves nothing out: every value has to be there to be counted."""
    return measure.Side(
        f"{side.name}_counted",
        "SELECT count(depth), count(relation), count(key), count(via), count(shared), count(data)"
        f" FROM ({side.statement}) r (depth, relation, key, via, shared, data)",
    )


def run(socket, quick):
    ids = random.Random(2).randint
    sides = [COLLECT, HAND, STATIC]
    in_server = [counted(COLLECT), counted(HAND)]
    effort = {"rounds": 5 if quick else 15, "calls": 50 if quick else 200, "warm_up": 200}

    def customer():
        return str(ids(1, shop.CUSTOMERS))

    with shop.connect(socket) as session:
        session.connection.execute(static_function())
        for chosen in (1, 777, shop.CUSTOMERS):
            measure.check_same_rows(session, sides, str(chosen))
        figures = measure.interleaved(session, sides, customer, rows=shop.ROWS_PER_CUSTOMER, **effort)
        figures |= measure.interleaved(session, in_server, customer, rows=1, **effort)
    case = {"case": "random customer, 13 tables", "rows": shop.ROWS_PER_CUSTOMER}
    yield {**case, "hand": "prepared UNION ALL", "goal": GOAL, **measure.compared(figures, COLLECT, HAND)}
    yield {**case, "hand": "static plpgsql", **measure.compared(figures, COLLECT, STATIC)}
    yield {**case, "case": "the same, not delivered", "hand": "prepared UNION ALL", **measure.compared(figures, *in_server)}
