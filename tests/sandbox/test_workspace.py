"""What happens in the child, run here: namespaces, failures of single statements, names added at call time."""

from __future__ import annotations

import sys

import pytest
from builders import bundle, notebook, zip_bundle, zipped

from grader.codec import freeze
from grader.records import Bundle, Outcome, OutOfMemory, Place, Raised, Returned
from grader.sandbox.messages import Call, Define, Done, Load
from grader.sandbox.workspace import Workspace
from grader.submission.read import Wanted, read_submission
from grader.targets import FunctionTarget

pytestmark = pytest.mark.usefixtures("interpreter")


def outcome(thing: Bundle, *arguments: object, which: int = -1) -> Done | Outcome:
    """Define the candidate of `f`; if that works, call it."""
    reading = read_submission(thing, Wanted(("f",), ("*.ipynb", "*.py"), {}, {}))
    workspace = Workspace()
    workspace.load(Load(documents=reading.documents, modules=reading.modules))
    answer = workspace.define(Define(candidate=reading.candidates[which]))
    if answer != Done():
        return answer
    frozen = tuple(freeze(argument) for argument in arguments)
    return workspace.call(Call(target=FunctionTarget(name="f"), arguments=frozen))


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (("def f(): return 1",), 1),
        (("import lib_that_is_missing", "def f(): return 1"), 1),
        (("import lib_that_is_missing, math", "def f(): return math.floor(1.5)"), 1),
        (("def f(): return eval('hidden')", "base = 2", "hidden = base + 1"), 3),
        (("from dataclasses import dataclass", "@dataclass\nclass P:\n    x: 'int' = 2", "def f(): return P().x"), 2),
        (("K = 1", "K += 1", "def f(): return K"), 2),
        (("class A: pass", "A.v = 5", "f = lambda: A.v"), 5),
        (("import functools", "@functools.lru_cache(None)\ndef f(): return 1"), 1),
        (("class F:\n    def __call__(self): return 4", "f = F()"), 4),
        (("try:\n    import torchviz_missing\nexcept ImportError:\n    V = 7", "def f(): return V"), 7),
        (("def f(): return __name__",), "__main__"),
        (("def f(x: int = 1): return f.__annotations__['x'] is int",), True),
    ],
)
def test_call_returns(cells: tuple[str, ...], value: object) -> None:
    assert outcome(bundle(*cells)) == Returned(value=value)  # type: ignore[arg-type]


def test_define_runs_a_slice_in_a_fresh_namespace() -> None:
    thing = bundle(
        "K = []", "def f():\n    K.append(1)\n    return len(K)", "def f():\n    K.append(1)\n    return len(K)"
    )
    assert (outcome(thing, which=0), outcome(thing, which=1)) == (Returned(value=1), Returned(value=1))


def test_define_reports_why_there_is_no_function() -> None:
    assert outcome(bundle("x = 1", "@missing\ndef f(): return 1")) == Raised(
        kind="NameError",
        message="name 'missing' is not defined",
        places=(Place(label="cell 2", line=1, source="@missing"),),
        while_defining=True,
    )


def test_define_reports_that_a_branch_was_not_taken() -> None:
    assert outcome(bundle("if 0:\n    def f(): return 1")) == Raised(
        kind="NameError", message="its statement ran, but did not define f", while_defining=True
    )


def test_define_reports_memory() -> None:
    answer = outcome(bundle("def f(x=bytearray(2**62)): return 1"))
    assert isinstance(answer, OutOfMemory)
    assert answer.while_defining


def test_call_explains_a_name_whose_statement_failed() -> None:
    answer = outcome(bundle("import lib_that_is_missing as lib", "def f(): return lib.x"))
    assert isinstance(answer, Raised)
    assert answer.message == (
        "name 'lib' is not defined, because the statement that defines it failed (cell 1, line 1): "
        "ModuleNotFoundError: No module named 'lib_that_is_missing'"
    )


def test_call_explains_a_name_whose_statement_does_not_parse() -> None:
    answer = outcome(bundle("lr = ?", "def f(): return lr"))
    assert isinstance(answer, Raised)
    assert "because the statement that defines it failed: SyntaxError: invalid syntax (line 1)" in answer.message


def test_call_gives_up_on_a_name_that_nothing_defines() -> None:
    answer = outcome(bundle("def f(): return eval('nowhere')"))
    assert isinstance(answer, Raised)
    assert answer.message == "name 'nowhere' is not defined"


def test_call_names_the_students_lines_only() -> None:
    answer = outcome(bundle("import json\ndef g(s):\n    return json.loads(s)\n", "def f(): return g('{')"))
    assert isinstance(answer, Raised)
    assert [(place.label, place.line) for place in answer.places] == [("cell 2", 1), ("cell 1", 3)]


def test_call_survives_an_exception_that_cannot_be_shown() -> None:
    source = "class E(Exception):\n    def __str__(self): raise ValueError\ndef f(): raise E"
    answer = outcome(bundle(source))
    assert isinstance(answer, Raised)
    assert (answer.kind, answer.message) == ("E", "(its message cannot be shown)")


def test_call_shortens_a_long_message() -> None:
    answer = outcome(bundle("def f(): raise ValueError('x' * 10_000)"))
    assert isinstance(answer, Raised)
    assert len(answer.message) == 500


def test_call_gives_every_call_fresh_arguments() -> None:
    reading = read_submission(bundle("def f(x):\n    x[0] += 1\n    return x[0]"), Wanted(("f",), ("*",), {}, {}))
    workspace = Workspace()
    workspace.load(Load(documents=reading.documents, modules=()))
    workspace.define(Define(candidate=reading.candidates[0]))
    call = Call(target=FunctionTarget(name="f"), arguments=(freeze([1]),))
    assert workspace.call(call) == workspace.call(call) == Returned(value=2, mutated=(0,))


@pytest.mark.parametrize(
    ("files", "value"),
    [
        (
            {
                "hw.ipynb": notebook("from helper import *", "def f(): return twice(3)"),
                "helper.py": b"def twice(x): return 2 * x",
            },
            6,
        ),
        ({"a/hw.ipynb": notebook("import helper", "def f(): return helper.K"), "a/helper.py": b"K = 1"}, 1),
        (
            {
                "hw.ipynb": notebook("from deep.optim import K", "def f(): return K"),
                "deep/optim.py": b"from .layers import *",
                "deep/layers.py": b"K = 4",
            },
            4,
        ),
        ({"hw.ipynb": notebook("import pack", "def f(): return pack.K"), "pack/__init__.py": b"K = 5"}, 5),
        (
            {
                "hw.ipynb": notebook("import helper", "def f(): return helper.K"),
                "helper.py": b"D = open('missing')\nK = 6",
            },
            6,
        ),
        ({"hw.ipynb": notebook("import random", "def f(): return hasattr(random, 'K')"), "random.py": b"K = 7"}, False),
        ({"hw.py": b"def f(): return __name__"}, "hw"),
    ],
)
def test_modules_of_the_submission_can_be_imported(files: dict[str, bytes], value: object) -> None:
    for name in ("helper", "deep", "deep.optim", "deep.layers", "pack", "hw"):
        sys.modules.pop(name, None)
    assert outcome(zip_bundle(zipped(files))) == Returned(value=value)  # type: ignore[arg-type]
