"""The grader's side of a child: requests, deadlines, and how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import SandboxError, WireError
from grader.records import Crashed, LayerState, Limits, OutOfMemory, Raised, Returned, TimedOut
from grader.sandbox import namespaces
from grader.sandbox.kernel import PR_SET_DUMPABLE, prctl
from grader.sandbox.launch import Started, Template
from grader.sandbox.messages import (
    Answer,
    Call,
    Calls,
    Define,
    Done,
    Envelope,
    Failed,
    Load,
    Read,
    ReadingDone,
    Ready,
    Reply,
    Request,
    SelfTest,
    SelfTested,
    Settings,
    Stale,
)
from grader.sandbox.process import TemplateProcess
from grader.sandbox.wire import ClosedError, DeadlineError, Reader, pack, send, unpack

FORK_SECONDS = 120.0  # a reader may have to import first
GRACE_SECONDS = 0.3  # for a process whose pipes are closed to be gone
ENDINGS = {
    -signal.SIGSEGV: "a segmentation fault",
    -signal.SIGABRT: "an abort",
    -signal.SIGBUS: "a bus error",
    -signal.SIGFPE: "an arithmetic fault in compiled code",
    -signal.SIGILL: "an illegal instruction",
    -signal.SIGSYS: "a forbidden system call",
}

ANSWERS: dict[type[Request], tuple[type[Answer], ...]] = {
    Read: (ReadingDone, OutOfMemory),
    Load: (Done, OutOfMemory),
    Define: (Done, Stale, Raised, OutOfMemory),
    Call: (Returned, Raised, OutOfMemory),
    Calls: (Returned, Raised, OutOfMemory),
    SelfTest: (SelfTested,),
}


class Child:
    """A confined process. After a TimedOut or Crashed answer it is dead: take a new one."""

    def __init__(self, template: Template, started: Started) -> None:
        self._template = template
        self._started = started
        self._last_answer: Answer = Crashed(reason="its process had ended before")
        self.is_alive = True
        self.is_reader = False  # it is there to read only
        for fd in (started.request_fd, started.reply_fd):
            os.set_blocking(fd, False)
        self._replies = Reader(started.reply_fd)
        self.layers = self._first_words()

    def ask(self, request: Request, seconds: float) -> Answer:
        """Send a request and wait at most `seconds` for the answer. A child that does not answer properly is killed.

        A dead child answers everything with what it died of. Raises SandboxError when our own code in the child failed.
        """
        return next(self.ask_each(request, 1, lambda: seconds))

    def ask_each(self, request: Request, count: int, seconds: Callable[[], float]) -> Iterator[Answer]:
        """As `ask`, for a request that has so many answers. `seconds`: how long to wait for the next one."""
        nonce = os.urandom(16)
        frame = pack(Envelope(nonce=nonce, request=request))
        for _number in range(count):
            yield self._next_answer(request, nonce, frame, seconds()) if self.is_alive else self._last_answer
            frame = b""  # it is sent once

    def _next_answer(self, request: Request, nonce: bytes, frame: bytes, seconds: float) -> Answer:
        deadline = time.monotonic() + seconds
        try:
            send(self._started.request_fd, frame, deadline)
            reply = unpack(self._replies.receive(deadline), Reply)
        except DeadlineError:
            return self.end_with(TimedOut(seconds=seconds))
        except ClosedError:
            return self._closed()
        except WireError:
            return self._tampering("an answer that is not one of ours")
        if isinstance(reply.answer, Failed) and not isinstance(request, Define | Call | Calls):
            self.end()
            at = type(request).__name__
            raise SandboxError(f"the code of the grader in a child failed at {at}\n{reply.answer.traceback}")
        if reply.nonce != nonce:
            return self._tampering("an answer that nobody asked for")
        return self._checked(reply.answer, request)

    def end_with(self, answer: Answer) -> Answer:
        """Kill the process; from now on this is its answer to everything."""
        self._last_answer = answer
        self.end()
        return answer

    def end(self) -> None:
        """Kill the process, if it is still there."""
        if self.is_alive:
            self._reap(grace_seconds=0.0)

    def leave(self) -> None:
        """Let the process end by itself, without waiting for it; else it ends with its template."""
        if self.is_alive:
            self._close()

    def _tampering(self, reason: str) -> Answer:
        return self.end_with(Crashed(reason=reason, is_tampering=True))

    def _checked(self, answer: Answer, request: Request) -> Answer:
        """The answer, if it is one that our code in a child gives to this request: how it ended, only we can know."""
        if isinstance(answer, Failed):  # or a student's code that says so
            return self.end_with(Crashed(reason="the grader's own code failed, it says", detail=answer.traceback))
        if isinstance(answer, ANSWERS[type(request)]):
            return answer
        return self._tampering("an answer to another question")

    def _closed(self) -> Answer:
        """The pipes are closed: as a rule because the process is ending, which may take a moment."""
        code = self._reap(GRACE_SECONDS)
        if code is None:
            self._last_answer = Crashed(reason="it closed its connection to the grader", is_tampering=True)
        else:
            self._last_answer = _ending(code)
        return self._last_answer

    def _reap(self, grace_seconds: float) -> int | None:
        """Have the process ended; its exit code, or minus the signal, or None when it had to be killed."""
        self._close()
        reaped = self._template.reap(self._started.pid, grace_seconds)
        return None if reaped.was_killed else reaped.code

    def _close(self) -> None:
        self.is_alive = False
        for fd in (self._started.request_fd, self._started.reply_fd):
            os.close(fd)

    def _first_words(self) -> tuple[LayerState, ...]:
        try:
            reply = unpack(self._replies.receive(time.monotonic() + FORK_SECONDS), Reply)
        except (DeadlineError, ClosedError, WireError) as error:
            code = self._reap(GRACE_SECONDS)
            raise SandboxError(f"a child did not start ({type(error).__name__}, exit code {code})") from None
        if isinstance(reply.answer, Ready):
            return reply.answer.layers
        self.end()
        traceback = reply.answer.traceback if isinstance(reply.answer, Failed) else ""
        raise SandboxError(f"a child did not say which layers are on\n{traceback}".rstrip())


def _ending(code: int) -> Answer:
    """What an end that we did not order means."""
    if code == -signal.SIGKILL:
        return OutOfMemory()
    if code == -signal.SIGXCPU:
        return Crashed(reason="too much processor time")
    if code in ENDINGS:
        return Crashed(reason=ENDINGS[code], is_forbidden=code == -signal.SIGSYS)
    if code < 0:
        return Crashed(reason=f"signal {-code}")
    return Crashed(reason=f"an exit with code {code}, as os._exit() makes", exit_code=code)


def _of_process(limits: Limits) -> tuple[int, float]:
    """Of these limits, those that a child has from its start."""
    return limits.memory_megabytes, limits.total_seconds


class Sandbox:
    """Templates by kind, each started when first needed. `close` ends them (see contextlib.closing).

    `private`: paths that no child may read, even where they lie among Python's own (the rubrics, the submissions).
    `omitted`: names of layers to leave out, to show that they matter. `first`: a process that has been started already,
    for the same private paths; it becomes the first template.
    """

    def __init__(
        self,
        limits: Limits,
        private: tuple[Path, ...] = (),
        omitted: frozenset[str] = frozenset(),
        *,
        first: TemplateProcess | None = None,
    ) -> None:
        with contextlib.suppress(OSError):  # so that a child of the same user sees nothing of this process in /proc
            prctl(PR_SET_DUMPABLE, 0)
        self.limits = limits  # of the children to come; a plan brings its own
        self.layers: tuple[LayerState, ...] = ()
        self._private = private
        self._omitted = omitted
        self._first = first
        self._promised: frozenset[str] = frozenset()
        self._templates: dict[str, Template] = {}
        self._reader: Child | None = None
        self._limits_of_reader = limits
        self._is_single = False
        self._has_ordered = False

    def start(self, kind: str) -> Template:
        """Start the template of this kind if it does not run (any more), without waiting for its imports."""
        if kind in self._templates and self._templates[kind].was_killed():
            self._templates.pop(kind).close()
        if kind not in self._templates:
            private = tuple(map(os.fsencode, self._private))
            settings = Settings(
                kind=kind,
                private=private,
                omitted=self._omitted,
                is_single=self._is_single,
                has_reader=self._has_ordered and kind == "numpy",
            )
            self._templates[kind] = Template(settings, self._take_first() if kind == "numpy" else None)
        return self._templates[kind]

    def order_reader(self) -> None:
        """For a single submission: start the template, and have it fork a child before it imports its libraries.

        `reader` gives that child.
        """
        self._is_single = self._has_ordered = True
        self._limits_of_reader = self.limits
        self.start("numpy").order(self.limits, reads=True)

    def reader(self) -> Child:
        """A child that can read a submission: the one that was ordered, while it lives and has the right limits; or a new one."""
        self._take_reader()
        if self._reader is not None and self._reader.is_alive:
            if _of_process(self.limits) == _of_process(self._limits_of_reader):
                return self._reader
            self._reader.leave()
        return self._new("numpy", reads=True) if self._is_single else self.child("numpy")

    def _take_reader(self) -> None:
        if self._has_ordered:
            self._has_ordered = False
            self._reader = self._new("numpy", reads=True)
            self._reader.is_reader = True

    def _take_first(self) -> TemplateProcess | None:
        first, self._first = self._first, None
        return first

    def child(self, kind: str) -> Child:
        """A new child of the template of this kind ("numpy" or "torch")."""
        self._take_reader()  # the first that comes is this one
        return self._new(kind)

    def _new(self, kind: str, *, reads: bool = False) -> Child:
        try:
            template, child = self._fork(kind, reads=reads)
        except SandboxError:
            if not self._templates[kind].was_killed():
                raise
            template, child = self._fork(kind, reads=reads)  # of a new one
        layers = (template.namespaces, *child.layers)
        self.layers = self._weakest(layers)
        if lost := self._lost():
            child.end()
            raise SandboxError(f"a child lacks layers that the first one had: {', '.join(sorted(lost))}")
        return child

    def _fork(self, kind: str, *, reads: bool) -> tuple[Template, Child]:
        template = self.start(kind)
        return template, Child(template, template.fork(self.limits, reads=reads))

    def _weakest(self, layers: tuple[LayerState, ...]) -> tuple[LayerState, ...]:
        """Each layer as it was found in the child that had the least of it."""
        if not self.layers:
            self._promised = frozenset(layer.name for layer in layers if layer.is_active)
            return layers
        return tuple(old if old.is_active is False else new for old, new in zip(self.layers, layers, strict=True))

    def _lost(self) -> frozenset[str]:
        """What the first child had, which the self-test has tried, and another had not.

        Namespaces are a second wall: the template of another kind may have had to start without.
        """
        active = {layer.name for layer in self.layers if layer.is_active}
        return self._promised - active - {namespaces.NAME}

    def close(self) -> None:
        """End every template and with it every child."""
        for template in self._templates.values():
            template.close()
        self._templates.clear()
