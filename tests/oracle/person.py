"""The one whom a model's request names: where the database stands, what was said to it, and what has been masked so far."""

from __future__ import annotations

import random
import uuid
from decimal import Decimal
from typing import Any

import psycopg

from catalog import World, read_world
from differs import Differs
from expect import Renamed
from model import Column, Model, Request, Start
from naive import Answer, Naive
from plan import relation_of
from script import ident, literal, regclass, start_id, text_array
from shapes import SHAPES
from snapshot import Place

WRITTEN = ("text", "bigint", "uuid")  # families whose values are never what they were


class Person:
    """`said` is every statement of this part, for a reader who wants to do it again."""

    def __init__(self, connection: psycopg.Connection, model: Model, request: Request, seen: set[str]) -> None:
        self.connection, self.model, self.request, self.seen = connection, model, request, seen
        self.start = request.start
        self.said: list[str] = []
        self.marks: set[tuple[Place, Column]] = set()  # values that were masked and not written since
        self.originals: set[str] = set()
        self.pseudonyms: dict[tuple, str | None] = {}
        self.reports = False
        self.refusal = ""  # the last one's words

    def say(self, sql: str) -> psycopg.Cursor:
        self.said.append(sql)
        return self.connection.execute(sql)

    def differs(self, kind: str, text: str) -> Differs:
        return Differs(f"{self.model.erase or 'anonymise'}: {kind}", text, self.said)

    def arguments(self, force: bool) -> str:
        options = [] if self.request.cascade else ["cascade => false"]
        options += ["force => true"] if force else []
        return ", ".join([regclass(self.start.table), start_id(self.start), *options])

    def walk(self) -> tuple[World, Answer]:
        world = read_world(self.connection, self.model.schemas)
        ids = [{column.name: value for column, value in values.items()} for values in self.start.ids]
        return world, Naive(world).walk(relation_of(world, self.start.table), ids)

    def settle(self) -> None:
        """Declares, at random, what every unreviewed link means."""
        if not self.request.cascade:
            return
        while True:
            world, answer = self.walk()
            if not answer.unreviewed:
                return
            asked = {
                e.link.name: e.link
                for e in answer.owner
                if not e.link.declared and e.source not in answer.walked and e.target in answer.unreviewed
            }
            for name, link in asked.items():
                kind = random.Random(f"{self.model.seed} {name}").choice(["owner", "accessor", "context", "ignore"])
                source, target = (literal(world.relations[oid]["sql"]) for oid in (link.source, link.target))
                self.say(
                    f"SELECT public.gdpr_link({source}, {text_array(link.source_columns)}, {target}, {text_array(link.target_columns)},"
                    f" {literal(kind)})"
                )

    def write(self) -> bool:
        """Somebody gives one anonymised column of one row a new value."""
        world, answer = self.walk()
        walked = {(row.relation, row.place) for row in answer.walked}
        # A row without a key is known by all of its values: with another one it is another row.
        fitting = [
            (place, c)
            for place, c in self.marks
            if place in walked and c.shape and SHAPES[c.shape].family in WRITTEN and world.identity(world.table(place[0]))
        ]
        if not fitting:
            return False
        rng = random.Random(self.model.seed)
        (relation, place), column = rng.choice(sorted(fitting, key=lambda one: (one[0], one[1].name)))
        value = SHAPES[column.shape].value(rng, 9999)
        self.originals.add(value)
        row = self.say(
            f"UPDATE ONLY {world.relations[relation]['sql']} SET {ident(column.name)} = {literal(value)}"
            f" WHERE ctid = {literal(place)} RETURNING tableoid, ctid::text"
        ).fetchone()
        old, new = (relation, place), (row[0], row[1])
        self.marks = {(new if p == old else p, c) for p, c in self.marks} - {(new, column)}
        self.seen.add("written between")
        return True

    def follow(self, renamed: Renamed) -> None:
        """The person may have got another key."""
        ids = []
        for values in self.start.ids:
            new = {c: renamed.keys.get((self.start.table, c), {}).get(str(v)) for c, v in values.items()}
            ids.append({c: v if new[c] is None else converted(new[c], v) for c, v in values.items()})
        self.start = Start(self.start.table, ids, self.start.form, self.start.array)


def converted(text: str, like: Any) -> Any:
    readers = {int: int, uuid.UUID: uuid.UUID, Decimal: Decimal}
    return readers.get(type(like), str)(text)
