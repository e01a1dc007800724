from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.compare.close import Close
from grader.errors import RubricError
from grader.records import Limits
from grader.report import Visibility
from grader.rubric.load import load_rubric

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"
HW = "rubrics/hw.yaml"
NO_ASSIGNMENT = (
    "rubrics: no assignment file: one YAML file here must have the key `assignment`, for example hw1.yaml with "
    "`assignment: hw1`, `title: Homework 1` and `questions: [q1.yaml]`"
)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_rubric(folder)
    return list(caught.value.faults)


def test_load_rubric_fills_in_the_part(write: Write) -> None:
    (question,) = load_rubric(write()).questions
    (check,) = question.parts[0].checks
    assert (check.signature.name, check.signature.names, check.signature.outputs) == ("power", ("x", "n"), ("y",))


def test_load_rubric_check(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert (check.name, check.points, check.visibility, check.compare) == ("the power", 2, Visibility.VISIBLE, Close())


def test_load_rubric_looks_functions_up(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert (check.answer(3), check.mistakes[0].function(3)) == (9, 6)


def test_load_rubric_hint_is_the_first_paragraph(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert [wrong.hint for wrong in check.mistakes] == ["Multiplied instead of raised."]


def test_load_rubric_assignment(write: Write) -> None:
    text = "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nfiles: ['*.py']\nlimits: {call_seconds: 1, memory_megabytes: 200}\n"
    rubric = load_rubric(write(files={HW: text}))
    assert (rubric.assignment, rubric.title, rubric.files, rubric.limits) == (
        "hw",
        "H",
        ("*.py",),
        Limits(call_seconds=1.0, memory_megabytes=200),
    )


def test_load_rubric_questions_in_the_listed_order(write: Write) -> None:
    files = {HW: "assignment: hw\ntitle: H\nquestions: [q2.yaml, q1.yaml]\n"}
    folder = write(files=files)
    (folder / "rubrics/q2.yaml").write_text((folder / Q1).read_text().replace("question: 1", "question: 2"))
    assert [question.label for question in load_rubric(folder).questions] == ["2", "1"]


YAML_FAULTS: list[tuple[dict[str, str | None], list[str]]] = [
    ({HW: None}, [NO_ASSIGNMENT]),
    ({HW: None, Q1: None}, [NO_ASSIGNMENT]),
    (
        {HW: "asignment: hw\ntitle: H\nquestions: [q1.yaml]\n"},
        [f'{HW}:1: "assignment" is missing', f'{HW}:1: asignment: unknown field; did you mean "assignment"?'],
    ),
    (
        {"rubrics/hw3.yaml": "assignment: hw3\ntitle: H\nquestions: [q1.yaml]\n"},
        [
            f"{HW}:1: assignment: hw3.yaml is an assignment file too: keep one in this folder",
            "rubrics/hw3.yaml:1: assignment: hw.yaml is an assignment file too: keep one in this folder",
        ],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions:\n  - q1.yaml\n  - q2.yaml\n  - q1.yaml\n  - hw.yaml\n"},
        [
            f'{HW}:5: questions[1]: there is no question file rubrics/q2.yaml; did you mean "q1.yaml"?',
            f"{HW}:6: questions[2]: q1.yaml is listed twice",
            f'{HW}:7: questions[3]: there is no question file rubrics/hw.yaml; did you mean "q1.yaml"?',
        ],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [../q1.yaml]\n"},
        [f"{HW}:3: questions[0]: '../q1.yaml' is not the name of a YAML file without a folder (q1.yaml)"],
    ),
    ({HW: "assignment: hw\ntitle: H\nquestions: []\n"}, [f"{HW}:3: questions: must not be empty"]),
    (
        {HW: "assignment: hw\nquestions: [q1.yaml]\nlimits: {call_secnds: 1, memory_megabytes: 1}\n"},
        [
            f'{HW}:1: "title" is missing',
            f'{HW}:3: limits.call_secnds: unknown field; did you mean "call_seconds"?',
            f"{HW}:3: limits.memory_megabytes: must be at least 64, not 1",
        ],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nhandout: ../hw.ipynb\n"},
        [f"{HW}:4: handout: must be inside rubrics/, so that a change of it is noticed"],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nhandout: hw.ipynb\n"},
        [f"{HW}:4: handout: rubrics/hw.ipynb does not exist"],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nlogs: [a.exe, /b.json, ../c.npz]\n"},
        [
            f"{HW}:4: logs[0]: must end with .npz or .json: other files are not read",
            f"{HW}:4: logs[1]: must be a path inside a submission",
            f"{HW}:4: logs[2]: must be a path inside a submission",
        ],
    ),
    (
        {
            HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\n"
            "rules:\n  leaderboard: [{name: All}, {name: A, of: 1(x)}, {name: '', of: '1'}]\n  timeout_minutes: 90\n"
        },
        [
            f"{HW}:5: rules.leaderboard[2].name: must not be empty",
            f"{HW}:6: rules.timeout_minutes: must be at most 40, not 90",
        ],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nrules: {leaderboard: [{name: A, of: 1(x)}]}\n"},
        [f'{HW}:4: rules.leaderboard[0].of: there is no question or part "1(x)"; did you mean "1(a)"?'],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nstarter: ../x\n"},
        [f"{HW}:4: starter: must be inside rubrics/, so that a change of it is noticed"],
    ),
    (
        {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nstarter: code\n", "rubrics/code/notes.txt": "x"},
        [f"{HW}:4: starter: rubrics/code does not exist, or has no .py file"],
    ),
    (
        {"rubrics/q9.yml": "question: 1\ntitle: T\nreference: powers.py\nparts: [3]\n"},
        [
            f"{HW}:3: questions: rubrics/q9.yml is not listed: add it, or move it out of the folder",
            "rubrics/q9.yml:4: parts[0]: must be a mapping, not 3",
        ],
    ),
    ({Q1: "3\n"}, [f"{Q1}:1: must be a mapping, not 3"]),
    ({Q1: "a: 1\na: [\n"}, [f"{Q1}:3: not YAML: while parsing a flow node, did not find expected node content"]),
    (
        {"reference/powers.py": "def power(x, n=2):\n    return x**\n"},
        ["reference/powers.py:2: importing it raised SyntaxError: invalid syntax"],
    ),
    (
        {"reference/powers.py": "import math\nimport no_such_library\n"},
        ["reference/powers.py:2: importing it raised ModuleNotFoundError: No module named 'no_such_library'"],
    ),
    (
        {"reference/powers.py": "def f():\n    return 1 / 0\n\nf()\n"},
        ["reference/powers.py:2: importing it raised ZeroDivisionError: division by zero"],
    ),
    (
        {"reference/mistakes/powers.py": "exit(3)\n"},
        ["reference/mistakes/powers.py:1: importing it raised SystemExit: 3"],
    ),
    (
        {"reference/mistakes/powers.py": "def power_doubled(x, n=2):\n    return x * n\n"},
        [
            (
                f'{Q1}:10: parts[0].mistakes[0]: "power_doubled" in reference/mistakes/powers.py has no docstring: '
                "it is the hint that students read"
            )
        ],
    ),
    (
        {"reference/powers.py": "power = 3\n"},
        [f'{Q1}:8: parts[0].function: reference/powers.py has no function "power"'],
    ),
]


@pytest.mark.parametrize(("files", "faults"), YAML_FAULTS)
def test_load_rubric_fault_in_another_file(write: Write, files: Mapping[str, str | None], faults: list[str]) -> None:
    assert faults_of(write(files=files)) == faults


def test_load_rubric_two_files_are_one_question(write: Write) -> None:
    folder = write(files={HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml, q2.yaml]\n"})
    (folder / "rubrics/q2.yaml").write_bytes((folder / Q1).read_bytes())
    assert faults_of(folder) == ['rubrics/q2.yaml:1: question: rubrics/q1.yaml is question "1" too']


def test_load_rubric_duplicate_key_and_other_faults_together(write: Write) -> None:
    assert faults_of(write(("title: A power", "title: A power\n    title: B"), ("points: 2", "points: 3"))) == [
        f'{Q1}:7: duplicate key "title" (first in line 6)',
        f"{Q1}:8: parts[0].points: is 3, but the checks' points sum to 2",
    ]


def test_load_rubric_faults_of_several_files_by_file_and_line(write: Write) -> None:
    files = {HW: "assignment: hw\nquestions: [q1.yaml]\n", "reference/powers.py": "1 +\n"}
    assert [fault.split(": ")[0] for fault in faults_of(write(("title: Powers", "title: 3"), files=files))] == [
        f"{HW}:1",
        f"{Q1}:2",
    ]


def test_load_rubric_reference_that_is_not_text(write: Write) -> None:
    folder = write()
    (folder / "reference/powers.py").write_bytes(b"\xff")
    (fault,) = faults_of(folder)
    assert fault.startswith("reference/powers.py:1: cannot be read: 'utf-8' codec can't decode byte 0xff")


def test_load_rubric_yaml_that_cannot_be_opened(write: Write) -> None:
    folder = write()
    (folder / "rubrics/q2.yaml").mkdir()
    (fault, _listing) = faults_of(folder)[::-1]
    assert fault == "rubrics/q2.yaml:1: cannot be read: Is a directory"


def test_load_rubric_handout_that_is_no_notebook(write: Write) -> None:
    files = {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nhandout: a/hw.ipynb\n", "rubrics/a/hw.ipynb": "no"}
    (fault,) = faults_of(write(files=files))
    assert fault.startswith(f"{HW}:4: handout: rubrics/a/hw.ipynb cannot be read: ")


def test_load_rubric_reference_may_define_dataclasses(write: Write) -> None:
    text = """\
from __future__ import annotations
import dataclasses

@dataclasses.dataclass
class Pair:
    x: float

def power(x, n=2):
    return Pair(x).x**n
"""
    rubric = load_rubric(write(files={"reference/powers.py": text}))
    assert rubric.questions[0].parts[0].checks[0].answer(3) == 9


def test_load_rubric_reference_sees_no_annotations_import_of_ours(write: Write) -> None:
    text = "def power(x: int, n=2):\n    return power.__annotations__['x']\n"
    rubric = load_rubric(write(files={"reference/powers.py": text}))
    assert rubric.questions[0].parts[0].checks[0].answer(3) is int


def test_load_rubric_reads_the_starter(write: Write) -> None:
    files = {
        HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nstarter: code\n",
        "rubrics/code/net/optim.py": "def step(x):\n    raise NotImplementedError\n\nclass Net:\n    w = 1\n",
        "rubrics/code/net/data.py": "",
    }
    handout = load_rubric(write(files=files)).handout
    assert [module.path for module in handout.starter] == ["net/data.py", "net/optim.py"]
    assert [name for name, _fingerprint in handout.functions] == ["step", "Net"]
