"""The page for developers' dumps: every command on it is run, what it shows is what is printed, and the dumps that it makes hold nobody.

docs/safe_dump.md is one story with a fork: the copy is made on the same server, or from a dump. Each way is gone from top to bottom, in a cluster of its own, by one shell and the psql
sessions that it starts.

    target/venv/bin/python tests/cluster/test_safe_dump_page.py    writes what is printed now into the page, for reading it in the diff
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT, Cluster, program
from test_restore_page import difference, filled_in, line_of, normalised

PAGE = ROOT / "docs" / "safe_dump.md"
PART = re.compile(r"^(?P<level>#+) (?P<heading>[^\n]*)$|^```(?P<language>sh|sql)\n(?P<input>.*?)^```$(?P<between>\n+^```text\n)?(?(between)(?P<output>.*?)^```$)",
                  re.MULTILINE | re.DOTALL)
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
END = "end of block"


def blocks(route):
    """The blocks on this way: match objects, each with the heading if it is the first under it."""
    heading = first = None
    for match in PART.finditer(PAGE.read_text()):
        if match["heading"]:
            heading = first = match["heading"]
        elif heading != ROUTES[route]:
            yield match, first
            first = None


def script(route, values):
    """All of the way as one shell script, and the blocks that print."""
    lines, found = ["set -euo pipefail\n"], []
    for match, heading in blocks(route):
        lines.append(SCENES.get(heading, "") + "\n")
        found.append(match)
        text = filled_in(match["input"], values)
        if match["language"] == "sql":
            text = f"psql -X -q -v ON_ERROR_STOP=1 -d shop > /dev/null <<'END_OF_SQL'\n{text}END_OF_SQL\n"
        lines.append(f"{text}echo '{END}'\n")
    return "".join(lines) + LAST, found


def go(route):
    """What is printed on this way: the blocks with what each printed, and the files that were kept beside."""
    cluster = Cluster()
    keep = Path(tempfile.mkdtemp(prefix="gdpr_ext.", dir="/tmp"))
    try:
        cluster.start()
        if os.geteuid() == 0:
            shutil.chown(keep, "postgres")
        text, found = script(route, {"PGHOST": cluster.socket, "PGUSER": "postgres", "SAFE": keep / "safe"})
        (keep / "page.sh").write_text(f"createdb -h {cluster.socket} -U postgres -T template0 shop\n{text}")
        environment = {"PATH": f"{Path(program('psql')).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "PGTZ": "UTC", "HOME": str(keep), "KEEP": str(keep),
                       "SAFE": str(keep / "safe")}
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        shell = subprocess.run([*prefix, "env", "-i", *(f"{name}={value}" for name, value in environment.items()), "bash", str(keep / "page.sh")],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", timeout=300)
        files = {path.name: path.read_text() for path in keep.iterdir() if path.suffix == ".sql" or path.name == "databases"}
        modes = {path.name: path.stat().st_mode & 0o077 for path in (keep / "safe").iterdir()} if (keep / "safe").exists() else {}
    finally:
        cluster.stop()
        shutil.rmtree(keep)
    *outputs, rest = re.split(f"^{END}\n", shell.stdout, flags=re.MULTILINE)
    assert (shell.returncode, len(outputs), rest) == (0, len(found), ""), "\n".join(shell.stdout.splitlines()[-40:])
    return list(zip(found, outputs)), files, modes


def found_in(dump):
    return [value for value in OLD if value in dump]


@pytest.mark.parametrize("route", ROUTES)
def test_the_page_does_what_it_says(route):
    printed, files, modes = go(route)

    wrong = ""
    for match, output in printed:
        lines = difference(match, output)
        if lines:
            wrong += f"\nsafe_dump.md, block in line {line_of(match)}:\n" + "\n".join(lines) + "\n"
    assert not wrong, wrong
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
    every = {match.start() for match in PART.finditer(PAGE.read_text()) if not match["heading"]}
    assert every == {match.start() for route in ROUTES for match, _ in blocks(route)}
    fences = re.findall(r"^```(\w+)", PAGE.read_text(), re.MULTILINE)
    assert sum(fence != "text" for fence in fences) == len(every)


def write():
    """Puts what is printed now below every block that shows it; where both ways pass, the first is shown."""
    outputs = {}
    for route in ROUTES:
        for match, printed in go(route)[0]:
            if match["output"] is not None:
                outputs.setdefault(match.span("output"), printed)
    text = PAGE.read_text()
    for (begin, end), printed in sorted(outputs.items(), reverse=True):
        text = text[:begin] + "".join(f"{line}\n" for line in normalised(printed)) + text[end:]
    PAGE.write_text(text)


if __name__ == "__main__":
    write()
