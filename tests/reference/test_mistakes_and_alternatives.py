"""Every listed mistake deviates from its reference on generic inputs; every listed alternative agrees on all of them."""

# ruff: noqa: N806 (X as on the blackboard)

from __future__ import annotations

import copy
import importlib
import inspect
import math
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from grader.rubric.variants import EQUIVALENT

Array = npt.NDArray[np.float64]
Variant = Callable[..., Any]

RNG = np.random.default_rng(2)
TALL, WIDE, SQUARE = (RNG.normal(size=shape) for shape in ((5, 3), (3, 4), (3, 3)))
FIVE, FOUR, THREE = (RNG.normal(size=size) for size in (5, 4, 3))
NOISY = RNG.normal(size=(2000, 3))

MODULES = {
    "learning_rates": [
        "gd_stable_range", "gd_scalar_path", "gd_iters_to_tol", "gd_diag_range",
        "faster_dim", "gd_opt_lr", "gd_lstsq_path",
    ],
    "momentum": [
        "momentum_path", "momentum_R", "momentum_eigs", "eig_type", "eta_repeated", "eta_stable_max",
        "eta_complex_range", "momentum_best_eta", "momentum_rate", "iters_from_rate", "runGDM",
    ],
    "noise_augmentation": [
        "noise_aug_weights", "expected_noisy_loss", "augment", "mean_recursion", "mean_stable_range", "mean_limit",
    ],
    "kernel_ridge": ["joint_cov", "ridge_primal", "ridge_kernel"],
}  # fmt: skip

GENERIC: dict[str, list[tuple[Any, ...]]] = {
    "gd_stable_range": [(1.7,), (0.3,)],
    "gd_scalar_path": [(1.7, 0.9, 0.1, 6), (0.6, -2.0, 0.8, 5, 1.5)],
    "gd_iters_to_tol": [(1.7, 0.02, 1e-3), (1.7, 0.31, 1e-3), (0.7, 0.5, 0.2), (1.5, 1 / 4.5, 0.4)],
    "gd_diag_range": [(np.array([0.6, 2.3, 1.1]),), (np.array([2.3, 0.6, 1.1]),)],
    "faster_dim": [(0.02, 2.3, 0.6), (0.12, 2.3, 0.6), (0.18, 2.3, 0.6)],
    "gd_opt_lr": [(np.array([0.6, 2.3, 1.1]),), (np.array([1.9, 0.4, 0.7, 1.2]),)],
    "gd_lstsq_path": [(TALL, FIVE, 0.03, 6), (SQUARE, THREE, 0.04, 5), (TALL, FIVE, 0.02, 4, THREE)],
    "momentum_path": [(TALL, FIVE, 0.04, 0.3, 7), (WIDE, THREE, 0.03, 0.8, 6, FOUR, 2 * FOUR)],
    "momentum_R": [(0.2, 0.3, 1.7), (0.6, 0.8, 0.4)],
    "momentum_eigs": [(0.005, 0.3, 1.7), (0.2, 0.3, 1.7), (1.95, 0.3, 1.7)],
    "eig_type": [(0.005, 0.3, 1.7), (0.03, 0.3, 1.7), (1.7, 0.3, 1.7), (2.1, 0.3, 1.7), (0.375, 0.75, 2 / 3)],
    "eta_repeated": [(0.3, 1.7), (0.1, 0.6)],
    "eta_stable_max": [(0.3, 1.7), (0.9, 0.6)],
    "eta_complex_range": [(0.3, 1.7), (0.1, 0.6)],
    "momentum_best_eta": [(0.1, 5.0, 0.05), (0.2, 3.0, 0.1)],
    "momentum_rate": [
        (0.3, 0.2, np.array([1.1, 1.9, 0.6])),  # all complex
        (0.02, 0.4, np.array([0.3, 2.2, 1.0])),  # one real
        (1.9, 0.4, np.array([0.8, 2.2])),  # unstable
    ],
    "iters_from_rate": [(0.948683, 1e-3), (0.7, 0.05)],
    "runGDM": [(12, 0.02, 0.3), (7, 0.05, 0.8)],
    "noise_aug_weights": [(TALL, FIVE, 0.4), (WIDE, THREE, 2.3)],
    "expected_noisy_loss": [(THREE, TALL, FIVE, 0.4), (FOUR, WIDE, THREE, 2.3)],
    "mean_recursion": [(1.2, 0.9, 0.8, 0.2, 6), (0.7, -2.0, 1.5, 0.3, 5)],
    "mean_stable_range": [(1.2, 0.4), (-0.7, 1.5)],
    "mean_limit": [(1.2, 0.9, 0.4), (-0.7, 2.0, 1.5)],
    "joint_cov": [(WIDE, 0.3), (TALL, 2.5)],
    "ridge_primal": [(WIDE, THREE, 0.3), (TALL, FIVE, 2.5)],
    "ridge_kernel": [(WIDE, THREE, 0.3), (TALL, FIVE, 2.5)],
}

OTHER_FORMS = {
    "momentum_R": ["momentum_R", "momentum_R_permuted"],
    "runGDM": ["runGDM", "runGDM_from_zero"],
}


def reference_of(name: str) -> ModuleType:
    """The reference module that has this function."""
    stem = next(stem for stem, names in MODULES.items() if name in names)
    return importlib.import_module(f"reference.{stem}")


def listed(folder: str) -> list[tuple[str, Variant]]:
    """Every public function in the folder, with the homework function whose name it extends."""
    pairs: list[tuple[str, Variant]] = []
    for stem, homework in MODULES.items():
        module = importlib.import_module(f"reference.{folder}.{stem}")
        for name, variant in inspect.getmembers(module, inspect.isfunction):
            if variant.__module__ == module.__name__ and not name.startswith("_"):
                pairs.append((next(f for f in sorted(homework, key=len)[::-1] if name.startswith(f + "_")), variant))
    return pairs


LISTED, ALTERNATIVES = listed("mistakes"), listed("alternatives")
MISTAKES = [(name, mistake) for name, mistake in LISTED if not (mistake.__doc__ or "").startswith(EQUIVALENT)]
EQUIVALENTS = [pair for pair in LISTED if pair not in MISTAKES]
HOMEWORK = [name for names in MODULES.values() for name in names]


def identify(value: object) -> str:
    return value.__name__ if inspect.isfunction(value) else str(value)


def numbers(answer: Any) -> npt.NDArray[np.complex128]:
    """Any form of numbers as an array without axes of length 1."""
    plain = answer.detach().numpy() if hasattr(answer, "detach") else answer
    return np.squeeze(np.asarray(plain, dtype=complex))


def items(answer: Any) -> list[Any]:
    """The parts of a tuple, list, array or interval on paper, without words about the ends."""
    if isinstance(answer, str):
        return [float(number) for number in re.findall(r"[-+.\de]+", answer)]
    has_parts = isinstance(answer, (tuple, list)) or getattr(answer, "ndim", 0) > 0
    return [part for part in answer if not isinstance(part, str)] if has_parts else []


def agree(answer: Any, expected: Any) -> bool:
    """Words and counts exactly, numbers to 1e-4 of the largest, in the same shape."""
    if isinstance(expected, str):
        return isinstance(answer, str) and answer.strip().lower() == expected
    if isinstance(expected, int):
        return np.ndim(answer) == 0 and bool(answer == expected)
    if isinstance(expected, tuple):
        parts = items(answer)
        return len(parts) == len(expected) and all(map(agree, parts, expected))
    actual, right = numbers(answer), numbers(expected)
    return actual.shape == right.shape and bool(np.abs(actual - right).max() <= 1e-4 * np.abs(right).max())


def expected_forms(name: str, inputs: tuple[Any, ...]) -> list[Any]:
    """What counts as right."""
    module = reference_of(name)
    forms = [getattr(module, form)(*copy.deepcopy(inputs)) for form in OTHER_FORMS.get(name, [name])]
    return [*forms, forms[0][::-1]] if name == "momentum_eigs" else forms


def is_right(name: str, inputs: tuple[Any, ...], answer: Any) -> bool:
    """Whether the homework function `name` may answer so."""
    if name == "momentum_best_eta":
        low, high = reference_of(name).momentum_best_eta_range(*inputs)
        return bool(np.all((low <= np.asarray(answer)) & (np.asarray(answer) <= high)))
    return any(agree(answer, expected) for expected in expected_forms(name, inputs))


def is_normal_noise(augment: Variant) -> bool:
    """Fresh N(0, sigma^2) on every entry, from the given generator, on a copy of the data."""
    X, sigma = NOISY.copy(), 0.4
    draws = [np.array(augment(X, sigma, np.random.default_rng(seed))) for seed in (1, 2)]
    noise = (np.hstack(draws) - np.hstack([NOISY, NOISY])) / sigma
    if not np.array_equal(X, NOISY) or stats.kstest(noise.ravel(), "norm").pvalue < 1e-3:
        return False
    return bool(np.abs(np.corrcoef(noise.T) - np.eye(6)).max() < 5 / math.sqrt(len(X)))


def is_correct(name: str, variant: Variant) -> bool:
    """Whether the variant answers all generic inputs of the homework function rightly."""
    if name == "augment":
        return is_normal_noise(variant)
    try:
        answers = [variant(*copy.deepcopy(inputs)) for inputs in GENERIC[name]]
    except ValueError:  # shapes that do not fit
        return False
    return all(is_right(name, inputs, answer) for inputs, answer in zip(GENERIC[name], answers, strict=True))


@pytest.fixture(autouse=True)
def data_of_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """`runGDM` reads its data from globals."""
    for folder in ("reference", "reference.mistakes", "reference.alternatives"):
        monkeypatch.setattr(f"{folder}.momentum.X", TALL[:, :2])
        monkeypatch.setattr(f"{folder}.momentum.y", FIVE[:, None])


@pytest.mark.parametrize("name", HOMEWORK)
def test_reference_is_correct(name: str) -> None:
    assert is_correct(name, getattr(reference_of(name), name))


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=identify)
def test_mistake_deviates(name: str, mistake: Variant) -> None:
    assert not is_correct(name, mistake)


@pytest.mark.parametrize(("name", "mistake"), EQUIVALENTS, ids=identify)
def test_equivalent_mistake_agrees(name: str, mistake: Variant) -> None:
    assert is_correct(name, mistake)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")  # a student may still use it
@pytest.mark.parametrize(("name", "alternative"), ALTERNATIVES, ids=identify)
def test_alternative_agrees(name: str, alternative: Variant) -> None:
    assert is_correct(name, alternative)


@pytest.mark.parametrize(("_name", "mistake"), MISTAKES, ids=identify)
def test_mistake_has_a_hint(_name: str, mistake: Variant) -> None:
    first_line = (mistake.__doc__ or "").splitlines()[0]
    assert first_line.endswith((".", "?")) or len(first_line.split()) >= 5


@pytest.mark.parametrize("name", HOMEWORK)
def test_homework_function_has_three_mistakes(name: str) -> None:
    assert sum(owner == name for owner, _mistake in MISTAKES) >= 3


@pytest.mark.parametrize("name", HOMEWORK)
def test_homework_function_has_an_alternative(name: str) -> None:
    assert any(owner == name for owner, _alternative in ALTERNATIVES)
