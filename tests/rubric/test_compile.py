from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.codec import thaw
from grader.errors import RubricError
from grader.plan import Check, Plan
from grader.rubric.compile import compile_plan
from grader.targets import FunctionTarget, ProbeTarget
from grader.values import Array, Opaque, Value

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"
HW = "rubrics/hw.yaml"
REFERENCE = "reference/powers.py"
MISTAKES = "reference/mistakes/powers.py"
RANDOM = "          - random: {count: 3, x: {uniform: [2, 9]}}\n"
NO_MISTAKES = ("    mistakes: [power_doubled]\n", "")


def check_of(folder: Path) -> Check:
    return compile_plan(folder).questions[0].parts[0].checks[0]


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        compile_plan(folder)
    return list(caught.value.faults)


def with_check(lines: str) -> tuple[str, str]:
    """A swap that adds fields to the check."""
    return ("        compare: close\n", f"        compare: close\n{lines}")


def numbers_of(value: Value) -> object:
    return value.tolist() if isinstance(value := thaw(value), np.ndarray) else value  # type: ignore[assignment]


def test_compile_plan_target(write: Write) -> None:
    assert check_of(write()).target == FunctionTarget(name="power", parameters=("x", "n"))


def test_compile_plan_first_case(write: Write) -> None:
    case = check_of(write()).cases[0]
    assert (case.arguments, [numbers_of(value) for value in case.expected], case.shown) == ((3.0,), [9.0], "x=3.0")


def test_compile_plan_mistake(write: Write) -> None:
    (mistake,) = check_of(write()).mistakes
    assert (mistake.name, mistake.hint, mistake.outputs[0]) == ("power_doubled", "Multiplied instead of raised.", 6.0)


def test_compile_plan_same_again(write: Write) -> None:
    folder = write()
    assert compile_plan(folder) == compile_plan(folder)


def test_compile_plan_assignment(write: Write) -> None:
    plan: Plan = compile_plan(write())
    assert (plan.assignment, plan.title, plan.questions[0].label, plan.questions[0].parts[0].label) == (
        "hw",
        "A homework",
        "1",
        "a",
    )


def test_compile_plan_handout(write: Write) -> None:
    notebook = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {}, '
        '"id": "a", "outputs": [], "execution_count": null, "source": "def power(x, n=2):\\n    return ?"}, '
        '{"cell_type": "code", "metadata": {}, "id": "b", "outputs": [], "execution_count": null, '
        '"source": "def given(x):\\n    return x"}]}'
    )
    files = {HW: "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nhandout: hw.ipynb\n", "rubrics/hw.ipynb": notebook}
    assert [name for name, _fingerprint in compile_plan(write(files=files)).handout.functions] == ["given"]


def test_compile_plan_default_in_the_middle(write: Write) -> None:
    swaps = (("power(x, n=2)", "power(x, n=2, m=1)"), ("{x: 3.0}", "{x: 3.0, m: 4}"), NO_MISTAKES)
    files = {REFERENCE: "def power(x, n=2, m=1):\n    return m * x**n\n"}
    assert check_of(write(*swaps, files=files)).cases[0].arguments == (3.0, 2, 4)


def test_compile_plan_reference_gets_fresh_inputs(write: Write) -> None:
    """A reference that spoils its argument spoils nothing else."""
    files = {REFERENCE: "def power(x, n=2):\n    x **= n\n    return x\n"}
    check = check_of(write(("{x: 3.0}", "{x: [1, 3]}"), (RANDOM, ""), files=files))
    assert (numbers_of(check.cases[0].arguments[0]), numbers_of(check.cases[0].expected[0])) == ([1, 3], [1, 9])


def test_compile_plan_generator_is_fresh_for_every_call(write: Write) -> None:
    files = {
        REFERENCE: "def power(x, n=2):\n    return x + n.random()\n",
        MISTAKES: 'def power_doubled(x, n):\n    """Hint."""\n    return x + 2 * n.random()\n',
    }
    check = check_of(write(("{x: 3.0}", "{x: 0.0, n: {rng: 7}}"), (RANDOM, ""), files=files))
    assert check.mistakes[0].outputs[0] == 2 * float(np.random.default_rng(7).random())


PAIR = {REFERENCE: "def power(x, n=2):\n    return x**n, n\n"}
PAIR_OF_PARTS = ("-> y", "-> (y, n_used)")


@pytest.mark.parametrize(("name", "index", "value"), [("y", 0, 9.0), ("n_used", 1, 2.0)])
def test_compile_plan_output(write: Write, name: str, index: int, value: float) -> None:
    check = check_of(write(PAIR_OF_PARTS, with_check(f"        output: {name}\n"), NO_MISTAKES, files=PAIR))
    assert (check.output, check.outputs, numbers_of(check.cases[0].expected[0])) == (index, ("y", "n_used"), value)


def test_compile_plan_output_of_an_array(write: Write) -> None:
    files = {REFERENCE: "import numpy as np\ndef power(x, n=2):\n    return np.array([x, n])\n"}
    check = check_of(write(PAIR_OF_PARTS, with_check("        output: n_used\n"), NO_MISTAKES, files=files))
    assert numbers_of(check.cases[0].expected[0]) == 2.0


def test_compile_plan_expected_from_and_also_accept(write: Write) -> None:
    files = {
        REFERENCE: (
            "def power(x, n=2):\n    return x**n\ndef slow(x, n=2):\n    return x * x\n"
            "def negative(x, n=2):\n    return -(x**n)\n"
        )
    }
    lines = "        expected_from: slow\n        also_accept: [negative]\n"
    check = check_of(write(with_check(lines), files=files))
    assert [numbers_of(value) for value in check.cases[0].expected] == [9.0, -9.0]


def test_compile_plan_globals(write: Write) -> None:
    """Globals are set in the modules of the reference and of the mistakes."""
    files = {
        REFERENCE: "def power(n=2):\n    return X**n\n",
        MISTAKES: 'def power_doubled(n=2):\n    """Hint."""\n    return X * n\n',
    }
    swaps = (("power(x, n=2)", "power(n=2)"), (RANDOM, ""), ("{x: 3.0}", "{X: 3.0}"))
    check = check_of(write(*swaps, with_check("        globals: [X]\n"), files=files))
    case = check.cases[0]
    assert (case.arguments, case.globals, numbers_of(case.expected[0]), check.mistakes[0].outputs) == (
        (),
        (("X", 3.0),),
        9.0,
        (6.0,),
    )


PROBE = "def twice(namespace, x):\n    return namespace['power'](namespace['power'](x))\n"
PROBED = with_check("        probe: twice\n")


def test_compile_plan_probe(write: Write) -> None:
    check = check_of(write(PROBED, files={"rubrics/probes/powers.py": PROBE}))
    assert check.target == ProbeTarget(name="power", probe="twice", source=PROBE, parameters=("x", "n"))


def test_compile_plan_probe_runs_on_the_reference_and_on_mistakes(write: Write) -> None:
    check = check_of(write(PROBED, files={"rubrics/probes/powers.py": PROBE}))
    assert (numbers_of(check.cases[0].expected[0]), check.mistakes[0].outputs[0]) == (81.0, 12.0)


def test_compile_plan_probe_with_parameters_of_its_own(write: Write) -> None:
    probe = "def scaled(namespace, factor):\n    return factor * namespace['power'](3.0)\n"
    swaps = (("{x: 3.0}", "{factor: 5}"), (RANDOM, ""))
    lines = "        probe: scaled\n        parameters: [factor]\n"
    check = check_of(write(*swaps, with_check(lines), files={"rubrics/probes/powers.py": probe}))
    assert (check.cases[0].arguments, numbers_of(check.cases[0].expected[0]), check.mistakes[0].outputs) == (
        (5,),
        45.0,
        (30.0,),
    )


def test_compile_plan_probe_sees_the_globals(write: Write) -> None:
    probe = "def shifted(namespace, x):\n    return namespace['power'](x) + namespace['b']\n"
    swaps = (("{x: 3.0}", "{x: 3.0, b: 0.5}"), (RANDOM, ""))
    lines = "        probe: shifted\n        globals: [b]\n"
    check = check_of(write(*swaps, with_check(lines), files={"rubrics/probes/powers.py": probe}))
    assert numbers_of(check.cases[0].expected[0]) == 9.5


def test_compile_plan_expected_from_is_called_without_the_probe(write: Write) -> None:
    files = {
        "rubrics/probes/powers.py": PROBE,
        REFERENCE: "def power(x, n=2):\n    return x**n\ndef fourth(x):\n    return x**4\n",
    }
    check = check_of(write(with_check("        probe: twice\n        expected_from: fourth\n"), files=files))
    assert numbers_of(check.cases[0].expected[0]) == 81.0


def test_compile_plan_mistake_that_raises_is_opaque(write: Write) -> None:
    files = {MISTAKES: 'def power_doubled(x, n=2):\n    """Hint."""\n    return {}[x]\n'}
    assert check_of(write(files=files)).mistakes[0].outputs[0] == Opaque("raised KeyError")


def test_compile_plan_mistake_that_changes_its_argument_is_caught(write: Write) -> None:
    files = {
        REFERENCE: "def power(x, n=2):\n    return x + n\n",
        MISTAKES: 'def power_doubled(x, n=2):\n    """Hint."""\n    x += n\n    return x\n',
    }
    check = check_of(write(("{x: 3.0}", "{x: [1, 2]}"), with_check("        keeps_inputs: true\n"), files=files))
    assert isinstance(check.mistakes[0].outputs[0], Array)


# --- faults ----------------------------------------------------------------------------------------------------------


def test_compile_plan_reference_that_raises(write: Write) -> None:
    files = {REFERENCE: "def power(x, n=2):\n    return 1 / (x - n) * x**n\n"}
    folder = write(("- {x: 3.0}", "- {x: 3.0}\n          - {x: 2.0}"), NO_MISTAKES, files=files)
    assert faults_of(folder) == [
        (
            f"{Q1}:15: parts[0].checks[0] case 2 (x=2.0): reference power raised ZeroDivisionError: float division by zero "
            f"({REFERENCE}:2)"
        )
    ]


def test_compile_plan_reference_faults_of_several_checks_together(write: Write) -> None:
    other = "      - {name: other, points: 1, cases: [{x: 0}, {x: -1}], compare: close}\n"
    files = {REFERENCE: "def power(x, n=2):\n    if x < 1:\n        raise ValueError('x < 1')\n    return x**n\n"}
    folder = write(("points: 2", "points: 3"), ("{x: 3.0}", "{x: 0.5}"), with_check(other), NO_MISTAKES, files=files)
    assert faults_of(folder) == [
        f"{Q1}:14: parts[0].checks[0] case 1 (x=0.5): reference power raised ValueError: x < 1 ({REFERENCE}:3)",
        f"{Q1}:17: parts[0].checks[1] case 1 (x=0): reference power raised ValueError: x < 1 ({REFERENCE}:3)",
        f"{Q1}:17: parts[0].checks[1] case 2 (x=-1): reference power raised ValueError: x < 1 ({REFERENCE}:3)",
    ]


def one_case(write: Write, body: str, *swaps: tuple[str, str], lines: str = "") -> list[str]:
    """The faults with one case and this body of the reference's function."""
    files = {REFERENCE: f"def power(x, n=2):\n    {body}\n"}
    return faults_of(write((RANDOM, ""), NO_MISTAKES, *swaps, with_check(lines), files=files))


CASE = f"{Q1}:14: parts[0].checks[0] case 1 (x=3.0)"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("return (i for i in [x])", f"{CASE}: reference power: returned a generator, which is not plain data"),
        ("return power", f"{CASE}: reference power: returned a function, which is not plain data"),
        ("exit(2)", f"{CASE}: reference power raised SystemExit: 2 ({REFERENCE}:2)"),
    ],
)
def test_compile_plan_output_that_cannot_be_stored(write: Write, body: str, fault: str) -> None:
    assert one_case(write, body) == [fault]


def test_compile_plan_endless_recursion_is_a_fault(write: Write) -> None:
    (fault,) = one_case(write, "return power(x)")
    assert fault.startswith(f"{CASE}: reference power raised RecursionError: ")


def test_compile_plan_output_that_is_unfit_for_the_comparator(write: Write) -> None:
    folder = write((RANDOM, ""), NO_MISTAKES, ("compare: close", "compare: {choice: {options: [a, b]}}"))
    assert faults_of(folder) == [f"{CASE}: reference power: 9 is not one of the options a, b"]


@pytest.mark.parametrize("body", ["return x", "return x, n, n", "return None"])
def test_compile_plan_output_without_that_item(write: Write, body: str) -> None:
    (fault,) = one_case(write, body, PAIR_OF_PARTS, lines="        output: y\n")
    assert fault.startswith(f"{CASE}: reference power: returned ")
    assert fault.endswith(", not 2 values (y, n_used)")


def test_compile_plan_reference_that_is_not_what_is_expected(write: Write) -> None:
    files = {REFERENCE: "def power(x, n=2):\n    return x**n\ndef cube(x):\n    return x**3\n"}
    folder = write((RANDOM, ""), NO_MISTAKES, with_check("        expected_from: cube\n"), files=files)
    (fault,) = faults_of(folder)
    assert fault.startswith(
        f"{Q1}:11: parts[0].checks[0]: reference power does not pass this check itself: power(x=3.0)"
    )


def test_compile_plan_reference_that_changes_its_argument(write: Write) -> None:
    (fault,) = one_case(
        write, "x += 1\n    return x", ("{x: 3.0}", "{x: [1, 2]}"), lines="        keeps_inputs: true\n"
    )
    assert "reference power does not pass this check itself: power changes its argument x in place" in fault


def test_compile_plan_reference_that_is_not_the_same_twice(write: Write) -> None:
    files = {REFERENCE: "calls = []\ndef power(x, n=2):\n    calls.append(x)\n    return float(len(calls))\n"}
    (fault,) = faults_of(write((RANDOM, ""), NO_MISTAKES, files=files))
    assert "reference power does not pass this check itself" in fault


def test_compile_plan_variant_that_raises(write: Write) -> None:
    files = {REFERENCE: "def power(x, n=2):\n    return x**n\ndef other(x, n=2):\n    return x.real.y\n"}
    (fault,) = faults_of(write((RANDOM, ""), NO_MISTAKES, with_check("        also_accept: [other]\n"), files=files))
    assert fault.startswith(f"{CASE}: reference other raised AttributeError: ")


def test_compile_plan_reference_that_raises_beside_expected_from(write: Write) -> None:
    files = {REFERENCE: "def power(x, n=2):\n    return [][n]\ndef square(x):\n    return x * x\n"}
    folder = write((RANDOM, ""), NO_MISTAKES, with_check("        expected_from: square\n"), files=files)
    assert faults_of(folder) == [f"{CASE}: reference power raised IndexError: list index out of range ({REFERENCE}:2)"]


def test_compile_plan_mistake_that_no_case_catches(write: Write) -> None:
    folder = write(("{x: 3.0}", "{x: 2.0}"), (RANDOM, ""))
    assert faults_of(folder) == [
        f'{Q1}:10: parts[0].mistakes[0]: "power_doubled" passes every case: add one that tells it from the right answer'
    ]


def test_compile_plan_mistake_that_one_of_two_checks_catches(write: Write) -> None:
    other = "      - {name: other, points: 1, cases: [{x: 2.0}], compare: close}\n"
    check = compile_plan(write(("points: 2", "points: 3"), with_check(other))).questions[0].parts[0].checks[1]
    assert [mistake.name for mistake in check.mistakes] == ["power_doubled"]


def test_compile_plan_mistake_of_another_shape(write: Write) -> None:
    files = {MISTAKES: 'def power_doubled():\n    """Hint."""\n'}
    assert faults_of(write(files=files)) == [
        f'{Q1}:10: parts[0].mistakes[0]: "power_doubled" cannot be called with the arguments of power'
    ]


def test_compile_plan_draw_fault(write: Write) -> None:
    folder = write(
        ("x: {uniform: [2, 9]}", "draw: some"), files={"rubrics/draws/powers.py": "def some(rng):\n    return 3\n"}
    )
    assert faults_of(folder) == [
        f"{Q1}:16: parts[0].checks[0].cases[1].random.draw: must return a dict of inputs by name, not int"
    ]


def test_compile_plan_loading_fault(write: Write) -> None:
    assert faults_of(write(("compare: close", "compare: clse")))[0].startswith(f"{Q1}:17: parts[0].checks[0].compare: ")
