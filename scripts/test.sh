#!/usr/bin/env bash
# Runs the layers of the test suite and adds them up in one last line, `N passed, N failed`.
#
#   scripts/test.sh           all of them
#   scripts/test.sh LAYER...  some of them: rust regress isolation oracle cluster samples
#
# It stops at the first layer that fails. The layers after `rust` share one throwaway cluster, which is gone afterwards in any case.
# What each layer said is kept in target/test/LAYER.log.
# ORACLE_SCHEMAS   how many random schemas are compared with the oracle
set -euo pipefail
cd "$(dirname "$0")/.."

layers=("$@")
[ $# -gt 0 ] || layers=(rust regress isolation oracle cluster samples)
for layer in "${layers[@]}"; do
    case $layer in
        rust | regress | isolation | oracle | cluster | samples) ;;
        *)
            sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
            exit 2 ;;
    esac
done

export PG_CONFIG=${PG_CONFIG:-pg_config}
export PYTHONDONTWRITEBYTECODE=1
# A backtrace in the server's environment ends up in error messages; pgrx and psycopg would follow the others to another server.
unset RUST_BACKTRACE PGDATA PGHOST PGPORT PGUSER PGDATABASE PGSERVICE PGOPTIONS
export USER=${USER:-$(id -un)}

cluster=target/test/cluster
logs=target/test
passed=0 failed=0 skipped=0
rust_data=
socket=

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

finish() {
    local status=$?
    trap - EXIT
    scripts/cluster.sh stop "$cluster" || status=1
    [ -z "$rust_data" ] || as_root rm -rf -- "$rust_data"
    [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    [ "$skipped" -eq 0 ] || echo "skipped: $skipped"
    echo "$passed passed, $failed failed"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

start_cluster() {
    [ -z "$socket" ] || return 0
    scripts/cluster.sh stop "$cluster"
    socket=$(scripts/cluster.sh start "$cluster" | tail -n 1)
}

python_layer() { PGHOST=$socket PGPORT=5432 PGUSER=postgres target/venv/bin/python "$@"; }

run_pytest() { python_layer -m pytest -o cache_dir=target/pytest_cache -rs "$1"; }

# `cargo pgrx test` installs a build with the tests in it, and PostgreSQL does not run as root: it takes a directory of its own.
run_rust() {
    local label="pg$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')" server=()
    if [ "$(id -u)" -eq 0 ] || [ ! -w "$("$PG_CONFIG" --pkglibdir)" ]; then
        as_root chown postgres: "$rust_data"
        server=(--runas postgres --pgdata "$rust_data")
    fi
    cargo pgrx test "$label" "${server[@]}"
}
run_regress() { scripts/regress.sh regress "$socket"; }
run_isolation() { scripts/regress.sh isolation "$socket"; }
run_oracle() { python_layer tests/oracle/run.py --socket "$socket" --schemas "${ORACLE_SCHEMAS:-2000}"; }
run_cluster() { run_pytest tests/cluster; }
run_samples() { run_pytest tests/samples; }

# Prints "PASSED FAILED SKIPPED" out of what cargo, pg_regress, pytest or the oracle say at their end.
count() {
    awk '
        function add(word, number) {
            if (word ~ /^passed/) p += number
            else if (word ~ /^(failed|errors?)/) f += number
            else if (word ~ /^(skipped|ignored)/) s += number
        }
        { sub(/\r$/, ""); gsub(/\033\[[0-9;]*m/, "") }
        match($0, /All [0-9]+ tests passed/) { split($0, w, "All "); p += w[2] + 0; next }
        match($0, /[0-9]+ of [0-9]+ tests failed/) {
            split(substr($0, RSTART), w, " "); f += w[1]; p += w[3] - w[1]; next
        }
        /^test result:/ || /^=+ .* in [0-9.]+s.* =+$/ || /^[0-9]+ passed, [0-9]+ failed/ {
            for (i = 2; i <= NF; i++) { word = $i; if ($(i - 1) ~ /^[0-9]+$/) add(word, $(i - 1)) }
        }
        END { print p + 0, f + 0, s + 0 }' "$1"
}

run_layer() {
    local layer=$1 status=0 p f s begin=$SECONDS
    echo "== $layer"
    "run_$layer" 2>&1 | tee "$logs/$layer.log" | sed '/^[0-9]\+ passed, [0-9]\+ failed$/d' || status=1
    read -r p f s < <(count "$logs/$layer.log")
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "== $layer: $((p + f + s)) tests in $((SECONDS - begin)) s"
    if [ $((p + f + s)) -eq 0 ]; then
        echo "The layer $layer ran no test." >&2
        status=1
    fi
    [ "$status" -eq 0 ] || failed=$((failed + (f == 0)))
    return "$status"
}

mkdir -p "$logs"
for layer in "${layers[@]}"; do
    if [ "$layer" = rust ]; then
        rust_data=$(mktemp -d /tmp/gdpr_ext.XXXXXX)
        run_layer rust || exit 1
        # What the other layers and everybody after them get is the build without the tests in it.
        scripts/install.sh
    else
        start_cluster
        run_layer "$layer" || exit 1
    fi
done
