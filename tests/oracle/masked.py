"""What must have become of a value, strategy by strategy, as docs/rules.md says it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from model import Column, Rule, Table
from script import ident, literal
from shapes import shape_of
from strategies import is_required, is_unique


@dataclass(eq=False)
class Masked:
    """A value that a rule was applied to. `exact` is the outcome, if the server could say it beforehand."""

    rule: Rule
    table: Table
    column: Column
    old: str | None
    original: bool  # it is what somebody wrote: no outcome of a rule
    exact: str | None = None
    is_exact: bool = False

    def problem(self, new: str | None) -> str | None:
        if self.old is None:
            return None if new is None else f"NULL became {new!r}"
        if self.is_exact:
            same = new == self.exact or (shape_of(self.column).family == "json" and parsed(new) == parsed(self.exact))
            return None if same else f"{self.old!r} should be {self.exact!r} and is {new!r}"
        if new is None:
            return f"{self.old!r} became NULL"
        if self.original and self.must_change and new == self.old:
            return f"{self.old!r} is what it was"
        if self.original and len(self.old) >= 4 and self.old in new and shape_of(self.column).family in ("text", "fixed"):
            return f"{new!r} contains {self.old!r}"
        check = CHECKS.get(self.rule.strategy)
        if check and not check(self, new):
            return f"{new!r} is no outcome of {self.rule.strategy} {self.rule.parameters} on {self.old!r}"
        return None

    @property
    def must_change(self) -> bool:
        """A random boolean may be what it was; so may a number of few."""
        family = shape_of(self.column).family
        few = self.rule.strategy == "random" and (family in ("bool", "enum", "date", "small") or "min" in self.rule.parameters)
        short = family == "text" and len(self.old or "") < 4
        return not few and not short and self.rule.strategy not in ("json", "sql", "generalise", "partial")


def constant(rule: Rule, table: Table, column: Column) -> tuple[bool, str | None]:
    """Whether the outcome is the same for every value, and which."""
    required = is_required(table, column)
    if rule.strategy == "auto":
        return (True, shape_of(column).neutral if required else None) if not (required and is_unique(table, column)) else (False, None)
    return rule.strategy in ("null", "blank", "default", "value"), rule.expected


def expression(rule: Rule, table: Table, column: Column) -> str | None:
    """SQL that gives the outcome as text, for those strategies that are a function of the row."""
    name, shape = f"t.{ident(column.name)}", shape_of(column)
    parameters = rule.parameters
    if rule.strategy == "sql" and not rule.by_chance:
        return f"(SELECT ({parameters['expression']})::{column.type}::text FROM (SELECT t.*) AS own)"
    if rule.strategy == "generalise" and shape.family in ("date", "timestamp", "timestamptz"):
        moment = "timestamp" if shape.family == "date" else shape.family
        return f"date_trunc({literal(parameters.get('to', 'year'))}, {name}::{moment})::{column.type}::text"
    if rule.strategy == "generalise":
        return f"(floor({name}::numeric / {parameters['step']}) * {parameters['step']})::{column.type}::text"
    if rule.strategy == "hash" and shape.family in ("text", "fixed"):
        return f"public.gdpr_hash({name}::text, {min(parameters.get('length', 64), shape.limit or 64)})"
    if rule.strategy == "pseudonym" and shape.family == "text" and not shape.limit:
        return f"public.gdpr_pseudonym({name}::text" + (f", {literal(parameters['kind'])})" if "kind" in parameters else ")")
    return None


def parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


# Each strategy's own promise


def is_partial(value: Masked, new: str) -> bool:
    first, last = value.rule.parameters.get("keep_first", 0), value.rule.parameters.get("keep_last", 0)
    mask, old = value.rule.parameters.get("mask", "*"), value.old or ""
    if len(old) <= first + last:
        return new == mask * len(old)
    return new == old[:first] + mask * (len(old) - first - last) + old[len(old) - last :]


def is_hash(value: Masked, new: str) -> bool:
    if shape_of(value.column).family == "bytea":
        return len(new) == 2 + 64
    return shape_of(value.column).family in ("uuid", "bigint") or re.fullmatch("[0-9a-f]+", new) is not None


def is_email(value: Masked, new: str) -> bool:
    domain = value.rule.parameters.get("domain", "example.invalid")
    return re.fullmatch(r"anon-[0-9a-z]+@" + re.escape(domain), new) is not None


def is_near(value: Masked, new: str) -> bool:
    parameters, family = value.rule.parameters, shape_of(value.column).family
    if new == value.old:
        return False
    if family in ("date", "timestamp", "timestamptz"):
        days = int(parameters.get("interval", "30 days").split()[0])
        return abs(datetime.fromisoformat(new) - datetime.fromisoformat(value.old or "")) <= timedelta(days)
    old, changed = Decimal(value.old or "0"), Decimal(new)
    most = parameters.get("amount", max(abs(old) * Decimal(str(parameters.get("ratio", 0.1))), 1))
    rounding = Decimal("0.01") if family == "float" or "." in (value.old or "") else Decimal(1)
    return abs(changed - old) <= Decimal(str(most)) + rounding


def is_random(value: Masked, new: str) -> bool:
    family, parameters = shape_of(value.column).family, value.rule.parameters
    if "min" in parameters and family in ("numeric", "float", "small", "int", "bigint"):
        return parameters["min"] <= Decimal(new) <= parameters["max"]
    if "min" in parameters:
        return parameters["min"] <= new <= parameters["max"] + "~"
    if family == "text" and not is_unique(value.table, value.column):
        return len(new) == min(parameters.get("length", 16), shape_of(value.column).limit or 99)
    return True


def is_kind(value: Masked, new: str) -> bool:
    return shape_of(value.column).family not in ("text", "inet") or of_kind(value.rule.parameters.get("kind"), new)


def of_kind(kind: str | None, new: Any) -> bool:
    if not isinstance(new, str) or not new or new.strip() != new:
        return False
    if kind == "email":
        return re.fullmatch(r"[^@\s]+@(example\.(com|org|net|invalid)|mail\.test)", new) is not None
    if kind == "iban":
        digits = "".join(str(int(c, 36)) for c in re.sub(" ", "", new[4:] + new[:4]))
        return int(digits) % 97 == 1
    if kind == "ip":
        return re.fullmatch(r"10(\.\d{1,3}){3}(/32)?|2001:db8:[0-9a-f:]+", new) is not None
    return kind != "url" or re.match("https?://", new) is not None


def is_document(value: Masked, new: str) -> bool:
    old, changed = parsed(value.old), parsed(new)
    for path, rule in value.rule.parameters["paths"].items():
        if not place_is_masked(rule, path.split("."), old, changed):
            return False
    return is_the_rest_the_same(value.rule.parameters["paths"], [], old, changed)


def place_is_masked(rule: Rule, path: list[str], old: Any, new: Any) -> bool:
    if not path:
        return inside(rule, old, new)
    if path[0] == "*":
        if not isinstance(old, list):
            return True
        return len(old) == len(new) and all(place_is_masked(rule, path[1:], o, n) for o, n in zip(old, new))
    if not isinstance(old, dict) or path[0] not in old:
        return True
    return path[0] in new and place_is_masked(rule, path[1:], old[path[0]], new[path[0]])


def inside(rule: Rule, old: Any, new: Any) -> bool:
    if old is None or rule.strategy == "null":
        return new is None
    if rule.strategy == "value":
        return new == rule.parameters["value"]
    if rule.strategy == "blank":
        return new == ""
    if rule.strategy == "hash":
        return re.fullmatch("[0-9a-f]{64}", str(new)) is not None
    if rule.strategy == "partial":
        return new == "*" * (len(old) - 2) + old[-2:]
    if rule.strategy == "random":
        return isinstance(new, str) and new != old and len(new) == rule.parameters.get("length", 16)
    return new != old and of_kind("email" if rule.strategy == "email" else rule.parameters.get("kind"), new)


def is_the_rest_the_same(paths: dict, here: list[str], old: Any, new: Any) -> bool:
    if any(path.split(".") == here for path in paths):
        return True
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(is_the_rest_the_same(paths, [*here, k], v, new[k]) for k, v in old.items())
    if isinstance(old, list):
        return len(old) == len(new) and all(is_the_rest_the_same(paths, [*here, "*"], o, n) for o, n in zip(old, new))
    return old == new


CHECKS = {
    "partial": is_partial, "hash": is_hash, "email": is_email, "noise": is_near, "random": is_random, "json": is_document, "fake": is_kind,
    "pseudonym": is_kind,
}  # fmt: skip
