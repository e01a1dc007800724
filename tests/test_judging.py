"""Outcomes to results: statuses, texts, accepted variants, hints."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from builders import SQUARE, check

from grader.codec import freeze
from grader.compare import Comparator
from grader.compare.choice import Choice
from grader.compare.complex_set import ComplexSet
from grader.compare.gram import Gram
from grader.compare.principal_features import PrincipalFeatures
from grader.compare.singular_values import SingularValues
from grader.judging import judge, recognizable
from grader.plan import Case, Check, Mistake
from grader.records import Crashed, Limits, Outcome, OutOfMemory, Place, Raised, Returned, TimedOut
from grader.report import Status
from grader.values import Array, Opaque, Value

LIMITS = Limits()
PLACE = Place(label="cell 1", line=2, source="return 1 / 0")


def returned(*things: object) -> tuple[Outcome, ...]:
    return tuple(Returned(value=freeze(thing)) for thing in things)


def with_fields(base: Check, **fields: object) -> Check:
    return msgspec.structs.replace(base, **fields)


def test_judge_passes_right_answers() -> None:
    result = judge(SQUARE, returned(4.0, np.float32(9)), LIMITS)
    assert (result.status, result.score, result.message) == (Status.PASSED, 1, "")


def test_judge_shows_the_first_wrong_case() -> None:
    result = judge(SQUARE, returned(4.0, 6.0), LIMITS)
    assert (result.status, result.score) == (Status.FAILED, 0)
    assert result.message == (
        "square(3.0) is wrong.\nIt returned 6, expected 9: off by 3 (allowed 0.0009).\n1 of 2 cases is wrong."
    )


@pytest.mark.parametrize(
    ("outcome", "status", "message"),
    [
        (Raised(kind="ValueError", message="no", places=(PLACE,)), Status.RAISED, "square(2.0) raised ValueError: no"),
        (
            Raised(kind="ValueError", message="math domain error"),
            Status.RAISED,
            "square(2.0) raised ValueError: math domain error (The logarithm or the root of which number?)",
        ),
        (
            Raised(kind="ValueError", message="The requested array has an inhomogeneous shape after 1 dimensions."),
            Status.RAISED,
            "square(2.0) raised ValueError: The requested array has an inhomogeneous shape after 1 dimensions. (Print the "
            "shapes of what is in the list: a column (n, 1) minus a row (n,) is an (n, n) matrix.)",
        ),
        (
            Raised(kind="NameError", message="no", while_defining=True),
            Status.RAISED,
            "The code that defines square raised NameError: no",
        ),
        (
            TimedOut(seconds=5),
            Status.TIMED_OUT,
            "square(2.0) was stopped after 5 seconds. Is there a loop that never ends?",
        ),
        (
            TimedOut(seconds=2.345678),
            Status.TIMED_OUT,
            "square(2.0) was stopped: the submission's 300 seconds were used up before it had finished.",
        ),
        (
            TimedOut(seconds=0),
            Status.TIMED_OUT,
            "Not run: the submission's 300 seconds were used up before this could run.",
        ),
        (
            TimedOut(seconds=20, while_defining=True),
            Status.TIMED_OUT,
            "The code that defines square was stopped after 20 seconds. Is there a loop that never ends?",
        ),
        (
            TimedOut(seconds=5, is_assumed=True),
            Status.TIMED_OUT,
            "Not run: square was stopped or crashed twice before.",
        ),
        (
            Crashed(reason="an abort", is_assumed=True),
            Status.CRASHED,
            "Not run: square was stopped or crashed twice before.",
        ),
        (
            OutOfMemory(),
            Status.OUT_OF_MEMORY,
            "square(2.0) needs more than 1024 MB of memory. How large are its arrays?",
        ),
        (Crashed(reason="an abort"), Status.CRASHED, "square(2.0) ended the process: an abort."),
    ],
)
def test_judge_words_every_other_end(outcome: Outcome, status: Status, message: str) -> None:
    result = judge(SQUARE, (outcome,), LIMITS)
    assert (result.status, result.message, result.score) == (status, message, 0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.0, "1 second."), (0.04321, "0.04 seconds."), (2.25001, "2.3 seconds."), (30.0, "30 seconds.")],
)
def test_judge_rounds_seconds(seconds: float, words: str) -> None:
    message = judge(SQUARE, (TimedOut(seconds=seconds),), Limits(call_seconds=seconds)).message
    assert f"after {words}" in message


def test_judge_keeps_the_places_of_an_exception() -> None:
    assert judge(SQUARE, (Raised(kind="E", message="", places=(PLACE,)),), LIMITS).places == (PLACE,)


def test_judge_refuses_values_that_no_child_of_ours_sends() -> None:
    forged = Returned(value=Array("<f8", (5,), b""))
    assert judge(SQUARE, (forged, forged), LIMITS).status is Status.CRASHED


def variants(*expected: tuple[float, ...]) -> Check:
    """A check with a case per tuple and an accepted variant per entry."""
    cases = tuple(Case(arguments=(), expected=tuple(map(freeze, values)), shown="") for values in expected)
    return with_fields(SQUARE, cases=cases)


@pytest.mark.parametrize(("answers", "passes"), [((1.0, 2.0), True), ((10.0, 20.0), True), ((1.0, 20.0), False)])
def test_judge_wants_one_variant_to_fit_all_cases(answers: tuple[float, float], passes: bool) -> None:  # noqa: FBT001
    result = judge(variants((1.0, 10.0), (2.0, 20.0)), returned(*answers), LIMITS)
    assert (result.status is Status.PASSED) is passes


PAIR = with_fields(SQUARE, output=1, outputs=("eta", "rate"))


@pytest.mark.parametrize("answer", [(0, 4.0), [0, 4.0], np.array([0, 4.0])])
def test_judge_compares_the_output_that_is_asked_for(answer: object) -> None:
    assert judge(PAIR, returned(answer, (0, 9.0)), LIMITS).status is Status.PASSED


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        (None, "It returned nothing (None): is a `return` missing? Expected 2 values: `return eta, rate`."),
        (4.0, "It returned 4. Expected 2 values: `return eta, rate`."),
        ((1, 2, 3), "It returned (1, 2, 3). Expected 2 values: `return eta, rate`."),
        (np.array(4.0), "It returned 4. Expected 2 values: `return eta, rate`."),
    ],
)
def test_judge_says_how_many_outputs_are_due(answer: object, gap: str) -> None:
    assert gap in judge(PAIR, returned(answer, answer), LIMITS).message


def test_judge_names_the_output_in_question() -> None:
    assert "The value in question is rate." in judge(PAIR, returned((0, 1.0), (0, 1.0)), LIMITS).message


def test_judge_fails_a_changed_argument_only_where_that_matters() -> None:
    outcomes = (Returned(value=4.0, mutated=(0,)), Returned(value=9.0))
    strict = with_fields(SQUARE, keeps_inputs=True)
    assert judge(SQUARE, outcomes, LIMITS).status is Status.PASSED
    assert judge(strict, outcomes, LIMITS).message.startswith("square changes its argument x in place.")


def mistake(name: str, *outputs: object) -> Mistake:
    values: tuple[Value, ...] = tuple(freeze(output) for output in outputs)
    return Mistake(name=name, hint=f"hint of {name}", outputs=values)


DOUBLE, FOUR = mistake("double", 4.0, 6.0, 8.0), mistake("four", 4.0, 4.0, 4.0)
CUBED = check("square", [((2.0,), 4.0), ((3.0,), 9.0), ((4.0,), 16.0)])


@pytest.mark.parametrize(
    ("mistakes", "answers", "hint"),
    [
        ((DOUBLE, FOUR), (4.0, 6.0, 8.0), "hint of double"),
        ((DOUBLE, FOUR), (4.0, 4.0, 4.0), "hint of four"),
        ((DOUBLE, mistake("same", 4.0, 6.0, 8.0)), (4.0, 6.0, 8.0), ""),
        ((DOUBLE,), (4.0, 9.0, 8.0), ""),
        ((DOUBLE,), (4.0, 6.0, 8.1), ""),
        ((mistake("raises", Opaque("x"), Opaque("x"), Opaque("x")),), (1.0, 1.0, 1.0), ""),
        ((mistake("one wrong", 4.0, 9.0, 8.0),), (4.0, 9.0, 8.0), ""),
    ],
)
def test_judge_shows_the_hint_of_exactly_one_matching_mistake(
    mistakes: tuple[Mistake, ...], answers: tuple[float, ...], hint: str
) -> None:
    assert judge(with_fields(CUBED, mistakes=mistakes), returned(*answers), LIMITS).hint == hint


def test_judge_shows_the_hint_that_several_matching_mistakes_share() -> None:
    twins = tuple(msgspec.structs.replace(DOUBLE, name=name) for name in ("double", "twice"))
    assert judge(with_fields(CUBED, mistakes=twins), returned(4.0, 6.0, 8.0), LIMITS).hint == "hint of double"


@pytest.mark.parametrize(("first", "hint"), [(5.0, "hint of swapped"), (6.0, "")])
def test_judge_matches_only_the_value_in_question(first: float, hint: str) -> None:
    base = check("pair", [((1,), 1.0), ((2,), 2.0)])
    pair = with_fields(base, output=0, outputs=("a", "b"), mistakes=(mistake("swapped", 5.0, 7.0),))
    assert judge(pair, returned((first, 9.0), (7.0, 9.0)), LIMITS).hint == hint


def test_judge_matches_complex_numbers_in_any_order() -> None:
    roots = check("roots", [((1,), [1.0, 2.0]), ((2,), [3.0, 4.0])], compare=ComplexSet())
    wrong = with_fields(roots, mistakes=(mistake("twice", [2.0, 4.0], [6.0, 8.0]),))
    assert judge(wrong, returned([4.0 + 0j, 2.0], [6.0, 8.0]), LIMITS).hint == "hint of twice"


FEATURES = np.random.default_rng(1).normal(size=(2, 4, 300))
U, S, VT = np.linalg.svd(FEATURES, full_matrices=False)


def decompositions(compare: Comparator, right: tuple[Value, ...], wrong: tuple[object, ...]) -> Check:
    """Two cases, and a mistake."""
    base = check("f", [((1,), right[0]), ((2,), right[1])], compare=compare)
    outputs = tuple(recognizable(base, one) for one in wrong)
    return with_fields(base, mistakes=(Mistake(name="m", hint="hint of m", outputs=outputs),))


@pytest.mark.parametrize(
    ("compare", "right", "wrong", "answers"),
    [
        (Gram(), FEATURES, FEATURES / 2, [FEATURES[0] / 2, -FEATURES[1][:, ::-1] / 2]),
        (PrincipalFeatures(), U * S[:, None], U, [-U[0], U[1][:, ::-1]]),
        (SingularValues(), S, S**2, [S[0][::-1] ** 2, S[1] ** 2]),
    ],
    ids=["gram", "principal features", "singular values"],
)
def test_judge_matches_up_to_what_a_decomposition_leaves_open(
    compare: Comparator, right: Any, wrong: Any, answers: list[object]
) -> None:
    two = decompositions(compare, tuple(right), tuple(wrong))
    assert judge(two, returned(*answers), LIMITS).hint == "hint of m"


def test_judge_matches_words_too() -> None:
    words = check("which", [((1,), "large"), ((2,), "large")], compare=Choice(options=("large", "small")))
    wrong = with_fields(words, mistakes=(mistake("always small", "small", "small"),))
    assert judge(wrong, returned("small", "small"), LIMITS).hint == "hint of always small"


@pytest.mark.parametrize(
    ("outcome", "is_explained"),
    [
        (Raised(kind="PermissionError", message="[Errno 13] Permission denied: 'x.csv'"), True),
        (Raised(kind="FileNotFoundError", message="data.csv not found."), True),
        (Raised(kind="RuntimeError", message="[enforce fail] Permission denied"), True),
        (Raised(kind="ValueError", message="no"), False),
    ],
)
def test_judge_explains_what_only_confinement_forbids(outcome: Outcome, is_explained: bool) -> None:  # noqa: FBT001 (a table)
    assert ("code has no files, processes or network" in judge(SQUARE, (outcome,), LIMITS).message) is is_explained
