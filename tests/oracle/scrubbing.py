"""Random entries for scrubbing the whole schema: those for anonymising, and whole columns that are shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import Rule
from rules import add_rules, relatives
from strategies import is_unique

if TYPE_CHECKING:
    from generate import Generator


def add_scrub(generator: Generator) -> None:
    model, rng = generator.model, generator.rng
    add_rules(generator)
    model.request, model.scrub = None, True
    model.starts = model.starts[:1]
    for table in model.tables:
        # Which rows a column is dealt among is plain where no other table has it.
        if not table.entry or len(relatives(model, table)) > 1:
            continue
        for column, rule in table.entry.rules.items():
            if column.shape and not rule.keeps and not is_unique(table, column) and rng.random() < 0.15:
                table.entry.rules[column] = Rule("shuffle")
