"""Where attacks are tried: a sandbox, a secret, a result, and listeners that would notice whatever got out."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from builders import bundle, check, plan

from grader.codec import freeze
from grader.pipeline import grade
from grader.plan import Check, Plan
from grader.reading import read_in_child
from grader.records import Bundle, Crashed, Limits, OutOfMemory, Raised, Returned, TimedOut
from grader.report import Report
from grader.sandbox.client import Sandbox
from grader.sandbox.messages import Answer, Call, Define, Load
from grader.targets import FunctionTarget

LIMITS = Limits(call_seconds=1.0, define_seconds=2.0, total_seconds=20, memory_megabytes=512)
RESULT = '{"score": 0.0}'
SUCCESS = "succeeded: "  # how an attack's function says what it got


class Facts(NamedTuple):
    """What an attacker is told, more than any real one would know."""

    secret: str  # path of a file that must not be read, though every user could
    private: str  # path of one that only the grader's user could read
    results: str  # path of the results file, in a folder that everybody may write to
    folder: str  # another folder that everybody may write to
    grader: int  # process id
    port: int  # of a TCP and a UDP listener on the loopback interface
    unix: str  # path of a listening Unix socket


class Arena:
    """One sandbox with its surroundings. `omitted` layers are left out."""

    def __init__(self, omitted: frozenset[str] = frozenset()) -> None:
        self._ending = contextlib.ExitStack()
        root = Path(self._ending.enter_context(tempfile.TemporaryDirectory(prefix="arena-")))
        root.chmod(0o755)
        self.token = secrets.token_hex(8)
        self._secret, self._results, self._folder = (
            root / "secret" / "q1.yaml",
            root / "results" / "results.json",
            root / "tmp",
        )
        for path, mode in ((self._secret.parent, 0o755), (self._results.parent, 0o777), (self._folder, 0o777)):
            path.mkdir()
            path.chmod(mode)
        self._secret.write_text(self.token, "ascii")
        self._private = root / "secret" / "plan"
        self._private.write_text(self.token, "ascii")
        self._private.chmod(0o600)
        self._tcp, self._udp, self._unix = _listeners(self._ending, root / "socket")
        self.sandbox = Sandbox(LIMITS, omitted=omitted)
        self._ending.callback(self.sandbox.close)

    def close(self) -> None:
        """End the sandbox and remove every trace."""
        self._ending.close()

    @property
    def facts(self) -> Facts:
        """What the attack is told."""
        port = self._tcp.getsockname()[1]
        unix = self._unix.getsockname()
        return Facts(
            str(self._secret), str(self._private), str(self._results), str(self._folder), os.getpid(), port, unix
        )

    def attack(self, source: str, kind: str = "numpy") -> str:
        """Run a cell that defines `attack(facts)`; what it achieved, or "" when nothing.

        It has succeeded when it says so, or when what it must not reach has changed.
        """
        self._results.write_text(RESULT, "ascii")
        answer = self.call(source, kind)
        damage = "; ".join(self.damage())  # in any case: what is left must not be blamed on the next attack
        return _boast(answer, self.token) or damage

    def call(self, source: str, kind: str = "numpy") -> Answer:
        """The answer to a call of `attack` in a new child."""
        reading = read_in_child(bundle(source), plan(_check()), self.sandbox)
        with contextlib.closing(_Ending(self.sandbox, kind)) as ending:
            child = ending.child
            child.ask(Load(documents=reading.documents, modules=reading.modules), LIMITS.define_seconds)
            answer = child.ask(Define(candidate=reading.candidates[-1]), LIMITS.define_seconds)
            if isinstance(answer, Raised | TimedOut | OutOfMemory | Crashed):
                return answer
            arguments = (freeze(self.facts._asdict()),)
            return child.ask(Call(target=FunctionTarget(name="attack"), arguments=arguments), LIMITS.call_seconds)

    def grade(self, handed_in: Bundle, *checks: Check, the_plan: Plan | None = None) -> Report:
        """The report on a submission."""
        return grade(handed_in, the_plan or plan(*checks, limits=LIMITS), self.sandbox)

    def damage(self) -> Iterator[str]:
        """Traces of a success outside of the child."""
        if not self._results.exists() or self._results.read_text("ascii") != RESULT:
            yield "the result was changed"
        made = [path for folder in (self._folder, self._results.parent) for path in folder.iterdir()]
        if extra := [path.name for path in made if path != self._results]:
            yield f"files were left: {extra}"
        for path in made:
            if path != self._results:
                path.unlink()
        for listener in (self._tcp, self._udp, self._unix):
            if _came_in(listener):
                yield "a connection came in"


def _came_in(listener: socket.socket) -> int:
    """How many connections or packets came in; none is left to be blamed on the next attack."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.recv(1) if listener.type is socket.SOCK_DGRAM else listener.accept()[0].close()
            count += 1
    return count


class _Ending:
    def __init__(self, sandbox: Sandbox, kind: str) -> None:
        self.child = sandbox.child(kind)

    def close(self) -> None:
        self.child.end()


def _boast(answer: Answer, token: str) -> str:
    """What the attack says that it got; the secret counts wherever it turns up."""
    if isinstance(answer, Returned):
        text = answer.value if isinstance(answer.value, str) else ""
        if text.startswith(SUCCESS) or token in text or token in answer.stdout:
            return text or answer.stdout
    if isinstance(answer, Raised) and (token in answer.message or token in answer.stdout):
        return answer.message
    return ""


def _check() -> Check:
    return check("attack", [((1.0,), 1.0)])


def _listeners(ending: contextlib.ExitStack, path: Path) -> tuple[socket.socket, socket.socket, socket.socket]:
    tcp = ending.enter_context(socket.create_server(("127.0.0.1", 0)))
    udp = ending.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    udp.bind(tcp.getsockname())
    unix = ending.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    unix.bind(str(path))
    unix.listen()
    path.chmod(0o777)
    for listener in (tcp, udp, unix):
        listener.setblocking(False)
    return tcp, udp, unix
