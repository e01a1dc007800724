"""The layers of isolation that a child puts on, in order, after the fork and before it sees student code.

Each layer returns "" when it is active, or the reason why it is not. The order matters: descriptors first, the user
before no_new_privs (which a change of user would undo in part), and whatever restricts system calls last.
"""

from __future__ import annotations

import fcntl
import os
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


class Ruleset(NamedTuple):
    """Landlock's rules for the children, or why there are none."""

    fd: int | None
    remark: str = ""


class Prepared(NamedTuple):
    """What the template makes once, for all its children."""

    omitted: frozenset[str]  # layers that are left out on purpose (to show that they matter)
    ruleset: Ruleset
    filters: dict[seccomp.Mode, seccomp.Filter | None]  # None when there is none for this processor
    used: limits.Used
    is_private: bool  # the interpreter: others cannot read it

    def as_of_now(self) -> Prepared:
        """The same, when more is in use."""
        return self._replace(used=limits.used_now())


class Layer(NamedTuple):
    """A layer: what it is called, what it protects, how it is put on after those that are active already."""

    name: str
    protects: str
    apply: Callable[[Fork, Prepared, frozenset[str]], str]


def make_ruleset(private: Iterable[Path], omitted: frozenset[str] = frozenset()) -> Ruleset:
    """Landlock's rules. `private` paths lie where a child may read, and still must not be read."""
    if "landlock" in omitted:
        return Ruleset(None, LEFT_OUT)
    try:
        ruleset = landlock.make_ruleset(landlock.readable_paths(private))
    except OSError as error:
        return Ruleset(None, f"the kernel refuses: {error.strerror}")
    moved = fcntl.fcntl(ruleset, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE_FD)
    os.close(ruleset)
    return Ruleset(moved)


def can_open_files(ruleset: Ruleset, omitted: frozenset[str]) -> bool:
    """Whether children can open files at all. Else whatever they may import must be imported before."""
    return ruleset.fd is not None or "no-open" in omitted


def prepare(ruleset: Ruleset, omitted: frozenset[str] = frozenset()) -> Prepared:
    """Make what all children use."""
    return Prepared(
        omitted=omitted,
        ruleset=ruleset,
        filters={mode: seccomp.load(os.uname().machine, mode) for mode in seccomp.MODES},
        used=limits.used_now(),
        is_private=user.is_interpreter_private(),
    )


def apply_layers(settings: Fork, prepared: Prepared) -> tuple[LayerState, ...]:
    """Put on every layer; the states say which are active."""
    states: list[LayerState] = []
    for layer in LAYERS:
        active = frozenset(state.name for state in states if state.is_active)
        remark = _put_on(layer, settings, prepared, active)
        states.append(LayerState(name=layer.name, protects=layer.protects, is_active=not remark, remark=remark))
    return tuple(states)


def _put_on(layer: Layer, settings: Fork, prepared: Prepared, active: frozenset[str]) -> str:
    try:
        return LEFT_OUT if layer.name in prepared.omitted else layer.apply(settings, prepared, active)
    except OSError as error:
        return f"the system refuses: {error.strerror}"


def let_go_of_output() -> None:
    """Point 0 to 2 at /dev/null: who waits for the end of the template's output is not to wait for this process too."""
    null = os.open(os.devnull, os.O_RDWR)
    for target in range(3):
        os.dup2(null, target, inheritable=False)
    os.close(null)


def take_descriptors(request_fd: int, reply_fd: int) -> None:
    """Lead a session of one's own; move the two pipes to their fixed numbers and point 0 to 2 at /dev/null."""
    os.setsid()  # a group that can be killed as a whole, without a terminal
    request_fd, reply_fd = (fcntl.fcntl(fd, fcntl.F_DUPFD, FIRST_FREE_FD) for fd in (request_fd, reply_fd))
    let_go_of_output()
    for source, target in ((request_fd, REQUEST_FD), (reply_fd, REPLY_FD)):
        os.dup2(source, target, inheritable=False)


def close_others(_settings: Fork, prepared: Prepared, _active: frozenset[str]) -> str:
    """Close whatever the template has open: its connection to the grader above all. Only the ruleset is still needed."""
    last = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    ruleset = last if prepared.ruleset.fd is None else prepared.ruleset.fd
    os.closerange(REPLY_FD + 1, ruleset)
    os.closerange(ruleset + 1, last)
    return ""


def limit_resources(settings: Fork, prepared: Prepared, _active: frozenset[str]) -> str:
    """Resource limits."""
    return limits.limit_resources(settings, prepared.used)


def drop_user(settings: Fork, prepared: Prepared, _active: frozenset[str]) -> str:
    """A user of its own."""
    return user.drop_user(settings, keeps_reading=prepared.is_private)


def renounce_privileges(_settings: Fork, _prepared: Prepared, _active: frozenset[str]) -> str:
    """No new privileges."""
    return user.renounce_privileges()


def restrict_files(_settings: Fork, prepared: Prepared, _active: frozenset[str]) -> str:
    """Landlock."""
    if prepared.ruleset.fd is None:
        return prepared.ruleset.remark
    landlock.restrict_self(prepared.ruleset.fd)
    os.close(prepared.ruleset.fd)
    return ""


def restrict_system_calls(_settings: Fork, prepared: Prepared, active: frozenset[str]) -> str:
    """Seccomp. Where Landlock is not active, the filter refuses to open files as well."""
    may_open = "landlock" in active or "no-open" in prepared.omitted
    chosen = prepared.filters["files" if may_open else "no_open"]
    if chosen is None:
        return f"no table of system calls for a {os.uname().machine} on {os.uname().sysname}"
    return seccomp.install(chosen, os.getpid())


def forbid_opening(_settings: Fork, _prepared: Prepared, active: frozenset[str]) -> str:
    """Nothing more to do: it is the filter of system calls that does it."""
    if "landlock" in active:
        return "not needed with Landlock"
    return "" if "seccomp" in active else "seccomp is not active"


LAYERS = (
    Layer("descriptors", "the grader's files and connections", close_others),
    Layer("limits", "memory, time, file sizes, threads", limit_resources),
    Layer("user", "files and processes of others", drop_user),
    Layer("privileges", "set-uid programs, tracing", renounce_privileges),
    Layer("landlock", "every file but Python's own", restrict_files),
    Layer("seccomp", "network, processes, the kernel", restrict_system_calls),
    Layer("no-open", "every file, without Landlock", forbid_opening),
)
