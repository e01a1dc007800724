"""results.json with a course's rules applied, and where nothing could be graded."""

from __future__ import annotations

import json
from typing import Any

from grader.gradescope.metadata import Metadata
from grader.gradescope.policy import Rules, floor, known_score, penalty
from grader.outputs.gradescope import render_gradescope
from grader.outputs.student import Moment, as_student
from grader.report import Report
from grader.scoring import total

PROBLEM = "Autograder problem (not your fault)"
DIGITS = 5


def graded_results(report: Report, rules: Rules, metadata: Metadata) -> str:
    """The report's results, less what lateness costs, and never less than the submission has had."""
    results = json.loads(render_gradescope(report))
    cost, least = penalty(rules.late, metadata), floor(rules, metadata)
    score = round(report.score * (1 - cost.part), DIGITS)
    if cost.part:
        days = f"{cost.days} day{'' if cost.days == 1 else 's'}"
        results["output"] += f"\nLate by {days}: {cost.part:.0%} is taken off."
    if score < least:
        results["output"] += "\nThis submission keeps the points that it had before."
    standings = {"leaderboard": leaderboard(report, rules)} if rules.leaderboard else {}
    return _dump(results | {"score": max(score, least)} | standings)


def leaderboard(report: Report, rules: Rules) -> list[dict[str, Any]]:
    """Gradescope's entries, from checks that students see at once: the others would show through the sums."""
    seen = as_student(report, Moment.BEFORE_DUE)
    return [
        {"name": standing.name, "value": _standing(standing.of, seen), "order": "desc"}
        for standing in rules.leaderboard
    ]


def _standing(label: str, report: Report) -> float:
    questions = [question for question in report.questions if question.label == label]
    parts = [part for question in report.questions for part in question.parts if part.label == label]
    return total([*questions, *parts]) if label else report.score


def unfinished_results(report: Report, metadata: Metadata) -> str:
    """What stays when this process is killed: the score that the students have; 0 where they have none yet."""
    results = json.loads(render_gradescope(report))
    return _dump(results | {"score": known_score(metadata) or 0.0})


def refused_results(reason: str, metadata: Metadata) -> str:
    """Nothing is graded, and the score stays; 0 where no earlier submission has one."""
    return _note("Not graded", f"{reason} Your score stays what it was.", known_score(metadata) or 0.0)


def problem_results(message: str, metadata: Metadata) -> str | None:
    """After a fault of the harness: an entry that says so, and the score that the students have; None if they have none.

    A score must be there, and no number would be right: then no results at all are better, which Gradescope reports as a
    failure of the autograder.
    """
    score = known_score(metadata)
    text = f"{message}\nThe course staff see the details. Your score stays what it was."
    return None if score is None else _note(PROBLEM, text, score)


def _note(name: str, text: str, score: float) -> str:
    entry = {"name": name, "output": text, "output_format": "text", "visibility": "visible"}
    return _dump({"score": score, "tests": [entry], "visibility": "visible", "stdout_visibility": "hidden"})


def _dump(results: dict[str, Any]) -> str:
    return json.dumps(results, indent=1, allow_nan=False)
