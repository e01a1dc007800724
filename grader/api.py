"""Grading from Python: an assignment, a submission or many, and their reports.

The names without an underscore are also those of the package: `from grader import load_assignment, grade`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.assignment import load_plan
from grader.by_part import ByPart
from grader.errors import SandboxError, SubmissionError, UsageError
from grader.isolation import Isolation, measure, require
from grader.judging import Judge, judge
from grader.naming import label, name_of
from grader.pipeline import grade as grade_bundle
from grader.pipeline import unfinished, ungradable
from grader.places import bundled_folder, places_of
from grader.plan import Plan, decode_plan, without_evidence
from grader.records import Bundle
from grader.report import PartResult, Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect
from grader.warm import is_packed, private_of, warm_sandbox

StrPath = str | PathLike[str]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment that is ready to grade with. `load_assignment` makes it."""

    plan: Plan  # its questions, parts and checks, with the right answers
    private: tuple[Path, ...] = ()  # where it lies: what student code must not be able to read

    @property
    def name(self) -> str:
        """As the rubric's key `assignment` says: "hw2"."""
        return self.plan.assignment

    @property
    def title(self) -> str:
        """As students read it."""
        return self.plan.title

    @property
    def points(self) -> float:
        """The points that are given automatically."""
        parts = [part for question in self.plan.questions for part in question.parts]
        return round(math.fsum(check.points for part in parts for check in part.checks), 6)

    @property
    def awaiting(self) -> float:
        """The points of written answers, which a person gives on top."""
        parts = [part for question in self.plan.questions for part in question.parts]
        return round(math.fsum(part.written.points for part in parts if part.written), 6)

    def without_evidence(self) -> Assignment:
        """The same, but for the checks beside written answers."""
        return msgspec.structs.replace(self, plan=without_evidence(self.plan))


def load_assignment(folder: StrPath | None = None) -> Assignment:
    """The assignment in a folder, compiled, or from the cache when nothing has changed since.

    `folder`: has `rubrics/` and `reference/`. Or the file `assignment.plan`, out of the zip that `grader pack` writes.
    None: the homework that comes with grader.

    Raises:
        UsageError: that is no assignment.
        RubricError: rubric or reference have faults; `faults` lists all of them.
    """
    path = bundled_folder() if folder is None else Path(folder)
    plan = _packed(path) if is_packed(path) else load_plan(path)
    return Assignment(plan=plan, private=private_of(path))


def _packed(path: Path) -> Plan:
    try:
        return decode_plan(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{label(path)} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError:
        raise UsageError(
            f"{label(path)} is not a packed assignment of this version of grader: give the assignment's folder"
        ) from None


def grade(
    submission: StrPath,
    assignment: Assignment | StrPath | None = None,
    *,
    allow_weak_isolation: bool = False,
    has_evidence: bool = True,
) -> Report:
    """Grade one submission: a `.zip`, a folder, an `.ipynb` or a `.py`. What is wrong with it is in the report.

    Arguments and exceptions are those of `open_session`, which is faster for many, and of `Session.grade`.
    """
    options = _Options(allow_weak_isolation, has_evidence, (submission,), is_single=True)
    with _opened(assignment, options) as session:
        return session.grade(submission)


def open_session(
    assignment: Assignment | StrPath | None = None,
    *,
    allow_weak_isolation: bool = False,
    has_evidence: bool = True,
    private: Iterable[StrPath] = (),
) -> AbstractContextManager[Session]:
    """A session in which submissions are graded one after the other. It ends the processes that it starts.

    `assignment`: or what `load_assignment` takes. `allow_weak_isolation`: grade where student code could do too much,
    which the reports then say; only for code that you trust. `has_evidence`: run the checks beside written answers too,
    which takes longer. `private`: files and folders that student code must not be able to touch, besides the
    assignment and the submission that is graded: the other submissions, where results are written.

    Raises what `load_assignment` raises, and IsolationError where student code cannot be confined (not on Linux).
    """
    return _opened(assignment, _Options(allow_weak_isolation, has_evidence, tuple(private), is_single=False))


class _Options(NamedTuple):
    """How submissions are graded in a session; see `open_session`."""

    allow_weak_isolation: bool
    has_evidence: bool
    private: tuple[StrPath, ...]
    is_single: bool  # there is only one submission


@contextmanager
def _opened(assignment: Assignment | StrPath | None, options: _Options) -> Iterator[Session]:
    source = assignment if isinstance(assignment, Assignment) else _path(assignment)
    own = source.private if isinstance(source, Assignment) else private_of(source)
    others = tuple(map(Path, options.private))
    with warm_sandbox((*own, *others), is_single=options.is_single) as (sandbox, _no_judge):
        loaded = source if isinstance(source, Assignment) else load_assignment(source)
        loaded = loaded if options.has_evidence else loaded.without_evidence()
        yield Session(loaded, sandbox, others, allows_weak_isolation=options.allow_weak_isolation)


def _path(assignment: StrPath | None) -> Path:
    return bundled_folder() if assignment is None else Path(assignment)


class Session:
    """A sandbox that stays warm, for the submissions of one assignment. `open_session` makes it. Not for several threads."""

    def __init__(
        self,
        assignment: Assignment,
        sandbox: Sandbox,
        private: tuple[Path, ...],
        *,
        allows_weak_isolation: bool,
        judge: Judge = judge,
    ) -> None:
        self.assignment = assignment
        self._sandbox = sandbox
        self._private = private
        self._allows_weak_isolation = allows_weak_isolation
        self._judge = judge
        self._weaknesses: dict[Path | None, tuple[str, ...]] = {}  # by the folder of submissions

    def grade(self, submission: StrPath, *, leave_behind: Callable[[Report], object] | None = None) -> Report:
        """Grade one submission. One that cannot be graded has a report too, with its `fault`.

        `leave_behind`: gets, before any code of the student runs, the report that should stay when this process is killed.

        Raises:
            UsageError: there is no such file or folder.
            IsolationError: student code could do too much here, and that was not allowed. Nothing has run.
            SandboxError: a fault of the grader or of the machine. The session can be used for the next submission.
        """
        path, plan = Path(submission), self.assignment.plan
        try:
            bundle = collect(path, plan.logs)
        except SubmissionError as error:
            return ungradable(name_of(path), str(error), plan)
        if leave_behind is not None:
            leave_behind(unfinished(bundle.name, plan))
        return self._graded(bundle, path, ())

    def grade_bundle(self, bundle: Bundle, known: Iterable[PartResult] = ()) -> Report:
        """As `grade`, of what has been read already. `known`: results of parts that need not be graded again."""
        return self._graded(bundle, None, known)

    def _graded(self, bundle: Bundle, path: Path | None, known: Iterable[PartResult]) -> Report:
        with self._renewed_after_a_fault():
            weaknesses = self.weaknesses(path)
            report = grade_bundle(bundle, self.assignment.plan, self._sandbox, known, judge=self._judge)
            return msgspec.structs.replace(report, weaknesses=weaknesses)

    def by_part(self, submission: StrPath) -> ByPart:
        """The submission, to be graded part by part; to be closed (see contextlib.closing).

        Raises as `grade` does, and SubmissionError when it cannot be graded.
        """
        path, plan = Path(submission), self.assignment.plan
        bundle = collect(path, plan.logs)
        with self._renewed_after_a_fault():
            self.weaknesses(path)
            return ByPart(bundle, plan, self._sandbox)

    def weaknesses(self, submission: StrPath | None = None) -> tuple[str, ...]:
        """What student code could do where this submission is graded; none, as it should be, or as was allowed.

        It is tried in a child, once for every folder of submissions. Raises IsolationError and SandboxError.
        """
        path = None if submission is None else Path(submission)
        folder = path and path.absolute().parent
        if folder not in self._weaknesses:
            self._weaknesses[folder] = self._weaknesses_of(self._measured(path))
        return self._weaknesses[folder]

    def _measured(self, submission: Path | None) -> Isolation:
        folders = (path if path.is_dir() else path.parent for path in self._private)
        return measure(self._sandbox, places_of((*self.assignment.private, *self._private, submission), folders))

    def _weaknesses_of(self, isolation: Isolation) -> tuple[str, ...]:
        if not self._allows_weak_isolation:
            require(isolation)
        return tuple(f"{trial.property.value}: {trial.action}" for trial in isolation.failures())

    @contextmanager
    def _renewed_after_a_fault(self) -> Iterator[None]:
        """What follows a fault of the harness starts with new processes, which are tested anew."""
        try:
            yield
        except SandboxError:
            self._sandbox.close()
            self._weaknesses.clear()
            raise
