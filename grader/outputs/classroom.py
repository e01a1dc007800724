"""result.json of Classroom 50 (`classroom50/result/v1`)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction

from grader.outputs.checks import list_checks
from grader.outputs.visible import plain
from grader.report import Report, Status

SCHEMA = "classroom50/result/v1"
FROM_ENVIRONMENT = {  # field: variable
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
    "datetime": "SUBMISSION_DATETIME",
}
MAX_DENOMINATOR = 1000


def render_classroom(report: Report, environment: Mapping[str, str]) -> str:
    """The result. Scores must be whole numbers, so all of them are multiplied by the same factor (`points-scale`)."""
    listed = list(list_checks(report))
    scale = _scale([number for one in listed for number in (one.check.score, one.points)])
    tests = [
        {
            "test-name": one.title,
            "passed": one.check.status is Status.PASSED,
            "score": round(one.check.score * scale),
            "max-score": round(one.points * scale),
            "output": one.explanation,
        }
        for one in listed
    ]
    results = {
        "schema": SCHEMA,
        "assignment_type": "individual",
        **{field: environment.get(variable, "") for field, variable in FROM_ENVIRONMENT.items()},
        "score": sum(round(one.check.score * scale) for one in listed),
        "max-score": sum(round(one.points * scale) for one in listed),
        "points-scale": scale,
        "tests": tests,
    }
    if report.fault:
        results["message"] = plain(report.fault)
    return json.dumps(results, indent=1, allow_nan=False)


def _scale(numbers: list[float]) -> int:
    """The smallest factor that makes them whole."""
    return math.lcm(*(Fraction(number).limit_denominator(MAX_DENOMINATOR).denominator for number in numbers))
