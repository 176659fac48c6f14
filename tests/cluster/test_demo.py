"""The tour that `make demo` prints is the one in demo/expected.out."""

import difflib
import os
import subprocess
from pathlib import Path

import psycopg
import pytest

DEMO = Path(__file__).resolve().parents[2] / "demo"
DATABASE = "gdpr_demo"


@pytest.fixture
def no_database():
    """Before and after, there is no database of that name."""
    drop = f"DROP DATABASE IF EXISTS {DATABASE}"
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        connection.execute(drop)
        yield
        connection.execute(drop)


def test_the_tour_prints_what_is_expected(no_database):
    tour = subprocess.run([DEMO / "tour.sh", DATABASE], env=os.environ, capture_output=True, text=True)

    assert (tour.returncode, tour.stderr) == (0, "")
    expected = (DEMO / "expected.out").read_text()
    difference = difflib.unified_diff(expected.splitlines(), tour.stdout.splitlines(), "expected.out", "the tour", lineterm="")
    assert tour.stdout == expected, "\n".join(difference)
