"""Files of the handout that a submission lacks."""

from __future__ import annotations

import pytest

from grader.records import Candidate, Document, Module, Place, Reading
from grader.starter import with_starter

STARTER = (Module(path="deeplearning/optim.py", source="given"), Module(path="deeplearning/layers.py", source="given"))


def reading(
    *paths: str, imports: str = "deeplearning", document: str = "hw.ipynb", is_placeholder: bool = False
) -> Reading:
    candidate = Candidate(
        name="f",
        document=0,
        statement=0,
        place=Place(label="cell 1", line=1),
        slice=(0,),
        libraries=frozenset({imports}),
        is_placeholder=is_placeholder,
    )
    return Reading(
        documents=(Document(name=document, is_notebook=True, statements=()),),
        modules=tuple(Module(path=path, source="own") for path in paths),
        candidates=(candidate,),
    )


@pytest.mark.parametrize(
    ("handed_in", "filled_in"),
    [
        ((), ["deeplearning/optim.py", "deeplearning/layers.py"]),
        (("deeplearning/optim.py",), ["deeplearning/layers.py"]),
        (("hw2/deeplearning/optim.py", "hw2/deeplearning/layers.py"), []),
        (("my_deeplearning/optim.py", "optim.py"), ["deeplearning/optim.py", "deeplearning/layers.py"]),
    ],
)
def test_with_starter_fills_in_what_is_missing(handed_in: tuple[str, ...], filled_in: list[str]) -> None:
    modules = with_starter(reading(*handed_in), STARTER).modules
    assert [module.path for module in modules if module.source == "given"] == filled_in


def test_with_starter_says_so() -> None:
    (note,) = with_starter(reading("deeplearning/optim.py"), STARTER).notes
    assert note == "not handed in, so the files of the handout are used: deeplearning/layers.py"


@pytest.mark.parametrize(
    ("found", "is_noted"),
    [
        (reading(imports="numpy"), False),
        (reading(is_placeholder=True), False),
        (reading(imports="numpy", document="hw/deeplearning/optim.py"), True),
        (reading("deeplearning/optim.py", "deeplearning/layers.py"), False),
    ],
)
def test_with_starter_is_silent_where_no_answer_imports_them(found: Reading, is_noted: bool) -> None:  # noqa: FBT001 (a table)
    assert bool(with_starter(found, STARTER).notes) is is_noted
