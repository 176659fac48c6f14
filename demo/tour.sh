#!/usr/bin/env bash
# Builds the shop in a new database of a running cluster and prints the tour of it.
#
#   PGHOST=SOCKET demo/tour.sh DATABASE
set -euo pipefail
cd "$(dirname "$0")"

database=${1:?the name of the database to create}
export PGUSER=${PGUSER:-postgres} PGDATABASE=$database PGOPTIONS= PGCLIENTENCODING=UTF8
# The messages of psql would otherwise be in the caller's language.
export LC_ALL=C.UTF-8
bindir=$("${PG_CONFIG:-pg_config}" --bindir)

"$bindir/createdb" "$database"
"$bindir/psql" -X -q -v ON_ERROR_STOP=1 -f schema.sql -f data.sql -c 'CREATE EXTENSION gdpr_ext'
"$bindir/psql" -X -q <tour.sql 2>&1
