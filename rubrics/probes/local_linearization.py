"""Probes for question 6: they run in the child, on the student's functions. Networks and data are made here.

Those of the evidence run the notebook's experiments: its data, seeds, learning rate and steps. Networks whose weights the
student's functions do not change are trained in NumPy, which is much faster for so small ones. `run` shifts every seed.
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
TRAIN_SEEDS = {start: seed + 50 for start, seed in INIT_SEEDS.items()}
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
    torch.manual_seed(seed)
    return _net()


def _column(x: Any) -> Any:
    return torch.tensor(np.reshape(x, (-1, 1)), dtype=torch.float32)


# Checks


def deep_net_outputs(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """Modules, parameters, and the outputs with parameters that are set here."""
    model = _own_model(namespace)
    right = _generic(seed)
    with torch.no_grad():
        for mine, p in zip(model.parameters(), right.parameters(), strict=True):
            mine.copy_(p)
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


# Experiments


def norms_at_start(namespace: dict[str, Any], start: str, run: int) -> Any:
    """What `print_gnorms` prints for the notebook's data and initial weights."""
    norms = _printed(namespace["print_gnorms"], _started(start, run), *map(_column, _data()))
    return dict(zip(_weight_names(), norms, strict=True))


def norms_of_better_init(namespace: dict[str, Any], run: int) -> Any:
    """The norms after the student's own initialization, computed here."""
    x, y = map(_column, _data())
    model = _started("better", run, namespace["better_init"])
    nn.functional.mse_loss(model(x), y).backward()
    return dict(zip(_weight_names(), [float(layer.weight.grad.norm()) for layer in model[::2]], strict=True))


def small_weights_trained(namespace: dict[str, Any], run: int) -> Any:
    """The student's network from small weights: the squared error relative to the variance, and what is not constant."""
    model = _with(_own_model(namespace), _trained(_started("small", run), *_data(), TRAIN_SEEDS["small"] + run))
    with torch.no_grad():
        predictions = model(torch.tensor(GRID)).numpy()
    error = float(np.mean((predictions - _truth(GRID)) ** 2))
    return {
        "error / variance": error / float(_truth(GRID).var()),
        "spread of predictions": float(predictions.std()),
    }


def large_weights_trained(namespace: dict[str, Any], run: int) -> Any:
    """The student's network from large weights: the training loss before the first step and after ten."""
    start = _started("large", run)
    after = _trained(start, *_data(), TRAIN_SEEDS["large"] + run, steps=10)
    model = _own_model(namespace)
    return {
        "log10 of the first loss": _log_loss(_with(model, start)),
        "log10 of the last loss (40 if not finite)": _log_loss(_with(model, after)),
    }


def _log_loss(model: Any) -> float:
    x, y = map(_column, _data())
    with torch.no_grad():
        loss = float(nn.functional.mse_loss(model(x), y))
    return float(np.log10(loss)) if np.isfinite(loss) else NOT_FINITE


def small_weights_features(namespace: dict[str, Any], run: int) -> Any:
    """Singular values and first feature before and after training from small weights."""
    before = _started("small", run)
    after = _torch_net(_trained(before, *_data(), TRAIN_SEEDS["small"] + run))
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
    return {
        "s4 / s1 large": large[3] / large[0],
        "s5 / s1 large": large[4] / large[0],
        "s5 / s1 better": he[4] / he[0],
        "s1 large / s1 better": large[0] / he[0],
    }


def better_init_trained(namespace: dict[str, Any], run: int) -> Any:
    """Mean squared error on the true function after training from the student's initialization."""
    predictions = _predicted(_trained_from(namespace["better_init"], _data(), run), GRID)
    return {"test error": float(np.mean((predictions - _truth(GRID)) ** 2))}


def better_init_trained_left(namespace: dict[str, Any], run: int) -> Any:
    """The same where the training data end at 0.4: left and right of it."""
    squares = (_predicted(_trained_from(namespace["better_init"], _data(50, EDGE), run), GRID) - _truth(GRID)) ** 2
    inside = GRID <= EDGE
    return {"error up to 0.4": float(squares[inside].mean()), "error above 0.4": float(squares[~inside].mean())}


def depth_features(namespace: dict[str, Any], run: int) -> Any:
    """After training: a shallow network's spectrum against a deep one's."""
    shallow = _trained(_started("shallow", run), *_data(), TRAIN_SEEDS["shallow"] + run)
    found = {}
    for name, layers in (("shallow", shallow), ("deep", _trained_from(_he, _data(), run))):
        s, _f = _features(namespace, _torch_net(layers))
        error = float(np.mean((_predicted(layers, GRID) - _truth(GRID)) ** 2))
        found |= {f"s5 / s1 {name}": s[4] / s[0], f"s20 / s1 {name}": s[19] / s[0], f"test error {name}": error}
    return found


def left_features(namespace: dict[str, Any], run: int) -> Any:
    """How much the features bend right of 0.4, relative to the left, if the training data end there and if they do not."""
    left, whole = _bends(namespace, _data(50, EDGE), run), _bends(namespace, _data(), run)
    return {"bends above 0.4, trained up to 0.4 / trained everywhere": left / whole}


def _bends(namespace: dict[str, Any], data: tuple[Any, Any], run: int) -> float:
    """The mean of some runs. Second differences of all features together do not depend on their basis."""
    ratios = []
    for attempt in range(run, run + ATTEMPTS):
        _s, features = _features(namespace, _torch_net(_trained_from(_he, data, attempt)))
        bends, inside = np.linalg.norm(np.diff(features, 2, axis=0), axis=1), GRID[1:-1, 0] <= EDGE
        ratios.append(bends[~inside].mean() / bends[inside].mean())
    return float(np.mean(ratios))


def _features(namespace: dict[str, Any], model: Any) -> Any:
    _count, s, features = _linearized(namespace, model, torch.tensor(GRID))
    return _plain(s), _plain(features)


def _plain(value: Any) -> Any:
    return np.asarray(value.detach().numpy() if hasattr(value, "detach") else value, float)


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


def _weight_names() -> list[str]:
    return [f"{2 * layer}.weight" for layer in range(DEPTH + 1)]


def _he(module: Any) -> None:
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)


def _uniform(module: Any, scale: float) -> None:
    if isinstance(module, nn.Linear):
        bound = scale or (6 / module.in_features) ** 0.5
        nn.init.uniform_(module.weight, -bound, bound)
        nn.init.zeros_(module.bias)


STARTS = {
    "small": lambda module: _uniform(module, 0.03),
    "large": lambda module: _uniform(module, 3.0),
    "he_uniform": lambda module: _uniform(module, 0),
    "he_normal": _he,
}


def _started(start: str, run: int, init: Any = None) -> Any:
    """The notebook's network before training; a shallow one keeps what PyTorch gives."""
    _seed(INIT_SEEDS[start] + run)
    model = _net(1 if start == "shallow" else DEPTH)
    _seed(INIT_SEEDS[start] + run)
    return model if start == "shallow" else model.apply(init or STARTS[start])


def _torch_net(layers: Any) -> Any:
    return _with(_net(len(layers) // 2 - 1), layers)


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


def _predicted(layers: Any, x: Any) -> Any:
    return _forward(layers, x)[-1]


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
        if _predicted(layers, GRID).std() > CONSTANT:
            break
    return layers
