"""Question 2 against automatic differentiation, eigenvalues of whole systems and searches."""

# ruff: noqa: N802, N803, N806 (X, R and T as on the blackboard)

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
import torch

from reference.momentum import (
    eig_type,
    eta_complex_range,
    eta_repeated,
    eta_stable_max,
    iters_from_rate,
    momentum_best_eta,
    momentum_best_eta_range,
    momentum_eigs,
    momentum_path,
    momentum_R,
    momentum_R_permuted,
    momentum_rate,
)

Array = npt.NDArray[np.float64]

PAIRS = [(0.1, 1.7), (0.3, 0.4), (0.6, 1.1), (0.9, 2.5), (0.97, 0.2)]  # beta, sigma
TRIPLES = [(share / sigma**2, beta, sigma) for beta, sigma in PAIRS for share in (1e-3, 0.02, 0.3, 1.2, 3.0, 30.0)]
PROBLEM_2G = np.array([math.sqrt(5), math.sqrt(0.05)])


def step(X: Array, y: Array, w: Array, z: Array, eta: float, beta: float) -> tuple[Array, Array]:
    """One step with momentum; autograd has the gradient of the loss."""
    point = torch.tensor(w, requires_grad=True)
    (gradient,) = torch.autograd.grad(((torch.tensor(y) - torch.tensor(X) @ point) ** 2).sum(), point)
    z = (1 - beta) * z + beta * gradient.numpy()
    return w - eta * z, z


def run(X: Array, y: Array, eta: float, beta: float, T: int, start: tuple[Array, Array]) -> Array:
    """The iterates from start = (w_0, z_0)."""
    w, z = start
    path = [w]
    for _step in range(T):
        w, z = step(X, y, w, z, eta, beta)
        path.append(w)
    return np.array(path)


def system(X: Array, eta: float, beta: float) -> Array:
    """The matrix that takes [z_t; w_t - w*] to [z_{t+1}; w_{t+1} - w*], a column for every unit vector."""
    n, d = X.shape
    columns = []
    for unit in np.eye(2 * d):
        w, z = step(X, np.zeros(n), unit[d:], unit[:d], eta, beta)
        columns.append(np.concatenate([z, w]))
    return np.array(columns).T


def radius(eta: float, beta: float, sigma: float) -> float:
    return float(np.abs(np.linalg.eigvals(system(np.array([[sigma]]), eta, beta))).max())


def discriminant(eta: float, beta: float, sigma: float) -> float:
    R = system(np.array([[sigma]]), eta, beta)
    return float(np.trace(R) ** 2 - 4 * np.linalg.det(R))


def last_true(condition: Callable[[float], bool], low: float, high: float) -> float:
    """The point between low and high where the condition stops to hold."""
    for _halving in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if condition(middle) else (low, middle)
    return low


def zeros_of_discriminant(beta: float, sigma: float) -> tuple[float, float]:
    """It is positive near 0, negative where the trace is 0, and positive again far out."""
    middle = (2 - beta) / (2 * beta * sigma**2)
    low = last_true(lambda eta: discriminant(eta, beta, sigma) > 0, 0.0, middle)
    return low, last_true(lambda eta: discriminant(eta, beta, sigma) < 0, middle, 10 * middle)


@pytest.mark.parametrize(("n", "d", "T"), [(5, 3, 9), (3, 5, 9), (4, 4, 1), (6, 1, 4), (2, 3, 0)])
@pytest.mark.parametrize("beta", [0.15, 0.7, 1.0])
def test_path_follows_the_gradient_of_the_loss(n: int, d: int, T: int, beta: float) -> None:
    rng = np.random.default_rng(n)
    X, y, w0, z0 = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), rng.normal(size=d)
    expected = run(X, y, 0.03, beta, T, (w0, z0))
    np.testing.assert_allclose(momentum_path(X, y, 0.03, beta, T, w0, z0), expected, rtol=1e-10, atol=1e-14)


def test_path_starts_at_zero_without_momentum() -> None:
    X, y = np.array([[1.0, 2.0], [0.5, -1.0], [0.3, 0.8]]), np.array([1.0, 2.0, 3.0])
    expected = run(X, y, 0.1, 0.4, 6, (np.zeros(2), np.zeros(2)))
    np.testing.assert_allclose(momentum_path(X, y, 0.1, 0.4, 6), expected, rtol=1e-12)


def test_path_takes_columns() -> None:
    X, y, w0 = np.array([[1.0, 2.0], [0.5, -1.0], [0.3, 0.8]]), np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.5])
    column = momentum_path(X, y[:, None], 0.1, 0.4, 6, w0[:, None], w0[:, None])
    np.testing.assert_array_equal(column, momentum_path(X, y, 0.1, 0.4, 6, w0, w0))


def test_path_leaves_its_start_alone() -> None:
    start = np.ones(2)
    momentum_path(np.eye(2), np.zeros(2), 0.1, 0.4, 5, start, start)
    np.testing.assert_array_equal(start, np.ones(2))


@pytest.mark.parametrize(("eta", "beta", "sigma"), [*TRIPLES, (0.3, 1.0, 1.2), (0.3, 0.4, 0.0)])
def test_R_takes_one_step(eta: float, beta: float, sigma: float) -> None:
    np.testing.assert_allclose(momentum_R(eta, beta, sigma), system(np.array([[sigma]]), eta, beta), rtol=1e-12)


def test_R_permuted_takes_the_error_first() -> None:
    expected = (system(np.array([[1.7]]), 0.3, 0.2) @ [7.0, 5.0])[::-1]
    np.testing.assert_allclose(momentum_R_permuted(0.3, 0.2, 1.7) @ [5.0, 7.0], expected, rtol=1e-12)


@pytest.mark.parametrize(("eta", "beta", "sigma"), TRIPLES)
def test_eigs_are_those_of_a_step(eta: float, beta: float, sigma: float) -> None:
    with mpmath.workdps(40):
        exact, _vectors = mpmath.eig(mpmath.matrix(system(np.array([[sigma]]), eta, beta)))
    found = momentum_eigs(eta, beta, sigma)
    gaps = [
        np.abs(found - np.array(order)).max() for order in (list(map(complex, exact)), list(map(complex, exact[::-1])))
    ]
    assert min(gaps) < 1e-9 * np.abs(found).max()


@pytest.mark.parametrize(("eta", "beta", "sigma"), TRIPLES)
def test_eig_type_is_that_of_numpys_eigenvalues(eta: float, beta: float, sigma: float) -> None:
    is_complex = np.iscomplexobj(np.linalg.eigvals(system(np.array([[sigma]]), eta, beta)))
    assert eig_type(eta, beta, sigma) == ("complex" if is_complex else "real")


@pytest.mark.parametrize(("beta", "sigma"), [*PAIRS, (1.0, 1.3)])
@pytest.mark.parametrize("end", [0, 1])
def test_eig_type_at_a_zero_of_the_discriminant_is_repeated(beta: float, sigma: float, end: int) -> None:
    s = math.sqrt(1 - beta)
    eta = [(2 - beta - 2 * s), (2 - beta + 2 * s)][end] / (2 * beta * sigma**2)
    assert eig_type(eta, beta, sigma) == "repeated"


@pytest.mark.parametrize(("beta", "sigma"), PAIRS)
def test_eta_repeated_are_the_zeros_of_the_discriminant(beta: float, sigma: float) -> None:
    assert eta_repeated(beta, sigma) == pytest.approx(zeros_of_discriminant(beta, sigma), rel=1e-7)


def test_eta_repeated_without_momentum_is_the_step_that_jumps() -> None:
    assert eta_repeated(1.0, 2.0) == (0.125, 0.125)


@pytest.mark.parametrize(("beta", "sigma"), [*PAIRS, (1.0, 1.3)])
def test_eta_stable_max_is_where_the_spectral_radius_reaches_one(beta: float, sigma: float) -> None:
    searched = last_true(lambda eta: radius(eta, beta, sigma) < 1, 0.1 / sigma**2, 100 / (beta * sigma**2))
    assert eta_stable_max(beta, sigma) == pytest.approx(searched, rel=1e-9)


@pytest.mark.parametrize(("share", "shrinks"), [(0.99, True), (1.01, False)])
def test_eta_stable_max_separates_runs_that_converge(share: float, shrinks: bool) -> None:  # noqa: FBT001 (a table)
    eta = share * eta_stable_max(0.4, 1.3)
    path = run(np.array([[1.3]]), np.zeros(1), eta, 0.4, 1000, (np.ones(1), np.zeros(1)))
    assert (abs(path[-1, 0]) < 1e-3) == shrinks


def test_eta_stable_max_of_problem_2g() -> None:
    assert eta_stable_max(0.1, math.sqrt(5)) == pytest.approx(3.8)


@pytest.mark.parametrize(("beta", "sigma"), PAIRS)
def test_complex_range_has_complex_eigenvalues_just_inside_only(beta: float, sigma: float) -> None:
    low, high = eta_complex_range(beta, sigma)
    etas = [low * (1 - 1e-6), low * (1 + 1e-6), high * (1 - 1e-6), high * (1 + 1e-6)]
    are_complex = [np.iscomplexobj(np.linalg.eigvals(system(np.array([[sigma]]), eta, beta))) for eta in etas]
    assert are_complex == [False, True, True, False]


def test_complex_ranges_of_problem_2g_share_an_interval() -> None:
    large, small = (eta_complex_range(0.1, float(sigma)) for sigma in PROBLEM_2G)
    assert (small[0], large[1]) == pytest.approx((0.263340, 3.797367), abs=5e-7)


@pytest.mark.parametrize("seed", range(12))
def test_rate_is_the_spectral_radius_of_all_coordinates_at_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, beta, eta = rng.normal(size=(6, 3)), float(rng.uniform(0.05, 1)), float(10 ** rng.uniform(-3, 0.3))
    sigmas = np.asarray(np.linalg.svd(X, compute_uv=False), float)
    expected = np.abs(np.linalg.eigvals(system(X, eta, beta))).max()
    assert momentum_rate(eta, beta, sigmas) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("eta", "rate"), [(0.3, 0.948683), (1.0, 0.948683), (3.7, 0.948683), (3.8, 1.0)])
def test_rate_of_problem_2g(eta: float, rate: float) -> None:
    assert momentum_rate(eta, 0.1, PROBLEM_2G) == pytest.approx(rate, abs=5e-7)


@pytest.mark.parametrize(("eta", "count"), [(0.26, 148), (0.5, 132), (3.7974, 148)])
def test_rate_of_problem_2g_gives_known_numbers_of_steps(eta: float, count: int) -> None:
    assert iters_from_rate(momentum_rate(eta, 0.1, PROBLEM_2G), 1e-3) == count


@pytest.mark.parametrize(("beta", "smax2", "smin2"), [(0.1, 5, 0.05), (0.3, 5, 0.05), (0.6, 2, 1), (1.0, 3, 3)])
def test_best_eta_has_the_best_rate_of_a_grid(beta: float, smax2: float, smin2: float) -> None:
    sigmas = [math.sqrt(smax2), math.sqrt(smin2)]
    grid = np.geomspace(1e-2, 10, 400) / smax2
    best = min(max(radius(float(eta), beta, sigma) for sigma in sigmas) for eta in grid)
    found = max(radius(momentum_best_eta(beta, smax2, smin2), beta, sigma) for sigma in sigmas)
    assert found <= best + 1e-9


def test_best_eta_exists_up_to_the_largest_beta() -> None:
    low, high = zeros_of_discriminant(0.3305, PROBLEM_2G[1])[0], zeros_of_discriminant(0.3305, PROBLEM_2G[0])[1]
    assert low < momentum_best_eta(0.3305, 5, 0.05) < high


@pytest.mark.parametrize(
    ("eta", "is_accepted"),
    [(0.26, False), (0.263, True), (0.2633, True), (1.0, True), (3.797367, True), (3.7974, False), (3.8, False)],
)
def test_best_eta_range_accepts_what_rounds_to_the_interval(eta: float, is_accepted: bool) -> None:  # noqa: FBT001
    low, high = momentum_best_eta_range(0.1, 5, 0.05)
    assert (low <= eta <= high) == is_accepted


@pytest.mark.parametrize(("beta", "smax2", "smin2"), [(0.1, 5, 0.05), (0.25, 4, 0.1), (0.6, 2, 1)])
def test_best_eta_range_ends_at_three_tenths_of_a_percent(beta: float, smax2: float, smin2: float) -> None:
    ends = momentum_best_eta_range(beta, smax2, smin2)
    rates = [max(radius(end, beta, math.sqrt(s2)) for s2 in (smax2, smin2)) for end in ends]
    assert rates == pytest.approx([1.003 * math.sqrt(1 - beta)] * 2, rel=1e-8)


@pytest.mark.parametrize(
    ("rate", "eps", "count"),
    [(0.9**0.5, 1e-3, 132), (99 / 101, 1e-3, 346), (0.5, 0.3, 2), (0.5, 0.6, 1), (0.01, 0.5, 1)],
)
def test_iters_from_rate_of_known_rates(rate: float, eps: float, count: int) -> None:
    assert iters_from_rate(rate, eps) == count


@pytest.mark.parametrize("seed", range(60))
def test_iters_from_rate_counts_multiplications(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rate, eps = float(rng.uniform(0.02, 0.99)), float(10 ** rng.uniform(-6, -0.1))
    with mpmath.workdps(50):
        error, steps = mpmath.mpf(1), 0
        while error > eps:
            error, steps = error * rate, steps + 1
    assert iters_from_rate(rate, eps) == steps


TALL, ROWS = np.ones((3, 2)), np.ones(3)
INVALID: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (momentum_path, (ROWS, ROWS, 0.1, 0.5, 3)),
    (momentum_path, (TALL, np.ones(2), 0.1, 0.5, 3)),
    (momentum_path, (TALL, ROWS, 0.0, 0.5, 3)),
    (momentum_path, (TALL, ROWS, 0.1, 0.0, 3)),
    (momentum_path, (TALL, ROWS, 0.1, 1.1, 3)),
    (momentum_path, (TALL, ROWS, 0.1, 0.5, -1)),
    (momentum_path, (TALL, ROWS, 0.1, 0.5, 3, [1.0])),
    (momentum_path, (TALL, ROWS, 0.1, 0.5, 3, None, [1.0])),
    (momentum_path, (TALL, ROWS, 0.1, 0.5, 3, None, [1.0, 2.0, 3.0])),
    (iters_from_rate, (0.0, 1e-3)),
    (iters_from_rate, (1.0, 1e-3)),
    (iters_from_rate, (0.9, 0.0)),
    (iters_from_rate, (0.9, 1.0)),
    (eig_type, (0.1, 0.5, 0.0)),
    (eta_complex_range, (1.0, 1.0)),
    (momentum_rate, (0.1, 0.5, [1.0, 0.0])),
    (momentum_rate, (0.1, 0.5, [1.0, -1.0])),
    (momentum_rate, (0.1, 0.5, [])),
    (momentum_rate, (0.0, 0.5, [1.0])),
    (momentum_rate, (0.1, 0.0, [1.0])),
    (momentum_best_eta, (0.1, 1.0, 2.0)),
    (momentum_best_eta, (0.1, 1.0, 0.0)),
    (momentum_best_eta, (0.0, 2.0, 1.0)),
    (momentum_best_eta, (0.3307, 5.0, 0.05)),
    (momentum_best_eta_range, (0.3307, 5.0, 0.05)),
    *((f, (0.0, 0.5, 1.0)) for f in (momentum_R, momentum_R_permuted, momentum_eigs, eig_type)),
    *((f, (0.1, beta, 1.0)) for f in (momentum_R, momentum_eigs, eig_type) for beta in (0.0, -0.5, 1.5)),
    *((f, (0.1, 0.5, -1.0)) for f in (momentum_R, momentum_eigs, eig_type)),
    *((f, (beta, 1.0)) for f in (eta_repeated, eta_stable_max, eta_complex_range) for beta in (0.0, 1.5, np.nan)),
    *((f, (0.5, sigma)) for f in (eta_repeated, eta_stable_max, eta_complex_range) for sigma in (0.0, -1.0)),
]


@pytest.mark.parametrize(("function", "arguments"), INVALID)
def test_momentum_refuses_invalid_input(function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (where the shapes do not fit, NumPy words the message)
        function(*arguments)
