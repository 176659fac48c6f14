"""Rules that suit a column: whatever the row holds, what they make of it fits the type and the constraints."""

from __future__ import annotations

import random

from model import Column, Rule, Table
from script import ident
from shapes import Shape, shape_of

KINDS = [
    "name", "first_name", "last_name", "email", "phone", "company", "street", "city", "postcode", "country", "iban", "ip", "url",
    "user_name", "text",
]  # fmt: skip
TOLD_APART = ["email", "user_name", "url", "ip", "phone", "iban"]  # pseudonyms of these kinds suit a unique column
NEW_UUID = Rule("sql", {"expression": "gen_random_uuid()"}, by_chance=True)
UNITS = ["year", "month", "quarter", "decade", "century", "day", "hour"]
PATHS = [
    {"contact.email": Rule("email")},
    {"contact.phone": Rule("partial", {"keep_last": 2}), "n": Rule("null")},
    {"items.*.name": Rule("hash"), "theme": Rule("value", {"value": "light"})},
    {"contact.email": Rule("pseudonym", {"kind": "email"}), "items.*.name": Rule("blank")},
    {"contact.phone": Rule("fake", {"kind": "phone"}), "missing.x": Rule("null")},
    {"contact.phone": Rule("random", {"length": 6}), "items.*.name": Rule("random")},
]


def is_unique(table: Table, column: Column) -> bool:
    return any(column in key for key in table.uniques + [table.primary or []]) or (column in table.own and column.unique != "")


def is_required(table: Table, column: Column) -> bool:
    return column in table.required or shape_of(column).required


def rules_for(table: Table, column: Column, rng: random.Random) -> list[Rule]:
    """Every strategy that suits the column, with random parameters."""
    shape = shape_of(column)
    unique, required = is_unique(table, column), is_required(table, column)
    rules = [Rule("keep", {"reason": f"reason {rng.randrange(3)}"}), Rule("keep")]
    if not required:
        rules += [Rule("null"), Rule("auto")]
    if unique:
        return rules + distinct(shape) + ([Rule("auto")] if required and not shape.holds else [])
    if required and not (shape.holds and shape.neutral == ""):
        rules.append(Rule("auto", expected=shape.neutral))
    if shape.constant:
        rules.append(Rule("value", {"value": shape.constant[0]}, shape.constant[1]))
    if f"DEFAULT '{shape.default}'" in column.extra:
        rules.append(Rule("default", expected=shape.default))
    elif not required:
        rules.append(Rule("default"))
    return rules + BY_FAMILY.get(shape.family, lambda *_: [])(table, column, shape, rng)


def distinct(shape: Shape) -> list[Rule]:
    if shape.holds == "an address":
        return [Rule("email"), Rule("pseudonym", {"kind": "email"})]
    if shape.family == "text":
        fitting = {60: "email", 20: "hash", 24: "pseudonym", 16: "random"}
        made_up = [] if shape.limit else [Rule("pseudonym", {"kind": kind}) for kind in TOLD_APART]
        return [Rule(name) for room, name in fitting.items() if room <= (shape.limit or 99)] + made_up
    if shape.family == "uuid":
        return [Rule("random"), Rule("hash"), Rule("pseudonym"), NEW_UUID]
    if shape.family == "bytea":
        return [Rule("random"), Rule("hash")]
    if shape.family == "bigint":
        return [Rule("hash"), Rule("pseudonym")]
    return [Rule("pseudonym")] if shape.family == "int" else []


def for_text(table: Table, column: Column, shape: Shape, rng: random.Random) -> list[Rule]:
    room = shape.limit or 99
    if shape.holds == "an address":
        made_up = [Rule("fake", {"kind": "email"}), Rule("pseudonym", {"kind": "email"})]
        return [Rule("email"), Rule("email", {"domain": "example.org"}), *made_up]
    rules = [partial(rng), partial(rng), Rule("random"), Rule("hash"), Rule("hash", {"length": 8}), Rule("random", {"length": 5})]
    if shape.holds != "filled":
        rules.append(Rule("blank", expected=""))
    if room >= 24:
        rules += [Rule("pseudonym"), Rule("hash", {"length": 20})]
    if room >= 60:
        rules += [Rule("email"), Rule("pseudonym", {"kind": rng.choice(["name", "email", "city", *TOLD_APART])})]
    if room > 70:
        kinds = rng.sample(KINDS[:-1], 2)
        rules += [Rule("fake", {"kind": kinds[0]}), Rule("fake", {"kind": kinds[1], "locale": rng.choice(["en", "de", "fr"])})]
    if room == 99:
        rules += [Rule("fake", {"kind": "text"}), expression(table, column, rng)]
    return rules


def partial(rng: random.Random) -> Rule:
    parameters: dict = {"keep_first": rng.randrange(3), "keep_last": rng.randrange(4)}
    if rng.random() < 0.3:
        parameters = {"keep_last": 2, "mask": rng.choice(["x", "•"])}
    return Rule("partial", parameters)


def expression(table: Table, column: Column, rng: random.Random) -> Rule:
    """Over another column too: what stood there before counts, masked or not."""
    name, other = ident(column.name), ident(rng.choice([c for c in table.columns if not c.generated_from]).name)
    if rng.random() < 0.2:
        by_chance = rng.choice(["gdpr_random_text(9)", "'r' || random()", "'for ' || gdpr_fake_city()", "gen_random_uuid()::text"])
        return Rule("sql", {"expression": by_chance}, by_chance=True)
    sql = rng.choice([
        f"'n-' || length({name})", f"left({name}, 1) || '.'", f"coalesce(length({other}::text), 0) || '?'",
        f"gdpr_partial({name}::text, 1)", f"left(gdpr_hash({other}::text), 12)",
    ])  # fmt: skip
    return Rule("sql", {"expression": sql} | ({"pseudonymous": True} if rng.random() < 0.3 else {}))


def for_fixed(table: Table, column: Column, shape: Shape, rng: random.Random) -> list[Rule]:
    return [Rule("random"), Rule("hash", {"length": 8}), Rule("blank", expected="")]


def for_number(table: Table, column: Column, shape: Shape, rng: random.Random) -> list[Rule]:
    rules = [Rule("noise"), Rule("generalise", {"step": rng.choice([5, 10, 100])}), Rule("random", {"min": 10, "max": 90})]
    if shape.holds != "an age":
        rules.append(Rule("noise", {"ratio": 0.5}))
    if not shape.holds:
        rules += [Rule("noise", {"amount": 20}), Rule("random")]
    if shape.family in ("int", "bigint", "small") and shape.holds != "an age":
        rules.append(Rule("pseudonym"))
    if shape.family == "bigint":
        rules.append(Rule("hash"))
    if shape.family in ("int", "bigint"):
        rules.append(Rule("sql", {"expression": f"{ident(column.name)} / 7"}))
    return rules


def for_date(table: Table, column: Column, shape: Shape, rng: random.Random) -> list[Rule]:
    units = [u for u in UNITS if shape.family != "date" or u != "hour"]
    rules = [Rule("noise"), Rule("noise", {"interval": "5 days"}), Rule("random"), Rule("generalise")]
    return rules + [Rule("generalise", {"to": rng.choice(units)}), Rule("random", {"min": "1950-01-01", "max": "1951-01-01"})]


def for_json(table: Table, column: Column, shape: Shape, rng: random.Random) -> list[Rule]:
    rules = [Rule("blank", expected="{}")]
    return rules + [Rule("json", {"paths": rng.choice(PATHS)}) for _ in range(4)] if column.shape else rules


BY_FAMILY = {
    "text": for_text, "fixed": for_fixed, "json": for_json, "date": for_date, "timestamp": for_date, "timestamptz": for_date,
    "numeric": for_number, "float": for_number, "small": for_number, "int": for_number, "bigint": for_number,
    "bool": lambda *_: [Rule("random")],
    "uuid": lambda *_: [Rule("random"), Rule("hash"), Rule("pseudonym"), NEW_UUID],
    "bytea": lambda *_: [Rule("hash"), Rule("blank", expected="\\x"), Rule("random")],
    "inet": lambda *_: [Rule("fake", {"kind": "ip"}), Rule("random")],
    "enum": lambda *_: [Rule("random")],
    "array": lambda *_: [Rule("blank", expected="{}")],
    "range": lambda *_: [Rule("blank", expected="empty")],
}  # fmt: skip
