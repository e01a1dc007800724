"""Namespaces: how bubblewrap is called, and what a child finds behind it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from children import result_of

from grader.paths import PACKAGE
from grader.records import LayerState, Limits, Returned
from grader.sandbox import namespaces
from grader.sandbox.client import Sandbox
from grader.sandbox.namespaces import LEFT_OUT, Jail


def has_namespaces() -> bool:
    """Whether bubblewrap works here, asked without any code of ours."""
    program = shutil.which(namespaces.PROGRAM)
    command = ["--ro-bind", "/", "/", "--unshare-pid", "--unshare-net", "--proc", "/proc", "true"]
    return bool(program) and subprocess.run([str(program), *command], capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(not has_namespaces(), reason="bubblewrap is not installed, or the system refuses")
FILES_OPEN = frozenset({"landlock", "no-open"})  # left out, so that only namespaces keep a child from files


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


@pytest.fixture
def stub(programs: Path) -> Path:
    """A program called bwrap, to look at how it would be called."""
    program = programs / namespaces.PROGRAM
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def words(*import_path: Path, private: tuple[Path, ...] = ()) -> tuple[str, ...]:
    return namespaces.jail(map(str, import_path), private).command


def parts(jail: Jail) -> tuple[tuple[str, ...], str]:
    return jail.command, jail.remark


def has_run(command: tuple[str, ...], *run: str) -> bool:
    """Whether these words are there, side by side."""
    return any(command[start : start + len(run)] == run for start in range(len(command)))


@pytest.mark.usefixtures("programs")
def test_jail_without_bubblewrap_is_none_and_says_why() -> None:
    assert parts(namespaces.jail([], ())) == ((), "bwrap is not installed")


@pytest.mark.usefixtures("stub")
def test_jail_is_left_out_on_request() -> None:
    assert parts(namespaces.jail([], (), frozenset({"namespaces"}))) == ((), LEFT_OUT)


def test_jail_starts_with_the_program_and_ends_before_the_command(stub: Path) -> None:
    command = words()
    assert (command[0], command[-1]) == (str(stub), "--")


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("option", ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"])
def test_jail_asks_for_every_namespace(option: str) -> None:
    assert option in words()


@pytest.mark.usefixtures("stub")
def test_jail_shows_no_file_for_writing() -> None:
    assert {"--bind", "--dev-bind", "--bind-try"} & set(words()) == set()


@pytest.mark.usefixtures("stub")
def test_jail_shows_this_package_but_not_the_checkout_round_it() -> None:
    command = words(Path(PACKAGE).parent)
    shown = [has_run(command, "--ro-bind", str(path), str(path)) for path in (PACKAGE, Path(PACKAGE).parent)]
    assert shown == [True, False]


@pytest.mark.usefixtures("stub")
def test_jail_mounts_a_folder_before_what_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "site" / "inner").mkdir(parents=True)
    command = words(tmp_path / "site" / "inner", tmp_path / "site")
    assert command.index(str(tmp_path / "site")) < command.index(str(tmp_path / "site" / "inner"))


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("site/course", [("--tmpfs", "site/course", "--remount-ro", "site/course")]),
        ("site/plan.json", [("--ro-bind", "/dev/null", "site/plan.json")]),
        ("elsewhere", []),  # not there anyhow
        ("site/later", []),
        ("site/" + "x" * 300, []),  # a name that no file can have
    ],
)
def test_jail_covers_what_is_private_among_what_is_shown(
    tmp_path: Path, name: str, expected: list[tuple[str, ...]]
) -> None:
    (tmp_path / "site" / "course").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site" / "plan.json").touch()
    plain = words(tmp_path / "site")
    command = words(tmp_path / "site", private=(tmp_path / name,))
    last = ("--remount-ro", "/dev", "--remount-ro", "/", "--")
    added = command[len(plain) - len(last) : -len(last)]
    assert added == tuple(word.replace("site/", f"{tmp_path}/site/") for run in expected for word in run)


def covered(command: tuple[str, ...]) -> set[str]:
    """What an empty folder or file lies over."""
    runs = list(zip(command, command[1:], command[2:], strict=False))
    folders = {second for first, second, _third in runs if first == "--tmpfs"}
    return folders | {third for first, second, third in runs if (first, second) == ("--ro-bind", os.devnull)}


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("import_path", "private", "expected"),
    [
        (["site"], ["site/course", "site/course/hw.zip"], {"site/course"}),  # it is gone with the folder
        (["site"], ["link/course"], {"site/course"}),
        (["link"], ["site/course"], {"link/course"}),
        (["site", "link"], ["site/course"], {"site/course", "link/course"}),
        (["site/course"], ["site/course"], {"site/course"}),
        (["site/course"], ["site"], set()),  # Python inside of a private folder must stay readable
    ],
)
def test_jail_covers_what_is_private_wherever_it_would_be_seen(
    tmp_path: Path, import_path: list[str], private: list[str], expected: set[str]
) -> None:
    (tmp_path / "site" / "course").mkdir(parents=True)
    (tmp_path / "site" / "course" / "hw.zip").touch()
    (tmp_path / "link").symlink_to("site")
    command = words(*(tmp_path / name for name in import_path), private=tuple(tmp_path / name for name in private))
    assert covered(command) == {str(tmp_path / name) for name in expected}


@pytest.mark.parametrize(
    ("last_words", "remark"),
    [
        ("the template process has ended: bwrap: Creating new namespace failed: Operation not permitted",) * 2,
        (
            "bwrap: No permissions to create new namespace. See https://example.org",
            "No permissions to create new namespace",
        ),
        ("the template process has ended", "the template process has ended"),
    ],
)
def test_refused_says_what_bubblewrap_said(last_words: str, remark: str) -> None:
    assert parts(namespaces.refused(last_words)) == ((), remark.rpartition("bwrap: ")[2])


@pytest.mark.parametrize(
    ("jail", "is_active", "remark"), [(Jail(("bwrap", "--")), True, ""), (Jail((), "not here"), False, "not here")]
)
def test_state_tells_whether_there_are_namespaces(jail: Jail, is_active: bool, remark: str) -> None:  # noqa: FBT001 (a table)
    expected = LayerState(name="namespaces", protects=namespaces.PROTECTS, is_active=is_active, remark=remark)
    assert jail.state() == expected


@pytest.fixture(scope="module")
def jailed() -> Iterator[Sandbox]:
    """A sandbox with namespaces and without what else keeps a child from files, sockets and /proc."""
    omitted = FILES_OPEN | {"seccomp", "privileges"}
    with closing(Sandbox(Limits(), omitted=omitted)) as running:
        yield running


@needs_namespaces
def test_child_is_behind_namespaces(jailed: Sandbox) -> None:
    jailed.child("numpy").end()
    assert jailed.layers[0] == Jail(("bwrap",)).state()


@needs_namespaces
@pytest.mark.parametrize("kind", ["pid", "net", "ipc", "uts", "mnt"])
def test_child_has_a_namespace_of_its_own(jailed: Sandbox, kind: str) -> None:
    answer = result_of(jailed, f"import os\ndef f():\n    return os.readlink('/proc/self/ns/{kind}')")
    assert isinstance(answer, Returned)
    theirs, ours = str(answer.value), str(Path(f"/proc/self/ns/{kind}").readlink())
    assert (theirs.partition(":")[0], theirs == ours) == (kind, False)


@needs_namespaces
def test_child_sees_no_other_process(jailed: Sandbox) -> None:
    source = "import os\ndef f():\n    return max(int(name) for name in os.listdir('/proc') if name.isdigit()) < 100"
    assert result_of(jailed, source) == Returned(value=True)


@needs_namespaces
def test_child_has_an_empty_network(jailed: Sandbox) -> None:
    source = "import socket\ndef f():\n    return ' '.join(name for _index, name in socket.if_nameindex())"
    assert result_of(jailed, source) == Returned(value="lo")


@needs_namespaces
def test_child_cannot_connect_to_this_machine(jailed: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = "import socket\ndef f(port):\n    socket.create_connection(('127.0.0.1', port))"
        answer = result_of(jailed, source, server.getsockname()[1])
    assert "ConnectionRefusedError" in str(answer)


EXISTS = "import os\ndef f(path):\n    return os.path.exists(path)"


@needs_namespaces
@pytest.mark.parametrize(
    ("name", "is_there"), [("submission.zip", False), ("site/course/rubric.yaml", False), ("site/module.py", True)]
)
def test_child_finds_only_libraries(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_there: bool,  # noqa: FBT001 (a table)
) -> None:
    for file in ("submission.zip", "site/course/rubric.yaml", "site/module.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (tmp_path / "link").symlink_to("site")
    private = (tmp_path / "submission.zip", tmp_path / "link" / "course", tmp_path / "site" / "course" / "rubric.yaml")
    omitted = FILES_OPEN | {"user"}  # so that the child may enter this test's folder
    with closing(Sandbox(Limits(), private, omitted)) as jailed:
        assert result_of(jailed, EXISTS, str(tmp_path / name)) == Returned(value=is_there)


@needs_namespaces
@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/home", "/root/.bashrc", str(Path(PACKAGE).parent / "rubrics"), "/var", "/run"]
)
def test_child_finds_nothing_of_the_machine(jailed: Sandbox, path: str) -> None:
    assert result_of(jailed, EXISTS, path) == Returned(value=False)


@needs_namespaces
@pytest.mark.parametrize("folder", ["/", "/tmp", "/dev", "/dev/shm", "/usr", "{private}"])  # noqa: S108 (nothing is written)
def test_child_cannot_write_behind_namespaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    (tmp_path / "private").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    source = "import os\ndef f(path):\n    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))"
    path = folder.format(private=tmp_path / "private") + "/written-by-a-test"
    with closing(Sandbox(Limits(), (tmp_path / "private",), FILES_OPEN | {"seccomp", "user"})) as jailed:
        answer = result_of(jailed, source, path)
    assert "Error" in str(answer)
