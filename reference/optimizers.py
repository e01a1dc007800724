"""Homework 2, problem 5: optimizers and initialization of a fully connected network.

An update rule takes the weights w and their gradient dw, of one shape, and a dict of options and state. It returns the next
weights and the dict with the new state. Weights W have shape (fan_in, fan_out): a layer is x W + b with x of shape (N, fan_in).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Config = dict[str, Any]
Params = dict[str, Array]
Generator = np.random.Generator


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 (an assertion that stays on)
    if not condition:
        raise ValueError(message)


def sgd(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """The next weights w - lr dw. Option: learning_rate (1e-2). Given in the homework."""
    config = {"learning_rate": 1e-2, **(config or {})}
    return w - config["learning_rate"] * dw, config


def sgd_momentum(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """The velocity v = mu v + dw, then w - lr v.

    Options: learning_rate (1e-2), momentum mu (0.9). State: velocity v (0).
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    v = config["momentum"] * config["velocity"] + dw
    return w - config["learning_rate"] * v, {**config, "velocity": v}


def rmsprop(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """The cache c = rho c + (1 - rho) dw^2, then w - lr dw/(sqrt(c) + eps).

    Options: learning_rate (1e-2), decay_rate rho (0.99), epsilon (1e-8). State: cache c (0).
    """
    config = {
        "learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {}),
    }  # fmt: skip
    rho = config["decay_rate"]
    c = rho * config["cache"] + (1 - rho) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(c) + config["epsilon"]), {**config, "cache": c}


def adam(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Averages m of dw and v of dw^2, both corrected for their start at 0, then w - lr m_hat/(sqrt(v_hat) + eps).

    Options: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8). State: m (0), v (0), both uncorrected, and t (0),
    the number of steps, which grows before it is used.
    """
    config = {
        "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
        "m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0, **(config or {}),
    }  # fmt: skip
    beta1, beta2, t = config["beta1"], config["beta2"], config["t"] + 1
    m = beta1 * config["m"] + (1 - beta1) * dw
    v = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return w, {**config, "m": m, "v": v, "t": t}


UPDATE_RULES: dict[str, Callable[[Array, Array, Config], tuple[Array, Config]]] = {
    "sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam,
}  # fmt: skip


def he_normal(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """Weights with independent N(0, 2/fan_in) entries, shape (fan_in, fan_out)."""
    _require(fan_in > 0 and fan_out > 0, "fan_in and fan_out must be positive")
    return math.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out))


def he_normal_distribution(fan_in: int, fan_out: int, rng: Generator) -> tuple[Array, Array]:  # noqa: ARG001
    """Mean and standard deviation of every entry of `he_normal(fan_in, fan_out, rng)`, both of shape (fan_in, fan_out)."""
    return np.zeros((fan_in, fan_out)), np.full((fan_in, fan_out), math.sqrt(2 / fan_in))


def he_normal_difference_distribution(fan_in: int, fan_out: int, rng: Generator) -> tuple[Array, Array]:  # noqa: ARG001
    """Mean and standard deviation of the difference of two independent draws, both of shape (fan_in, fan_out)."""
    return np.zeros((fan_in, fan_out)), np.full((fan_in, fan_out), 2 / math.sqrt(fan_in))


def he_normal_mean_square_range(fan_in: int, fan_out: int, rng: Generator) -> tuple[float, float]:  # noqa: ARG001
    """Where the mean square of the entries of `he_normal` lies but for a probability of 1e-10: chi-squared quantiles.

    Other distributions of the same variance with lighter tails (uniform) stay inside with an even larger probability.
    """
    from scipy import stats  # noqa: PLC0415 (only when a rubric is compiled)

    count = fan_in * fan_out
    low, high = stats.chi2.ppf([0.5e-10, 1 - 0.5e-10], count) / count
    return float(2 / fan_in * low), float(2 / fan_in * high)


def init_params(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """W1, b1, …, WL, bL of a network with layer sizes `dims`: W of shape (dims[i], dims[i+1]), b zero.

    Schemes: "random" is N(0, weight_scale^2), "he" is `he_normal`, "zero" is zero. Raises ValueError for others.
    """
    draw: dict[str, Callable[[int, int], Array]] = {
        "random": lambda fan_in, fan_out: weight_scale * rng.standard_normal((fan_in, fan_out)),
        "he": lambda fan_in, fan_out: he_normal(fan_in, fan_out, rng),
        "zero": lambda fan_in, fan_out: np.zeros((fan_in, fan_out)),
    }
    _require(scheme in draw, f"scheme must be one of {', '.join(draw)}")
    params: Params = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(map(int, dims)), start=1):
        params[f"W{layer}"] = draw[scheme](fan_in, fan_out)
        params[f"b{layer}"] = np.zeros(fan_out)
    return params


def initial_weight_distribution(
    dims: Sequence[int], scheme: str, weight_scale: float, layer: int, seed: int  # noqa: ARG001
) -> tuple[Array, Array]:  # fmt: skip
    """Mean and standard deviation of every entry of the W of a layer (counted from 1) that "random" or "he" draws."""
    fan_in, fan_out = int(dims[layer - 1]), int(dims[layer])
    std = math.sqrt(2 / fan_in) if scheme == "he" else weight_scale
    return np.zeros((fan_in, fan_out)), np.full((fan_in, fan_out), std)


def standardized_weight_distribution(
    dims: Sequence[int], scheme: str, weight_scale: float, layer: int, seed: int  # noqa: ARG001
) -> tuple[Array, Array]:  # fmt: skip
    """The same after a division by the standard deviation."""
    shape = int(dims[layer - 1]), int(dims[layer])
    return np.zeros(shape), np.ones(shape)


def mean_grad_norm(grads: Params) -> float:
    """The mean over all arrays, weights and biases, of the square root of the sum of the squares of their entries."""
    return float(np.mean([np.linalg.norm(np.ravel(grad)) for grad in grads.values()]))


def mean_grad_norm_spectral(grads: Params) -> float:
    """`mean_grad_norm` with the largest singular value as the norm of a matrix: as good an answer."""
    return float(np.mean([np.linalg.norm(grad, 2) for grad in grads.values()]))


def softmax_loss(scores: Array, y: Array) -> tuple[float, Array]:
    """The mean of -log p(y) over the rows, and its gradient. scores: (N, C), y: (N,) classes."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (N, C)
    rows = np.arange(len(y))
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return float(-log_p[rows, y].mean()), dscores / len(y)


class FullyConnectedNet:
    """Affine layers with ReLU between them and a softmax loss. `params` has W1, b1, …; L = len(hidden_dims) + 1 layers.

    `initialization` is a scheme of `init_params`; everything is of type `dtype`; `seed` makes the weights reproducible.
    Raises ValueError for dropout or batch normalization, which problem 5 does not use.
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout: float = 0,
        use_batchnorm: bool = False,  # noqa: FBT001, FBT002 (the homework's signature)
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: npt.DTypeLike = np.float32,
        seed: int | None = None,
        initialization: str = "random",
    ) -> None:
        _require(not dropout and not use_batchnorm, "dropout and use_batchnorm must be off")
        self.reg, self.dtype, self.num_layers = reg, dtype, 1 + len(hidden_dims)
        dims = [input_dim, *hidden_dims, num_classes]
        params = init_params(dims, initialization, weight_scale, np.random.default_rng(seed))
        self.params = {name: value.astype(dtype) for name, value in params.items()}

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """The scores (N, C) without y; with it, the loss with (reg/2) ||W||^2 of every W, and the gradients by name."""
        inputs = self.forward(X)
        if y is None:
            return inputs[-1]
        loss, dout = softmax_loss(inputs[-1], y)
        penalty = sum(float(np.sum(self.params[f"W{i}"] ** 2)) for i in range(1, self.num_layers + 1))
        return loss + 0.5 * self.reg * penalty, self.backward(inputs, dout)

    def forward(self, X: Array) -> list[Array]:
        """What goes into each layer, (N, fan_in), and at the end the scores."""
        inputs = [np.asarray(X, self.dtype).reshape(len(X), -1)]
        for i in range(1, self.num_layers + 1):
            out = inputs[-1] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            inputs.append(np.maximum(out, 0) if i < self.num_layers else out)
        return inputs

    def backward(self, inputs: list[Array], dout: Array) -> Params:
        """The gradients of all parameters, from that of the scores."""
        grads: Params = {}
        for i in range(self.num_layers, 0, -1):
            grads[f"W{i}"] = inputs[i - 1].T @ dout + self.reg * self.params[f"W{i}"]
            grads[f"b{i}"] = dout.sum(axis=0)
            dout = (dout @ self.params[f"W{i}"].T) * (inputs[i - 1] > 0)  # unused after the first layer
        return grads


class Solver:
    """Trains a model on random batches. `loss_history` and `log_grad_norm_history` get one number per step.

    data: X_train (N, …) and y_train (N,). Options: update_rule ("sgd"), optim_config ({}), batch_size (100), num_epochs (10),
    lr_decay per epoch (1.0); others are ignored.
    """

    norm: Callable[[Params], float] = staticmethod(mean_grad_norm)

    def __init__(self, model: Any, data: dict[str, Array], **options: Any) -> None:
        self.model, self.X, self.y = model, data["X_train"], data["y_train"]
        self.update = UPDATE_RULES[options.get("update_rule", "sgd")]
        self.batch_size, self.num_epochs = options.get("batch_size", 100), options.get("num_epochs", 10)
        self.lr_decay = options.get("lr_decay", 1.0)
        self.configs = {name: dict(options.get("optim_config", {})) for name in model.params}
        self.rng = np.random.default_rng(0)
        self.loss_history: list[float] = []
        self.log_grad_norm_history: list[float] = []

    def _step(self) -> None:
        batch = self.rng.choice(len(self.X), self.batch_size)
        loss, grads = self.model.loss(self.X[batch], self.y[batch])
        self.loss_history.append(loss)
        self.log_grad_norm_history.append(self.norm(grads))
        for name, w in self.model.params.items():
            self.model.params[name], self.configs[name] = self.update(w, grads[name], self.configs[name])

    def train(self) -> None:
        """num_epochs times as many steps as there are batches in the data."""
        for _epoch in range(self.num_epochs):
            for _batch in range(max(len(self.X) // self.batch_size, 1)):
                self._step()
            for config in self.configs.values():
                config["learning_rate"] *= self.lr_decay


class SpectralSolver(Solver):
    """`Solver` with `mean_grad_norm_spectral`: as good an answer."""

    norm = staticmethod(mean_grad_norm_spectral)


EXPERIMENTS = ("sgd", "sgd_momentum", "rmsprop", "adam")
SCHEMES = ("he", "random", "zero")
LAYERS = (3072, *[50] * 10)  # fan_in of the 11 layers of the experiment


def submission_logs() -> dict[str, Any]:
    """Logs as the notebook of problem 5 writes them, {path: content}: made up, with the shapes and the course of real ones."""
    logs: dict[str, Any] = {f"submission_logs/optimizer_experiment_{rule}.npz": _curves(0.55) for rule in EXPERIMENTS}
    flat = _curves(0.1) | {"train_losses": np.full(200, math.log(10))}
    for scheme in SCHEMES:
        logs[f"submission_logs/initialization_experiment_{scheme}.npz"] = _curves(0.3) if scheme == "he" else flat
        logs[f"submission_logs/w_stds_{scheme}.json"] = _stds(scheme)
    logs["submission_logs/results.json"] = {"val_acc": 0.48, "test_acc": 0.46, "batch_size": 100, "update_rule": "adam"}
    return logs


def _curves(accuracy: float) -> dict[str, Array]:
    """5 epochs of 40 steps: the losses of all steps, and the accuracies at the start and after every epoch."""
    accuracies = np.linspace(0.1, accuracy, 6)
    return {
        "train_losses": 1.2 + 1.1 * np.exp(-np.arange(200) / 60),
        "train_accs": accuracies,
        "val_accs": 0.9 * accuracies,
    }


def _stds(scheme: str) -> list[float]:
    stds = {"he": [math.sqrt(2 / fan_in) for fan_in in LAYERS], "random": [0.01] * len(LAYERS)}
    return stds.get(scheme, [0.0] * len(LAYERS))


def band(low: float, high: float) -> tuple[float, float]:
    """What a logged number may be: the rubric says it."""
    return low, high


def band_of_run(name: str, low: float, high: float) -> tuple[float, float]:  # noqa: ARG001
    """`band` for one of several runs."""
    return low, high
