"""gdpr_check on a schema of 1,000 tables, 15,000 columns and 2,000 foreign keys, beside a catalog query of the ordinary kind over the same schema."""

from pathlib import Path

import measure

DATABASE = "gdpr_bench_check"
# What a DBA asks of a schema as large: every column with its type, default, keys and indexes, in one result.
CATALOG = """
SELECT count(*) FROM (
  SELECT c.oid::regclass::text AS relation, a.attname, format_type(a.atttypid, a.atttypmod) AS type, pg_get_expr(d.adbin, d.adrelid) AS default_value,
         (SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ', ') FROM pg_constraint k WHERE k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) AS keys,
         (SELECT string_agg(pg_get_indexdef(i.indexrelid), ', ') FROM pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey)) AS indexes
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'wide'::regnamespace AND c.relkind = 'r'
  OFFSET 0) t
WHERE relation || attname || type || coalesce(default_value, '') || coalesce(keys, '') || coalesce(indexes, '') <> $1"""


def run(socket, quick):
    tables = 200 if quick else 1_000
    measure.load(socket, DATABASE, Path(__file__).with_name("check.sql"), tables=tables)
    with measure.connect(socket, DATABASE) as session:
        ours = measure.Side("gdpr_check", "SELECT count(*) FROM gdpr_check() WHERE message <> $1", counts=True)
        hand = measure.Side("catalog query", CATALOG, counts=True)
        # They answer different questions: each is to find every time what it finds at first.
        rows = {side.name: session.one(side.statement.replace("$1", "''"))[0] for side in (ours, hand)}
        figures = measure.interleaved(session, [ours, hand], lambda: "", rounds=3 if quick else 7, calls=1, warm_up=1, rows=rows)
        yield {"case": f"{tables:,} tables", "rows": 15 * tables, "hand": "catalog query", **measure.compared(figures, ours, hand)}
