"""Probes for question 6: they run in the child, on the student's functions. Networks and data are made here.

Those with a `run`, which shifts every seed, are the notebook's experiments. They train in NumPy: it is faster for small nets.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import numpy as np
import torch
from torch import nn

WIDTH, DEPTH, LINES = 20, 4, r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?$"
STEPS, BATCH, RATE, MOMENTUM = 468, 32, 0.1, 0.9
INIT_SEEDS = {"shallow": 100, "small": 200, "large": 300, "he_normal": 600, "he_uniform": 600, "better": 600}
BOUNDS = {"small": 0.03, "large": 3.0}
TRAIN_SEEDS = {start: seed + 50 for start, seed in INIT_SEEDS.items()}
WEIGHTS = [f"{2 * layer}.weight" for layer in range(DEPTH + 1)]
EDGE = 0.4  # where the training range of 6(j) ends
CONSTANT = 1e-3  # predictions that spread less than this are constant
ATTEMPTS = 3  # at a run that does not end at a constant, and runs of which a mean is taken
NOT_FINITE = 40.0  # instead of the logarithm of a loss that is no number; float32 ends at 38
GRID = np.linspace(-1, 1, 80, dtype=np.float32)[
    :, None
]  # an even number of points: none is at 0, where ReLUs have kinks


def _net(depth: int = DEPTH) -> Any:
    layers: list[Any] = []
    for fan_in in [1, *[WIDTH] * (depth - 1)]:
        layers += [nn.Linear(fan_in, WIDTH), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 1))


def _generic(seed: int) -> Any:
    _seed(seed)
    return _net()


def _column(x: Any) -> Any:
    return torch.tensor(np.reshape(x, (-1, 1)), dtype=torch.float32)


def deep_net_outputs(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """Modules, parameters, and the outputs with parameters that are set here."""
    model = _with(_own_model(namespace), _generic(seed))
    with torch.no_grad():
        return len(model), sum(p.numel() for p in model.parameters()), model(_column(x)).numpy()


def _own_model(namespace: dict[str, Any]) -> Any:
    given = namespace["model"]
    return given if isinstance(given, nn.Module) else given()  # the network, or a function that makes it


def gradient_norms(namespace: dict[str, Any], seed: int, x: Any, y: Any) -> Any:
    """A model that has had a `backward` before."""
    model = _generic(seed)
    model(_column(x)).sum().backward()
    return [float(norm) for norm in namespace["weight_grad_norms"](model, _column(x), _column(y))]


def printed_norms(namespace: dict[str, Any], seed: int, x: Any, y: Any) -> Any:
    """The last number of every line that `print_gnorms` prints; the data are globals."""
    return _printed(namespace["print_gnorms"], _generic(seed), _column(x), _column(y))


def _printed(show: Any, model: Any, x: Any, y: Any) -> list[float]:
    show.__globals__.update(train_x=x, train_y=y)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show(model)
    found = [re.search(LINES, line.strip()) for line in out.getvalue().splitlines()]
    return [float(number[0]) for number in found if number]


def jacobian(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """Of a model that has had a `backward` before."""
    model = _generic(seed)
    model(_column(x)).sum().backward()
    return namespace["jacobian_features"](model, _column(x))


def linearization(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """The inputs are a global."""
    return _linearized(namespace, _generic(seed), _column(x))


def _linearized(namespace: dict[str, Any], model: Any, x: Any) -> Any:
    linearize = namespace["svd_local_linearization"]
    linearize.__globals__["train_x"] = x
    return linearize(model)


def initial_variance(namespace: dict[str, Any], fan_in: int, fan_out: int, seed: int) -> Any:
    """Variance of the weights; NaN where biases are not 0 or the weights are all positive."""
    _seed(seed)
    layer = nn.Linear(fan_in, fan_out)
    namespace["better_init"](nn.ReLU())
    namespace["better_init"](layer)
    weights, bias = layer.weight.detach().numpy().astype(float), layer.bias.detach().numpy()
    is_fair = abs(weights.mean()) <= 0.1 * weights.std() and not np.any(bias)
    return float(weights.var()) if is_fair else float("nan")


def norms_at_start(namespace: dict[str, Any], start: str, run: int) -> Any:
    """What `print_gnorms` prints for the notebook's data and initial weights."""
    return dict(
        zip(WEIGHTS, _printed(namespace["print_gnorms"], _started(start, run), *map(_column, _data())), strict=False)
    )


def norms_of_better_init(namespace: dict[str, Any], run: int) -> Any:
    """The norms after the student's own initialization, computed here."""
    x, y = map(_column, _data())
    model = _started("better", run, namespace["better_init"])
    nn.functional.mse_loss(model(x), y).backward()
    return dict(zip(WEIGHTS, [float(layer.weight.grad.norm()) for layer in model[::2]], strict=True))


def small_weights_trained(namespace: dict[str, Any], run: int) -> Any:
    """The student's network from small weights: the squared error relative to the variance, and what is not constant."""
    model = _with(_own_model(namespace), _trained(_started("small", run), *_data(), TRAIN_SEEDS["small"] + run))
    with torch.no_grad():
        predictions = model(torch.tensor(GRID)).numpy()
    return {"error / variance": _error(predictions) / _truth(GRID).var(), "spread of predictions": predictions.std()}


def large_weights_trained(namespace: dict[str, Any], run: int) -> Any:
    """The student's network from large weights: the training loss before the first step and after ten."""
    model, start = _own_model(namespace), _started("large", run)
    after = _trained(start, *_data(), TRAIN_SEEDS["large"] + run, steps=10)
    first, last = (_log_loss(_with(model, parameters)) for parameters in (start, after))
    return {"log10 of the first loss": first, "log10 of the last loss (40 if not finite)": last}


def _log_loss(model: Any) -> float:
    x, y = map(_column, _data())
    with torch.no_grad():
        loss = float(nn.functional.mse_loss(model(x), y))
    return float(np.log10(loss)) if np.isfinite(loss) else NOT_FINITE


def small_weights_features(namespace: dict[str, Any], run: int) -> Any:
    """Singular values and first feature before and after training from small weights."""
    before = _started("small", run)
    after = _trained(before, *_data(), TRAIN_SEEDS["small"] + run)
    found = {}
    for when, model in (("before", before), ("after", after)):
        s, features = _features(namespace, model)
        found[f"s1 / sqrt(n) {when}"] = s[0] / len(GRID) ** 0.5
        found[f"s2 / s1 {when}"] = s[1] / s[0]
        found[f"spread of feature 1 / mean {when}"] = abs(features[:, 0].std() / features[:, 0].mean())
    return found


def start_features(namespace: dict[str, Any], run: int) -> Any:
    """Singular values before training: large weights against He's."""
    large, _f = _features(namespace, _started("large", run))
    he, _f = _features(namespace, _started("he_normal", run))
    found = {"s4 / s1 large": large[3] / large[0], "s5 / s1 large": large[4] / large[0]}
    return {**found, "s5 / s1 better": he[4] / he[0], "s1 large / s1 better": large[0] / he[0]}


def better_init_trained(namespace: dict[str, Any], run: int) -> Any:
    """Mean squared error on the true function after training from the student's initialization."""
    return {"test error": _error(_forward(_trained_from(namespace["better_init"], _data(), run), GRID)[-1])}


def _error(predictions: Any) -> float:
    """The mean squared error on the grid, without noise."""
    return float(np.mean((predictions - _truth(GRID)) ** 2))


def better_init_trained_left(namespace: dict[str, Any], run: int) -> Any:
    """The same where the training data end at 0.4: left and right of it."""
    layers = _trained_from(namespace["better_init"], _data(50, EDGE), run)
    squares, inside = (_forward(layers, GRID)[-1] - _truth(GRID)) ** 2, GRID <= EDGE
    return {"error up to 0.4": float(squares[inside].mean()), "error above 0.4": float(squares[~inside].mean())}


def depth_features(namespace: dict[str, Any], run: int) -> Any:
    """After training: a shallow network's spectrum against a deep one's."""
    shallow = _trained(_started("shallow", run), *_data(), TRAIN_SEEDS["shallow"] + run)
    found = {}
    for name, layers in (("shallow", shallow), ("deep", _trained_from(_start("he_normal"), _data(), run))):
        s, _f = _features(namespace, layers)
        found |= {f"s5 / s1 {name}": s[4] / s[0], f"s20 / s1 {name}": s[19] / s[0]}
        found[f"test error {name}"] = _error(_forward(layers, GRID)[-1])
    return found


def left_features(namespace: dict[str, Any], run: int) -> Any:
    """How much the features bend right of 0.4, relative to the left, if the training data end there and if they do not."""
    left, whole = _bends(namespace, _data(50, EDGE), run), _bends(namespace, _data(), run)
    return {"bends above 0.4, trained up to 0.4 / trained everywhere": left / whole}


def _bends(namespace: dict[str, Any], data: tuple[Any, Any], run: int) -> float:
    """The mean of some runs. Second differences of all features together do not depend on their basis."""
    ratios = []
    for attempt in range(run, run + ATTEMPTS):
        _s, features = _features(namespace, _trained_from(_start("he_normal"), data, attempt))
        bends, inside = np.linalg.norm(np.diff(features, 2, axis=0), axis=1), GRID[1:-1, 0] <= EDGE
        ratios.append(bends[~inside].mean() / bends[inside].mean())
    return float(np.mean(ratios))


def _features(namespace: dict[str, Any], model: Any) -> Any:
    """Singular values, filled up with zeros, and features on the grid, as arrays; `model` may be a list of parameters."""
    model = model if isinstance(model, nn.Module) else _with(_net(len(model) // 2 - 1), model)
    _count, *parts = _linearized(namespace, model, torch.tensor(GRID))
    s, features = (np.asarray(p.detach().numpy() if hasattr(p, "detach") else p, float) for p in parts)
    return np.pad(s, (0, WIDTH)), features


def _seed(seed: int) -> None:
    np.random.seed(seed)  # noqa: NPY002 (what notebooks use)
    torch.manual_seed(seed)


def _truth(x: Any) -> Any:
    parameters = 2 * np.random.RandomState(0).rand(5) - 1
    return sum(p * np.sin(k * np.pi * x) for k, p in enumerate(parameters))


def _data(seed: int = 10, high: float = 1.0) -> tuple[Any, Any]:
    rng = np.random.RandomState(seed)
    x = rng.uniform(-1, high, (1500, 1))
    return x.astype(np.float32), (_truth(x) + 0.1 * rng.randn(1500, 1)).astype(np.float32)


def _start(kind: str) -> Any:
    """The initialization of this name; biases are 0."""

    def init(module: Any) -> None:
        if isinstance(module, nn.Linear):
            he = (2 / module.in_features) ** 0.5
            bound = BOUNDS.get(kind, 3**0.5 * he)
            if kind == "he_normal":
                nn.init.normal_(module.weight, 0, he)
            else:
                nn.init.uniform_(module.weight, -bound, bound)
            nn.init.zeros_(module.bias)

    return init


def _started(start: str, run: int, init: Any = None) -> Any:
    """The notebook's network before training; a shallow one keeps what PyTorch gives."""
    _seed(INIT_SEEDS[start] + run)
    model = _net(1 if start == "shallow" else DEPTH)
    _seed(INIT_SEEDS[start] + run)
    return model if start == "shallow" else model.apply(init or _start(start))


def _with(model: Any, parameters: Any) -> Any:
    """The network with these parameters: those of another one, or arrays of which matrices have shape (in, out)."""
    given = parameters.parameters() if isinstance(parameters, nn.Module) else [torch.tensor(p.T) for p in parameters]
    with torch.no_grad():
        for mine, p in zip(model.parameters(), given, strict=True):
            mine.copy_(p)
    return model


def _forward(layers: Any, x: Any) -> list[Any]:
    """The inputs of every linear layer, and the output."""
    values = [x]
    for index in range(0, len(layers) - 2, 2):
        values.append(np.maximum(values[-1] @ layers[index] + layers[index + 1], 0))
    return [*values, values[-1] @ layers[-2] + layers[-1]]


def _gradients(layers: Any, x: Any, y: Any) -> list[Any]:
    """Of the mean squared error, by hand."""
    *inputs, output = _forward(layers, x)
    slope, found = 2 * (output - y) / len(x), []
    for index in range(len(inputs) - 1, -1, -1):
        found += [slope.sum(axis=0), inputs[index].T @ slope]
        slope = (slope @ layers[2 * index].T) * (inputs[index] > 0)
    return found[::-1]


def _trained(model: Any, x: Any, y: Any, seed: int, steps: int = STEPS) -> Any:
    """The parameters [W1, b1, W2, ...] of a ReLU network after the notebook's steps; W has shape (in, out)."""
    layers = [p.detach().numpy().T.copy() for p in model.parameters()]
    velocities = [np.zeros_like(p) for p in layers]
    with np.errstate(all="ignore"):
        for batch in np.random.RandomState(seed).randint(len(x), size=(steps, BATCH)):
            gradients = _gradients(layers, x[batch], y[batch])
            velocities = [MOMENTUM * v + g for v, g in zip(velocities, gradients, strict=True)]
            layers = [p - np.float32(RATE) * v for p, v in zip(layers, velocities, strict=True)]
    return layers


def _trained_from(init: Any, data: tuple[Any, Any], run: int) -> Any:
    """The first run that does not end at a constant: some do, with dead ReLUs, from right weights too."""
    for attempt in range(run, run + ATTEMPTS):
        layers = _trained(_started("better", attempt, init), *data, TRAIN_SEEDS["better"] + attempt)
        if _forward(layers, GRID)[-1].std() > CONSTANT:
            break
    return layers
