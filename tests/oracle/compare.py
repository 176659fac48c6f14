"""Builds one random schema in a transaction, asks the extension and the naive walk the same questions, and rolls back."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg

import erase
import exported
import noticed
import scrub
import searched
from anonymise import examine_request
from catalog import World, read_world
from differs import Differs, Failure
from erase import examine_erasure
from exported import check_export
from model import Model, Start
from naive import Answer, Naive
from script import late, regclass, setup, start_id
from scrub import examine_scrub
from searched import check_search

LINKS = "public.gdpr_links"

SEARCHED = 5  # of so many schemas one is searched


def examine(connection: psycopg.Connection, model: Model, seen: set[str]) -> Failure | None:
    """None if both agree. What occurred in the schema is added to `seen`."""
    doing = "setup"
    try:
        connection.execute("BEGIN")
        connection.execute(";\n".join(setup(model)))
        doing = "walk"
        check_walks(connection, model, seen)
        changes = late(model)
        if changes:
            doing = "late setup"
            connection.execute(";\n".join(changes))
            doing = "walk"
            seen.add("declared after a walk")
            check_walks(connection, model, seen)
        if model.seed % SEARCHED == 3:
            doing = "search"
            check_search(connection, model, seen)
        doing = "anonymise"
        if model.request and model.erase:
            examine_erasure(connection, model, seen)
        elif model.request:
            examine_request(connection, model, seen)
        elif model.scrub:
            doing = "scrub"
            examine_scrub(connection, model, seen)
    except Differs as differs:
        return differs.failure
    except psycopg.Error as error:
        return Failure(f"error {error.sqlstate} in {doing}", f"{type(error).__name__} in {doing}: {error}")
    finally:
        if not connection.closed and connection.info.transaction_status != psycopg.pq.TransactionStatus.UNKNOWN:
            connection.execute("ROLLBACK")
    return None


def check_walks(connection: psycopg.Connection, model: Model, seen: set[str]) -> None:
    world = read_world(connection, model.schemas)
    naive = Naive(world)
    for start in model.starts:
        relation = connection.execute(f"SELECT {regclass(start.table)}::oid").fetchone()[0]
        ids = [{column.name: value for column, value in values.items()} for values in start.ids]
        answer = naive.walk(relation, ids)
        notice(seen, world, naive, answer, relation, start)
        check_collect(connection, world, answer, start)
        check_export(connection, world, answer, start, seen)
        check_lock(connection, world, answer, start)
        if answer.unreviewed and "settled" not in seen:
            check_settling(connection, world, answer, start)
            seen.add("settled")


def check_collect(connection: psycopg.Connection, world: World, answer: Answer, start: Start) -> None:
    call = f"public.gdpr_collect({regclass(start.table)}, {start_id(start)})"
    expected = Counter(
        described(world, world.table(f.row.relation), world.key(f.row), f.depth, f.via, f.shared, f.row.data) for f in answer.found
    )
    try:
        rows = connection.execute(f"SELECT relation::oid, key::text, depth, via, shared, data::text FROM {call}").fetchall()
    except psycopg.Error as error:
        raise Differs(f"error {error.sqlstate} in collect", f"{call}\nraised {error.sqlstate}: {error}") from error
    actual = Counter(described(world, r[0], r[1] and json.loads(r[1], parse_float=Decimal), *r[2:]) for r in rows)
    if actual != expected:
        raise Differs("collect", f"{call}\n" + difference(expected, actual))


def check_lock(connection: psycopg.Connection, world: World, answer: Answer, start: Start) -> None:
    call = f"public.gdpr_lock({regclass(start.table)}, {start_id(start)})"
    counts = Counter(world.table(row.relation) for row in answer.walked)
    expected = Counter(f"{world.relations[oid]['name']}: {number} rows" for oid, number in counts.items())
    if answer.unreviewed:
        expected = Counter(["refused with 55000, unreviewed rows"])
        connection.execute("SAVEPOINT before_lock")
    try:
        rows = connection.execute(f"SELECT relation::oid, rows FROM {call}").fetchall()
        actual = Counter(f"{world.relations[oid]['name']}: {number} rows" for oid, number in rows)
    except psycopg.Error as error:
        if error.sqlstate != "55000":
            raise Differs(f"error {error.sqlstate} in lock", f"{call}\nraised {error.sqlstate}: {error}") from error
        actual = Counter(["refused with 55000, unreviewed rows"])
        if not answer.unreviewed:
            raise Differs("lock", f"{call}\nwas refused: {error}\n" + difference(expected, actual)) from error
    if answer.unreviewed:
        connection.execute("ROLLBACK TO before_lock")
    if actual != expected:
        raise Differs("lock", f"{call}\n" + difference(expected, actual))


def check_settling(connection: psycopg.Connection, world: World, answer: Answer, start: Start) -> None:
    """Whoever runs the calls that a refusal prints, and those that the next one prints, is not refused any more."""
    call = f"public.gdpr_lock({regclass(start.table)}, {start_id(start)})"
    asked = {
        (e.link.source, e.link.target, e.link.pairs)
        for e in answer.owner
        if not e.link.declared and e.source not in answer.walked and e.target in answer.unreviewed
    }
    declared = f"SELECT source::oid, source_columns, target::oid, target_columns FROM {LINKS}"
    before = connection.execute(declared).fetchall()
    connection.execute("SAVEPOINT before_settling")
    for turn in range(len(world.links) + 1):
        connection.execute("SAVEPOINT before_lock")
        try:
            connection.execute(f"SELECT FROM {call}")
            break
        except psycopg.Error as error:
            hint = error.diag.message_hint or ""
            connection.execute("ROLLBACK TO before_lock")
        try:
            connection.execute("\n".join(re.findall(r"^SELECT gdpr_link\(.*?\);$", hint, re.DOTALL | re.MULTILINE)))
        except psycopg.Error as error:
            raise Differs("settling", f"{call}\nprinted calls that fail with {error.sqlstate}: {error}\n{hint}") from error
        new = [row for row in connection.execute(declared).fetchall() if row not in before]
        strange = [row for row in new if turn == 0 and (row[0], row[2], frozenset(zip(row[1], row[3]))) not in asked]
        if strange or not new:
            raise Differs("settling", f"{call}\nprinted calls that say nothing about its unreviewed rows:\n{hint}")
    else:
        raise Differs("settling", f"{call}\nis still refused after all that it asked for was declared")
    connection.execute("ROLLBACK TO before_settling")


def described(world: World, relation: int, key: Any, depth: int, via: str | None, shared: bool, data: str) -> str:
    name = world.relations[relation]["name"] if relation in world.relations else f"relation {relation}"
    spelt = json.dumps(key, sort_keys=True, default=str, ensure_ascii=False)
    return f"depth {depth}  {name}  key {spelt}  via {via}  {'shared' if shared else 'own'}  {data}"


def difference(expected: Counter, actual: Counter) -> str:
    lines = [f"  both:           {line}" for line in sorted((expected & actual).elements())]
    lines += [f"  only naive:     {line}" for line in sorted((expected - actual).elements())]
    lines += [f"  only extension: {line}" for line in sorted((actual - expected).elements())]
    return "\n".join(lines)


# What must occur in a run of any length, or the generator has gone blind.
KINDS = [
    "shared", "unreviewed", "own cycle", "cycle", "diamond", "accessor", "over a foreign key", "by value", "by expression", "conditional",
    "up to a parent", "context", "partitioned", "one partition", "inheritance child", "dangling key", "no key", "composite key",
    "several links between two tables", "several ids", "no such id", "registered start", "unregistered start", "row of another subject",
    "declared after a walk", "lock", "refused lock", "settled", "deep", *exported.KINDS, *searched.KINDS, *noticed.KINDS, *erase.KINDS, *scrub.KINDS,
]  # fmt: skip


def notice(seen: set[str], world: World, naive: Naive, answer: Answer, relation: int, start: Start) -> None:
    depths = {f.row: f.depth for f in answer.found}
    taken = [e for e in answer.owner + answer.accessor if e.source in answer.walked and e.target in depths]
    own = {f.row for f in answer.found if not f.shared}
    back = [e for e in taken if depths[e.target] <= depths[e.source]]
    tables = {world.table(row.relation) for row in depths if depths[row] > 0}
    by_pair = Counter((e.source, e.target) for e in taken)
    subjects = {oid for oid, about in world.registry.items() if about["subject"]}
    links = {e.link for e in taken}
    partitions = {link for link in links for oid in (link.source, link.target) if world.relations[oid]["partition"]}
    signs = {
        "shared": len(own) < len(depths),
        "unreviewed": answer.unreviewed,
        "own cycle": any(e.source in own and e.target in own for e in back),
        "cycle": back,
        "diamond": any(sum(e.target is row for e in taken) > 1 for row in depths),
        "accessor": any(e in taken for e in answer.accessor),
        "over a foreign key": any(link.declared and link.is_key for link in links),
        "by value": any(link.declared and not link.is_key for link in links),
        "by expression": any(is_expression(world, link) for link in links),
        "conditional": any(link.condition for link in links),
        "up to a parent": any(o.is_key and o.pairs == frozenset((t, s) for s, t in link.pairs) for link in links for o in world.links),
        "context": any(e.source in answer.walked and e.target not in depths for e in naive.edges),
        "partitioned": any(world.is_partitioned(oid) for oid in tables),
        "one partition": partitions,
        "inheritance child": any(oid in world.parents and not world.is_partitioned(oid) for oid in tables),
        "dangling key": any(e.source is None and e.target in depths for e in answer.owner),
        "no key": any(world.identity(oid) is None for oid in tables),
        "composite key": any(len(link.source_columns) > 1 for link in links),
        "several links between two tables": any(number > 1 for number in by_pair.values()),
        "several ids": sum(depth == 0 for depth in depths.values()) > 1,
        "no such id": not depths,
        "registered start": relation in subjects,
        "unregistered start": depths and relation not in world.registry,
        "row of another subject": any(oid in subjects and oid != relation for oid in tables),
        "lock": depths and not answer.unreviewed,
        "refused lock": answer.unreviewed,
        "deep": any(depth >= 4 for depth in depths.values()),
    }
    seen.update(name for name, sign in signs.items() if sign)


def is_expression(world: World, link: Any) -> bool:
    names = {oid: {name for _, name, _, _ in world.relations[oid]["columns"]} for oid in (link.source, link.target)}
    return not names[link.source].issuperset(link.source_columns) or not names[link.target].issuperset(link.target_columns)
