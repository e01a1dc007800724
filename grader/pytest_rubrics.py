"""Rubric files as tests: what the pytest plugin adds to a run that has a submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.errors import GraderError, RubricError
from grader.naming import name_of
from grader.outputs.checks import WAITS
from grader.outputs.visible import one_line, plain
from grader.outputs.words import lost_lines, wait_words
from grader.plan import Part, Question
from grader.pytest_grading import Grading
from grader.pytest_summary import Collected, Findings, Summary, properties
from grader.report import CheckResult, Status

SUFFIXES = frozenset({".yaml", ".yml"})
KEY = "grader"  # of what a worker of pytest-xdist sends at its end

NO_FAULT = "Not graded: this is a fault of the grader or of the machine, not of the submission."


class LostPointsError(Exception):
    """A check that has not passed; the text is what the student reads."""


class RubricFile(pytest.File):
    """A YAML file in `rubrics/`; the assignment's own file has no tests."""

    def __init__(self, *, grading: Grading, **fields: Any) -> None:
        super().__init__(**fields)
        self.grading = grading
        self.question: Question | None = None

    def collect(self) -> Iterator[pytest.Collector]:
        """The parts that have checks. Texts are for a person: they are no tests."""
        source = f"{self.path.parent.name}/{self.path.name}"
        try:
            self.question = self.grading.question(source)
        except RubricError as error:  # which may be about other files: then all is said
            own = [fault for fault in error.faults if fault.startswith(f"{source}:")]
            raise self.CollectError("\n".join(own or error.faults)) from None
        except GraderError as error:
            raise self.CollectError(str(error)) from None
        if self.question:
            for part in self.question.parts:
                if part.checks:
                    yield RubricPart.from_parent(self, name=f"{self.question.label}{part.label}", file=self, part=part)


class RubricPart(pytest.Collector):
    """A part of a question."""

    def __init__(self, *, file: RubricFile, part: Part, **fields: Any) -> None:
        super().__init__(**fields)
        self.file = file
        self.part = part

    def collect(self) -> Iterator[pytest.Item]:
        """Its checks."""
        for index, check in enumerate(self.part.checks):
            yield CheckItem.from_parent(self, name=one_line(check.name), file=self.file, part=self.part, index=index)


class CheckItem(pytest.Item):
    """A check. It is graded in its setup, so that a fault of the harness is an error and not a failure."""

    def __init__(self, *, file: RubricFile, part: Part, index: int, **fields: Any) -> None:
        super().__init__(**fields)
        self.file = file
        self.rubric_part = part
        self.index = index
        self.result: CheckResult | None = None
        self.fault = ""

    def setup(self) -> None:
        """Have the part graded, if it has not been."""
        self.fault, self.result = self._graded()
        self.user_properties[:] = properties(self.result)

    def _graded(self) -> tuple[str, CheckResult]:
        question = self.file.question
        if question is None:
            raise RuntimeError("a check was collected from a file without a question")
        grading = self.file.grading
        return grading.fault(), grading.check(question, self.rubric_part, self.index)

    def runtest(self) -> None:
        """Pass, skip or fail."""
        if self.fault:
            raise LostPointsError(f"This submission cannot be graded: {plain(self.fault)}")
        if self.result is None or self.result.status is Status.PASSED:
            return
        if self.result.status in WAITS:
            pytest.skip(wait_words(self.result))
        raise LostPointsError("\n".join(lost_lines(self.result)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What the student did wrong, in words."""
        if isinstance(excinfo.value, LostPointsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The heading of a failure."""
        label = f"{self.file.question.label}({self.rubric_part.label})" if self.file.question else ""
        return self.path, None, one_line(f"{label} {self.rubric_part.title}: {self.name}")


class Rubrics:
    """The hooks of one run, in the process that pytest started or in a worker of pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._submission = _submission(config)
        config.option.submission = str(self._submission)  # for workers, wherever they run
        self._gradings: dict[Path, Grading] = {}
        self._files: dict[str, RubricFile] = {}
        self._chosen: Counter[str] = Counter()  # checks by file
        self._summary = Summary(name_of(self._submission))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RubricFile | None:
        """Take the YAML files right in a folder `rubrics/`; the folder around it is the assignment."""
        if file_path.suffix not in SUFFIXES or file_path.parent.name != "rubrics":
            return None
        folder = file_path.parent.parent
        if folder not in self._gradings:
            weak = bool(self._config.getoption("allow_weak_isolation"))
            self._gradings[folder] = Grading(folder, self._submission, allows_weak_isolation=weak)
        file: RubricFile = RubricFile.from_parent(parent, path=file_path, grading=self._gradings[folder])
        self._files[file.nodeid] = file
        return file

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """No test and no conftest.py of the submission is imported, should it lie where tests are looked for."""
        return True if collection_path.resolve().is_relative_to(self._submission.resolve()) else None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Questions in the homework's order, which is not that of the files' names; other tests stay where they are."""
        places = [index for index, item in enumerate(items) if isinstance(item, CheckItem)]
        checks = [item for item in items if isinstance(item, CheckItem)]
        for place, item in zip(places, sorted(checks, key=self._rank), strict=True):
            items[place] = item

    def _rank(self, item: CheckItem) -> tuple[int, int]:
        return list(self._gradings.values()).index(item.file.grading), item.file.grading.rank(item.file.question)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what `-k`, `--lf` and test ids have left."""
        self._chosen.update(item.file.nodeid for item in session.items if isinstance(item, CheckItem))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Words in place of tracebacks, except for bugs. What waits is skipped at its rubric, not at a line of this file."""
        report = yield
        if not isinstance(item, CheckItem) or call.excinfo is None:
            return report
        if isinstance(call.excinfo.value, GraderError):
            report.longrepr = f"{call.excinfo.value}\n{NO_FAULT}"
        elif report.skipped and call.when == "call" and item.result:
            report.longrepr = (str(item.path), 1, wait_words(item.result))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the points; a worker's reports arrive in the controller."""
        if report.when == "call":
            self._summary.add_points(report.nodeid, report.user_properties)

    def pytest_sessionfinish(self) -> None:
        """Say what only this process knows."""
        findings = Findings(
            collected=tuple(self._collected()),
            remarks=tuple((str(folder), grading.remarks()) for folder, grading in self._gradings.items()),
        )
        output = getattr(self._config, "workeroutput", None)
        if output is None:
            self._summary.add_findings(findings)
        else:
            output[KEY] = msgspec.json.encode(findings).decode("utf-8")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended; one that has crashed says nothing."""
        text = getattr(node, "workeroutput", {}).get(KEY)
        if text is not None:
            self._summary.add_findings(msgspec.json.decode(text, type=Findings))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the points."""
        if self._config.getoption("collectonly"):
            return
        for title, lines in self._summary.sections():
            terminalreporter.write_sep("-", title)
            for line in lines:
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """End the processes, also after `-x` and Ctrl-C."""
        for grading in self._gradings.values():
            grading.close()

    def _collected(self) -> Iterator[Collected]:
        """The files that were read. Texts count where a question was chosen as a whole."""
        partly = {file.path.parent for file in self._files.values() if self._chosen[file.nodeid] < _count(file)}
        for nodeid, file in self._files.items():
            if (question := file.question) is None:
                continue
            is_whole = self._chosen[nodeid] == _count(file) and (_count(file) > 0 or file.path.parent not in partly)
            yield Collected(
                file=nodeid,
                folder=str(file.path.parent.parent),
                rank=file.grading.rank(question),
                label=question.label,
                title=question.title,
                checks=self._chosen[nodeid],
                written=sum(part.written.points for part in question.parts if part.written) if is_whole else 0.0,
            )


def _count(file: RubricFile) -> int:
    return sum(len(part.checks) for part in file.question.parts) if file.question else 0


def _submission(config: pytest.Config) -> Path:
    text = str(config.getoption("submission"))
    path = config.invocation_params.dir / text
    try:
        path.stat()
    except OSError as error:
        raise pytest.UsageError(f"--submission {text!r}: {error.strerror}") from None
    if not text:
        raise pytest.UsageError("--submission: the path is empty")
    return path
