"""Children: what survives a death, what is not tried again, how long it may take."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
import numpy as np
import pytest
from builders import SQUARE, bundle, check, plan
from children import Counting

from grader.plan import Check
from grader.reading import read_in_child
from grader.records import Attempt, Crashed, Limits, OutOfMemory, Raised, Returned, TimedOut
from grader.report import ORDER, Visibility
from grader.running import Budget, Runner, start_what_is_needed
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.launch import Template
from grader.sandbox.messages import Answer, Calls, Define, Load, Request, Stale

LIMITS = Limits(call_seconds=0.5, define_seconds=0.5)
THREE = check("square", [((1.0,), 1.0), ((2.0,), 4.0), ((3.0,), 9.0)])


@pytest.fixture
def small() -> Iterator[Sandbox]:
    with closing(Sandbox(LIMITS)) as running:
        yield running


def attempt(sandbox: Sandbox, source: str, *checks: Check, limits: Limits = LIMITS) -> Attempt:
    the_plan = plan(*checks, limits=limits)
    reading = read_in_child(bundle(source), the_plan, sandbox)
    with closing(Runner(sandbox, reading, Budget(limits))) as runner:
        return runner.run(reading.candidates[-1], checks)


def test_run_gives_an_outcome_for_every_case(sandbox: Sandbox) -> None:
    outcomes = attempt(sandbox, "def square(x): return x * x", THREE, SQUARE).outcomes
    assert [[o.value for o in group if isinstance(o, Returned)] for group in outcomes] == [[1.0, 4.0, 9.0], [4.0, 9.0]]


def test_run_goes_on_after_an_exception(sandbox: Sandbox) -> None:
    (outcomes,) = attempt(sandbox, "def square(x): return 1 / (x - 2)", THREE).outcomes
    assert [type(outcome) for outcome in outcomes] == [Returned, Raised, Returned]


def test_run_stops_a_check_at_a_death_and_starts_the_next_in_a_new_child(sandbox: Sandbox) -> None:
    source = "import os\ndef square(x):\n    if x == 2: os._exit(3)\n    return x"
    outcomes = attempt(sandbox, source, THREE, check("square", [((5.0,), 5.0)])).outcomes
    assert outcomes == (
        (Returned(value=1.0), Crashed(reason="an exit with code 3, as os._exit() makes", exit_code=3)),
        (Returned(value=5.0),),
    )


def test_run_gives_up_after_two_deaths(sandbox: Sandbox) -> None:
    outcomes = attempt(sandbox, "def square(x):\n    while x: pass", THREE, THREE, THREE).outcomes
    assert outcomes == ((TimedOut(seconds=0.5),),) * 2 + ((TimedOut(seconds=0.5, is_assumed=True),),)


def test_run_defines_once_when_that_fails(sandbox: Sandbox) -> None:
    outcomes = attempt(sandbox, "@nothing\ndef square(x): pass", THREE, THREE).outcomes
    assert [len(group) for group in outcomes] == [1, 1]
    assert outcomes[0] == outcomes[1]


def test_run_stops_a_definition_at_its_own_deadline(sandbox: Sandbox) -> None:
    source = "while True:\n    K = 1\ndef square(x): return K"
    assert attempt(sandbox, source, SQUARE).outcomes == ((TimedOut(seconds=0.5, while_defining=True),),)


def test_run_ends_with_the_total_time(sandbox: Sandbox) -> None:
    limits = Limits(call_seconds=60, define_seconds=60, total_seconds=0.4)
    started = time.monotonic()
    outcomes = attempt(sandbox, "def square(x):\n    while x: pass", *[THREE] * 5, limits=limits).outcomes
    assert all(isinstance(group[-1], TimedOut) for group in outcomes)
    assert time.monotonic() - started < 20


def test_run_takes_the_torch_template_only_for_torch(small: Sandbox) -> None:
    attempt(small, "def square(x): return x * x", SQUARE)
    assert list(small._templates) == ["numpy"]


class Forgetful(Sandbox):
    """A sandbox whose children refuse to load anything, but answer the rest."""

    def child(self, kind: str) -> Child:
        child = super().child(kind)
        ask = child.ask
        child.ask = lambda request, seconds: (  # type: ignore[method-assign]
            OutOfMemory() if isinstance(request, Load) else ask(request, seconds)
        )
        return child


class Mortal(Sandbox):
    """A sandbox whose children are killed before they can load anything."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits, omitted=frozenset({"namespaces"}))  # in which process ids are others than here

    def child(self, kind: str) -> Child:
        child = super().child(kind)
        os.kill(child._started.pid, signal.SIGKILL)
        return child


@pytest.mark.parametrize("kind", [Forgetful, Mortal])
def test_run_takes_a_failed_load_for_the_outcome(sandbox: Sandbox, kind: type[Sandbox]) -> None:
    reading = read_in_child(bundle("def square(x): return x"), plan(SQUARE), sandbox)
    with closing(kind(LIMITS)) as broken, closing(Runner(broken, reading, Budget(LIMITS))) as runner:
        assert runner.run(reading.candidates[0], (SQUARE,)).outcomes == ((OutOfMemory(while_defining=True),),)


def test_run_ends_when_there_is_no_time_to_load(sandbox: Sandbox) -> None:
    limits = Limits(total_seconds=0)
    outcomes = attempt(sandbox, "def square(x): return x", THREE, THREE, limits=limits).outcomes
    assert outcomes == ((TimedOut(seconds=0, while_defining=True),),) * 2


LOOPS_ON_NEGATIVES = "def square(x):\n    while x < 0: pass\n    return x * x"
SECRET = check("square", [((-1.0,), 1.0)], visibility=Visibility.HIDDEN)


class CountingCases(Sandbox):
    """A sandbox that knows how many cases each request of its children had."""

    def __init__(self) -> None:
        super().__init__(LIMITS)
        self.cases: list[int] = []

    def child(self, kind: str) -> Child:
        child = super().child(kind)
        ask_each = child.ask_each

        def noted(request: Request, count: int, seconds: Callable[[], float]) -> Iterator[Answer]:
            if isinstance(request, Calls):
                self.cases.append(count)
            return ask_each(request, count, seconds)

        child.ask_each = noted  # type: ignore[method-assign]
        return child


WIDE = check("square", [((np.full(30_000, x),), np.full(30_000, x * x)) for x in (1.0, 2.0, 3.0, 4.0, 5.0)])
GIVEN = msgspec.structs.replace(
    THREE,
    cases=tuple(
        msgspec.structs.replace(one, globals=(("K", k),)) for one, k in zip(THREE.cases, (1, 1, 2), strict=True)
    ),
)


@pytest.mark.parametrize(
    ("one", "cases"),
    [
        (THREE, [3]),
        (msgspec.structs.replace(THREE, visibility=Visibility.HIDDEN), [1, 1, 1]),
        (msgspec.structs.replace(THREE, visibility=Visibility.AFTER_DUE_DATE), [1, 1, 1]),
        (WIDE, [3, 2]),
        (GIVEN, [2, 1]),
    ],
)
def test_run_sends_together_only_what_students_see_and_what_is_not_much(one: Check, cases: list[int]) -> None:
    with closing(CountingCases()) as noting:
        (outcomes,) = attempt(noting, "def square(x): return x * x", one).outcomes
        assert noting.cases == cases
        assert all(isinstance(outcome, Returned) for outcome in outcomes)
        assert len(outcomes) == len(one.cases)


@pytest.mark.parametrize(
    ("at_two", "expected"),
    [
        ("1 / 0", [Returned, Raised, Returned]),
        ("exec('while True: pass')", [Returned, TimedOut]),
        ("os._exit(0)", [Returned, Crashed]),
        ("bytearray(2 ** 40)", [Returned, OutOfMemory, Returned]),
    ],
)
def test_run_gives_each_of_several_calls_its_own_outcome(
    sandbox: Sandbox, at_two: str, expected: list[type[object]]
) -> None:
    source = f"import os\ndef square(x):\n    return {at_two} if x == 2 else x * x"
    (outcomes,) = attempt(sandbox, source, THREE).outcomes
    assert [type(outcome) for outcome in outcomes] == expected


def test_run_gives_each_of_several_calls_its_own_time(sandbox: Sandbox) -> None:
    source = "import time\ndef square(x):\n    time.sleep(0.3)\n    return x * x"
    (outcomes,) = attempt(sandbox, source, THREE).outcomes  # 0.9 seconds, with 0.5 for each call
    assert [type(outcome) for outcome in outcomes] == [Returned] * 3


def test_run_lets_no_death_in_a_secret_check_show_in_a_visible_one(sandbox: Sandbox) -> None:
    outcomes = attempt(sandbox, LOOPS_ON_NEGATIVES, SECRET, SECRET, SECRET, SQUARE).outcomes
    assert outcomes[-1] == (Returned(value=4.0), Returned(value=9.0))


def test_run_lets_no_death_in_a_hidden_check_show_in_what_is_shown_after_the_due_date(sandbox: Sandbox) -> None:
    later = msgspec.structs.replace(SQUARE, visibility=Visibility.AFTER_DUE_DATE)
    outcomes = attempt(sandbox, LOOPS_ON_NEGATIVES, SECRET, SECRET, SECRET, later).outcomes
    assert outcomes[-1] == (Returned(value=4.0), Returned(value=9.0))


@pytest.mark.parametrize("visibility", [Visibility.VISIBLE, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED])
def test_run_takes_no_time_of_hidden_checks_from_what_is_shown_earlier(
    visibility: Visibility, sandbox: Sandbox
) -> None:
    limits = Limits(call_seconds=0.5, total_seconds=0.6)
    shown = msgspec.structs.replace(SQUARE, visibility=visibility)
    reading = read_in_child(bundle(LOOPS_ON_NEGATIVES), plan(SECRET, shown, limits=limits), sandbox)
    budget = Budget(limits)
    for checks in ((SECRET,), (SECRET,), (shown,)):
        with closing(Runner(sandbox, reading, budget)) as runner:
            outcomes = runner.run(reading.candidates[-1], checks).outcomes
    assert outcomes == ((Returned(value=4.0), Returned(value=9.0)),)


def test_run_has_one_child_at_a_time() -> None:
    each = [msgspec.structs.replace(SQUARE, visibility=visibility) for visibility in Visibility]
    with closing(Counting(LIMITS)) as counting:
        attempt(counting, "def square(x): return x * x", *each)
        assert (counting.most, len(counting.children)) == (1, 2)  # the first has read


@pytest.mark.parametrize("earlier", ORDER[:-1])
def test_run_takes_a_new_child_for_what_students_see_earlier(earlier: Visibility) -> None:
    secret, shown = (msgspec.structs.replace(SQUARE, visibility=one) for one in (Visibility.HIDDEN, earlier))
    with closing(Counting(LIMITS)) as counting:
        reading = read_in_child(bundle("def square(x): return x * x"), plan(secret, shown), counting)
        with closing(Runner(counting, reading, Budget(LIMITS))) as runner:
            for one in (secret, shown):
                runner.run(reading.candidates[0], (one,))
        assert (counting.most, len(counting.children)) == (1, 3)


class Fussy(Sandbox):
    """A sandbox whose children always ask for another in their place."""

    def child(self, kind: str) -> Child:
        child = super().child(kind)
        ask = child.ask
        child.ask = lambda request, seconds: (  # type: ignore[method-assign]
            Stale() if isinstance(request, Define) else ask(request, seconds)
        )
        return child


def test_run_takes_no_endless_row_of_children(sandbox: Sandbox) -> None:
    reading = read_in_child(bundle("def square(x): return x * x"), plan(SQUARE), sandbox)
    with closing(Fussy(LIMITS)) as fussy, closing(Runner(fussy, reading, Budget(LIMITS))) as runner:
        ((outcome,),) = runner.run(reading.candidates[0], (SQUARE,)).outcomes
    assert outcome == Crashed(reason="an answer to another question", is_tampering=True, while_defining=True)


def test_run_keeps_forged_answers_for_staff(sandbox: Sandbox) -> None:
    source = "import os\ndef square(x):\n    os.write(4, b'x' * 40)"
    reading = read_in_child(bundle(source), plan(SQUARE), sandbox)
    with closing(Runner(sandbox, reading, Budget(LIMITS))) as runner:
        runner.run(reading.candidates[-1], (SQUARE,))
    assert runner.incidents == ["square (square is right): an answer that is not one of ours."]


class Noting(Sandbox):
    """A sandbox that remembers which templates were asked for, and starts none."""

    def __init__(self) -> None:
        super().__init__(LIMITS)
        self.kinds: set[str] = set()

    def start(self, kind: str) -> Template:
        self.kinds.add(kind)
        return None  # type: ignore[return-value] # nobody uses it here


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        (("import torch", "def square(x): return torch.tensor(x) ** 2"), {"torch"}),
        (("def square(x):\n    import torch\n    return torch.tensor(x) ** 2",), {"torch"}),
        (("import torch", "def square(x): return x * x", "y = torch.ones(3)"), {"numpy"}),
        (("import torch", "def square(x): ...", "def cube(x): return torch.tensor(x)"), set()),
        (("x = 1",), set()),
    ],
)
def test_start_what_is_needed_starts_torch_for_answers_that_use_it(
    cells: tuple[str, ...], kinds: set[str], sandbox: Sandbox
) -> None:
    noting = Noting()
    start_what_is_needed(plan(SQUARE), read_in_child(bundle(*cells), plan(SQUARE), sandbox), noting)
    assert noting.kinds == kinds
