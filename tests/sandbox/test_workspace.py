"""What happens in the child, run here: namespaces, failures of single statements, names added at call time."""

from __future__ import annotations

import linecache
import sys

import pytest
from builders import bundle, notebook, zip_bundle, zipped

from grader.codec import freeze
from grader.records import Bundle, Candidate, Document, Outcome, OutOfMemory, Place, Raised, Returned, Statement
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
        (("from __future__ import annotations", "def f(x: Missing = 1): return x"), 1),
        (("display(1)", "def f():\n    display(2)\n    get_ipython().run_line_magic('x', '')\n    return 1"), 1),
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


def test_call_does_not_run_a_rival_to_find_a_name() -> None:
    thing = bundle("def f(): return eval('K')", "K = 3; f2 = 1", "def f():\n    return None")
    assert outcome(thing, which=0) == Returned(value=3)


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
        (
            {
                "hw.ipynb": notebook("from helper import twice", "def f(): return twice(3)"),
                "helper.py": b"def bad(:\n    pass\ndef twice(x): return 2 * x",
            },
            6,
        ),
        (
            {
                "hw.ipynb": notebook("from helper import twice", "def f(): return twice(3)"),
                "helper.py": b"from __future__ import annotations\ndef twice(x: Missing): return 2 * x",
            },
            6,
        ),
        ({"helper.py": b"def f():\n    import helper\n    return helper.K\nK = 8"}, 8),
        ({"types.py": b"def f():\n    import types\n    return hasattr(types, 'ModuleType')"}, True),
        (
            {"hw.py": b"import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: 'int' = 3\ndef f(): return A().x"},
            3,
        ),
    ],
)
def test_modules_of_the_submission_can_be_imported(files: dict[str, bytes], value: object) -> None:
    for name in ("helper", "deep", "deep.optim", "deep.layers", "pack", "hw"):
        sys.modules.pop(name, None)
    assert outcome(zip_bundle(zipped(files))) == Returned(value=value)  # type: ignore[arg-type]


def loaded(files: dict[str, bytes]) -> tuple[Workspace, tuple[Candidate, ...]]:
    """A workspace of a zip, and the candidates of `f` in it."""
    reading = read_submission(zip_bundle(zipped(files)), Wanted(("f",), ("*.ipynb", "*.py"), {}, {}))
    workspace = Workspace()
    workspace.load(Load(documents=reading.documents, modules=reading.modules))
    return workspace, reading.candidates


def test_define_leaves_a_module_of_a_library_alone() -> None:
    before = sys.modules["types"]
    workspace, candidates = loaded({"types.py": b"def f(): return 1"})
    workspace.define(Define(candidate=candidates[0]))
    assert sys.modules["types"] is before


def test_define_leaves_no_half_module_behind() -> None:
    workspace, candidates = loaded({"halfway.py": b"def f(): return 1"})
    workspace.define(Define(candidate=candidates[0]))
    assert "halfway" not in sys.modules


def test_define_gives_every_candidate_fresh_modules() -> None:
    cell = "import shelf\ndef f():\n    shelf.seen.append(1)\n    return len(shelf.seen)"
    workspace, candidates = loaded({"hw.ipynb": notebook(cell), "shelf.py": b"seen = []"})
    outcomes = []
    for _time in range(2):
        workspace.define(Define(candidate=candidates[0]))
        outcomes.append(workspace.call(Call(target=FunctionTarget(name="f"), arguments=())))
    assert outcomes == [Returned(value=1), Returned(value=1)]


@pytest.mark.parametrize(
    ("cell", "helper", "words"),
    [
        (
            "from helper import bad\ndef f(): return bad()",
            b"K = 1\ndef bad(:\n    pass",
            "ImportError: cannot import name 'bad' from 'helper', because helper.py, line 2 failed: SyntaxError:",
        ),
        (
            "import helper\ndef f(): return helper.K",
            b"K = 1 / 0",
            "module 'helper' has no attribute 'K', because helper.py, line 1 failed: ZeroDivisionError: division by zero",
        ),
    ],
)
def test_call_says_which_line_of_a_module_is_broken(cell: str, helper: bytes, words: str) -> None:
    sys.modules.pop("helper", None)
    answer = outcome(zip_bundle(zipped({"hw.ipynb": notebook(cell), "helper.py": helper})))
    assert isinstance(answer, Raised)
    assert words in answer.message


def test_call_is_not_broken_by_an_argument_that_cannot_be_looked_at() -> None:
    source = """
class Meta(type):
    @property
    def __module__(cls): raise ValueError("not yours")
class Odd(metaclass=Meta): pass
def f(x):
    x[0] = Odd()
    return 1
"""
    answer = outcome(bundle(source), [1])
    assert isinstance(answer, Raised)
    assert answer.message == "not yours"


def test_load_keeps_the_lines_of_a_cell_in_their_places() -> None:
    answer = outcome(bundle("\n\nK = 0; L = 1\n\n\ndef f():\n\n    return L / K"))
    assert isinstance(answer, Raised)
    assert answer.places[-1] == Place(label="cell 1", line=8, source="return L / K")


def test_load_keeps_only_so_much_text() -> None:
    statements = tuple(Statement(label="huge", line=line, text="x" * 1000) for line in range(1, 5001))
    Workspace().load(Load(documents=(Document(name="huge", is_notebook=True, statements=statements),), modules=()))
    assert 400_000 < sum(len(line) for line in linecache.getlines("huge")) < 600_000
    linecache.clearcache()
