"""What is raised and told when the two do not agree."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Failure:
    kind: str  # what a shrunk schema must still show
    text: str
    said: list[str] = field(default_factory=list)  # the statements after the walks


class Differs(Exception):
    def __init__(self, kind: str, text: str, said: list[str] | None = None) -> None:
        super().__init__(text)
        self.failure = Failure(kind, text, said or [])
