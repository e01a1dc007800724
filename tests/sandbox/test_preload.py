"""What a template imports, and what its children may import then."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import notebook, zip_bundle
from children import result_of

from grader.codec import freeze
from grader.records import Bundle, File, Limits, Raised, Reading, Returned
from grader.sandbox import preload
from grader.sandbox.client import Sandbox
from grader.sandbox.messages import Read, ReadingDone
from grader.sandbox.process import ENVIRONMENT

ROOT = Path(preload.__file__).resolve().parents[2]
PRELOADED = (
    *preload.STANDARD,
    *preload.SCIENTIFIC,
    *preload.READING,
    *(f"encodings.{name}" for name in preload.ENCODINGS),
)


def printed(code: str) -> list[str]:
    """What a fresh Python prints that lives in a template's environment."""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", f"from grader.sandbox import preload\n{code}"]
    environment = ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()


THREADS = "from pathlib import Path; print(len(list(Path('/proc/self/task').iterdir())))"


@pytest.fixture(scope="module")
def torch_template() -> list[str]:
    """After a warm-up: threads, whether torch is there, whether gradients are off."""
    code = "preload.import_libraries('torch'); preload.train(); import sys, torch\n"
    return printed(f"{code}{THREADS}; print('torch.optim.adam' in sys.modules, torch.is_grad_enabled())")


def test_train_of_torch_leaves_one_thread(torch_template: list[str]) -> None:
    assert torch_template[0] == "1"


def test_train_of_torch_leaves_it_as_it_was(torch_template: list[str]) -> None:
    assert torch_template[1:] == ["True", "True"]


def test_numpy_template_imports_neither_torch_nor_scipy() -> None:
    code = "preload.import_libraries('numpy'); preload.train(); import sys\n"
    names = "[name in sys.modules for name in ('numpy.random', 'torch', 'scipy')]"
    assert printed(f"{code}print(*{names}); {THREADS}") == ["True", "False", "False", "1"]


def test_import_if_there_passes_over_what_is_not() -> None:
    preload.import_if_there("no_such_library.at_all")


def test_import_libraries_of_an_unknown_kind() -> None:
    with pytest.raises(KeyError, match="tensorflow"):
        preload.import_libraries("tensorflow")


@pytest.fixture(scope="module")
def no_open() -> Iterator[Sandbox]:
    """A sandbox whose children can open no file: as where the kernel has no Landlock."""
    with closing(Sandbox(Limits(), omitted=frozenset({"landlock"}))) as running:
        yield running


@pytest.fixture(scope="module")
def with_files() -> Iterator[Sandbox]:
    """A sandbox whose children may open files."""
    with closing(Sandbox(Limits(), omitted=frozenset({"landlock", "no-open"}))) as running:
        yield running


def test_child_without_files_can_open_none(no_open: Sandbox) -> None:
    answer = result_of(no_open, "import os\ndef f():\n    os.open(os.__file__, os.O_RDONLY)")
    assert isinstance(answer, Raised)
    assert answer.kind == "PermissionError"


IMPORTS = """
import importlib
def f(names):
    missing = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing
"""


def is_installed(name: str) -> bool:
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def test_child_without_files_imports_all_that_is_listed(no_open: Sandbox) -> None:
    wanted = [name for name in PRELOADED if is_installed(name)]
    assert result_of(no_open, IMPORTS, wanted) == Returned(value=freeze([]))


@pytest.mark.parametrize(
    "name", ["wave", "xmlrpc.server", "sqlite3", "tkinter", "antigravity", "sympy", "pydantic", "yaml"]
)
def test_child_without_files_imports_nothing_else(no_open: Sandbox, name: str) -> None:
    answer = result_of(no_open, f"def f():\n    import {name}")
    assert isinstance(answer, Raised)
    assert (answer.kind, answer.message.partition("'")[0]) == ("ModuleNotFoundError", "No module named ")


def test_child_with_files_imports_what_is_not_listed(with_files: Sandbox) -> None:
    assert result_of(with_files, IMPORTS, ["wave", "xmlrpc.server", "sympy"]) == Returned(value=freeze([]))


def reading(sandbox: Sandbox, bundle: Bundle) -> Reading:
    request = Read(bundle=bundle, wanted=("f",), patterns=("*",), handout=(), given=())
    child = sandbox.child("numpy")
    answer = child.ask(request, 10)
    child.end()
    assert isinstance(answer, ReadingDone), answer
    return answer.reading


def old_notebook(version: int) -> bytes:
    """A notebook of one code cell that defines `f`, as IPython wrote them until 2014."""
    cell = {"cell_type": "code", "language": "python", "input": "def f(): return 1", "outputs": [], "collapsed": False}
    document = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]}
    return json.dumps(document).encode()


@pytest.mark.parametrize("version", [2, 3])
def test_child_without_files_reads_old_notebooks(no_open: Sandbox, version: int) -> None:
    bundle = Bundle(name="hw.ipynb", files=(File(name="hw.ipynb", data=old_notebook(version)),))
    assert [candidate.name for candidate in reading(no_open, bundle).candidates] == ["f"]


def test_child_without_files_reads_magics(no_open: Sandbox) -> None:
    data = notebook("%matplotlib inline\n!ls\nx = !ls\ndef f(): return 1")
    bundle = Bundle(name="hw.ipynb", files=(File(name="hw.ipynb", data=data),))
    assert [candidate.name for candidate in reading(no_open, bundle).candidates] == ["f"]


def archive_of(name: bytes) -> bytes:
    """A zip of one notebook whose name has these bytes, without saying that they are UTF-8."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x" * len(name), notebook("def f(): return 1"))
    return buffer.getvalue().replace(b"x" * len(name), name)


def test_child_without_files_reads_old_names_in_a_zip(no_open: Sandbox) -> None:
    found = reading(no_open, zip_bundle(archive_of("Übung_ß.ipynb".encode("cp437"))))
    assert [document.name for document in found.documents] == ["Übung_ß.ipynb"]


@pytest.mark.parametrize("encoding", ["latin_1", "cp1252", "utf_16", "utf_8_sig", "mac_roman", "cp037"])
def test_child_without_files_reads_source_as_one_with_files(
    no_open: Sandbox, with_files: Sandbox, encoding: str
) -> None:
    source = f"# coding: {encoding.replace('_', '-')}\ndef f(): return 'é'\n"
    bundle = Bundle(name="f.py", files=(File(name="f.py", data=source.encode(encoding)),))
    assert reading(no_open, bundle) == reading(with_files, bundle)
