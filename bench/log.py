"""The log: how fast it is sealed and verified, and what a mirror adds to an action."""

import itertools
import statistics
import time
from pathlib import Path

import measure
from psycopg import sql

SEALED = "gdpr_bench_sealed"
PLAIN, MIRRORED, MIRROR = "gdpr_bench_unmirrored", "gdpr_bench_mirrored", "gdpr_bench_mirror"

# Events: rounds.
SIZES = {100_000: 5, 300_000: 5, 1_000_000: 3}

# One event a row, as if each had been anonymised alone: a key, two columns, eight bytes of fingerprints.
EVENTS = """INSERT INTO gdpr_log.event (id, request, "session_user", "current_user", call, subject, relation, action, rows, key_columns, keys,
    columns, fingerprints, registry_version, reason, origin)
SELECT overlay(gen_random_uuid()::text PLACING lpad(to_hex(1800000000000 + i), 12, '0') FROM 1 FOR 13)::uuid, gen_random_uuid(), 'app', 'app',
    'anonymise', 'public.person', 'public.person', 'anonymised', 1, '{id}', jsonb_build_array(i), '{name,email}', substr(sha256(i::text::bytea), 1, 8),
    md5('registry'), 'request ' || i, gdpr_log_origin()
FROM generate_series(1, %s) i"""
SEAL = measure.Side("gdpr_log_seal", "SELECT gdpr_log_seal()")
VERIFY = measure.Side("gdpr_log_verify", "SELECT count(*) FROM gdpr_log_verify()", counts=True)

# What is done to one row and to one person, with the number of rows that it changes.
DELETE = (measure.Side("delete", "WITH gone AS (DELETE FROM visit WHERE id = $1::int RETURNING 1) SELECT count(*) FROM gone", counts=True), 1)
ANONYMISE = (measure.Side("gdpr_anonymise", "SELECT sum(rows) FROM gdpr_anonymise('person', $1::int)", counts=True), 3)


def run(socket, quick):
    for size, rounds in SIZES.items():
        if not quick or size == 100_000:
            yield sealed(socket, size, 2 if quick else rounds)
    yield from mirrored(socket, rounds=3 if quick else 9, calls=50 if quick else 200)


def sealed(socket, size, rounds):
    """Seals so many events, undoes it, and does it again. What verifying finds is nothing."""
    measure.load(socket, SEALED, "/dev/null")
    with measure.connect(socket, SEALED) as session:
        session.connection.execute(EVENTS, (size,))
        session.connection.execute("VACUUM (ANALYZE)")
        session.prepare(SEAL, VERIFY)
        seals = measure.undone(session, [SEAL], lambda: None, rounds, 1)[SEAL.name]
        session.call(SEAL)
        count = session.one("SELECT sum(length(entries)) / 48 FROM gdpr_log.seal")[0]
        if count != size:
            raise measure.RowsDiffer(f"{count} of {size} events are sealed")
        verifies = measure.undone(session, [VERIFY], lambda: None, rounds, 0)[VERIFY.name]
    line = {"case": f"{size:,} events", "rows": size, "seal_s": statistics.median(seals) / 1000, "verify_s": statistics.median(verifies) / 1000}
    return {**line, "sealed_per_second": size / line["seal_s"], "verified_per_second": size / line["verify_s"]}


def mirrored(socket, rounds, calls):
    """The same actions in a database whose log has no mirror, in one whose events are written to a mirror in the same transaction, and in that one
    when they are queued for later. Every call commits."""
    load_mirrored(socket, people=2 * (rounds + 1) * calls)
    with measure.connect(socket, PLAIN) as plain, measure.connect(socket, MIRRORED) as immediate, measure.connect(socket, MIRRORED) as deferred:
        deferred.connection.execute("SET gdpr_ext.mirror = 'deferred'")
        modes = {"no mirror": plain, "immediate": immediate, "deferred": deferred}
        for session in modes.values():
            session.prepare(DELETE[0], ANONYMISE[0])
        for side, rows in (DELETE, ANONYMISE):
            figures = in_turns(modes, side, rows, rounds, calls)
            for mode in ("immediate", "deferred"):
                compared = measure.compared(figures, measure.Side(mode, ""), measure.Side("no mirror", ""))
                yield {"case": f"{side.name} of one, {mode}", "rows": rows, "hand": "no mirror", **compared,
                       "added_ms": compared["ours_ms"] - compared["hand_ms"]}
        yield sent(deferred)


def load_mirrored(socket, people):
    """Two databases alike, and a third that the log of one is mirrored in."""
    for database in (PLAIN, MIRRORED):
        measure.load(socket, database, Path(__file__).with_name("log.sql"), people=people)
    measure.create(socket, MIRROR)
    with measure.connect(socket, MIRRORED) as session:
        run = session.connection.execute
        run("CREATE EXTENSION postgres_fdw")
        run("CREATE EXTENSION dblink")
        run(sql.SQL("CREATE SERVER mirror FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {}, dbname {})").format(socket, MIRROR))
        run("CREATE USER MAPPING FOR postgres SERVER mirror OPTIONS (user 'postgres')")
        run("SELECT gdpr_log_mirror('mirror')")


def in_turns(modes, side, rows, rounds, calls):
    """As measure.interleaved, the same statement in one session for each mode. No one is anonymised twice."""
    numbers = {session.database: itertools.count(1) for session in modes.values()}
    figures = {mode: [] for mode in modes}
    for number in range(rounds + 1):
        times = {mode: [] for mode in modes}
        for turn in range(calls):
            for place in range(len(modes)):
                mode = list(modes)[(number + turn + place) % len(modes)]
                seconds, found = modes[mode].call(side, str(next(numbers[modes[mode].database])))
                if found != rows:
                    raise measure.RowsDiffer(f"{side.name} changed {found} rows instead of {rows}")
                times[mode].append(seconds * 1000)
        # The first round is the warm-up.
        if number > 0:
            for mode, values in times.items():
                figures[mode].append(statistics.median(values))
    return figures


def sent(session):
    """What is queued goes to the mirror in one call. Then every event is there."""
    queued = session.one("SELECT count(*) FROM gdpr_log.mirror_queue")[0]
    begin = time.perf_counter()
    sent = session.one("SELECT sent FROM gdpr_log_mirror_sync()")[0]
    seconds = time.perf_counter() - begin
    differ = session.one(
        "SELECT count(*) FROM (SELECT id, rows, keys::text FROM gdpr_log.event) here FULL JOIN (SELECT id, rows, keys::text FROM gdpr_log.mirror) there"
        " USING (id, rows, keys) WHERE here IS NULL OR there IS NULL"
    )[0]
    if sent != queued or differ:
        raise measure.RowsDiffer(f"{sent} of {queued} queued events were sent, and {differ} events are not the same in the mirror")
    return {"case": f"{queued:,} queued events", "rows": queued, "sync_s": seconds, "sent_per_second": queued / seconds}
