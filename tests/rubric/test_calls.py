from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

from grader.rubric.calls import Failure, call_quietly, names_set


def test_call_quietly_gives_the_value() -> None:
    assert call_quietly(lambda: 3) == 3


def _speak() -> None:
    sys.stdout.write("text")
    sys.stderr.write("error")


def test_call_quietly_drops_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_quietly(_speak)
    assert tuple(capsys.readouterr()) == ("", "")


def test_call_quietly_drops_warnings() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        value = call_quietly(lambda: float(np.log(np.zeros(1))[0]))
    assert (value, seen) == (-np.inf, [])


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("1 / 0", Failure("ZeroDivisionError", "division by zero", "reference/f.py", 1)),
        ("exit()", Failure("SystemExit", "None", "reference/f.py", 1)),
        ("raise ValueError", Failure("ValueError", "", "reference/f.py", 1)),
        (
            "import numpy\n\nnumpy.linalg.inv(numpy.zeros((1, 1)))",
            Failure("LinAlgError", "Singular matrix", "reference/f.py", 3),
        ),
    ],
)
def test_call_quietly_failure_names_the_authors_line(source: str, failure: Failure) -> None:
    assert call_quietly(lambda: exec(compile(source, "reference/f.py", "exec"), {})) == failure  # noqa: S102


def test_call_quietly_failure_outside_of_the_authors_files() -> None:
    assert call_quietly(lambda: int("a")) == Failure("ValueError", "invalid literal for int() with base 10: 'a'")


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure("KeyError", "'a'"), "KeyError: 'a'"),
        (Failure("ValueError", ""), "ValueError"),
        (Failure("ValueError", "no", "reference/f.py", 3), "ValueError: no (reference/f.py:3)"),
    ],
)
def test_failure_text(failure: Failure, text: str) -> None:
    assert str(failure) == text


def test_names_set_during_the_block() -> None:
    namespace: dict[str, object] = {"a": 1}
    with names_set(namespace, {"a": 2, "b": 3}):
        assert namespace == {"a": 2, "b": 3}


def test_names_set_back_after_the_block() -> None:
    namespace: dict[str, object] = {"a": 1}
    with names_set(namespace, {"a": 2, "b": 3}):
        pass
    assert namespace == {"a": 1}
