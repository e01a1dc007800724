"""Attempts to results to points. Arithmetic only: a score is a sum of check points, each all or nothing."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence

import msgspec

from grader.judging import result
from grader.plan import Check, Part, Question
from grader.records import Candidate, Place, Reading, Writing
from grader.report import CheckResult, Judged, PartResult, QuestionResult, Seen, Status, Visibility, WrittenResult
from grader.targets import Target, ValueTarget


def best_of(judged: Sequence[Judged]) -> tuple[CheckResult, ...]:
    """The results of the candidate with the most visible points (of equals, the one that comes last)."""
    best, seen = max(judged, key=_rank), max(judged, key=_rank_by_what_is_seen)
    rivals = {
        one.candidate.place: one for one in sorted(judged, key=_rank) if one.candidate.place != best.candidate.place
    }
    others = tuple(Seen(place=place, remark=_points_text(one)) for place, one in rivals.items())
    pairs = zip(best.results, seen.results, strict=True)
    results = (own if own.visibility is not Visibility.VISIBLE else early for own, early in pairs)
    return tuple(with_seen(result, Seen(place=best.candidate.place), others) for result in results)


def _points_text(judged: Judged) -> str:
    """What a rival got, as far as students see it: its definition must not become a question to secret checks."""
    seen = shown(judged.results)
    return f"{total(seen):g} of {possible(seen):g} points" if seen else "not the last one"


def _rank_by_what_is_seen(judged: Judged) -> tuple[float, int, int]:
    """As `_rank`, but for what secret checks say: of one definition's slices, the one that was run first.

    What a visible check prints must not tell which slice passes a secret check.
    """
    return total(shown(judged.results)), judged.candidate.document, judged.candidate.statement


def _rank(judged: Judged) -> tuple[float, int, int, float, int]:
    """More visible points, then later in the submission; of one definition's slices more points, then the smaller.

    Which definition counts is shown, and must not tell which of many passes a secret check.
    """
    candidate = judged.candidate
    place = candidate.document, candidate.statement
    return total(shown(judged.results)), *place, total(judged.results), -len(candidate.slice)


def shown(results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results that students see at once."""
    return [result for result in results if result.visibility is Visibility.VISIBLE]


def better(check: Check, first: CheckResult, second: CheckResult) -> CheckResult:
    """Of two ways to answer the one that gets further; where both fail, the first tells of the other too.

    So it does where nobody here knows what the second should be: students' own checks have no right formulas.
    """
    is_known = check.equivalent is not None and any(case.expected != (None,) for case in check.equivalent.cases)
    is_further = second.status in (Status.PASSED, Status.UNDECIDED) and is_known
    if is_further or (_is_absent(first) and not _is_absent(second)):
        return second
    if _is_absent(second):
        return first
    return msgspec.structs.replace(first, message=f"{first.message}\n{second.message}")


def _is_absent(check: CheckResult) -> bool:
    return check.status in (Status.MISSING, Status.PLACEHOLDER)


def not_attempted(checks: tuple[Check, ...], name: str, reading: Reading) -> tuple[CheckResult, ...]:
    """Results where nothing could be run: the definition does not parse, is a placeholder, or is missing."""
    candidates = [candidate for candidate in reading.candidates if candidate.name == name]
    broken = [candidate for candidate in candidates if candidate.fault and not candidate.is_placeholder]
    if broken:
        status, message, shown = Status.NOT_PARSED, _parse_text(broken[-1]), broken[-1]
    elif candidates:
        status, message, shown = Status.PLACEHOLDER, f"Not attempted: {name} is not filled in.", candidates[-1]
    else:
        message = _missing_text(name, checks[0].target, reading)
        return tuple(result(check, Status.MISSING, message=message) for check in checks)
    places = (shown.place,)
    return tuple(result(check, status, message=message, places=places) for check in checks)


def skipped(checks: tuple[Check, ...], label: str, needs: tuple[str, ...]) -> tuple[CheckResult, ...]:
    """Results of a part whose prerequisites have failed."""
    which = " and ".join(f"{label}({need})" for need in needs)
    return tuple(
        result(check, Status.SKIPPED, message=f"Not run: it builds on {which}, which is not right yet.")
        for check in checks
    )


def not_graded(checks: tuple[Check, ...]) -> tuple[CheckResult, ...]:
    """Results where nothing was graded; the report says why."""
    return tuple(result(check, Status.NOT_GRADED) for check in checks)


def written_result(
    question: Question, part: Part, evidence: tuple[CheckResult, ...], reading: Reading
) -> WrittenResult | None:
    """What a person grades: the text that was found, if any, and what the data say."""
    if part.written is None:
        return None
    label = f"{question.label}({part.label})"
    writing = next((writing for writing in reading.writings if writing.part == label), None)
    if writing and part.written.is_private:  # the child has left it out already
        writing = Writing(part=label, places=writing.places)
    return WrittenResult(
        points=part.written.points,
        checklist=part.written.checklist,
        evidence=evidence,
        writing=writing,
        is_private=part.written.is_private,
    )


def part_result(
    question: Question, part: Part, results: Sequence[CheckResult], written: WrittenResult | None = None
) -> PartResult:
    """A part's points; what is undecided is neither earned nor lost."""
    undecided = math.fsum(result.points for result in results if result.status is Status.UNDECIDED)
    return PartResult(
        label=f"{question.label}({part.label})",
        title=part.title,
        score=total(results),
        points=possible([result for result in results if result.status is not Status.UNDECIDED]),
        checks=tuple(results),
        written=written,
        awaiting=round(undecided + (written.points if written else 0.0), 6),
    )


def question_result(question: Question, parts: Sequence[PartResult]) -> QuestionResult:
    """A question's points."""
    return QuestionResult(
        label=question.label,
        title=question.title,
        score=total(parts),
        points=possible(parts),
        parts=tuple(parts),
        awaiting=awaiting(parts),
    )


def total(results: Sequence[CheckResult | PartResult | QuestionResult]) -> float:
    """The points earned; fractions of points add up without binary dust."""
    return round(math.fsum(item.score for item in results), 6)


def possible(results: Sequence[CheckResult | PartResult | QuestionResult]) -> float:
    """The points that could be earned."""
    return round(math.fsum(item.points for item in results), 6)


def awaiting(results: Sequence[PartResult | QuestionResult]) -> float:
    """The points that a person decides."""
    return round(math.fsum(item.awaiting for item in results), 6)


def with_seen(check: CheckResult, graded: Seen, others: tuple[Seen, ...]) -> CheckResult:
    """The result with the candidate it belongs to; without a place of its own it shows the definition's."""
    places = check.places or ((graded.place,) if check.status is not Status.PASSED else ())
    return msgspec.structs.replace(check, graded=graded, others=others, places=places)


def seen_unrun(candidate: Candidate) -> Seen:
    """How the report names a candidate that was not run."""
    if candidate.is_placeholder:
        return Seen(place=candidate.place, remark="not filled in")
    if candidate.fault:
        return Seen(place=candidate.place, remark=f"does not parse: {candidate.fault}")
    return Seen(place=candidate.place, remark="not needed: a later one has full marks")


def _parse_text(candidate: Candidate) -> str:
    return f"The code of {candidate.name} is not valid Python: {candidate.fault}."


def _missing_text(name: str, target: Target, reading: Reading) -> str:
    if isinstance(target, ValueTarget):
        return f"Nothing named {name} was found."
    return f"No function named {name} was found.{_advice(name, reading)}"


def _advice(name: str, reading: Reading) -> str:
    """Where something like it stands, if anything does."""
    names = [other.casefold() for other, _place in reading.other_names]
    near = difflib.get_close_matches(name.casefold(), names, 1, 0.7)
    found = next(((other, place) for other, place in reading.other_names if other.casefold() in near), None)
    if found is None:
        return ""
    other, where = found[0], place_text(found[1])
    if other == name:
        return f" There is one inside a class or another function ({where}): define it at the left margin."
    return f" Did you mean {other} ({where})? Names must be exactly as in the handout."


def place_text(place: Place) -> str:
    """`cell 7, line 3`."""
    return f"{place.label}, line {place.line}"
