"""A random database as plain objects.

The shrinker removes parts of these objects, so everything refers to everything else by identity: a deep copy keeps that.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Column:
    name: str
    type: str
    not_null: bool = False
    shape: str = ""  # of a personal column: its entry in SHAPES
    extra: str = ""  # a CHECK, a DEFAULT, an identity
    unique: str = ""  # the unique index that it has by itself, {c} is the column
    generated_from: Column | None = None
    is_marker: bool = False  # tells rows apart whose key gets new values


@dataclass(eq=False)
class Partition:
    """One partition. `values` for list, `bounds` for range, neither for hash and for a default partition."""

    schema: str
    name: str
    bound: str
    values: list | None = None
    bounds: tuple | None = None
    default: bool = False
    shuffled: bool = False
    hashed: list[str] = field(default_factory=list)  # names of hash partitions of this partition

    def holds(self, value: Any) -> bool:
        if self.values is not None:
            return value in self.values
        low, high = self.bounds or (None, None)
        return value is not None and (low is None or value >= low) and (high is None or value < high)


@dataclass(eq=False)
class Partitioning:
    strategy: str
    column: Column
    parts: list[Partition]

    def holds(self, part: Partition, value: Any) -> bool:
        if part.default:
            return not any(p.holds(value) for p in self.parts if not p.default)
        return part.holds(value)


@dataclass(eq=False)
class Rule:
    strategy: str
    parameters: dict[str, Any] = field(default_factory=dict)
    expected: str | None = None  # what a constant looks like once it is stored
    by_chance: bool = False  # an expression that gives something else each time

    @property
    def keeps(self) -> bool:
        return self.strategy == "keep"


@dataclass(eq=False)
class Entry:
    """What the registry says of a table when the person is anonymised. `rest` is the rule `*`."""

    rules: dict[Column, Rule] = field(default_factory=dict)
    rest: Rule | None = None
    on_erase: str | None = None
    ground: str | None = None


@dataclass(eq=False)
class Table:
    schema: str
    name: str
    own: list[Column]
    parent: Table | None = None  # old-style inheritance
    primary: list[Column] | None = None
    uniques: list[list[Column]] = field(default_factory=list)
    partitioning: Partitioning | None = None
    dropped_column: bool = False
    registered: dict | None = None  # arguments of gdpr_register
    entry: Entry | None = None
    rows: list[dict[Column, Any]] = field(default_factory=list)

    @property
    def columns(self) -> list[Column]:
        return (self.parent.columns if self.parent else []) + self.own

    @property
    def required(self) -> list[Column]:
        """Columns that may not be NULL; a child inherits this of its parent's primary key, but not the key itself."""
        inherited = self.parent.required if self.parent else []
        return [c for c in self.columns if c.not_null or c in (self.primary or []) or c in inherited]

    @property
    def identity(self) -> list[Column] | None:
        if self.primary:
            return self.primary
        strict = [key for key in self.uniques if all(c.not_null for c in key)] + [[c] for c in self.own if c.unique == "{c}" and c.not_null]
        if strict:
            return min(strict, key=len)
        if self.registered and self.registered.get("key"):
            return self.registered["key"]
        return None


@dataclass(eq=False)
class ForeignKey:
    table: Table
    columns: list[Column]
    referenced: Table
    referenced_columns: list[Column]
    part: Partition | None = None  # declared on this partition only
    referenced_part: Partition | None = None
    match_full: bool = False
    on_delete: str = ""

    def applies(self, row: dict) -> bool:
        return in_part(self.table, self.part, row)

    def candidates(self) -> list[dict]:
        return [row for row in self.referenced.rows if in_part(self.referenced, self.referenced_part, row)]


@dataclass(eq=False)
class Link:
    """A declared link; a column is a Column or the SQL text of an expression in parentheses."""

    source: Table
    source_columns: list
    target: Table
    target_columns: list
    kind: str
    condition: str | None = None
    source_part: Partition | None = None
    target_part: Partition | None = None
    uses: list[Column] = field(default_factory=list)  # columns that the condition or an expression needs
    late: bool = False


@dataclass(eq=False)
class Start:
    table: Table
    ids: list[dict[Column, Any]]
    form: str  # typed, text, or jsonb
    array: bool


@dataclass(eq=False)
class Trigger:
    """A user's trigger: it counts the updates of a row, does nothing, or copies the old row into a history table."""

    table: Table
    kind: str  # counting, row, statement, history
    counter: Column | None = None
    history: Table | None = None
    keys: list[tuple[Column, Column]] = field(default_factory=list)
    copies: list[tuple[Column, Column]] = field(default_factory=list)


@dataclass(eq=False)
class Request:
    """The person that is anonymised, and what happens besides."""

    start: Start
    cascade: bool
    write: bool  # a new value is written between two calls


@dataclass(eq=False)
class Model:
    seed: int
    schemas: list[str]
    search_path: list[str]
    tables: list[Table] = field(default_factory=list)
    keys: list[ForeignKey] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    late_registrations: list[Table] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)  # of a shape: the name of its domain or enum
    triggers: list[Trigger] = field(default_factory=list)
    request: Request | None = None
    erase: str | None = None  # the request is to erase or to delete
    scrub: bool = False  # instead of a request, the whole schema is scrubbed


def in_part(table: Table, part: Partition | None, row: dict) -> bool:
    return part is None or table.partitioning.holds(part, row.get(table.partitioning.column))


def descends(table: Table, ancestor: Table) -> bool:
    return table is ancestor or (table.parent is not None and descends(table.parent, ancestor))


def repair(model: Model) -> None:
    """Makes the data consistent: rows that break a key go, foreign keys that point nowhere become NULL (or their row goes)."""
    changed = True
    while changed:
        changed = False
        for table in model.tables:
            kept = []
            seen: set = set()
            for row in table.rows:
                if (
                    table.partitioning
                    and not any(table.partitioning.holds(p, row.get(table.partitioning.column)) for p in table.partitioning.parts)
                    and table.partitioning.strategy != "hash"
                ):
                    continue
                if any(row.get(c) is None for c in table.required):
                    continue
                keys = [table.primary] if table.primary else []
                keys += table.uniques + ([table.registered["key"]] if table.registered and table.registered.get("key") else [])
                values = {(i, tuple(row.get(c) for c in key)) for i, key in enumerate(keys) if all(row.get(c) is not None for c in key)}
                if values & seen:
                    continue
                seen |= values
                kept.append(row)
            changed |= len(kept) != len(table.rows)
            table.rows = kept
        for key in model.keys:
            valid = {tuple(row.get(c) for c in key.referenced_columns) for row in key.candidates()}
            for row in list(key.table.rows):
                values = tuple(row.get(c) for c in key.columns)
                nulls = values.count(None)
                broken = key.match_full and 0 < nulls < len(values)
                if not key.applies(row) or not broken and (nulls or values in valid):
                    continue
                changed = True
                fixed = [c for c in key.columns if c in key.table.required]
                routes = key.table.partitioning and key.table.partitioning.column in key.columns
                if routes or (fixed and (key.match_full or len(fixed) == len(key.columns))):
                    key.table.rows = [r for r in key.table.rows if r is not row]
                    continue
                for column in key.columns:
                    if column not in fixed:
                        row[column] = None


def day(number: int) -> datetime.date:
    return datetime.date(2020, 1, 1) + datetime.timedelta(days=number)
