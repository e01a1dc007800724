#!/usr/bin/env bash
# Runs once, when Gradescope builds the image. Everything goes into a virtual environment that every user can read.
set -euo pipefail
SOURCE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="${GRADER_ROOT:-/autograder}"
PYTHON="${GRADER_PYTHON:-python3}"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

if ! "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3 python3-venv
fi
"$PYTHON" -m venv --clear "$ROOT/venv"
PIP="$ROOT/venv/bin/python -m pip install --no-cache-dir"
if [ -d "$SOURCE/wheelhouse" ]; then
  PIP="$PIP --no-index --find-links $SOURCE/wheelhouse"
fi
$PIP --require-hashes --only-binary :all: -r "$SOURCE/requirements.txt"
if [ -f "$SOURCE/torch.txt" ]; then
  $PIP --require-hashes --only-binary :all: -r "$SOURCE/torch-requirements.txt"
  INDEX=()
  if [ -f "$SOURCE/torch-index.txt" ]; then
    INDEX=(--extra-index-url "$(cat "$SOURCE/torch-index.txt")")
  fi
  $PIP --no-deps --only-binary :all: "${INDEX[@]}" -r "$SOURCE/torch.txt"
fi
$PIP --no-deps "$SOURCE"/grader-*.whl
"$ROOT/venv/bin/python" -m compileall -q "$ROOT"/venv/lib/python3*/site-packages/grader
chmod 700 "$SOURCE"
