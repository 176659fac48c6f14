"""What the naive walk reads: relations, keys, foreign keys, declared links, and every row of every table by SELECT *."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import psycopg

from script import literal

CATALOG = """
WITH relations AS (
  SELECT c.oid, c.relkind, c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ({schemas}) AND c.relkind IN ('r', 'p'))
SELECT 'relation', r.oid, jsonb_build_object(
  'name', r.oid::regclass::text, 'schema', n.nspname, 'plain', c.relname, 'sql', format('%I.%I', n.nspname, c.relname),
  'kind', c.relkind, 'partition', c.relispartition,
  'columns', (SELECT jsonb_agg(jsonb_build_array(attnum, attname, quote_ident(attname), attnotnull) ORDER BY attnum)
              FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped),
  'keys', (SELECT jsonb_agg(jsonb_build_array(indisprimary, (indkey::int2[])[0:indnkeyatts - 1]) ORDER BY indnkeyatts)
           FROM pg_index WHERE indrelid = r.oid AND indisunique AND indimmediate AND indpred IS NULL AND indexprs IS NULL))
FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'inherits', inhrelid, jsonb_build_object('parent', inhparent::bigint) FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM relations)
UNION ALL
SELECT 'foreign key', oid, jsonb_build_object(
  'source', confrelid::bigint, 'source_columns', confkey, 'target', conrelid::bigint, 'target_columns', conkey)
FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid IN (SELECT oid FROM relations)
UNION ALL
SELECT 'registered', relation::oid, jsonb_build_object('subject', subject, 'key', key) FROM public.gdpr_registry
UNION ALL
SELECT 'declared', source::oid, jsonb_build_object('source', source::oid::bigint, 'source_columns', source_columns,
  'target', target::oid::bigint, 'target_columns', target_columns, 'kind', kind, 'condition', condition) FROM public.gdpr_links
"""


@dataclass(eq=False)
class Row:
    """A row where it physically is: `relation` is the leaf or the child, not the table it is shown as."""

    relation: int
    place: str
    data: str
    values: dict[str, Any]


@dataclass(eq=False)
class CatalogLink:
    source: int
    source_columns: list[str]
    target: int
    target_columns: list[str]
    name: str
    kind: str | None = None
    condition: str | None = None
    is_key: bool = False
    origin: CatalogLink | None = None  # of a link that a child inherits

    @property
    def declared(self) -> bool:
        return self.kind is not None

    def order(self, relations: dict[int, dict]) -> tuple:
        """First by name: by schema, table and columns, so that it does not depend on the caller's search_path."""
        source, target = relations[self.source], relations[self.target]
        return (source["schema"], source["plain"], self.source_columns, target["schema"], target["plain"], self.target_columns)

    @property
    def pairs(self) -> frozenset:
        return frozenset(zip(self.source_columns, self.target_columns))


@dataclass
class World:
    relations: dict[int, dict] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    registry: dict[int, dict] = field(default_factory=dict)
    links: list[CatalogLink] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    conditions: dict[CatalogLink, set] = field(default_factory=dict)

    def is_partitioned(self, relation: int) -> bool:
        about = self.relations[relation]
        return about["kind"] == "p" or about["partition"]

    def table(self, relation: int) -> int:
        """A partition is its topmost partitioned table; everything else is itself."""
        while self.relations[relation]["partition"]:
            relation = self.parents[relation]
        return relation

    def ancestors(self, relation: int) -> list[int]:
        """The relation itself, its parent, and so on upwards."""
        out = [relation]
        while out[-1] in self.parents:
            out.append(self.parents[out[-1]])
        return out

    def identity(self, relation: int) -> list[str] | None:
        about = self.relations[relation]
        names = {number: name for number, name, _, _ in about["columns"]}
        required = {number for number, _, _, not_null in about["columns"] if not_null}
        keys = about["keys"] or []
        for primary, numbers in keys:
            if primary:
                return [names[n] for n in numbers]
        for _, numbers in keys:
            if required.issuperset(numbers):
                return [names[n] for n in numbers]
        return self.registry.get(relation, {}).get("key")

    def key(self, row: Row) -> dict | None:
        columns = self.identity(self.table(row.relation))
        if columns is None:
            return None
        data = json.loads(row.data, parse_float=Decimal)
        return {c: data[c] for c in columns}


def read_world(connection: psycopg.Connection, schemas: list[str]) -> World:
    world = World()
    found: list[CatalogLink] = []
    declared: list[CatalogLink] = []
    cursor = connection.execute(CATALOG.format(schemas=", ".join(literal(s) for s in schemas)))
    for what, oid, about in cursor.fetchall():
        if what == "relation":
            world.relations[oid] = about
        elif what == "inherits":
            world.parents[oid] = about["parent"]
        elif what == "registered":
            world.registry[oid] = about
        elif what == "foreign key":
            found.append(CatalogLink(**about, name="", is_key=True))
        else:
            declared.append(CatalogLink(**about, name=""))
    for link in found:
        link.source_columns = column_names(world, link.source, link.source_columns)
        link.target_columns = column_names(world, link.target, link.target_columns)
    for link in declared:
        same = [k for k in found if (k.source, k.target, k.pairs) == (link.source, link.target, link.pairs)]
        if same:  # it takes the foreign key's place, and is spelt as that is
            link.is_key, link.source_columns, link.target_columns = True, same[0].source_columns, same[0].target_columns
        found = [k for k in found if k not in same]
    world.links = inherit(world, found + declared)
    for link in world.links:
        link.name = f"{side(world, link.source, link.source_columns)} -> {side(world, link.target, link.target_columns)}"
    read_rows(connection, world)
    read_conditions(connection, world)
    return world


def inherit(world: World, links: list[CatalogLink]) -> list[CatalogLink]:
    """A child has the links to its parent, and those declared from its parent, unless it has such a link itself; the nearest one counts."""
    nearest: dict[tuple, tuple[int, CatalogLink]] = {}
    for link in links:
        for source in world.relations:
            for target in world.relations:
                if not (heir(world, source, link.source) and heir(world, target, link.target)):
                    continue
                if link.is_key and source != link.source:
                    continue  # a foreign key cannot refer to a child's row
                far = world.ancestors(source).index(link.source) + world.ancestors(target).index(link.target)
                copy = replace(link, source=source, target=target, origin=link) if far else link
                known = nearest.get((source, target, link.pairs))
                if known is None or far < known[0]:
                    nearest[source, target, link.pairs] = (far, copy)
    return [link for _, link in nearest.values()]


def heir(world: World, relation: int, ancestor: int) -> bool:
    return relation == ancestor or (not world.is_partitioned(relation) and ancestor in world.ancestors(relation))


def column_names(world: World, relation: int, numbers: list[int]) -> list[str]:
    names = {number: name for number, name, _, _ in world.relations[relation]["columns"]}
    return [names[n] for n in numbers]


def side(world: World, relation: int, columns: list[str]) -> str:
    quoted = {name: quoted for _, name, quoted, _ in world.relations[relation]["columns"]}
    return f"{world.relations[relation]['name']}({', '.join(quoted.get(c, c) for c in columns)})"


def read_rows(connection: psycopg.Connection, world: World) -> None:
    tables = [oid for oid in world.relations if world.table(oid) == oid]
    expressions = {oid: linked_expressions(world, oid) for oid in tables}
    statements = []
    for oid in tables:
        only = "" if world.is_partitioned(oid) else "ONLY "
        extra = "".join(f", {e}" for e in expressions[oid])
        statements.append(f"SELECT t.tableoid, t.ctid::text, to_jsonb(t.*)::text, t.*{extra} FROM {only}{world.relations[oid]['sql']} t")
    if not tables:
        return
    cursor = connection.execute(";\n".join(statements))
    for oid in tables:
        names = [name for _, name, _, _ in world.relations[oid]["columns"]] + expressions[oid]
        for relation, place, data, *values in cursor.fetchall():
            world.rows.append(Row(relation, place, data, dict(zip(names, values))))
        cursor.nextset()


def linked_expressions(world: World, oid: int) -> list[str]:
    """The expressions that links compare, of this table or of its partitions, which have the same columns."""
    names = {name for _, name, _, _ in world.relations[oid]["columns"]}
    out: list[str] = []
    for link in world.links:
        for relation, columns in ((link.source, link.source_columns), (link.target, link.target_columns)):
            if world.table(relation) == oid:
                out += [c for c in columns if c not in names and c not in out]
    return out


def read_conditions(connection: psycopg.Connection, world: World) -> None:
    """Conditions are SQL, so the server evaluates them: over every pair of rows there is."""
    conditional = [link for link in world.links if link.condition and not link.origin]
    for link in conditional:
        source, target = world.relations[link.source]["sql"], world.relations[link.target]["sql"]
        cursor = connection.execute(
            "SELECT source.tableoid, source.ctid::text, target.tableoid, target.ctid::text"
            f" FROM {source} AS source, {target} AS target WHERE ({link.condition})"
        )
        world.conditions[link] = set(cursor.fetchall())
