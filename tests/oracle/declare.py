"""Random declared links: over a foreign key, by value, by a cast, into JSON, up to a parent, with conditions."""

from __future__ import annotations

import random

from model import Column, ForeignKey, Link, Model, Partition, Table
from script import ident

KINDS = ["owner", "owner", "owner", "accessor", "accessor", "accessor", "context", "ignore"]
NUMBERS = ("int", "bigint", "numeric")


def add_links(model: Model, rng: random.Random, roles: dict[Column, str]) -> None:
    declarer = Declarer(model, rng, roles)
    for _ in range(rng.choice([0, 1, 2, 2, 3, 3, 4, 5, 7])):
        link = declarer.any_link()
        if link and not declarer.clashes(link):
            link.late = rng.random() < 0.12
            model.links.append(link)


def pairs(source_columns: list, target_columns: list) -> frozenset:
    return frozenset(zip(source_columns, target_columns))


class Declarer:
    def __init__(self, model: Model, rng: random.Random, roles: dict[Column, str]) -> None:
        self.model = model
        self.rng = rng
        self.roles = roles

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def any_link(self) -> Link | None:
        ways = [self.over_key] * 5 + [self.by_value] * 4 + [self.up_to_parent] * 2 + [self.by_cast] * 2
        ways += [self.into_json, self.by_lower_case]
        link = self.rng.choice(ways)()
        if link and not link.condition and self.chance(0.25):
            link.condition, uses = self.condition(link.source, link.target)
            link.uses += uses
        return link

    def clashes(self, link: Link) -> bool:
        """The same columns of the same tables twice: which of the two counts is not what these tests are about."""
        same = pairs(link.source_columns, link.target_columns)
        for other in self.model.links:
            if (other.source, other.target) == (link.source, link.target):
                if pairs(other.source_columns, other.target_columns) == same:
                    return True
        return any(
            (key.referenced, key.table) == (link.source, link.target)
            and (key.referenced_part, key.part) != (link.source_part, link.target_part)
            and pairs(key.referenced_columns, key.columns) == same
            for key in self.model.keys
        )

    def over_key(self) -> Link | None:
        if not self.model.keys:
            return None
        key: ForeignKey = self.rng.choice(self.model.keys)
        both = list(zip(key.referenced_columns, key.columns))
        if self.chance(0.2):
            self.rng.shuffle(both)
        target = key.table
        children = [t for t in self.model.tables if t.parent is target]
        if children and self.chance(0.4):
            target = self.rng.choice(children)
        return Link(
            key.referenced, [s for s, _ in both], target, [t for _, t in both], self.rng.choice(KINDS),
            source_part=key.referenced_part, target_part=key.part,
        )  # fmt: skip

    def up_to_parent(self) -> Link | None:
        if not self.model.keys:
            return None
        key: ForeignKey = self.rng.choice(self.model.keys)
        return Link(
            key.table, list(key.columns), key.referenced, list(key.referenced_columns), self.rng.choice(KINDS),
            source_part=key.part, target_part=key.referenced_part,
        )  # fmt: skip

    def by_value(self) -> Link | None:
        source, target = self.rng.choice(self.model.tables), self.rng.choice(self.model.tables)
        email = [(s, t) for s in source.columns for t in target.columns if self.roles.get(s) == self.roles.get(t) == "email"]
        fitting = [(s, t) for s in source.columns for t in target.columns if comparable(s, t)]
        if source is target:
            fitting = [(s, t) for s, t in fitting if s is not t or self.chance(0.1)]
        if not fitting:
            return None
        both = self.rng.sample(fitting, min(len(fitting), self.rng.choice([1, 1, 1, 2])))
        if email and self.chance(0.5):
            both = [self.rng.choice(email)]
        link = Link(source, [s for s, _ in both], target, [t for _, t in both], self.rng.choice(KINDS))
        link.source_part, link.target_part = self.some_part(source), self.some_part(target)
        if self.chance(0.4):
            link.condition, link.uses = self.condition(source, target, self.chance(0.7))
        return link

    def some_part(self, table: Table) -> Partition | None:
        return self.rng.choice(table.partitioning.parts) if table.partitioning and self.chance(0.3) else None

    def by_cast(self) -> Link | None:
        texts = [(t, c) for t in self.model.tables for c in t.columns if self.roles.get(c) == "ref"]
        numbers = [(t, c) for t in self.model.tables for c in t.columns if c.type in NUMBERS and c in (t.primary or [c])]
        if not texts or not numbers:
            return None
        (table, text), (other, number) = self.rng.choice(texts), self.rng.choice(numbers)
        expression = f"({ident(text.name)}::{'int' if number.type == 'int' else number.type})"
        if self.chance(0.75):
            return Link(other, [number], table, [expression], self.rng.choice(KINDS), uses=[text])
        return Link(table, [expression], other, [number], self.rng.choice(KINDS), uses=[text])

    def into_json(self) -> Link | None:
        payloads = [(t, c) for t in self.model.tables for c in t.columns if self.roles.get(c) == "payload"]
        sources = [(t, c) for t in self.model.tables for c in t.columns if c.type in ("int", "bigint") or self.roles.get(c) == "ref"]
        if not payloads or not sources:
            return None
        (table, payload), (other, column) = self.rng.choice(payloads), self.rng.choice(sources)
        expression = f"({ident(payload.name)}->>'user')"
        if column.type != "text":
            expression = f"({expression}::{column.type})"
        return Link(other, [column], table, [expression], self.rng.choice(KINDS), uses=[payload])

    def by_lower_case(self) -> Link | None:
        emails = [(t, c) for t in self.model.tables for c in t.columns if self.roles.get(c) == "email"]
        if len(emails) < 2:
            return None
        (table, one), (other, two) = self.rng.sample(emails, 2)
        return Link(table, [f"(lower({ident(one.name)}))"], other, [f"(lower({ident(two.name)}))"], self.rng.choice(KINDS), uses=[one, two])

    def condition(self, source: Table, target: Table, polymorphic: bool = False) -> tuple[str | None, list[Column]]:
        def columns(table: Table, role: str) -> list[Column]:
            return [c for c in table.columns if self.roles.get(c) == role]

        choices: list[tuple[str, list[Column]]] = []
        for column in columns(target, "kind"):
            choices += [(f"target.{ident(column.name)} = '{kind}'", [column]) for kind in "ab"]
            if not polymorphic:
                first = target.columns[0]
                choices.append((f"target.{ident(first.name)} IS NOT NULL OR target.{ident(column.name)} = 'b'", [first, column]))
            for other in columns(source, "kind"):
                choices.append((f"source.{ident(other.name)} = target.{ident(column.name)}", [column, other]))
                choices.append((f"source.{ident(other.name)} = 'a' AND target.{ident(column.name)} <> 'c'", [column, other]))
        for column in columns(target, "n"):
            for other in columns(source, "n"):
                choices.append((f"coalesce(source.{ident(other.name)}, 0) < target.{ident(column.name)}", [column, other]))
            choices.append((f"target.{ident(column.name)} % 2 = 0", [column]))
        if not polymorphic:
            choices += [(f"source.{ident(c.name)} IN ('a', 'c')", [c]) for c in columns(source, "kind")]
            choices.append(("true", []))
        return self.rng.choice(choices) if choices else (None, [])


def comparable(one: Column, other: Column) -> bool:
    if one.type == "jsonb" or other.type == "jsonb":
        return False
    return one.type == other.type or (one.type in NUMBERS and other.type in NUMBERS)
