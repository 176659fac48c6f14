"""gdpr_search and gdpr_collect, asked from both ends: a search that finds every row must name for each exactly the persons whose walk finds it."""

from __future__ import annotations

from collections import Counter

import psycopg

from differs import Differs
from model import Model
from script import qualified, regclass

MARK = "mark of the row"

KINDS = ["a row of nobody was searched", "a row of several was searched"]

SUBJECTS = """
WITH RECURSIVE subject(relation) AS (
  SELECT relation::oid FROM public.gdpr_registry WHERE subject
  UNION SELECT inhrelid FROM pg_inherits JOIN subject ON inhparent = relation JOIN pg_class c ON c.oid = inhrelid AND NOT c.relispartition
) SELECT relation FROM subject
"""
FOUND = "SELECT snippet, relation::oid, key::text, subject::oid, subject_key::text FROM public.gdpr_search('-')"
COLLECTED = f"SELECT data ->> '{MARK}' FROM public.gdpr_collect(%s::oid::regclass, %s::jsonb)"


def check_search(connection: psycopg.Connection, model: Model, seen: set[str]) -> None:
    """Marks every row, looks for all of them, and walks from every person. The marks are gone afterwards."""
    subjects = [relation for relation, in connection.execute(SUBJECTS).fetchall()]
    if not subjects:
        return
    connection.execute("SAVEPOINT marked")
    for table in model.tables:
        connection.execute(f'ALTER TABLE {qualified(table)} ADD COLUMN IF NOT EXISTS "{MARK}" text DEFAULT gen_random_uuid()')
    for table in model.tables:
        connection.execute(f"SELECT public.gdpr_register({regclass(table)}, search => ARRAY['{MARK} contains'])")
    hits = connection.execute(FOUND).fetchall()
    searched = {(mark, subject, key) for mark, _, _, subject, key in hits if subject is not None}
    persons = {(relation, key) for _, relation, key, _, _ in hits if relation in subjects and key is not None}
    collected = {
        (mark, subject, key) for subject, key in persons for mark, in connection.execute(COLLECTED, (subject, key)).fetchall()
    }
    connection.execute("ROLLBACK TO marked")
    if searched != collected:
        only = (f"{len(searched - collected)} only searched", f"{len(collected - searched)} only collected")
        raise Differs("search", f"{only}: {sorted(searched ^ collected, key=str)[:5]}")
    owners = Counter(mark for mark, _, _ in searched)
    if len(owners) < len({mark for mark, *_ in hits}):
        seen.add("a row of nobody was searched")
    if any(count > 1 for count in owners.values()):
        seen.add("a row of several was searched")
