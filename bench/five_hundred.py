"""500 tables that refer to the subject directly, 5 of them with rows: nobody can know that without probing 500 indexes."""

import random
import time
from pathlib import Path

import measure

GOAL = 1.5
DATABASE = "gdpr_bench_500"
PERSONS = 1_000
ROWS = 51

COLLECT = measure.Side("gdpr_collect", "SELECT * FROM gdpr_collect('person', $1::int)")
HAND = measure.Side("plpgsql_static", "SELECT * FROM collect_script($1::int)")


def script():
    """The same 500 probes written by hand: static statements, whose plans plpgsql keeps."""
    body = [
        "RETURN QUERY SELECT 0, 'person'::regclass, jsonb_build_object('id', t.id), NULL::text, false, to_jsonb(t) FROM person t"
        " WHERE t.id = wanted;"
    ] + [
        f"RETURN QUERY SELECT 1, 'part_{i}'::regclass, jsonb_build_object('id', t.id), 'person(id) -> part_{i}(person_id)'::text, false,"
        f" to_jsonb(t) FROM part_{i} t WHERE t.person_id = wanted;"
        for i in range(1, 501)
    ]
    return (
        "CREATE FUNCTION collect_script(wanted int)"
        " RETURNS TABLE (depth int, relation regclass, key jsonb, via text, shared boolean, data jsonb)"
        " LANGUAGE plpgsql STABLE AS $function$ BEGIN " + "\n".join(body) + " END $function$"
    )


def run(socket, quick):
    measure.load(socket, DATABASE, Path(__file__).with_name("five_hundred.sql"))
    ids = random.Random(4).randint
    sides = [COLLECT, HAND]
    with measure.connect(socket, DATABASE) as session:
        session.connection.execute(script())
        measure.check_same_rows(session, sides, "500")
        figures = measure.interleaved(
            session, sides, lambda: str(ids(1, PERSONS)), rounds=3 if quick else 9, calls=10 if quick else 30, rows=ROWS
        )
    case = {"rows": ROWS, "hand": "static plpgsql, 501 statements"}
    yield {**case, "case": "500 tables, warm", "goal": GOAL, **measure.compared(figures, COLLECT, HAND)}

    figures = {side.name: [] for side in sides}
    for _ in range(3 if quick else 7):
        for side in sides:
            figures[side.name].append(first_call(socket, side, ids(1, PERSONS)))
    yield {**case, "case": "500 tables, first call of a session", **measure.compared(figures, COLLECT, HAND)}


def first_call(socket, side, person):
    """Milliseconds of the first statement of a fresh session. Connecting and starting the backend are not counted."""
    with measure.connect(socket, DATABASE) as session:
        begin = time.perf_counter()
        session.prepare(side)
        _, rows = session.call(side, str(person))
        seconds = time.perf_counter() - begin
    if rows != ROWS:
        raise measure.RowsDiffer(f"{side.name} returned {rows} rows instead of {ROWS}")
    return seconds * 1000
