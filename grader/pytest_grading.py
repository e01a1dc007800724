"""What the pytest plugin grades in one process: a submission by the rubric of one folder."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

from grader.api import Assignment, load_assignment, open_session
from grader.by_part import ByPart
from grader.errors import GraderError, SandboxError, SubmissionError
from grader.plan import Part, Question
from grader.pytest_summary import Remarks
from grader.report import CheckResult
from grader.scoring import not_graded


class Grading:
    """A submission and an assignment's folder. Nothing is compiled or run before somebody asks; `close` ends it all."""

    def __init__(self, folder: Path, submission: Path, *, allows_weak_isolation: bool) -> None:
        self._folder = folder
        self._submission = submission
        self._allows_weak_isolation = allows_weak_isolation
        self._assignment: Assignment | GraderError | None = None
        self._graded: ByPart | GraderError | None = None
        self._weaknesses: tuple[str, ...] = ()
        self._lost: dict[tuple[str, str], SandboxError] = {}  # parts that the harness failed at
        self._opened = ExitStack()

    def assignment(self) -> Assignment:
        """The assignment, compiled once. Raises RubricError or UsageError, every time."""
        if self._assignment is None:
            try:
                self._assignment = load_assignment(self._folder)
            except GraderError as error:
                self._assignment = error
        if isinstance(self._assignment, GraderError):
            raise self._assignment
        return self._assignment

    def question(self, source: str) -> Question | None:
        """The question that the file `source` ("rubrics/q1.yaml") holds; None for another file. Raises as `assignment`."""
        return next((question for question in self.assignment().plan.questions if question.source == source), None)

    def rank(self, question: Question | None) -> int:
        """Its place in the homework."""
        labels = [one.label for one in self.assignment().plan.questions]
        return labels.index(question.label) if question else 0

    def fault(self) -> str:
        """Why the submission cannot be graded; empty when it can. Raises GraderError for what is not its fault."""
        try:
            return self._by_part().reading.fault
        except SubmissionError as error:
            return str(error)

    def check(self, question: Question, part: Part, index: int) -> CheckResult:
        """The result of one of a part's checks. Raises GraderError for what is no student's fault."""
        if self.fault():
            return not_graded(part.checks)[index]
        key = question.label, part.label
        if key in self._lost:
            raise self._lost[key]
        try:
            return self._by_part().part(question, part).checks[index]
        except SandboxError as error:
            self._lost[key] = error
            raise

    def remarks(self) -> Remarks:
        """What is said once, under the points. The child that may still be there is ended first: it is over."""
        title = self._assignment.title if isinstance(self._assignment, Assignment) else ""
        if isinstance(self._graded, SubmissionError):
            return Remarks(title=title, fault=str(self._graded))
        if not isinstance(self._graded, ByPart):
            return Remarks(title=title)
        self._graded.close()
        return Remarks(
            title=title,
            fault=self._graded.reading.fault,
            notes=self._graded.reading.notes,
            incidents=tuple(self._graded.incidents),
            weaknesses=self._weaknesses,
        )

    def close(self) -> None:
        """End the processes."""
        self._opened.close()

    def _by_part(self) -> ByPart:
        """The submission, once it has been read. What was in the way is raised again every time."""
        if self._graded is None:
            try:
                self._graded = self._read()
            except GraderError as error:
                self._graded = error
        if isinstance(self._graded, GraderError):
            raise self._graded
        return self._graded

    def _read(self) -> ByPart:
        opening = open_session(
            self.assignment(),
            allow_weak_isolation=self._allows_weak_isolation,
            has_evidence=False,
            private=(self._submission,),
        )
        session = self._opened.enter_context(opening)
        graded = self._opened.enter_context(closing(session.by_part(self._submission)))
        self._weaknesses = session.weaknesses(self._submission)
        return graded
