#!/usr/bin/env bash
# Gradescope runs this for every submission. Everything else is in the grader.
ROOT="${GRADER_ROOT:-/autograder}"
chmod 700 "$ROOT/source" "$ROOT/submission" "$ROOT/results" 2>/dev/null
exec "$ROOT/venv/bin/python" -I -m grader.gradescope "$ROOT"
