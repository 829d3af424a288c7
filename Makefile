# Every chore of Hearth. `make run` and `make test` do all their own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run web test check unit ui-test e2e smoke judges bench bench-ledger bench-window types sqlx bundle format clean

HEARTH_TOOLS ?= $(HOME)/.cache/hearth-tools
CARGO_TARGET_DIR ?= $(CURDIR)/target
export HEARTH_TOOLS CARGO_TARGET_DIR
CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(HEARTH_TOOLS)/bin:$(CARGO_HOME)/bin:$(PATH)

DISPLAY_RUN := dbus-run-session -- xvfb-run -a -s '-screen 0 1440x900x24'
# All tests choose the same packages: another choice means other features, and the big dependencies compiled once more.
BUILD := cargo build --quiet --workspace --all-targets
BUILD_BENCH := cargo build --quiet --release -p hearth-cli -p hearth-store -p hearth-core --bin hearth --example ledger --example screens

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: ## Set up, build and open Hearth (in the browser where there is no display)
	@.ci/setup run
	@$(MAKE) --no-print-directory ui/dist/index.html
	@test -e "$(CARGO_TARGET_DIR)/release/hearth" || echo "Compiling Hearth: the first time takes some minutes."
	@if [ "$$(uname -s)" = Linux ] && [ -z "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
	  echo "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so Hearth opens in a browser instead of a window."; \
	  cargo build --release -p hearth-cli; \
	  exec "$(CARGO_TARGET_DIR)/release/hearth" serve $(ARGS); \
	else \
	  cargo build --release -p hearth-cli -p hearth-desktop --features hearth-desktop/custom-protocol; \
	  exec "$(CARGO_TARGET_DIR)/release/hearth-desktop" $(ARGS); \
	fi

web: ## Set up, build and serve Hearth to a browser on this computer
	@.ci/setup run
	@$(MAKE) --no-print-directory ui/dist/index.html
	@test -e "$(CARGO_TARGET_DIR)/release/hearth" || echo "Compiling Hearth: the first time takes some minutes."
	@cargo build --release -p hearth-cli
	@exec "$(CARGO_TARGET_DIR)/release/hearth" serve $(ARGS)

test: ## Set up and run every check and test: format, lints, unit, integration, browser and window
	@.ci/setup judges
	@$(MAKE) --no-print-directory check unit ui-test e2e

check: ui/dist/index.html ## Formatting, lints, types, generated files
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	cargo xtask types --check
	cargo xtask sqlx --check
	cd ui && npm run --silent lint && npm run --silent check && npm run --silent size

unit: ui/dist/index.html ## Rust tests: unit, integration, and the real window under Xvfb
	$(BUILD)
	source tests/tools/judges.env; $(DISPLAY_RUN) cargo test --workspace

ui-test: ## Tests of the UI's parts
	cd ui && npm run --silent test

e2e: ui/dist/index.html ## The golden paths in headless Chromium
	$(BUILD)
	source tests/tools/judges.env; cd ui && HEARTH_BIN="$(CARGO_TARGET_DIR)/debug/hearth" npm run --silent e2e

smoke: ui/dist/index.html ## Only the real window, driven through WebKitWebDriver under Xvfb
	$(BUILD)
	$(DISPLAY_RUN) cargo test --quiet --workspace --test smoke

judges: ## Install other people's clients that the tests use as judges
	@.ci/setup judges

bench: ui/dist/index.html ## Latency beside the official clients and other emulators, and the ledger at scale
	@.ci/setup bench
	$(BUILD_BENCH)
	HEARTH_BIN="$(CARGO_TARGET_DIR)/release/hearth" bash tests/bench/run.sh
	@$(MAKE) --no-print-directory bench-ledger

bench-ledger: ## A ledger of 10 million invocations: ingest, queries, memory, beside DuckDB (ROWS=N for fewer)
	$(BUILD_BENCH)
	@bash tests/bench/ledger.sh

bench-window: ui/dist/index.html ## How soon the real window is interactive, and what it costs while idle
	@.ci/setup test
	cargo build --quiet --release -p hearth-cli -p hearth-desktop --features hearth-desktop/custom-protocol
	$(DISPLAY_RUN) python3 tests/bench/window.py "$(CARGO_TARGET_DIR)/release/hearth-desktop"

types: ui/dist/index.html ## Write the UI's TypeScript types from the command table
	cargo xtask types

sqlx: ## Write the checked queries of the ledger
	cargo xtask sqlx

bundle: ui/dist/index.html ## A .deb of the release build
	@.ci/setup run
	cargo build --release -p hearth-cli
	ui/node_modules/.bin/tauri build --bundles deb

format: ## Format everything
	cargo fmt --all
	cd ui && npm run --silent format

clean: ## Remove what was built
	rm -rf "$(CARGO_TARGET_DIR)" ui/dist

UI_SOURCES := $(shell find ui/src ui/public ui/index.html ui/package.json ui/vite.config.ts -type f 2>/dev/null)
ui/dist/index.html: $(UI_SOURCES)
	@.ci/setup run
	cd ui && npm run --silent build
