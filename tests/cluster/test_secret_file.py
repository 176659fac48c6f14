"""`gdpr_ext.secret_file` keeps the secret out of the database and its dumps. A file that cannot be trusted is an error, never another secret."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from conftest import program

SECRET = b"correct horse battery staple, and then some more\n"
SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Ada');
SELECT gdpr_register('person', '{"name": "hash"}', subject => true);
"""
HASH = "SELECT gdpr_hash('Ada')"


@pytest.fixture
def folder():
    """Where the server can read, and nobody else but root."""
    path = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
    own(path)
    yield path
    shutil.rmtree(path)


def own(path):
    if os.geteuid() == 0:
        shutil.chown(path, "postgres")


def write(path, content, mode=0o600):
    path.write_bytes(content)
    own(path)
    path.chmod(mode)
    return path


@pytest.fixture
def shop(connection, database):
    connection.execute(SCHEMA)
    return connection


def session(database, path):
    """A new session of a database that has the file set for all of its sessions."""
    connection = psycopg.connect(dbname=database, autocommit=True)
    connection.execute(f"SELECT set_config('gdpr_ext.secret_file', '{path}', false)")
    return connection


def test_the_file_takes_the_tables_place(shop, database, folder):
    own_hash = shop.execute(HASH).fetchone()
    path = write(folder / "secret", SECRET)
    shop.execute(f"ALTER DATABASE {database} SET gdpr_ext.secret_file = '{path}'")
    with psycopg.connect(dbname=database, autocommit=True) as first, psycopg.connect(dbname=database, autocommit=True) as second:
        hashed = first.execute(HASH).fetchone()
        assert hashed != own_hash
        assert second.execute(HASH).fetchone() == hashed
        assert first.execute("SELECT action, rows FROM gdpr_anonymise('person', 1)").fetchall() == [("pseudonymised", 1)]
        assert first.execute("SELECT name FROM person WHERE id = 1").fetchone() == hashed
        assert second.execute("SELECT gdpr_is_anonymised('person', 1)").fetchone() == (True,)


def test_replaced(shop, database, folder):
    """Another secret: old hashes stay and join nothing new, what was anonymised cannot be recognised; nothing fails."""
    path = write(folder / "secret", SECRET)
    with session(database, path) as one:
        first = one.execute(HASH).fetchone()
        one.execute("SELECT * FROM gdpr_anonymise('person', 1)")
    write(path, SECRET[::-1])
    with session(database, path) as two:
        second = two.execute(HASH).fetchone()
        assert second != first
        two.execute("SELECT * FROM gdpr_anonymise('person', 2)")
        assert two.execute("SELECT count(DISTINCT name) FROM person").fetchone() == (2,)
    # The first is put back, and its hashes are its hashes again.
    write(path, SECRET)
    with session(database, path) as three:
        assert three.execute(HASH).fetchone() == first


WRONG = {
    "missing": lambda folder: folder / "nothing",
    "too short": lambda folder: write(folder / "short", b"1234567"),
    "empty": lambda folder: write(folder / "empty", b""),
    "only white space": lambda folder: write(folder / "blank", b" " * 100 + b"\n"),
    "readable by everybody": lambda folder: write(folder / "open", SECRET, 0o644),
    "writable by everybody": lambda folder: write(folder / "writable", SECRET, 0o602),
    "readable by a group": lambda folder: write(folder / "group", SECRET, 0o660),
    "a directory": lambda folder: folder,
    "a relative path": lambda folder: Path("secret"),
    "a relative path with dots": lambda folder: Path("../../../etc/hostname"),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
def test_a_file_that_cannot_be_trusted(shop, database, folder, make):
    """Nothing is hashed under a secret that may be known, or under the table's instead: the call fails and changes nothing."""
    path = make(folder)
    with pytest.raises(psycopg.Error) as raised:
        with session(database, path) as one:
            one.execute(HASH)
    error = raised.value
    assert "secret_file" in str(error) + str(error.diag.message_detail) + str(error.diag.message_hint) or str(path) in str(error)
    assert not error.sqlstate.startswith("XX")
    assert SECRET.decode().strip() not in str(error) + str(error.diag.message_detail)
    with pytest.raises(psycopg.Error):
        with session(database, path) as one:
            one.execute("SELECT * FROM gdpr_anonymise('person', 1)")
    assert shop.execute("SELECT name FROM person WHERE id = 1").fetchone() == ("Ada",)
    assert shop.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    # What needs no secret goes on.
    assert shop.execute("SELECT count(*) FROM gdpr_collect('person', 1)").fetchone() == (1,)


def test_it_is_not_in_the_dump(shop, database, folder):
    path = write(folder / "secret", SECRET)
    shop.execute(f"ALTER DATABASE {database} SET gdpr_ext.secret_file = '{path}'")
    with psycopg.connect(dbname=database, autocommit=True) as one:
        hashed = one.execute(HASH).fetchone()[0]
        one.execute("SELECT * FROM gdpr_anonymise('person', 1)")
    dump = subprocess.run([program("pg_dump"), "--create", database], check=True, capture_output=True).stdout
    assert hashed.encode() in dump  # the data is
    for spelling in (SECRET.strip(), SECRET.hex().encode(), SECRET.strip().hex().encode()):
        assert spelling not in dump


def test_a_dump_is_worth_nothing_without_the_file(shop, database, folder):
    """Somebody restores it elsewhere: what the dump contains gives other hashes."""
    path = write(folder / "secret", SECRET)
    without = shop.execute(HASH).fetchone()
    with session(database, path) as one:
        one.execute("SELECT * FROM gdpr_anonymise('person', 1)")
        assert one.execute("SELECT name FROM person WHERE id = 1").fetchone() != without
    assert shop.execute("SELECT count(*) FROM person WHERE name = gdpr_hash('Ada')").fetchone() == (0,)


def test_only_a_superuser_sets_it(shop, database, folder):
    path = write(folder / "secret", SECRET)
    shop.execute("CREATE ROLE regress_clerk LOGIN")
    try:
        with psycopg.connect(dbname=database, user="regress_clerk", autocommit=True) as clerk:
            shop.execute("GRANT EXECUTE ON FUNCTION gdpr_partial TO regress_clerk")
            clerk.execute("SELECT gdpr_partial('x')")  # the library is loaded, and the setting known
            for statement in (f"SET gdpr_ext.secret_file = '{path}'", "SHOW gdpr_ext.secret_file",
                              f"ALTER ROLE regress_clerk SET gdpr_ext.secret_file = '{path}'"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    clerk.execute(statement)
            seen = clerk.execute("SELECT setting FROM pg_settings WHERE name = 'gdpr_ext.secret_file'").fetchone()
            assert seen in (None, ("",), (None,))
        # Given at connecting, it is refused too, or without effect.
        options = f"-c gdpr_ext.secret_file={path}"
        with pytest.raises(psycopg.OperationalError, match="secret_file|permission"):
            psycopg.connect(dbname=database, user="regress_clerk", options=options + " -c session_preload_libraries=").close()
    finally:
        shop.execute("DROP OWNED BY regress_clerk; DROP ROLE regress_clerk")


def test_an_ordinary_role_uses_it_without_reading_it(shop, database, folder):
    path = write(folder / "secret", SECRET)
    shop.execute("CREATE ROLE regress_clerk LOGIN")
    try:
        shop.execute(
            "GRANT SELECT, UPDATE ON person TO regress_clerk; GRANT EXECUTE ON FUNCTION gdpr_anonymise(regclass, anyelement, boolean, boolean)"
            f" TO regress_clerk; ALTER DATABASE {database} SET gdpr_ext.secret_file = '{path}'"
        )
        with psycopg.connect(dbname=database, user="regress_clerk", autocommit=True) as clerk:
            clerk.execute("SELECT * FROM gdpr_anonymise('person', 1)")
        with psycopg.connect(dbname=database, autocommit=True) as one:
            assert one.execute("SELECT name FROM person WHERE id = 1").fetchone() == one.execute(HASH).fetchone()
    finally:
        shop.execute("DROP OWNED BY regress_clerk; DROP ROLE regress_clerk")
