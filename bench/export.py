"""One person's document: beside their rows as gdpr_collect gives them, and beside a document written by hand; and what it holds in memory."""

import io
import random
import zipfile

import large_subject
import measure
import memory
import shop

GOAL = 2.0
MEMORY_GOAL = 3.0
SHOP = "gdpr_bench_export"
LARGE = "gdpr_bench_export_large"

# Account: rows besides the account's own; rounds.
SIZES = {1: (1_000, 15), 2: (10_000, 9), 3: (100_000, 5)}
# The account whose archive is made, too.
LARGEST = 3

# Each table with the column that leads to the person, and the tables whose rows stand within its rows: (label, table, its column).
IN_SHOP = [(table, column, []) for table, column, parent in [("customer", "id", "customer"), *shop.LINKS] if parent == "customer"]
IN_SHOP = [
    (table, column, [(child.capitalize().replace("_", " "), child, key) for child, key, parent in shop.LINKS if parent == table and table != "customer"])
    for table, column, _ in IN_SHOP
]
IN_LARGE = [("account", "id", []), ("orders", "account_id", [("Order line", "order_line", "order_id")]), ("event", "account_id", [])]


def by_hand(tables):
    """The same rows as a document. It has no facts, no columns and no labels, leaves out nothing, and logs nothing."""
    sections = []
    for table, column, inner in tables:
        row = "to_jsonb(t)"
        for label, child, key in inner:
            row += (
                f" || jsonb_build_object('{label}', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.id), '[]') FROM {child} c"
                f" WHERE c.{key} = t.id))"
            )
        sections.append(
            f"jsonb_build_object('relation', 'public.{table}', 'data',"
            f" (SELECT jsonb_agg({row} ORDER BY t.id) FROM {table} t WHERE t.{column} = $1::int))"
        )
    return f"SELECT jsonb_build_object('sections', jsonb_build_array({', '.join(sections)}))"


def sides(subject, tables):
    export = measure.Side("gdpr_export", f"SELECT gdpr_export('{subject}', $1::int)")
    collect = measure.Side("gdpr_collect", f"SELECT * FROM gdpr_collect('{subject}', $1::int)")
    return export, collect, measure.Side("by_hand", by_hand(tables))


def run(socket, quick):
    yield from of_the_shop(socket, quick)
    yield from of_large_subjects(socket, quick)


def of_the_shop(socket, quick):
    shop.load(socket)
    ids = random.Random(23).randint
    effort = {"rounds": 5 if quick else 15, "calls": 20 if quick else 100, "warm_up": 50 if quick else 200}
    compared = sides("customer", IN_SHOP)
    register(socket, SHOP, shop.DATABASE, "customer", [table for table, _, _ in shop.LINKS])
    with measure.connect(socket, SHOP) as session:
        for chosen in (1, 777, shop.CUSTOMERS):
            check_same_document(session, compared, chosen, shop.ROWS_PER_CUSTOMER)
        figures = measure.interleaved(
            session, compared, lambda: str(ids(1, shop.CUSTOMERS)), rows=rows_sent(compared, shop.ROWS_PER_CUSTOMER), **effort
        )
    yield from lines("random customer, 13 tables", shop.ROWS_PER_CUSTOMER, figures, compared)


def of_large_subjects(socket, quick):
    large_subject.load(socket)
    compared = sides("account", IN_LARGE)
    register(socket, LARGE, large_subject.DATABASE, "account", ["orders", "order_line", "event"])
    for account, (size, rounds) in SIZES.items():
        rows = size + 1
        with measure.connect(socket, LARGE) as session:
            check_same_document(session, compared, account, rows)
            figures = measure.interleaved(
                session, compared, lambda: str(account), rounds=2 if quick else rounds, calls=1 if size > 10_000 else 3, warm_up=6,
                warm_up_parameters=lambda: "1", rows=rows_sent(compared, rows),
            )
        yield from lines(f"{size:,} rows", rows, figures, compared)
    yield from what_is_held(socket, quick)


def lines(case, rows, figures, compared):
    export, collect, hand = compared
    line = {"case": case, "rows": rows}
    yield {**line, "hand": "gdpr_collect", "goal": GOAL, **measure.compared(figures, export, collect)}
    yield {**line, "hand": "jsonb_agg by hand", **measure.compared(figures, export, hand)}


def what_is_held(socket, quick):
    """Time and memory of a document, a page and an archive of many rows. Their results stay in the server. The goal is about the backend's
    own memory: the pages of shared_buffers that it touches are there anyway, and are as many as gdpr_collect touches."""
    size = SIZES[LARGEST][0]
    with measure.connect(socket, LARGE) as session:
        archive = session.one(f"SELECT gdpr_export_archive('account', {LARGEST})")[0]
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        data_mb = files.getinfo("data.json").file_size / 1_000_000
        page_mb = files.getinfo("report.html").file_size / 1_000_000
    results = {
        "gdpr_export": ("length(gdpr_export('account', $1::int)::text)", data_mb),
        "gdpr_export_html": ("octet_length(gdpr_export_html('account', $1::int))", page_mb),
        "gdpr_export_archive": ("octet_length(gdpr_export_archive('account', $1::int))", len(archive) / 1_000_000),
    }
    for name, (expression, result_mb) in results.items():
        side = measure.Side(name, f"SELECT {expression}")
        with measure.connect(socket, LARGE) as session:
            times = measure.interleaved(session, [side], lambda: str(LARGEST), rounds=1 if quick else 5, calls=1, rows=1, warm_up=1)
        peak_mb, private_mb = memory.growth(socket, LARGE, side, warm_up="1", parameter=str(LARGEST))
        line = {"case": f"{name}, {size:,} rows", "export_s": sorted(times[name])[len(times[name]) // 2] / 1000, "result_mb": result_mb, "data_mb": data_mb,
                "export_peak_mb": peak_mb, "export_private_mb": private_mb, "multiple": private_mb / data_mb}
        if name == "gdpr_export_archive":
            line |= {"multiple_goal": MEMORY_GOAL, "multiple_verdict": "met" if line["multiple"] <= MEMORY_GOAL else "MISSED"}
        yield line


def register(socket, database, template, subject, tables):
    """A copy of the database in which all tables are registered. Their entries say nothing else."""
    measure.create(socket, database, template)
    with measure.connect(socket, database) as session:
        session.connection.execute("SELECT gdpr_register(%s, subject => true)", (subject,))
        for table in tables:
            session.connection.execute("SELECT gdpr_register(%s)", (table,))
        session.connection.execute("VACUUM (ANALYZE)")


def rows_sent(compared, rows):
    export, collect, hand = compared
    return {export.name: 1, collect.name: rows, hand.name: 1}


def check_same_document(session, compared, person, rows):
    """Fails unless the document has as many rows as gdpr_collect finds, and they are those of the document written by hand, to the letter."""
    export, collect, hand = (measure.inlined(side, str(person)) for side in compared)
    data = "SELECT jsonb_object_agg(s ->> 'relation', s -> 'data')::text FROM ({}) d (d), jsonb_path_query(d, '$.sections[*] ? (exists (@.data))') s"
    counted = session.one(f"SELECT (d ->> 'rows')::int, (SELECT count(*) FROM ({collect}) c) FROM ({export}) d (d)")
    if counted != (rows, rows):
        raise measure.RowsDiffer(f"the document has {counted[0]} rows and gdpr_collect {counted[1]} instead of {rows}")
    ours, theirs = (session.one(data.format(statement))[0] for statement in (export, hand))
    if ours != theirs:
        place = next((n for n, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        start = max(place - 150, 0)
        raise measure.RowsDiffer(f"the documents differ\ngdpr_export: {ours[start:place + 150]}\nby hand:     {theirs[start:place + 150]}")
