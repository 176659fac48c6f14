"""What the log must say of a call, and what it must not: nothing personal."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import psycopg

from catalog import World
from histories import history_of
from model import Column, Model, Table
from natural import carriers
from plan import Plan, rules_of, table_of
from shapes import shape_of
from snapshot import Tuple

EVENTS = """
SELECT id::text, request::text, call, subject, relation, action, rows, ground, key_columns, keys, columns, fingerprints, reason
FROM gdpr_log.event ORDER BY id
"""
TABLES = """
SELECT format('SELECT t::text FROM gdpr_log.%I AS t', relname) FROM pg_class
WHERE relnamespace = 'gdpr_log'::regnamespace AND relkind IN ('r', 'v', 'p', 'm')
"""
# What shapes.token makes.
TOKEN = re.compile(r"zq\d{4}[wxz][ghjk]")
HEX_TOKEN = re.compile(r"7a71(3\d){4}7[78a](6[78ab])")


def events(connection: psycopg.Connection) -> dict[str, dict[str, Any]]:
    cursor = connection.execute(EVENTS)
    names = [c.name for c in cursor.description]
    return {row[0]: dict(zip(names, row)) for row in cursor.fetchall()}


def log_problems(
    connection: psycopg.Connection, model: Model, world: World, plan: Plan, report: list[tuple],
    before: dict[int, list[Tuple]], new: list[dict],
) -> list[str]:  # fmt: skip
    """`report` is what the call returned, `new` the events that it wrote."""
    problems = []
    expected = Counter((world.relations[oid]["sql"], action, rows, ground) for oid, action, rows, ground in report if rows)
    logged = Counter((e["relation"], e["action"], e["rows"], e["ground"]) for e in new)
    if expected != logged:
        problems.append(f"events are {sorted(logged.elements(), key=str)} and should be {sorted(expected.elements(), key=str)}")
    if len({e["request"] for e in new}) > 1:
        problems.append("one call, several requests")
    for event in new:
        relation = next((oid for oid, about in world.relations.items() if about["sql"] == event["relation"]), None)
        if relation is not None and event["action"] in ("anonymised", "pseudonymised"):
            problems += event_problems(model, world, plan, relation, before.get(relation, []), event)
    return problems + personal(connection, model, world, before)


def event_problems(model: Model, world: World, plan: Plan, relation: int, before: list[Tuple], event: dict) -> list[str]:
    table = table_of(model, world, relation)
    masked = {c.name for place, masks in plan.masks.items() if world.table(place[0]) == relation for c in masks}
    ruled = {c.name for c, rule in rules_of(model, table).items() if not rule.keeps}
    problems = []
    columns = set(event["columns"])
    if columns != masked and not (history_of(model, table) and columns <= ruled):
        problems.append(f"{event['relation']}: columns are {sorted(columns)}, changed were {sorted(masked)}")
    if event["call"] != "anonymise":
        problems.append(f"call is {event['call']}")
    if len(event["fingerprints"]) != 4 * event["rows"] * len(columns):
        problems.append(f"{event['relation']}: {len(event['fingerprints'])} bytes of fingerprints")
    identity = table.identity
    if identity and not history_of(model, table) and all(is_plain(model, table, c) for c in identity):
        rows = [row.values for row in before if row.place in plan.masks]
        keys = [[plain(c, row[c.name]) for c in identity] for row in rows]
        wanted = Counter(json.dumps(key if len(key) > 1 else key[0]) for key in keys)
        if Counter(json.dumps(key) for key in event["keys"]) != wanted:
            problems.append(f"{event['relation']}: keys are {event['keys']} and should be {sorted(wanted.elements())}")
    return problems


def is_plain(model: Model, table: Table, column: Column) -> bool:
    """Integers and uuids that no rule speaks of, nor of what they refer to."""
    keyed = [(t, t.primary[0]) for t in model.tables if t.primary and t.entry and t.primary[0] in t.entry.rules]
    ruled = any((table, column) in carriers(model, t, key) for t, key in keyed)
    return column.type in ("int", "bigint", "uuid") and column not in rules_of(model, table) and not ruled


def plain(column: Column, text: str | None) -> Any:
    return text if column.type == "uuid" else int(text or 0)


def personal(connection: psycopg.Connection, model: Model, world: World, before: dict[int, list[Tuple]]) -> list[str]:
    """The whole log as text, searched for every value that could be told from a digest."""
    statements = [row[0] for row in connection.execute(TABLES).fetchall()]
    cursor = connection.execute(";\n".join(statements))
    texts = []
    for _ in statements:
        texts += [row[0] for row in cursor.fetchall()]
        cursor.nextset()
    log = "\n".join(texts)
    values = {
        row.values[column.name]
        for relation, rows in before.items()
        for column in rules_of(model, table_of(model, world, relation))
        if shape_of(column).family in ("text", "uuid", "timestamp", "timestamptz", "bytea") and column.shape
        for row in rows
    }
    found = [value for value in values if value and len(value) >= 12 and value in log]
    found += [match.group() for pattern in (TOKEN, HEX_TOKEN) if (match := pattern.search(log))]
    return [f"the log contains {value!r}" for value in found]
