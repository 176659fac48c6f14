"""Random schemas with random data. The same seed always gives the same schema."""

from __future__ import annotations

import random
from typing import Any

from declare import add_links
from erasure import add_erasure
from fill import fill, value
from model import Column, ForeignKey, Model, Partition, Partitioning, Start, Table, descends, repair
from names import Namer, cut
from rules import add_rules
from script import literal
from scrubbing import add_scrub

KEY_TYPES = ["int", "int", "int", "bigint", "bigint", "uuid", "text", "date", "numeric"]
# What a foreign key to a column of this type may be itself.
REFERENCING = {"int": ["int"] * 4 + ["bigint"], "bigint": ["bigint", "bigint", "int"], "numeric": ["numeric", "numeric", "int"]}
ROLES = [("kind", "text", 0.4), ("n", "int", 0.3), ("email", "text", 0.25), ("ref", "text", 0.2), ("payload", "jsonb", 0.12)]
ON_DELETE = ["", "", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT"]

RULED = 5  # of so many schemas one goes on from the walks to anonymising, one to erasing, and one to scrubbing


class Generator:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names = Namer(self.rng)
        schemas = [self.names.name("schemas", f"s{i}") for i in range(self.rng.choice([1, 1, 2, 3]))]
        path = self.rng.sample(schemas, self.rng.randint(0, len(schemas)))
        self.model = Model(seed, schemas, path)
        self.roles: dict[Column, str] = {}  # what a column was made for: kind, n, email, ref, payload

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def build(self) -> Model:
        for i in range(self.rng.choice([2, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 12, 15])):
            self.add_table(i)
        for table in list(self.model.tables):
            for _ in range(self.rng.choice([0, 1, 1, 1, 2, 2, 3])):
                self.add_reference(table)
        self.ensure_connected()
        if self.chance(0.4):
            for _ in range(self.rng.choice([1, 1, 2])):
                self.add_child()
        self.add_partition_keys()
        self.register_subjects()
        fill(self.model, self.rng, self.roles)
        add_links(self.model, self.rng, self.roles)
        repair(self.model)
        self.add_starts()
        return self.model

    # Tables

    def new_table(self, plain: str) -> Table:
        model = self.model
        schema = self.rng.choice(model.schemas)
        others = [t.name for t in model.tables if t.schema != schema]
        name = self.rng.choice(others) if others and self.chance(0.2) else ""
        if not name or not self.names.same(schema, name):
            name = self.names.name(schema, plain)
        table = Table(schema, name, [])
        model.tables.append(table)
        return table

    def column(self, table: Table, plain: str, type_name: str, not_null: bool = False) -> Column:
        # One scope for all inheritance: a column added to a parent must not clash with a child's.
        scope = "columns" if any(t.parent for t in self.model.tables) or table.parent else table
        taken = self.names.taken.setdefault(scope, set())
        if scope == "columns":
            taken.update(c.name for t in self.model.tables for c in t.columns)
        taken.update(["to be dropped", "tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"])
        column = Column(self.names.name(scope, plain), type_name, not_null)
        table.own.append(column)
        return column

    def add_table(self, i: int) -> None:
        table = self.new_table(f"t{i}")
        table.dropped_column = self.chance(0.1)
        style = self.rng.random() if i else self.rng.uniform(0.0, 0.76)
        earlier = [t for t in self.model.tables[:-1] if t.identity]
        if style < 0.58:
            table.primary = [self.column(table, "id", self.rng.choice(KEY_TYPES))]
        elif style < 0.70:
            table.primary = [self.column(table, f"k{n}", self.rng.choice(KEY_TYPES)) for n in range(self.rng.choice([2, 2, 3]))]
        elif style < 0.73:
            table.uniques = [[self.column(table, "code", self.rng.choice(KEY_TYPES), True)]]
        elif style < 0.76:
            key = [self.column(table, "natural", self.rng.choice(KEY_TYPES), True)]
            table.registered = {"key": key}
        elif style < 0.89 and earlier:
            # A row that is known by what it belongs to: one to one, or a link table.
            parents = [self.rng.choice(earlier) for _ in range(1 if style < 0.82 else 2)]
            table.primary = [column for parent in parents for column in self.refer(table, parent, True)]
        if table.primary and self.chance(0.3):
            columns = [self.column(table, "alt", self.rng.choice(KEY_TYPES), self.chance(0.3)) for _ in range(self.rng.choice([1, 1, 2]))]
            table.uniques.append(columns)
        for role, type_name, probability in ROLES:
            if self.chance(probability):
                self.roles[self.column(table, role, type_name)] = role
        if not table.own:
            self.column(table, "n", "int")
        if self.chance(0.14):
            self.partition(table)

    def partition(self, table: Table) -> None:
        # Of a partitioned table every unique key must hold the partition key.
        table.uniques = [] if table.primary else table.uniques
        keys = table.primary or (table.uniques[0] if table.uniques else table.own)
        usable = [c for c in keys if c.type != "jsonb"]
        if not usable:
            return
        column = self.rng.choice(usable)
        parts = []

        def part(bound: str, **how: Any) -> None:
            name = self.names.name(table.schema, f"{cut(table.name, 58)}_p{len(parts)}")
            parts.append(Partition(table.schema, name, bound, shuffled=self.chance(0.3) and not table.dropped_column, **how))

        strategy = self.rng.choice(["hash", "list", "range"])
        if column.type == "uuid" or (column.type == "text" and strategy == "range"):
            strategy = "hash"
        if strategy == "hash":
            modulus = self.rng.choice([2, 3])
            for i in range(modulus):
                part(f"FOR VALUES WITH (MODULUS {modulus}, REMAINDER {i})")
        elif strategy == "list":
            for i in range(2):
                values = [value(column.type, n, self.rng) for n in range(i + 1, 12, 3)]
                part("FOR VALUES IN (" + ", ".join(literal(v) for v in values) + ")", values=values)
            part("DEFAULT", default=True)
        else:
            low, high = value(column.type, 3, self.rng), value(column.type, 6, self.rng)
            part(f"FOR VALUES FROM (MINVALUE) TO ({literal(low)})", bounds=(None, low))
            part(f"FOR VALUES FROM ({literal(low)}) TO ({literal(high)})", bounds=(low, high))
            part("DEFAULT", default=True)
        if strategy != "hash" and not parts[0].shuffled and self.chance(0.3):
            parts[0].hashed = [self.names.name(table.schema, f"leaf{i}") for i in range(2)]
        table.partitioning = Partitioning(strategy, column, parts)

    def add_child(self) -> None:
        parents = [t for t in self.model.tables if not t.partitioning and not t.dropped_column]
        if not parents:
            return
        parent = self.rng.choice(parents)
        child = self.new_table("child")
        child.parent = parent
        self.column(child, "extra", "text")
        if parent.primary and self.chance(0.6):
            child.primary = list(parent.primary)
        for key in [k for k in self.model.keys if k.table is parent and not k.part]:
            if self.chance(0.3):
                self.model.keys.append(ForeignKey(child, key.columns, key.referenced, key.referenced_columns))
        if child.primary and self.chance(0.6):
            self.refer(self.rng.choice([t for t in self.model.tables if not t.partitioning]), child)
        if self.chance(0.5):
            self.add_reference(child)

    # Foreign keys

    def referenceable(self, table: Table) -> list[list[Column]]:
        return ([table.primary] if table.primary else []) + table.uniques

    def add_reference(self, table: Table) -> None:
        tables = [t for t in self.model.tables if self.referenceable(t)]
        if not tables:
            return
        earlier = [t for t in tables if self.model.tables.index(t) < self.model.tables.index(table)]
        last = [k.referenced for k in self.model.keys if k.table is table and self.referenceable(k.referenced)]
        choice = self.rng.random()
        target = self.rng.choice(tables)
        if choice < 0.6 and earlier:
            target = self.rng.choice(earlier[:3] if self.chance(0.5) else earlier)
        elif choice < 0.7 and table in tables:
            target = table
        elif choice < 0.8 and last:
            target = self.rng.choice(last)
        self.refer(table, target)

    def refer(self, table: Table, target: Table, as_key: bool = False) -> list[Column]:
        keys = self.referenceable(target)
        if not keys:
            return [self.column(table, "id", "int")] if as_key else []
        referenced = self.rng.choice(keys) if self.chance(0.3) else keys[0]
        not_null = not as_key and self.chance(0.3)
        columns: list[Column] = []
        for column in referenced:
            # A column that two foreign keys share, as a tenant is.
            taken = columns + (table.primary or []) + list(self.roles)
            usable = [c for c in table.own if c.type == column.type and c not in taken]
            if not as_key and usable and self.chance(0.2 if len(referenced) > 1 else 0.04):
                columns.append(self.rng.choice(usable))
                continue
            type_name = self.rng.choice(REFERENCING.get(column.type, [column.type]))
            columns.append(self.column(table, "fk", type_name, not_null and not descends(target, table)))
        key = ForeignKey(table, columns, target, referenced)
        key.match_full = len(columns) > 1 and not as_key and not table.partitioning and self.chance(0.15)
        key.on_delete = self.rng.choice(ON_DELETE)
        self.model.keys.append(key)
        return columns

    def ensure_connected(self) -> None:
        first = self.model.tables[0]
        if not any(k.referenced is first and k.table is not first for k in self.model.keys) and self.referenceable(first):
            self.refer(self.rng.choice(self.model.tables[1:]), first)

    def add_partition_keys(self) -> None:
        """Foreign keys that only one partition has, or that refer to one partition."""
        routed = [t for t in self.model.tables if t.partitioning and t.partitioning.strategy != "hash"]
        for table in routed:
            part = self.rng.choice(table.partitioning.parts)
            own = [k for k in self.model.keys if k.table is table and k.referenced is not table and len(k.columns) == 1]
            if own and self.chance(0.3):
                self.rng.choice(own).part = part
            to = [k for k in self.model.keys if k.referenced is table and k.table is not table and not k.part]
            if to and self.chance(0.3):
                self.rng.choice(to).referenced_part = part

    # What the registry knows

    def register_subjects(self) -> None:
        usable = [t for t in self.model.tables if t.identity]
        for table in self.model.tables:
            if table.registered is None and self.chance(0.2):
                table.registered = {}
            if table.registered is not None and self.chance(0.3):
                table.registered["subject"] = False
        people = [t for t in self.model.tables[:3] if t in usable] or usable[:1]
        for table in self.rng.sample(people, min(len(people), self.rng.choice([0, 1, 1, 2, 3]))):
            table.registered = (table.registered or {}) | {"subject": True}
        if usable and self.chance(0.2):
            table = self.rng.choice(usable)
            table.registered = (table.registered or {}) | {"subject": True}
        registered = [t for t in self.model.tables if t.registered and not t.registered.get("key")]
        if registered and self.chance(0.15):
            self.model.late_registrations = [self.rng.choice(registered)]

    # Where the walks start

    def add_starts(self) -> None:
        usable = [t for t in self.model.tables if t.identity]
        filled = [t for t in usable if t.rows]
        preferred = [t for t in filled if t in self.model.tables[:3] or (t.registered or {}).get("subject")]
        linked = [link.source for link in self.model.links if link.source in filled]
        for _ in range(4 if filled else 0):
            table = self.rng.choice(preferred if preferred and self.chance(0.7) else filled)
            if linked and self.chance(0.35):
                table = self.rng.choice(linked)
            array = self.chance(0.3)
            rows = self.rng.choices(table.rows, k=self.rng.choice([1, 2, 3])) if array else [self.rng.choice(table.rows)]
            self.start(table, [{c: row[c] for c in table.identity} for row in rows], array)
        if usable and self.chance(0.2):
            table = self.rng.choice(usable)
            self.start(table, [{c: value(c.type, 77, self.rng) for c in table.identity}], self.chance(0.3))

    def start(self, table: Table, ids: list, array: bool) -> None:
        if array and self.chance(0.2):
            ids.append({c: value(c.type, 78, self.rng) for c in table.identity})
        form = self.rng.choice(["typed", "text", "jsonb"])
        self.model.starts.append(Start(table, ids, form, array))


def generate(seed: int) -> Model:
    generator = Generator(seed)
    model = generator.build()
    if seed % RULED == 0:
        add_rules(generator)
    elif seed % RULED == 1:
        add_erasure(generator)
    elif seed % RULED == 2:
        add_scrub(generator)
    return model
