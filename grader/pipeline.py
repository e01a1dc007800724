"""The data flow of grading: bundle -> reading -> attempts -> results -> report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

import msgspec

from grader import __version__
from grader.attempts import Attempts
from grader.judging import Judge, judge, result
from grader.plan import Check, Part, Plan, Question
from grader.reading import Spare, read_and_keep
from grader.records import Bundle, Candidate, Reading
from grader.report import CheckResult, Judged, PartResult, QuestionResult, Report, Status, Visibility
from grader.running import Budget, Runner, start_what_is_needed
from grader.sandbox.client import Sandbox
from grader.scoring import (
    awaiting,
    best_of,
    better,
    not_attempted,
    not_graded,
    part_result,
    possible,
    question_result,
    seen_unrun,
    shown,
    skipped,
    total,
    written_result,
)
from grader.starter import with_starter
from grader.targets import LogTarget

UNFINISHED = (
    "the grader was stopped before it had finished, for example because the time or memory of its container ran out. "
    "Tell the course staff; handing in again may help."
)


def grade(
    bundle: Bundle, plan: Plan, sandbox: Sandbox, known: Iterable[PartResult] = (), *, judge: Judge = judge
) -> Report:
    """Grade one submission, but for the parts that are `known`: of the same submission, and the same in its plan.

    `judge`: one in another process, say.
    Raises SandboxError when the harness fails; whatever the submission does is in the report.
    """
    results = {part.label: part for part in known}
    budget = Budget(plan.limits)
    reading, spare = read(bundle, plan, sandbox)
    if reading.fault:
        report = ungradable(bundle.name, reading.fault, plan)
        return msgspec.structs.replace(report, notes=reading.notes, layers=sandbox.layers)
    start_what_is_needed(plan, reading, sandbox)
    with closing(spare), closing(Runner(sandbox, reading, budget, spare)) as runner:
        attempts = Attempts(runner, plan.limits, judge)
        for question in map(_shown_at_once, plan.questions):
            grade_question(question, plan, reading, attempts, results)
        questions = [grade_question(question, plan, reading, attempts, results) for question in plan.questions]
    report = report_of(bundle.name, questions, reading, plan)
    incidents = tuple(dict.fromkeys(runner.incidents))
    return msgspec.structs.replace(report, layers=sandbox.layers, incidents=incidents)


def _shown_at_once(question: Question) -> Question:
    """The checks of functions that students see at once. They are run before all others, whose inputs are secret.

    One child is enough for them, and nothing secret has been in it.
    """
    parts = (
        msgspec.structs.replace(part, evidence=(), checks=tuple(check for check in part.checks if _is_shown(check)))
        for part in question.parts
    )
    return msgspec.structs.replace(question, parts=tuple(parts))


def _is_shown(check: Check) -> bool:
    return check.visibility is Visibility.VISIBLE and not isinstance(check.target, LogTarget)


def read(bundle: Bundle, plan: Plan, sandbox: Sandbox) -> tuple[Reading, Spare]:
    """What the submission contains, with the handout's files that it lacks, and a child to go on in.

    Children have the plan's limits from now on.
    """
    sandbox.limits = plan.limits
    reading, spare = read_and_keep(bundle, plan, sandbox)
    if reading.fault:
        spare.close()
        return reading, spare
    return with_starter(reading, plan.handout.starter), spare


def ungradable(name: str, fault: str, plan: Plan) -> Report:
    """The report of something that was not graded: every check is there, without points."""
    questions = [
        question_result(question, [_ungraded(question, part) for part in question.parts]) for question in plan.questions
    ]
    return report_of(name, questions, Reading(fault=fault), plan)


def _ungraded(question: Question, part: Part) -> PartResult:
    written = written_result(question, part, not_graded(part.evidence), Reading())
    return part_result(question, part, not_graded(part.checks), written)


def unfinished(name: str, plan: Plan) -> Report:
    """The report to leave behind before student code runs: nobody finds an old one, or none, when this process dies."""
    return ungradable(name, UNFINISHED, plan)


def report_of(name: str, questions: list[QuestionResult], reading: Reading, plan: Plan) -> Report:
    """Everything about one graded submission."""
    return Report(
        assignment=plan.assignment,
        title=plan.title,
        submission=name,
        score=total(questions),
        points=possible(questions),
        awaiting=awaiting(questions),
        questions=tuple(questions),
        notes=reading.notes,
        fault=reading.fault,
        version=__version__,
    )


def grade_question(
    question: Question, plan: Plan, reading: Reading, attempts: Attempts, known: Mapping[str, PartResult]
) -> QuestionResult:
    """One question: its parts in order; a part whose prerequisites failed is skipped. `known`: by label."""
    parts: list[PartResult] = []
    for part in question.parts:
        result = known.get(f"{question.label}({part.label})")
        parts.append(result or grade_part(question, part, failed_needs(question, part, parts), plan, reading, attempts))
    return question_result(question, parts)


def failed_needs(question: Question, part: Part, done: Iterable[PartResult]) -> tuple[str, ...]:
    """Which of the parts that `part` builds on have not passed, as far as students see that at once.

    Otherwise a part that is not run would tell them of a secret check.
    """
    earned = {one.label: all(_counts_as_passed(check) for check in shown(one.checks)) for one in done}
    return tuple(need for need in part.needs if not earned.get(f"{question.label}({need})", False))


def _counts_as_passed(check: CheckResult) -> bool:
    return check.status in (Status.PASSED, Status.UNDECIDED)


def grade_part(
    question: Question, part: Part, failed: tuple[str, ...], plan: Plan, reading: Reading, attempts: Attempts
) -> PartResult:
    """One part, unless parts that it builds on have failed; its written answer is a person's in any case."""
    label = question.label
    results = skipped(part.checks, label, failed) if failed else grade_checks(part.checks, plan, reading, attempts)
    evidence = grade_checks(part.evidence, plan, reading, attempts)
    return part_result(question, part, results, written_result(question, part, evidence, reading))


def grade_checks(every: tuple[Check, ...], plan: Plan, reading: Reading, attempts: Attempts) -> tuple[CheckResult, ...]:
    """The checks of a part: function by function, the results in the rubric's order."""
    results: dict[int, CheckResult] = {}
    for subject in dict.fromkeys(map(_subject, every)):
        numbered = [(index, check) for index, check in enumerate(every) if _subject(check) == subject]
        checks = tuple(check for _index, check in numbered)
        name = checks[0].target.name
        graded = with_equivalents(
            checks, grade_function(checks, name, plan, reading, attempts), plan, reading, attempts
        )
        results.update(zip((index for index, _check in numbered), graded, strict=True))
    return tuple(results[index] for index in sorted(results))


def _subject(check: Check) -> tuple[str, bool]:
    """What it is about: a name that the submission defines, or what is logged."""
    return check.target.name, isinstance(check.target, LogTarget)


def with_equivalents(
    checks: tuple[Check, ...], results: tuple[CheckResult, ...], plan: Plan, reading: Reading, attempts: Attempts
) -> tuple[CheckResult, ...]:
    """The results, with those of another way to answer where the function did not pass and the other way does better."""
    return tuple(
        one
        if check.equivalent is None or one.status is Status.PASSED
        else better(
            check, one, *grade_function((check.equivalent,), check.equivalent.target.name, plan, reading, attempts)
        )
        for check, one in zip(checks, results, strict=True)
    )


def grade_function(
    checks: tuple[Check, ...], name: str, plan: Plan, reading: Reading, attempts: Attempts
) -> tuple[CheckResult, ...]:
    """All checks of one function, on the candidate that does best; of logs, on these."""
    if isinstance(checks[0].target, LogTarget):
        return tuple(grade_logs(check, plan, reading, attempts) for check in checks)
    candidates = [candidate for candidate in reading.candidates if candidate.name == name]
    filled = [candidate for candidate in candidates if not candidate.is_placeholder and not candidate.fault]
    if not filled:
        return not_attempted(checks, name, reading)
    judged = tuple(_judged(checks, filled, attempts))
    results = best_of(judged)
    run = {one.candidate.place for one in judged}
    rest = {candidate.place: candidate for candidate in candidates if candidate.place not in run}
    unrun = tuple(seen_unrun(candidate) for candidate in rest.values())
    return tuple(msgspec.structs.replace(result, others=result.others + unrun) for result in results)


def grade_logs(check: Check, plan: Plan, reading: Reading, attempts: Attempts) -> CheckResult:
    """A check of the files that came with the code. What they say is the student's own report."""
    if not reading.logs:
        return result(check, Status.MISSING, message=f"No logs were handed in ({', '.join(plan.logs)}).")
    return attempts.on_logs(check)


def _judged(checks: tuple[Check, ...], filled: list[Candidate], attempts: Attempts) -> Iterator[Judged]:
    """The last candidate first; one that no earlier one can beat ends it (see scoring.best_of)."""
    unbeaten = None
    for candidate in reversed(filled):
        if unbeaten not in {None, candidate.place}:
            return
        judged = attempts.judged(candidate, checks)
        yield judged
        if total(judged.results) == possible(judged.results):
            return
        if total(shown(judged.results)) == possible(shown(judged.results)):
            unbeaten = candidate.place  # its other slice may still do better at secret checks
