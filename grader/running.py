"""Running the checks of a question on a submission's candidates: which child, how long, and what after a death."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterable, Iterator

import msgspec

from grader.bounds import bounded
from grader.errors import SandboxError
from grader.plan import Case, Check, Plan, asked_parts, wanted_names, wanted_values
from grader.records import (
    Attempt,
    Bundle,
    Candidate,
    Crashed,
    Limits,
    Outcome,
    OutOfMemory,
    Raised,
    Reading,
    Returned,
    TimedOut,
)
from grader.report import Visibility
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.messages import Call, Define, Done, Load, Read, ReadingDone
from grader.targets import LogTarget, Target
from grader.values import Value

MAX_DEATHS = 2  # of one candidate; then its remaining checks are not tried any more
READ_SECONDS = 60.0
LITTLE_BYTES = 2**20
LOGS = "logs"
ORDER = (Visibility.VISIBLE, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED, Visibility.HIDDEN)
Globals = tuple[tuple[str, Value], ...]
HEAVY_LIBRARIES = frozenset({"torch", "torchvision", "torchaudio"})


class Budget:
    """The time that one submission may still take.

    What students do not see yet has a budget beside the other one, so that how long a secret check takes shows nowhere.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = {False: limits.total_seconds, True: limits.total_seconds}

    def to_define(self, *, is_secret: bool = False) -> float:
        """Seconds for the statements of one candidate."""
        return min(self._limits.define_seconds, self._left[is_secret])

    def to_call(self, *, is_secret: bool = False) -> float:
        """Seconds for one call."""
        return min(self._limits.call_seconds, self._left[is_secret])

    @contextlib.contextmanager
    def spend(self, *, is_secret: bool = False) -> Iterator[None]:
        """Take the time that the block needs from what is left."""
        start = time.monotonic()
        yield
        self._left[is_secret] = max(0.0, self._left[is_secret] - (time.monotonic() - start))


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
    child = sandbox.child("numpy")
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
    if isinstance(answer, ReadingDone) and sum(len(file.data) for file in bundle.files) <= LITTLE_BYTES:
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


class _Used(msgspec.Struct):
    """A child that has been given the submission, and what is defined in it."""

    child: Child
    kind: str  # of template
    defined: tuple[Candidate, Globals] | None = None


class Runner:
    """Runs one question's checks in one child, which is replaced when it dies. `close` ends the child.

    A rival definition of the same function gets another child: it must not find what the first has changed. Checks that
    students do not see yet have children of their own, by when they will: no state may carry a secret input into what is
    shown earlier. `spare`: a child that can be taken in place of a new one.
    """

    def __init__(self, sandbox: Sandbox, reading: Reading, budget: Budget, spare: Spare | None = None) -> None:
        self.incidents: list[str] = []
        self._sandbox = sandbox
        self._reading = reading
        self._budget = budget
        self._spare = spare or Spare()
        self._used: dict[str, _Used] = {}  # by the visibility of its checks, or LOGS
        self._names: set[str] = set()

    def run(self, candidate: Candidate, checks: tuple[Check, ...]) -> Attempt:
        """All checks on one candidate. One that cannot be defined, or keeps dying, is not tried again.

        What students see first comes first: a death in what they see later must not show in it.
        """
        if candidate.name in self._names:
            self.close()
        self._names.add(candidate.name)
        states: dict[Visibility, _State] = {}
        outcomes: dict[int, tuple[Outcome, ...]] = {}
        for index, check in sorted(enumerate(checks), key=lambda pair: ORDER.index(pair[1].visibility)):
            state = states.setdefault(check.visibility, _State())
            outcomes[index] = (state.verdict,) if state.verdict else self._run_check(candidate, check)
            state.add(outcomes[index][-1])
        return Attempt(candidate=candidate, outcomes=tuple(outcomes[index] for index in sorted(outcomes)))

    def close(self) -> None:
        """End the children that there are."""
        for used in self._used.values():
            used.child.end()
        self._used.clear()

    def run_on_logs(self, check: Check) -> tuple[Outcome, ...]:
        """A check of the files that came with the code, in a child in which no student code runs."""
        calls = [Call(target=check.target, arguments=case.arguments) for case in check.cases]
        with self._budget.spend(is_secret=True):
            used = self._used_for(LOGS, "numpy", check)
        return tuple(self._answers(used.child, calls, check.cases, is_secret=True))

    def _run_check(self, candidate: Candidate, check: Check) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        for values, cases in itertools.groupby(check.cases, lambda case: case.globals):
            outcomes += self._run_cases(candidate, check, values, [*cases])
            if _is_death(outcomes[-1]) or _is_undefined(outcomes[-1]):
                self._note(check, outcomes[-1])
                break
        return tuple(outcomes)

    def _run_cases(self, candidate: Candidate, check: Check, values: Globals, cases: list[Case]) -> list[Outcome]:
        """Cases with the same globals, until one is the end of the child."""
        is_secret = _is_secret(check)
        with self._budget.spend(is_secret=is_secret):
            used = self._used_for(check.visibility.value, _kind(candidate.libraries, check), check)
            if used.defined != (candidate, values):
                request = Define(candidate=candidate, globals=values)
                answer = used.child.ask(request, self._budget.to_define(is_secret=is_secret))
                if not isinstance(answer, Done):
                    return [_outcome(answer, while_defining=True)]
                used.defined = (candidate, values)
        calls = [Call(target=check.target, arguments=case.arguments) for case in cases]
        return [*self._answers(used.child, calls, cases, is_secret=is_secret)]

    def _answers(self, child: Child, calls: list[Call], cases: Iterable[Case], *, is_secret: bool) -> Iterator[Outcome]:
        answers = child.ask_each(calls, lambda: self._budget.to_call(is_secret=is_secret))
        for case in cases:
            with self._budget.spend(is_secret=is_secret):
                outcome = bounded(_outcome(next(answers)), case)
            yield outcome
            if _is_death(outcome):
                return

    def _used_for(self, purpose: str, kind: str, check: Check) -> _Used:
        """The child for checks of this purpose; a new one where there is none, or it is dead, or lacks torch."""
        for other in [one for one in self._used if one != purpose]:  # each may use all the memory that there is
            self._used.pop(other).child.end()
        used = self._used.get(purpose)
        if used is None or not used.child.is_alive or kind not in (used.kind, "numpy"):
            if used is not None:
                used.child.end()
            used = self._used[purpose] = _Used(self._new_child(kind, check), kind)
            answer = used.child.ask(self._load_for(check.target), self._budget.to_define(is_secret=_is_secret(check)))
            if not isinstance(answer, Done):
                used.child.end_with(answer)  # which it then gives to whatever it is asked
        return used

    def _new_child(self, kind: str, check: Check) -> Child:
        spare = self._spare.take() if kind == "numpy" and not _is_secret(check) else None
        return spare or self._sandbox.child(kind)

    def _load_for(self, target: Target) -> Load:
        """Only who reads the logs gets them, and then no code of the student's, so that none can be imported."""
        if isinstance(target, LogTarget):
            return Load(documents=(), modules=(), logs=self._reading.logs)
        return Load(documents=self._reading.documents, modules=self._reading.modules)

    def _note(self, check: Check, outcome: Outcome) -> None:
        """Keep for staff what no honest answer does."""
        if isinstance(outcome, Crashed) and (outcome.is_tampering or outcome.detail or outcome.is_forbidden):
            self.incidents.append(f"{check.target.name} ({check.name}): {outcome.reason}. {outcome.detail}".rstrip())


class _State:
    """How the checks of one candidate went so far; `verdict` stands for every further one."""

    def __init__(self) -> None:
        self.verdict: Outcome | None = None
        self._deaths = 0

    def add(self, outcome: Outcome) -> None:
        """Take one more outcome into account."""
        self._deaths += _is_death(outcome)
        if _is_undefined(outcome):
            self.verdict = outcome
        elif self._deaths >= MAX_DEATHS:
            self.verdict = _assumed(outcome)


def start_what_is_needed(plan: Plan, reading: Reading, sandbox: Sandbox) -> None:
    """Start the template with torch if a function that will be called needs it: its imports run while others are graded."""
    filled = {one.name: one.libraries for one in reading.candidates if not (one.is_placeholder or one.fault)}
    parts = [part for question in plan.questions for part in question.parts]
    for check in (check for part in parts for check in (*part.checks, *part.evidence) if check.target.name in filled):
        sandbox.start(_kind(filled[check.target.name], check))


def _kind(libraries: frozenset[str], check: Check) -> str:
    """The template that has what candidate and check need."""
    return "torch" if HEAVY_LIBRARIES & {*libraries, *check.target.libraries} else "numpy"


def _is_secret(check: Check) -> bool:
    """Whether students do not see its result, or not yet."""
    return check.visibility is not Visibility.VISIBLE


def _outcome(answer: object, *, while_defining: bool = False) -> Outcome:
    """The answer as an outcome; a death while defining says so."""
    if isinstance(answer, Returned | Raised):
        return answer
    if isinstance(answer, TimedOut | OutOfMemory | Crashed):
        return msgspec.structs.replace(answer, while_defining=while_defining)
    raise SandboxError(f"no answer to a call: {answer}")


def _assumed(death: Outcome) -> Outcome:
    return msgspec.structs.replace(death, is_assumed=True) if isinstance(death, TimedOut | Crashed) else death


def _is_death(outcome: Outcome) -> bool:
    return isinstance(outcome, TimedOut | Crashed)


def _is_undefined(outcome: Outcome) -> bool:
    return not isinstance(outcome, Returned) and outcome.while_defining
