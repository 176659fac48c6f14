"""What each row must look like after the call: every cell the same, a masked value, or whatever a trigger made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

from catalog import World
from masked import Masked, constant, expression
from model import Column, Model, Rule, Table
from natural import carriers
from plan import Plan, relation_of, rules_of, table_of
from snapshot import Place, Tuple, select


@dataclass(eq=False)
class Same:
    text: str | None

    def problem(self, new: str | None) -> str | None:
        return None if new == self.text else f"{self.text!r} became {new!r}"


class Anything:
    def problem(self, new: str | None) -> str | None:
        return None


Cell = Masked | Same | Anything


@dataclass(eq=False)
class Pattern:
    """`place` is where the row was before; a row that a trigger adds was nowhere."""

    place: Place | None
    cells: dict[str, Cell]

    def problems(self, row: Tuple) -> list[str]:
        found = ((name, cell.problem(row.values[name])) for name, cell in self.cells.items())
        return [f"{name}: {problem}" for name, problem in found if problem]


@dataclass
class Renamed:
    """Natural keys that got new values, by column: old text -> new text."""

    keys: dict[tuple[Table, Column], dict[str, str]] = field(default_factory=dict)


def exact_values(connection: psycopg.Connection, model: Model, world: World, plan: Plan) -> dict[tuple[Place, Column], str | None]:
    """The outcomes that are a function of the row, by the server's own words for them."""
    out: dict[tuple[Place, Column], str | None] = {}
    by_table: dict[int, dict[Column, str]] = {}
    for place, masks in plan.masks.items():
        relation = world.table(place[0])
        table = table_of(model, world, relation)
        for column, rule in masks.items():
            is_constant, text = constant(rule, table, column)
            if is_constant:
                out[place, column] = text
            elif sql := expression(rule, table, column):
                by_table.setdefault(relation, {})[column] = sql
    for relation, expressions in by_table.items():
        for leaf, place, *texts in connection.execute(select(world, relation, list(expressions.values()))).fetchall():
            for column, text in zip(expressions, texts):
                if column in plan.masks.get((leaf, place), {}):
                    out[(leaf, place), column] = text
    return out


class Expectation:
    def __init__(self, model: Model, world: World, plan: Plan, exact: dict, originals: set[str]) -> None:
        self.model, self.world, self.plan = model, world, plan
        self.exact, self.originals = exact, originals

    def patterns(self, before: dict[int, list[Tuple]], renamed: Renamed) -> dict[int, list[Pattern]]:
        out = {relation: self.of_table(relation, rows, renamed) for relation, rows in before.items()}
        by_place = {row.place: row for rows in before.values() for row in rows}
        for trigger in self.model.triggers:
            history = relation_of(self.world, trigger.history) if trigger.history else None
            for place in self.plan.copies.get(history, []) if history else []:
                out[history].append(self.copied(trigger, by_place[place]))
        return out

    def of_table(self, relation: int, rows: list[Tuple], renamed: Renamed) -> list[Pattern]:
        table = table_of(self.model, self.world, relation)
        columns = {c.name: c for c in table.columns}
        return [Pattern(row.place, self.cells(table, columns, row, renamed)) for row in rows]

    def cells(self, table: Table, columns: dict[str, Column], row: Tuple, renamed: Renamed) -> dict[str, Cell]:
        masks = self.plan.masks.get(row.place, {})
        cells: dict[str, Cell] = {}
        for name, text in row.values.items():
            column = columns[name]
            cells[name] = Same(text)
            if column in masks:
                cells[name] = self.masked(masks[column], table, column, row, text)
            elif column.generated_from in masks:
                cells[name] = Anything()
            elif text is not None:
                cells[name] = Same(renamed.keys.get((table, column), {}).get(text, text))
        followed = any(isinstance(cell, Same) and cell.text != row.values[name] for name, cell in cells.items())
        for trigger in self.model.triggers:
            if trigger.table is table and trigger.counter and (masks or followed):
                name = trigger.counter.name
                cells[name] = Same(str(int(row.values[name] or 0) + 1))
        return cells

    def masked(self, rule: Rule, table: Table, column: Column, row: Tuple, text: str | None) -> Masked:
        known = (row.place, column) in self.exact
        return Masked(rule, table, column, text, text in self.originals, self.exact.get((row.place, column)), known)

    def copied(self, trigger, row: Tuple) -> Pattern:
        rules = rules_of(self.model, trigger.history)
        cells: dict[str, Cell] = {name: Anything() for name in (c.name for c in trigger.history.columns)}
        for column, copy in trigger.keys + trigger.copies:
            text, rule = row.values[column.name], rules.get(copy)
            cells[copy.name] = Same(text)
            if rule and not rule.keeps and text is not None:
                is_constant, exact = constant(rule, trigger.history, copy)
                cells[copy.name] = Masked(rule, trigger.history, copy, text, text in self.originals, exact, is_constant)
        return Pattern(None, cells)


def renamed_keys(model: Model, world: World, plan: Plan, before: dict, after: dict) -> Renamed:
    """Rows with a rule on their key have a marker that tells which is which."""
    renamed = Renamed()
    for table in model.tables:
        key = table.primary[0] if table.primary else None
        if not (key and table.entry and key in table.entry.rules):
            continue
        relation = relation_of(world, table)
        marker = next(c.name for c in table.columns if c.is_marker)
        new = {row.values[marker]: row.values[key.name] for row in after[relation]}
        changed = {r.values[key.name]: new.get(r.values[marker]) for r in before[relation] if key in plan.masks.get(r.place, {})}
        for carrier, column in carriers(model, table, key):
            renamed.keys[carrier, column] = changed
    return renamed
