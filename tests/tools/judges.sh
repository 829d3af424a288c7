#!/usr/bin/env bash
# Installs other people's clients that the tests use as judges, into $HEARTH_TOOLS/judges (see judges.env).
# Safe to run again; takes no time when everything is there in the pinned versions.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/tools/common.sh
source tests/tools/judges.env

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
    say "SKIPPED: ministack could not be installed, so the AWS provider is not tested against it"
    rm -rf "$HEARTH_JUDGES/ministack"
  fi
}

mkdir -p "$HEARTH_JUDGES/.done"
stamps=$HEARTH_JUDGES/.done
python_judges
python_requests
node_aws_sdk
ministack
