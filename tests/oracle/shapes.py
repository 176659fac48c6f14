"""Columns that hold something personal: types, constraints and values. A value is the text that PostgreSQL prints for it."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    type: str  # {t} is the name of the type that `definition` makes
    family: str
    value: Callable[[random.Random, int], str]
    neutral: str  # what `auto` leaves where NULL is not allowed
    constant: tuple[Any, str] | None = None  # for the rule `value`: as JSON, and as the column then shows it
    limit: int | None = None
    check: str = ""  # {c} is the column
    holds: str = ""  # what the check or the domain asks: an address, filled, positive
    definition: str = ""
    default: str = ""
    required: bool = False  # the domain is NOT NULL


def token(rng: random.Random, n: int) -> str:
    """Found nowhere but in the row that it was made for: no hex digest and no made-up name contains it."""
    return f"zq{n:04d}{rng.choice('wxz')}{rng.choice('ghjk')}"


def full_name(rng: random.Random, n: int) -> str:
    return rng.choice(["{} Ünï", "{}", "it's {}", 'q"{}\\', "{}\n<b>日本</b>"]).format(token(rng, n))


def date(rng: random.Random, n: int) -> str:
    return str(datetime.date(1950, 1, 1) + datetime.timedelta(days=rng.randrange(20000)))


def moment(rng: random.Random, n: int) -> str:
    return f"{date(rng, n)} {rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(1, 60):02d}"


def profile(rng: random.Random, n: int) -> str:
    document: dict[str, Any] = {"n": rng.randrange(9), "theme": "dark"}
    if rng.random() < 0.8:
        document["contact"] = {"email": f"{token(rng, n)}@example.org", "phone": rng.choice([None, f"+45 {token(rng, n)}"])}
    if rng.random() < 0.7:
        document["items"] = [{"name": f"{token(rng, n)} {i}", "price": 1.5} for i in range(rng.randrange(3))]
    return json.dumps(document)


ZERO = "00000000-0000-0000-0000-000000000000"
DOCUMENT = ({"gone": True}, '{"gone": true}')

SHAPES = {
    "name": Shape("text", "text", full_name, "", ("gone", "gone"), default="nobody"),
    "short": Shape("varchar(8)", "text", token, "", ("-", "-"), 8, default="none"),
    "string": Shape("varchar(24)", "text", token, "", ("", ""), 24),
    "long": Shape("varchar(80)", "text", full_name, "", ("g'o\"n\\e", "g'o\"n\\e"), 80),
    "fixed": Shape("char(10)", "fixed", token, "", ("gone", "gone"), 10),
    "filled": Shape("text", "text", full_name, "", ("x", "x"), check="length({c}) > 0", holds="filled", default="nobody"),
    "mail": Shape(
        "text", "text", lambda rng, n: token(rng, n) + "@example.org", "", ("a@example.invalid",) * 2,
        check="position('@' in {c}) > 1", holds="an address",
    ),
    "limited": Shape(
        "{t}", "text", full_name, "", ("gone", "gone"), 70, definition="CREATE DOMAIN {t} AS varchar(70) CHECK (length(VALUE) <= 70)"
    ),
    "wanted": Shape(
        "{t}", "text", full_name, "", ("x", "x"), holds="filled",
        definition="CREATE DOMAIN {t} AS text NOT NULL CHECK (VALUE <> '')", required=True,
    ),
    "born": Shape("date", "date", date, "1970-01-01", ("1900-01-01", "1900-01-01"), default="2000-01-01"),
    "moment": Shape("timestamp", "timestamp", moment, "1970-01-01 00:00:00", ("1900-01-01", "1900-01-01 00:00:00")),
    "seen": Shape("timestamptz", "timestamptz", lambda rng, n: moment(rng, n) + "+00", "1970-01-01 00:00:00+00"),
    "salary": Shape(
        "numeric(10,2)", "numeric", lambda rng, n: f"{rng.randrange(1, 90000) + n}.{rng.randrange(100):02d}", "0.00", (12, "12.00"),
        check="{c} >= 0", holds="positive",
    ),
    "amount": Shape("numeric", "numeric", lambda rng, n: f"{rng.randrange(-9999, 9999)}.{n:03d}", "0", (1.5, "1.5")),
    "score": Shape("float8", "float", lambda rng, n: str(rng.randrange(-99999, 99999) / 8 + 0.0625), "0", (0.5, "0.5")),
    "age": Shape(
        "smallint", "small", lambda rng, n: str(rng.randrange(20, 100)), "0", (42, "42"), check="{c} BETWEEN 0 AND 150", holds="an age"
    ),
    "count": Shape("int", "int", lambda rng, n: str(rng.randrange(1000) * 10000 + n), "0", (7, "7"), default="5"),
    "number": Shape("bigint", "bigint", lambda rng, n: str(rng.randrange(10**6) * 10**6 + n), "0", (-1, "-1")),
    "positive": Shape(
        "{t}", "int", lambda rng, n: str(rng.randrange(1, 1000) * 1000 + n), "0", (1, "1"), holds="positive",
        definition="CREATE DOMAIN {t} AS int CHECK (VALUE >= 0)",
    ),
    "flag": Shape("boolean", "bool", lambda rng, n: rng.choice(["true", "false"]), "false", (True, "true")),
    "uuid": Shape("uuid", "uuid", lambda rng, n: f"{rng.randrange(16**8):08x}-0000-4000-8000-{n:012x}", ZERO, (ZERO, ZERO)),
    "blob": Shape("bytea", "bytea", lambda rng, n: "\\x" + token(rng, n).encode().hex(), "\\x", ("\\x00", "\\x00")),
    "address": Shape("inet", "inet", lambda rng, n: f"192.168.{n % 250}.{rng.randrange(256)}", "0.0.0.0/32", ("10.0.0.1", "10.0.0.1/32")),
    "mood": Shape(
        "{t}", "enum", lambda rng, n: rng.choice(["glad", "so so"]), "un'known", ("so so", "so so"),
        definition="CREATE TYPE {t} AS ENUM ('un''known', 'glad', 'so so')",
    ),
    "tags": Shape("text[]", "array", lambda rng, n: "{" + f'{token(rng, n)},"a b"' + "}", "{}", ("{gone}", "{gone}")),
    "span": Shape("int4range", "range", lambda rng, n: f"[{n},{n + 5})", "empty", ("[1,2)", "[1,2)")),
    "clock": Shape("time", "other", lambda rng, n: f"{rng.randrange(24):02d}:01:{n % 60:02d}", "00:00:00", ("12:00", "12:00:00")),
    "pause": Shape("interval", "other", lambda rng, n: f"{n + 1} days", "00:00:00", ("1 day", "1 day")),
    "profile": Shape("jsonb", "json", profile, "{}", DOCUMENT),
    "document": Shape("json", "json", profile, "{}", DOCUMENT),
}  # fmt: skip

# Of a column that was made for the walk.
PLAIN = {"text": "name", "int": "count", "bigint": "number", "uuid": "uuid", "date": "born", "numeric": "amount", "jsonb": "profile"}


def shape_of(column: Any) -> Shape:
    return SHAPES[column.shape or PLAIN[column.type]]
