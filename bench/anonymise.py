"""The shop with rules, which anonymise_one and anonymise_ten_thousand share, and the same work written by hand."""

import functools
import json

import measure
import shop

DATABASE = "gdpr_bench_anonymise"

# Whom each of the two takes: who was anonymised by the one, for good, is nobody for the other.
ONE = range(1, 4_001)
MANY = range(4_001, shop.CUSTOMERS + 1)


def by(strategy, **parameters):
    return {"strategy": strategy, **parameters}


# Four columns of each table: the rule, and what the hand-written UPDATE sets the column to. A hash there is md5 with a constant behind the
# value, a made-up value is md5 of a random number: built-in functions, and as many characters as the rules give.
RULES = {
    "customer": {
        "email": (by("hash", length=32), "md5(t.email || 'secret')"),
        "name": (by("fake", kind="name"), "initcap(left(md5(random()::text), 14))"),
        "phone": (by("null"), "NULL"),
        "born": (by("value", value="1970-01-01"), "'1970-01-01'"),
    },
    "address": {
        "street": (by("partial", keep_first=2), "left(t.street, 2) || repeat('*', length(t.street) - 2)"),
        "postcode": (by("partial", keep_first=1), "left(t.postcode, 1) || repeat('*', length(t.postcode) - 1)"),
        "city": (by("fake", kind="city"), "initcap(left(md5(random()::text), 9))"),
        "is_default": (by("value", value=False), "false"),
    },
    "orders": {
        "status": (by("partial", keep_first=1), "left(t.status, 1) || repeat('*', length(t.status) - 1)"),
        "total": (by("value", value=0), "0"),
        "placed_at": (by("value", value="1970-01-01 00:00Z"), "'1970-01-01 00:00Z'"),
        "note": (by("null"), "NULL"),
    },
    "order_line": {
        "sku": (by("hash", length=32), "md5(t.sku || 'secret')"),
        "quantity": (by("value", value=1), "1"),
        "price": (by("value", value=0), "0"),
        "options": (by("null"), "NULL"),
    },
    "shipment": {
        "carrier": (by("partial", keep_last=1), "repeat('*', length(t.carrier) - 1) || right(t.carrier, 1)"),
        "tracking": (by("hash"), "md5(t.tracking::text || 'secret')::uuid"),
        "sent_at": (by("null"), "NULL"),
        "weight": (by("value", value=0), "0"),
    },
    "payment": {
        "amount": (by("value", value=0), "0"),
        "method": (by("partial", keep_first=1), "left(t.method, 1) || repeat('*', length(t.method) - 1)"),
        "card_last4": (by("null"), "NULL"),
        "reference": (by("hash"), "md5(t.reference::text || 'secret')::uuid"),
    },
    "review": {
        "sku": (by("hash", length=32), "md5(t.sku || 'secret')"),
        "stars": (by("value", value=3), "3"),
        "title": (by("null"), "NULL"),
        "body": (by("partial", keep_first=1), "left(t.body, 1) || repeat('*', length(t.body) - 1)"),
    },
    "ticket": {
        "subject": (by("hash", length=32), "md5(t.subject || 'secret')"),
        "state": (by("partial", keep_first=1), "left(t.state, 1) || repeat('*', length(t.state) - 1)"),
        "priority": (by("value", value=0), "0"),
        "tags": (by("value", value="{}"), "'{}'"),
    },
    "ticket_reply": {
        "by_customer": (by("value", value=False), "false"),
        "body": (by("partial", keep_first=1), "left(t.body, 1) || repeat('*', length(t.body) - 1)"),
        "seen": (by("null"), "NULL"),
        "written_at": (by("value", value="1970-01-01 00:00Z"), "'1970-01-01 00:00Z'"),
    },
    "session": {
        "ip": (by("value", value="0.0.0.0"), "'0.0.0.0'"),
        "user_agent": (by("hash", length=32), "md5(t.user_agent || 'secret')"),
        "started_at": (by("value", value="1970-01-01 00:00Z"), "'1970-01-01 00:00Z'"),
        "ended_at": (by("null"), "NULL"),
    },
    "consent": {
        "purpose": (by("partial", keep_first=1), "left(t.purpose, 1) || repeat('*', length(t.purpose) - 1)"),
        "given": (by("value", value=False), "false"),
        "version": (by("value", value=0), "0"),
        "evidence": (by("null"), "NULL"),
    },
    "wish": {
        "sku": (by("hash", length=32), "md5(t.sku || 'secret')"),
        "added_on": (by("value", value="1970-01-01"), "'1970-01-01'"),
        "price_seen": (by("null"), "NULL"),
        "rank": (by("value", value=0), "0"),
    },
    "device": {
        "kind": (by("partial", keep_last=1), "repeat('*', length(t.kind) - 1) || right(t.kind, 1)"),
        "push_token": (by("null"), "NULL"),
        "last_seen": (by("value", value="1970-01-01 00:00Z"), "'1970-01-01 00:00Z'"),
        "facts": (by("value", value={}), "'{}'"),
    },
}
# What these make of a value differs between the two sides.
UNLIKE = ("hash", "fake")


def places(matches):
    """Each table with where its rows of the wanted customers are: FROM and WHERE of an UPDATE. `matches` is the comparison, such as `= $1`."""
    yield "customer", "", f"t.id {matches}"
    for table, column, parent in shop.LINKS:
        if parent == "customer":
            yield table, "", f"t.{column} {matches}"
        else:
            yield table, f"FROM {parent} p", f"t.{column} = p.id AND p.customer_id {matches}"


def by_hand(name, type_, matches):
    """What one would write: a plpgsql function with a static UPDATE for each table, whose plans plpgsql keeps, and an INSERT into a log."""
    updates = [
        f"UPDATE {table} t SET {', '.join(f'{column} = {value}' for column, (_, value) in RULES[table].items())} {source} WHERE {where};\n"
        "GET DIAGNOSTICS n = ROW_COUNT; changed := changed + n;"
        for table, source, where in places(matches)
    ]
    return (
        f"CREATE FUNCTION {name}(wanted {type_}) RETURNS bigint LANGUAGE plpgsql AS $function$\n"
        "DECLARE changed bigint := 0; n bigint;\nBEGIN\n" + "\n".join(updates) + "\n"
        "INSERT INTO hand_log (who, subject, ids, rows) VALUES (session_user, 'customer', ARRAY[wanted], changed);\n"
        "RETURN changed;\nEND $function$"
    )


@functools.cache
def load(socket):
    """Makes the database, once in a run: the shop with ordinary tables, which write WAL, with rules and with the functions written by hand."""
    shop.load(socket)
    measure.create(socket, DATABASE, template=shop.DATABASE)
    with measure.connect(socket, DATABASE) as session:
        run = session.connection.execute
        for table in RULES:
            run(f"ALTER TABLE {table} SET LOGGED")
            # It would come at some moment, and slow the side that happens to run.
            run(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            rules = {column: rule for column, (rule, _) in RULES[table].items()}
            run("SELECT gdpr_register(%s::regclass, %s::jsonb, subject => %s)", (table, json.dumps(rules), table == "customer"))
        run("CREATE TABLE hand_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), who name NOT NULL,"
            " subject text NOT NULL, ids int[] NOT NULL, rows bigint NOT NULL)")
        run(by_hand("anonymise_one_by_hand", "int", "= wanted"))
        run(by_hand("anonymise_many_by_hand", "int[]", "= ANY (wanted)"))
        run("VACUUM (ANALYZE)")


def connect(socket):
    load(socket)
    return measure.connect(socket, DATABASE)


def check_same_work(session, sides, customer):
    """Fails unless each side changes the rows of a customer as the rules say, and the rest of each row not at all. Nothing stays changed."""
    before = contents(session, customer)
    after = [outcome(session, side, customer) for side in sides]
    for table, row, column in ((table, row, column) for (table, row), columns in before.items() for column in columns):
        old, *new = (rows[table, row][column] for rows in [before, *after])
        rule = RULES[table].get(column, [None])[0]
        if rule and rule["strategy"] in UNLIKE:
            alike = old not in new and len({type(value) for value in new}) == 1
        else:
            alike = new.count(new[0]) == len(new) and (rule or new[0] == old)
        if not alike:
            raise measure.RowsDiffer(f"{table}.{column} of row {row}: {old!r} became {dict(zip((side.name for side in sides), new))}")


def outcome(session, side, customer):
    with session.connection.transaction(force_rollback=True):
        session.connection.execute(measure.inlined(side, literal(side, customer)))
        return contents(session, customer)


def literal(side, customer):
    return f"'{{{customer}}}'" if "[]" in side.statement else str(customer)


def contents(session, customer):
    """The customer's rows: (table, id) -> column -> value."""
    return {
        (table, row["id"]): row
        for table, source, where in places(f"= {customer}")
        for (row,) in session.connection.execute(f"SELECT to_jsonb(t) FROM {table} t {source.replace('FROM', ',')} WHERE {where}")
    }
