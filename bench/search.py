"""gdpr_search beside a query written by hand, which looks into the same columns by the same indexes and joins the customer."""

import random
from pathlib import Path

import measure

DATABASE = "gdpr_bench_search"

OURS = "SELECT relation::text, key, \"column\", subject_key FROM gdpr_search($1)"
# As the indexes want it: a pattern that is no constant finds nothing in a btree, so the beginning of a text is a range.
HAND = """
SELECT 'customer', jsonb_build_object('id', id), 'email', jsonb_build_object('id', id) FROM customer WHERE lower(email) = lower($1::text)
UNION ALL SELECT 'customer', jsonb_build_object('id', id), 'phone', jsonb_build_object('id', id) FROM customer
  WHERE lower(phone) ~>=~ lower($1::text) AND lower(phone) ~<~ (lower($1::text) || chr(1114111))
UNION ALL SELECT 'customer', jsonb_build_object('id', id), 'name', jsonb_build_object('id', id) FROM customer WHERE name ILIKE '%' || $1::text || '%'
UNION ALL SELECT 'orders', jsonb_build_object('id', id), 'reference', jsonb_build_object('id', customer_id) FROM orders WHERE lower(reference) = lower($1::text)
UNION ALL SELECT 'orders', jsonb_build_object('id', id), 'deliver_to', jsonb_build_object('id', customer_id) FROM orders WHERE deliver_to ILIKE '%' || $1::text || '%'
"""


def run(socket, quick):
    for rows in (100_000,) if quick else (10_000, 100_000, 1_000_000):
        measure.load(socket, DATABASE, Path(__file__).with_name("search.sql"), rows=rows)
        seeded = random.Random(rows)
        cases = {
            "an e-mail address": lambda: f"user{(i := seeded.randint(1, rows))}@shop-{i % 1000}.example.com",
            "an order's reference": lambda: f"ord-{seeded.randint(1, rows):08}",
        }
        with measure.connect(socket, DATABASE) as session:
            for case, term in cases.items():
                ours, hand = measure.Side(f"gdpr_search: {case}, {rows}", OURS), measure.Side(f"by hand: {case}, {rows}", HAND)
                figures = measure.interleaved(session, [ours, hand], term, rounds=3 if quick else 7, calls=20, warm_up=5, rows=1)
                yield {"case": case, "rows": rows, **measure.compared(figures, ours, hand)}
