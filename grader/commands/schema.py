"""`grader schema`: the JSON Schema of the rubric's YAML files, for editors."""

from __future__ import annotations

import json
import sys

from grader.errors import UsageError

KINDS = ("rubric", "assignment")


def print_schema(kind: str) -> int:
    """Print the schema of question files ("rubric") or of the assignment file. Raises UsageError for another kind."""
    if kind not in KINDS:
        raise UsageError(f"there is no schema {kind!r}; choose one of {', '.join(KINDS)}")
    from grader.rubric.draft7 import json_schema  # noqa: PLC0415 (pydantic is slow to import)

    sys.stdout.write(json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n")
    return 0
