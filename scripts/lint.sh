#!/usr/bin/env bash
# rustfmt, clippy and, for the install script that CREATE EXTENSION runs as a superuser, pgspot.
set -euo pipefail
cd "$(dirname "$0")/.."

pg_config=$(command -v "${PG_CONFIG:-pg_config}")
label="pg$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')"

echo '== rustfmt'
cargo fmt --check

# The tests are a feature of the library, so that clippy reads it with and without them.
echo '== clippy'
for features in "$label" "$label pg_test"; do
    cargo clippy --release --all-targets --no-default-features --features "$features" -- -D warnings
done

echo '== pgspot'
script=target/gdpr_ext.sql
cargo pgrx schema --release --pg-config "$pg_config" --out "$script"
# These are inlined into what calls them, which a search_path of their own would prevent; they qualify all they name.
target/venv/bin/pgspot \
    --proc-without-search-path 'gdpr_log.digest(e gdpr_log.event)' \
    --proc-without-search-path 'gdpr_log.seal_digest(before bytea,number bigint,at timestamptz,origin text,snapshot pg_snapshot,entries bytea)' \
    --proc-without-search-path 'gdpr_log.entries(entries bytea,id uuid,digest bytea)' \
    --proc-without-search-path 'gdpr_log.line(kind text,document anyelement)' \
    "$script"
