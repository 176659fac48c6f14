"""Scrubs a random schema, and compares every row of it with what the rules and the foreign keys say must have become of it."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import psycopg

from catalog import World, read_world
from differs import Differs
from histories import create_trigger
from logged import personal
from masked import Masked, constant, expression
from model import Column, ForeignKey, Model, Rule, Table
from natural import carriers
from outcome import check_keys, relation_sql
from plan import rules_of, table_of
from script import enter, ident, qualified
from shapes import shape_of
from snapshot import Tuple, select, snapshot

MARK = Column("mark of the row", "text")
REVALIDATED = 25  # of so many schemas one has all its constraints validated again, which takes longer than the rest
SCRUB = "SELECT relation::oid, action, rows FROM public.gdpr_scrub_db()"
KINDS = [
    "scrubbed", "scrubbed: no rules", "scrubbed: unregistered", "scrubbed: shuffled", "scrubbed: key followed", "scrubbed: partition", "scrubbed: inheritance child", "scrubbed: no key",
    "scrubbed: equal values", "scrubbed: revalidated", "scrubbed: dumped and restored",
]  # fmt: skip

# Every constraint anew, and every index. A foreign key of a partitioned table cannot be NOT VALID, and is checked when it is added.
REVALIDATE = """
DO $oracle$
DECLARE what record;
BEGIN
  FOR what IN
    SELECT t.oid::regclass AS relation, t.relkind = 'r' AS later, 'twin of ' || c.oid AS twin, pg_get_constraintdef(c.oid) AS said
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype IN ('f', 'c') AND c.conparentid = 0 AND c.coninhcount = 0 AND n.nspname IN ({schemas})
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', what.relation, what.twin, what.said || CASE WHEN what.later THEN ' NOT VALID' ELSE '' END);
    IF what.later THEN EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', what.relation, what.twin); END IF;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', what.relation, what.twin);
  END LOOP;
  FOR what IN
    SELECT c.contypid::regtype AS relation, 'twin of ' || c.oid AS twin, pg_get_constraintdef(c.oid) AS said
    FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public' AND c.contype = 'c'
  LOOP
    EXECUTE format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', what.relation, what.twin, what.said);
    EXECUTE format('ALTER DOMAIN %s DROP CONSTRAINT %I', what.relation, what.twin);
  END LOOP;
  FOR what IN SELECT t.oid::regclass AS relation FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname IN ({schemas}) AND t.relkind = 'r'
  LOOP EXECUTE format('REINDEX TABLE %s', what.relation); END LOOP;
END $oracle$
"""


@dataclass
class Database:
    """The scrubbed schema. `said` is every statement of this part, for a reader who wants to do it again."""

    connection: psycopg.Connection
    model: Model
    seen: set[str]
    said: list[str] = field(default_factory=list)

    def say(self, sql: str) -> psycopg.Cursor:
        self.said.append(sql)
        return self.connection.execute(sql)

    def differs(self, kind: str, text: str) -> Differs:
        return Differs(f"scrub: {kind}", text, self.said)


Rows = dict[int, dict[str, Tuple]]  # of each table: mark -> row


def examine_scrub(connection: psycopg.Connection, model: Model, seen: set[str]) -> None:
    database = Database(connection, model, seen)
    try:
        for sql in prepared(model):
            database.say(sql)
        world = read_world(connection, model.schemas)
        before, pairs, exact = marked(database, world), referring(database), exact_texts(database, world)
        snapshots = {relation: list(rows.values()) for relation, rows in before.items()}
        report = scrub(database, world)
        after = marked(database, world)
        check_report(database, world, report, after)
        check_rows(database, world, before, after, exact)
        check_references(database, pairs)
        problems = personal(connection, model, world, snapshots)
        if problems:
            raise database.differs("log", "\n".join(problems))
        check_keys(database, SCRUB)
        if model.seed % REVALIDATED == 2:
            revalidate(database)
            seen.add("scrubbed: revalidated")
    except psycopg.Error as error:
        text = f"{database.said[-1]}\nraised {error.sqlstate}: {error}\n{error.diag.message_detail}"
        raise database.differs(f"error {error.sqlstate}", text) from error


def prepared(model: Model) -> Iterator[str]:
    """Triggers, which must not fire; a mark for each row, which says afterwards which it was; the entries."""
    yield "SET LOCAL timezone = 'UTC'"
    for number, trigger in enumerate(model.triggers):
        yield from create_trigger(trigger, number)
    for table in model.tables:
        yield f"ALTER TABLE {qualified(table)} ADD COLUMN IF NOT EXISTS {ident(MARK.name)} text DEFAULT gen_random_uuid()"
    for table in model.tables:
        if table.entry:
            yield enter(with_mark(table))
    yield "SET LOCAL gdpr_ext.allow_scrub = on"


def with_mark(table: Table) -> Table:
    """`*` would speak of the mark."""
    marked = copy.copy(table)
    if table.entry.rest:
        marked.entry = replace(table.entry, rules=table.entry.rules | {MARK: Rule("keep")})
    return marked


def marked(database: Database, world: World) -> Rows:
    return {relation: {row.values[MARK.name]: row for row in rows} for relation, rows in snapshot(database.connection, world).items()}


def exact_texts(database: Database, world: World) -> dict[tuple[str, Column], str | None]:
    """By mark and column: outcomes that are a function of the row, and of no secret, as the server says them beforehand."""
    out: dict[tuple[str, Column], str | None] = {}
    for relation in world.relations:
        if world.table(relation) != relation:
            continue
        table = table_of(database.model, world, relation)
        expressions = {c: sql for c, rule in rules_of(database.model, table).items() if (sql := without_secret(rule, table, c))}
        if expressions:
            statement = select(world, relation, [f"t.{ident(MARK.name)}", *expressions.values()])
            for _, _, mark, *texts in database.connection.execute(statement).fetchall():
                out.update({(mark, column): text for column, text in zip(expressions, texts)})
    return out


def without_secret(rule: Rule, table: Table, column: Column) -> str | None:
    sql = expression(rule, table, column) if not rule.keeps else None
    return None if sql is None or "gdpr_hash" in sql or "gdpr_pseudonym" in sql else sql


def referring(database: Database) -> dict[ForeignKey, Counter]:
    """Which row refers to which, for each foreign key."""
    out = {}
    for key in database.model.keys:
        theirs, ours = relation_sql(key.referenced, key.referenced_part), relation_sql(key.table, key.part)
        same = " AND ".join(f"p.{ident(r.name)} = c.{ident(o.name)}" for o, r in zip(key.columns, key.referenced_columns))
        mark = ident(MARK.name)
        out[key] = Counter(database.connection.execute(f"SELECT c.{mark}, p.{mark} FROM {ours} AS c JOIN {theirs} AS p ON {same}").fetchall())
    return out


def scrub(database: Database, world: World) -> list[tuple]:
    """The report. Whoever has not registered what a person leads to is refused, and may say that this shall be reported."""
    database.connection.execute("SAVEPOINT before_scrub")
    try:
        return database.say(SCRUB).fetchall()
    except psycopg.Error as error:
        database.connection.execute("ROLLBACK TO before_scrub")
        persons = any(about["subject"] for about in world.registry.values())
        if error.sqlstate == "55000" and "no table has rules" in str(error):
            return without_rules(database, world)
        if error.sqlstate != "55000" or "registered" not in str(error) or not persons:
            raise
    database.said.pop()
    database.seen.add("scrubbed: unregistered")
    database.say("SET LOCAL gdpr_ext.unregistered = 'report'")
    database.connection.execute("SAVEPOINT before_scrub")
    try:
        report = database.say(SCRUB).fetchall()
    except psycopg.Error as error:
        database.connection.execute("ROLLBACK TO before_scrub")
        if error.sqlstate == "55000" and "no table has rules" in str(error):
            return without_rules(database, world)
        raise
    if not any(action == "unregistered" for _, action, _ in report):
        raise database.differs("report", "refused for unregistered tables, and then reported none")
    return report


def without_rules(database: Database, world: World) -> list[tuple]:
    """Where nothing would change, a copy must not count as scrubbed."""
    database.said.pop()
    database.seen.add("scrubbed: no rules")
    ruled = [relation for relation in world.relations if any(not rule.keeps for rule in rules_of(database.model, table_of(database.model, world, world.table(relation))).values())]
    if ruled:
        raise database.differs("refusal", f"no table has rules, is said, and there are: {[name(world, relation) for relation in ruled]}")
    return []


def check_report(database: Database, world: World, report: list[tuple], after: Rows) -> None:
    """Every partition and every table with rules is in it, with its rows."""
    rows = Counter(row.place[0] for table in after.values() for row in table.values())
    rewritten = {relation: count for relation, action, count in report if action == "rewritten"}
    problems = [f"{name(world, r)}: {count} rows reported, {rows[r]} there" for r, count in rewritten.items() if count != rows[r]]
    for relation, about in world.relations.items():
        ruled = any(not rule.keeps for rule in rules_of(database.model, table_of(database.model, world, world.table(relation))).values())
        if ruled and about["kind"] == "r" and relation not in rewritten:
            problems.append(f"{name(world, relation)} has rules and is not in the report")
    if problems:
        raise database.differs("report", "\n".join(problems))


def check_rows(database: Database, world: World, before: Rows, after: Rows, exact: dict) -> None:
    new_keys = renamed(database.model, world, before, after)
    stand_ins: dict[tuple, str | None] = {}
    problems = []
    for relation, rows in before.items():
        if rows.keys() != after[relation].keys():
            raise database.differs("rows", f"{name(world, relation)} had {len(rows)} rows and has {len(after[relation])}, or others")
        table = table_of(database.model, world, relation)
        notice(database.seen, world, database.model, relation, table, rows)
        rules = {c: r for c, r in rules_of(database.model, table).items() if not r.keeps}
        for column in table.columns:
            cells = [(mark, row.values[column.name], after[relation][mark].values[column.name]) for mark, row in rows.items()]
            problems += [
                f"{name(world, relation)}.{column.name}: {problem}"
                for problem in column_problems(database, table, column, rules, cells, exact, new_keys, rows, stand_ins)
            ]
    if problems:
        raise database.differs("rows", "\n".join(problems[:20]))


def column_problems(
    database: Database, table: Table, column: Column, rules: dict, cells: list[tuple], exact: dict, new_keys: dict, rows: dict, stand_ins: dict
) -> Iterator[str]:
    rule = rules.get(column)
    if rule and rule.strategy == "shuffle":
        database.seen.add("scrubbed: shuffled")
        if Counter(old for _, old, _ in cells) != Counter(new for *_, new in cells):
            yield "shuffled values are not those that were there"
        yield from ("NULL was shuffled" for _, old, new in cells if (old is None) != (new is None))
        return
    is_constant, text = constant(rule, table, column) if rule else (False, None)
    for mark, old, new in cells:
        if rule:
            known = is_constant or (mark, column) in exact
            if rule.strategy == "sql" and not known and not rule.by_chance and old is not None:
                continue  # a function of another column, which may be NULL, and of the secret of the call
            problem = Masked(rule, table, column, old, True, text if is_constant else exact.get((mark, column)), known).problem(new)
            if problem:
                yield problem
            if rule.strategy in ("hash", "pseudonym") and old is not None:
                yield from equal_problems(database, rule, column, old, new, stand_ins)
        elif (table, column) in new_keys:
            expected = {new_keys[table, column].get(old)} if old is not None else {None}
            # Of a key that is NULL in part nobody knows the row that it refers to: it is NULL, or a stand-in all the same.
            if old is not None and leads_nowhere(database.model, table, column, rows[mark]):
                expected |= {None}
            if old is not None:
                database.seen.add("scrubbed: key followed")
            if new not in expected:
                yield f"{old!r} followed its key to {new!r}, should be one of {expected}"
        elif column.generated_from is None and new != old:
            yield f"{old!r} became {new!r}, and no rule speaks of it"


def leads_nowhere(model: Model, table: Table, column: Column, row: Tuple) -> bool:
    keys = [k for k in model.keys if k.table is table and column in k.columns]
    return bool(keys) and all(any(row.values[c.name] is None for c in k.columns) for k in keys)


def equal_problems(database: Database, rule: Rule, column: Column, old: str, new: str | None, stand_ins: dict) -> Iterator[str]:
    """Equal values stay equal, in every table."""
    shape = shape_of(column)
    how = (rule.strategy, str(rule.parameters), shape.family if (shape.limit or 99) >= 70 else column.type, old)
    if how in stand_ins:
        database.seen.add("scrubbed: equal values")
    if stand_ins.setdefault(how, new) != new:
        yield f"{old!r} became {new!r} here and {stand_ins[how]!r} elsewhere"


def renamed(model: Model, world: World, before: Rows, after: Rows) -> dict[tuple[Table, Column], dict[str, str]]:
    """Keys with a rule, and what follows them: by column, old text -> new text."""
    out = {}
    for relation in before:
        table = table_of(model, world, relation)
        key = table.primary[0] if table.primary else None
        if key and table.entry and key in table.entry.rules and not table.entry.rules[key].keeps:
            new = {row.values[key.name]: after[relation][mark].values[key.name] for mark, row in before[relation].items() if mark in after[relation]}
            out.update({carrier: new for carrier in carriers(model, table, key)})
    return out


def check_references(database: Database, before: dict[ForeignKey, Counter]) -> None:
    """The same rows refer to the same rows, but for keys that a rule made NULL."""
    for key, pairs in referring(database).items():
        rules = rules_of(database.model, key.table)
        if any(c in rules and not rules[c].keeps for c in key.columns):
            continue
        if pairs != before[key]:
            raise database.differs("references", f"{key.table.name} refers to {key.referenced.name} by {len(pairs)} pairs of rows, and did by {len(before[key])}")


def revalidate(database: Database) -> None:
    try:
        database.say(REVALIDATE.format(schemas=", ".join("'" + schema.replace("'", "''") + "'" for schema in database.model.schemas)))
    except psycopg.IntegrityError as error:
        raise database.differs("constraint", f"{error}\n{error.diag.message_detail}") from error


def notice(seen: set[str], world: World, model: Model, relation: int, table: Table, rows: dict) -> None:
    ruled = rows and any(not rule.keeps for rule in rules_of(model, table).values())
    signs = {
        "scrubbed": ruled,
        "scrubbed: partition": ruled and table.partitioning,
        "scrubbed: inheritance child": ruled and table.parent,
        "scrubbed: no key": ruled and not table.identity,
    }
    seen.update(name for name, sign in signs.items() if sign)


def name(world: World, relation: int) -> str:
    return world.relations[relation]["name"] if relation in world.relations else str(relation)
