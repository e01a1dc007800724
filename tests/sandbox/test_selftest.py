"""The trials of the self-test, in a process that nothing confines, and what counts as passed."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from forks import in_a_fork

from grader.records import Limits, Property, Trial
from grader.sandbox import kernel, limits, selftest
from grader.sandbox.client import Sandbox
from grader.sandbox.messages import SelfTest, SelfTested

needs_no_limit = pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY, reason="these tests run with a limit already"
)


def fails() -> None:
    raise LookupError("a fault of the trial itself")


def refuses(error: Exception) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("action", "expected", "detail"),
    [
        (lambda: None, False, "it could"),
        (lambda: 7, False, "it could"),
        (refuses(PermissionError(13, "Permission denied")), True, "[Errno 13] Permission denied"),
        (refuses(FileNotFoundError(2, "No such file")), True, "[Errno 2] No such file"),
        (refuses(MemoryError("none left")), True, "none left"),
        (refuses(ValueError("not allowed to raise maximum limit")), True, "not allowed to raise maximum limit"),
        (refuses(OSError(22, "\udcff")), True, "[Errno 22] ?"),  # what cannot be sent
    ],
)
def test_trial_is_passed_only_when_the_system_refused(
    action: Callable[[], object],
    expected: bool,  # noqa: FBT001 (a table)
    detail: str,
) -> None:
    trial = selftest._refused(Property.NETWORK, "try it", action)
    assert trial == Trial(property=Property.NETWORK, action="try it", is_as_it_should=expected, detail=detail)


def test_trial_that_is_faulty_itself_is_not_passed() -> None:
    with pytest.raises(LookupError):
        selftest._refused(Property.NETWORK, "try it", fails)


@pytest.fixture
def other() -> Iterator[int]:
    """A process of this one that waits."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid


def could(action: Callable[[], object]) -> Any:
    """Whether an unconfined process can do it; the system's reason when not."""
    return in_a_fork(lambda: selftest._refused(Property.RESOURCES, "", action).detail)


@pytest.mark.parametrize("family", selftest.SOCKETS.values(), ids=selftest.SOCKETS)
def test_socket_can_be_opened_where_nothing_confines(family: tuple[socket.AddressFamily, socket.SocketKind]) -> None:
    assert could(lambda: selftest._open_socket(*family)) == "it could"


@pytest.mark.parametrize("action", [selftest._fork, selftest._exec])
def test_process_can_be_started_where_nothing_confines(action: Callable[[], object]) -> None:
    assert could(action) == "it could"


@needs_no_limit
@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_CPU"])
def test_limit_that_is_not_there_is_as_bad_as_one_that_can_be_raised(name: str) -> None:
    assert could(lambda: selftest._raise_limit(getattr(resource, name))) == "it could"


def test_limit_cannot_be_raised_without_rights() -> None:
    def action() -> None:
        kernel.keep_capabilities()
        resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))
        selftest._raise_limit(resource.RLIMIT_CPU)

    assert could(action) == "not allowed to raise maximum limit"


@pytest.mark.parametrize("bytes_", [2**30, 150 * 2**30])
def test_memory_is_refused_by_a_limit_below_it(bytes_: int) -> None:
    def action() -> None:
        limits.set_limit(resource.RLIMIT_AS, bytes_, bytes_)
        selftest._map_much()

    assert could(action) == "[Errno 12] Cannot allocate memory"


def test_file_can_be_read_where_nothing_confines(tmp_path: Path) -> None:
    (tmp_path / "rubric.yaml").touch()
    assert could(lambda: selftest._read(str(tmp_path / "rubric.yaml"))) == "it could"


def test_folder_can_be_written_to_where_nothing_confines(tmp_path: Path) -> None:
    assert (could(lambda: selftest._write(str(tmp_path))), list(tmp_path.iterdir())) == ("it could", [])


@pytest.mark.parametrize(
    "action",
    [
        selftest._read_memory,
        selftest._trace,
        lambda pid: selftest._read(f"/proc/{pid}/environ"),
        lambda pid: os.kill(pid, 0),
    ],
    ids=["memory", "trace", "environment", "signal"],
)
def test_process_can_be_reached_where_nothing_confines(other: int, action: Callable[[int], object]) -> None:
    assert could(lambda: action(other)) == "it could"


def test_read_memory_of_a_process_that_is_gone_is_refused(other: int) -> None:
    assert could(lambda: selftest._read_memory(2**22 + other)) == "[Errno 3] No such process"


def trials(request: SelfTest) -> dict[str, bool]:
    """What an unconfined process that has a user's rights finds: (action -> as it should be)."""
    return in_a_fork(lambda: {trial.action: trial.is_as_it_should for trial in selftest.try_everything(request)})  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def unconfined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    folder = tmp_path_factory.mktemp("course")
    (folder / "plan").touch()
    request = SelfTest(files=(os.fsencode(folder / "plan"),), folders=(os.fsencode(folder),), processes=())
    return {action.replace(f"{folder}", "…"): found for action, found in trials(request).items()}


@pytest.mark.parametrize(
    "action",
    [
        "read …/plan",
        "write to …",
        "read the environment of the template",
        "signal the template",
        "open a TCP socket",
        "open a UDP socket",
        "open a Unix socket",
        "open a netlink socket",
        "start a process",
        "run a program",
        pytest.param("take 200 GB of memory", marks=needs_no_limit),
        pytest.param("raise RLIMIT_AS", marks=needs_no_limit),
        pytest.param("raise RLIMIT_CPU", marks=needs_no_limit),
    ],
)
def test_every_trial_fails_where_nothing_confines(unconfined: dict[str, bool], action: str) -> None:
    assert unconfined[action] is False


def test_try_everything_says_that_libraries_can_be_imported(unconfined: dict[str, bool]) -> None:
    assert unconfined["import Python's own library"] is True


def test_try_everything_sees_a_descriptor_that_was_left_open() -> None:
    def action() -> list[str]:
        os.dup2(0, 40)
        (trial,) = [found for found in selftest._state() if "descriptor" in found.action]
        return [str(trial.is_as_it_should), str("40" in trial.detail)]

    assert in_a_fork(action) == ["False", "True"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights of root")
def test_try_everything_sees_the_rights_of_root(unconfined: dict[str, bool]) -> None:
    assert unconfined["use a right of root"] is False


@pytest.mark.parametrize(
    ("name", "expected"), [("colorsys", (True, "")), ("no_such_module", (False, "No module named 'no_such_module'"))]
)
def test_import_says_why_not(name: str, expected: tuple[bool, str]) -> None:
    assert selftest._import(name) == expected


@pytest.fixture(scope="module")
def confined(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, ...]:
    """What a child finds whose request is as large as they get: a file, a folder and a process."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "plan").touch()
    request = SelfTest(files=(os.fsencode(folder / "plan"),), folders=(os.fsencode(folder),), processes=(os.getpid(),))
    child = sandbox.child("numpy")
    answer = child.ask(request, 10)
    child.end()
    assert isinstance(answer, SelfTested)
    return answer.trials


def test_try_everything_passes_in_a_child(confined: tuple[Trial, ...]) -> None:
    assert [trial for trial in confined if not trial.is_as_it_should] == []


def test_try_everything_tries_every_property(confined: tuple[Trial, ...]) -> None:
    assert {trial.property for trial in confined} == set(Property)


@pytest.mark.parametrize("action", ["read the memory of", "trace", "signal", "read the environment of"])
@pytest.mark.parametrize("whose", ["the template", "the grader"])
def test_try_everything_tries_to_reach_both_processes(confined: tuple[Trial, ...], action: str, whose: str) -> None:
    assert [trial.action for trial in confined].count(f"{action} {whose}") == 1


def test_try_everything_leaves_the_child_at_work(sandbox: Sandbox) -> None:
    request = SelfTest(files=(), folders=(), processes=())
    child = sandbox.child("numpy")
    answers = [type(child.ask(request, 10)) for _time in range(2)]
    child.end()
    assert answers == [SelfTested, SelfTested]


def test_try_everything_survives_a_name_that_is_not_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff"
    os.close(os.open(name, os.O_CREAT))
    request = SelfTest(files=(name,), folders=(), processes=())
    with closing(Sandbox(Limits())) as sandbox:
        answer = sandbox.child("numpy").ask(request, 10)
    assert isinstance(answer, SelfTested)
    assert f"read {tmp_path}/?" in [trial.action for trial in answer.trials]
