#!/usr/bin/env bash
# Builds a ledger of many invocations and measures it: `make bench-ledger`, or `ROWS=1000000 make bench-ledger`.
# Ten million take about 10 GB of disk for a while and some minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/tools/common.sh
tools=${HEARTH_TOOLS:-$HOME/.cache/hearth-tools}
stamps=$tools/bench/.done
mkdir -p "$stamps"
pin=duckdb==2.0.1
if ! done_before duckdb "$pin"; then
  say "installing $pin: the ledger's 30-day question is asked to it too"
  python_folder "$tools/bench/python" "$pin"
  done_now duckdb "$pin"
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/hearth-bench-ledger.XXXXXX")
trap 'rm -rf "$folder"' EXIT
examples=${CARGO_TARGET_DIR:-$PWD/target}/release/examples
"$examples/ledger" --rows "${ROWS:-10000000}" --folder "$folder" \
  --csv "$folder/raw.csv" --json "$folder/ledger.json" "$@"
"$examples/screens" "$folder/large"
"$tools/bench/python/bin/python" tests/bench/ledger_duckdb.py "$folder/raw.csv" "$folder/ledger.json"
