"""Erases or deletes one person of a random schema, twice, and compares all that the database then holds with the naive expectation."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby

import psycopg

from anonymise import prepare, values
from calls import REPORT
from catalog import World
from expect import Expectation, Renamed, Same, exact_values
from exported import check_export, check_foreseen
from fates import Erasure, make_erasure
from logged import events, is_plain, personal, plain
from masked import Masked
from match import match, misfits
from model import Model
from naive import Answer
from outcome import check_keys, check_unchanged, named, shown
from person import Person
from plan import table_of
from snapshot import Place, Tuple, snapshot

ORDER = ["deleted", "anonymised", "pseudonymised", "detached", "kept", "unregistered"]
KINDS = [
    "erased", "deleted", "row goes", "row is held", "row is held by a kept one", "row is detached", "outside row is detached",
    "erased: masked", "erased: shared", "erased: kept", "erased twice", "outside row refuses", "unreviewed erase",
]  # fmt: skip


def examine_erasure(connection: psycopg.Connection, model: Model, seen: set[str]) -> None:
    person = Person(connection, model, model.request, seen)
    try:
        prepare(person)
        if person.walk()[1].unreviewed:
            act(person)
            seen.add("unreviewed erase")
        person.settle()
        person.originals = values(person, person.walk()[0])
        plan = act(person)
        if plan.unregistered:
            person.reports = True
            person.say("SET LOCAL gdpr_ext.unregistered = 'report'")
            plan = act(person)
        if not (plan.codes(person.reports) or plan.unclear or forgets(person, plan)):
            again = act(person)
            seen.add("erased twice")
            # Letting go can put a row outside that still holds the person's: then the second call is refused.
            if (again.gone or again.masks) and not again.codes(person.reports):
                raise person.differs("second call", "a second call has something to do")
    except psycopg.Error as error:
        text = f"{person.said[-1]}\nraised {error.sqlstate}: {error}\n{error.diag.message_detail}"
        raise person.differs(f"error {error.sqlstate}", text) from error


def forgets(person: Person, plan: Erasure) -> bool:
    """A row without a key is known by all of its values: what lets go is another row then."""
    world, _ = person.walk()
    return any(not world.identity(world.table(place[0])) for place in plan.nulls.keys() & plan.masks.keys())


def act(person: Person) -> Erasure:
    """One call, with the preview before it."""
    goal = person.model.erase
    world, answer = person.walk()
    before = snapshot(person.connection, world)
    rows = {row.place: row for table in before.values() for row in table}
    plan = make_erasure(person.model, world, answer, rows, person.marks, goal)
    known = set(events(person.connection))
    exact = exact_values(person.connection, person.model, world, plan)
    foreseen, code = attempt(person, f"public.gdpr_preview('{goal}', {person.arguments(False)})")
    check_document(person, world, answer, foreseen)
    check_unchanged(person, "preview", world, before, known)
    if not plan.unclear:
        check_refusal(person, world, plan.codes(True), foreseen, code, plan.unreviewed)
    call = f"public.gdpr_{goal}({person.arguments(False)})"
    report, code = attempt(person, call)
    if plan.unclear and code:
        check_unchanged(person, "refused call", world, before, known)
        return plan
    check_refusal(person, world, plan.codes(person.reports), report, code, False)
    notice(person, world, plan, answer)
    if report is None:
        check_unchanged(person, "refused call", world, before, known)
        return plan
    if report != foreseen:
        raise person.differs("preview", f"{call}\nreturned {shown(world, report)}\npreview said {foreseen and shown(world, foreseen)}")
    check_rows(person, call, world, plan, before, exact)
    check_keys(person, call)
    check_report(person, call, world, plan, report)
    check_log(person, call, world, plan, report, before, known)
    return plan


def check_document(person: Person, world: World, answer: Answer, foreseen: list[tuple] | None) -> None:
    """Access and erasure are about the same rows."""
    counts = check_export(person.connection, world, answer, person.start, person.seen)
    problems = check_foreseen(counts, foreseen) if counts is not None and foreseen is not None else []
    if problems:
        raise person.differs("export", f"{person.said[-1]}\n" + "\n".join(problems))


def attempt(person: Person, call: str) -> tuple[list[tuple] | None, str | None]:
    person.connection.execute("SAVEPOINT attempt")
    try:
        return [tuple(row) for row in person.say(f"{REPORT} {call}").fetchall()], None
    except psycopg.Error as error:
        person.connection.execute("ROLLBACK TO attempt")
        if error.sqlstate not in ("23503", "55000") and not isinstance(error, psycopg.IntegrityError):
            raise
        person.refusal = f"{error.sqlstate}: {error}\n{error.diag.message_detail}"
        return None, error.sqlstate


def check_refusal(person: Person, world: World, codes: set[str], report: list | None, code: str | None, may_pass: bool) -> None:
    """A preview shows unreviewed rows and refuses nothing for them; that is `may_pass`."""
    if code and code not in codes:
        raise person.differs(f"refusal {code}", f"{person.said[-1]}\nrefused, expected {codes or 'success'}: {person.refusal}")
    if codes and not code and not may_pass:
        raise person.differs("no refusal", f"{person.said[-1]}\nshould be refused with {codes}, returned {shown(world, report)}")


def check_report(person: Person, call: str, world: World, plan: Erasure, report: list[tuple]) -> None:
    wanted = Counter((*key, rows) for key, rows in plan.report.items())
    actual = Counter((relation, action, ground, rows) for relation, action, rows, ground in report)
    if wanted != actual:
        lines = [f"  only naive:     {named(world, row)}" for row in (wanted - actual).elements()]
        lines += [f"  only extension: {named(world, row)}" for row in (actual - wanted).elements()]
        raise person.differs("report", f"{call}\n" + "\n".join(lines))
    tables = [relation for relation, _ in groupby(report, key=lambda row: row[0])]
    ranks = [(tables.index(relation), ORDER.index(action)) for relation, action, _, _ in report]
    if len(tables) != len(set(tables)) or ranks != sorted(ranks):
        raise person.differs("order", f"{call}\nreturned {shown(world, report)}")


def check_rows(person: Person, call: str, world: World, plan: Erasure, before: dict[int, list[Tuple]], exact: dict) -> None:
    """Every row of the database: gone, masked, without a key, or as it was."""
    after = snapshot(person.connection, world)
    expectation = Expectation(person.model, world, plan, exact, person.originals)
    marked: dict[Place, set] = {}
    for place, column in person.marks:
        marked.setdefault(place, set()).add(column)
    marks = set()
    for relation, patterns in expectation.patterns(before, Renamed()).items():
        remaining = [p for p in patterns if p.place not in plan.gone]
        for pattern in remaining:
            pattern.cells |= {name: Same(None) for name in plan.nulls.get(pattern.place, ())}
        pairs, lost, strange = match(remaining, after[relation])
        if lost or strange:
            text = "\n".join([*misfits(lost, strange), *(f"  left over: {row.values}" for row in strange)])
            raise person.differs("rows", f"{call}\n{world.relations[relation]['name']}:\n{text}")
        for pattern, row in pairs.items():
            marks |= {(row.place, cell.column) for cell in pattern.cells.values() if isinstance(cell, Masked)}
            marks |= {(row.place, c) for c in marked.get(pattern.place, ())}
            # A foreign key with a rule of its own: NULL either way.
            marks |= {(row.place, c) for c in plan.masks.get(pattern.place, ())}
    person.marks = marks


def check_log(
    person: Person, call: str, world: World, plan: Erasure, report: list[tuple], before: dict[int, list[Tuple]], known: set[str]
) -> None:
    """Of detached rows only that they are logged: whether an event is about a table or a foreign key is left open."""
    new = [event for id, event in events(person.connection).items() if id not in known]
    sql = {oid: about["sql"] for oid, about in world.relations.items()}
    wanted = Counter((sql[oid], action, rows, ground) for oid, action, rows, ground in report if action != "detached")
    logged = Counter((e["relation"], e["action"], e["rows"], e["ground"]) for e in new if e["action"] != "detached")
    problems = [f"events are {sorted(logged, key=str)}, should be {sorted(wanted, key=str)}"] if wanted != logged else []
    if {sql[row[0]] for row in report if row[1] == "detached"} != {e["relation"] for e in new if e["action"] == "detached"}:
        problems.append("other tables are logged as detached than were reported")
    if {e["call"] for e in new} - {person.model.erase} or len({e["request"] for e in new}) > 1:
        problems.append("several requests, or another call")
    for event in new:
        relation = next(oid for oid, name in sql.items() if name == event["relation"])
        table = table_of(person.model, world, relation)
        if event["action"] == "deleted" and table.identity and all(is_plain(person.model, table, c) for c in table.identity):
            gone = [row.values for row in before[relation] if row.place in plan.gone]
            keys = Counter(json.dumps([plain(c, row[c.name]) for c in table.identity]) for row in gone)
            if keys != Counter(json.dumps(key if isinstance(key, list) else [key]) for key in event["keys"]):
                problems.append(f"{event['relation']}: keys are {event['keys']}, should be {sorted(keys.elements())}")
    problems += personal(person.connection, person.model, world, before)
    if problems:
        raise person.differs("log", f"{call}\n" + "\n".join(problems))


def notice(person: Person, world: World, plan: Erasure, answer) -> None:
    found = {(f.row.relation, f.row.place) for f in answer.found}
    actions = {action for _, action, _ in plan.report}
    kept = {world.relations[relation]["sql"] for relation, action, _ in plan.report if action == "kept"}
    signs = {
        "erased": person.model.erase == "erase",
        "deleted": person.model.erase == "delete",
        "row goes": plan.gone,
        "row is held": plan.forced,
        "row is held by a kept one": any(names & kept for names in plan.forced.values()),
        "row is detached": plan.nulls.keys() & found,
        "outside row is detached": plan.nulls.keys() - found,
        "erased: masked": plan.masks,
        "erased: shared": any(f.shared for f in answer.found),
        "erased: kept": "kept" in actions,
        "outside row refuses": plan.stuck,
    }
    person.seen.update(name for name, sign in signs.items() if sign)
