"""An assignment folder as a Rubric, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec
from pydantic import ValidationError

from grader.errors import RubricError
from grader.gradescope.policy import Rules
from grader.handout.notebook import handout_notebook
from grader.plan import Handout
from grader.records import Limits, Module
from grader.rubric.faults import Fault, Spot, did_you_mean, report
from grader.rubric.messages import to_faults
from grader.rubric.partial import read_question
from grader.rubric.records import QuestionRules, Rubric, Task
from grader.rubric.resolve import resolve_question
from grader.rubric.schema import AssignmentFile
from grader.rubric.sources import Execute, execute, load_sources
from grader.rubric.tasks import assignment_task, with_tasks
from grader.rubric.unexecuted import names_of
from grader.rubric.yaml_nodes import read_yaml
from grader.submission.placeholders import fingerprints_of, handout_fingerprints

NO_ASSIGNMENT = (
    "no assignment file: one YAML file here must have the key `assignment`, "
    "for example hw1.yaml with `assignment: hw1`, `title: Homework 1` and `questions: [q1.yaml]`"
)


def load_rubric(folder: Path, secret: str | None = None) -> Rubric:
    """The rubric of an assignment folder; `secret` takes the place of the assignment's own.

    Raises RubricError with every fault of every file.
    """
    loader = _Loader(folder, secret)
    rubric = loader.load()
    if loader.faults or rubric is None:
        raise RubricError(report(loader.faults))
    return rubric


def visible_faults(folder: Path) -> tuple[Fault, ...]:
    """What is wrong with the files of an assignment folder, as far as that shows without running the author's Python."""
    loader = _Loader(folder, None, names_of)
    loader.load()
    return tuple(sorted(set(loader.faults)))


class _Loader:
    """Collects the faults of one folder. `how` gives the names of the author's Python files."""

    def __init__(self, folder: Path, secret: str | None, how: Execute = execute) -> None:
        self.folder = folder
        self.secret = secret
        self.how = how
        self.faults: list[Fault] = []

    def load(self) -> Rubric | None:
        read = dict(self.read_files())
        files = {name: spot for name, spot in read.items() if spot is not None}
        assignments = {name: spot for name, spot in files.items() if _is_assignment(spot)}
        others = {name: spot for name, spot in files.items() if name not in assignments}
        main = self.main_file(assignments)
        fields = self.assignment_fields(main) if main else None
        secret = self.secret if self.secret is not None else fields.secret if fields else ""
        read_questions = {name: self.question(spot, secret) for name, spot in others.items()}
        if main is None or fields is None:
            return None
        self.check_listing(main, fields.questions, read.keys() - assignments.keys())
        self.check_logs(main.at("logs"), fields.logs)
        self.check_numbers({name: read_questions.get(name) for name in fields.questions})
        questions = tuple(rules for name in fields.questions if (rules := read_questions.get(name)))
        course_rules: Rules = msgspec.convert(fields.rules.model_dump(), Rules)
        if len(questions) == len(fields.questions):
            self.check_leaderboard(main.at("rules", "leaderboard"), course_rules, questions)
        task, faults = assignment_task(main, fields, self.folder)
        self.faults += faults
        notebook = self.notebook(main, fields, task, questions)
        return Rubric(
            assignment=fields.assignment,
            title=fields.title,
            questions=questions,
            files=fields.files,
            limits=Limits(**fields.limits.model_dump()),
            task=task,
            handout=self.handout(main, fields, notebook),
            notebook=notebook,
            rules=course_rules,
            logs=fields.logs,
        )

    def read_files(self) -> Iterator[tuple[str, Spot | None]]:
        """Every YAML file of `rubrics/`, with None for one that cannot be read."""
        folder = self.folder / "rubrics"
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            label = f"rubrics/{path.name}"
            try:
                read = read_yaml(path.read_bytes())
            except OSError as error:
                self.faults.append(Fault(label, 1, "", f"cannot be read: {error.strerror}"))
                yield path.name, None
                continue
            self.faults += [Fault(label, fault.line, "", fault.message) for fault in read.faults]
            yield path.name, Spot(label, read.root) if read.root else None

    def main_file(self, assignments: Mapping[str, Spot]) -> Spot | None:
        if len(assignments) == 1:
            return next(iter(assignments.values()))
        if not assignments and not self.faults:
            self.faults.append(Fault("rubrics", 0, "", NO_ASSIGNMENT))
        for name, spot in assignments.items():
            others = ", ".join(other for other in assignments if other != name)
            self.faults.append(
                spot.at("assignment").fault(f"{others} is an assignment file too: keep one in this folder")
            )
        return None

    def assignment_fields(self, spot: Spot) -> AssignmentFile | None:
        try:
            return AssignmentFile.model_validate(spot.root.data)
        except ValidationError as error:
            self.faults += to_faults(error, spot, "assignment")
            return None

    def question(self, spot: Spot, secret: str) -> QuestionRules | None:
        read = read_question(spot)
        self.faults += read.faults
        if read.fields is None:
            return None
        sources = load_sources(self.folder, read.fields.reference, self.how)
        self.faults += sources.faults
        if read.fields.reference is None and any(part.checks or part.evidence for part in read.parts):
            self.faults.append(spot.fault('"reference" is missing: there are checks'))
        elif read.fields.reference is not None and not sources.reference.exists:
            self.faults.append(spot.at("reference").fault(f"{sources.reference.name} does not exist"))
        rules, faults = resolve_question(read, sources, secret)
        self.faults += faults
        rules, faults = with_tasks(rules, read, self.folder)
        self.faults += faults
        return rules

    def check_listing(self, main: Spot, listed: tuple[str, ...], existing: AbstractSet[str]) -> None:
        spot = main.at("questions")
        for index, name in enumerate(listed):
            if name in listed[:index]:
                self.faults.append(spot.at(index).fault(f"{name} is listed twice"))
            elif name not in existing:
                remark = did_you_mean(name, existing)
                self.faults.append(spot.at(index).fault(f"there is no question file rubrics/{name}{remark}"))
        self.faults += [
            spot.fault(f"rubrics/{name} is not listed: add it, or move it out of the folder")
            for name in sorted(existing - set(listed))
        ]

    def check_logs(self, spot: Spot, patterns: tuple[str, ...]) -> None:
        for index, pattern in enumerate(patterns):
            path = PurePosixPath(pattern)
            if path.suffix not in (".npz", ".json"):
                self.faults.append(spot.at(index).fault("must end with .npz or .json: other files are not read"))
            elif path.is_absolute() or ".." in path.parts:
                self.faults.append(spot.at(index).fault("must be a path inside a submission"))

    def check_leaderboard(self, spot: Spot, rules: Rules, questions: tuple[QuestionRules, ...]) -> None:
        labels = {question.label for question in questions}
        labels |= {f"{question.label}({part.label})" for question in questions for part in question.parts}
        for index, standing in enumerate(rules.leaderboard):
            if standing.of and standing.of not in labels:
                text = f'there is no question or part "{standing.of}"{did_you_mean(standing.of, labels)}'
                self.faults.append(spot.at(index, "of").fault(text))

    def check_numbers(self, questions: Mapping[str, QuestionRules | None]) -> None:
        """No two files are the same question."""
        first: dict[str, str] = {}
        for name, rules in questions.items():
            if rules is None:
                continue
            if rules.label in first:
                spot = rules.spot.at("question")
                self.faults.append(spot.fault(f'rubrics/{first[rules.label]} is question "{rules.label}" too'))
            first.setdefault(rules.label, name)

    def notebook(
        self, main: Spot, fields: AssignmentFile, task: Task, questions: tuple[QuestionRules, ...]
    ) -> bytes | None:
        """The handout's, made by hand or of the tasks; None where it cannot be had."""
        if fields.handout is None:
            return None if self.faults else handout_notebook(fields.assignment, fields.title, task, questions)
        path = self.inside(main.at("handout"), fields.handout)
        if path:
            with self.readable(main.at("handout"), path):
                return path.read_bytes()
        return None

    def handout(self, main: Spot, fields: AssignmentFile, notebook: bytes | None) -> Handout:
        starter = self.inside(main.at("starter"), fields.starter)
        functions: list[tuple[str, str]] = []
        modules: list[Module] = []
        if notebook is not None:
            try:
                functions += handout_fingerprints(notebook)
            except ValueError as error:
                self.faults.append(main.at("handout").fault(f"rubrics/{fields.handout} cannot be read: {error}"))
        if starter and not (modules := list(_modules(starter))):
            name = starter.relative_to(self.folder)
            self.faults.append(main.at("starter").fault(f"{name} does not exist, or has no .py file"))
        functions += [found for module in modules for found in fingerprints_of(module.source)]
        return Handout(functions=tuple(functions), starter=tuple(modules))

    def inside(self, spot: Spot, name: str | None) -> Path | None:
        """A path below `rubrics/`; None when there is none, or it leads out."""
        if name is None:
            return None
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            self.faults.append(spot.fault("must be inside rubrics/, so that a change of it is noticed"))
            return None
        return self.folder / "rubrics" / path

    @contextmanager
    def readable(self, spot: Spot, path: Path) -> Iterator[None]:
        """Turn what goes wrong with reading `path` into a fault."""
        name = path.relative_to(self.folder)
        try:
            yield
        except FileNotFoundError:
            self.faults.append(spot.fault(f"{name} does not exist"))
        except (OSError, ValueError) as error:
            self.faults.append(spot.fault(f"{name} cannot be read: {error}"))


def _modules(folder: Path) -> Iterator[Module]:
    """The `.py` files of a folder, by their path in it."""
    for file in sorted(folder.rglob("*.py")):
        yield Module(path=file.relative_to(folder).as_posix(), source=file.read_text("utf-8", "replace"))


def _is_assignment(spot: Spot) -> bool:
    """A list of questions tells it too, when the key `assignment` is misspelt."""
    data = spot.root.data
    return isinstance(data, dict) and bool(data.keys() & {"assignment", "questions"})
