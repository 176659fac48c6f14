#!/usr/bin/env bash
# Builds the extension and installs it into the PostgreSQL of PG_CONFIG, with sudo when its directories are not ours.
set -euo pipefail
cd "$(dirname "$0")/.."

pg_config=$(command -v "${PG_CONFIG:-pg_config}")
sudo=()
if [ ! -w "$("$pg_config" --pkglibdir)" ] || [ ! -w "$("$pg_config" --sharedir)/extension" ]; then
    sudo=(--sudo)
fi
cargo pgrx install --release --pg-config "$pg_config" "${sudo[@]}"
