"""Labelled corpora for gdpr_discover. Each module gives by `tables()` for each table its columns: name, type, label (the category, or None for what is nobody's) and values.

    python tests/corpus/corpus.py unseen    prints one as SQL
"""

import importlib
import sys


class Corpus:
    def __init__(self, name):
        self.name, self.tables = name, importlib.import_module(name).tables()
        # (table, column) -> category
        self.labels = {(table, column): label for table, columns in self.tables.items() for column, _, label, _ in columns}

    def statements(self):
        for table, columns in self.tables.items():
            yield f"CREATE TABLE {quoted(table)} ({', '.join(f'{quoted(column)} {kind}' for column, kind, *_ in columns)});"
            rows = zip(*(values for *_, values in columns))
            yield f"INSERT INTO {quoted(table)} VALUES " + ",\n".join(f"({', '.join(map(literal, row))})" for row in rows) + ";"


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(value):
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    print("\n".join(Corpus(sys.argv[1]).statements()))
