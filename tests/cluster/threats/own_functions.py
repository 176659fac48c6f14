"""Calls, by qualified name, of every function that the extension has, internal ones included, with arguments that fit their types."""

FUNCTIONS = """
SELECT format('%I.%I', nspname, proname), proargtypes::oid[]::regtype[]::text[] FROM pg_proc p
JOIN pg_namespace n ON n.oid = pronamespace
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'gdpr_ext'
WHERE prokind = 'f' AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
ORDER BY 1, 2
"""
VALUES = {
    "text": ["'Ada'", "'name'"],
    "text[]": ["'{name}'::text[]"],
    "integer": ["16"],
    "integer[]": ["'{1}'::int[]"],
    "bigint": ["1::bigint"],
    "bigint[]": ["'{1}'::bigint[]"],
    "smallint": ["1::smallint"],
    "smallint[]": ["'{1}'::smallint[]"],
    "boolean": ["true"],
    "jsonb": ["""'{"name": "blank"}'::jsonb""", "'[1]'::jsonb"],
    "jsonb[]": ["ARRAY['1'::jsonb]"],
    "json": ["'{}'::json"],
    "uuid": ["'00000000-0000-7000-8000-000000000001'::uuid"],
    "bytea": [r"'\x416461'::bytea"],
    "bytea[]": [r"ARRAY['\x416461'::bytea]"],
    "oid": ["'{table}'::regclass::oid"],
    "oid[]": ["ARRAY['{table}'::regclass::oid]"],
    "name": ["'name'::name"],
    "name[]": ["'{name}'::name[]"],
    "numeric": ["1.5"],
    "double precision": ["1.5::float8"],
    "real": ["1.5::float4"],
    "date": ["'2001-02-03'::date"],
    "timestamp without time zone": ["'2001-02-03'::timestamp"],
    "timestamp with time zone": ["'2001-02-03'::timestamptz"],
    "interval": ["'30 days'::interval"],
    "inet": ["'192.0.2.1'::inet"],
    "uuid[]": ["'{00000000-0000-7000-8000-000000000001}'::uuid[]"],
    "xid8": ["'1'::xid8"],
    "xid8[]": ["'{1}'::xid8[]"],
    "pg_snapshot": ["'1:1:'::pg_snapshot"],
    "gdpr_log.event": ["NULL::gdpr_log.event"],
    "gdpr_log.seal": ["NULL::gdpr_log.seal"],
    "regclass": ["'{table}'::regclass"],
    "regclass[]": ["ARRAY['{table}'::regclass]"],
    "regproc": ["'mallory.attack'::regproc"],
    "regprocedure": ["'mallory.attack()'::regprocedure"],
    "regtype": ["'text'::regtype"],
    "anyelement": ["1", "'Ada'::text", "ROW(1, 'Ada'::text)"],
    '"any"': ["'Ada'::text"],
    "anyarray": ["ARRAY['Ada'::text]"],
    "record": ["ROW(1, 'Ada'::text)"],
    "internal": [],
}


def calls(connection, table):
    """`SELECT * FROM f(...)` for each function, as often as its arguments have values to choose from."""
    made = []
    for name, types in connection.execute(FUNCTIONS).fetchall():
        unknown = set(types) - set(VALUES)
        assert not unknown, f"no value of type {unknown} for {name}: add one"
        choices = [VALUES[type_] for type_ in types]
        if not all(choices):
            continue  # SQL cannot call it
        for turn in range(max(map(len, choices), default=1)):
            arguments = ", ".join(choice[turn % len(choice)] for choice in choices)
            made.append(f"SELECT * FROM {name}({arguments.replace('{table}', table)})")
    return made
