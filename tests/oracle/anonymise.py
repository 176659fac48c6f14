"""Anonymises one person of a random schema, several times, and compares all that the database then holds with the naive plan."""

from __future__ import annotations

import psycopg

from calls import act
from catalog import World
from histories import create_trigger
from model import Model
from noticed import notice_call
from person import Person
from script import enter
from snapshot import snapshot


def examine_request(connection: psycopg.Connection, model: Model, seen: set[str]) -> None:
    person = Person(connection, model, model.request, seen)
    try:
        prepare(person)
        person.settle()
        first(person)
        again(person)
    except psycopg.Error as error:
        text = f"{person.said[-1]}\nraised {error.sqlstate}: {error}\n{error.diag.message_detail}"
        raise person.differs(f"error {error.sqlstate}", text) from error


def prepare(person: Person) -> None:
    person.say("SET LOCAL timezone = 'UTC'")
    for number, trigger in enumerate(person.model.triggers):
        for sql in create_trigger(trigger, number):
            person.say(sql)
    for table in person.model.tables:
        if table.entry:
            person.say(enter(table))


def first(person: Person) -> None:
    world, _ = person.walk()
    person.originals = values(person, world)
    plan = act(person, force=False)
    if plan.unregistered:
        person.reports = True
        person.say("SET LOCAL gdpr_ext.unregistered = 'report'")
        plan = act(person, force=False)
    notice_call(person.seen, person.model, person.start, plan)


def values(person: Person, world: World) -> set[str]:
    return {text for rows in snapshot(person.connection, world).values() for row in rows for text in row.values.values() if text}


def again(person: Person) -> None:
    """A second call, one after somebody has written something, and one that does everything again."""
    if not act(person, force=False).masks:
        person.seen.add("second call")
    if person.request.write and person.write():
        act(person, force=False)
    if act(person, force=True).masks:
        person.seen.add("forced")
