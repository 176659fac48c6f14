# Every target that needs something installs it first (scripts/deps.sh). PG_CONFIG chooses the PostgreSQL.

PG_CONFIG ?= pg_config
USER ?= $(shell id -un)
export PG_CONFIG USER
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
# The server would put backtraces into its error messages.
unexport RUST_BACKTRACE

.PHONY: help deps build install demo test lint bench clean
.DEFAULT_GOAL := help

help:
	@echo 'make install [PG_CONFIG=...]  build the extension and install it'
	@echo 'make demo                     a tour of a generated web shop, in a throwaway cluster'
	@echo 'make test                     all tests; some of them: scripts/test.sh LAYER...'
	@echo 'make lint                     rustfmt, clippy, pgspot'
	@echo 'make bench                    side by side with hand-written SQL'
	@echo 'make build                    the library and its install script, nothing installed'
	@echo 'make deps                     only what all of these need'
	@echo 'make clean                    remove everything that was built'

deps:
	@scripts/deps.sh

build:
	@scripts/deps.sh build
	cargo pgrx schema --release --pg-config "$$(command -v $(PG_CONFIG))" --out target/gdpr_ext.sql

install:
	@scripts/deps.sh build
	scripts/install.sh

demo:
	@scripts/deps.sh build
	@demo/run.sh

test: deps
	scripts/test.sh

lint: deps
	scripts/lint.sh

bench: deps
	scripts/install.sh
	scripts/bench.sh

clean:
	cargo clean
