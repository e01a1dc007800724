"""The frozen values of a report: what became of every check, part and question."""

from __future__ import annotations

from enum import Enum

import msgspec

from grader.records import Candidate, LayerState, Place, Writing


class Status(str, Enum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    NOT_PARSED = "not_parsed"
    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"  # a person will look at it
    NOT_GRADED = "not_graded"  # the submission could not be opened, or the grader was stopped


class Visibility(str, Enum):
    """When a student may see a check (Gradescope's words)."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


ORDER = (Visibility.VISIBLE, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED, Visibility.HIDDEN)  # of time


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate as the report names it."""

    place: Place
    remark: str = ""  # "placeholder", "does not parse: …", "2 of 4 points"


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check of one submission: all points or none.

    `message` and what follows are for whoever may see everything: outputs leave them out where a check is hidden (see
    outputs.visible.without_secrets).
    """

    name: str
    function: str  # of the submission, that was called; or the name of the value or text that was looked at
    status: Status
    score: float
    points: float
    visibility: Visibility = Visibility.VISIBLE
    message: str = ""  # what was asked and the gap
    places: tuple[Place, ...] = ()  # where to look
    hint: str = ""  # the matching mistake's sentence
    stdout: str = ""  # what the student's code printed
    graded: Seen | None = None  # the definition that counted
    others: tuple[Seen, ...] = ()  # further definitions of the same name


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate and the results of its checks."""

    candidate: Candidate
    results: tuple[CheckResult, ...]


class WrittenResult(msgspec.Struct, frozen=True, kw_only=True):
    """A written answer, for a person to grade."""

    points: float
    checklist: tuple[str, ...]
    evidence: tuple[CheckResult, ...] = ()  # what the data say about its claims
    writing: Writing | None = None  # None: none was found, perhaps it was handed in elsewhere
    is_private: bool = False


class PartResult(msgspec.Struct, frozen=True, kw_only=True):
    """A part: its checks and its points."""

    label: str  # "1(a)"
    title: str
    score: float
    points: float  # of the checks; those that await a person come on top
    checks: tuple[CheckResult, ...]
    written: WrittenResult | None = None
    awaiting: float = 0.0  # points that a person decides


class QuestionResult(msgspec.Struct, frozen=True, kw_only=True):
    """A question: its parts and its points."""

    label: str  # "1"
    title: str
    score: float  # the sum of its parts', rounded to six decimals
    points: float  # that could be earned without a person
    parts: tuple[PartResult, ...]
    awaiting: float = 0.0  # points that a person decides


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one graded submission. Where it could not be graded, all checks are there, without points."""

    assignment: str  # "hw2"
    title: str  # of the assignment
    submission: str  # the name of the file or folder that was handed in
    score: float  # from 0 to `points`, the sum of the questions'
    points: float  # that could be earned without a person
    questions: tuple[QuestionResult, ...]  # in the homework's order
    awaiting: float = 0.0  # points that a person decides, on top of `points`
    unshown: int = 0  # checks that are left out of a student's view (outputs/student.py)
    notes: tuple[str, ...] = ()  # what a person should know ("cell 5, line 4 does not parse")
    fault: str = ""  # why the submission is not gradable; empty when it is
    layers: tuple[LayerState, ...] = ()  # what confined the student's code
    weaknesses: tuple[str, ...] = ()  # what student code could do, where weak isolation was allowed
    incidents: tuple[str, ...] = ()  # for staff: forged answers, forbidden system calls, faults of our own code
    version: str = ""  # of grader
