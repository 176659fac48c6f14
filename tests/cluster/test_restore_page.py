"""The page for the night on which a database is restored: every command on it is run, and what it shows is what is printed.

docs/restore.md is one story with forks: a dump, a point in time or a snapshot, a mirror or files. A route is a way through it; each is gone from top to bottom, in clusters of its own,
by one shell and the psql sessions that it starts. Lines of the crontab run when they are met, and after every later block, as cron would: also between restore and rerun.

    PGHOST=... PGUSER=postgres target/venv/bin/python tests/cluster/test_restore_page.py    writes what is printed now into the page, for reading it in the diff
"""

import contextlib
import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

import pytest
from conftest import Cluster
from page import END, Page, filled_in, run

PAGE = Page("restore.md", "sh|sql|cron")
FORKS = {
    "mirror": {"The mirror", "The last events for the mirror"},
    "file": {"Files", "The last events for a file", "With a file"},
    "dump": {"From a dump", "The database", "The lost database"},
    "time": {"To a point in time"},
    "snapshot": {"From a snapshot"},
    "server": {"The server", "The lost server"},
    "not each time": {"It was no restore", "One table only", "When the mirror is down"},
}
WITHOUT_MIRROR = "a dump and files"


def without(*forks):
    """The headings that are not on the way."""
    return set().union(*(FORKS[fork] for fork in forks))


ROUTES = {
    "a dump and the mirror": without("file", "time", "snapshot", "server"),
    "a point in time and the mirror": without("file", "dump", "snapshot", "not each time"),
    "a snapshot and the mirror": without("file", "dump", "time", "not each time"),
    WITHOUT_MIRROR: without("mirror", "time", "snapshot", "server", "not each time"),
}
# What happens outside of the page, before the first block under a heading.
SCENES = {
    # Commands give times with microseconds, and the clock may have no more.
    "What happens then": """
        sleep 0.01; NOW=$(psql -XAtqc 'SELECT clock_timestamp()'); sleep 0.01
        if [ "$ROUTE" = "a snapshot and the mirror" ]; then
            # All files at one moment: what a crash leaves.
            pg_ctl stop -s -m immediate
            cp -a "$PGDATA" "$PGDATA.snapshot"
            pg_ctl start -s -l "$PGDATA.log"
        fi""",
    "When the files are back": """
        mv "$PGDATA" "$PGDATA.lost"
        cp -a "$PGDATA.snapshot" "$PGDATA" """,
    # What is erased last has not got to the standby.
    "A failover": """
        psql -qc "INSERT INTO newsletter VALUES (23, 'gil@example.org', 'tea')"
        pg_basebackup -D "$PGDATA.standby" -R -c fast --no-sync
        psql -qc "DELETE FROM newsletter WHERE id = 23"
        pg_ctl stop -s -m fast
        mv "$PGDATA" "$PGDATA.primary"
        mv "$PGDATA.standby" "$PGDATA"
        pg_ctl start -s -l "$PGDATA.log"
        pg_ctl promote -s""",
    "pg_upgrade": """
        pg_ctl stop -s -m fast
        initdb -D "$PGDATA.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > /dev/null
        cp "$PGDATA/postgresql.conf" "$PGDATA/cluster.conf" "$PGDATA.new/"
        bin=$(pg_config --bindir)
        (cd "$KEEP" && pg_upgrade -b "$bin" -B "$bin" -d "$PGDATA" -D "$PGDATA.new" --link --no-sync > upgrade.log)
        mv "$PGDATA" "$PGDATA.old"
        mv "$PGDATA.new" "$PGDATA"
        pg_ctl start -s -l "$PGDATA.log" """,
    "When the mirror is down": """pg_ctl stop -s -m fast -D "$MIRROR_DATA" """,
    "When it is back": """
        psql -XAtqc "INSERT INTO newsletter VALUES (24, 'eve@example.org', 'tea'); DELETE FROM newsletter WHERE id = 24"
        pg_ctl start -s -l "$MIRROR_DATA.log" -D "$MIRROR_DATA" """,
}
# What cron may complain of while a database is away, or restored.
COMPLAINTS = re.compile(r"connection to server|FATAL:|HINT:|DETAIL:|CONTEXT:|Is the server running|this database was restored|mirror of the log cannot be reached|^$")


def blocks(route):
    """The blocks on this way: match objects, each with the heading if it is the first under it."""
    headings, first = {}, None
    for match in PAGE.parts():
        if match["heading"]:
            level = len(match["level"])
            headings = {above: heading for above, heading in headings.items() if above < level} | {level: match["heading"]}
            first = match["heading"]
        elif not ROUTES[route] & set(headings.values()):
            yield match, first
            first = None


def cron(text):
    """The commands of crontab lines. A % that is not escaped would end the command."""
    for line in text.splitlines():
        command = re.fullmatch(r"(?:\S+ ){5}(.*)", line)[1]
        assert not re.search(r"(?<!\\)%", command), line
        yield f"sh -c {shlex.quote(command.replace(chr(92) + '%', '%'))} > /dev/null 2>> \"$KEEP/cron.log\" || true\n"


def script(route, values):
    """All of the way as lines of a shell script, and the blocks that print."""
    lines, found, crontab = [], [], []
    for match, heading in blocks(route):
        lines.append(SCENES.get(heading, "") + "\n")
        if match["language"] == "cron":
            crontab += cron(match["input"])
        else:
            found.append(match)
            text = filled_in(match["input"], values)
            if route == WITHOUT_MIRROR:
                text = text.replace("gdpr_log.mirror ", "gdpr_log.imported ")
            if match["language"] == "sql":
                text = f"psql -X -q -v SHOW_CONTEXT=never <<'END_OF_SQL'\n{text}END_OF_SQL\n"
            lines.append(f"{text}echo '{END}'\n")
        lines += crontab
    return lines, found


@contextlib.contextmanager
def servers():
    """The server with the data, the one with the mirror, and a place for backups."""
    clusters = [Cluster("wal_level = replica"), Cluster()]
    keep = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
    try:
        for cluster in clusters:
            cluster.start()
        if os.geteuid() == 0:
            shutil.chown(keep, "postgres")
        yield *clusters, keep
    finally:
        for cluster in clusters:
            cluster.stop()
        shutil.rmtree(keep)


def go(route):
    """What is printed on this way: the blocks with what each printed, and what cron complained of."""
    with servers() as (main, mirror, keep):
        values = {"PGHOST": main.socket, "PGUSER": "postgres", "PGDATABASE": "shop", "PGDATA": main.directory / "data", "MIRROR": mirror.socket, "KEEP": keep,
                  "TARGET": '"$NOW"'}
        printed = run(*script(route, values), main.socket, keep, MIRROR_DATA=mirror.directory / "data", ROUTE=route)
        log = keep / "cron.log"
        complaints = [line for line in log.read_text().splitlines() if not COMPLAINTS.search(line)] if log.exists() else []
    return printed, complaints


@pytest.mark.parametrize("route", ROUTES)
def test_the_page_does_what_it_says(route):
    printed, complaints = go(route)

    assert not (wrong := PAGE.wrong(printed)), wrong
    assert complaints == []


def test_every_block_is_on_some_route():
    assert PAGE.blocks() == {match.start() for route in ROUTES for match, _ in blocks(route)}


if __name__ == "__main__":
    PAGE.write(go(route)[0] for route in ROUTES)
