"""The layers of isolation that a child puts on, in order, after the fork and before it sees student code.

Each layer returns "" when it is active, or the reason why it is not. The order matters: descriptors first, the user
before no_new_privs (which a change of user would undo in part), and whatever restricts system calls last.
"""

from __future__ import annotations

import fcntl
import os
import platform
import resource
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from grader.records import LayerState
from grader.sandbox import landlock, limits, seccomp, user
from grader.sandbox.messages import Fork
from grader.sandbox.namespaces import LEFT_OUT

REQUEST_FD, REPLY_FD = 3, 4
FIRST_FREE_FD = 10  # what must survive until the layers are on is moved out of the way of those two


class Prepared(NamedTuple):
    """What the template makes once, for all its children."""

    omitted: frozenset[str]  # layers that are left out on purpose (to show that they matter)
    ruleset: int | None  # of Landlock; None when the kernel has none
    no_ruleset: str  # and why
    filter: seccomp.Filter | None  # None when there is none for this processor
    used: limits.Used
    is_private: bool  # the interpreter: others cannot read it


class Layer(NamedTuple):
    """A layer: what it is called, what it protects, how it is put on."""

    name: str
    protects: str
    apply: Callable[[Fork, Prepared], str]
    needs: str = ""  # another layer, without which this one is not active either


def can_open_files(omitted: frozenset[str] = frozenset()) -> bool:
    """Whether children can open files at all. Else whatever they may import must be imported before."""
    return "no-open" in omitted or ("landlock" not in omitted and landlock.is_there())


def prepare(private: Iterable[Path], omitted: frozenset[str] = frozenset()) -> Prepared:
    """Make what all children use. `private` paths lie where a child may read, and still must not be read."""
    ruleset, no_ruleset = _ruleset(private) if "landlock" not in omitted else (None, LEFT_OUT)
    mode = "files" if can_open_files(omitted) else "no_open"
    return Prepared(
        omitted=omitted,
        ruleset=ruleset,
        no_ruleset=no_ruleset,
        filter=seccomp.load(platform.machine(), mode),
        used=limits.used_now(),
        is_private=user.is_interpreter_private(),
    )


def _ruleset(private: Iterable[Path]) -> tuple[int | None, str]:
    try:
        ruleset = landlock.make_ruleset(landlock.readable_paths(private))
    except OSError as error:
        return None, f"the kernel has none: {error.strerror}"
    moved = fcntl.fcntl(ruleset, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE_FD)
    os.close(ruleset)
    return moved, ""


def apply_layers(settings: Fork, prepared: Prepared) -> tuple[LayerState, ...]:
    """Put on every layer; the states say which are active."""
    states: list[LayerState] = []
    for layer in LAYERS:
        active = {state.name for state in states if state.is_active}
        remark = _put_on(layer, settings, prepared) if layer.needs in {"", *active} else f"{layer.needs} is not active"
        states.append(LayerState(name=layer.name, protects=layer.protects, is_active=not remark, remark=remark))
    return tuple(states)


def _put_on(layer: Layer, settings: Fork, prepared: Prepared) -> str:
    try:
        return LEFT_OUT if layer.name in prepared.omitted else layer.apply(settings, prepared)
    except OSError as error:
        return f"the system refuses: {error.strerror}"


def take_descriptors(request_fd: int, reply_fd: int) -> None:
    """Lead a session of one's own; move the two pipes to their fixed numbers and point 0 to 2 at /dev/null."""
    os.setsid()  # a group that can be killed as a whole, without a terminal
    request_fd, reply_fd = (fcntl.fcntl(fd, fcntl.F_DUPFD, FIRST_FREE_FD) for fd in (request_fd, reply_fd))
    null = os.open(os.devnull, os.O_RDWR)
    for source, target in ((null, 0), (null, 1), (null, 2), (request_fd, REQUEST_FD), (reply_fd, REPLY_FD)):
        os.dup2(source, target, inheritable=False)


def close_others(_settings: Fork, prepared: Prepared) -> str:
    """Close whatever the template has open: its connection to the grader above all. Only the ruleset is still needed."""
    last = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    ruleset = last if prepared.ruleset is None else prepared.ruleset
    os.closerange(REPLY_FD + 1, ruleset)
    os.closerange(ruleset + 1, last)
    return ""


def restrict_files(_settings: Fork, prepared: Prepared) -> str:
    """Landlock."""
    if prepared.ruleset is None:
        return prepared.no_ruleset
    landlock.restrict_self(prepared.ruleset)
    os.close(prepared.ruleset)
    return ""


def restrict_system_calls(_settings: Fork, prepared: Prepared) -> str:
    """Seccomp."""
    if prepared.filter is None:
        return f"no table of system calls for a {platform.machine()} on {platform.system()}"
    return seccomp.install(prepared.filter, os.getpid())


def forbid_opening(_settings: Fork, prepared: Prepared) -> str:
    """Nothing more to do: with Landlock missing, the filter of system calls is the one that refuses to open files."""
    return "" if prepared.ruleset is None else "not needed with Landlock"


LAYERS = (
    Layer("descriptors", "the grader's files and connections", close_others),
    Layer(
        "limits",
        "memory, processor time, file sizes, threads",
        lambda settings, prepared: limits.limit_resources(settings, prepared.used),
    ),
    Layer(
        "user",
        "files and processes of the grader and of other submissions",
        lambda settings, prepared: user.drop_user(settings, keeps_reading=prepared.is_private),
    ),
    Layer("privileges", "set-uid programs, tracing", lambda _settings, _prepared: user.renounce_privileges()),
    Layer("landlock", "every file but Python's own, TCP ports, processes outside", restrict_files),
    Layer("seccomp", "network, processes, other users' memory, the kernel", restrict_system_calls),
    Layer("no-open", "every file, where Landlock is missing", forbid_opening, needs="seccomp"),
)
