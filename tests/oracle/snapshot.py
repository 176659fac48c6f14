"""Every row as text, with the place where it is: rows that an UPDATE did not touch keep their place."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from catalog import World

Place = tuple[int, str]


@dataclass(eq=False)
class Tuple:
    place: Place
    values: dict[str, str | None]


def snapshot(connection: psycopg.Connection, world: World) -> dict[int, list[Tuple]]:
    """The rows of each table, those of a partitioned one together."""
    tables = [oid for oid in world.relations if world.table(oid) == oid]
    if not tables:
        return {}
    cursor = connection.execute(";\n".join(select(world, oid, [f"t.{q}::text" for _, _, q, _ in columns(world, oid)]) for oid in tables))
    out: dict[int, list[Tuple]] = {}
    for oid in tables:
        names = [name for _, name, _, _ in columns(world, oid)]
        out[oid] = [Tuple((relation, place), dict(zip(names, values))) for relation, place, *values in cursor.fetchall()]
        cursor.nextset()
    return out


def columns(world: World, oid: int) -> list:
    return world.relations[oid]["columns"]


def select(world: World, oid: int, expressions: list[str]) -> str:
    only = "" if world.is_partitioned(oid) else "ONLY "
    return f"SELECT {', '.join(['t.tableoid', 't.ctid::text', *expressions])} FROM {only}{world.relations[oid]['sql']} AS t"
