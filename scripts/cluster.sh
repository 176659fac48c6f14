#!/usr/bin/env bash
# A throwaway PostgreSQL cluster, for the tests, the demo and the benchmarks.
#
#   scripts/cluster.sh start DIR   creates the cluster in DIR/data where there is none and starts it;
#                                  the last line of the output is the directory of its socket
#   scripts/cluster.sh stop DIR    stops it at once and removes every trace of it
#
# It listens on that socket only (port 5432), trusts everybody who can open it, and its superuser is `postgres`.
# CLUSTER_CONF   more lines for postgresql.conf
# PG_CONFIG      which PostgreSQL; the first `pg_config` in PATH if not set
set -euo pipefail

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

[ $# -eq 2 ] && [ -n "$2" ] || usage
case $1 in
    start | stop) action=$1 ;;
    *) usage ;;
esac
dir=$(realpath -m -- "$2")
bindir=$("${PG_CONFIG:-pg_config}" --bindir)
# A relative PG_CONFIG has been used; a directory that postgres may not enter would stop runuser from here on.
cd /

# PostgreSQL refuses to run as root. A backtrace in the server's environment would end up in error messages,
# and the caller's PG* and LC_* variables would change what the cluster is.
as_server() {
    local clean=(env -u RUST_BACKTRACE -u PGDATA -u PGPORT -u PGHOST -u PGOPTIONS LC_ALL=C.UTF-8)
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "${clean[@]}" "$@"
    else
        "${clean[@]}" "$@"
    fi
}

owned_by_server() {
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres: "$@"
    fi
}

is_running() {
    [ -e "$dir/data/PG_VERSION" ] && as_server "$bindir/pg_ctl" status -D "$home/data" >/dev/null 2>&1
}

# Where the files are: DIR, or the socket's directory when postgres cannot reach DIR (a clone below /root).
# The socket has a directory of its own because the path of a socket may have no more than 107 bytes.
place() {
    socket=
    if [ -f "$dir/socket" ]; then
        socket=$(cat "$dir/socket")
    fi
    home=$dir
    if [ -L "$dir/data" ]; then
        home=$socket
    fi
}

create() {
    mkdir -p "$dir"
    if [ -z "$socket" ] || [ ! -d "$socket" ]; then
        socket=$(mktemp -d /tmp/gdpr_ext.XXXXXX)
        echo "$socket" >"$dir/socket"
    fi
    owned_by_server "$dir" "$socket"
    if ! as_server test -w "$dir"; then
        home=$socket
        ln -sfn "$home/data" "$dir/data"
        ln -sfn "$home/server.log" "$dir/server.log"
    fi
    [ ! -e "$home/data/PG_VERSION" ] || return 0
    as_server "$bindir/initdb" --pgdata="$home/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || {
        cat "$dir/initdb.log" >&2
        exit 1
    }
    as_server tee -a "$home/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
port = 5432
fsync = off
include_if_exists = 'cluster.conf'
CONF
}

start() {
    create
    if ! is_running; then
        printf "unix_socket_directories = '%s'\n%s\n" "$socket" "${CLUSTER_CONF:-}" |
            as_server tee "$home/data/cluster.conf" >/dev/null
        as_server "$bindir/pg_ctl" start -w -t 60 -s -D "$home/data" -l "$home/server.log" </dev/null || {
            tail -n 20 "$home/server.log" >&2
            exit 1
        }
    fi
    echo "$socket"
}

stop() {
    [ -d "$dir" ] || return 0
    if [ -z "$socket" ]; then
        echo "$dir is no cluster of this script: it is left alone." >&2
        exit 1
    fi
    if is_running; then
        as_server "$bindir/pg_ctl" stop -s -m immediate -D "$home/data"
    fi
    rm -rf -- "$socket" "$dir"
}

place
"$action"
