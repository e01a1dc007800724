"""`grader doctor`: how student code is confined on this machine, and what is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from grader.diagnosis import diagnose
from grader.errors import IsolationError
from grader.places import bundled_folder


def doctor(assignment: Path | None, *, as_json: bool) -> int:
    """Print the diagnosis; 7 when `grader run` would refuse to grade here."""
    diagnosis = diagnose(assignment or bundled_folder())
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(diagnosis), indent=1).decode("utf-8") + "\n")
    else:
        from grader.outputs.diagnosis import render_diagnosis  # noqa: PLC0415 (rich takes a while)

        render_diagnosis(diagnosis, sys.stdout)
    return 0 if diagnosis.is_confined() else IsolationError.exit_code
