"""Reading a submission in a confined child, which may go on as the first that runs its code."""

from __future__ import annotations

from grader.errors import SandboxError
from grader.plan import Plan, asked_parts, wanted_names, wanted_values
from grader.records import Bundle, Crashed, OutOfMemory, Reading, TimedOut
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.messages import Read, ReadingDone

READ_SECONDS = 60.0
LITTLE_BYTES = 2**20


def read_in_child(bundle: Bundle, plan: Plan, sandbox: Sandbox) -> Reading:
    """The submission's documents and candidates, read in a confined child."""
    reading, spare = read_and_keep(bundle, plan, sandbox)
    spare.close()
    return reading


class Spare:
    """The child that has read a submission, whose code may be the first that runs in it. Who takes it ends it.

    None when it has had much to read: it has that much less memory left.
    """

    def __init__(self, child: Child | None = None) -> None:
        self._child = child

    def take(self) -> Child | None:
        """The child, once."""
        child, self._child = self._child, None
        return child if child is not None and child.is_alive else None

    def close(self) -> None:
        """End it, if nobody has taken it."""
        if child := self.take():
            child.end()


def read_and_keep(bundle: Bundle, plan: Plan, sandbox: Sandbox) -> tuple[Reading, Spare]:
    """As `read_in_child`, with the child, to be closed or used for this submission."""
    child = sandbox.reader()
    request = Read(
        bundle=bundle,
        wanted=wanted_names(plan),
        values=wanted_values(plan),
        patterns=plan.files,
        handout=plan.handout.functions,
        given=tuple(_given(plan).items()),
        asked=asked_parts(plan),
        logs=plan.logs,
    )
    answer = child.ask(request, READ_SECONDS)
    if child.is_reader:
        child.leave()
        if isinstance(answer, Crashed | OutOfMemory):  # it may have ended with its template, which could not start
            return read_and_keep(bundle, plan, sandbox)
    elif isinstance(answer, ReadingDone) and sum(len(file.data) for file in bundle.files) <= LITTLE_BYTES:
        return answer.reading, Spare(child)
    child.end()
    if isinstance(answer, ReadingDone):
        return answer.reading, Spare()
    if isinstance(answer, Crashed) and answer.exit_code is not None:  # no student code runs there
        raise SandboxError(f"{bundle.name}: the reader failed; this is a fault of the grader, not of the submission")
    fault = f"{bundle.name} could not be read: {_why_unread(answer)}. Hand in a smaller, plain notebook."
    return Reading(fault=fault), Spare()


def _given(plan: Plan) -> dict[str, frozenset[str]]:
    """By function: the globals that some case sets."""
    checks = (check for question in plan.questions for part in question.parts for check in part.checks)
    names: dict[str, frozenset[str]] = {}
    for check in checks:
        given = frozenset(name for case in check.cases for name, _value in case.globals)
        names[check.target.name] = names.get(check.target.name, frozenset()) | given
    return {name: given for name, given in names.items() if given}


def _why_unread(answer: object) -> str:
    if isinstance(answer, TimedOut):
        return f"reading it took more than {READ_SECONDS:.0f} seconds"
    if isinstance(answer, Crashed):
        return f"reading it ended with {answer.reason}"
    return "reading it needs too much memory"
