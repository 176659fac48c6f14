"""The peak memory of a backend, from /proc."""

import threading
from pathlib import Path

import measure


def growth(socket, database, side, warm_up, parameter):
    """By how many MB a fresh session grows when it executes a side once, after having done so with a smaller parameter: all and private,
    as above. What every session needs for its catalogs and the extension's code is in neither."""
    with measure.connect(socket, database) as session:
        session.prepare(side)
        session.call(side, warm_up)
        before, private_before = status_kb(session.pid, "VmRSS"), status_kb(session.pid, "RssAnon")
        private = watched(session.pid, lambda: session.call(side, parameter))
        return (status_kb(session.pid, "VmHWM") - before) / 1024, (private - private_before) / 1024


def peak_memory(socket, database, side, parameter, undone=False):
    """Executes a side once in a fresh session: the backend's peak memory in MB, all and private. `VmHWM` is the kernel's own
    high-water mark; it counts the pages of shared_buffers that the backend has touched. Private memory has no such mark: it is sampled.
    With `undone` nothing stays changed."""
    with measure.connect(socket, database) as session:
        session.prepare(side)
        if undone:
            # Rolled back when the session ends.
            session.connection.execute(f"BEGIN; {side.before}")
        private = watched(session.pid, lambda: session.call(side, parameter))
        return status_kb(session.pid, "VmHWM") / 1024, private / 1024


def watched(pid, call):
    """The most private memory in kB that was seen of the backend while it was called."""
    peak = 0
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, status_kb(pid, "RssAnon"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        call()
    finally:
        done.set()
        watcher.join()
    return max(peak, status_kb(pid, "RssAnon"))


def status_kb(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)
