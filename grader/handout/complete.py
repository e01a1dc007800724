"""Whether the handout has everything that a student needs."""

from __future__ import annotations

from collections.abc import Iterator

from grader.handout.stubs import signatures_of
from grader.records import Bundle, File
from grader.rubric.faults import Fault
from grader.rubric.records import CheckRules, PartRules, Rubric
from grader.submission.read import Wanted, read_submission


def handout_faults(rubric: Rubric) -> tuple[Fault, ...]:
    """What is missing: functions that checks call and that the handout has nowhere, stubs without a signature."""
    signatures = signatures_of(rubric.questions)
    parts = [part for question in rubric.questions for part in question.parts]
    unsigned = (
        stub.spot.fault(f'no check calls "{stub.name}", so its signature is not known: give its code as a file')
        for part in parts
        for stub in part.task.stubs
        if not stub.code and stub.name not in signatures
    )
    names = _names_in_handout(rubric)
    return (*unsigned, *(fault for part in parts for fault in _missing(part, names)))


def _missing(part: PartRules, names: frozenset[str]) -> Iterator[Fault]:
    """Each function once."""
    called = {_name(check): check for check in reversed(part.checks) if _name(check) not in names}
    for name, check in called.items():
        yield check.spot.fault(f'the handout has no "{name}" to fill in: add it to the `stubs` of its part')


def _name(check: CheckRules) -> str:
    return check.signature.name


def _names_in_handout(rubric: Rubric) -> frozenset[str]:
    """The wanted names that are found when the handout itself is handed in."""
    checks = [check for question in rubric.questions for part in question.parts for check in part.checks]
    wanted = Wanted(
        tuple(dict.fromkeys(map(_name, checks))),
        ("*",),
        {},
        {},
        values=frozenset(_name(check) for check in checks if check.is_value),
    )
    files = [File(name=module.path, data=module.source.encode()) for module in rubric.handout.starter]
    files.append(File(name="handout.ipynb", data=rubric.notebook or b""))
    reading = read_submission(Bundle(name="handout", files=tuple(files)), wanted)
    return frozenset(candidate.name for candidate in reading.candidates)
