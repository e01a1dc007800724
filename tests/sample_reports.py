"""Reports with something of everything, for the tests of renderers."""

from __future__ import annotations

from grader.records import LayerState, Place
from grader.report import CheckResult, PartResult, QuestionResult, Report, Seen, Status

PLACE = Place(label="cell 3", line=2, source="return 2 / sigma**2")
WRONG = CheckResult(
    name="the stable range",
    function="gd_stable_range",
    status=Status.FAILED,
    score=0,
    points=2,
    message="gd_stable_range(sigma=1.7) is wrong.\nIt returned 2, expected 1.",
    places=(PLACE,),
    hint="Mind the factor 2.",
    stdout="\n".join(f"line {i}" for i in range(12)),
    graded=Seen(place=PLACE),
    others=(Seen(place=Place(label="cell 1", line=1), remark="not filled in"),),
)
RIGHT = CheckResult(name="the rate", function="rate", status=Status.PASSED, score=1.5, points=1.5, stdout="noise")


def report(*checks: CheckResult, fault: str = "") -> Report:
    score, points = sum(check.score for check in checks), sum(check.points for check in checks)
    part = PartResult(label="1(a)", title="Learning rates", score=score, points=points, checks=checks)
    question = QuestionResult(label="1", title="Descent", score=score, points=points, parts=(part,))
    return Report(
        assignment="hw2",
        title="Homework 2",
        submission="hw.zip",
        score=score,
        points=points,
        questions=(question,),
        notes=("a note",),
        fault=fault,
        layers=(
            LayerState(name="limits", protects="memory", is_active=True),
            LayerState(name="user", protects="x", is_active=False),
        ),
        version="1.2",
    )
