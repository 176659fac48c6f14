"""Makes a failing schema small: whatever can go while it still fails in the same way, goes."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator

from model import Column, Model, Table, descends, repair
from histories import create_trigger
from script import enter, late, setup, start_id

Change = Callable[[Model], object]


def shrink(model: Model, still_fails: Callable[[Model], bool], seconds: float = 60) -> Model:
    deadline = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        # The list of changes is made for the model as it was; one that no longer fits changes nothing or raises IndexError.
        for change in reversed(list(changes(model))):
            if time.monotonic() > deadline:
                return model
            smaller = copy.deepcopy(model)
            try:
                change(smaller)
            except (IndexError, ValueError):
                continue
            repair(smaller)
            if (smaller.starts or smaller.request) and spelled(smaller) != spelled(model) and still_fails(smaller):
                model = smaller
                progress = True
    return model


def spelled(model: Model) -> list:
    starts = model.starts + ([model.request.start] if model.request else [])
    entries = [enter(t) for t in model.tables if t.entry]
    triggers = [create_trigger(t, i) for i, t in enumerate(model.triggers)]
    request = model.request and (model.request.cascade, model.request.write)
    return [setup(model), late(model), [start_id(start) for start in starts], entries, triggers, request]


def changes(model: Model) -> Iterator[Change]:
    """Tried from the last to the first, so that the coarse ones stand at the end."""
    yield plain_names
    for t, table in enumerate(model.tables):
        if table.dropped_column:
            yield lambda m, t=t: setattr(m.tables[t], "dropped_column", False)
        for c in range(len(table.own)):
            yield lambda m, t=t, c=c: drop_column(m, t, c)
        for u in range(len(table.uniques)):
            yield lambda m, t=t, u=u: drop_unique(m, t, u)
        if table.partitioning:
            yield lambda m, t=t: unpartition(m, t)
        if table.parent:
            yield lambda m, t=t: disinherit(m, t)
    yield lambda m: setattr(m, "search_path", [])
    for s, start in enumerate(model.starts):
        for i in range(len(start.ids)):
            yield lambda m, s=s, i=i: drop_id(m, s, i)
        yield lambda m, s=s: setattr(m.starts[s], "form", "typed")
    for key in range(len(model.keys)):
        yield lambda m, key=key: (setattr(m.keys[key], "on_delete", ""), setattr(m.keys[key], "match_full", False))
    for i, link in enumerate(model.links):
        if link.condition:
            yield lambda m, i=i: setattr(m.links[i], "condition", None)
        if link.late:
            yield lambda m, i=i: setattr(m.links[i], "late", False)
    yield lambda m: m.late_registrations.clear()
    for t, table in enumerate(model.tables):
        if table.registered is not None:
            yield lambda m, t=t: unregister(m, t)
        for r in range(len(table.rows)):
            yield lambda m, t=t, r=r: m.tables[t].rows.pop(r)
    for key in range(len(model.keys)):
        yield lambda m, key=key: m.keys.pop(key)
    for i in range(len(model.links)):
        yield lambda m, i=i: drop_link(m, i)
    for t in range(len(model.tables)):
        yield lambda m, t=t: drop_table(m, t)
    yield from changes_of_request(model)
    for s in range(len(model.starts)):
        yield lambda m, s=s: m.starts.pop(s)


def changes_of_request(model: Model) -> Iterator[Change]:
    for t, table in enumerate(model.tables):
        for r in range(len(table.entry.rules) if table.entry else 0):
            yield lambda m, t=t, r=r: m.tables[t].entry.rules.pop(list(m.tables[t].entry.rules)[r])
        if table.entry:
            yield lambda m, t=t: (setattr(m.tables[t].entry, "rest", None), setattr(m.tables[t].entry, "on_erase", None))
        for c, column in enumerate(table.own):
            if column.extra or column.unique:
                yield lambda m, t=t, c=c: plain_column(m.tables[t].own[c])
    for i in range(len(model.triggers)):
        yield lambda m, i=i: m.triggers.pop(i)
    if model.request:
        yield never_write
        yield lambda m: setattr(m, "request", None)


def never_write(model: Model) -> None:
    if model.request:
        model.request.write = False


def plain_column(column: Column) -> None:
    if "IDENTITY" in column.extra:
        raise ValueError("a trigger needs it")
    column.extra = column.unique = ""


def drop_table(model: Model, index: int) -> None:
    gone = [t for t in model.tables if descends(t, model.tables[index])]
    model.tables = [t for t in model.tables if t not in gone]
    model.keys = [k for k in model.keys if k.table not in gone and k.referenced not in gone]
    model.links = [link for link in model.links if link.source not in gone and link.target not in gone]
    model.starts = [s for s in model.starts if s.table not in gone]
    model.late_registrations = [t for t in model.late_registrations if t not in gone]
    model.triggers = [t for t in model.triggers if t.table not in gone and t.history not in gone]
    if model.request and model.request.start.table in gone:
        model.request = None


def used(model: Model) -> set[Column]:
    out: set[Column] = set()
    for table in model.tables:
        out.update(table.primary or [], *table.uniques, (table.registered or {}).get("key") or [])
        if table.partitioning:
            out.add(table.partitioning.column)
    for key in model.keys:
        out.update(key.columns, key.referenced_columns)
    for link in model.links:
        out.update(c for c in link.source_columns + link.target_columns + link.uses if isinstance(c, Column))
    for start in model.starts + ([model.request.start] if model.request else []):
        out.update(start.ids[0])
    for trigger in model.triggers:
        out.update([trigger.counter] if trigger.counter else [])
        out.update(c for pair in trigger.keys + trigger.copies for c in pair)
    out.update(c.generated_from for t in model.tables for c in t.own if c.generated_from)
    out.update(c for t in model.tables for c in t.own if c.is_marker)
    return out


def drop_column(model: Model, table: int, column: int) -> None:
    gone = model.tables[table].own[column]
    if gone in used(model) or len(model.tables[table].own) == 1:
        raise ValueError("needed")
    model.tables[table].own.remove(gone)
    for other in model.tables:
        if other.entry:
            other.entry.rules.pop(gone, None)


def drop_link(model: Model, index: int) -> None:
    if any(t.history is model.links[index].target for t in model.triggers if t.history):
        raise ValueError("the copies of a trigger are found through it")
    model.links.pop(index)


def drop_unique(model: Model, table: int, index: int) -> None:
    # A foreign key or a start that needs it makes the smaller schema fail otherwise, and it is then not taken.
    model.tables[table].uniques.pop(index)


def unpartition(model: Model, index: int) -> None:
    table: Table = model.tables[index]
    table.partitioning = None
    for key in model.keys:
        if key.table is table:
            key.part = None
        if key.referenced is table:
            key.referenced_part = None
    for link in model.links:
        if link.source is table:
            link.source_part = None
        if link.target is table:
            link.target_part = None


def disinherit(model: Model, index: int) -> None:
    table = model.tables[index]
    table.own = table.columns
    table.parent = None


def drop_id(model: Model, start: int, index: int) -> None:
    if len(model.starts[start].ids) == 1:
        raise ValueError("the last one")
    model.starts[start].ids.pop(index)
    if len(model.starts[start].ids) == 1:
        model.starts[start].array = False


def unregister(model: Model, index: int) -> None:
    table = model.tables[index]
    table.registered = None
    model.late_registrations = [t for t in model.late_registrations if t is not table]


def plain_names(model: Model) -> None:
    """Short names tell at a glance what a script is about; where the names are the trouble, this does not fail any more."""
    if any(link.uses for link in model.links) or all(t.name == f"t{i}" for i, t in enumerate(model.tables)):
        raise ValueError("conditions and expressions spell the old names")
    schemas = {name: f"s{i}" for i, name in enumerate(model.schemas)}
    model.schemas = list(schemas.values())
    model.search_path = [schemas[s] for s in model.search_path]
    number = 0
    for i, table in enumerate(model.tables):
        table.schema, table.name = schemas[table.schema], f"t{i}"
        for column in table.own:
            number += 1
            column.name = f"c{number}"
        for j, part in enumerate(table.partitioning.parts if table.partitioning else []):
            part.schema, part.name = table.schema, f"t{i}_p{j}"
            part.hashed = [f"t{i}_p{j}_{h}" for h in range(len(part.hashed))]
