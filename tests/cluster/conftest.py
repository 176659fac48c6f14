"""Databases and clusters for the tests of what one session alone cannot show.

The cluster of PGHOST is running already and is everybody's; tests make databases of their own in it. A test that has to restart a
server, or that reads its log, starts a cluster of its own with scripts/cluster.sh.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

# What these assert is shown when it fails, too.
pytest.register_assert_rewrite("killed", "mariadb", "restore")

ROOT = Path(__file__).resolve().parents[2]


def program(name):
    """A program of the PostgreSQL under test."""
    bindir = subprocess.run([os.environ.get("PG_CONFIG", "pg_config"), "--bindir"], check=True, capture_output=True, text=True)
    return str(Path(bindir.stdout.strip()) / name)


class Cluster:
    """A cluster of scripts/cluster.sh in a directory of its own that the server can write to."""

    def __init__(self, configuration=""):
        self.directory = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
        self.configuration = configuration
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")

    def as_server(self, *command):
        """Runs a command as the user that the server runs as: PostgreSQL refuses to be root."""
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, *command], check=True, capture_output=True, text=True, cwd="/")

    def start(self):
        environment = os.environ | {"CLUSTER_CONF": self.configuration}
        started = subprocess.run([ROOT / "scripts" / "cluster.sh", "start", self.directory], check=True, stdout=subprocess.PIPE,
                                 text=True, env=environment)
        self.socket = started.stdout.splitlines()[-1]

    def stop(self):
        subprocess.run([ROOT / "scripts" / "cluster.sh", "stop", self.directory], check=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def log(self):
        return (self.directory / "server.log").read_text()


def make_database(name, host=None):
    """Creates the database `name` with the extension and yields it; drops it afterwards."""
    with psycopg.connect(dbname="postgres", host=host, autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        with psycopg.connect(dbname=name, host=host, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION gdpr_ext")
        yield name
        server.execute(drop)


@pytest.fixture
def database():
    yield from make_database("gdpr_cluster_test")


@pytest.fixture
def connection(database):
    with psycopg.connect(dbname=database, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def observed_cluster():
    """A cluster whose log nobody else writes to, neither a checkpoint nor an autovacuum, and which remembers every statement that was run."""
    cluster = Cluster("shared_preload_libraries = 'pg_stat_statements'\nlog_checkpoints = off\nautovacuum = off")
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def log(observed_cluster):
    """What is written to the log from here on."""
    start = len(observed_cluster.log)
    return lambda: observed_cluster.log[start:]


@pytest.fixture(scope="session")
def crashing_cluster():
    """A cluster whose crashes are nobody else's."""
    cluster = Cluster("restart_after_crash = on")
    cluster.start()
    yield cluster
    cluster.stop()
