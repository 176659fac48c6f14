"""Which row of before is which row of after: rows that nobody touched stand where they stood, the others are paired so that all fit."""

from __future__ import annotations

from expect import Pattern
from snapshot import Place, Tuple


def match(patterns: list[Pattern], rows: list[Tuple]) -> tuple[dict[Pattern, Tuple], list[Pattern], list[Tuple]]:
    """The pairs, and what is left on both sides."""
    pairs: dict[Pattern, Tuple] = {}
    at: dict[Place, Tuple] = {row.place: row for row in rows}
    for pattern in patterns:
        row = at.get(pattern.place) if pattern.place else None
        if row and not pattern.problems(row):
            pairs[pattern] = row
    taken = {id(row) for row in pairs.values()}
    open_patterns = [p for p in patterns if p not in pairs]
    open_rows = [row for row in rows if id(row) not in taken]
    fits = {p: [row for row in open_rows if not p.problems(row)] for p in open_patterns}
    owner: dict[Tuple, Pattern] = {}
    for pattern in open_patterns:
        augment(pattern, fits, owner, set())
    pairs.update({pattern: row for row, pattern in owner.items()})
    return pairs, [p for p in patterns if p not in pairs], [row for row in open_rows if row not in owner]


def augment(pattern: Pattern, fits: dict[Pattern, list[Tuple]], owner: dict[Tuple, Pattern], tried: set[Tuple]) -> bool:
    for row in fits[pattern]:
        if row in tried:
            continue
        tried.add(row)
        if row not in owner or augment(owner[row], fits, owner, tried):
            owner[row] = pattern
            return True
    return False


def misfits(patterns: list[Pattern], rows: list[Tuple]) -> list[str]:
    """Each pattern that found no row, with the row that comes nearest."""
    lines = []
    for pattern in patterns:
        nearest = min((pattern.problems(row) for row in rows), key=len, default=["the row is gone"])
        lines.append(f"  row that was at {pattern.place}: " + "; ".join(nearest))
    return lines + [f"  a row that is too many: {row.values}" for row in rows[len(patterns) :]]
