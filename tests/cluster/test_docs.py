"""What the documents show is what happens.

Every ```sql block of README.md and docs/*.md is executed, document by document, each in a fresh database (those of docs/restore.md by test_restore_page.py, in clusters). A ```text block that follows a ```sql
block holds exactly what psql prints for it, blanks at line ends and CONTEXT lines aside. A block without one must run without errors and warnings.

    target/venv/bin/python tests/cluster/test_docs.py README.md    writes what psql prints now into the document, for reading it in the diff
"""

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from conftest import ROOT, program
from psycopg import sql

DATABASE = "gdpr_docs_test"
EXAMPLE = re.compile(r"^```sql\n(?P<input>.*?)^```$(?P<between>\n+^```text\n)?(?(between)(?P<output>.*?)^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")
END = "end of block"


def documents():
    return ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def examples(document):
    """The ```sql blocks: match objects with `input`, and `output` where a ```text block follows."""
    text = (ROOT / document).read_text()
    found = list(EXAMPLE.finditer(text))
    assert len(found) == len(re.findall(r"^```sql", text, re.MULTILINE)), f"a ```sql fence of {document} is not understood"
    return found


def line_of(match):
    return match.string.count("\n", 0, match.start()) + 1


def tidy(text):
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def run(inputs):
    """What one psql session prints for each of the inputs, in a database that is dropped afterwards, with the roles that they made."""
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        roles = "SELECT rolname FROM pg_roles"
        before = set(server.execute(roles).fetchall())
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE)))
        try:
            # A marker after each input says where its output ends; psql flushes before every statement, so errors stand in their place.
            script = "".join(f"{text}\n\\echo {END}\n" for text in inputs)
            command = [program("psql"), "-X", "-q", "-v", "SHOW_CONTEXT=never", "-d", DATABASE]
            psql = subprocess.run(command, input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env=os.environ | {"LC_ALL": "C.UTF-8", "PGTZ": "UTC"})
        finally:
            server.execute(drop)
            for (role,) in set(server.execute(roles).fetchall()) - before:
                server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    *outputs, rest = re.split(f"^{END}\n", psql.stdout, flags=re.MULTILINE)
    assert (psql.returncode, len(outputs), rest) == (0, len(inputs), ""), psql.stdout
    return outputs


def difference(document, match, printed):
    """How what is printed differs from what the document shows; nothing if it does not."""
    if match["output"] is None:
        return [line for line in tidy(printed) if line.startswith(("ERROR", "FATAL", "PANIC", "WARNING"))]
    return list(difflib.unified_diff(tidy(match["output"]), tidy(printed), document, "psql", lineterm=""))


@pytest.mark.parametrize("document", [document for document in documents() if document != "docs/restore.md" and examples(document)])
def test_examples_print_what_is_shown(document):
    found = examples(document)
    printed = run([match["input"] for match in found])

    wrong = ""
    for match, output in zip(found, printed):
        lines = difference(document, match, output)
        if lines:
            wrong += f"\n{document}, example in line {line_of(match)}:\n" + "\n".join(lines) + "\n"
    assert not wrong, wrong
    print(f"{document}: {len(found)} examples")


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document):
    place = ROOT / document
    for file, anchor in LINK.findall(place.read_text()):
        there = place.parent / file if file else place
        assert there.exists(), f"{document} links to {file}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{document} links to {file}#{anchor}"


def test_reference_has_every_function_and_table(connection):
    """Public is what does not call itself internal."""
    public = connection.execute("""
        SELECT DISTINCT coalesce(p.proname, c.relname)
        FROM pg_depend d
        LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
        LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'v')
        WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gdpr_ext')
          AND d.deptype = 'e' AND coalesce(p.oid, c.oid) IS NOT NULL
          AND coalesce(obj_description(d.objid, d.classid::regclass::name), '') NOT LIKE 'Internal:%'""").fetchall()
    headings = re.findall(r"^#+ `?(\w+)", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE)

    assert len(public) > 0
    assert {name for (name,) in public} - set(headings) == set()


def write(document):
    """Puts what psql prints now below every example that shows its output."""
    found = examples(document)
    printed = run([match["input"] for match in found])
    text = (ROOT / document).read_text()
    for match, output in reversed(list(zip(found, printed))):
        if match["output"] is not None:
            begin, end = match.span("output")
            text = text[:begin] + "".join(f"{line}\n" for line in tidy(output)) + text[end:]
    (ROOT / document).write_text(text)


if __name__ == "__main__":
    for document in sys.argv[1:]:
        write(document)
