"""Functions to fill in, as code."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from grader.codec import thaw
from grader.compare.closed_form import ClosedForm
from grader.rubric.records import CheckRules, QuestionRules, Stub
from grader.rubric.signature import Parameter, Signature

WIDTH = 96  # of a docstring's lines, without their indentation
INDENT = "    "
Signatures = Mapping[str, Signature]


def signatures_of(questions: Iterable[QuestionRules]) -> dict[str, Signature]:
    """By name: how the checks call each function."""
    found: dict[str, Signature] = {}
    for question in questions:
        for part in question.parts:
            for check in (*part.checks, *part.evidence):
                found.setdefault(check.signature.name, check.signature)
    return found


def stub_cells(stubs: tuple[Stub, ...], signatures: Signatures) -> Iterator[str]:
    """The code of a part's cells: a cell for every file, and one for stubs in a row that have a docstring only."""
    for is_file, group in groupby(stubs, key=lambda stub: bool(stub.code)):
        codes = [stub.code if is_file else _function(stub, signatures) for stub in group]
        yield from codes if is_file else ["\n\n\n".join(codes)]


def answer_lines(checks: Iterable[CheckRules]) -> str:
    """A line for every answer that is no function: a formula in quotes, or another value."""
    names = {}
    for check in checks:
        if check.formula is not None:
            names[check.formula.answer] = '""'
        elif check.is_value:
            names[check.signature.name] = '""' if isinstance(check.compare, ClosedForm) else "None"
    return "\n".join(f"{name} = {value}" for name, value in names.items())


def _function(stub: Stub, signatures: Signatures) -> str:
    """Without a signature it takes nothing; `grader handout` reports that as a fault."""
    signature = signatures.get(stub.name, Signature(stub.name))
    parameters = ", ".join(map(_parameter, signature.parameters))
    body = f"{_docstring(stub.docstring)}\nraise NotImplementedError"
    return f"def {stub.name}({parameters}):\n{textwrap.indent(body, INDENT)}"


def _parameter(parameter: Parameter) -> str:
    return parameter.name if parameter.is_required else f"{parameter.name}={thaw(parameter.default)!r}"


def _docstring(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"""', "'''")
    lines = [part for line in plain.split("\n") for part in (textwrap.wrap(line, WIDTH) or [""])]
    if len(lines) == 1:
        return f'"""{lines[0]}"""'
    return '"""' + "\n".join(lines) + '\n"""'
