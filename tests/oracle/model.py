"""A random database as plain objects, and the SQL that creates it.

The shrinker removes parts of these objects, so everything refers to everything else by identity (a deep copy keeps that)
and nothing but `script` knows SQL.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(eq=False)
class Column:
    name: str
    type: str
    not_null: bool = False


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
        strict = [key for key in self.uniques if all(c.not_null for c in key)]
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
class Model:
    seed: int
    schemas: list[str]
    search_path: list[str]
    tables: list[Table] = field(default_factory=list)
    keys: list[ForeignKey] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    late_registrations: list[Table] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)


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
                if table.partitioning and not any(
                    table.partitioning.holds(p, row.get(table.partitioning.column)) for p in table.partitioning.parts
                ) and table.partitioning.strategy != "hash":
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


def ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (int, Decimal)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def qualified(table: Table, part: Partition | None = None) -> str:
    return f"{ident((part or table).schema)}.{ident((part or table).name)}"


def regclass(table: Table, part: Partition | None = None) -> str:
    return literal(qualified(table, part)) + "::regclass"


def text_array(names: list[str]) -> str:
    return "ARRAY[" + ", ".join(literal(n) for n in names) + "]::text[]"


def idents(columns: list[Column]) -> str:
    return ", ".join(ident(c.name) for c in columns)


def column_definition(column: Column) -> str:
    return f"{ident(column.name)} {column.type}" + (" NOT NULL" if column.not_null else "")


def create_table(table: Table) -> list[str]:
    columns = [column_definition(c) for c in table.own]
    if table.dropped_column:
        columns.insert(len(columns) // 2, '"to be dropped" text')
    if table.primary:
        columns.append(f"PRIMARY KEY ({idents(table.primary)})")
    columns += [f"UNIQUE ({idents(key)})" for key in table.uniques]
    sql = f"CREATE TABLE {qualified(table)} ({', '.join(columns)})"
    if table.parent:
        sql += f" INHERITS ({qualified(table.parent)})"
    if not table.partitioning:
        return [sql] + drop_column(table)
    how = table.partitioning
    out = [f"{sql} PARTITION BY {how.strategy} ({ident(how.column.name)})"] + drop_column(table)
    for part in how.parts:
        name = f"{ident(part.schema)}.{ident(part.name)}"
        if part.hashed:
            out.append(f"CREATE TABLE {name} PARTITION OF {qualified(table)} {part.bound} PARTITION BY hash ({ident(how.column.name)})")
            for i, leaf in enumerate(part.hashed):
                out.append(
                    f"CREATE TABLE {ident(part.schema)}.{ident(leaf)} PARTITION OF {name}"
                    f" FOR VALUES WITH (MODULUS {len(part.hashed)}, REMAINDER {i})"
                )
        elif part.shuffled:
            # Attached with its columns in another order: attribute numbers differ from the parent's.
            primary = table.primary or []
            definitions = [
                column_definition(c) + (" NOT NULL" if c in primary and not c.not_null else "") for c in reversed(table.columns)
            ]
            out.append(f"CREATE TABLE {name} ({', '.join(definitions)})")
            out.append(f"ALTER TABLE {qualified(table)} ATTACH PARTITION {name} {part.bound}")
        else:
            out.append(f"CREATE TABLE {name} PARTITION OF {qualified(table)} {part.bound}")
    return out


def drop_column(table: Table) -> list[str]:
    return [f'ALTER TABLE {qualified(table)} DROP COLUMN "to be dropped"'] if table.dropped_column else []


def insert(table: Table) -> list[str]:
    if not table.rows:
        return []
    columns = table.columns
    rows = ",\n  ".join("(" + ", ".join(literal(row.get(c)) for c in columns) + ")" for row in table.rows)
    return [f"INSERT INTO {qualified(table)} ({idents(columns)}) VALUES\n  {rows}"]


def add_foreign_key(key: ForeignKey) -> str:
    return (
        f"ALTER TABLE {qualified(key.table, key.part)} ADD FOREIGN KEY ({idents(key.columns)})"
        f" REFERENCES {qualified(key.referenced, key.referenced_part)} ({idents(key.referenced_columns)})"
        + (" MATCH FULL" if key.match_full else "")
        + (f" ON DELETE {key.on_delete}" if key.on_delete else "")
    )


def register(table: Table) -> str:
    arguments = "".join(
        f", {name} => " + (text_array([c.name for c in value]) if isinstance(value, list) else literal_bool(value))
        for name, value in table.registered.items()
    )
    return f"SELECT public.gdpr_register({regclass(table)}{arguments})"


def literal_bool(value: bool) -> str:
    return "true" if value else "false"


def declare(link: Link) -> str:
    def names(columns: list) -> str:
        return text_array([c if isinstance(c, str) else c.name for c in columns])

    return (
        f"SELECT public.gdpr_link({regclass(link.source, link.source_part)}, {names(link.source_columns)},"
        f" {regclass(link.target, link.target_part)}, {names(link.target_columns)}, {literal(link.kind)}"
        + (f", {literal(link.condition)})" if link.condition else ")")
    )


def setup(model: Model) -> list[str]:
    out = [f"CREATE SCHEMA {ident(s)}" for s in model.schemas]
    out.append("SET LOCAL search_path = " + ", ".join([ident(s) for s in model.search_path] + ["public"]))
    for table in model.tables:
        out += create_table(table)
    for table in model.tables:
        out += insert(table)
    out += [add_foreign_key(k) for k in model.keys]
    out += [register(t) for t in model.tables if t.registered is not None and t not in model.late_registrations]
    out += [declare(link) for link in model.links if not link.late]
    return out


def late(model: Model) -> list[str]:
    """Declared after the first round of walks: whatever was cached then must be thrown away."""
    return [register(t) for t in model.late_registrations] + [declare(link) for link in model.links if link.late]


def start_id(start: Start) -> str:
    columns = list(start.ids[0])
    if len(columns) > 1:
        objects = [json_object(values) for values in start.ids]
        if start.form == "text" and not start.array:
            return f"{literal(objects[0])}::text"
        if start.form == "jsonb" and start.array:
            return literal("[" + ", ".join(objects) + "]") + "::jsonb"
        items = [f"{literal(o)}::jsonb" for o in objects]
    else:
        type_name = "text" if start.form == "text" else columns[0].type
        items = [f"{literal(str(values[columns[0]]))}::{type_name}" for values in start.ids]
    return "ARRAY[" + ", ".join(items) + "]" if start.array else items[0]


def json_object(values: dict[Column, Any]) -> str:
    parts = []
    for column, value in values.items():
        plain = str(value) if isinstance(value, (int, Decimal)) else json.dumps(str(value), ensure_ascii=False)
        parts.append(f"{json.dumps(column.name, ensure_ascii=False)}: {plain}")
    return "{" + ", ".join(parts) + "}"


def day(number: int) -> datetime.date:
    return datetime.date(2020, 1, 1) + datetime.timedelta(days=number)
