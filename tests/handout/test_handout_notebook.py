"""The generated notebook: what it says of every part, its stubs, and that it gives nothing away."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from assignments import HOMEWORK, homework
from builders import ROOT

from grader.errors import RubricError
from grader.handout.complete import handout_faults
from grader.rubric.load import load_rubric
from grader.rubric.records import Rubric
from grader.submission.placeholders import fingerprint, fingerprints_of

LONG = 12  # characters: shorter lines of code ("return s") say nothing


def cells(rubric: Rubric) -> dict[str, dict[str, Any]]:
    """By id."""
    assert rubric.notebook is not None
    return {cell["id"]: cell for cell in json.loads(rubric.notebook)["cells"]}


def text(rubric: Rubric, name: str) -> str:
    return "".join(cells(rubric)[name]["source"])


@pytest.fixture(scope="module")
def bundled() -> Rubric:
    return load_rubric(ROOT)


def test_notebook_is_valid_and_has_unique_ids(bundled: Rubric) -> None:
    notebook = nbformat.reads((bundled.notebook or b"").decode(), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


def test_notebook_is_the_same_every_time(bundled: Rubric) -> None:
    assert load_rubric(ROOT).notebook == bundled.notebook


def test_every_part_says_its_points_and_what_is_graded(bundled: Rubric) -> None:
    for question in bundled.questions:
        for part in question.parts:
            body = text(bundled, f"{question.label}-{part.label}")
            written = [f"* your text: {part.written.points:g} point"] if part.written else []
            lines = [f": {check.points:g} point" for check in part.checks] + written
            assert body.startswith(f"### {question.label}({part.label}) ")
            assert [line for line in lines if line not in body] == []


def test_every_part_has_a_statement(bundled: Rubric) -> None:
    parts = [(question.label, part) for question in bundled.questions for part in question.parts]
    assert [f"{label}({part.label})" for label, part in parts if not part.task.statement] == []


def test_bundled_handout_lacks_nothing(bundled: Rubric) -> None:
    assert handout_faults(bundled) == ()


def bodies(path: Path, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(name, line) of the code of every function that students write, without docstrings."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in wanted:
            for statement in ast.walk(node):
                if isinstance(statement, ast.Return | ast.Assign | ast.AugAssign) and statement.value is not None:
                    yield node.name, ast.unparse(statement.value)


def test_handout_has_no_code_of_the_reference(bundled: Rubric) -> None:
    """Of what is asked for, no expression of some length; what `runGDM` is given with is not the answer."""
    checks = [check for question in bundled.questions for part in question.parts for check in part.checks]
    wanted = frozenset(check.signature.name for check in checks) - {"runGDM", "FullyConnectedNet", "Solver"}
    sources = [source for cell in cells(bundled).values() if cell["cell_type"] == "code" for source in cell["source"]]
    sources += [module.source for module in bundled.handout.starter]
    code = [line for source in sources for line in source.splitlines() if not line.startswith("def ")]
    handed_out = "\n".join(code).replace(" ", "")
    lines = [line for path in ROOT.glob("reference/*.py") for line in bodies(path, wanted)]
    assert len(lines) > 40
    assert [line for line in lines if len(line[1]) >= LONG and line[1].replace(" ", "") in handed_out] == []


def test_handout_has_no_function_of_the_reference(bundled: Rubric) -> None:
    given = {name for name, _fingerprint in bundled.handout.functions}
    right = {
        (node.name, fingerprint(node))
        for path in ROOT.glob("reference/*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name in given
    }
    assert len(right) > 20
    assert right & {*bundled.handout.functions} == set()


def test_handout_has_no_sentence_of_a_checklist_or_hint(bundled: Rubric) -> None:
    everything = " ".join("".join(cell["source"]) for cell in cells(bundled).values())
    parts = [part for question in bundled.questions for part in question.parts]
    secrets = [line for part in parts if part.written for line in part.written.checklist if len(line) >= LONG]
    secrets += [wrong.hint for part in parts for check in part.checks for wrong in check.mistakes]
    secrets += [text for part in parts for check in part.checks if check.formula for text in check.formula.expected]
    assert len(secrets) > 100
    assert [secret for secret in secrets if secret in everything] == []


def test_stub_has_signature_and_docstring(tmp_path: Path) -> None:
    rubric = load_rubric(homework(tmp_path))
    assert (
        text(rubric, "1-a-code-1")
        == 'def power(x, n=2):\n    """n times the square of x."""\n    raise NotImplementedError'
    )


def test_stub_of_a_file_is_a_cell_of_its_own(tmp_path: Path) -> None:
    rubric = load_rubric(homework(tmp_path))
    assert text(rubric, "1-b-code-1") == "def total(xs):\n    return ?"


def test_given_code_stands_before_the_stubs(tmp_path: Path) -> None:
    names = [name for name in cells(load_rubric(homework(tmp_path))) if name.startswith("1-a")]
    assert names == ["1-a", "1-a-given-1", "1-a-given-2", "1-a-code-1", "1-a-formula-1"]


def test_written_part_has_a_cell_with_marker_and_tag(tmp_path: Path) -> None:
    cell = cells(load_rubric(homework(tmp_path)))["1-c-answer"]
    assert cell["metadata"] == {"tags": ["answer-1c"]}
    assert "".join(cell["source"]) == "<!-- answer 1(c) -->\n*Your answer here.*"


def test_text_says_when_a_result_is_shown_and_how_else_one_can_answer(tmp_path: Path) -> None:
    assert text(load_rubric(homework(tmp_path)), "1-a").split("\n\n")[1:] == [
        "Square $x$ and multiply.",
        "**Graded**",
        "* the power: 2 points\n* large\\_ones: 1 point, shown after the due date",
        "Instead of code you may give the closed form as a text: `answer_1a`, with `x` and `n`. Powers are written `x^2` "
        "or `x**2`, roots `sqrt(x)`; put parentheses around everything below a fraction bar.",
    ]


def test_functions_of_the_notebook_are_placeholders(tmp_path: Path) -> None:
    assert [name for name, _fingerprint in load_rubric(homework(tmp_path)).handout.functions] == [
        "helper",
        "power",
        "step",
    ]


def test_hand_made_notebook_is_kept_as_it_is(tmp_path: Path) -> None:
    own = b'{"cells": [], "nbformat": 4}'
    folder = homework(tmp_path, ("questions: [q1.yaml]", "questions: [q1.yaml]\nhandout: own.ipynb"))
    (folder / "rubrics/own.ipynb").write_bytes(own)
    assert load_rubric(folder).notebook == own


@pytest.mark.parametrize(
    ("swap", "fault"),
    [
        (
            ("      power: n times the square of x.\n", "      {}\n"),
            'rubrics/q1.yaml:17: parts[0].checks[0]: the handout has no "power" to fill in: add it to the `stubs` of its part',
        ),
        (
            (
                "      power: n times the square of x.\n",
                "      power: n times the square of x.\n      cube: x cubed.\n",
            ),
            'rubrics/q1.yaml:15: parts[0].stubs.cube: no check calls "cube", so its signature is not known: '
            "give its code as a file",
        ),
    ],
)
def test_handout_faults_say_what_is_missing(tmp_path: Path, swap: tuple[str, str], fault: str) -> None:
    assert [str(one) for one in handout_faults(load_rubric(homework(tmp_path, swap)))] == [fault]


@pytest.mark.parametrize(
    ("swap", "fault"),
    [
        (("stubs/total.py", "stubs/sum.py"), "parts[1].stubs.total.file: rubrics/stubs/sum.py does not exist"),
        (("given/data.py", "given/points.py"), "parts[0].given: rubrics/given/points.py does not exist"),
        (
            ("given/data.py", "../data.py"),
            "parts[0].given: '../data.py' is not the path of a Python file inside rubrics/ (stubs/run_gdm.py)",
        ),
    ],
)
def test_files_that_are_not_there_are_faults_of_the_rubric(tmp_path: Path, swap: tuple[str, str], fault: str) -> None:
    with pytest.raises(RubricError) as error:
        load_rubric(homework(tmp_path, swap))
    assert error.value.faults[0].partition(": ")[2] == fault


def test_fingerprints_of_what_is_handed_out_know_the_notebook() -> None:
    code = HOMEWORK["rubrics/given/data.py"]
    assert [name for name, _fingerprint in fingerprints_of(code)] == ["helper"]
