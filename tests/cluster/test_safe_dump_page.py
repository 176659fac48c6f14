"""The page for developers' dumps: every command on it is run, what it shows is what is printed, and the dumps that it makes hold nobody.

docs/safe_dump.md is one story with a fork: the copy is made on the same server, or from a dump. Each way is gone from top to bottom, in a cluster of its own, by one shell and the psql
sessions that it starts.

    target/venv/bin/python tests/cluster/test_safe_dump_page.py    writes what is printed now into the page, for reading it in the diff
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from conftest import Cluster
from page import END, Page, filled_in, run

PAGE = Page("safe_dump.md", "sh|sql")
# The way by the one leaves the other out.
ROUTES = {"on the same server": "From a dump", "from a dump": "On the same server"}
# What nobody may find. Names are made up by chance, and could be these.
OLD = ["ada@example.org", "bea@example.org", "cy@example.org", "Lovelace", "Bea Bell", "Cy Cole", "pw-of-", "likes tea", "moved", "Elm Street 1", "Oak Street 2"]
# What happens outside of the page, before the first block under a heading.
SCENES = {
    "Scrub": """
        # Nobody else can look into the copy.
        psql -qd postgres -c "CREATE ROLE developer LOGIN" -c "GRANT ALL ON DATABASE shop_copy TO developer"
        if psql -U developer -d shop_copy -c "SELECT" 2> "$SAFE/refused"; then exit 1; fi
        grep -q "too many connections" "$SAFE/refused"
        rm "$SAFE/refused"
        pg_dump -d shop_copy > "$KEEP/unscrubbed.sql" """,
    "Drop the copy": """pg_restore -f "$KEEP/scrubbed.sql" "$SAFE/shop-safe.dump" """,
}
LAST = """
pg_restore -f "$KEEP/night.sql" "$SAFE/shop-safe.dump"
pg_dump -d shop > "$KEEP/shop.sql"
psql -XAtqc "SELECT datname FROM pg_database WHERE datname LIKE 'shop%' ORDER BY 1" -d postgres > "$KEEP/databases"
"""


def blocks(route):
    """The blocks on this way: match objects, each with the heading if it is the first under it."""
    heading = first = None
    for match in PAGE.parts():
        if match["heading"]:
            heading = first = match["heading"]
        elif heading != ROUTES[route]:
            yield match, first
            first = None


def script(route, values):
    """All of the way as lines of a shell script, and the blocks that print."""
    lines, found = [], []
    for match, heading in blocks(route):
        lines.append(SCENES.get(heading, "") + "\n")
        found.append(match)
        text = filled_in(match["input"], values)
        if match["language"] == "sql":
            text = f"psql -X -q -v ON_ERROR_STOP=1 -d shop > /dev/null <<'END_OF_SQL'\n{text}END_OF_SQL\n"
        lines.append(f"{text}echo '{END}'\n")
    return [*lines, LAST], found


def go(route):
    """What is printed on this way: the blocks with what each printed, and the files that were kept beside."""
    cluster = Cluster()
    keep = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
    try:
        cluster.start()
        if os.geteuid() == 0:
            shutil.chown(keep, "postgres")
        values = {"PGHOST": cluster.socket, "PGUSER": "postgres", "SAFE": keep / "safe"}
        printed = run(*script(route, values), cluster.socket, keep, KEEP=keep, SAFE=keep / "safe")
        files = {path.name: path.read_text() for path in keep.iterdir() if path.suffix == ".sql" or path.name == "databases"}
        modes = {path.name: path.stat().st_mode & 0o077 for path in (keep / "safe").iterdir()} if (keep / "safe").exists() else {}
    finally:
        cluster.stop()
        shutil.rmtree(keep)
    return printed, files, modes


def found_in(dump):
    return [value for value in OLD if value in dump]


@pytest.mark.parametrize("route", ROUTES)
def test_the_page_does_what_it_says(route):
    printed, files, modes = go(route)

    assert not (wrong := PAGE.wrong(printed)), wrong
    # Whoever looks for the old values finds them before the scrub, and in the shop, which is what it was.
    assert found_in(files["unscrubbed.sql"]) == OLD
    assert found_in(files["shop.sql"]) == OLD
    for dump in ("scrubbed.sql", "night.sql"):
        assert found_in(files[dump]) == []
        assert files[dump].count("\t2026-0") == 3 and "Tea pot" in files[dump]
    assert files["databases"].split() == ["shop", "shop_dev"]
    # Files are for their owner only.
    assert modes == {"safe-dump.sh": 0, "shop-safe.dump": 0}


def test_every_block_is_on_some_route():
    assert PAGE.blocks() == {match.start() for route in ROUTES for match, _ in blocks(route)}


if __name__ == "__main__":
    PAGE.write(go(route)[0] for route in ROUTES)
