"""gdpr_scrub_db beside what one would write: CREATE TABLE AS with the masks, the indexes and ANALYZE; and beside an UPDATE of all rows, which is how a copy is mostly masked."""

import json
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import measure
import memory
from measure import RowsDiffer

DATABASE = "gdpr_bench_scrub"
COLUMNS = ["email", "name", "phone", "street"]
OTHERS = ["postcode", "total", "placed_at", "status"]
# Rows: rounds. Ten million are measured when they are asked for: `scrub_large`.
SIZES = {100_000: 7, 1_000_000: 5}
LARGE = {10_000_000: 3}

MD5 = {column: f"md5({column})" for column in COLUMNS}
SQL = {column: {"strategy": "sql", "expression": expression} for column, expression in MD5.items()}
OWN = {"email": "pseudonym", "name": "hash", "phone": "pseudonym", "street": "hash"}
FAKES = {
    "email": "email", "name": {"strategy": "fake", "kind": "name"}, "phone": {"strategy": "fake", "kind": "phone"}, "street": {"strategy": "fake", "kind": "street"},
}  # fmt: skip

INDEXES = "ALTER TABLE {0} ADD PRIMARY KEY (id); CREATE INDEX ON {0} (email)"
FRESH = f"DROP TABLE IF EXISTS person, masked; CREATE TABLE person AS TABLE stored; {INDEXES.format('person')}; ANALYZE person"
CTAS = (
    f"CREATE TABLE masked AS SELECT id, {', '.join(f'{MD5[c]} AS {c}' for c in COLUMNS)}, {', '.join(OTHERS)} FROM person;"
    f" {INDEXES.format('masked')}; ANALYZE masked"
)
UPDATE = f"UPDATE person SET {', '.join(f'{c} = {MD5[c]}' for c in COLUMNS)}; ANALYZE person"
SCRUB = "SELECT rows FROM gdpr_scrub_db() WHERE relation = 'person'::regclass"


@dataclass(frozen=True)
class Way:
    """One way to mask all of the table: the statements, the rules that they need, and the table that then has the masked rows."""

    name: str
    statements: str
    rules: dict = field(default_factory=dict)
    table: str = "person"


SCRUB_SQL = Way("gdpr_scrub_db, rules sql with md5", SCRUB, SQL)
SCRUB_OWN = Way("gdpr_scrub_db, pseudonym and hash", SCRUB, OWN)
SCRUB_FAKES = Way("gdpr_scrub_db, email and fakes", SCRUB, FAKES)
BY_CTAS = Way("CREATE TABLE AS with md5, 2 indexes, ANALYZE", CTAS, table="masked")
BY_UPDATE = Way("UPDATE with md5, ANALYZE", UPDATE)
WAYS = [SCRUB_SQL, BY_CTAS, SCRUB_OWN, SCRUB_FAKES, BY_UPDATE]
# Ours, the other side, and the goal.
COMPARED = [(SCRUB_SQL, BY_CTAS, 1.05), (SCRUB_OWN, BY_CTAS, 0.8), (SCRUB_FAKES, BY_CTAS, None), (SCRUB_SQL, BY_UPDATE, None)]


def run(socket, quick, sizes=None):
    for rows, rounds in (sizes or SIZES).items():
        if quick and rows > 100_000:
            continue
        measure.load(socket, DATABASE, Path(__file__).with_name("scrub.sql"), rows=rows)
        prepare(socket)
        check_same_rows(socket, rows)
        figures, sizes_mb, wal_mb = measured(socket, rows, 2 if quick else rounds)
        for ours, hand, goal in COMPARED:
            line = {"case": f"{rows:,} rows: {ours.name}", "rows": rows, "hand": hand.name, **measure.compared(figures, ours, hand)}
            yield line | ({"goal": goal} if goal else {})
        for way in WAYS:
            peak, private, all_private = peaks(socket, way)
            yield {"case": f"{rows:,} rows: {way.name}", "scrub_s": statistics.median(figures[way.name]) / 1000, "table_mb": sizes_mb[way.name],
                   "scrub_wal_mb": wal_mb[way.name], "scrub_peak_mb": peak, "scrub_private_mb": private, "workers_private_mb": all_private}
    measure.drop(socket, DATABASE)


def prepare(socket):
    with measure.connect(socket, DATABASE) as session:
        # It would come at some moment, and slow the side that happens to run.
        session.connection.execute("ALTER TABLE stored SET (autovacuum_enabled = off)")
        session.connection.execute(f"ALTER DATABASE {DATABASE} SET gdpr_ext.allow_scrub = on")


def fresh(session, way):
    """Every way begins with the same table, its indexes and statistics, in memory, and with a log that knows of no former call."""
    run = session.connection.execute
    run(FRESH)
    # Its files are written by the checkpoint, not while something is timed.
    run("CHECKPOINT")
    if way.rules:
        run("SELECT gdpr_register('person', %s::text::jsonb)", (json.dumps(way.rules),))


def check_same_rows(socket, rows):
    """The same expressions make the same rows, to the letter, by all three; and no row of the other ways has an old value in these columns."""
    every = ", ".join(["id", *COLUMNS, *OTHERS])
    found = {}
    for way in WAYS:
        with measure.connect(socket, DATABASE) as session:
            fresh(session, way)
            execute(session, way)
            if way in (SCRUB_SQL, BY_CTAS, BY_UPDATE):
                found[way.name] = measure.fingerprint(session, f"SELECT {every} FROM {way.table}")
            same = " OR ".join(f"t.{c} = s.{c} OR t.{c} IS NULL" for c in COLUMNS)
            left = session.one(f"SELECT count(*), count(*) FILTER (WHERE {same}) FROM {way.table} t JOIN stored s USING (id, {', '.join(OTHERS)})")
            if left != (rows, 0):
                raise RowsDiffer(f"{way.name}: (rows, rows with an old value) are {left}")
    if len(set(found.values())) != 1:
        raise RowsDiffer(f"the masked tables differ (rows, sum of hashes): {found}")


def measured(socket, rows, rounds):
    """Milliseconds of each round, each on a table made anew: the ways take turns, and the one that begins changes. And the megabytes of the table with
    its indexes afterwards, and of the WAL that was written, of the last round."""
    figures, sizes_mb, wal_mb = {way.name: [] for way in WAYS}, {}, {}
    for number in range(rounds):
        for place in range(len(WAYS)):
            way = WAYS[(number + place) % len(WAYS)]
            # A session each: nothing is planned or cached already, for nobody calls it twice.
            with measure.connect(socket, DATABASE) as session:
                fresh(session, way)
                before = session.one("SELECT pg_current_wal_insert_lsn()")[0]
                begin = time.perf_counter()
                execute(session, way)
                figures[way.name].append((time.perf_counter() - begin) * 1000)
                written = session.one(f"SELECT pg_current_wal_insert_lsn() - '{before}'::pg_lsn")[0]
                sizes_mb[way.name] = session.one(f"SELECT pg_total_relation_size('{way.table}')")[0] / 1_000_000
                wal_mb[way.name] = float(written) / 1_000_000
    return figures, sizes_mb, wal_mb


def execute(session, way):
    """All in one transaction, which is committed."""
    run = session.connection.execute
    run("BEGIN")
    for statement in way.statements.split("; "):
        run(statement)
    run("COMMIT")


def peaks(socket, way):
    """The peak memory of the backend in MB, all and private, and of it and its workers together, private."""
    with measure.connect(socket, DATABASE) as session:
        fresh(session, way)
    with measure.connect(socket, DATABASE) as session:
        most = 0
        done = threading.Event()

        def watch():
            nonlocal most
            while not done.wait(0.005):
                most = max(most, sum(private_kb(pid) for pid in [session.pid, *workers(session.pid)]))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            private = memory.watched(session.pid, lambda: execute(session, way))
        finally:
            done.set()
            watcher.join()
        return memory.status_kb(session.pid, "VmHWM") / 1024, private / 1024, max(most, private) / 1024


def workers(leader):
    """Parallel workers of a backend, by the titles of their processes: those say whose they are."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if "parallel worker" in title and f"PID {leader}" in title:
            found.append(int(process.name))
    return found


def private_kb(pid):
    try:
        return memory.status_kb(pid, "RssAnon")
    except (FileNotFoundError, ProcessLookupError, KeyError):
        return 0
