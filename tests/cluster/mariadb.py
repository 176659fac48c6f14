"""A throwaway MariaDB for tests of foreign tables: a directory of its own, gone afterwards, and nothing of the machine's own server."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

PASSWORD = "tea and cake"


def program(name):
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        pytest.skip(f"there is no {name}: scripts/deps.sh installs MariaDB for the tests")
    return found


def require_mysql_fdw():
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        if server.execute("SELECT FROM pg_available_extensions WHERE name = 'mysql_fdw'").fetchone() is None:
            pytest.skip("this PostgreSQL has no mysql_fdw: scripts/deps.sh installs Debian's")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class MariaDB:
    """A server with the user `shop`. mysql_fdw cannot be told a socket, so it listens on a port of 127.0.0.1, too."""

    # It is thrown away: nothing has to survive a power cut.
    OPTIONS = ["--no-defaults", "--debug-no-sync", "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M"]

    def __init__(self):
        self.daemon, self.client, install = program("mariadbd"), program("mariadb"), program("mariadb-install-db")
        require_mysql_fdw()
        self.directory = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
        self.socket, self.general_log, self.port = self.directory / "socket", self.directory / "general.log", free_port()
        # mariadbd does not like to be root any more than PostgreSQL does.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(self.directory, "postgres", "postgres")
        data = f"--datadir={self.directory / 'data'}"
        # The first one has to be --no-defaults. Without `normal`, only the user of this process could be root.
        subprocess.run([install, *self.OPTIONS, data, "--skip-test-db", "--auth-root-authentication-method=normal"], check=True,
                       capture_output=True, cwd="/", **self.user)
        self.command = [self.daemon, *self.OPTIONS, data, f"--socket={self.socket}", "--bind-address=127.0.0.1", f"--port={self.port}",
                        "--skip-name-resolve", "--general-log", f"--general-log-file={self.general_log}",
                        f"--log-error={self.directory / 'error.log'}", f"--pid-file={self.directory / 'pid'}"]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        **self.user)
        until = time.monotonic() + 60
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < until, (self.directory / "error.log").read_text()
            time.sleep(0.05)

    def answers(self):
        return self.run("SELECT 1").returncode == 0

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, statements, database=""):
        """As root. Of a statement that fails, the others after it are not run."""
        command = [self.client, "--no-defaults", "--default-character-set=utf8mb4", f"--socket={self.socket}", "--user=root", "--batch", "--raw",
                   "--skip-column-names", database]
        return subprocess.run([part for part in command if part], input=statements, capture_output=True, encoding="utf-8",
                              errors="backslashreplace")

    def execute(self, statements, database=""):
        """What the statements give: a line for each row, its values with tabs between."""
        done = self.run(statements, database)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def forget(self):
        """What was asked so far is not shown by `asked`."""
        self.begin = self.general_log.stat().st_size

    def asked(self, table):
        """The statements about a table that clients have run since, with their values."""
        with self.general_log.open("rb") as log:
            log.seek(self.begin)
            lines = log.read().decode().splitlines()
        executed = [line.partition("Execute\t")[2] for line in lines if "Execute\t" in line]
        return [statement for statement in executed if f"`{table}`" in statement]


@contextlib.contextmanager
def mariadb():
    server = MariaDB()
    try:
        server.start()
        server.execute(f"CREATE USER shop@127.0.0.1 IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO shop@127.0.0.1")
        yield server
    finally:
        server.remove()
