"""The SQL that creates a model, and the ids with which walks start in it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from model import Column, ForeignKey, Link, Model, Partition, Rule, Start, Table
from shapes import SHAPES


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
    generated = f" GENERATED ALWAYS AS (upper({ident(column.generated_from.name)})) STORED" if column.generated_from else ""
    extra = f" {column.extra}" if column.extra else ""
    return f"{ident(column.name)} {column.type}" + (" NOT NULL" if column.not_null else "") + extra + generated


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
            definitions = [column_definition(c) + (" NOT NULL" if c in primary and not c.not_null else "") for c in reversed(table.columns)]
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
    columns = [c for c in table.columns if not c.generated_from]
    rows = ",\n  ".join("(" + ", ".join(literal(row.get(c)) for c in columns) + ")" for row in table.rows)
    return [f"INSERT INTO {qualified(table)} ({idents(columns)}) VALUES\n  {rows}"]


def create_types(model: Model) -> list[str]:
    used = {c.shape for t in model.tables for c in t.own}
    return [SHAPES[s].definition.format(t=f"public.{ident(name)}") for s, name in model.types.items() if s in used]


def create_indexes(table: Table) -> list[str]:
    return [f"CREATE UNIQUE INDEX ON {qualified(table)} {index(c)}" for c in table.own if c.unique]


def index(column: Column) -> str:
    """`{c}`, an expression over it, or `({c}) WHERE ...`."""
    spelt = column.unique.replace("{c}", ident(column.name))
    return spelt if column.unique.startswith("(") else f"({spelt})"


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
    out += create_types(model)
    for table in model.tables:
        out += create_table(table)
    for table in model.tables:
        out += insert(table) + create_indexes(table)
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


def spelt(rule: Rule) -> Any:
    """A rule as JSON."""
    parameters = {k: {p: spelt(r) for p, r in v.items()} if k == "paths" else v for k, v in rule.parameters.items()}
    return {"strategy": rule.strategy} | parameters if parameters else rule.strategy


def enter(table: Table) -> str:
    """The call that registers what is to be done to a table."""
    entry = table.entry
    rules = {c.name: spelt(rule) for c, rule in entry.rules.items()} | ({"*": spelt(entry.rest)} if entry.rest else {})
    arguments = {"on_erase": entry.on_erase, "ground": entry.ground}
    more = "".join(f", {name} => {literal(value)}" for name, value in arguments.items() if value)
    return f"SELECT public.gdpr_register({regclass(table)}, rules => {literal(json.dumps(rules, ensure_ascii=False))}{more})"
