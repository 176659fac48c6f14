#!/usr/bin/env bash
# Runs the benchmarks in a throwaway cluster that is gone afterwards. Arguments go to bench/run.py: `scripts/bench.sh --quick`.
set -euo pipefail
cd "$(dirname "$0")/.."

cluster=target/bench
trap 'scripts/cluster.sh stop "$cluster"' EXIT
trap 'exit 130' INT TERM

scripts/cluster.sh stop "$cluster"
socket=$(CLUSTER_CONF='shared_buffers = 1GB' scripts/cluster.sh start "$cluster" | tail -n 1)
PYTHONDONTWRITEBYTECODE=1 target/venv/bin/python bench/run.py --socket "$socket" "$@"
