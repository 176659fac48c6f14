"""What S110 starts from: how much of a labelled corpus gdpr_discover finds, and how much of what it finds is there. tests/corpus makes the corpora and their labels.

    target/venv/bin/python tests/cluster/test_discover_corpus.py    prints the figures of docs/discover.md, and what was missed
"""

import sys

import psycopg
import pytest
from conftest import ROOT, make_database
from psycopg.types.json import Jsonb

sys.path.insert(0, str(ROOT / "tests" / "corpus"))
from corpus import Corpus  # noqa: E402

# What docs/discover.md states is not below these: corpus -> confidence -> (precision, recall).
FLOORS = {
    "first": {0.5: (0.98, 0.98), 0.8: (0.98, 0.95)},
    "second": {0.5: (0.95, 0.95), 0.8: (0.97, 0.90)},
    "unseen": {0.5: (0.82, 0.74), 0.8: (0.89, 0.69)},
}
# These say the same of a column.
SAME = [{"name", "first_name", "last_name"}, {"address", "street"}, {"iban", "bank_account"}, {"national_id", "tax_number"}]


def measured(found, labels):
    """For each confidence: columns that were found and are personal, found and are not, personal and not found."""
    personal = {column for column, label in labels.items() if label}
    figures = {}
    for least in (0.5, 0.8):
        columns = {(table, column) for table, column, _, confidence in found if round(confidence, 2) >= least}
        figures[least] = (sorted(columns & personal), sorted(columns - personal), sorted(personal - columns))
    return figures


def rates(figure):
    right, wrong, missed = map(len, figure)
    return right / (right + wrong), right / (right + missed)


def discovered(connection):
    return connection.execute('SELECT relname::text, "column", category, confidence FROM gdpr_discover() d JOIN pg_class c ON c.oid = d.relation').fetchall()


def mistaken(found, labels):
    """What is personal and found, and is of another category."""
    return [(table, column, category, labels[table, column]) for table, column, category, confidence in found
            if confidence >= 0.5 and labels[table, column] not in (None, category) and not any({category, labels[table, column]} <= same for same in SAME)]


class Loaded:
    def __init__(self, name, connection):
        self.corpus, self.connection = Corpus(name), connection
        for statement in self.corpus.statements():
            connection.execute(statement)
        connection.execute("ANALYZE")
        self.labels, self.found = self.corpus.labels, discovered(connection)


def load(name):
    for database in make_database("gdpr_discover_corpus"):
        with psycopg.connect(dbname=database, autocommit=True) as connection:
            yield Loaded(name, connection)


@pytest.fixture(scope="module", params=FLOORS)
def loaded(request):
    yield from load(request.param)


def test_precision_and_recall(loaded):
    labels = loaded.labels
    assert len(labels) > 200 and sum(label is None for label in labels.values()) > 90
    figures = measured(loaded.found, labels)
    for least, (precision, recall) in FLOORS[loaded.corpus.name].items():
        found = rates(figures[least])
        assert found[0] >= precision and found[1] >= recall, (least, found, figures[least][1:])


def test_categories(loaded):
    """Of what is found and is personal, nearly all is what it is said to be."""
    wrong = mistaken(loaded.found, loaded.labels)
    assert len(wrong) <= 0.08 * sum(label is not None for label in loaded.labels.values()), wrong


def test_suggestions_can_be_registered(loaded):
    """Every column that is told has a rule that gdpr_register takes; and then nothing is left to tell."""
    connection = loaded.connection
    with connection.transaction(force_rollback=True):
        rows = connection.execute('SELECT relation, jsonb_object_agg("column", rule), bool_and(rule IS NOT NULL) FROM gdpr_discover() GROUP BY relation').fetchall()
        assert len(rows) > 20
        for relation, rules, has_rule in rows:
            assert has_rule, relation
            connection.execute("SELECT gdpr_register(%s::regclass, %s)", (relation, Jsonb(rules)))
        assert discovered(connection) == []


def show(loaded):
    labels = loaded.labels
    print(f"{loaded.corpus.name}: {len(labels)} columns in {len(loaded.corpus.tables)} tables, {sum(label is not None for label in labels.values())} personal")
    for least, figure in measured(loaded.found, labels).items():
        print("confidence %.1f: precision %.3f, recall %.3f" % (least, *rates(figure)))
        print("  wrong:", *(f"{table}.{column}" for table, column in figure[1]))
        print("  missed:", *(f"{table}.{column}" for table, column in figure[2]))
    for table, column, category, label in mistaken(loaded.found, labels):
        print(f"  {table}.{column}: {category}, is {label}")


if __name__ == "__main__":
    for name in FLOORS:
        for loaded in load(name):
            show(loaded)
