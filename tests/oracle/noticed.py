"""What a run must have met of anonymising, or the generator has gone blind."""

from __future__ import annotations

from catalog import World
from expect import Pattern, Same
from histories import history_of
from masked import Masked
from model import Model, Start
from plan import SHARED, Plan, entry_of, rules_of, table_of
from snapshot import Tuple

STRATEGIES = [
    "auto", "null", "blank", "default", "value", "partial", "hash", "pseudonym", "fake", "email", "noise", "generalise", "random", "json",
    "sql",
]  # fmt: skip
KINDS = [
    *(f"strategy {name}" for name in STRATEGIES), "anonymised", "pseudonymised", "kept with a ground", "kept for a reason",
    "kept as shared", "unregistered refused", "registered without rules", "rule *", "NULL stays", "unique column", "domain", "natural key",
    "natural key followed", "copy in a history", "trigger", "masked partition", "masked inheritance child", "entry of a parent",
    "masked without a key", "masked foreign key", "several people", "cascade off", "second call", "written between", "forced",
    "person in several tables",
]  # fmt: skip


def notice_call(seen: set[str], model: Model, start: Start, plan: Plan) -> None:
    """Of the first call that was not refused."""
    signs = {
        "anonymised": any(action == "anonymised" for _, action, _ in plan.report),
        "pseudonymised": any(action == "pseudonymised" for _, action, _ in plan.report),
        "kept as shared": any(ground == SHARED for _, _, ground in plan.report),
        "kept with a ground": any(ground in ("tax law, 10 years", "§ 147 AO") for _, _, ground in plan.report),
        "kept for a reason": any((ground or "").startswith(("reason", "not personal")) for _, _, ground in plan.report),
        "unregistered refused": plan.unregistered,
        "person in several tables": len({relation for relation, _, _ in plan.report}) > 2,
        "cascade off": not model.request.cascade,
        "several people": len(start.ids) > 1,
    }
    seen.update(name for name, sign in signs.items() if sign)


def notice_pairs(seen: set[str], model: Model, world: World, relation: int, pairs: dict[Pattern, Tuple]) -> None:
    """Of the rows of one table."""
    table = table_of(model, world, relation)
    entry, rules = entry_of(table), rules_of(model, table)
    masked = [cell for p in pairs for cell in p.cells.values() if isinstance(cell, Masked)]
    columns = {cell.column for cell in masked}
    changed = any(row.place != pattern.place for pattern, row in pairs.items())
    ruled = {c.name for c, rule in rules.items() if not rule.keeps}
    untouched = [p.cells[name] for p in pairs if p.place for name in ruled if isinstance(p.cells[name], Same)]
    signs = {
        "registered without rules": entry and not rules,
        "rule *": entry and entry.rest and columns - set(entry.rules),
        "NULL stays": masked and any(cell.text is None for cell in untouched),
        "unique column": any(c.unique for c in columns),
        "domain": any(c.shape in model.types for c in columns),
        "natural key": table.primary and columns & set(table.primary),
        "natural key followed": changed and not masked,
        "copy in a history": history_of(model, table) and any(p.place is None for p in pairs),
        "trigger": masked and any(t.table is table for t in model.triggers),
        "masked partition": masked and table.partitioning,
        "masked inheritance child": masked and table.parent,
        "entry of a parent": masked and not table.entry,
        "masked without a key": masked and not table.identity,
        "masked foreign key": any(c in columns for k in model.keys if k.table is table for c in k.columns),
    }
    seen.update(name for name, sign in signs.items() if sign)
    seen.update(f"strategy {cell.rule.strategy}" for cell in masked)
