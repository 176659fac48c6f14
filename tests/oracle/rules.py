"""Random personal columns, rules and requests for a random schema: what happens to it after the walks."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from histories import add_triggers, history_of, trigger_columns
from model import Column, Entry, Model, Request, Rule, Start, Table, descends, repair
from natural import add_natural_key
from script import ident
from shapes import SHAPES
from strategies import is_required, rules_for

if TYPE_CHECKING:
    from generate import Generator

GROUNDS = ["tax law, 10 years", "§ 147 AO"]
INDEXES = ["{c}", "{c}", "lower({c})", "({c}) WHERE {c} IS NOT NULL"]
DISTINCT = ["name", "long", "mail", "uuid", "number", "count", "string", "short", "blob", "moment", "seen"]


def add_personal(generator: Generator) -> None:
    """Personal columns, and what is in them."""
    model, rng = generator.model, generator.rng
    for shape in SHAPES:
        if SHAPES[shape].definition:
            generator.names.taken.setdefault("types", {"gdpr_links", "gdpr_registry"})
            model.types[shape] = generator.names.name("types", f"of_{shape}")
    for table in model.tables:
        for _ in range(rng.choice([0, 1, 2, 2, 3, 4])):
            add_column(generator, table)
    fill_columns(model, rng)


def add_rules(generator: Generator) -> None:
    model, rng = generator.model, generator.rng
    add_personal(generator)
    add_triggers(generator)
    for table in model.tables:
        # Most of the time somebody has looked at every table.
        if rng.random() < 0.95:
            add_entry(model, table, rng)
    add_natural_key(generator)
    repair(model)
    add_request(model, rng)
    if model.request:
        model.starts = model.starts[:1]  # the others have their walks in schemas without rules


def add_column(generator: Generator, table: Table) -> Column:
    rng = generator.rng
    name = rng.choice(list(SHAPES))
    shape = SHAPES[name]
    plain = rng.choice([name, "first_name", "phone", "e_mail"]) if shape.family == "text" else name
    column = generator.column(table, plain, shape.type, rng.random() < 0.35)
    column.shape = name
    if shape.definition:
        column.type = f"public.{ident(generator.model.types[name])}"
    if shape.check:
        number = sum(c.extra != "" for t in generator.model.tables for c in t.own)
        column.extra = f'CONSTRAINT "check {number}" CHECK ({shape.check.format(c=ident(column.name))})'
    elif shape.default and rng.random() < 0.7:
        column.extra = f"DEFAULT '{shape.default}'"
    # A table that is known by one key is not given another one, as to which of two counts.
    known = table.identity and not table.primary
    if name in DISTINCT and not table.partitioning and not (known and column.not_null) and rng.random() < 0.25:
        column.unique = rng.choice(INDEXES if shape.family == "text" else [INDEXES[0], INDEXES[-1]])
    if shape.family == "text" and not table.partitioning and not column.unique and rng.random() < 0.1:
        generated = generator.column(table, "generated", "text")
        generated.generated_from = column
    return column


def fill_columns(model: Model, rng: random.Random) -> None:
    number = 0
    common: dict[str, str] = {}  # values that several rows and tables have
    for table in model.tables:
        for row in table.rows:
            for column in table.columns:
                if not column.shape:
                    continue
                number += 1
                row[column] = common.setdefault(column.shape, SHAPES[column.shape].value(rng, number))
                if column.unique or rng.random() < 0.7:
                    row[column] = SHAPES[column.shape].value(rng, number)
                if rng.random() < 0.15 and not is_required(table, column):
                    row[column] = None


# Which columns may have a rule


def links_columns(model: Model) -> set[Column]:
    """Columns that an expression of a link casts: with another value the walk itself would fail."""
    return {
        c for link in model.links for c in link.uses
        if any(isinstance(e, str) and "::" in e for e in link.source_columns + link.target_columns)
    }  # fmt: skip


def referencing(model: Model, table: Table) -> set[Column]:
    return {c for k in model.keys if k.table is table for c in k.columns}


def referenced(model: Model, table: Table) -> set[Column]:
    return {c for k in model.keys if k.referenced is table for c in k.referenced_columns}


def relatives(model: Model, table: Table) -> list[Table]:
    return [t for t in model.tables if descends(t, table) or descends(table, t)]


def is_free(model: Model, table: Table, column: Column) -> bool:
    """It is in no key of the table or of what it inherits from or is inherited by."""
    for other in relatives(model, table):
        keys = referencing(model, other) | referenced(model, other) | set(other.primary or []) | set(other.identity or [])
        if column in keys or (other.partitioning and other.partitioning.column is column):
            return False
    return column not in links_columns(model) | trigger_columns(model) and not column.generated_from


def remaining(model: Model, table: Table, entry: Entry) -> list[Column]:
    """What `*` speaks of. A foreign key of one partition is not the table's."""
    keys = {c for k in model.keys if k.table is table and not k.part for c in k.columns} | set(table.primary or [])
    keys |= {c for k in model.keys if k.referenced is table and not k.referenced_part for c in k.referenced_columns}
    return [c for c in table.columns if c not in keys and c not in entry.rules and not c.generated_from]


# Entries of the registry


def add_entry(model: Model, table: Table, rng: random.Random) -> None:
    heir = table.parent is not None
    if heir and rng.random() < 0.6:
        return  # its parent's entry is its own
    table.entry = entry = Entry()
    history = history_of(model, table)
    if history:
        for _, copy in history.copies:
            entry.rules[copy] = rng.choice([r for r in rules_for(table, copy, rng) if not r.keeps])
        return
    if rng.random() < 0.06:
        return
    for column in table.columns:
        if is_free(model, table, column) and rng.random() < 0.8:
            entry.rules[column] = rng.choice(suiting(model, table, column, rng))
        elif can_become_null(model, table, column) and rng.random() < 0.05:
            entry.rules[column] = Rule("null")
    if len(relatives(model, table)) == 1 and rng.random() < 0.3:
        add_rest(model, table, entry, rng)
    if rng.random() < 0.12:
        entry.on_erase, entry.ground = "keep", rng.choice(GROUNDS)
    elif rng.random() < 0.2:
        entry.on_erase = rng.choice(["delete", "anonymise"])


def suiting(model: Model, table: Table, column: Column, rng: random.Random) -> list[Rule]:
    """Of a column that children inherit the rule must suit these too."""
    rules = rules_for(table, column, rng)
    if any(descends(t, table) and t is not table for t in model.tables):
        rules = [r for r in rules if r.strategy not in ("null", "default") or not is_required(table, column)]
        rules = [r for r in rules if r.strategy != "auto"]
    # What is kept by its rule is well tested by a few.
    return [r for r in rules if not r.keeps or rng.random() < 0.2] or rules[:1]


def can_become_null(model: Model, table: Table, column: Column) -> bool:
    keys = [k for k in model.keys if column in k.columns and k.table is table]
    alone = all(len(k.columns) == 1 and not k.part for k in keys) and len(relatives(model, table)) == 1
    fixed = set(table.required) | referenced(model, table) | {c for key in table.uniques for c in key}
    partitioned = table.partitioning and table.partitioning.column is column
    return bool(keys) and alone and column not in fixed and not partitioned and column not in links_columns(model)


def belongs_to_partitions(model: Model, table: Table, column: Column) -> bool:
    """It is a foreign key of some partitions, nothing else, and may become NULL."""
    keys = [k for k in model.keys if k.table is table and column in k.columns]
    fixed = set(table.required) | referenced(model, table) | links_columns(model) | trigger_columns(model)
    if table.partitioning:
        fixed.add(table.partitioning.column)
    return bool(keys) and all(k.part for k in keys) and column not in fixed


def add_rest(model: Model, table: Table, entry: Entry, rng: random.Random) -> None:
    for column in remaining(model, table, entry):
        if not is_free(model, table, column) and not belongs_to_partitions(model, table, column):
            entry.rules[column] = Rule("keep")
    entry.rest = rng.choice([Rule("auto"), Rule("auto"), Rule("keep"), Rule("keep", {"reason": "not personal"})])
    for column in [c for c in entry.rules if is_free(model, table, c)]:
        rules = [r for r in rules_for(table, column, rng) if r.strategy == entry.rest.strategy]
        if rules and rng.random() < 0.4:
            del entry.rules[column]
    for column in remaining(model, table, entry):
        if not any(r.strategy == entry.rest.strategy for r in rules_for(table, column, rng)):
            entry.rules[column] = Rule("keep")
    if not remaining(model, table, entry):
        entry.rest = None


# Whom it is done to


def add_request(model: Model, rng: random.Random) -> None:
    filled = [t for t in model.tables if t.identity and t.rows]
    if not filled:
        return
    liked = [t for t in filled if any(k.referenced is t for k in model.keys)] or filled
    special = [t.table for t in model.triggers if t.table in filled] + [t for t in filled if t.parent]
    special += [t for t in filled if t.entry and any(c in t.entry.rules for c in t.identity)]
    table = rng.choice(liked)
    if special and rng.random() < 0.4:
        table = rng.choice(special)
    starts = [s for s in model.starts if s.ids]
    if starts and rng.random() < 0.35:
        start = rng.choice(starts)
    else:
        array = rng.random() < 0.25
        rows = rng.sample(table.rows, min(len(table.rows), 2)) if array else [rng.choice(table.rows)]
        form = rng.choice(["typed", "text", "jsonb"])
        start = Start(table, [{c: row[c] for c in table.identity} for row in rows], form, array)
    copied = any(t.table is start.table and t.kind == "history" for t in model.triggers)
    model.request = Request(start, copied or rng.random() < 0.9, rng.random() < 0.5)
