"""Starting a template, with and without bubblewrap, and what it says when it fails."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from children import result_of

from grader.codec import freeze
from grader.errors import SandboxError
from grader.paths import PACKAGE
from grader.records import Limits, OutOfMemory, Returned
from grader.sandbox import namespaces
from grader.sandbox.client import Sandbox
from grader.sandbox.launch import UIDS, Template, first_offset
from grader.sandbox.messages import SelfTest, SelfTested, Settings
from grader.sandbox.process import TemplateProcess, import_path

NOTHING_TO_FIND = SelfTest(files=(), folders=(), processes=())
REFUSES = "echo 'bwrap: Creating new namespace failed: Operation not permitted' >&2; exit 1"
DIES = "kill -9 $$"
STARTS = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
BREAKS = 'while [ "$1" != -- ]; do shift; done; exec "$2" -c "raise OSError(12)"'


class Bubblewrap:
    """A program called bwrap, first of all programs, that keeps a log of its runs."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.program = folder / "bin" / namespaces.PROGRAM

    def become(self, script: str) -> None:
        self.program.parent.mkdir()
        self.program.write_text(f"#!/bin/sh\necho run >> '{self.log}'\n{script}\n")
        self.program.chmod(0o755)

    def runs(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bubblewrap:
    program = Bubblewrap(tmp_path)
    monkeypatch.setenv("PATH", f"{program.program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.fixture
def template() -> Iterator[Template]:
    """A template without namespaces."""
    with closing(Template(Settings(kind="numpy", omitted=frozenset({"namespaces"})))) as running:
        yield running


def remark_after_a_child() -> str:
    """Why a template that has forked a child has no namespaces; empty when it has."""
    with closing(Sandbox(Limits())) as sandbox:
        sandbox.child("numpy").end()
        return sandbox.start("numpy").namespaces.remark


def test_template_without_bubblewrap_starts_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert remark_after_a_child() == "bwrap is not installed"


@pytest.mark.parametrize(
    ("script", "remark"),
    [
        (REFUSES, "^Creating new namespace failed: Operation not permitted$"),
        (BREAKS, ": OSError: 12$"),
        (DIES, "^the template process "),  # has ended, or has reset the connection
        (STARTS, "^$"),
    ],
)
def test_template_says_what_bubblewrap_did(bubblewrap: Bubblewrap, script: str, remark: str) -> None:
    bubblewrap.become(script)
    assert re.search(remark, remark_after_a_child())


@pytest.mark.parametrize("script", [REFUSES, BREAKS, DIES])
def test_template_is_confined_as_far_as_it_goes_when_bubblewrap_fails(bubblewrap: Bubblewrap, script: str) -> None:
    bubblewrap.become(script)
    with closing(Sandbox(Limits())) as sandbox:
        sandbox.child("numpy").end()
        assert {"limits", "privileges", "seccomp"} <= {layer.name for layer in sandbox.layers if layer.is_active}


@pytest.mark.parametrize("script", [REFUSES, STARTS])
def test_template_asks_bubblewrap_once_for_all_children(bubblewrap: Bubblewrap, script: str) -> None:
    bubblewrap.become(script)
    with closing(Sandbox(Limits())) as sandbox:
        for _time in range(3):
            sandbox.child("numpy").end()
    assert bubblewrap.runs() == 1


def test_template_left_without_namespaces_does_not_ask_bubblewrap(bubblewrap: Bubblewrap) -> None:
    bubblewrap.become(STARTS)
    with closing(Template(Settings(kind="numpy", omitted=frozenset({"namespaces"})))) as template:
        started = template.fork(Limits())
        os.close(started.request_fd)
        os.close(started.reply_fd)
    assert bubblewrap.runs() == 0


def test_template_that_ends_after_its_first_child_is_not_started_again(bubblewrap: Bubblewrap) -> None:
    bubblewrap.become(STARTS)
    with closing(Sandbox(Limits())) as sandbox:
        sandbox.child("numpy").end()
        template = sandbox.start("numpy")
        template._process.process.terminate()
        template._process.process.wait()
        with pytest.raises(SandboxError, match="template process"):
            sandbox.child("numpy")
    assert bubblewrap.runs() == 1


def kill(template: Template) -> None:
    """As the kernel does when memory has run out."""
    template._process.process.kill()
    template._process.process.wait()


def test_template_that_the_kernel_kills_is_replaced() -> None:
    with closing(Sandbox(Limits())) as sandbox:
        sandbox.child("numpy").end()
        kill(sandbox.start("numpy"))
        assert isinstance(sandbox.child("numpy").ask(NOTHING_TO_FIND, 20), SelfTested)


def test_child_of_a_template_that_the_kernel_kills_ran_out_of_memory() -> None:
    with closing(Sandbox(Limits(), omitted=frozenset({"namespaces"}))) as sandbox:
        child = sandbox.child("numpy")
        kill(sandbox.start("numpy"))
        select.select([child._started.reply_fd], [], [], 20)  # it ends a moment later
        assert child.ask(NOTHING_TO_FIND, 20) == OutOfMemory()


def test_template_that_cannot_start_anywhere_says_why() -> None:
    with (
        closing(Template(Settings(kind="no such kind"))) as template,
        pytest.raises(SandboxError, match="KeyError: 'no such kind'"),
    ):
        template.fork(Limits())


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_fork_that_fails_leaves_no_descriptor_open() -> None:
    with closing(Template(Settings(kind="no such kind", omitted=frozenset({"namespaces"})))) as template:
        before = open_descriptors()
        with pytest.raises(SandboxError):
            template.fork(Limits())
        assert open_descriptors() == before


def test_close_leaves_no_descriptor_open() -> None:
    before = open_descriptors()
    Template(Settings(kind="numpy")).close()
    assert open_descriptors() == before


def test_reap_refuses_a_process_that_is_not_a_child(template: Template) -> None:
    with pytest.raises(SandboxError, match="process 1 is not a child of this template"):
        template.reap(1, 0.0)


def test_templates_start_with_users_of_their_own() -> None:
    assert len({first_offset() for _time in range(50)}) > 1


def test_first_offset_lies_in_the_range_of_users() -> None:
    assert {first_offset() for _time in range(50)} <= set(range(UIDS))


def test_child_finds_modules_where_this_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    with closing(Sandbox(Limits())) as fresh:
        answer = result_of(fresh, "import sys\ndef f(path):\n    return path in sys.path", str(tmp_path))
    assert answer == Returned(value=True)


def test_import_path_leaves_out_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for entry in (str(tmp_path), "", "relative", "/"):
        monkeypatch.syspath_prepend(entry)
    assert not {str(tmp_path), "", "relative", "/"} & set(import_path())


def test_import_path_ends_with_the_folder_of_this_package() -> None:
    assert (import_path()[-1], import_path().count(import_path()[-1])) == (str(Path(PACKAGE).parent), 1)


LIBRARIES = """
def f(paths):
    found = []
    for path in paths:
        try:
            open(path).close()
        except OSError:
            continue
        found.append(path)
    return found
"""


@pytest.mark.parametrize("omitted", [{"namespaces"}, {"landlock"}, set()])
def test_child_reads_a_library_but_not_a_private_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, omitted: set[str]
) -> None:
    paths = [tmp_path / "site" / name / "__init__.py" for name in ("course", "neighbour", "course_too")]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    private = (paths[0].parent,)
    with closing(Sandbox(Limits(), private, frozenset(omitted | {"user"}))) as sandbox:
        answer = result_of(sandbox, LIBRARIES, [str(path) for path in paths])
        can_open = any(layer.name == "landlock" and layer.is_active for layer in sandbox.layers)
    assert answer == Returned(value=freeze([str(path) for path in paths[1:]] if can_open else []))


NUMPY_LIBRARIES = Path(np.__file__).parents[1] / "numpy.libs"


@pytest.mark.skipif(not NUMPY_LIBRARIES.is_dir(), reason="NumPy has its compiled libraries elsewhere")
def test_template_that_cannot_import_behind_namespaces_starts_without_them() -> None:
    jailed = namespaces.jail(import_path(), (NUMPY_LIBRARIES,))  # as if they lay where bubblewrap shows nothing
    with closing(TemplateProcess(jailed)) as first, closing(Sandbox(Limits(), first=first)) as sandbox:
        sandbox.order_reader()
        sandbox.reader().leave()
        sandbox.child("numpy").end()
        assert [layer.is_active for layer in sandbox.layers if layer.name == namespaces.NAME] == [False]


def test_close_of_a_process_that_has_just_started_leaves_nothing() -> None:
    for _time in range(20):
        process = TemplateProcess(namespaces.jail(import_path(), ()))
        process.close()
        assert is_gone_as_a_group(process.process.pid)


def is_gone_as_a_group(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
