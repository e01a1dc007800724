"""The packed zip in a container like Gradescope's: built by its own setup.sh, and run on submissions.

What each case took stands at the end of the tests' output. One test builds one image, which takes most of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import msgspec
import pytest
from builders import ROOT

from grader.assignment import load_plan
from grader.errors import UsageError
from grader.gradescope.container import PLAN
from grader.gradescope.pack import Wheels, pack
from grader.gradescope.rehearsal.groups import Limits
from grader.gradescope.rehearsal.machine import Interpreter, interpreter, running
from grader.gradescope.rehearsal.root import Rehearsed, Root, conditions
from grader.gradescope.rehearsal.verdict import judge
from grader.places import bundled_folder
from grader.plan import Plan, all_checks, encode_plan

EXAMPLES = ROOT / "submissions_example"
SCHEMA = json.loads(Path(__file__).with_name("results.schema.json").read_text("utf-8"))
NUMPY_QUESTIONS = frozenset("1234")  # of the bundled homework
NO_INDEX = "file:///nowhere"  # besides what this machine's pip is set to
DEFAULT = Limits()  # 768 MB, half a processor, ten minutes
MUCH_TOO_SLOW = 120.0  # seconds; the slowest case takes a sixth
LAYERS = {"descriptors", "limits", "user", "privileges", "seccomp", "no-open"}

Tell = Callable[[str, object], None]


class Image(NamedTuple):
    """A built container."""

    root: Root
    python: Interpreter


class Seen(NamedTuple):
    """What of a run the tests look at."""

    score: float
    faults: tuple[str, ...] = ()
    not_as_there: tuple[str, ...] = ()
    is_confined: bool = True


class Fault(NamedTuple):
    """What a submission that cannot be graded gets."""

    score: float
    faults: tuple[str, ...] = ()
    is_explained: bool = True


def laid_out(folder: Path, python: Interpreter) -> Root:
    """An empty container; the test is skipped where the machine allows none, with what it says."""
    try:
        return Root(folder, python)
    except UsageError as error:
        pytest.skip(str(error))


def build(folder: Path, plan: Plan, python: Interpreter, tell: Tell) -> Root:
    folder.mkdir(exist_ok=True)
    root = laid_out(folder, python)
    built = root.build(pack(plan, Wheels(NO_INDEX)))
    assert built.exit_code == 0, built.output
    tell("container", f"setup.sh with Python {python.version}: {built.wall_seconds:.1f} s")
    return root


def graded(image: Image, submission: Path, tell: Tell) -> Rehearsed:
    """Run it; results.json is valid, and what the run took is told."""
    done = image.root.run(submission, DEFAULT)
    usage = done.usage
    assert done.results is not None, usage.output
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(done.results))
    words = f"{submission.name}: {json.loads(done.results)['score']:g} points, {usage.wall_seconds:.1f} s"
    limits = f"memory by {usage.memory_limit}, processor by {usage.processor_limit}"
    tell("container", f"{words}, {usage.processor_seconds:.1f} CPU s, {usage.peak_megabytes:.0f} MB ({limits})")
    return done


def seen(image: Image, submission: Path, tell: Tell) -> Seen:
    done = graded(image, submission, tell)
    verdict = judge(done, DEFAULT)
    assert verdict.score is not None
    missing = (one.name for one in conditions(done.usage, DEFAULT, image.python) if not one.is_in_force)
    extra = results(done)["extra_data"]
    return Seen(
        score=verdict.score,
        faults=verdict.faults,
        not_as_there=tuple(name for name in missing if not name.startswith("Python")),
        is_confined=set(extra["layers"]) == LAYERS and not extra["weaknesses"],
    )


def results(done: Rehearsed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.results or "")
    return found


def expected_score(name: str, questions: frozenset[str] = frozenset("1234567")) -> float:
    stored = json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))
    return float(sum(question["score"] for question in stored["questions"] if question["label"] in questions))


def numpy_plan() -> Plan:
    """The bundled homework without the questions that need torch."""
    whole = load_plan(bundled_folder())
    questions = tuple(question for question in whole.questions if question.label in NUMPY_QUESTIONS)
    return msgspec.structs.replace(whole, questions=questions)


def endless(folder: Path, plan: Plan) -> Path:
    """A submission in which every function that is asked for never ends."""
    names = sorted({check.target.name for check in all_checks(plan)})
    folder.mkdir()
    text = "\n".join(f"def {name}(*arguments, **more):\n    while True:\n        pass\n" for name in names)
    (folder / "hw2.py").write_text(text, "utf-8")
    return folder


def greedy(folder: Path) -> Path:
    """A submission that takes more memory than the container has, and then a right answer."""
    folder.mkdir()
    text = "def gd_stable_range(sigma):\n    return b'x' * (950 * 2**20)\n\n\ndef gd_opt_lr(sigmas):\n"
    text += (
        "    low, high = min(sigmas) ** 2, max(sigmas) ** 2\n    return 1 / (low + high), (high - low) / (low + high)\n"
    )
    (folder / "hw2.py").write_text(text, "utf-8")
    return folder


def test_zip_of_the_bundled_homework_grades_in_the_container(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # torch for the image's Python would be several gigabytes where only the registry's own builds are to be had
    python = running()
    image = Image(build(tmp_path, load_plan(bundled_folder()), python, record_property), python)
    names = ("complete", "blank", "hostile")
    found = {name: seen(image, EXAMPLES / f"{name}.zip", record_property) for name in names}
    assert found == {name: Seen(expected_score(name)) for name in names}
    broken = {name: fault(image, EXAMPLES / f"{name}.zip", record_property) for name in ("not_a_zip", "empty")}
    assert broken == dict.fromkeys(broken, Fault(0))


def fault(image: Image, submission: Path, tell: Tell) -> Fault:
    done = graded(image, submission, tell)
    return Fault(results(done)["score"], judge(done, DEFAULT).faults, "cannot be graded" in results(done)["output"])


def test_zip_without_torch_grades_with_the_python_of_the_image(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    python, plan = interpreter(), numpy_plan()
    image = Image(build(tmp_path / "container", plan, python, record_property), python)
    assert seen(image, EXAMPLES / "complete.zip", record_property) == Seen(expected_score("complete", NUMPY_QUESTIONS))
    # without memory for its first answer, a submission keeps the points of the second, which are three
    assert seen(image, greedy(tmp_path / "greedy"), record_property) == Seen(3)
    # a submission that uses up the time of the assignment, which is short here, ends by itself and with results
    short = msgspec.structs.replace(plan, limits=msgspec.structs.replace(plan.limits, total_seconds=2))
    (image.root.autograder / "source" / PLAN).write_bytes(encode_plan(short))
    done = graded(image, endless(tmp_path / "endless", plan), record_property)
    assert judge(done, DEFAULT._replace(seconds=MUCH_TOO_SLOW)) == (0, 63, ())
    assert {test["output"].splitlines()[0] for test in results(done)["tests"] if "score" in test} == {"Too slow"}
