"""Random data for a random schema: few rows, and parents chosen so that people, shared rows and cycles really occur."""

from __future__ import annotations

import random
import uuid
from decimal import Decimal
from typing import Any

from model import Column, ForeignKey, Model, Table, day, repair

PAYLOADS = ["{}", "[]", '{"user": "%d"}', '{"user": %d, "x": 1.50}', '{"user": null}']
ODD_TEXTS = ["", "it's", 'q"q', "back\\s", "{x,y}", "NULL", "ünï", "A", "a\u200b"]


def value(type_name: str, number: int, rng: random.Random) -> Any:
    """The number as a value of a type. Numeric values come in several spellings that are equal."""
    if type_name in ("int", "bigint"):
        return number
    if type_name == "numeric":
        return Decimal(number).quantize(Decimal(rng.choice(["1", "1.0", "1.00"])))
    if type_name == "date":
        return day(number)
    if type_name == "uuid":
        return uuid.UUID(int=number * 0x1234567890ABCDEF1234567)
    if number % 7 == 3:
        return ODD_TEXTS[number % 9] + str(number)
    return f"k{number}"


def converted(value: Any, column: Column) -> Any:
    return int(value) if isinstance(value, Decimal) and column.type != "numeric" else value


def fill(model: Model, rng: random.Random, roles: dict[Column, str]) -> None:
    filler = Filler(model, rng, roles)
    for table in model.tables:
        filler.fill_table(table)
    # Keys that are foreign keys themselves come first; each of the others respects the columns it shares with these.
    for key in sorted(model.keys, key=lambda k: not any(c in (k.table.primary or []) for c in k.columns)):
        filler.fill_key(key)
    filler.close_cycles()
    repair(model)


class Filler:
    def __init__(self, model: Model, rng: random.Random, roles: dict[Column, str]) -> None:
        self.model = model
        self.rng = rng
        self.roles = roles
        self.filled: set[tuple[Table, Column]] = set()
        # How often a row takes any parent instead of the first: the lower, the more is owned by one person alone.
        self.spread = rng.choice([0.0, 0.2, 0.5, 1.0])

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def fill_table(self, table: Table) -> None:
        count = 30 if self.chance(0.03) else self.rng.choice([0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8])
        pool = 40 if count == 30 else 12
        table.rows = [{c: self.cell(table, c, pool) for c in table.columns} for _ in range(count)]
        if table.primary and len(table.primary) == 1:
            for row, number in zip(table.rows, self.rng.sample(range(1, pool + 1), count)):
                row[table.primary[0]] = value(table.primary[0].type, number, self.rng)

    def cell(self, table: Table, column: Column, pool: int) -> Any:
        if column not in table.required and self.chance(0.12):
            return None
        role = self.roles.get(column)
        if role == "payload":
            return self.rng.choice(PAYLOADS).replace("%d", str(self.rng.randint(1, 6)))
        if role == "kind":
            return self.rng.choice(["a", "b", "c"])
        if role == "ref":
            return str(self.rng.randint(1, 6))
        if role == "email":
            return self.rng.choice(["p%d@example.org", "P%d@example.org"]) % self.rng.randint(1, 4)
        return value(column.type, self.rng.randint(1, pool), self.rng)

    def fill_key(self, key: ForeignKey) -> None:
        candidates = key.candidates()
        shared = [(c, r) for c, r in zip(key.columns, key.referenced_columns) if (key.table, c) in self.filled]
        free = [(c, r) for c, r in zip(key.columns, key.referenced_columns) if (key.table, c) not in self.filled]
        optional = not any(c in key.table.required for c in key.columns)
        for row in key.table.rows:
            fitting = [r for r in candidates if all(r.get(theirs) == row.get(ours) for ours, theirs in shared)]
            if optional and (not fitting or self.chance(0.2)):
                for column, _ in free:
                    if key.match_full or self.chance(0.7):
                        row[column] = None
            elif fitting:
                parent = self.rng.choice(fitting) if self.chance(self.spread) else fitting[0]
                for column, referenced in free:
                    row[column] = converted(parent.get(referenced), column)
        self.filled.update((key.table, c) for c in key.columns)

    def close_cycles(self) -> None:
        """Two rows that refer to each other, as an order and its invoice do."""
        for there in self.model.keys:
            for back in self.model.keys:
                mutual = there.table is back.referenced and back.table is there.referenced and there is not back
                if mutual and self.chance(0.5) and not any(c in (there.table.primary or []) for c in there.columns):
                    self.refer_back(there, back)

    @staticmethod
    def refer_back(there: ForeignKey, back: ForeignKey) -> None:
        for row in back.table.rows:
            for other in there.table.rows:
                if all(row.get(a) == other.get(b) is not None for a, b in zip(back.columns, back.referenced_columns)):
                    for column, referenced in zip(there.columns, there.referenced_columns):
                        other[column] = converted(row.get(referenced), column)
