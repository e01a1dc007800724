"""The process of a template, executed clean. Nothing here is slow to import: see early.py."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys

from grader.errors import IsolationError
from grader.paths import PACKAGE
from grader.sandbox.namespaces import Jail

ENVIRONMENT = {  # all that a template and its children see
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TORCHINDUCTOR_CACHE_DIR": "/",  # torch makes this folder when it is imported: it must be there already
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
}


def import_path() -> list[str]:
    """Where the template finds modules: as here, but not in the working directory or beside the script that is run.

    As here means with PYTHONPATH and a user's site. What lies in those two places (the rubrics, say) is no business of
    a submission; the folder of this package itself stays.
    """
    own = os.path.dirname(PACKAGE)
    unwanted = {own, os.getcwd(), os.path.dirname(os.path.abspath(sys.argv[0])), "/"}
    return [*(path for path in sys.path if os.path.isabs(path) and path not in unwanted), own]


class TemplateProcess:
    """A Python on its way to be a template: it imports, and then waits for its settings on the socket `control`.

    `has_judge`: it forks another process first, to be asked over the socket `judge` (see remote_judge.py).
    Raises IsolationError where there is no way to confine anything (not on Linux).
    """

    def __init__(self, jail: Jail, *, has_judge: bool = False) -> None:
        if sys.platform != "linux":
            raise IsolationError("student code can be confined on Linux only: use a container (see docs/isolation.md)")
        self.jail = jail
        self.has_answered = False
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.judge: socket.socket | None = None
        sockets = [theirs]
        if has_judge:
            self.judge, judges = socket.socketpair()
            sockets.append(judges)
        start = (
            f"import gc, sys; gc.disable(); sys.path[:] = {import_path()!r}; from grader.later import "
            "import_later; import_later('numpy'); from grader.sandbox.template import main; "
        )
        start += f"main({', '.join(str(end.fileno()) for end in sockets)})"
        self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own code)
            [*jail.command, sys.executable, "-s", "-c", start],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[end.fileno() for end in sockets],
            start_new_session=True,
        )
        for end in sockets:
            end.close()

    def close(self) -> None:
        """End it and with it whatever children are left."""
        self.control.close()
        if self.judge:
            self.judge.close()
        if not self.has_answered:  # bubblewrap's other process may still wait for the first; else all end by themselves
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()  # it has nothing to save, and may still be importing
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
