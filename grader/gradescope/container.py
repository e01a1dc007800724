"""What `run_autograder` does in Gradescope's container."""

from __future__ import annotations

import sys
import traceback
from contextlib import AbstractContextManager, closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import msgspec

from grader.errors import GraderError, SubmissionError
from grader.files import write_atomically
from grader.gradescope.allowance import allowance, this_machine
from grader.gradescope.metadata import Metadata, read_metadata
from grader.gradescope.policy import refusal
from grader.gradescope.results import graded_results, problem_results, refused_results, unfinished_results
from grader.isolation import measure, require
from grader.naming import name_of
from grader.outputs.text import render_text
from grader.pipeline import grade, unfinished, ungradable
from grader.places import Places
from grader.plan import Plan, decode_plan
from grader.report import Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect

PLAN = "assignment.plan"
FAULT = 5


class Container(NamedTuple):
    """Gradescope's folders, below `/autograder`."""

    root: Path

    @property
    def source(self) -> Path:
        """What was uploaded by the staff."""
        return self.root / "source"

    @property
    def submission(self) -> Path:
        """What was handed in, unpacked."""
        return self.root / "submission"

    @property
    def results(self) -> Path:
        """The file that Gradescope reads."""
        return self.root / "results" / "results.json"

    def close(self) -> None:
        """Keep other users out of everything, before any code of a student runs."""
        for folder in (self.source, self.submission, self.results.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def metadata(self) -> Metadata:
        """What Gradescope says of the submission; empty where there is nothing."""
        path = self.root / "submission_metadata.json"
        return read_metadata(path.read_bytes()) if path.is_file() else Metadata()

    def plan(self) -> Plan:
        """The packed assignment, with limits that fit this container."""
        plan = decode_plan((self.source / PLAN).read_bytes())
        return msgspec.structs.replace(plan, limits=allowance(plan, this_machine()))

    def places(self) -> Places:
        """What student code must not touch."""
        metadata = self.root / "submission_metadata.json"
        private = (self.source, self.submission, self.results.parent, metadata)
        return Places(private, (Path("/tmp"), Path("/dev/shm"), self.root, *private[:3]))  # noqa: S108 (tried)


def autograde(root: Path) -> int:
    """Grade what lies in the container. 0 whenever results.json is valid; else no results, which Gradescope reports."""
    container = Container(root)
    container.close()
    metadata = container.metadata()
    with _Problem(container, metadata) as problem:
        plan = problem.plan = container.plan()
        _write(container, unfinished_results(unfinished(name_of(container.submission), plan), metadata))
        if reason := refusal(plan.rules.submissions, metadata):
            _write(container, refused_results(reason, metadata, plan))
        else:
            report = _grade(container, plan)
            _write(container, graded_results(report, plan.rules, metadata))
            render_text(report, sys.stdout)  # which only staff see, with checklists and evidence
    return problem.code


def _grade(container: Container, plan: Plan) -> Report:
    places = container.places()
    with closing(Sandbox(plan.limits, places.private)) as sandbox:
        sandbox.order_reader()
        try:
            bundle = collect(container.submission, plan.logs)
        except SubmissionError as error:
            return ungradable(name_of(container.submission), str(error), plan)
        require(measure(sandbox, places))
        return grade(bundle, plan, sandbox)


def _write(container: Container, text: str) -> None:
    write_atomically(container.results, text + "\n")


class _Problem(AbstractContextManager["_Problem"]):
    """A fault of ours is no student's zero: the score stays, or there is none."""

    def __init__(self, container: Container, metadata: Metadata) -> None:
        self.code = 0
        self.plan: Plan | None = None  # once it is known
        self._container = container
        self._metadata = metadata

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        """Say what went wrong, to students and to staff."""
        if not isinstance(error, Exception):
            return False
        traceback.print_exception(error, file=sys.stdout)
        message = str(error) if isinstance(error, GraderError) else "The grader itself failed."
        results = problem_results(message, self._metadata, self.plan)
        if results is None:
            self._container.results.unlink(missing_ok=True)
            self.code = FAULT
        else:
            _write(self._container, results)
        return True
