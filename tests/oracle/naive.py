"""docs/walk.md once more, by the simplest means: every pair of rows is tried, every set is what is left after striking out.

Nothing here is meant to be fast or clever. Where the words of that page and this file differ, one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog import CatalogLink, Row, World, heir


@dataclass(frozen=True)
class Edge:
    """`link` leads from `source` to `target`; a foreign key that points at no row has None as its source."""

    link: CatalogLink
    source: Row | None
    target: Row


@dataclass(frozen=True)
class Found:
    row: Row
    depth: int
    via: str | None
    shared: bool


@dataclass
class Answer:
    found: list[Found]
    walked: set[Row]
    unreviewed: set[Row]
    owner: list[Edge]
    accessor: list[Edge]
    edges: list[Edge]
    kinds: dict[CatalogLink, str]


class Naive:
    def __init__(self, world: World) -> None:
        self.world = world
        self.edges = [edge for link in world.links for edge in self.edges_of(link)]

    # Links lead from rows to rows

    def edges_of(self, link: CatalogLink) -> list[Edge]:
        out = []
        sources = [row for row in self.world.rows if self.is_in(link.source, row)]
        for target in self.world.rows:
            if not self.is_in(link.target, target):
                continue
            wanted = [target.values[c] for c in link.target_columns]
            if any(v is None for v in wanted):
                continue
            owners = [s for s in sources if [s.values[c] for c in link.source_columns] == wanted and self.holds(link, s, target)]
            out += [Edge(link, source, target) for source in owners]
            if link.is_key and not link.condition and not owners:
                out.append(Edge(link, None, target))
        return out

    def is_in(self, relation: int, row: Row) -> bool:
        """A partition has the rows of its own partitions; a table that others inherit from has its own rows only."""
        if self.world.is_partitioned(relation):
            return relation in self.world.ancestors(row.relation)
        return row.relation == relation

    def holds(self, link: CatalogLink, source: Row, target: Row) -> bool:
        if not link.condition:
            return True
        return (source.relation, source.place, target.relation, target.place) in self.world.conditions[link.origin or link]

    # Kinds

    def kinds(self, start: int) -> dict[CatalogLink, str]:
        table = self.world.table
        people = {oid for oid, about in self.world.registry.items() if about["subject"]} | {start}
        subjects = {table(r) for r in self.world.relations if any(heir(self.world, r, p) for p in people)} | {table(p) for p in people}
        kinds: dict[CatalogLink, str] = {}
        for link in self.world.links:
            if link.kind:
                kinds[link] = link.kind
            elif table(link.target) in subjects or self.runs_the_other_way(link):
                kinds[link] = "context"
        leading = set(subjects)
        while True:
            more = {
                table(link.target)
                for link in self.world.links
                if kinds.get(link, "owner") in ("owner", "accessor") and table(link.source) in leading
            }
            if more <= leading:
                break
            leading |= more
        for link in self.world.links:
            if link not in kinds:
                kinds[link] = "owner" if table(link.source) in leading else "context"
        return kinds

    def runs_the_other_way(self, link: CatalogLink) -> bool:
        back = frozenset((t, s) for s, t in link.pairs)
        return any(o.declared and (o.source, o.target, o.pairs) == (link.target, link.source, back) for o in self.world.links)

    # The sets

    def walk(self, start: int, ids: list[dict[str, Any]]) -> Answer:
        everything = set(self.world.rows)
        starts = {row for row in everything if self.is_start(row, start, ids)}
        kinds = self.kinds(start)
        owner = [e for e in self.edges if kinds[e.link] == "owner" and e.target not in starts]
        accessor = [e for e in self.edges if kinds[e.link] == "accessor"]
        undeclared = [e for e in owner if not e.link.declared]

        def only_owned_in(kept: set[Row], links: list[Edge]) -> list[Edge]:
            """The owner links to rows that have all their owners by these links in the set."""
            return [e for e in owner if all(o.source in kept for o in links if o.target is e.target)]

        own = largest(everything, starts, lambda kept: only_owned_in(kept, owner))
        walked = largest(everything, starts, lambda kept: only_owned_in(kept, undeclared) + accessor)
        unreviewed = {
            e.target
            for e in owner
            if e.source in walked and e.target not in own and any(u.source not in walked for u in undeclared if u.target is e.target)
        }
        depths = distances(starts, walked, unreviewed, owner, accessor)
        found = [Found(row, depth, None, row not in own) for row, depth in depths.items() if depth == 0]
        for row, depth in depths.items():
            if depth > 0:
                last = [e.link for e in owner + accessor if e.target is row and e.source in walked and depths.get(e.source) == depth - 1]
                first = min(last, key=lambda link: link.order(self.world.relations))
                found.append(Found(row, depth, first.name, row not in own))
        return Answer(found, walked, unreviewed, owner, accessor, self.edges, kinds)

    def is_start(self, row: Row, start: int, ids: list[dict[str, Any]]) -> bool:
        at = row.relation if not self.world.is_partitioned(start) else self.world.table(row.relation)
        return at == start and any(all(row.values[c] == v for c, v in one.items()) for one in ids)


def largest(everything: set[Row], starts: set[Row], steps: Callable[[set[Row]], list[Edge]]) -> set[Row]:
    """The largest set with the start rows in which a chain of the steps that the set allows leads to every row."""
    kept = everything
    while True:
        left = connected(starts, kept, steps(kept))
        if left == kept:
            return kept
        kept = left


def connected(starts: set[Row], rows: set[Row], links: list[Edge]) -> set[Row]:
    reached = set(starts)
    while True:
        more = {e.target for e in links if e.source in reached and e.target in rows} - reached
        if not more:
            return reached
        reached |= more


def distances(starts: set[Row], walked: set[Row], unreviewed: set[Row], owner: list[Edge], accessor: list[Edge]) -> dict[Row, int]:
    depths = {row: 0 for row in starts}
    depth = 0
    while True:
        depth += 1
        last = {row for row, d in depths.items() if d == depth - 1 and row in walked}
        new = {e.target for e in owner + accessor if e.source in last and (e.target in walked or e.target in unreviewed)} - set(depths)
        if not new:
            return depths
        for row in new:
            depths[row] = depth
