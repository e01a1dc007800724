"""The graders that are compared, each with the same assignment and the same submissions in its own form."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from cases import Group, expression
from measure import Command, Job, environment
from students import Submission, as_notebook, cell
from venvs import bin_of

HERE = Path(__file__).resolve().parent


class Tool(ABC):
    """A grader, in a folder of its own."""

    name = ""

    def __init__(self, folder: Path, groups: Sequence[Group], submissions: Sequence[Submission]) -> None:
        self.folder = folder
        self.groups = groups
        self.submissions = submissions
        folder.mkdir(parents=True)
        self.prepare()

    @abstractmethod
    def prepare(self) -> None:
        """Write assignment and submissions."""

    @abstractmethod
    def cold(self, index: int) -> Job:
        """Grade one submission, from nothing."""

    def batch(self, count: int, width: int) -> Job:
        """Grade the first `count` submissions: where a grader has no way of its own, one after the other."""
        return Job(tuple(self.cold(index).commands[0] for index in range(count)), self.folder, width)

    @abstractmethod
    def score(self, index: int) -> float:
        """The points of a submission that has been graded."""

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def call(self, *command: str) -> str:
        """Run a command of the preparation, and what it prints."""
        done = subprocess.run(  # noqa: S603 (our own)
            command, cwd=self.folder, env=environment(command[0]), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed\n{done.stdout}\n{done.stderr}")
        return done.stdout


class Floor(Tool):
    """A plain script, see floor.py. Its cases have been written to `cases.pickle` beside its folder."""

    name = "floor"

    def prepare(self) -> None:
        """A folder per submission."""
        self.names = [one.name for one in self.submissions]
        for one in self.submissions:
            self.write(f"{one.name}/answers.ipynb", one.notebook)

    def command(self, count: int, first: int = 0) -> Command:
        """The script on several submissions."""
        cases, chosen = str(self.folder.parent / "cases.pickle"), self.names[first : first + count]
        return (sys.executable, str(HERE / "floor.py"), cases, *chosen)

    def cold(self, index: int) -> Job:
        """A process for one submission."""
        return Job((self.command(1, index),), self.folder)

    def score(self, index: int) -> float:
        """As it prints it."""
        return float(json.loads(self.call(*self.command(1, index)))["scores"][0])

    def warm_milliseconds(self, count: int) -> list[float]:
        """Processor time of each submission in one process, after two that warm it up."""
        spent = json.loads(self.call(*self.command(count)))["cpu_ms"]
        return [float(one) for one in spent[2:]]


class Grader(Tool):
    """This project. Its assignment has been written to `assignment` beside its folder."""

    name = "grader"
    options: tuple[str, ...] = ("-a", "../assignment")

    def prepare(self) -> None:
        """A notebook per submission."""
        self.files = [self.write(f"all/{one.name}.ipynb", one.notebook) for one in self.submissions]

    @property
    def program(self) -> Command:
        """The command, or the module where it is not installed."""
        script = Path(sys.executable).with_name("grader")
        return (str(script),) if script.exists() else (sys.executable, "-m", "grader")

    def cold(self, index: int) -> Job:
        """`grader run`, which prints its report."""
        return Job(((*self.program, "run", f"all/{self.files[index].name}", *self.options),), self.folder)

    def batch(self, count: int, width: int) -> Job:
        """`grader batch` into a new run."""
        source, run = self.folder / f"first{count}", self.folder / "run"
        if not source.exists():
            source.mkdir()
            for file in self.files[:count]:
                (source / file.name).hardlink_to(file)
        shutil.rmtree(run, ignore_errors=True)
        command = (*self.program, "batch", source.name, "-o", run.name, "-j", str(width), *self.options)
        return Job((command,), self.folder)

    def score(self, index: int) -> float:
        """As in the whole report."""
        return float(json.loads(self.call(*self.cold(index).commands[0], "--format", "json"))["score"])


class Otter(Tool):
    """otter-grader: `otter run`, which needs no container."""

    name = "otter"

    def prepare(self) -> None:
        """Tests, the zip that is made of them, notebooks."""
        for number, group in enumerate(self.groups):
            case = {"code": f">>> {expression(group)}\nTrue", "hidden": True, "locked": False, "points": group.points}
            suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            test = {"name": f"t{number:02}", "points": None, "suites": [suite]}
            self.write(f"tests/t{number:02}.py", f"OK_FORMAT = True\n\ntest = {test!r}\n")
        options = ("--no-environment", "--no-requirements", "--no-config")
        self.call(str(bin_of("otter") / "otter"), "generate", "-t", "tests", "-o", "autograder.zip", *options)
        for one in self.submissions:
            self.write(f"{one.name}.ipynb", one.notebook)
            (self.folder / f"out-{one.name}").mkdir()

    def cold(self, index: int) -> Job:
        """`otter run`."""
        name = self.submissions[index].name
        otter = str(bin_of("otter") / "otter")
        return Job(((otter, "run", "-a", "autograder.zip", "-o", f"out-{name}", f"{name}.ipynb"),), self.folder)

    def score(self, index: int) -> float:
        """The sum of its results."""
        path = self.folder / f"out-{self.submissions[index].name}/results.json"
        return sum(float(test.get("score", 0)) for test in json.loads(path.read_text("utf-8"))["tests"])


class Nbgrader(Tool):
    """nbgrader: `nbgrader autograde`, for one student or for all in one process."""

    name = "nbgrader"

    def prepare(self) -> None:
        """The instructor's notebook, the release made of it, and the release with each student's answers."""
        self.write("nbgrader_config.py", 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n')
        right = self.submissions[0]
        self.write("source/hw/answers.ipynb", self._notebook(right))
        self.call(str(bin_of("nbgrader") / "nbgrader"), "generate_assignment", "hw")
        for index, one in enumerate(self.submissions):
            cells = json.loads((self.folder / "release/hw/answers.ipynb").read_text("utf-8"))["cells"]
            texts = {"imports": one.imports, **dict(one.functions)}
            for at in cells:
                at["source"] = texts.get(at["metadata"].get("nbgrader", {}).get("grade_id", ""), at["source"])
            self.write(f"submitted/{self._student(index)}/hw/answers.ipynb", as_notebook(cells))

    def _notebook(self, right: Submission) -> str:
        cells = [_nbgrader_cell("imports", right.imports, None)]
        for name, text in right.functions:
            cells.append(_nbgrader_cell(name, f"### BEGIN SOLUTION\n{text}### END SOLUTION", None))
            for number, group in enumerate(self.groups):
                if group.function == name:
                    test = f"### BEGIN HIDDEN TESTS\nassert {expression(group)}\n### END HIDDEN TESTS"
                    cells.append(_nbgrader_cell(f"t{number:02}", test, group.points))
        return as_notebook(cells)

    def _student(self, index: int) -> str:
        return f"{'ab'[index % 2]}{index:03}"  # two groups, for two processes

    def _command(self, students: str) -> Command:
        return (str(bin_of("nbgrader") / "nbgrader"), "autograde", "hw", "--force", f"--student={students}")

    def cold(self, index: int) -> Job:
        """`nbgrader autograde` for one student."""
        return Job((self._command(self._student(index)),), self.folder)

    def batch(self, count: int, width: int) -> Job:
        """In one process, or half of them in each of two. `count` is even, and all there are."""
        if count != len(self.submissions):
            raise ValueError(f"nbgrader grades all {len(self.submissions)}, not {count}")
        chosen = ("*",) if width == 1 else ("a*", "b*")
        return Job(tuple(map(self._command, chosen)), self.folder, width)

    def score(self, index: int) -> float:
        """As it exports it."""
        self.call(str(bin_of("nbgrader") / "nbgrader"), "export", "--to=grades.csv")
        with (self.folder / "grades.csv").open(encoding="utf-8") as file:
            scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        return scores[self._student(index)]


def _nbgrader_cell(name: str, text: str, points: float | None) -> dict[str, object]:
    """A cell to be filled in, or, with points, a test."""
    is_test = points is not None
    about: dict[str, object] = {"grade_id": name, "grade": is_test, "solution": not is_test, "locked": is_test}
    about |= {"schema_version": 3, "task": False, **({"points": points} if is_test else {})}
    return cell("code", text, {"nbgrader": about})


class GradescopeUtils(Tool):
    """gradescope-utils: unittest in a process that imports the student's `.py`; it reads no notebooks."""

    name = "gradescope-utils"

    def prepare(self) -> None:
        """A test per check, the program that Gradescope's samples have, a folder per submission."""
        tests = [
            f"    @weight({group.points})\n    @visibility('hidden')\n    def test_{number:02}(self):\n"
            f"        self.assertTrue({expression(group).replace(f'({group.function}(', f'(answers.{group.function}(')})\n"
            for number, group in enumerate(self.groups)
        ]
        head = "import unittest\n\nimport answers\nimport numpy as np\n"
        head += "from gradescope_utils.autograder_utils.decorators import visibility, weight\n\n\n"
        self.write("tests/test_answers.py", f"{head}class TestAnswers(unittest.TestCase):\n" + "\n".join(tests))
        self.write(
            "run_tests.py",
            "import sys\nimport unittest\n\n"
            "from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner\n\n"
            "sys.path.insert(0, sys.argv[1])\n"
            "suite = unittest.defaultTestLoader.discover('tests')\n"
            "with open(sys.argv[1] + '/results.json', 'w') as file:\n    JSONTestRunner(stream=file).run(suite)\n",
        )
        for one in self.submissions:
            self.write(f"{one.name}/answers.py", one.code)

    def cold(self, index: int) -> Job:
        """A process for one submission."""
        python = str(bin_of("gradescope-utils") / "python")
        return Job(((python, "run_tests.py", self.submissions[index].name),), self.folder)

    def score(self, index: int) -> float:
        """The sum of its results."""
        path = self.folder / f"{self.submissions[index].name}/results.json"
        return sum(float(test.get("score", 0)) for test in json.loads(path.read_text("utf-8"))["tests"])
