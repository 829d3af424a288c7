#!/usr/bin/env bash
# Measures the release build of hearth beside its peers. `make bench` installs the peers, builds hearth and calls this.
set -euo pipefail
cd "$(dirname "$0")/../.."
hearth=${HEARTH_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/release/hearth}
peers=${HEARTH_TOOLS:-$HOME/.cache/hearth-tools}/peers
exec timeout --kill-after=10 900 python3 tests/bench/latency.py --hearth "$hearth" --peers "$peers" "$@"
