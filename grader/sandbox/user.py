"""Who a child is: a user of its own, without rights."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

from grader.sandbox.kernel import (
    CAP_DAC_READ_SEARCH,
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    keep_capabilities,
    prctl,
)
from grader.sandbox.messages import Fork

KEPT_FOR_READING = 1 << CAP_DAC_READ_SEARCH  # the right that a child may keep, see drop_user


def drop_user(settings: Fork, *, keeps_reading: bool) -> str:
    """Become a user of one's own. Where the interpreter lies in a private folder, keep the right to read it."""
    if settings.uid is None:
        return "only root can change to another user"
    if keeps_reading:
        prctl(PR_SET_KEEPCAPS, 1)
    try:
        os.setgroups([])
        os.setresgid(settings.uid, settings.uid, settings.uid)
        os.setresuid(settings.uid, settings.uid, settings.uid)
    except OSError:  # in a user namespace of one user: at least no rights are left
        keep_capabilities()
        raise
    if keeps_reading:
        keep_capabilities(CAP_DAC_READ_SEARCH)
    return ""


def renounce_privileges() -> str:
    """No new privileges by exec, no core dump or tracing by others, and death when the template dies."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which clears it
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    return ""


def trim_template() -> None:
    """Of root's rights, keep those to give children a user and to end them; nobody may trace the template."""
    if os.geteuid() == 0:
        reading = (CAP_DAC_READ_SEARCH,) if is_interpreter_private() else ()
        keep_capabilities(CAP_KILL, CAP_SETGID, CAP_SETUID, *reading)
    prctl(PR_SET_DUMPABLE, 0)


def renounce_rights() -> None:
    """Keep none of root's rights but to read Python's own files; nobody may trace this process, and it ends with its parent."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.geteuid() == 0:
        keep_capabilities(*((CAP_DAC_READ_SEARCH,) if is_interpreter_private() else ()))
    prctl(PR_SET_DUMPABLE, 0)


def is_interpreter_private() -> bool:
    """Whether another user could not read this interpreter's library (a Python under /root, say)."""
    return not all(is_open_to_all(Path(folder)) for folder in {sys.prefix, sys.base_prefix, os.__file__})


def is_open_to_all(path: Path) -> bool:
    """Whether every folder above `path` can be entered by everybody."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in path.resolve().parents)
