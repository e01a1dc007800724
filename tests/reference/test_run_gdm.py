"""The notebook of question 2(h): `runGDM` against the path of question 2(a), autograd and the notebook's own run."""

# ruff: noqa: N802, N806 (X and runGDM as in the notebook)

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch

from reference import momentum
from reference.momentum import momentum_path, runGDM, runGDM_from_zero

Array = npt.NDArray[np.float64]


def points() -> tuple[Array, Array]:
    """The 500 points of the notebook."""
    X = np.random.RandomState(0).normal([-3, 0], [3, 1], (500, 2))
    return X, (X[:, 1] > 0).astype(float)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> tuple[Array, Array]:
    """The data, as the globals that `runGDM` reads."""
    X, y = points()
    monkeypatch.setattr(momentum, "X", X)
    monkeypatch.setattr(momentum, "y", y[:, None])
    return X, y


def test_notebook_has_the_known_singular_values(notebook: tuple[Array, Array]) -> None:
    assert np.linalg.svd(notebook[0], compute_uv=False) ** 2 == pytest.approx([9372.65, 500.18], abs=5e-3)


def test_runGDM_starts_at_the_first_gradient(notebook: tuple[Array, Array]) -> None:
    X, y = notebook
    expected = momentum_path(X, y, 1e-4, 0.6, 30, z0=-2 * X.T @ y)[1:]
    np.testing.assert_allclose(runGDM(30, 1e-4, 0.6)[1], expected, rtol=1e-10)


def test_runGDM_from_zero_starts_without_momentum(notebook: tuple[Array, Array]) -> None:
    X, y = notebook
    expected = momentum_path(X, y, 1e-4, 0.6, 30)[1:]
    np.testing.assert_allclose(runGDM_from_zero(30, 1e-4, 0.6)[1], expected, rtol=1e-10)


def test_runGDM_returns_the_gradients_before_each_step(notebook: tuple[Array, Array]) -> None:
    X, y = notebook
    grads, ws, _losses = runGDM(20, 1e-4, 0.6)
    before = torch.tensor(np.vstack([np.zeros((1, 2)), ws[:-1]]), requires_grad=True)
    loss = ((torch.tensor(X) @ before.T - torch.tensor(y)[:, None]) ** 2).sum()
    (expected,) = torch.autograd.grad(loss, before)
    np.testing.assert_allclose(grads, expected.numpy(), rtol=1e-9, atol=1e-9)


def test_runGDM_returns_the_losses_after_each_step(notebook: tuple[Array, Array]) -> None:
    X, y = notebook
    _grads, ws, losses = runGDM(20, 1e-4, 0.6)
    assert losses == pytest.approx([math.fsum((X @ w - y) ** 2) for w in ws], rel=1e-12)


@pytest.mark.parametrize(
    ("function", "stepsize", "beta", "count"),
    [
        (runGDM, 1e-4, 1.0, 66),  # plain gradient descent
        (runGDM, 1e-4, 0.6, 60),
        (runGDM_from_zero, 1e-4, 0.6, 61),
        (runGDM, 2e-4, 0.6, 24),
        (runGDM, 2.4e-4, 0.6, 35),
    ],
)
@pytest.mark.usefixtures("notebook")
def test_runGDM_of_the_notebook_needs_known_numbers_of_steps(
    function: Callable[[int, float, float], tuple[Array, Array, list[float]]], stepsize: float, beta: float, count: int
) -> None:
    X, y = points()
    solution, _rest, _rank, _sizes = np.linalg.lstsq(X, y, rcond=None)
    errors = np.linalg.norm(function(100, stepsize, beta)[1] - solution, axis=1) / np.linalg.norm(solution)
    assert 1 + int(np.argmax(errors < 1e-3)) == count
