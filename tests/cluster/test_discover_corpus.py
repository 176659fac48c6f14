"""What S110 starts from: how much of a corpus gdpr_discover finds, and how much of what it finds is there. tests/corpus/generate.py makes the corpus and its labels.

    target/venv/bin/python tests/cluster/test_discover_corpus.py    prints the figures of docs/discover.md, and what was missed
"""

import sys

import psycopg
import pytest
from conftest import ROOT, make_database
from psycopg.types.json import Jsonb

sys.path.insert(0, str(ROOT / "tests" / "corpus"))
import generate  # noqa: E402

# What docs/discover.md states is not below these: confidence -> (precision, recall).
FLOORS = {0.5: (0.98, 0.98), 0.8: (0.98, 0.95)}
# These say the same of a column.
SAME = [{"name", "first_name", "last_name"}, {"address", "street"}, {"iban", "bank_account"}]


def measured(found, labels):
    """For each confidence: columns that were found and are personal, found and are not, personal and not found."""
    personal = {column for column, label in labels.items() if label}
    figures = {}
    for least in FLOORS:
        columns = {(table, column) for table, column, _, confidence in found if round(confidence, 2) >= least}
        figures[least] = (sorted(columns & personal), sorted(columns - personal), sorted(personal - columns))
    return figures


def rates(figure):
    right, wrong, missed = map(len, figure)
    return right / (right + wrong), right / (right + missed)


def discovered(connection):
    return connection.execute('SELECT relation::text, "column", category, confidence FROM gdpr_discover()').fetchall()


@pytest.fixture(scope="module")
def corpus():
    for database in make_database("gdpr_discover_corpus"):
        with psycopg.connect(dbname=database, autocommit=True) as connection:
            load(connection)
            yield connection


def load(connection):
    for statement in generate.statements():
        connection.execute(statement)
    connection.execute("ANALYZE")


def test_precision_and_recall(corpus):
    labels = generate.labels()
    assert len(labels) > 200 and sum(label is None for label in labels.values()) > 90
    figures = measured(discovered(corpus), labels)
    for least, (precision, recall) in FLOORS.items():
        found = rates(figures[least])
        assert found[0] >= precision and found[1] >= recall, (least, found, figures[least][1:])


def test_categories(corpus):
    """Of what is found and is personal, nearly all is what it is said to be."""
    labels = generate.labels()
    wrong = [(table, column, category, labels[table, column]) for table, column, category, confidence in discovered(corpus)
             if confidence >= 0.5 and labels[table, column] not in (None, category) and not any({category, labels[table, column]} <= same for same in SAME)]
    assert len(wrong) <= 4, wrong


def test_suggestions_can_be_registered(corpus):
    """Every column that is told has a rule that gdpr_register takes; and then nothing is left to tell."""
    with corpus.transaction(force_rollback=True):
        rows = corpus.execute('SELECT relation, jsonb_object_agg("column", rule), bool_and(rule IS NOT NULL) FROM gdpr_discover() GROUP BY relation').fetchall()
        assert len(rows) > 20
        for relation, rules, has_rule in rows:
            assert has_rule, relation
            corpus.execute("SELECT gdpr_register(%s::regclass, %s)", (relation, Jsonb(rules)))
        assert discovered(corpus) == []


if __name__ == "__main__":
    for database in make_database("gdpr_discover_corpus"):
        with psycopg.connect(dbname=database, autocommit=True) as connection:
            load(connection)
            labels, found = generate.labels(), discovered(connection)
            print(f"{len(labels)} columns in {len({table for table, _ in labels})} tables, {sum(label is not None for label in labels.values())} personal")
            for least, figure in measured(found, labels).items():
                print("confidence %.1f: precision %.3f, recall %.3f" % (least, *rates(figure)))
                print("  wrong:", *(f"{table}.{column}" for table, column in figure[1]))
                print("  missed:", *(f"{table}.{column}" for table, column in figure[2]))
            for table, column, category, confidence in found:
                if labels[table, column] not in (None, category):
                    print(f"  {table}.{column}: {category} {confidence}, is {labels[table, column]}")
