"""Question 5 against torch's optimizers and autograd and the numbers of the homework's notebook."""

# ruff: noqa: N803, N806 (W and X as on the blackboard)

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import stats

from reference.optimizers import (
    FullyConnectedNet,
    Solver,
    SpectralSolver,
    adam,
    he_normal,
    he_normal_difference_distribution,
    he_normal_distribution,
    he_normal_mean_square_range,
    init_params,
    initial_weight_distribution,
    mean_grad_norm,
    mean_grad_norm_spectral,
    rmsprop,
    sgd,
    sgd_momentum,
    softmax_loss,
)

Array = npt.NDArray[Any]
Variant = Callable[..., Any]
Config = dict[str, Any]


def table(low: float, high: float) -> Array:
    """The notebook's arrays."""
    return np.linspace(low, high, 20).reshape(4, 5)


W, DW = table(-0.4, 0.6), table(-0.6, 0.4)


# The notebook's numbers: the corners of its tables


@pytest.mark.parametrize(
    ("rule", "config", "state", "corners"),
    [
        (sgd_momentum, {"learning_rate": 1e-3, "velocity": table(0.6, 0.9)}, "next_w", (-0.39994, 0.59879)),
        (sgd_momentum, {"learning_rate": 1e-3, "velocity": table(0.6, 0.9)}, "velocity", (-0.06, 1.21)),
        (rmsprop, {"learning_rate": 1e-2, "cache": table(0.6, 0.9)}, "next_w", (-0.39223849, 0.59576619)),
        (rmsprop, {"learning_rate": 1e-2, "cache": table(0.6, 0.9)}, "cache", (0.5976, 0.8926)),
        (adam, {"learning_rate": 1e-2, "m": table(0.6, 0.9), "v": table(0.7, 0.5), "t": 5}, "next_w", (-0.40094747, 0.59801459)),
        (adam, {"learning_rate": 1e-2, "m": table(0.6, 0.9), "v": table(0.7, 0.5), "t": 5}, "m", (0.48, 0.85)),
    ],
)  # fmt: skip
def test_rule_gives_the_numbers_of_the_notebook(
    rule: Variant, config: Config, state: str, corners: tuple[float, float]
) -> None:
    next_w, after = rule(W, DW, config)
    result = {**after, "next_w": next_w}[state]
    assert (result[0, 0], result[3, 4]) == pytest.approx(corners, abs=5e-7)


def test_adam_of_the_notebook_counts_to_six() -> None:
    assert adam(W, DW, {"m": table(0.6, 0.9), "v": table(0.7, 0.5), "t": 5})[1]["t"] == 6


@pytest.mark.parametrize("rule", [sgd, sgd_momentum, rmsprop, adam])
def test_rule_leaves_its_arguments_alone(rule: Variant) -> None:
    w, dw, config = W.copy(), DW.copy(), {"learning_rate": 0.1}
    rule(w, dw, config)
    assert (w == W).all() and (dw == DW).all() and config == {"learning_rate": 0.1}  # noqa: PT018 (one promise)


@pytest.mark.parametrize(("rule", "rate"), [(sgd, 1e-2), (sgd_momentum, 1e-2), (rmsprop, 1e-2), (adam, 1e-3)])
def test_rule_has_a_default_learning_rate(rule: Variant, rate: float) -> None:
    assert rule(W, DW)[1]["learning_rate"] == rate


@pytest.mark.parametrize("rule", [sgd, sgd_momentum, rmsprop, adam])
def test_rule_keeps_float32(rule: Variant) -> None:
    assert rule(W.astype(np.float32), DW.astype(np.float32))[0].dtype == np.float32


OPTIMIZERS: list[tuple[Variant, Config, Callable[[list[torch.Tensor]], torch.optim.Optimizer]]] = [
    (sgd, {"learning_rate": 0.03}, lambda p: torch.optim.SGD(p, lr=0.03)),
    (sgd_momentum, {"learning_rate": 0.03, "momentum": 0.7}, lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.7)),
    (
        rmsprop,
        {"learning_rate": 0.03, "decay_rate": 0.8, "epsilon": 0.1},
        lambda p: torch.optim.RMSprop(p, lr=0.03, alpha=0.8, eps=0.1),
    ),
    (
        adam,
        {"learning_rate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.1},
        lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.95), eps=0.1),
    ),
]


@pytest.mark.parametrize(("rule", "config", "oracle"), OPTIMIZERS)
def test_rule_takes_the_steps_of_torch(
    rule: Variant, config: Config, oracle: Callable[[list[torch.Tensor]], torch.optim.Optimizer]
) -> None:
    w, parameter = W, torch.tensor(W, requires_grad=True)
    optimizer = oracle([parameter])
    for dw in np.random.default_rng(0).normal(size=(8, 4, 5)):
        w, config = rule(w, dw, config)
        parameter.grad = torch.tensor(dw)
        optimizer.step()
    np.testing.assert_allclose(w, parameter.detach().numpy(), rtol=1e-12)


# Initialization


@pytest.mark.parametrize(("fan_in", "fan_out"), [(64, 256), (256, 64)])
def test_he_normal_is_normal_with_its_variance(fan_in: int, fan_out: int) -> None:
    weights = he_normal(fan_in, fan_out, np.random.default_rng(1)) / math.sqrt(2 / fan_in)
    assert stats.kstest(weights.ravel(), "norm").pvalue > 1e-3


@pytest.mark.parametrize(("fan_in", "std"), [(3072, 0.02551551815399), (50, 0.2)])
def test_he_normal_distribution_has_the_stds_of_the_notebook(fan_in: int, std: float) -> None:
    mean, spread = he_normal_distribution(fan_in, 50, np.random.default_rng())
    assert (mean == 0).all() and spread == pytest.approx(np.full((fan_in, 50), std))  # noqa: PT018


def test_he_normal_difference_distribution_is_that_of_two_draws() -> None:
    rng = np.random.default_rng(14)
    mean, std = he_normal_difference_distribution(64, 256, rng)
    difference = he_normal(64, 256, rng) - he_normal(64, 256, rng)
    assert stats.kstest(((difference - mean) / std).ravel(), "norm").pvalue > 1e-3


def test_he_normal_mean_square_range_at_a_known_size() -> None:
    low, high = he_normal_mean_square_range(64, 256, np.random.default_rng())
    assert (low * 32, high * 32) == pytest.approx((0.93, 1.0733), abs=2e-3)  # of N = 16384 at about 1e-10


def test_he_normal_mean_square_range_has_what_he_normal_draws() -> None:
    low, high = he_normal_mean_square_range(64, 256, np.random.default_rng())
    draws = [np.mean(he_normal(64, 256, np.random.default_rng(seed)) ** 2) for seed in range(50)]
    assert low < min(draws) < max(draws) < high


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (-1, 2)])
def test_he_normal_refuses_sizes_that_are_not_positive(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        he_normal(*shape, np.random.default_rng())


def test_init_params_names_and_shapes() -> None:
    params = init_params([5, 4, 3], "he", 0.1, np.random.default_rng())
    shapes = {name: value.shape for name, value in params.items()}
    assert shapes == {"W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}


def test_init_params_refuses_other_schemes() -> None:
    with pytest.raises(ValueError, match="random, he, zero"):
        init_params([5, 4], "xavier", 0.1, np.random.default_rng())


@pytest.mark.parametrize(("scheme", "layer"), [("he", 1), ("he", 2), ("random", 1), ("random", 2)])
def test_initial_weight_distribution_is_that_of_init_params(scheme: str, layer: int) -> None:
    dims = [40, 90, 30]
    mean, std = initial_weight_distribution(dims, scheme, 0.3, layer, 0)
    weights = init_params(dims, scheme, 0.3, np.random.default_rng(4))[f"W{layer}"]
    assert stats.kstest(((weights - mean) / std).ravel(), "norm").pvalue > 1e-3


# The network and the solver


def small_net(scheme: str = "he", reg: float = 0.3) -> FullyConnectedNet:
    return FullyConnectedNet([7, 5], 4, 3, reg=reg, dtype=np.float64, seed=2, initialization=scheme)


def batch() -> tuple[Array, Array]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(6, 2, 2)), rng.integers(0, 3, 6)


def test_net_is_that_of_the_notebook() -> None:
    net = FullyConnectedNet([50] * 10, initialization="he", seed=0)
    shapes = [net.params[f"W{i}"].shape for i in range(1, 12)]
    assert shapes == [(3072, 50), *[(50, 50)] * 9, (50, 10)]


def test_net_has_the_type_asked_for() -> None:
    params = FullyConnectedNet([3], 4, dtype=np.float32).params
    assert {value.dtype for value in params.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("options", "std"), [({}, 0.01), ({"weight_scale": 0.2}, 0.2), ({"initialization": "zero"}, 0)]
)
def test_net_has_the_initialization_asked_for(options: dict[str, Any], std: float) -> None:
    assert FullyConnectedNet([100], seed=1, **options).params["W1"].std() == pytest.approx(std, rel=0.02)


def test_net_refuses_what_the_problem_does_not_use() -> None:
    with pytest.raises(ValueError, match="dropout"):
        FullyConnectedNet([3], use_batchnorm=True)


def test_net_without_targets_gives_scores() -> None:
    X, _y = batch()
    assert small_net().loss(X).shape == (6, 3)


def torch_loss(net: FullyConnectedNet) -> tuple[float, dict[str, Array]]:
    """The loss and its gradients by autograd."""
    X, y = batch()
    params = {name: torch.tensor(value, requires_grad=True) for name, value in net.params.items()}
    out = torch.tensor(X.reshape(6, 4))
    for i in (1, 2, 3):
        out = out @ params[f"W{i}"] + params[f"b{i}"]
        out = torch.relu(out) if i < 3 else out
    penalty = torch.stack([(params[f"W{i}"] ** 2).sum() for i in (1, 2, 3)]).sum()
    loss = torch.nn.functional.cross_entropy(out, torch.tensor(y)) + 0.5 * net.reg * penalty
    gradients = torch.autograd.grad(loss, list(params.values()))
    return float(loss.detach()), {name: g.numpy() for name, g in zip(params, gradients, strict=True)}


def test_net_loss_is_that_of_torch() -> None:
    net = small_net()
    assert net.loss(*batch())[0] == pytest.approx(torch_loss(net)[0], rel=1e-12)


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2", "W3", "b3"])
def test_net_gradients_are_those_of_torch(name: str) -> None:
    net = small_net()
    np.testing.assert_allclose(net.loss(*batch())[1][name], torch_loss(net)[1][name], rtol=1e-9, atol=1e-12)


def test_softmax_loss_takes_large_scores() -> None:
    assert softmax_loss(np.array([[1000.0, 0.0]]), np.array([1]))[0] == 1000


def test_zero_net_has_gradients_at_its_last_bias_only() -> None:
    grads = small_net("zero").loss(*batch())[1]
    assert [name for name, g in grads.items() if np.any(g)] == ["b3"]


GRADS = {"W1": np.array([[3.0, 0.0], [0.0, 4.0]]), "b1": np.array([1.0, 2.0, 2.0])}


@pytest.mark.parametrize(("norm", "expected"), [(mean_grad_norm, 4.0), (mean_grad_norm_spectral, 3.5)])
def test_mean_grad_norm_of_known_arrays(norm: Variant, expected: float) -> None:
    assert norm(GRADS) == pytest.approx(expected)


class FixedGradients:
    """A model whose gradients are those of `GRADS`, whatever the data."""

    def __init__(self) -> None:
        self.params = {name: np.zeros_like(value) for name, value in GRADS.items()}

    def loss(self, X: Array, y: Array | None = None) -> Any:  # noqa: ARG002
        return 1.5, {name: value.copy() for name, value in GRADS.items()}


TOY = {"X_train": np.zeros((8, 2)), "y_train": np.zeros(8, int), "X_val": np.zeros((2, 2)), "y_val": np.zeros(2, int)}


def recorded(solver: Variant, steps: int = 3) -> list[Any]:
    running = solver(FixedGradients(), TOY, update_rule="sgd", batch_size=4)
    for _step in range(steps):
        running._step()
    return list(running.log_grad_norm_history)


@pytest.mark.parametrize(("solver", "expected"), [(Solver, 4.0), (SpectralSolver, 3.5)])
def test_solver_records_one_norm_per_step(solver: Variant, expected: float) -> None:
    assert recorded(solver) == pytest.approx([expected] * 3)


def clusters() -> dict[str, Array]:
    """Three clouds of points, one for each class."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, 300)
    return {"X_train": 3 * np.eye(3)[y] + rng.normal(size=(300, 3)), "y_train": y}


@pytest.mark.parametrize(("rule", "rate"), [("sgd", 0.1), ("sgd_momentum", 0.03), ("rmsprop", 0.003), ("adam", 0.01)])
def test_solver_trains(rule: str, rate: float) -> None:
    data = clusters()
    net = FullyConnectedNet([20, 20], 3, 3, seed=6, initialization="he")
    solver = Solver(net, data, update_rule=rule, optim_config={"learning_rate": rate}, batch_size=30, num_epochs=8)
    solver.train()
    assert np.mean(net.loss(data["X_train"]).argmax(axis=1) == data["y_train"]) > 0.8


def test_solver_lets_the_learning_rate_decay() -> None:
    solver = Solver(small_net(), {"X_train": np.zeros((8, 4)), "y_train": np.zeros(8, int)}, lr_decay=0.5, num_epochs=3)
    solver.train()
    assert {config["learning_rate"] for config in solver.configs.values()} == {1e-2 / 8}


def smallest_weight_gradient(scheme: str) -> float:
    """Over the layers of the notebook's network, on normal inputs."""
    net = FullyConnectedNet([50] * 10, 3072, seed=7, initialization=scheme)
    X = np.random.default_rng(8).normal(size=(64, 3072))
    grads = net.loss(X, np.arange(64) % 10)[1]
    return min(float(np.linalg.norm(grads[f"W{i}"])) for i in range(1, 12))


@pytest.mark.parametrize(("scheme", "low", "high"), [("he", 0.01, 10), ("random", 1e-20, 1e-6), ("zero", 0, 0)])
def test_only_he_has_gradients_in_every_layer(scheme: str, low: float, high: float) -> None:
    assert low <= smallest_weight_gradient(scheme) <= high
