"""What tests of a page share that is one story with forks: it is gone from top to bottom by one shell and the psql sessions that it starts, once for each way."""

import difflib
import os
import re
import subprocess
from pathlib import Path

from conftest import ROOT, program

# Printed after each block.
END = "end of block"


class Page:
    def __init__(self, name, languages):
        self.path = ROOT / "docs" / name
        self.part = re.compile(
            rf"^(?P<level>#+) (?P<heading>[^\n]*)$|^```(?P<language>{languages})\n(?P<input>.*?)^```$(?P<between>\n+^```text\n)?(?(between)(?P<output>.*?)^```$)",
            re.MULTILINE | re.DOTALL)

    def parts(self):
        """Headings and blocks, as match objects."""
        return self.part.finditer(self.path.read_text())

    def blocks(self):
        """Where all its blocks begin, which are all that is not printed."""
        blocks = {match.start() for match in self.parts() if not match["heading"]}
        fences = re.findall(r"^```(\w+)", self.path.read_text(), re.MULTILINE)
        assert sum(fence != "text" for fence in fences) == len(blocks)
        return blocks

    def wrong(self, printed):
        """Where it says something else than what blocks printed; nothing if nowhere."""
        wrong = ""
        for match, output in printed:
            lines = self.difference(match, output)
            if lines:
                line = match.string.count("\n", 0, match.start()) + 1
                wrong += f"\n{self.path.name}, block in line {line}:\n" + "\n".join(lines) + "\n"
        return wrong

    def difference(self, match, printed):
        if match["output"] is None:
            return [line for line in printed.splitlines() if re.search(r"\b(ERROR|FATAL|PANIC|WARNING|error|fatal|warning):", line)]
        return list(difflib.unified_diff(as_compared(match["output"]), as_compared(printed), self.path.name, "printed", lineterm=""))

    def write(self, ways):
        """Puts what was printed below every block that shows it; where two ways pass, the first is shown."""
        outputs = {}
        for way in ways:
            for match, printed in way:
                if match["output"] is not None:
                    outputs.setdefault(match.span("output"), printed)
        text = self.path.read_text()
        for (begin, end), printed in sorted(outputs.items(), reverse=True):
            text = text[:begin] + "".join(f"{line}\n" for line in normalised(printed)) + text[end:]
        self.path.write_text(text)


def filled_in(text, values):
    """A block of assignments alone is to be filled in by the reader."""
    assignments = [re.fullmatch(r"(?:export )?((?:\w+=\S+ *|\w+='[^']*' *)+)(?:#.*)?", line) for line in text.splitlines()]
    if not all(assignments):
        return text
    names = [name for assignment in assignments for name in re.findall(r"(\w+)=", assignment[1])]
    assert set(names) <= set(values), f"{names} are not known here"
    return "".join(f"export {name}={values[name]}\n" for name in names)


def run(lines, found, socket, keep, **environment):
    """Runs the script in a shell that knows nothing but this, with an empty database `shop`; the blocks with what each printed."""
    (keep / "page.sh").write_text(f"set -euo pipefail\ncreatedb -h {socket} -U postgres -T template0 shop\n{''.join(lines)}")
    known = {"PATH": f"{Path(program('psql')).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "PGTZ": "UTC", "HOME": keep, **environment}
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    shell = subprocess.run([*prefix, "env", "-i", *(f"{name}={value}" for name, value in known.items()), "bash", str(keep / "page.sh")],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", timeout=600)
    *outputs, rest = re.split(f"^{END}\n", shell.stdout, flags=re.MULTILINE)
    assert (shell.returncode, len(outputs), rest) == (0, len(found), ""), "\n".join(shell.stdout.splitlines()[-40:])
    return list(zip(found, outputs))


def normalised(text):
    """Without what is another each time: ids, times, origins, heads of the log."""
    ids = {}
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda m: ids.setdefault(m[0], f"0190a4e2-77d4-7000-8000-{len(ids) + 1:012}"), text)
    text = re.sub(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(\.[0-9]+)?\+00", "2026-05-04 03:12:00+00", text)
    text = re.sub(r"\b[0-9]{18,20}/[0-9]+/[0-9]+", "7431880541264052224/16384/1", text)
    text = re.sub(r"\b[0-9]+(-[0-9a-f]{5}){4}\b", "12-8a3f1-09bc2-77d4e-f1a20", text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def as_compared(text):
    """How wide a column is depends on what was there."""
    return [re.sub(r"-{2,}", "--", re.sub(r" +", " ", line)).strip() for line in normalised(text)]
