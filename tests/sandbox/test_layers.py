"""The layers as a whole, put on by a forked process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from forks import in_a_fork, status

from grader.sandbox import layers
from grader.sandbox.messages import Fork
from grader.sandbox.namespaces import LEFT_OUT

SETTINGS = Fork(uid=60_001 if os.geteuid() == 0 else None, memory_bytes=2**30, cpu_seconds=10)
USUAL = [layer.name for layer in layers.LAYERS if layer.name != "user" or os.geteuid() == 0]
WITH_LANDLOCK = [name for name in USUAL if name != "no-open"]


def prepared_without(omitted: frozenset[str]) -> layers.Prepared:
    return layers.prepare(layers.make_ruleset([], omitted), omitted)


def active(*omitted: str) -> list[str]:
    """The names of the layers that a process puts on."""
    prepared = prepared_without(frozenset({"descriptors", *omitted}))  # a test needs its pipe
    return in_a_fork(lambda: [s.name for s in layers.apply_layers(SETTINGS, prepared) if s.is_active])  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("omitted", "expected"),
    [
        ((), {"limits", "user", "privileges", "landlock", "seccomp"}),
        (("landlock",), {"limits", "user", "privileges", "seccomp", "no-open"}),
        (("landlock", "no-open"), {"limits", "user", "privileges", "seccomp"}),
        (("landlock", "seccomp"), {"limits", "user", "privileges"}),
        (("seccomp",), {"limits", "user", "privileges", "landlock"}),
    ],
)
def test_apply_layers_puts_on_all_but_those_left_out(omitted: tuple[str, ...], expected: set[str]) -> None:
    assert set(active(*omitted)) == expected & set(USUAL)


def test_apply_layers_says_why_one_is_not_active() -> None:
    prepared = prepared_without(frozenset({"descriptors", "privileges"}))

    remarks = in_a_fork(lambda: {state.name: state.remark for state in layers.apply_layers(SETTINGS, prepared)})
    assert (remarks["privileges"], remarks["landlock"]) == (
        LEFT_OUT,
        "the system refuses: Operation not permitted",
    )


def test_take_descriptors_and_close_others_leave_five() -> None:
    prepared = prepared_without(frozenset({"landlock"}))
    read, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        request, _other = os.pipe()
        layers.take_descriptors(request, os.dup(report))
        layers.close_others(SETTINGS, prepared, frozenset())
        names = sorted(int(path.name) for path in Path("/proc/self/fd").iterdir())
        os._exit(0 if names[:5] == [0, 1, 2, 3, 4] and len(names) == 6 else 1)  # and the one that lists them
    os.close(report)
    os.close(read)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_prepare_moves_the_ruleset_out_of_the_way_of_the_pipes() -> None:
    prepared = prepared_without(frozenset())
    assert prepared.ruleset.fd is None or prepared.ruleset.fd >= layers.FIRST_FREE_FD
    if prepared.ruleset.fd is not None:
        os.close(prepared.ruleset.fd)


def test_apply_layers_leaves_no_new_privileges() -> None:
    prepared = prepared_without(frozenset({"descriptors", "landlock", "seccomp"}))

    def action() -> str:
        layers.apply_layers(SETTINGS, prepared)
        return status()["NoNewPrivs"]

    assert in_a_fork(action) == "1"


def test_apply_layers_opens_nothing_where_landlock_fails_in_the_child() -> None:
    prepared = prepared_without(frozenset({"descriptors"}))
    broken = prepared._replace(ruleset=layers.Ruleset(os.open(os.devnull, os.O_RDONLY)))  # which is no ruleset

    def action() -> list[object]:
        states = {state.name: state.is_active for state in layers.apply_layers(SETTINGS, broken)}
        return [states["landlock"], states["no-open"], can_read("/etc/passwd")]

    assert in_a_fork(action) == [False, True, False]


def can_read(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def test_make_ruleset_survives_links_that_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").touch()
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert layers.make_ruleset([tmp_path / "secret"]).remark == ""
