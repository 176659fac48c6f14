"""What erasing a person must do, worked out from the rows, the foreign keys and the naive walk: docs/erase.md by the simplest means.

Left out: rules with `of`, triggers, rules on keys that are referenced.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from catalog import Row, World
from model import Column, ForeignKey, Model
from naive import Answer
from plan import SHARED, Plan, action, entry_of, is_link_table, rules_of, table_of
from snapshot import Place, Tuple

GONE, STAYS, KEPT, SHARES, OUTSIDE = "gone", "stays", "kept", "shares", "outside"


@dataclass
class Erasure(Plan):
    gone: set[Place] = field(default_factory=set)
    nulls: dict[Place, set[str]] = field(default_factory=dict)  # columns of rows that let go
    forced: dict[Row, set[str]] = field(default_factory=dict)  # rows that stay only because these tables reference them
    without_rules: set[int] = field(default_factory=set)
    stuck: bool = False  # a row outside cannot let go
    unclear: bool = False  # letting go breaks another foreign key; nobody has said what is to happen then

    def codes(self, reports: bool) -> set[str]:
        """The SQLSTATEs with which it may be refused."""
        codes = {"55000"} if self.refused(reports) or self.without_rules else set()
        # What else there is in the way of somebody with unreviewed rows is not worked out.
        return codes | ({"23503"} if self.stuck or self.unreviewed else set())


@dataclass(eq=False)
class Reference:
    key: ForeignKey
    relation: int
    row: Row
    target: Row
    nullable: list[Column]

    @property
    def can_let_go(self) -> bool:
        return len(self.nullable) == len(self.key.columns) if self.key.match_full else bool(self.nullable)


def make_erasure(model: Model, world: World, answer: Answer, rows: dict[Place, Tuple], marks: set, goal: str) -> Erasure:
    plan = Erasure(unreviewed=bool(answer.unreviewed))
    if plan.unreviewed:
        return plan
    fates = first_fates(model, world, answer, goal, plan)
    references = all_references(model, world)
    found = {f.row for f in answer.found}
    while True:
        held = [r for r in references if fates[r.row] != GONE and fates[r.target] == GONE and holds(r, fates) and fates[r.row] != OUTSIDE]
        for reference in held:
            fates[reference.target] = STAYS
            plan.forced[reference.target] = set()
        if not held:
            break
    people = {world.table(f.row.relation) for f in answer.found if f.depth == 0}
    persons = {f.row for f in answer.found if not f.shared and world.table(f.row.relation) in people}
    for reference in references:
        row, target = reference.row, reference.target
        if target in plan.forced and fates[row] not in (GONE, OUTSIDE) and holds(reference, fates):
            plan.forced[target].add(world.relations[reference.relation]["sql"])
        lets_go = fates[target] == GONE and fates[row] != GONE
        plan.stuck |= lets_go and not reference.can_let_go
        # What is shared lets go of the person also where something keeps the person's row.
        shares = fates[row] == SHARES and target in persons and reference.can_let_go
        # The rule of a key makes it NULL anyway.
        rules = rules_of(model, reference.key.table)
        ruled = fates[row] == STAYS and any(c in rules and not rules[c].keeps for c in reference.key.columns)
        if (lets_go or shares) and not ruled:
            plan.nulls.setdefault((row.relation, row.place), set()).update(c.name for c in reference.nullable)
    plan.gone = {(row.relation, row.place) for row, fate in fates.items() if fate == GONE}
    plan.unclear = breaks_others(references, fates, plan)
    for relation in {world.table(row.relation) for row in fates}:
        here = {row: fate for row, fate in fates.items() if world.table(row.relation) == relation}
        report_table(plan, model, world, relation, here, found, rows, marks)
    return plan


def first_fates(model: Model, world: World, answer: Answer, goal: str, plan: Erasure) -> dict[Row, str]:
    fates = {}
    shared = {f.row: f.shared for f in answer.found}
    for row in world.rows:
        relation = world.table(row.relation)
        entry = entry_of(table_of(model, world, relation))
        if row in shared:
            fates[row] = first_fate(model, world, row, shared[row], goal)
            if fates[row] == KEPT and not entry:
                plan.unregistered[relation] += 1
        else:
            fates[row] = KEPT if entry and entry.on_erase == "keep" else OUTSIDE
    return fates


def first_fate(model: Model, world: World, row: Row, shared: bool, goal: str) -> str:
    """By the table's entry alone."""
    table = table_of(model, world, world.table(row.relation))
    entry = entry_of(table)
    if entry.on_erase == "keep" if entry else not is_link_table(model, table):
        return KEPT
    if shared:
        return SHARES
    return STAYS if goal == "erase" and entry and entry.on_erase == "anonymise" else GONE


def holds(reference: Reference, fates: dict[Row, str]) -> bool:
    return fates[reference.row] == KEPT or not reference.can_let_go


def all_references(model: Model, world: World) -> list[Reference]:
    """Every row with every row that it references by a foreign key."""
    out = []
    for key in model.keys:
        source, relation = named(world, key.referenced_part or key.referenced), named(world, key.part or key.table)
        required = {name for _, name, _, not_null in world.relations[relation]["columns"] if not_null}
        nullable = [c for c in key.columns if c.name not in required]
        targets = defaultdict(list)
        for row in world.rows:
            if is_in(world, source, row):
                targets[tuple(row.values[c.name] for c in key.referenced_columns)].append(row)
        for row in world.rows:
            if not is_in(world, relation, row):
                continue
            values = tuple(row.values[c.name] for c in key.columns)
            if None not in values:
                out += [Reference(key, relation, row, target, nullable) for target in targets[values]]
    return out


def named(world: World, table) -> int:
    return next(oid for oid, about in world.relations.items() if (about["schema"], about["plain"]) == (table.schema, table.name))


def is_in(world: World, relation: int, row: Row) -> bool:
    if world.is_partitioned(relation):
        return relation in world.ancestors(row.relation)
    return row.relation == relation


def breaks_others(references: list[Reference], fates: dict[Row, str], plan: Erasure) -> bool:
    """A column that is let go of is in another key that matches fully, or is itself what a row that stays references."""
    for reference in references:
        mine = plan.nulls.get((reference.row.relation, reference.row.place), set())
        names = {c.name for c in reference.key.columns}
        if reference.key.match_full and names & mine and not names <= mine:
            return True
        theirs = plan.nulls.get((reference.target.relation, reference.target.place), set())
        if fates[reference.row] != GONE and not names & mine and theirs & {c.name for c in reference.key.referenced_columns}:
            return True
    return False


def report_table(
    plan: Erasure, model: Model, world: World, relation: int, here: dict[Row, str], found: set[Row], rows: dict[Place, Tuple], marks: set
) -> None:
    table = table_of(model, world, relation)
    entry, rules = entry_of(table), rules_of(model, table)

    def say(action: str, ground: str | None, number: int) -> None:
        if number:
            plan.report[relation, action, ground] = number

    taken = [row for row in here if row in found]
    remaining = [row for row in taken if here[row] != GONE]
    say("deleted", None, len(taken) - len(remaining))
    for row in remaining:
        if here[row] == STAYS and mask_row(plan, rules, row, rows, marks):
            ground = "referenced by " + ", ".join(sorted(plan.forced[row])) if row in plan.forced else None
            say(action(rules), ground, plan.report.get((relation, action(rules), ground), 0) + 1)
    say("detached", None, sum((row.relation, row.place) in plan.nulls for row in here))
    if entry and entry.on_erase == "keep":
        return say("kept", entry.ground, len(taken))
    if plan.unregistered[relation]:
        return say("unregistered", None, len(taken))
    if plan.forced.keys() & here.keys() and entry and not (rules or is_link_table(model, table)):
        plan.without_rules.add(relation)
    reasons = dict.fromkeys(str(rules[c].parameters["reason"]) for c in table.columns if c in rules and "reason" in rules[c].parameters)
    if reasons:
        say("kept", "; ".join(reasons), len(remaining))
    say("kept", SHARED, sum(here[row] == SHARES and (row.relation, row.place) not in plan.nulls for row in remaining))


def mask_row(plan: Erasure, rules: dict, row: Row, rows: dict[Place, Tuple], marks: set) -> bool:
    place = (row.relation, row.place)
    masks = {c: r for c, r in rules.items() if not r.keeps and rows[place].values[c.name] is not None and (place, c) not in marks}
    if masks:
        plan.masks[place] = masks
    return bool(masks)
