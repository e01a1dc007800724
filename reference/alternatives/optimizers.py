"""Correct answers to question 5 in other forms and types: each must get full marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Config = dict[str, Any]
Step = tuple[Array, Config]
Params = dict[str, Array]
Generator = np.random.Generator


def sgd_momentum_in_place(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Changes w, the velocity and the dict themselves, as the starter allows."""
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v *= config["momentum"]
    v += dw
    w -= config["learning_rate"] * v
    config["velocity"] = v
    return w, config


def sgd_momentum_renamed(x: Array, dx: Array, cfg: Config | None = None) -> Step:
    """Other names for the arguments; a new dict."""
    cfg = dict(cfg or {})
    v = cfg.get("momentum", 0.9) * cfg.get("velocity", 0) + dx
    return x - cfg.get("learning_rate", 1e-2) * v, {**cfg, "velocity": v}


def sgd_momentum_positional(*arguments: Any) -> Step:
    """Takes what it is given by position."""
    return sgd_momentum_renamed(*arguments)


def sgd_momentum_list(w: Array, dw: Array, config: Config | None = None) -> list[Any]:
    """A list of both, the velocity in float32."""
    next_w, state = sgd_momentum_renamed(w, dw, config)
    return [next_w, {**state, "velocity": state["velocity"].astype(np.float32)}]


def sgd_momentum_tensor(w: Array, dw: Array, config: Config | None = None) -> tuple[Any, Config]:
    """Computed with torch: tensors come back."""
    import torch  # noqa: PLC0415 (only these variants need it)

    c = dict(config or {})
    v = c.get("momentum", 0.9) * torch.as_tensor(c.get("velocity", np.zeros_like(w))) + torch.as_tensor(dw)
    return torch.as_tensor(w) - c.get("learning_rate", 1e-2) * v, {**c, "velocity": v}


def rmsprop_in_place(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Changes w and the dict themselves, as the starter allows."""
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * np.square(dw)
    w -= config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return w, config


def rmsprop_renamed(x: Array, dx: Array, config: Config | None = None) -> Step:
    """Other names for the arguments; the average as old plus a share of the difference."""
    c = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(x), **(config or {})}
    c["cache"] = c["cache"] + (1 - c["decay_rate"]) * (dx * dx - c["cache"])
    return x - c["learning_rate"] / (c["cache"] ** 0.5 + c["epsilon"]) * dx, c


def rmsprop_tensor(w: Array, dw: Array, config: Config | None = None) -> tuple[Any, Config]:
    """Computed with torch: tensors come back."""
    import torch  # noqa: PLC0415

    c = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {})}
    g = torch.as_tensor(dw)
    cache = c["decay_rate"] * torch.as_tensor(c["cache"]) + (1 - c["decay_rate"]) * g**2
    return torch.as_tensor(w) - c["learning_rate"] * g / (cache.sqrt() + c["epsilon"]), {**c, "cache": cache}


def _adam(w: Array, config: Config | None) -> Config:
    """Options with defaults."""
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    return {**defaults, "m": np.zeros_like(w), "v": np.zeros_like(w), **(config or {})}


def _advanced(c: Config, dw: Any) -> Config:
    """With the state of the next step."""
    m = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
    v = c["beta2"] * c["v"] + (1 - c["beta2"]) * dw**2
    return {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_in_place(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Changes w and the dict themselves, as the starter allows."""
    config = {} if config is None else config
    config.update(_advanced(_adam(w, config), dw))
    m_hat = config["m"] / (1 - config["beta1"] ** config["t"])
    v_hat = config["v"] / (1 - config["beta2"] ** config["t"])
    w -= config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return w, config


def adam_pytorch(x: Array, dx: Array, config: Config | None = None) -> Step:
    """PyTorch's form: the roots are corrected, and so is the step size."""
    c = _advanced(_adam(x, config), dx)
    denominator = np.sqrt(c["v"]) / math.sqrt(1 - c["beta2"] ** c["t"]) + c["epsilon"]
    return x - c["learning_rate"] / (1 - c["beta1"] ** c["t"]) * c["m"] / denominator, c


def adam_epsilon_hat(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The order of section 2 of the paper: the correction is in the step size, epsilon is added to the plain root.

    Equal for an epsilon like 1e-8 and gradients that are not tiny.
    """
    c = _advanced(_adam(w, config), dw)
    rate = c["learning_rate"] * math.sqrt(1 - c["beta2"] ** c["t"]) / (1 - c["beta1"] ** c["t"])
    return w - rate * c["m"] / (np.sqrt(c["v"]) + c["epsilon"]), c


def adam_float_t(w: Array, dw: Array, config: Config | None = None) -> list[Any]:
    """A list of both, t as a float."""
    next_w, c = adam_pytorch(w, dw, config)
    return [next_w, {**c, "t": float(c["t"])}]


def adam_tensor(w: Array, dw: Array, config: Config | None = None) -> tuple[Any, Config]:
    """Computed with torch: tensors come back."""
    import torch  # noqa: PLC0415

    c = _adam(w, config)
    c = _advanced({**c, "m": torch.as_tensor(c["m"]), "v": torch.as_tensor(c["v"])}, torch.as_tensor(dw))
    m_hat, v_hat = c["m"] / (1 - c["beta1"] ** c["t"]), c["v"] / (1 - c["beta2"] ** c["t"])
    return torch.as_tensor(w) - c["learning_rate"] * m_hat / (v_hat.sqrt() + c["epsilon"]), c


def he_normal_scaled(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """`normal` with its standard deviation."""
    return rng.normal(0.0, (2 / fan_in) ** 0.5, size=(fan_in, fan_out))


def he_normal_transposed_draws(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """Draws in another order."""
    return np.asarray(rng.standard_normal((fan_out, fan_in)) / np.sqrt(fan_in / 2)).T


def he_normal_float32(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """In float32."""
    return np.asarray(rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in), np.float32)


def he_normal_tensor(fan_in: int, fan_out: int, rng: Generator) -> Any:
    """PyTorch's initializer on a W of shape (fan_out, fan_in), turned round."""
    import torch  # noqa: PLC0415

    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    W = torch.empty(fan_out, fan_in)
    return torch.nn.init.kaiming_normal_(W, nonlinearity="relu", generator=generator).T


def init_params_backwards(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """From the last layer to the first, in float32."""
    params: Params = {}
    for layer in range(len(dims) - 1, 0, -1):
        fan_in, fan_out = int(dims[layer - 1]), int(dims[layer])
        std = {"random": weight_scale, "he": math.sqrt(2 / fan_in), "zero": 0.0}[scheme]
        params[f"W{layer}"] = rng.normal(0, std, (fan_in, fan_out)).astype(np.float32)
        params[f"b{layer}"] = np.zeros(fan_out, np.float32)
    return params


def init_params_tensors(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> dict[str, Any]:
    """Torch tensors."""
    import torch  # noqa: PLC0415

    params = init_params_backwards(dims, scheme, weight_scale, rng)
    return {name: torch.as_tensor(value) for name, value in params.items()}


class _Net:
    """Just the parameters of a network, from NumPy's global generator, as in the starter."""

    def __init__(self, hidden_dims: Sequence[int], options: dict[str, Any]) -> None:
        if options.get("seed") is not None:
            np.random.seed(options["seed"])  # noqa: NPY002 (what students write)
        dims = [options.get("input_dim", 3072), *hidden_dims, options.get("num_classes", 10)]
        self.params: Params = {}
        for i, (fan_in, fan_out) in enumerate(pairwise(map(int, dims)), start=1):
            scheme, scale = options.get("initialization", "random"), options.get("weight_scale", 1e-2)
            std = {"random": scale, "he": np.sqrt(2 / fan_in), "zero": 0}[scheme]
            self.params[f"W{i}"] = std * np.random.randn(fan_in, fan_out)  # noqa: NPY002
            self.params[f"b{i}"] = np.zeros(fan_out)
        self.params = {name: p.astype(options.get("dtype", np.float32)) for name, p in self.params.items()}


def FullyConnectedNet_global_generator(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """Draws from NumPy's global generator, as in the starter."""
    return _Net(hidden_dims, options)


def FullyConnectedNet_tensors(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """The parameters are torch tensors."""
    import torch  # noqa: PLC0415

    net = _Net(hidden_dims, options)
    tensors: dict[str, Any] = {name: torch.as_tensor(value) for name, value in net.params.items()}
    net.params = tensors
    return net


def mean_grad_norm_ravelled(grads: Params) -> float:
    """Every array flattened; a running sum."""
    total = 0.0
    for grad in grads.values():
        total += math.sqrt(float(grad.ravel() @ grad.ravel()))
    return total / len(grads)


def mean_grad_norm_spectral(grads: Params) -> float:
    """The largest singular value as the norm of a matrix: `norm(…, 2)`."""
    return float(np.mean([np.linalg.norm(grad, 2) for grad in grads.values()]))


def mean_grad_norm_tensor(grads: Params) -> Any:
    """A torch tensor without axes."""
    import torch  # noqa: PLC0415

    return torch.stack([torch.norm(torch.as_tensor(grad)) for grad in grads.values()]).mean()


class _Solver:
    """The steps of a `Solver`, without updates; `norm` is that of one array."""

    def __init__(self, norm: Any, model: Any, data: dict[str, Array]) -> None:
        self.norm, self.model, self.X, self.y = norm, model, data["X_train"], data["y_train"]
        self.loss_history: list[float] = []
        self.log_grad_norm_history: list[Any] = []

    def _step(self) -> None:
        loss, grads = self.model.loss(self.X, self.y)
        self.loss_history.append(loss)
        norms = [self.norm(grads[name]) for name in self.model.params]
        self.log_grad_norm_history.append(sum(norms) / len(norms))


def Solver_spectral(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The largest singular value as the norm of a matrix."""
    return _Solver(lambda grad: np.linalg.norm(grad, ord=2), model, data)


def Solver_tensor(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The history has torch tensors without axes."""
    import torch  # noqa: PLC0415

    return _Solver(lambda grad: torch.norm(torch.as_tensor(grad)), model, data)
