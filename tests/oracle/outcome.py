"""Compares a report, and what the database holds after a call, with the naive plan."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from catalog import World
from expect import Expectation, renamed_keys
from logged import events
from masked import Masked
from match import match, misfits
from model import Column
from noticed import notice_pairs
from person import Person
from plan import Plan
from script import ident
from shapes import shape_of
from snapshot import Place, Tuple, snapshot

ORDER = ["anonymised", "pseudonymised", "kept", "unregistered"]  # of what is reported of one table


def check_report(person: Person, call: str, world: World, expected: dict[tuple, int], report: list[tuple]) -> None:
    wanted = Counter((*key, rows) for key, rows in expected.items())
    actual = Counter((relation, action, ground, rows) for relation, action, rows, ground in report)
    if wanted != actual:
        lines = [f"  only naive:     {named(world, row)}" for row in (wanted - actual).elements()]
        lines += [f"  only extension: {named(world, row)}" for row in (actual - wanted).elements()]
        raise person.differs("report", f"{call}\n" + "\n".join(lines))
    tables = [relation for relation, _ in groupby(report, key=lambda row: row[0])]
    ranks = [(tables.index(relation), ORDER.index(action)) for relation, action, _, _ in report]
    if len(tables) != len(set(tables)) or ranks != sorted(ranks):
        raise person.differs("order", f"{call}\nreturned {shown(world, report)}")


def check_unchanged(person: Person, what: str, world: World, before: dict[int, list[Tuple]], known: set[str]) -> None:
    after = snapshot(person.connection, world)
    for relation in before:
        if Counter(spelled(r) for r in before[relation]) != Counter(spelled(r) for r in after[relation]):
            raise person.differs("unchanged", f"a {what} changed {world.relations[relation]['name']}")
    if events(person.connection).keys() != known:
        raise person.differs("unchanged", f"a {what} was logged")


def check_rows(
    person: Person, call: str, world: World, plan: Plan, before: dict[int, list[Tuple]], exact: dict[tuple[Place, Column], str | None]
) -> None:
    """Every row of the database, and those that triggers added. The person's marks and key become those of after."""
    after = snapshot(person.connection, world)
    renamed = renamed_keys(person.model, world, plan, before, after)
    expectation = Expectation(person.model, world, plan, exact, person.originals)
    marks = set()
    marked: dict[Place, set[Column]] = {}
    for place, column in person.marks:
        marked.setdefault(place, set()).add(column)
    for relation, patterns in expectation.patterns(before, renamed).items():
        pairs, lost, strange = match(patterns, after[relation])
        if lost or strange:
            raise person.differs("rows", f"{call}\n{world.relations[relation]['name']}:\n" + "\n".join(misfits(lost, strange)))
        for pattern, row in pairs.items():
            masked = {name: cell for name, cell in pattern.cells.items() if isinstance(cell, Masked)}
            marks |= {(row.place, cell.column) for cell in masked.values()}
            marks |= {(row.place, c) for c in marked.get(pattern.place, ())}
            if world.identity(relation):
                check_pseudonyms(person, call, masked, row)
        notice_pairs(person.seen, person.model, world, relation, pairs)
    person.marks = marks
    person.follow(renamed)


def check_pseudonyms(person: Person, call: str, masked: dict[str, Masked], row: Tuple) -> None:
    """Equal values stay equal, in every table."""
    for name, cell in masked.items():
        if cell.rule.strategy not in ("hash", "pseudonym") or cell.old is None:
            continue
        shape = shape_of(cell.column)
        type_name = shape.family if (shape.limit or 99) >= 70 else cell.column.type
        how = (cell.rule.strategy, str(cell.rule.parameters), type_name, cell.old)
        if person.pseudonyms.setdefault(how, row.values[name]) != row.values[name]:
            raise person.differs("pseudonym", f"{call}\n{cell.old!r} became {row.values[name]!r} and {person.pseudonyms[how]!r}")


def check_keys(person: Person, call: str) -> None:
    """A foreign key is checked when rows are written; this one looks for what was written around it."""
    for key in person.model.keys:
        theirs, ours = relation_sql(key.referenced, key.referenced_part), relation_sql(key.table, key.part)
        same = " AND ".join(f"p.{ident(r.name)} = c.{ident(o.name)}" for o, r in zip(key.columns, key.referenced_columns))
        filled = " AND ".join(f"c.{ident(c.name)} IS NOT NULL" for c in key.columns)
        sql = f"SELECT count(*) FROM {ours} AS c WHERE {filled} AND NOT EXISTS (SELECT FROM {theirs} AS p WHERE {same})"
        if person.connection.execute(sql).fetchone()[0]:
            raise person.differs("foreign key", f"{call}\nleft rows that refer to nothing: {sql}")


def relation_sql(table: Any, part: Any) -> str:
    if part:
        return f"{ident(part.schema)}.{ident(part.name)}"
    return ("" if table.partitioning else "ONLY ") + f"{ident(table.schema)}.{ident(table.name)}"


def spelled(row: Tuple) -> tuple:
    return row.place, tuple(row.values.values())


def shown(world: World, report: list[tuple]) -> list[str]:
    return [named(world, tuple(row)) for row in report]


def named(world: World, row: tuple) -> str:
    relation, *rest = row
    return f"{world.relations[relation]['name'] if relation in world.relations else relation}  {rest}"
