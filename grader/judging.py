"""Outcomes against expected values: whether a check passes, and what a student reads when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from grader.codec import freeze, thaw
from grader.compare import Comparator
from grader.compare.close import Close
from grader.compare.closed_form import ClosedForm
from grader.compare.complex_set import ComplexSet
from grader.compare.exact import Exact
from grader.compare.gram import Gram, invariant
from grader.compare.principal_features import PrincipalFeatures
from grader.compare.singular_values import SingularValues
from grader.compare.wording import plural, show
from grader.errors import WireError
from grader.plan import Case, Check, Mistake
from grader.records import Comparison, Crashed, Limits, Outcome, OutOfMemory, Place, Raised, Returned, TimedOut
from grader.report import CheckResult, Status
from grader.sketch import sketch
from grader.targets import LogTarget, ValueTarget
from grader.values import Opaque, Value

Judge: TypeAlias = Callable[[Check, tuple[Outcome, ...], Limits], CheckResult]
SAME = 1e-6  # allowed relative difference between an answer and that of a mistake
CONFINED = (
    "(When it is graded, code has no files, processes or network: only the notebook and its .py files are there.)"
)
ADVICE = {  # for what an exception says of the computer, not of the mathematics
    "inhomogeneous shape": "(Print the shapes of what is in the list: a column (n, 1) minus a row (n,) is an (n, n) matrix.)",
    "math domain error": "(The logarithm or the root of which number?)",
}
MISSING_LOG = "MissingLogError"  # what log_files.py raises in the child
MIN_MATCHES = 2  # cases on which an answer must equal a mistake's, and be wrong, before its hint is shown


def judge(check: Check, outcomes: tuple[Outcome, ...], limits: Limits) -> CheckResult:
    """The result of one check on one candidate."""
    for case, outcome in zip(check.cases, outcomes, strict=False):
        if not isinstance(outcome, Returned):
            return _stopped(check, case, outcome, limits)
    returned = tuple(outcome for outcome in outcomes if isinstance(outcome, Returned))
    try:
        answers = tuple(thaw(outcome.value) for outcome in returned)
    except WireError:
        return result(
            check, Status.CRASHED, message=f"{check.target.name} sent an answer that is not plain data (tampering)."
        )
    stdout = returned[0].stdout if returned else ""
    comparisons = _best_variant(check, answers)
    failures = [index for index, comparison in enumerate(comparisons) if not comparison.passed]
    if failures and all(comparisons[index].is_undecided for index in failures):
        return result(check, Status.UNDECIDED, message=comparisons[failures[0]].gap)
    if failures:
        message = _failure_text(check, comparisons, failures)
        return result(check, Status.FAILED, message=message, hint=_hint(check, answers, failures), stdout=stdout)
    if check.keeps_inputs and any(outcome.mutated for outcome in returned):
        return result(check, Status.FAILED, message=_mutation_text(check, returned), stdout=stdout)
    return result(check, Status.PASSED, message=comparisons[0].note, stdout=stdout)


def result(
    check: Check,
    status: Status,
    *,
    message: str = "",
    hint: str = "",
    places: tuple[Place, ...] = (),
    stdout: str = "",
) -> CheckResult:
    """A check's result; the points follow from the status alone."""
    return CheckResult(
        name=check.name,
        function=check.target.name,
        status=status,
        score=check.points if status is Status.PASSED else 0.0,
        points=check.points,
        visibility=check.visibility,
        message=message,
        hint=hint,
        places=places,
        stdout=stdout,
    )


def _best_variant(check: Check, answers: tuple[object, ...]) -> tuple[Comparison, ...]:
    """The comparisons against the accepted variant that fits the most cases: one variant must fit them all."""
    variants = range(len(check.cases[0].expected))
    compared = [tuple(_compare_all(check, answers, variant)) for variant in variants]
    return max(compared, key=_right_cases)


def _right_cases(comparisons: tuple[Comparison, ...]) -> tuple[int, int]:
    """How many cases are right, and how many may be."""
    return sum(one.passed for one in comparisons), sum(one.is_undecided for one in comparisons)


def _compare_all(check: Check, answers: tuple[object, ...], variant: int) -> Iterator[Comparison]:
    for case, answer in zip(check.cases, answers, strict=True):
        picked = _pick(check, answer)
        if isinstance(picked, Comparison):
            yield picked
        else:
            yield check.compare(picked[0], thaw(case.expected[variant]))


def _pick(check: Check, answer: object) -> tuple[object] | Comparison:
    """The item of a returned tuple that the check is about, or the gap when there is no such tuple."""
    if check.output is None:
        return (answer,)
    if isinstance(answer, np.ndarray):
        answer = list(answer) if answer.ndim else answer
    items = answer if isinstance(answer, tuple | list) else ()
    if len(items) == len(check.outputs):
        return (items[check.output],)
    due = f"Expected {len(check.outputs)} values: `return {', '.join(check.outputs)}`."
    if answer is None:
        return Comparison(passed=False, gap=f"It returned nothing (None): is a `return` missing? {due}")
    return Comparison(passed=False, gap=f"It returned {show(answer)}. {due}")


def call_text(check: Check, case: Case) -> str:
    """The call as a student would write it."""
    if isinstance(check.target, ValueTarget):
        return check.target.name
    if isinstance(check.target, LogTarget):
        return f"What the logs say ({case.shown})" if case.shown else "What the logs say"
    return f"{check.target.name}({case.shown})"


def _failure_text(check: Check, comparisons: tuple[Comparison, ...], failures: list[int]) -> str:
    first = failures[0]
    about = f" The value in question is {check.outputs[check.output]}." if check.output is not None else ""
    lines = [f"{call_text(check, check.cases[first])} is wrong.{about}", comparisons[first].gap]
    if len(comparisons) > 1:
        lines.append(
            f"{len(failures)} of {plural(len(comparisons), 'case')} {'is' if len(failures) == 1 else 'are'} wrong."
        )
    return "\n".join(lines)


def _mutation_text(check: Check, returned: tuple[Returned, ...]) -> str:
    position = next(outcome.mutated[0] for outcome in returned if outcome.mutated)
    names = check.target.parameters
    name = names[position] if 0 <= position < len(names) else f"argument {position + 1}"
    return (
        f"{check.target.name} changes its argument {name} in place. Work on a copy: "
        f"`{name} = {name}.copy()`, or `{name} + …` instead of `{name} += …`."
    )


def _stopped(check: Check, case: Case, outcome: Outcome, limits: Limits) -> CheckResult:
    subject = f"{call_text(check, case)}"
    if not isinstance(outcome, Returned) and outcome.while_defining:
        subject = f"The code that defines {check.target.name}"
    if isinstance(outcome, Raised) and isinstance(check.target, LogTarget):
        return _not_in_logs(check, case, outcome)
    if isinstance(outcome, Raised):
        message = f"{subject} raised {outcome.kind}: {' '.join(outcome.message.splitlines())}{_advice(check, outcome)}"
        return result(check, Status.RAISED, message=message, places=outcome.places, stdout=outcome.stdout)
    if isinstance(outcome, TimedOut):
        return result(check, Status.TIMED_OUT, message=_timeout_text(check, subject, outcome, limits))
    if isinstance(outcome, OutOfMemory):
        message = f"{subject} needs more than {limits.memory_megabytes} MB of memory. How large are its arrays?"
        return result(check, Status.OUT_OF_MEMORY, message=message, places=outcome.places)
    if isinstance(outcome, Crashed) and outcome.is_assumed:
        return result(check, Status.CRASHED, message=_assumed_text(check))
    reason = _ending_text(outcome) if isinstance(outcome, Crashed) else "an unknown end"
    return result(check, Status.CRASHED, message=f"{subject} ended the process: {reason}.")


def _not_in_logs(check: Check, case: Case, outcome: Raised) -> CheckResult:
    """A probe has looked for something that is not there, or is not what it should be."""
    if outcome.kind == MISSING_LOG:
        return result(check, Status.MISSING, message=f"{outcome.message}.")
    place = f" ({case.shown})" if case.shown else ""
    message = (
        f"The logs do not hold what is looked for{place}: {outcome.kind}: {' '.join(outcome.message.splitlines())}"
    )
    return result(check, Status.RAISED, message=message)


def _ending_text(outcome: Crashed) -> str:
    return f"{outcome.reason} (tampering)" if outcome.is_tampering else outcome.reason


def _advice(check: Check, outcome: Raised) -> str:
    """What to say of a formula without quotes, and of something that works at home, but not in a child."""
    if isinstance(check.compare, ClosedForm):
        return f". {check.compare.in_quotes}"
    is_confined = outcome.kind in ("PermissionError", "FileNotFoundError") or any(
        words in outcome.message for words in ("Permission denied", "Operation not permitted")
    )
    known = next((advice for words, advice in ADVICE.items() if words in outcome.message), "")
    return f" {CONFINED if is_confined else known}".rstrip()


def _assumed_text(check: Check) -> str:
    return f"Not run: {check.target.name} was stopped or crashed twice before."


def _timeout_text(check: Check, subject: str, outcome: TimedOut, limits: Limits) -> str:
    if outcome.is_assumed:
        return _assumed_text(check)
    due = limits.define_seconds if outcome.while_defining else limits.call_seconds
    if outcome.seconds >= due:
        return f"{subject} was stopped after {_seconds(outcome.seconds)}. Is there a loop that never ends?"
    used = f"the submission's {_seconds(limits.total_seconds)} were used up before"
    if outcome.seconds <= 0:
        return f"Not run: {used} this could run."
    return f"{subject} was stopped: {used} it had finished."


def _seconds(seconds: float) -> str:
    rounded = round(seconds, 1) or float(f"{seconds:.1g}")
    return f"{rounded:g} second{'' if rounded == 1 else 's'}"


def _hint(check: Check, answers: tuple[object, ...], failures: list[int]) -> str:
    """The hint of the mistakes that give these very answers; "" if there is none or they have different ones."""
    if len(failures) < MIN_MATCHES:
        return ""
    hints = {mistake.hint for mistake in check.mistakes if _is_mistake(check, answers, mistake)}
    return hints.pop() if len(hints) == 1 else ""


def _is_mistake(check: Check, answers: tuple[object, ...], mistake: Mistake) -> bool:
    """Whether the answers are those of the mistake, in the value that the check is about."""
    recognized = (thaw(recognizable(check, answer)) for answer in answers)
    return all(_is_same(check, *pair) for pair in zip(recognized, map(thaw, mistake.outputs), strict=True))


def recognizable(check: Check, answer: object) -> Value:
    """What an answer is recognized by: a sketch of the item that the check is about, or of the whole without that item."""
    picked = _pick(check, answer)
    item = answer if isinstance(picked, Comparison) else picked[0]
    return sketch(freeze(invariant(item) if isinstance(check.compare, Gram | PrincipalFeatures) else item))


def _is_same(check: Check, answer: object, output: object) -> bool:
    if isinstance(output, Opaque):
        return False
    try:
        return _same_as(check, output)(answer, output).passed
    except ValueError:  # the mistake's output is nothing that the check's comparator could expect
        return Close(rtol=SAME)(answer, output).passed


def _same_as(check: Check, output: object) -> Comparator:
    """What the check leaves open is open here too, such as the order of eigenvalues."""
    if isinstance(output, str | bool | None):
        return Exact()
    if isinstance(check.compare, ComplexSet):
        return ComplexSet(rtol=SAME)
    return SingularValues(rtol=SAME) if isinstance(check.compare, SingularValues) else Close(rtol=SAME)
