#!/usr/bin/env bash
# Runs the SQL regression tests or the isolation specs against a running cluster, and shows what differs.
#
#   scripts/regress.sh regress   SOCKET [TEST...]   tests/pg_regress/{sql,expected}
#   scripts/regress.sh isolation SOCKET [TEST...]   tests/isolation/{specs,expected}
#
# SOCKET is what `scripts/cluster.sh start` printed. All tests are run when none is named, one after the other, in one database
# that has the extension; each makes what it needs in a schema of its own and drops it. The output of a run is kept in
# target/regress/results or target/isolation/results: a new test's expected output is what was found there and read.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-}
case $kind in
    regress)
        tests=tests/pg_regress driver=regress/pg_regress files=(tests/pg_regress/sql/*.sql) ;;
    isolation)
        tests=tests/isolation driver=isolation/pg_isolation_regress files=(tests/isolation/specs/*.spec) ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
        exit 2 ;;
esac
socket=${2:?the socket directory of a running cluster}
shift 2
[ $# -gt 0 ] || set -- "${files[@]}"

names=()
for file in "$@"; do
    name=$(basename "$file")
    names+=("${name%.*}")
done

pg_config=${PG_CONFIG:-pg_config}
driver=$(dirname "$("$pg_config" --pgxs)")/../test/$driver
output=$PWD/target/$kind
rm -rf "$output"
mkdir -p "$output"

# pg_regress stops at a test without expected output. With an empty one it goes on, and shows all of it as a difference.
cp -r "$tests/." "$output/input"
mkdir -p "$output/input/expected"
for name in "${names[@]}"; do
    touch "$output/input/expected/$name.out"
done

options=(--host="$socket" --port=5432 --user=postgres --bindir="$("$pg_config" --bindir)" --encoding=UTF8
    --dbname="gdpr_$kind" --load-extension=gdpr_ext --inputdir="$output/input" --outputdir="$output")
# Since PostgreSQL 16 the expected output is no longer looked for below --inputdir.
if "$driver" --help | grep -q -e --expecteddir; then
    options+=(--expecteddir="$output/input")
fi

if ! env -u PGOPTIONS -u PGDATABASE "$driver" "${options[@]}" "${names[@]}"; then
    [ ! -s "$output/regression.diffs" ] || cat "$output/regression.diffs"
    exit 1
fi
