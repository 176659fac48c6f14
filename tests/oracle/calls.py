"""One call of gdpr_anonymise with all that is asked around it: the preview, what it returns, what it leaves, what it logs."""

from __future__ import annotations

import psycopg

from catalog import World
from expect import exact_values
from logged import events, log_problems
from model import Column
from naive import Answer
from outcome import check_keys, check_report, check_rows, check_unchanged, shown
from person import Person
from plan import Plan, make_plan
from script import regclass, start_id
from snapshot import Place, Tuple, snapshot

REPORT = "SELECT relation::oid, action, rows, ground FROM"


def act(person: Person, force: bool) -> Plan:
    """Calls it once, refused or not, and returns what it had to do."""
    world, answer = person.walk()
    before = snapshot(person.connection, world)
    rows = {row.place: row for table in before.values() for row in table}
    plan = make_plan(person.model, world, answer, rows, person.marks, person.request.cascade, force)
    known = set(events(person.connection))
    exact = exact_values(person.connection, person.model, world, plan)
    foreseen = preview(person, world, plan, force)
    check_unchanged(person, "preview", world, before, known)
    call = f"public.gdpr_anonymise({person.arguments(force)})"
    if plan.refused(person.reports):
        refused(person, call, world, before, known)
        return plan
    if not force:
        check_answer(person, plan, world, answer, False)
    report = [tuple(row) for row in person.say(f"{REPORT} {call}").fetchall()]
    check_call(person, call, world, plan, before, exact, report, foreseen)
    check_log(person, call, world, plan, report, before, known)
    check_answer(person, plan, world, answer, True)
    return plan


def check_call(
    person: Person, call: str, world: World, plan: Plan, before: dict[int, list[Tuple]],
    exact: dict[tuple[Place, Column], str | None], report: list[tuple], foreseen: list[tuple],
) -> None:  # fmt: skip
    check_report(person, call, world, plan.report | added(plan), report)
    if not plan.copied and report != foreseen:
        raise person.differs("preview", f"{call}\nreturned {shown(world, report)}\npreview said {shown(world, foreseen)}")
    check_rows(person, call, world, plan, before, exact)
    check_keys(person, call)


def check_log(
    person: Person, call: str, world: World, plan: Plan, report: list[tuple], before: dict[int, list[Tuple]], known: set[str]
) -> None:
    new = [event for id, event in events(person.connection).items() if id not in known]
    problems = log_problems(person.connection, person.model, world, plan, report, before, new)
    if problems:
        raise person.differs("log", f"{call}\n" + "\n".join(problems))


def preview(person: Person, world: World, plan: Plan, force: bool) -> list[tuple]:
    call = f"public.gdpr_preview('anonymise', {person.arguments(force)})"
    report = [tuple(row) for row in person.say(f"{REPORT} {call}").fetchall()]
    if not plan.refused(person.reports):
        check_report(person, call, world, plan.report, report)
        return report
    actions = {action for _, action, _, _ in report}
    expected = "unreviewed" if plan.unreviewed else "unregistered"
    if expected not in actions:
        raise person.differs("preview", f"{call}\nshows {shown(world, report)}")
    return report


def refused(person: Person, call: str, world: World, before: dict[int, list[Tuple]], known: set[str]) -> None:
    person.connection.execute("SAVEPOINT before_refusal")
    try:
        report = person.say(f"{REPORT} {call}").fetchall()
    except psycopg.Error as error:
        person.connection.execute("ROLLBACK TO before_refusal")
        if error.sqlstate != "55000":
            raise
    else:
        raise person.differs("refusal", f"{call}\nshould be refused with 55000, and returned {shown(world, report)}")
    check_unchanged(person, "refused call", world, before, known)


def check_answer(person: Person, plan: Plan, world: World, answer: Answer, done: bool) -> None:
    """gdpr_is_anonymised, where it must know: before, of rows with something to mask; and after."""
    own = {(f.row.relation, f.row.place) for f in answer.found if f.depth == 0}
    if person.start.array or not own & plan.masks.keys():
        return
    call = f"SELECT public.gdpr_is_anonymised({regclass(person.start.table)}, {start_id(person.start)})"
    if person.say(call).fetchone()[0] != done:
        raise person.differs("is_anonymised", f"{call}\nshould be {done}")


def added(plan: Plan) -> dict[tuple, int]:
    return {key: plan.report.get(key, 0) + rows for key, rows in plan.copied.items()}
