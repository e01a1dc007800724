"""Running checks on a submission's candidates: which child, how long, and what after a death."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator

import msgspec

from grader.bounds import bounded, count
from grader.errors import SandboxError
from grader.plan import Case, Check, Plan
from grader.reading import Spare
from grader.records import (
    Attempt,
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
from grader.report import ORDER, Visibility
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.messages import Calls, Define, Done, Load, Stale
from grader.targets import LogTarget, Target
from grader.values import Value

MAX_DEATHS = 2  # of one candidate; then its remaining checks are not tried any more
MAX_TOGETHER = 100_000  # numbers and texts in one request
# Answers to a definition that what has run before in its child may be to blame for.
SPOILT = (Stale, OutOfMemory, Crashed)
Globals = tuple[tuple[str, Value], ...]
HEAVY_LIBRARIES = frozenset({"torch", "torchvision", "torchaudio"})


class Budget:
    """The time that one submission may still take.

    Checks that students see at another time have a budget of their own, so that how long a secret check takes shows in
    nothing that is shown earlier.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = dict.fromkeys(Visibility, limits.total_seconds)

    def to_define(self, visibility: Visibility) -> float:
        """Seconds for the statements of one candidate."""
        return min(self._limits.define_seconds, self._left[visibility])

    def to_call(self, visibility: Visibility) -> float:
        """Seconds for one call."""
        return min(self._limits.call_seconds, self._left[visibility])

    @contextlib.contextmanager
    def spend(self, visibility: Visibility) -> Iterator[None]:
        """Take the time that the block needs from what is left."""
        start = time.monotonic()
        yield
        self._left[visibility] = max(0.0, self._left[visibility] - (time.monotonic() - start))


class _Used(msgspec.Struct):
    """A child that has been given the submission, and what is defined in it."""

    child: Child
    kind: str  # of template
    purpose: Visibility | None  # of the checks that ran last; None: of the logs
    defined: tuple[Candidate, Globals] | None = None
    had: dict[str, Candidate] = {}  # the candidates that have run in it, by name

    def takes(self, purpose: Visibility | None, kind: str, candidate: Candidate | None) -> bool:
        """Whether these checks may run in it: never before what students see earlier."""
        is_rival = candidate is not None and self.had.get(candidate.name, candidate) is not candidate
        is_due = self.purpose in ORDER[: ORDER.index(purpose) + 1] if purpose else self.purpose is None
        return self.child.is_alive and is_due and kind in (self.kind, "numpy") and not is_rival


class Runner:
    """Runs one submission's checks in one child, which is replaced when it dies. `close` ends the child.

    A rival definition of the same function gets another child: it must not find what the first has changed. So do checks
    that students see earlier than those before: no state may carry a secret input into what is shown earlier. There is never
    more than one in use, for each may use all the memory that there is. `spare`: a child that can be taken in place of a new
    one.
    Functions share a child, which costs a fraction of one for each, as long as nothing is left in it that others could
    stumble over.
    """

    def __init__(self, sandbox: Sandbox, reading: Reading, budget: Budget, spare: Spare | None = None) -> None:
        self.incidents: list[str] = []
        self._sandbox = sandbox
        self._reading = reading
        self._budget = budget
        self._spare = spare or Spare()
        self._used: _Used | None = None
        self._is_first = True

    def run(self, candidate: Candidate, checks: tuple[Check, ...]) -> Attempt:
        """All checks on one candidate. One that cannot be defined, or keeps dying, is not tried again.

        What students see first comes first: a death in what they see later must not show in it.
        """
        states: dict[Visibility, _State] = {}
        outcomes: dict[int, tuple[Outcome, ...]] = {}
        for index, check in sorted(enumerate(checks), key=lambda pair: ORDER.index(pair[1].visibility)):
            if check.visibility not in states:
                self._start()
            state = states.setdefault(check.visibility, _State())
            outcomes[index] = (state.verdict,) if state.verdict else self._run_check(candidate, check)
            state.add(outcomes[index][-1])
        return Attempt(candidate=candidate, outcomes=tuple(outcomes[index] for index in sorted(outcomes)))

    def close(self) -> None:
        """End the child, if there is one."""
        if self._used is not None:
            self._used.child.end()
            self._used = None

    def run_on_logs(self, check: Check) -> tuple[Outcome, ...]:
        """A check of the files that came with the code, in a child in which no student code runs."""
        outcomes: list[Outcome] = []
        for case in check.cases:
            with self._budget.spend(check.visibility):
                child = self._used_for(None, "numpy", check, None).child
            outcomes += self._outcomes(child, check, (case,))
        return tuple(outcomes)

    def _start(self) -> None:
        """What comes now is the first of its kind: it finds nothing of what others have left in the child."""
        self._is_first = True
        if self._used is not None:
            self._used.defined = None

    def _run_check(self, candidate: Candidate, check: Check) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        while len(outcomes) < len(check.cases):
            outcomes += self._run_cases(candidate, check, _together(check, len(outcomes)))
            if _is_death(outcomes[-1]) or _is_undefined(outcomes[-1]):
                self._note(check, outcomes[-1])
                break
        return tuple(outcomes)

    def _run_cases(self, candidate: Candidate, check: Check, cases: tuple[Case, ...]) -> Iterator[Outcome]:
        """Their outcomes, up to one after which the child cannot be used any more. All have the same globals."""
        with self._budget.spend(check.visibility):
            child = self._defined(candidate, check, cases[0])
        if not isinstance(child, Child):
            yield child
            return
        for outcome in self._outcomes(child, check, cases):
            yield outcome
            if _is_death(outcome):
                return
            if isinstance(outcome, OutOfMemory):
                self.close()  # what filled its memory may still be there
                return

    def _outcomes(self, child: Child, check: Check, cases: tuple[Case, ...]) -> Iterator[Outcome]:
        """The outcomes of calls, each as soon as it is known."""
        request = Calls(target=check.target, cases=tuple(case.arguments for case in cases))
        answers = child.ask_each(request, len(cases), lambda: self._budget.to_call(check.visibility))
        for case in cases:
            with self._budget.spend(check.visibility):
                answer = next(answers)
            yield bounded(_outcome(answer), case)

    def _defined(self, candidate: Candidate, check: Check, case: Case) -> Child | Outcome:
        """A child in which the candidate is defined, or what prevents that."""
        used = self._used_for(check.visibility, _kind(candidate.libraries, check), check, candidate)
        if used.defined != (candidate, case.globals):
            used.defined = None
            is_shared = self._is_first and bool(used.had)
            answer = self._define(used, candidate, check, case, is_shared=is_shared)
            if is_shared and isinstance(answer, SPOILT):
                self._is_first = True
                self.close()
                return self._defined(candidate, check, case)
            if not isinstance(answer, Done):
                return _outcome(answer, while_defining=True)
            used.defined = (candidate, case.globals)
        return used.child

    def _define(self, used: _Used, candidate: Candidate, check: Check, case: Case, *, is_shared: bool) -> object:
        request = Define(candidate=candidate, globals=case.globals, is_first=self._is_first)
        answer = used.child.ask(request, self._budget.to_define(check.visibility))
        if isinstance(answer, Stale) and not is_shared:  # nobody can have left anything: a forged one
            answer = used.child.end_with(Crashed(reason="an answer to another question", is_tampering=True))
        self._is_first = False
        used.had[candidate.name] = candidate
        return answer

    def _used_for(self, purpose: Visibility | None, kind: str, check: Check, candidate: Candidate | None) -> _Used:
        """The child for checks of this purpose; a new one where there is none, or it is dead, or lacks torch."""
        used = self._used
        if used is None or not used.takes(purpose, kind, candidate):
            self.close()
            used = self._used = _Used(self._new_child(kind, check), kind, purpose)
            answer = used.child.ask(self._load_for(check.target), self._budget.to_define(check.visibility))
            if not isinstance(answer, Done):
                used.child.end_with(answer)  # which it then gives to whatever it is asked
        used.purpose = purpose
        return used

    def _new_child(self, kind: str, check: Check) -> Child:
        is_first = kind == "numpy" and check.visibility is Visibility.VISIBLE
        return (self._spare.take() if is_first else None) or self._sandbox.child(kind)

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


def _together(check: Check, first: int) -> tuple[Case, ...]:
    """The cases from `first` on that go to the child in one request: only one, unless students see the inputs anyway."""
    cases = check.cases[first:]
    if check.visibility is not Visibility.VISIBLE:
        return cases[:1]
    sizes = itertools.accumulate(sum(map(count, case.arguments)) for case in cases)
    alike = itertools.takewhile(
        lambda pair: pair[1] <= MAX_TOGETHER and pair[0].globals == cases[0].globals, zip(cases, sizes, strict=True)
    )
    return tuple(case for case, _size in alike) or cases[:1]


def start_what_is_needed(plan: Plan, reading: Reading, sandbox: Sandbox) -> None:
    """Start the template with torch if a function that will be called needs it: its imports run while others are graded."""
    filled = {one.name: one.libraries for one in reading.candidates if not (one.is_placeholder or one.fault)}
    parts = [part for question in plan.questions for part in question.parts]
    for check in (check for part in parts for check in (*part.checks, *part.evidence) if check.target.name in filled):
        sandbox.start(_kind(filled[check.target.name], check))


def _kind(libraries: frozenset[str], check: Check) -> str:
    """The template that has what candidate and check need."""
    return "torch" if HEAVY_LIBRARIES & {*libraries, *check.target.libraries} else "numpy"


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
