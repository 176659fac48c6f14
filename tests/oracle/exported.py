"""gdpr_export against the naive walk: a document has the rows that the walk finds, each of them once, without what leads to other people."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg

from catalog import Row, World, heir
from differs import Differs
from model import Start
from naive import Answer
from script import regclass, start_id

KINDS = ["document", "refused document", "document of nobody", "rows within rows", "redacted", "other's and the person's"]


def check_export(connection: psycopg.Connection, world: World, answer: Answer, start: Start, seen: set[str]) -> Counter[int] | None:
    """How many rows of each table the document has; None if it is refused, or would be about several people."""
    if len(start.ids) > 1:
        return None
    call = f"public.gdpr_export({regclass(start.table)}, {start_id(start)})"
    connection.execute("SAVEPOINT before_export")
    connection.execute("SET LOCAL gdpr_ext.unregistered = 'report'")
    try:
        text = connection.execute(f"SELECT document::text FROM {call} AS document").fetchone()[0]
    except psycopg.Error as error:
        connection.execute("ROLLBACK TO before_export")
        if error.sqlstate != "55000" or not answer.unreviewed:
            raise Differs(f"error {error.sqlstate} in export", f"{call}\nraised {error.sqlstate}: {error}") from error
        seen.add("refused document")
        return None
    connection.execute("ROLLBACK TO before_export")  # it is an event of the log, too
    if answer.unreviewed:
        raise Differs("export", f"{call}\nshould be refused with 55000")
    document = json.loads(text, parse_float=Decimal, object_pairs_hook=distinct)
    people = Redaction(world, answer, start, connection)
    problems = misfits(world, answer, document, people)
    if problems:
        raise Differs("export", f"{call}\n" + "\n".join(problems))
    notice(seen, document, people)
    return Counter(world.table(f.row.relation) for f in answer.found)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError(f"doubled keys: {[key for key, _ in pairs]}")
    return dict(pairs)


class Redaction:
    """What of the found rows is not the person's."""

    def __init__(self, world: World, answer: Answer, start: Start, connection: psycopg.Connection) -> None:
        self.world, self.answer = world, answer
        self.found = {f.row for f in answer.found}
        self.both = False
        relation = connection.execute(f"SELECT {regclass(start.table)}::oid").fetchone()[0]
        people = {oid for oid, about in world.registry.items() if about["subject"]} | {relation}
        self.subjects = {world.table(r) for r in world.relations if any(heir(world, r, p) for p in people)} | {world.table(p) for p in people}

    def columns(self, row: Row) -> set[str]:
        """Keys that lead to people, of whom none is found: unless another link, whose source is found, uses the column."""
        columns, shown = set(), set()
        for link in self.world.links:
            if self.world.table(link.source) in self.subjects and set(link.target_columns) <= names(self.world, link.target):
                sources = [e.source for e in self.answer.edges if e.link is link and e.target is row and e.source]
                if any(source in self.found for source in sources):
                    shown.update(link.target_columns)
                elif sources:
                    columns.update(link.target_columns)
        self.both = self.both or bool(columns & shown)
        return columns - shown


def names(world: World, relation: int) -> set[str]:
    return {name for _, name, _, _ in world.relations[relation]["columns"]}


def misfits(world: World, answer: Answer, document: dict, people: Redaction) -> list[str]:
    problems = []
    exported = rows_of(document["sections"])
    expected: dict[str, list[Row]] = {}
    for found in answer.found:
        expected.setdefault(world.relations[world.table(found.row.relation)]["sql"], []).append(found.row)
    for section in document["sections"]:
        name = section["relation"]
        rows = exported.get(section["label"], [])
        if section["rows"] != len(rows):
            problems.append(f"{name} says {section['rows']} rows, and has {len(rows)}")
        redacted = {c["column"] for c in section["columns"] if c["label"] in section["redacted"]}
        labels = {c["label"]: c["column"] for c in section["columns"]}
        problems += compare(world, name, expected.pop(name, []), [by_column(row, labels) for row in rows], redacted, people)
    problems += [f"{name}: {len(rows)} rows are not in the document" for name, rows in expected.items()]
    if document["rows"] != len(answer.found):
        problems.append(f"the document says {document['rows']} rows of {len(answer.found)}")
    return problems


def rows_of(sections: list[dict]) -> dict[str, list[dict]]:
    """The rows of each section by its label, taken out of the rows that they stand within."""
    rows: dict[str, list[dict]] = {}
    for section in sections:  # one stands after what it is within
        if "within" not in section:
            rows[section["label"]] = section["data"]
        else:
            rows[section["label"]] = [row for outer in rows[section["within"]] for row in outer.pop(section["label"])]
    return rows


def by_column(row: dict, labels: dict[str, str]) -> dict[str, Any]:
    return {labels.get(label, f"no column {label}"): value for label, value in row.items()}


def compare(world: World, name: str, expected: list[Row], exported: list[dict], redacted: set[str], people: Redaction) -> list[str]:
    """Row by row."""
    hidden = {row: people.columns(row) for row in expected}
    wanted = Counter(spelt(json.loads(row.data, parse_float=Decimal), hidden[row]) for row in expected)
    actual = Counter(spelt(row, set()) for row in exported)
    problems = [f"  only naive:     {name} {row}" for row in (wanted - actual).elements()]
    problems += [f"  only extension: {name} {row}" for row in (actual - wanted).elements()]
    said = set().union(*hidden.values())
    if said != redacted:
        problems.append(f"{name} says that {sorted(redacted)} are redacted, should be {sorted(said)}")
    return problems


def spelt(row: dict, without: set[str]) -> str:
    return json.dumps({c: v for c, v in row.items() if c not in without}, sort_keys=True, default=str, ensure_ascii=False)


def notice(seen: set[str], document: dict, people: Redaction) -> None:
    sections = document["sections"]
    signs = {
        "document": sections,
        "document of nobody": not sections,
        "rows within rows": any("within" in s for s in sections),
        "redacted": any(s["redacted"] for s in sections),
        "other's and the person's": people.both,
    }
    seen.update(name for name, sign in signs.items() if sign)


def check_foreseen(counts: Counter[int], foreseen: list[tuple]) -> list[str]:
    """An erasure is about the rows of the document: those that it deletes or changes, and those that it keeps, are among them."""
    done: Counter[int] = Counter()
    for relation, action, rows, _ in foreseen:
        if action in ("deleted", "anonymised", "pseudonymised"):
            done[relation] += rows
        elif action != "detached":  # rows of others can be
            done[relation] = max(done[relation], rows)
    return [f"the document has {counts[r]} rows of relation {r}, and the preview speaks of {rows}" for r, rows in done.items() if rows > counts[r]]
