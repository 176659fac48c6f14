#!/usr/bin/env bash
# Installs what is missing to build and test gdpr_ext on Debian 12, as root or with sudo. When nothing is missing it is done in a
# second and uses no network.
#
#   scripts/deps.sh build   PostgreSQL, compilers and cargo-pgrx: enough for `make install`
#   scripts/deps.sh         these, target/venv for the tests, the benchmarks and the lint, and what the tests run beside PostgreSQL:
#                           MariaDB with mysql_fdw, Chromium, unzip. Tests of what cannot be had are skipped
#
# PG_CONFIG   which PostgreSQL to build for; Debian's PostgreSQL 15 is installed when it is not there
set -euo pipefail
cd "$(dirname "$0")/.."

PGRX_VERSION=0.18.1
PG_MAJOR=15
pg_config=${PG_CONFIG:-pg_config}
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() { echo "deps: $*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "\`$*\` has to be run as root, and there is no sudo: run this script as root once."
        exit 1
    fi
}

# Once in a run is enough.
updated=
apt_update() {
    [ -z "$updated" ] || return 0
    as_root apt-get update -q
    updated=yes
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# --- packages -----------------------------------------------------------------------------------------------------------------

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The server, its headers and its test drivers, Debian's or any other.
has_postgresql() {
    local pgxs
    pgxs=$("$pg_config" --pgxs 2>/dev/null) &&
        [ -x "$("$pg_config" --bindir)/initdb" ] &&
        [ -x "$(dirname "$pgxs")/../test/isolation/pg_isolation_regress" ] &&
        [ -f "$("$pg_config" --includedir-server)/postgres.h" ]
}

missing_packages() {
    local package
    for package in libclang-dev clang gcc libc6-dev make pkg-config sudo; do
        has_package "$package" || echo "$package"
    done
    has_postgresql || printf '%s\n' "postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR"
    python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
}

# Debian creates and starts a cluster `main` with the server's package. Nobody asked for one here: every cluster of this repository
# is a throwaway one. A configuration that was there before is somebody's decision and stays as it is.
prevent_main_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf
    [ ! -e "$conf" ] || return 0
    apt_install postgresql-common
    as_root sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' "$conf"
}

packages() {
    local missing
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not Debian: PostgreSQL $PG_MAJOR with its headers, libclang, clang, gcc, pkg-config, sudo and python3 with venv have to be there."
        has_postgresql || exit 1
        return 0
    fi
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    apt_update
    case " ${missing[*]} " in
        *" postgresql-$PG_MAJOR "*) prevent_main_cluster ;;
    esac
    apt_install "${missing[@]}"
    if ! has_postgresql; then
        say "$pg_config does not lead to a PostgreSQL with headers and test drivers. Set PG_CONFIG, or leave it unset for Debian's."
        exit 1
    fi
}

# --- packages that only tests need --------------------------------------------------------------------------------------------

# mysql_fdw is built for one PostgreSQL: it is Debian's, or whoever built PostgreSQL builds it too.
is_debians_postgresql() { [ "$("$pg_config" --sharedir)" = "/usr/share/postgresql/$1" ]; }

# MariaDB is taken as programs only: the package mariadb-server would start a server.
missing_test_packages() {
    local package major
    major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    for package in chromium fonts-dejavu-core mariadb-client-core mariadb-server-core unzip; do
        has_package "$package" || echo "$package"
    done
    ! is_debians_postgresql "$major" || has_package "postgresql-$major-mysql-fdw" || echo "postgresql-$major-mysql-fdw"
}

can_be_had() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

test_packages() {
    local package missing wanted=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not Debian: tests are skipped unless mysql_fdw, mariadbd, mariadb-install-db, mariadb, chromium and unzip are there."
        return 0
    fi
    mapfile -t missing < <(missing_test_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    apt_update
    for package in "${missing[@]}"; do
        if can_be_had "$package"; then
            wanted+=("$package")
        else
            say "there is no package $package here: tests that need it are skipped."
        fi
    done
    [ ${#wanted[@]} -gt 0 ] || return 0
    say "installing ${wanted[*]} for the tests"
    apt_install "${wanted[@]}"
}

# --- Rust ---------------------------------------------------------------------------------------------------------------------

rust() {
    local wanted have
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! command -v rustc >/dev/null || ! command -v cargo >/dev/null; then
        say "there is no Rust. Install $wanted or newer from https://rustup.rs:"
        say "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile default"
        exit 1
    fi
    have=$(rustc --version | cut -d' ' -f2)
    if [ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" != "$wanted" ]; then
        say "Rust $have is too old: rustup update, for $wanted or newer."
        exit 1
    fi
}

# cargo-pgrx only drives the build, so that optimising it is 10 minutes for nothing.
cargo_pgrx() {
    if [ "$(cargo pgrx --version 2>/dev/null)" != "cargo-pgrx $PGRX_VERSION" ]; then
        say "installing cargo-pgrx $PGRX_VERSION, about three minutes"
        CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
            CARGO_PROFILE_RELEASE_DEBUG=0 cargo install --locked --force cargo-pgrx --version "=$PGRX_VERSION"
    fi
    local label="pg$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')"
    local known path
    path=$(command -v "$pg_config")
    known=$(sed -n "s/^$label *= *\"\(.*\)\"/\1/p" "${PGRX_HOME:-$HOME/.pgrx}/config.toml" 2>/dev/null) || true
    if [ -z "$known" ]; then
        say "telling cargo-pgrx about $label"
        cargo pgrx init "--$label" "$path"
    elif [ "$("$known" --bindir)" != "$("$path" --bindir)" ]; then
        say "cargo-pgrx takes the headers of $label from $known, not from $path: \`cargo pgrx init --$label $path\` changes that."
    fi
}

# --- Python -------------------------------------------------------------------------------------------------------------------

# The copy of the requirements is written last: an environment that was left half done is done again.
python_environment() {
    local stamp=target/venv/requirements.txt
    ! cmp -s scripts/requirements.txt "$stamp" || return 0
    say "creating target/venv"
    python3 -m venv --clear target/venv
    target/venv/bin/python -m pip install -q --disable-pip-version-check -r scripts/requirements.txt
    cp scripts/requirements.txt "$stamp"
}

packages
rust
cargo_pgrx
[ "${1:-}" != build ] || exit 0
test_packages
python_environment
