"""Random cases for question 2: stable runs, beta away from 1/2 and 1, discriminants away from 0."""

from __future__ import annotations

import math

import numpy as np

Generator = np.random.Generator


def _beta(rng: Generator) -> float:
    """Between 0.05 and 0.95, but not near 1/2, where beta and 1 - beta are the same."""
    low = rng.uniform(0.05, 0.4)
    return float(low if rng.random() < 0.5 else 1 - low)  # noqa: PLR2004 (a coin)


def momentum_run(rng: Generator) -> dict[str, object]:
    """A stable run of at most 20 steps."""
    n, d = int(rng.integers(4, 8)), int(rng.integers(2, 4))
    X, beta = rng.normal(size=(n, d)), _beta(rng)
    eta = rng.uniform(0.1, 0.7) * (2 - beta) / (beta * np.linalg.norm(X, 2) ** 2)
    return {"X": X, "y": rng.normal(size=n), "eta": float(eta), "beta": beta, "T": int(rng.integers(3, 21))}


def momentum_run_from(rng: Generator) -> dict[str, object]:
    """The same, from a start and a momentum."""
    case = momentum_run(rng)
    d = np.shape(case["X"])[1]
    return {**case, "w0": rng.normal(size=d), "z0": rng.normal(size=d)}


def beta_and_sigma(rng: Generator) -> dict[str, object]:
    """Both generic."""
    return {"beta": _beta(rng), "sigma": rng.uniform(0.3, 3.0)}


def real_small(rng: Generator) -> dict[str, object]:
    """2 eta beta sigma^2 below (1 - s)^2: two positive real eigenvalues."""
    return _eigenvalues(rng, lambda s: rng.uniform(0.1, 0.9) * (1 - s) ** 2)


def complex_pair(rng: Generator) -> dict[str, object]:
    """Between (1 - s)^2 and (1 + s)^2: a complex pair."""
    return _eigenvalues(rng, lambda s: (1 - s) ** 2 + rng.uniform(0.1, 0.9) * 4 * s)


def real_large(rng: Generator) -> dict[str, object]:
    """Above (1 + s)^2: two negative real eigenvalues."""
    return _eigenvalues(rng, lambda s: rng.uniform(1.05, 1.5) * (1 + s) ** 2)


def any_regime(rng: Generator) -> dict[str, object]:
    """One of the three."""
    draws = (real_small, complex_pair, real_large)
    return draws[int(rng.integers(3))](rng)


def _eigenvalues(rng: Generator, scaled: object) -> dict[str, object]:
    """A case with 2 eta beta sigma^2 = scaled(s) whose discriminant is at least 0.05 in size."""
    while True:
        beta, sigma = _beta(rng), rng.uniform(0.3, 3.0)
        s = math.sqrt(1 - beta)
        u = scaled(s)  # type: ignore[operator]
        if abs((u - (1 - s) ** 2) * (u - (1 + s) ** 2)) >= 0.05:  # noqa: PLR2004
            return {"eta": float(u / (2 * beta * sigma**2)), "beta": beta, "sigma": sigma}


def rate_case(rng: Generator) -> dict[str, object]:
    """Three singular values; the discriminants stay away from 0."""
    while True:
        beta, sigmas = _beta(rng), rng.uniform(0.3, 2.5, size=3)
        eta = rng.uniform(0.05, 1.1) * (2 - beta) / (beta * sigmas.max() ** 2)
        s, u = math.sqrt(1 - beta), 2 * eta * beta * sigmas**2
        if (np.abs((u - (1 - s) ** 2) * (u - (1 + s) ** 2)) >= 0.05).all():  # noqa: PLR2004
            return {"eta": float(eta), "beta": beta, "sigmas": sigmas}


def best_eta_case(rng: Generator) -> dict[str, object]:
    """Beta small enough that one learning rate makes every pair complex."""
    ratio = rng.uniform(4.0, 60.0)
    smax2 = rng.uniform(1.5, 6.0)
    root = math.sqrt(ratio)
    beta = rng.uniform(0.3, 0.85) * (1 - ((root - 1) / (root + 1)) ** 2)
    return {"beta": float(beta), "smax2": smax2, "smin2": smax2 / ratio}


def rate_and_eps(rng: Generator) -> dict[str, object]:
    """The exact count lies well between two integers, so that rounding cannot change it."""
    while True:
        rate, eps = rng.uniform(0.5, 0.99), 10 ** rng.uniform(-6, -1)
        count = math.log(eps) / math.log(rate)
        if 0.1 <= count % 1 <= 0.9:  # noqa: PLR2004 (the bounds of the sentence above)
            return {"rate": rate, "eps": eps}


def notebook_run(rng: Generator) -> dict[str, object]:
    """A few stable steps on 20 points, as the notebook has 500."""
    X = rng.normal(size=(20, 2)) * np.array([3.0, 1.0]) - np.array([3.0, 0.0])
    stepsize = rng.uniform(0.2, 0.8) / np.linalg.norm(X, 2) ** 2
    y = (X[:, 1:] > 0).astype(float)
    return {"maxiter": int(rng.integers(3, 7)), "stepsize": float(stepsize), "beta": _beta(rng), "X": X, "y": y}


def notebook_points(_rng: Generator) -> dict[str, object]:
    """The data of the notebook: 500 points, with its seed."""
    X = np.random.RandomState(0).normal([-3, 0], [3, 1], (500, 2))
    return {"X": X, "y": 1.0 * (X[:, 1:] > 0)}
