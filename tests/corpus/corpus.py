"""Labelled corpora for gdpr_discover. Each module gives by `tables()` for each table its columns: name, type, label (the category, or None for what is nobody's) and values.

    python tests/corpus/corpus.py unseen    prints one for reading: labels, and three values of each column
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
    for table, columns in Corpus(sys.argv[1]).tables.items():
        print(table)
        for column, kind, label, values in columns:
            print(f"    {column:28} {kind:18} {label or '-':18} {' | '.join([value for value in values if value is not None][:3])}")
