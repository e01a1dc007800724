"""Calls in the student's own process: what they give, and that nothing of the student's is changed."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.codec import freeze
from grader.kernel import Kernel
from grader.plan import Case
from grader.records import MAX_OUTPUT, Outcome, Raised, Returned
from grader.submission.placeholders import fingerprints_of
from grader.targets import FunctionTarget, ProbeTarget, ValueTarget

CASE = Case(arguments=(freeze([1.0, 2.0]),), expected=())
F = FunctionTarget(name="f", parameters=("x",))


def names(code: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102
    return space


def call(space: dict[str, Any], **given: object) -> Outcome:
    case = Case(arguments=CASE.arguments, expected=(), globals=tuple((n, freeze(v)) for n, v in given.items()))
    return Kernel(space, {}).call(F, case)


def test_call_gives_value_and_what_was_printed() -> None:
    assert call(names("def f(x):\n    print('hm')\n    return sum(x)")) == Returned(value=3.0, stdout="hm\n")


def test_call_says_which_argument_was_changed() -> None:
    assert call(names("def f(x):\n    x.append(0)")) == Returned(value=None, mutated=(0,))


@pytest.mark.parametrize("error", ["ValueError('no')", "SystemExit('no')", "GeneratorExit('no')"])
def test_call_survives_what_the_function_raises(error: str) -> None:
    outcome = call(names(f"def f(x):\n    raise {error}"))
    assert isinstance(outcome, Raised)
    assert (outcome.kind, outcome.message, outcome.places[0].line) == (error.partition("(")[0], "no", 2)


def test_call_lets_an_interrupt_pass_and_puts_everything_back() -> None:
    space = names("y = 1\ndef f(x):\n    raise KeyboardInterrupt")
    stdout = sys.stdout
    with pytest.raises(KeyboardInterrupt):
        call(space, y=2)
    assert (space["y"], sys.stdout) == (1, stdout)


def test_call_keeps_the_beginning_of_very_long_output() -> None:
    outcome = call(names("def f(x):\n    for _ in range(20_000):\n        print('no end ' * 10)"))
    assert isinstance(outcome, Returned)
    assert len(outcome.stdout) == MAX_OUTPUT


def test_call_sets_globals_for_the_call_only() -> None:
    space = names("y = [0]\ndef f(x):\n    y.append(z)\n    return y")
    assert call(space, y=[5], z=6) == Returned(value=freeze([5, 6]))
    assert ("z" in space, space["y"]) == (False, [0])


def test_call_undoes_what_the_function_does_to_names() -> None:
    space = names("count = 0\nold = 1\ndef f(x):\n    global count, new, old\n    count, new = 1, 2\n    del old")
    call(space)
    assert (space["count"], space["old"], "new" in space) == (0, 1, False)


def drawn() -> tuple[float, float]:
    return random.random(), float(np.random.rand())  # noqa: S311, NPY002


def test_call_leaves_random_generators_as_they_were() -> None:
    space = names("import random\nimport numpy as np\ndef f(x):\n    return random.random() + np.random.rand()")
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    expected = drawn()
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    assert call(space) == call(space)  # a known state for every call
    assert drawn() == expected


def test_call_leaves_the_generator_of_torch_as_it_was() -> None:
    torch = pytest.importorskip("torch")
    space = names("import torch\ndef f(x):\n    return torch.rand(1)")
    state = torch.get_rng_state()
    call(space)
    assert torch.equal(torch.get_rng_state(), state)


PROBE = "def probe(namespace, x):\n    namespace['f'].extend(x)\n    return namespace['f'] + namespace['g'](x)\n"


def test_probe_works_on_a_copy_of_an_object() -> None:
    space = names("f = [0.0]\ndef g(x):\n    return [sum(x)]")
    target = ProbeTarget(name="f", probe="probe", source=PROBE)
    assert Kernel(space, {}).call(target, CASE) == Returned(value=freeze([0.0, 1.0, 2.0, 3.0]))
    assert space["f"] == [0.0]


def test_value_is_read() -> None:
    assert Kernel({"answer": "x^2"}, {}).call(ValueTarget(name="answer"), Case(arguments=(), expected=())) == Returned(
        value="x^2"
    )


Define = Callable[[str], dict[str, Any]]


@pytest.fixture
def define(tmp_path: Any) -> Define:
    """Runs code whose source can be had, as that of a notebook's cells can."""

    def run(code: str) -> dict[str, Any]:
        path = tmp_path / "cell.py"
        path.write_text(code)
        space: dict[str, Any] = {}
        exec(compile(code, str(path), "exec"), space)  # noqa: S102
        return space

    return run


GAP = "def f(x):\n    total = x\n    # TODO: add\n    return total\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(x):\n    raise NotImplementedError\n", True),
        ("def f(x):\n    pass\n", True),
        (GAP, True),
        (GAP.replace("# TODO: add", "total += 1"), False),
        ("def f(x):\n    return x\n", False),
        ("f = max\n", False),
        ("f = None\n", True),
        ("f = ''\n", True),
        ("f = 'x'\n", False),
    ],
)
def test_is_placeholder_knows_what_was_not_filled_in(code: str, expected: bool, define: Define) -> None:  # noqa: FBT001
    assert Kernel(define(code), dict(fingerprints_of(GAP))).is_placeholder("f") is expected
