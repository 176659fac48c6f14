"""Random entries for erasing, and whom it is done to. No triggers, and no rules on keys that others reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import Entry, repair
from rules import GROUNDS, add_entry, add_personal, add_request

if TYPE_CHECKING:
    from generate import Generator

ON_ERASE = ["delete", "delete", "delete", None, None, "anonymise", "anonymise", "keep"]


def add_erasure(generator: Generator) -> None:
    model, rng = generator.model, generator.rng
    add_personal(generator)
    for table in model.tables:
        if rng.random() < 0.97:
            add_entry(model, table, rng)
        if table.entry:
            set_fate(table.entry, rng.choice(ON_ERASE), rng.choice(GROUNDS))
    repair(model)
    add_request(model, rng)
    if model.request:
        model.request.cascade = True
        model.erase = rng.choice(["erase", "erase", "delete"])
        model.starts = model.starts[:1]


def set_fate(entry: Entry, on_erase: str | None, ground: str) -> None:
    entry.on_erase, entry.ground = on_erase, ground if on_erase == "keep" else None
