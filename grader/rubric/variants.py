"""The wrong and the right variants in `reference/`: finding them, and grading one as if a student had handed it in.

A variant is a function or class whose name extends that of the function that it stands for: `mean_square_by_loop`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import RubricError
from grader.pipeline import grade
from grader.plan import Part, Plan, Question, wanted_names
from grader.records import Bundle, File
from grader.report import CheckResult
from grader.sandbox.client import Sandbox

EQUIVALENT = "Equivalent:"  # begins the docstring of a mistake that is one on paper only; the proof follows


class Variant(NamedTuple):
    """A function of `reference/mistakes/` or `reference/alternatives/`."""

    path: Path
    name: str
    function: str  # of the homework, that it stands for
    doc: str

    def is_equivalent(self) -> bool:
        """Whether it is proven to give the right answers, though it is wrong on paper."""
        return self.doc.startswith(EQUIVALENT)


def find_variants(folder: Path, kind: str, plan: Plan) -> list[Variant]:
    """Every variant of this kind ("mistakes", "alternatives") of a function that the plan asks for.

    Those of other functions of the reference are left out: formulas that the homework asks for inside of something else.

    Raises:
        RubricError: a name extends that of no function at all.
    """
    found = [one for path in sorted((folder / "reference" / kind).glob("*.py")) for one in _variants(path, plan)]
    if lost := [
        f"{one.path.relative_to(folder)}: {one.name} is named after no function" for one in found if not one.function
    ]:
        raise RubricError(tuple(lost))
    return [one for one in found if one.function in wanted_names(plan)]


def _variants(path: Path, plan: Plan) -> Iterator[Variant]:
    others = [name for name, _doc in _public(path.parent.parent / path.name)]
    for name, doc in _public(path):
        yield Variant(path, name, _owner(name, wanted_names(plan)) or _owner(name, others), doc)


def _owner(name: str, functions: Iterable[str]) -> str:
    """The longest of these names that `name` extends; "" if there is none."""
    return max((one for one in functions if name.startswith(f"{one}_")), key=len, default="")


def _public(path: Path) -> Iterator[tuple[str, str]]:
    """(name, docstring) of every function and class that is not private."""
    nodes = ast.parse(path.read_text("utf-8")).body if path.exists() else []
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, ast.get_docstring(node) or ""


def checks_of(plan: Plan, function: str) -> Plan:
    """The plan with the checks of one function only, evidence included."""
    found = tuple(
        check
        for question in plan.questions
        for part in question.parts
        for check in (*part.checks, *part.evidence)
        if check.target.name == function
    )
    part = Part(label="a", title="", checks=found)
    return msgspec.structs.replace(plan, questions=(Question(label="1", title="", parts=(part,)),))


def grade_variant(variant: Variant, plan: Plan, sandbox: Sandbox) -> tuple[CheckResult, ...]:
    """The results of all checks of the variant's function, through the whole pipeline."""
    source = f"{variant.path.read_text('utf-8')}\n\n{variant.function} = {variant.name}\n"
    bundle = Bundle(name=variant.path.name, files=(File(name=variant.path.name, data=source.encode("utf-8")),))
    report = grade(bundle, checks_of(plan, variant.function), sandbox)
    return tuple(check for question in report.questions for part in question.parts for check in part.checks)
