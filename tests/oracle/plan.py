"""What anonymising a person must do, worked out from the walk and the rules alone: whose values change, and what is reported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from catalog import Row, World
from model import Column, Entry, Model, Rule, Table
from naive import Answer
from rules import referencing, remaining
from snapshot import Place, Tuple

SHARED = "shared with other people"


@dataclass
class Plan:
    unreviewed: bool = False
    unregistered: Counter[int] = field(default_factory=Counter)
    report: dict[tuple, int] = field(default_factory=dict)  # (relation, action, ground): rows
    copied: dict[tuple, int] = field(default_factory=dict)  # what the copies add to it; nobody can preview these
    masks: dict[Place, dict[Column, Rule]] = field(default_factory=dict)
    copies: dict[int, list[Place]] = field(default_factory=dict)  # rows of which a trigger puts a copy into this history table

    def refused(self, reports: bool) -> bool:
        return self.unreviewed or bool(self.unregistered) and not reports


def entry_of(table: Table) -> Entry | None:
    """Its own, or the nearest parent's. Registered for the walk only is registered, too."""
    if table.entry:
        return table.entry
    if table.registered is not None:
        return Entry()
    return entry_of(table.parent) if table.parent else None


def rules_of(model: Model, table: Table) -> dict[Column, Rule]:
    entry = entry_of(table)
    if not entry:
        return {}
    rules = {c: rule for c, rule in entry.rules.items() if c in table.columns}
    return rules | ({c: entry.rest for c in remaining(model, table, entry)} if entry.rest else {})


def is_link_table(model: Model, table: Table) -> bool:
    return set(table.columns) <= referencing(model, table) | set(table.primary or [])


def make_plan(model: Model, world: World, answer: Answer, rows: dict[Place, Tuple], marks: set, cascade: bool, force: bool) -> Plan:
    plan = Plan(unreviewed=cascade and bool(answer.unreviewed))
    own = {f.row for f in answer.found if not f.shared}
    walked = answer.walked if cascade else {f.row for f in answer.found if f.depth == 0}
    for relation in {world.table(row.relation) for row in walked}:
        here = {row for row in walked if world.table(row.relation) == relation}
        plan_table(plan, model, world, relation, here, own, rows, marks, force)
    plan_histories(plan, model, world, rows)
    return plan


def plan_table(
    plan: Plan, model: Model, world: World, relation: int, here: set[Row], own: set[Row], rows: dict[Place, Tuple], marks: set, force: bool
) -> None:
    table = table_of(model, world, relation)
    entry = entry_of(table)
    if not entry:
        if not is_link_table(model, table):
            plan.unregistered[relation] = len(here)
            plan.report[relation, "unregistered", None] = len(here)
        return
    if entry.on_erase == "keep":
        plan.report[relation, "kept", entry.ground] = len(here)
        return
    rules = rules_of(model, table)
    for row in here & own:
        place = (row.relation, row.place)
        masks = {
            column: rule
            for column, rule in rules.items()
            if not rule.keeps and rows[place].values[column.name] is not None and (force or (place, column) not in marks)
        }
        if masks:
            plan.masks[place] = masks
    changed = sum(world.table(place[0]) == relation for place in plan.masks)
    if changed:
        plan.report[relation, action(rules), None] = changed
    reasons = dict.fromkeys(str(rules[c].parameters["reason"]) for c in table.columns if c in rules and "reason" in rules[c].parameters)
    if reasons:
        plan.report[relation, "kept", "; ".join(reasons)] = len(here)
    if any(not rule.keeps for rule in rules.values()) and here - own:
        plan.report[relation, "kept", SHARED] = len(here - own)


def plan_histories(plan: Plan, model: Model, world: World, rows: dict[Place, Tuple]) -> None:
    """The copies that triggers make of changed rows are anonymised as well."""
    for trigger in model.triggers:
        if trigger.kind != "history":
            continue
        source, history = relation_of(world, trigger.table), relation_of(world, trigger.history)
        plan.copies[history] = [place for place in plan.masks if world.table(place[0]) == source]
        rules = rules_of(model, trigger.history)
        masked = [column for column, copy in trigger.copies if copy in rules and not rules[copy].keeps]
        count = sum(any(rows[place].values[c.name] is not None for c in masked) for place in plan.copies[history])
        if count:
            plan.copied[history, action(rules), None] = count


def action(rules: dict[Column, Rule]) -> str:
    return "pseudonymised" if any(is_pseudonymous(rule) for rule in rules.values()) else "anonymised"


def is_pseudonymous(rule: Rule) -> bool:
    inside = rule.parameters.get("paths", {}).values()
    return rule.strategy in ("hash", "pseudonym") or bool(rule.parameters.get("pseudonymous")) or any(is_pseudonymous(r) for r in inside)


def table_of(model: Model, world: World, relation: int) -> Table:
    about = world.relations[relation]
    return next(t for t in model.tables if (t.schema, t.name) == (about["schema"], about["plain"]))


def relation_of(world: World, table: Table) -> int:
    return next(oid for oid, about in world.relations.items() if (about["schema"], about["plain"]) == (table.schema, table.name))
