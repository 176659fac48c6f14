"""S38: an expression in an index is evaluated for every new version of a row, by whoever writes it."""

import pytest

from .conftest import ALL_CALLS

TABLE = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
INSERT INTO mallory.person VALUES (1, 'Ada');
"""
INDEXES = {
    "expression": "CREATE INDEX ON mallory.person (mallory.same(name))",
    "unique expression": "CREATE UNIQUE INDEX ON mallory.person (mallory.same(name))",
    "predicate": "CREATE INDEX ON mallory.person (name) WHERE mallory.fine(name)",
    "unique and partial": "CREATE UNIQUE INDEX ON mallory.person (name) WHERE mallory.fine(name)",
    "exclusion": "ALTER TABLE mallory.person ADD EXCLUDE USING btree (mallory.same(name) WITH =)",
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES.keys())
def test_an_index(mallory, index):
    mallory.does(TABLE)
    mallory.does(index)
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    mallory.gains_nothing("""SELECT gdpr_register('mallory.person', '{"name": "email"}')""", *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() != ("Ada",)


def test_the_expression_of_a_partition_key(mallory):
    mallory.does(
        "CREATE TABLE mallory.person (id int, name text) PARTITION BY HASH (mallory.same(name));"
        "CREATE TABLE mallory.person_1 PARTITION OF mallory.person (PRIMARY KEY (id)) FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        "CREATE TABLE mallory.person_2 PARTITION OF mallory.person (PRIMARY KEY (id)) FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        "INSERT INTO mallory.person VALUES (1, 'Ada')"
    )
    mallory.robs_a_superuser("UPDATE mallory.person SET name = 'x'")
    register = """SELECT gdpr_register('mallory.person', '{"name": "blank"}', key => '{id}')"""
    mallory.gains_nothing(register, *ALL_CALLS)
    assert mallory.connection.execute("SELECT name FROM mallory.person").fetchone() == ("",)
