"""The peak memory of a backend, from /proc."""

import threading
from pathlib import Path

import measure


def peak_memory(socket, database, side, parameter, undone=False):
    """Executes a side once in a fresh session: the backend's peak memory in MB, all and private. `VmHWM` is the kernel's own
    high-water mark; it counts the pages of shared_buffers that the backend has touched. Private memory has no such mark: it is sampled.
    With `undone` nothing stays changed."""
    with measure.connect(socket, database) as session:
        session.prepare(side)
        if undone:
            # Rolled back when the session ends.
            session.connection.execute(f"BEGIN; {side.before}")
        peak = 0
        done = threading.Event()

        def watch():
            nonlocal peak
            while not done.wait(0.002):
                peak = max(peak, status_kb(session.pid, "RssAnon"))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            session.call(side, parameter)
        finally:
            done.set()
            watcher.join()
        peak = max(peak, status_kb(session.pid, "RssAnon"))
        return status_kb(session.pid, "VmHWM") / 1024, peak / 1024


def status_kb(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)
