#!/usr/bin/env bash
# Builds the extension and installs it into the PostgreSQL of PG_CONFIG, with sudo when its directories are not ours. When what is
# installed there is already the build of these sources, nothing is done.
#
#   scripts/install.sh           installs
#   scripts/install.sh --check   only says by its exit status whether it is installed
set -euo pipefail
cd "$(dirname "$0")/.."

pg_config=$(command -v "${PG_CONFIG:-pg_config}")
library=$("$pg_config" --pkglibdir)
share=$("$pg_config" --sharedir)/extension
stamp=target/installed
build="# $("$pg_config" --version) in $library, $(rustc --version)"

# The checksums are of the installed files, because `cargo pgrx test` installs another build over them. A folder of the sources is
# newer than the stamp when a file in it has been removed.
is_installed() {
    [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$build" ] &&
        sha256sum --check --status "$stamp" 2>/dev/null &&
        [ -z "$(find Cargo.toml Cargo.lock gdpr_ext.control src sql -newer "$stamp" -print -quit)" ]
}

if is_installed; then
    [ "${1:-}" = --check ] || echo "gdpr_ext is installed in $library, and up to date."
    exit 0
fi
[ "${1:-}" != --check ] || exit 1

sudo=()
if [ ! -w "$library" ] || [ ! -w "$share" ]; then
    sudo=(--sudo)
fi
# The stamp is as old as the beginning of the build: what is edited meanwhile is newer.
mkdir -p target
rm -f "$stamp"
echo "$build" >"$stamp.new"
touch "$stamp.begin"
cargo pgrx install --release --pg-config "$pg_config" "${sudo[@]}"
sha256sum "$library/gdpr_ext.so" "$share/gdpr_ext.control" "$share"/gdpr_ext--*.sql >>"$stamp.new"
touch -r "$stamp.begin" "$stamp.new"
rm "$stamp.begin"
mv "$stamp.new" "$stamp"
