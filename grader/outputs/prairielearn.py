"""results.json of PrairieLearn's external graders."""

from __future__ import annotations

import json

from grader.outputs.checks import Listed, list_checks
from grader.outputs.visible import plain
from grader.report import Report, Visibility

MAX_BYTES = 2**20 - 2**12
CUT = "[left out: the report is too long]"
LATER = "What this check compares is not shown here."


def render_prairielearn(report: Report) -> str:
    """The results; a submission that cannot be graded is `gradable: false` and takes no attempt away.

    PrairieLearn has no results that are shown later, so of these only the points are there.
    """
    if report.fault:
        return json.dumps({"gradable": False, "format_errors": [plain(report.fault)]}, indent=1)
    tests = [_test(one) for one in list_checks(report)]
    results: dict[str, object] = {
        "gradable": True,
        "score": round(report.score / report.points, 6) if report.points else 0.0,
        "message": plain("\n".join(report.notes)),
        "tests": tests,
    }
    text = _dump(results)
    for test in sorted(tests, key=lambda test: len(str(test["output"])), reverse=True):
        if len(text) <= MAX_BYTES:
            break
        test["output"] = CUT
        text = _dump(results)
    return text


def _dump(results: dict[str, object]) -> str:
    return json.dumps(results, indent=1, allow_nan=False)


def _test(listed: Listed) -> dict[str, object]:
    is_shown = listed.check.visibility is Visibility.VISIBLE
    return {
        "name": listed.title,
        "points": listed.check.score,
        "max_points": listed.points,
        "message": listed.word if is_shown else LATER,
        "output": listed.explanation if is_shown else "",
    }
