"""Names for schemas, tables and columns: half of the schemas have plain ones, the others what an attacker or a bad day would choose."""

from __future__ import annotations

import random

HOSTILE = [
    "Mixed Case", 'we"ird',
    '""', "back\\slash", "\\", "$$", "$1", "$body$", "naïve", "日本語", "a\u200bb", "ab", "AB", "\u200b", "\ufeffbom",
    "user", "group", "select", "table", "order", "from", "null", "end", "%", "%s %I %L", "{}", "{0}", '{"a": 1}', "it's", "''", "--", "/*",
    "*/", "a;b", "a.b", "a, b", " lead", "trail ", "new\nline", "tab\t", "source", "target", "key", "data", "depth", "via", "shared",
    "relation", "id", "t", "s", "x", "ctid_", "row", "value", "gdpr_links", "gdpr_registry", "pg_class", "int4", "a(b)", "x -> y", "E'x'",
    ":name", "?", "1st", "true", "x" * 63, "é" * 31 + "x", "Ünïcödé", "💥", "a\u0301", "á", "\u202ertl",
]  # fmt: skip


class Namer:
    """Names that are unique within a scope."""

    def __init__(self, random_source: random.Random) -> None:
        self.random = random_source
        self.hostile = random_source.random() < 0.5
        self.taken: dict[object, set[str]] = {}

    def name(self, scope: object, plain: str) -> str:
        taken = self.taken.setdefault(scope, set())
        name = cut(plain, 63)
        if self.hostile and self.random.random() < 0.7:
            name = self.random.choice(HOSTILE)
        number = 1
        candidate = name
        while candidate in taken:
            number += 1
            suffix = str(number)
            candidate = cut(name, 63 - len(suffix)) + suffix
        if scope == "schemas" and candidate.startswith("pg_"):
            return self.name(scope, plain)
        taken.add(candidate)
        return candidate

    def same(self, scope: object, name: str) -> bool:
        """Takes exactly this name in another scope, if it is free there."""
        taken = self.taken.setdefault(scope, set())
        if name in taken:
            return False
        taken.add(name)
        return True


def cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore")
