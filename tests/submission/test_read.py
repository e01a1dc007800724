"""From bytes to candidates: which definitions are seen, under which label, and what is said about the rest."""

from __future__ import annotations

import json

import pytest
from builders import bundle, notebook, zip_bundle, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.records import Bundle, File, Module, Reading
from grader.submission.read import Wanted, read_submission

WANTED = Wanted(("f", "g"), ("*.ipynb", "*.py"), {}, {})


def read(thing: Bundle, wanted: Wanted = WANTED) -> Reading:
    return read_submission(thing, wanted)


def seen(reading: Reading) -> list[tuple[str, str, int]]:
    return [(item.name, item.place.label, item.place.line) for item in reading.candidates]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(x): pass", 1),
        ("x = 1\n\n@deco\ndef f(x):\n    return x", 4),
        ("f = lambda x: x", 1),
        ("class f: pass", 1),
        ("async def f(): pass", 1),
        ("x = f = abs", 1),
        ("if True:\n    def f(): return 1", 2),
        ("try:\n    import q\nexcept ImportError:\n    def f(): return 1", 4),
        ("with open('x') as h:\n    f = h.read", 2),
        ("f: Callable = lambda x: x", 1),
        ("f, h = a, b", 1),
        ("h, f = make()", 1),
        ("from mymod import sq as f", 1),
        ("from mymod import f", 1),
        ("for p in [2]:\n    def f(x, p=p): return x**p", 2),
        ("while not done:\n    def f(x): return x", 2),
        ("match 1:\n    case 1:\n        def f(x): return x", 3),
        ("x = 1\nprint(f := lambda x: x)", 2),
        ("f = np.vectorize(f)", 1),
        ("f = partial(p, 2)", 1),
        ("f = fs['a']", 1),
        ("def f(x): return x\nz = 1\nf = 9", 1),
    ],
)
def test_read_finds_definitions(source: str, line: int) -> None:
    assert seen(read(bundle(source)))[-1] == ("f", "cell 1", line)


MAKE, TRAIN = "f = Net(1)", "f, losses = train(f, 468)"


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ((MAKE, TRAIN), ["cell 1"]),
        ((MAKE, "f = train(f)"), ["cell 1"]),
        ((MAKE, TRAIN, "f = Net(2)", TRAIN), ["cell 1", "cell 3"]),
        ((MAKE, "for epoch in range(9):\n    f, losses = train(f)"), ["cell 1"]),
        ((MAKE, "f = wrap(lambda x: f(x))"), ["cell 1"]),
        ((TRAIN,), ["cell 1"]),
        ((MAKE, "f = Net(2)"), ["cell 1", "cell 2"]),
        (("def f(x): return x", "f = twice(f)"), ["cell 1", "cell 2"]),
        (("f = lambda x: x", "f = twice(f)"), ["cell 1", "cell 2"]),
        (("from m import f", "f = twice(f)"), ["cell 1", "cell 2"]),
        (("f = make()", "f = np.vectorize(f)"), ["cell 1", "cell 2"]),
    ],
)
def test_read_takes_an_object_that_carries_on_for_no_new_one(cells: tuple[str, ...], kept: list[str]) -> None:
    found = read(bundle(*cells), Wanted(("f",), ("*.ipynb",), {}, {})).candidates
    assert list(dict.fromkeys(candidate.place.label for candidate in found)) == kept


@pytest.mark.parametrize(
    "value", ["9", "'a'", "[1]", "x + 1", "-x", "f(3)", "f(3)[0].T", "f(3) + 1", "f(3).sum()", "np.zeros(3)", "len(x)"]
)
def test_read_takes_no_values_for_functions(value: str) -> None:
    assert seen(read(bundle("def f(x): return x", f"f = {value}"))) == [("f", "cell 1", 1)]


def test_read_never_runs_a_value_of_the_same_name() -> None:
    reading = read(bundle("def f(x): return f(x - 1)", "f = f(3)"))
    assert [candidate.slice for candidate in reading.candidates] == [(0,)]


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ("from helpers import f", ["helpers.py"]),
        ("from helpers import g as f", ["helpers.py", "hw.ipynb, cell 1"]),
        ("from helpers import g", ["helpers.py", "hw.ipynb, cell 1"]),
    ],
)
def test_read_takes_imports_of_what_is_not_defined_in_a_document(source: str, labels: list[str]) -> None:
    reading = read(zip_bundle(zipped({"a/helpers.py": b"def f(x): return x", "a/hw.ipynb": notebook(source)})))
    assert sorted(candidate.place.label.removeprefix("a/") for candidate in reading.candidates) == labels


def test_read_takes_imports_from_modules_that_it_does_not_look_into() -> None:
    files = {"hw.ipynb": notebook("from old.f import f"), "old/f.py": b"def f(): return 2"}
    reading = read(zip_bundle(zipped(files)), WANTED._replace(patterns=("*.ipynb",)))
    assert seen(reading) == [("f", "cell 1", 1)]


def test_read_takes_deep_sources() -> None:
    deep = ["y = " + "+".join(["1"] * 3000), "z = ''" + ".strip()" * 300]
    elifs = "".join(f"    elif x == {i}: return {i}\n" for i in range(1, 300))
    reading = read(bundle(*deep, f"def f(x):\n    if x == 0: return 0\n{elifs}"), WANTED._replace(handout={"f": ""}))
    assert seen(reading) == [("f", "cell 3", 1)]


def test_read_counts_code_cells_and_names_notebooks_when_there_are_several() -> None:
    files = {"a.ipynb": notebook("x = 1", "def f(): return 1"), "b/b.ipynb": notebook("def g(): return 1")}
    assert seen(read(zip_bundle(zipped(files)))) == [("f", "a.ipynb, cell 2", 1), ("g", "b/b.ipynb, cell 1", 1)]


def test_read_takes_python_files() -> None:
    reading = read(Bundle(name="hw.py", files=(File(name="hw.py", data=b"\xef\xbb\xbfdef f():\n    return 1\n"),)))
    assert seen(reading) == [("f", "hw.py", 1)]
    assert reading.modules == (Module(path="hw.py", source="def f():\n    return 1\n"),)


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ("# -*- coding: latin-1 -*-\ns = 'é'".encode("latin-1"), "# -*- coding: latin-1 -*-\ns = 'é'"),
        (b"# coding: nonsense\nx = 1", "# coding: nonsense\nx = 1"),
        (b"x = '\xff'", "x = '\ufffd'"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1", "# coding: utf-8\nx = 1"),
        (b"# coding: undefined\nx = 1", "# coding: undefined\nx = 1"),
        (b"# coding: idna\nx = '\xc3\xa9'", "# coding: idna\nx = 'é'"),
        (b"# coding: base64\nx = 1", "# coding: base64\nx = 1"),
        (b"# coding: punycode\nx = 1 - y", "# coding: punycode\nx = 1 - y"),
        (b"# coding: unicode_escape\nx = '\\d'", "# coding: unicode_escape\nx = '\\d'"),
    ],
)
def test_read_decodes_python_files(data: bytes, source: str) -> None:
    assert read(Bundle(name="a.py", files=(File(name="a.py", data=data),))).modules[0].source == source


def test_read_looks_only_where_the_rubric_says() -> None:
    files = {"hw.ipynb": notebook("def f(): return 1"), "old/f.py": b"def f(): return 2"}
    reading = read(zip_bundle(zipped(files)), Wanted(("f",), ("*.ipynb",), {}, {}))
    assert seen(reading) == [("f", "cell 1", 1)]
    assert reading.modules == (Module(path="old/f.py", source="def f(): return 2"),)


def test_read_makes_a_module_of_a_cell_that_writes_one() -> None:
    reading = read(bundle("%%writefile tools.py\ndef f(): return 1", "def g(): return 2"))
    assert reading.modules == (Module(path="tools.py", source="\ndef f(): return 1"),)
    assert seen(reading) == [("f", "cell 1", 2), ("g", "cell 2", 1)]


@pytest.mark.parametrize(
    ("source", "is_placeholder", "fault"),
    [
        ("def f(x)\n    return x", False, "expected ':' (line 1)"),
        ("def f(x):\n    lr = ?\n    return x", True, "invalid syntax (line 2)"),
        ("f = ?", True, "invalid syntax (line 1)"),
    ],
)
def test_read_keeps_candidates_that_do_not_parse(source: str, is_placeholder: bool, fault: str) -> None:  # noqa: FBT001
    candidate = read(bundle(source)).candidates[0]
    assert (candidate.is_placeholder, candidate.fault, candidate.slice) == (is_placeholder, fault, ())


def test_read_points_at_the_line_that_does_not_parse() -> None:
    place = read(bundle("x = 1\ndef f(x):\n    if x\n        return x")).candidates[0].place
    assert (place.line, place.source) == (3, "if x")


def test_read_marks_what_only_the_compiler_refuses() -> None:
    reading = read(bundle("def f():\n    return 1\nnonlocal f"))
    faults = [statement.fault for statement in reading.documents[0].statements]
    assert faults == ["", "nonlocal declaration not allowed at module level (line 3)"]


def test_read_keeps_the_last_candidates_of_very_many() -> None:
    reading = read(bundle(*[f"def f(): return {i}" for i in range(12)]))
    assert [item.place.label for item in reading.candidates] == [f"cell {i}" for i in range(5, 13)]
    assert reading.notes == ("f is defined 12 times: only the last 8 are graded",)


def test_read_keeps_definitions_before_other_names_of_very_many() -> None:
    reading = read(bundle("def f(): return 1", *[f"f = make({i})" for i in range(12)]))
    assert [item.place.label for item in reading.candidates] == ["cell 1", *(f"cell {i}" for i in range(7, 14))]


@pytest.mark.parametrize("source", ["class A:\n    def f(self): return 1", "def h():\n    def f(): return 1"])
def test_read_remembers_wanted_names_that_nobody_can_call(source: str) -> None:
    reading = read(bundle(source))
    near = [(name, place.line) for name, place in reading.other_names]
    assert (seen(reading), ("f", 2) in near) == ([], True)


def test_read_remembers_near_misses() -> None:
    reading = read(bundle("def ff(x):\n    return x\nhelper = 3"))
    assert [name for name, _place in reading.other_names] == ["ff"]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (("lr = ?",), "cell 1, line 1 does not parse (invalid syntax): `lr = ?`"),
        (("print 'x'",), "hw.ipynb: print statements of Python 2 were read as calls of print"),
    ],
)
def test_read_notes_what_it_could_not_read(cells: tuple[str, ...], note: str) -> None:
    assert read(bundle(*cells)).notes == (note,)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"notes.txt": b"hi"}, "hw.zip holds no notebook and no .py file that can be read"),
        ({"hw.ipynb": b"{broken"}, "hw.ipynb: it is not a notebook"),
        ({"inner.zip": b"PK"}, "inner.zip is a zip inside the zip"),
    ],
)
def test_read_says_why_nothing_can_be_graded(files: dict[str, bytes], words: str) -> None:
    assert words in read(zip_bundle(zipped(files))).fault


def test_read_passes_on_what_is_wrong_with_the_zip() -> None:
    assert read(zip_bundle(b"no zip")).fault.startswith("hw.zip cannot be opened")


def test_read_survives_a_broken_notebook_beside_a_good_one() -> None:
    reading = read(zip_bundle(zipped({"a.ipynb": b"{", "b.ipynb": notebook("def f(): return 1")})))
    assert seen(reading) == [("f", "b.ipynb, cell 1", 1)]
    assert reading.fault == ""


sources = st.text(st.sampled_from("def f(x): return \n\t%!?'\"[]{}=,.@#\\;0λ\u2028"), max_size=80)


@settings(max_examples=150)
@given(st.lists(sources, max_size=4))
def test_read_never_raises_on_text(cells: list[str]) -> None:
    assert isinstance(read(bundle(*cells)), Reading)


@given(st.binary(max_size=300))
def test_read_never_raises_on_bytes(data: bytes) -> None:
    files = (File(name="a.ipynb", data=data), File(name="b.py", data=data))
    assert isinstance(read(Bundle(name="x", files=files)), Reading)


def test_read_of_a_large_notebook_stays_within_its_caps() -> None:
    cells = [{"cell_type": "code", "source": "x = 1\n" * 100}] * 300
    data = json.dumps({"cells": cells, "nbformat": 4}).encode()
    reading = read(Bundle(name="a.ipynb", files=(File(name="a.ipynb", data=data),)))
    assert len(reading.documents[0].statements) == 20_000
    assert reading.notes == ("a.ipynb has 30000 statements: only the first 20000 were read",)
