"""Functions that share a child: none loses points by what another has left there, and none runs twice for nothing."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
from builders import SQUARE, bundle, check, plan
from children import Counting

from grader.attempts import Attempts
from grader.pipeline import grade
from grader.plan import Check, Plan
from grader.reading import read_in_child
from grader.records import Attempt, Bundle, Candidate, Limits, Reading
from grader.report import Status, Visibility
from grader.running import Budget, Runner
from grader.sandbox.client import Sandbox

LIMITS = Limits(call_seconds=0.5)
SPOIL = check("spoil", [((1.0,), 1.0)])
WRONG = check("square", [((2.0,), 5.0)])
HIDDEN = msgspec.structs.replace(SQUARE, visibility=Visibility.HIDDEN)
HONEST = "def square(x): return x * x"


def spoiling(what: str) -> str:
    return f"def spoil(x):\n    import math\n    {what}\n    return x"


def points(the_plan: Plan, submission: Bundle, sandbox: Sandbox) -> tuple[float, float]:
    report = grade(submission, the_plan, sandbox)
    return report.score, report.points


@pytest.mark.parametrize(
    ("what", "square"),
    [
        ("math.pow = lambda x, y: 7.0", "import math\ndef square(x): return math.pow(x, 2)"),
        ("import numpy; numpy.seterr(all='raise')", "import numpy as np\ndef square(x): return np.exp(-999.0) + x * x"),
        ("import warnings; warnings.simplefilter('error')", "import warnings\ndef square(x):\n    warnings.warn('x')\n    return x * x"),
        ("math.left = 1", "import math\ndef square(x):\n    while hasattr(math, 'left'): pass\n    return x * x"),
        ("del math.e", "import math\ndef square(x): return x * x + 0 * math.e"),
        ("import sys; sys.kept = bytearray(2**28)", "import numpy as np\ndef square(x): return x * x + np.zeros(110 * 2**20)[0]"),
        ("import decimal; decimal.getcontext().prec = 2", "import decimal\ndef square(x): return x * x if decimal.Decimal(1) / 3 > decimal.Decimal('0.333') else 0"),
        ("import signal; signal.setitimer(signal.ITIMER_REAL, 0.2)", "import time\ndef square(x):\n    time.sleep(0.3)\n    return x * x"),
        ("import builtins; builtins.__import__ = lambda *a: None", "def square(x):\n    import math\n    return math.pow(x, 2)"),
        ("import sys; sys.modules['torch'] = math", "def square(x): return x * x"),
        ("import os; os.environ['K'] = '1'", "import os\ndef square(x): return x * x if 'K' not in os.environ else 0"),
        ("import numpy; numpy.set_printoptions(precision=1)", "import numpy as np\ndef square(x): return x * x if str(np.pi * np.ones(1)) > '[3.14' else 0"),
        ("import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "import threading\ndef square(x): return x * x if threading.active_count() == 1 else 0"),
        ("__import__('builtins').abs = None", "def square(x): return abs(x * x)"),
    ],
)  # fmt: skip
def test_no_function_loses_points_by_what_another_has_left(what: str, square: str, sandbox: Sandbox) -> None:
    assert points(plan(SPOIL, SQUARE, limits=LIMITS), bundle(spoiling(what), square), sandbox) == (2, 2)


def test_what_a_function_finds_of_its_own_kind_of_child_is_as_if_it_were_alone(sandbox: Sandbox) -> None:
    def drawn(*checks: Check) -> str:
        source = "import random\nimport numpy as np\ndef spoil(x): return x + 0 * np.random.rand() * random.random()"
        square = "def square(x):\n    print(np.random.rand(), random.random())\n    return x * x"
        report = grade(bundle(source, square), plan(*checks), sandbox)
        return report.questions[0].parts[-1].checks[0].stdout

    assert drawn(SPOIL, SQUARE) == drawn(SQUARE) != ""


@pytest.mark.parametrize(
    ("checks", "children"),
    [
        ((SPOIL, SQUARE), 1),  # the child that has read it
        ((SPOIL, SQUARE, HIDDEN, SPOIL), 1),
        ((HIDDEN, SPOIL, HIDDEN, SQUARE), 1),
        ((SPOIL, WRONG), 1),
    ],
)
def test_functions_share_a_child_and_what_is_secret_comes_last(checks: tuple[Check, ...], children: int) -> None:
    with closing(Counting(LIMITS)) as counting:
        grade(bundle(spoiling("pass"), HONEST), plan(*checks), counting)
        assert (counting.most, len(counting.children)) == (1, children)


TABLE = "import numpy as np\ntable = np.zeros((6000, 8000))"


def test_no_function_loses_points_by_memory_that_others_have_taken(sandbox: Sandbox) -> None:
    cells = [TABLE, *(f"def {name}(x): return x + table[0, 0]" for name in "fgh")]
    checks = [check(name, [((1.0,), 1.0)]) for name in "fgh"]
    assert points(plan(*checks, limits=LIMITS), bundle(*cells), sandbox) == (3, 3)


def test_no_function_loses_points_by_one_that_runs_out_of_memory(sandbox: Sandbox) -> None:
    fills = "kept = []\ndef spoil(x):\n    global kept\n    while True: kept = (kept, [kept])"
    limits = Limits(call_seconds=20, memory_megabytes=128)
    report = grade(bundle(fills, HONEST), plan(SPOIL, SQUARE, limits=limits), sandbox)
    assert [part.checks[0].status for part in report.questions[0].parts] == [Status.OUT_OF_MEMORY, Status.PASSED]


@pytest.mark.parametrize("what", ["import numpy.polynomial", "import json", "x = [x] * 2**20; x = x[0]", "print(x)"])
def test_a_child_stays_where_nothing_is_left_that_others_could_notice(what: str) -> None:
    with closing(Counting(LIMITS)) as counting:
        grade(bundle(spoiling(what), HONEST), plan(SPOIL, SQUARE), counting)
        assert len(counting.children) == 1


class Remembering(Runner):
    """A runner that knows what it was asked for."""

    def __init__(self, sandbox: Sandbox, reading: Reading) -> None:
        super().__init__(sandbox, reading, Budget(LIMITS))
        self.asked: list[tuple[Check, ...]] = []

    def run(self, candidate: Candidate, checks: tuple[Check, ...]) -> Attempt:
        """As Runner does."""
        self.asked.append(checks)
        return super().run(candidate, checks)


def test_judged_runs_only_what_has_not_been_run(sandbox: Sandbox) -> None:
    reading = read_in_child(bundle(HONEST), plan(SQUARE), sandbox)
    with closing(Remembering(sandbox, reading)) as runner:
        attempts = Attempts(runner, LIMITS)
        attempts.judged(reading.candidates[0], (SQUARE,))
        judged = attempts.judged(reading.candidates[0], (WRONG, SQUARE))
        assert [result.status for result in judged.results] == [Status.FAILED, Status.PASSED]
        assert runner.asked == [(SQUARE,), (WRONG,)]
