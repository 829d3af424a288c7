#!/usr/bin/env bash
# Installs other people's clients that the tests use as judges, into $HEARTH_TOOLS/judges (see judges.env).
# Safe to run again; takes no time when everything is there in the pinned versions.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/tools/common.sh
source tests/tools/judges.env

# A judge that cannot be installed is left out with a loud reason; who needs all of them (CI) is told that they are not there.
left_out() {
  say "SKIPPED: $1"
  [ -z "${HEARTH_ALL_JUDGES:-}" ] || { say "HEARTH_ALL_JUDGES is set, so nothing may be left out"; exit 1; }
}

python_judges() {
  local pins=(awslambdaric==4.2.2 awscli==1.46.3 boto3==1.44.3 requests==2.34.2)
  done_before python "${pins[*]}" && return
  say "installing ${pins[*]}: AWS's own runtime client and clients, run unmodified against Hearth"
  python_folder "$HEARTH_JUDGES/python" "${pins[@]}"
  done_now python "${pins[*]}"
}

python_requests() {
  local fixture=tests/fixtures/python-requests work
  done_before python-requests "$(cat "$fixture"/*)" && return
  say "packing a Python function with requests, as pip install -t makes it"
  work=$(mktemp -d "$HEARTH_JUDGES/work.XXXXXX")
  "$HEARTH_JUDGE_PYTHON" -m pip install -q --disable-pip-version-check --no-compile -t "$work" -r "$fixture/requirements.txt"
  cp "$fixture/app.py" "$work/"
  pack "$HEARTH_JUDGE_PYTHON" "$work" "$HEARTH_JUDGE_PYTHON_REQUESTS"
  rm -rf "$work"
  done_now python-requests "$(cat "$fixture"/*)"
}

node_aws_sdk() {
  local fixture=tests/fixtures/node-aws-sdk work
  done_before node-aws-sdk "$(cat "$fixture"/*)" && return
  say "packing a Node function with @aws-sdk/client-s3, as npm install makes it"
  work=$(mktemp -d "$HEARTH_JUDGES/work.XXXXXX")
  cp "$fixture"/* "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  pack "$HEARTH_JUDGE_PYTHON" "$work" "$HEARTH_JUDGE_NODE_AWS_SDK"
  rm -rf "$work"
  done_now node-aws-sdk "$(cat "$fixture"/*)"
}

# AWS as one process: runs Python, Node and `provided` code. cbor2 is not among what it asks for, but without it
# CloudWatch answers AWS's SDK for Rust in the wrong format.
ministack() {
  local pins=(ministack==1.5.33 cbor2==6.3.0)
  done_before ministack "${pins[*]}" && return
  say "installing ${pins[*]}: an AWS on this computer, somebody else's, that the AWS provider is held against"
  if python_folder "$HEARTH_JUDGES/ministack" "${pins[@]}"; then
    done_now ministack "${pins[*]}"
  else
    rm -rf "$HEARTH_JUDGES/ministack"
    left_out "ministack could not be installed, so the AWS provider is not tested against it"
  fi
}

# AWS's API once more, stricter about what is asked: roles that are not there, names that are taken.
moto() {
  local pins=('moto[server,awslambda,iam,logs]==5.2.5')
  done_before moto "${pins[*]}" && return
  say "installing ${pins[*]}: a second AWS on this computer, that errors of the AWS provider are held against"
  if python_folder "$HEARTH_JUDGES/moto" "${pins[@]}"; then
    done_now moto "${pins[*]}"
  else
    rm -rf "$HEARTH_JUDGES/moto"
    left_out "moto could not be installed, so what AWS refuses is not tested against it"
  fi
}

# Google's own clients and its descriptions of its APIs, and the server that runs its functions. sqlglot (MIT) translates
# BigQuery's SQL and DuckDB (MIT) runs it, so that a question to the fake's billing export really is one.
google_python() {
  local pins=(google-api-python-client==2.202.0 google-cloud-functions==1.25.0 google-cloud-run==0.16.2
    google-cloud-monitoring==2.32.0 google-cloud-bigquery==3.47.0 functions-framework==3.10.2 sqlglot==30.30.0 duckdb==2.0.1)
  done_before google-python "${pins[*]}" && return
  say "installing ${pins[*]}: Google's own clients and its functions server, that the Google provider is held against"
  if python_folder "$HEARTH_JUDGES/google-python" "${pins[@]}"; then
    done_now google-python "${pins[*]}"
  else
    rm -rf "$HEARTH_JUDGES/google-python"
    left_out "Google's Python clients could not be installed, so the Google provider is not tested against them"
  fi
}

# Prism holds every request of ours against Google's descriptions; the other is Google's functions server for Node.
google_node() {
  local pins=(@stoplight/prism-cli@5.9.0 @google-cloud/functions-framework@5.0.5)
  done_before google-node "${pins[*]}" && return
  say "installing ${pins[*]}: checks our requests to Google against its own descriptions, and runs its functions"
  rm -rf "$HEARTH_JUDGES/google-node"
  mkdir -p "$HEARTH_JUDGES/google-node"
  if (cd "$HEARTH_JUDGES/google-node" && echo '{"private":true}' >package.json &&
    npm install --ignore-scripts --no-audit --no-fund --loglevel=error "${pins[@]}" >&2); then
    done_now google-node "${pins[*]}"
  else
    rm -rf "$HEARTH_JUDGES/google-node"
    left_out "Prism could not be installed, so requests to Google are not checked against its descriptions"
  fi
}

# Microsoft's own clients and types, which judge our fake of Azure and every request of ours, and the libraries that
# run the adapters as Azure does. There is no emulator of Azure Functions that runs without Docker.
azure() {
  local pins=(azure-mgmt-web==11.0.1 azure-mgmt-monitor==7.0.0 azure-mgmt-costmanagement==5.0.0 azure-mgmt-resource==26.0.0
    azure-mgmt-storage==25.3.0 azure-mgmt-loganalytics==14.0.0 azure-mgmt-applicationinsights==4.1.0 azure-functions==1.26.0)
  done_before azure "${pins[*]}" && return
  say "installing ${pins[*]}: Microsoft's own clients for Azure"
  if python_folder "$HEARTH_JUDGES/azure" "${pins[@]}"; then
    done_now azure "${pins[*]}"
  else
    rm -rf "$HEARTH_JUDGES/azure"
    left_out "Microsoft's clients could not be installed, so the Azure provider is not tested against them"
  fi
}

azure_node() {
  local pin=@azure/functions@4.16.5
  done_before azure-node "$pin" && return
  say "installing $pin: Microsoft's library of Node functions"
  rm -rf "$HEARTH_JUDGES/azure-node"
  mkdir -p "$HEARTH_JUDGES/azure-node"
  echo '{ "private": true }' >"$HEARTH_JUDGES/azure-node/package.json"
  if (cd "$HEARTH_JUDGES/azure-node" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$pin" >&2); then
    done_now azure-node "$pin"
  else
    rm -rf "$HEARTH_JUDGES/azure-node"
    left_out "$pin could not be installed, so the adapter for Node is not run"
  fi
}

mkdir -p "$HEARTH_JUDGES/.done"
stamps=$HEARTH_JUDGES/.done
python_judges
python_requests
node_aws_sdk
ministack
moto
google_python
google_node
azure
azure_node
