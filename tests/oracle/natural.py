"""A key that is personal itself, an e-mail address for example, with a rule; what references it must follow (S33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import Column, Model, Rule, Table

if TYPE_CHECKING:
    from generate import Generator

RULES = {
    "text": [Rule("email"), Rule("hash"), Rule("pseudonym"), Rule("pseudonym", {"kind": "email"}), Rule("random"), Rule("auto")],
    "uuid": [Rule("random"), Rule("hash"), Rule("pseudonym"), Rule("auto")],
    "bigint": [Rule("hash"), Rule("pseudonym"), Rule("auto")],
    "int": [Rule("pseudonym"), Rule("auto")],
    "numeric": [Rule("auto")],
}


def add_natural_key(generator: Generator) -> None:
    model, rng = generator.model, generator.rng
    fitting = [t for t in model.tables if t.entry and can_have_rule(model, t)]
    if not fitting or not generator.chance(0.5):
        return
    table = rng.choice(fitting)
    key = table.primary[0]
    # Which row is which could not be told afterwards.
    marker = generator.column(table, "marker", "int", True)
    marker.is_marker = True
    for number, row in enumerate(table.rows):
        row[marker] = number
    table.entry.rules[key] = rng.choice(RULES[key.type])
    if table.entry.rest:
        table.entry.rules[marker] = Rule("keep")
    for carrier, column in carriers(model, table, key):
        if carrier.entry and carrier is not table:
            carrier.entry.rules.pop(column, None)


def carriers(model: Model, table: Table, key: Column) -> set[tuple[Table, Column]]:
    """The columns that hold values of this key: itself, what references it, what references that."""
    found = {(table, key)}
    while True:
        more = {
            (k.table, column)
            for k in model.keys
            for column, referenced in zip(k.columns, k.referenced_columns)
            if (k.referenced, referenced) in found
        }
        if more <= found:
            return found
        found |= more


def can_have_rule(model: Model, table: Table) -> bool:
    if not table.primary or len(table.primary) != 1 or table.primary[0].type not in RULES or table.entry.on_erase == "keep":
        return False
    key = table.primary[0]
    found = carriers(model, table, key)
    copied = {t for trigger in model.triggers if trigger.history for t in (trigger.table, trigger.history)}
    if any(key in k.columns for k in model.keys if k.table is table) or any(t in copied for t, _ in found):
        return False
    cast = {c for link in model.links for c in link.uses}
    return all(is_plain(model, t, c, key, found) and c not in cast for t, c in found)


def is_plain(model: Model, table: Table, column: Column, key: Column, found: set[tuple[Table, Column]]) -> bool:
    """It holds nothing but this key, in a table that is no part of another."""
    related = table.parent or any(t.parent is table for t in model.tables)
    partitioned = table.partitioning and table.partitioning.column is column
    if related or partitioned or column.type != key.type:
        return False
    return all(
        (k.referenced, referenced) in found and not k.part and not k.referenced_part
        for k in model.keys
        for c, referenced in zip(k.columns, k.referenced_columns)
        if k.table is table and c is column
    )
