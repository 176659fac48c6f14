#!/usr/bin/env bash
# `make demo`: installs the extension, and gives the tour in a cluster of its own, which is gone afterwards. What a customer gets who asks stays in target/demo.
set -euo pipefail
cd "$(dirname "$0")/.."

cluster=target/demo-cluster
trap 'scripts/cluster.sh stop "$cluster"' EXIT
trap 'exit 130' INT TERM

if ! scripts/install.sh --check; then
    log=target/demo-install.log
    mkdir -p target
    echo 'Building and installing gdpr_ext. The first time takes some minutes.' >&2
    scripts/install.sh >"$log" 2>&1 || {
        cat "$log" >&2
        exit 1
    }
fi
scripts/cluster.sh stop "$cluster"
PGHOST=$(scripts/cluster.sh start "$cluster" | tail -n 1)
export PGHOST
unset PGPORT PGSERVICE
PGUSER=postgres demo/tour.sh shop
