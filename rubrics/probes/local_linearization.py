"""Probes for question 6: they run in the child, on the student's functions. Networks and data are made here."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import numpy as np
import torch
from torch import nn


def _deep_net() -> Any:
    layers: list[Any] = []
    for fan_in in (1, 20, 20, 20):
        layers += [nn.Linear(fan_in, 20), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(20, 1))


def _generic(seed: int) -> Any:
    torch.manual_seed(seed)
    return _deep_net()


def _plain(value: Any) -> Any:
    return np.asarray(value.detach().numpy() if hasattr(value, "detach") else value, float)


def deep_net_outputs(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """Modules, parameters, and the outputs with parameters that are set here."""
    given = namespace["model"]
    model = given if isinstance(given, nn.Module) else given()  # the network, or a function that makes it
    right = _generic(seed)
    with torch.no_grad():
        for mine, p in zip(model.parameters(), right.parameters(), strict=True):
            mine.copy_(p)
        return len(model), sum(p.numel() for p in model.parameters()), model(_column(x)).numpy()


def _column(x: Any) -> Any:
    return torch.tensor(np.reshape(x, (-1, 1)), dtype=torch.float32)


def gradient_norms(namespace: dict[str, Any], seed: int, x: Any, y: Any) -> Any:
    """A model that has had a `backward` before."""
    model = _generic(seed)
    model(_column(x)).sum().backward()
    return [float(norm) for norm in namespace["weight_grad_norms"](model, _column(x), _column(y))]


def printed_norms(namespace: dict[str, Any], seed: int, x: Any, y: Any) -> Any:
    """The last number of every line that `print_gnorms` prints; the data are globals."""
    show = namespace["print_gnorms"]
    show.__globals__.update(train_x=_column(x), train_y=_column(y))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show(_generic(seed))
    found = [re.findall(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?$", line.strip()) for line in out.getvalue().splitlines()]
    return [float(numbers[0]) for numbers in found if numbers]


def jacobian_kernel(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """Shape and J J^T."""
    model = _generic(seed)
    model(_column(x)).sum().backward()
    J = _plain(namespace["jacobian_features"](model, _column(x)))
    return np.array(J.shape), J @ J.T


def svd_parts(namespace: dict[str, Any], J: Any) -> Any:
    """Singular values, shape, F F^T and F^T F: sign and rotation free where they should be."""
    s, F = map(_plain, namespace["svd_features"](np.array(J)))
    return s, np.array(F.shape), F @ F.T, np.sqrt(np.abs(np.diag(F.T @ F)))


def linearization_parts(namespace: dict[str, Any], seed: int, x: Any) -> Any:
    """The number of parameters, singular values, shape and F F^T; the inputs are a global."""
    linearize = namespace["svd_local_linearization"]
    linearize.__globals__["train_x"] = _column(x)
    count, s, F = linearize(_generic(seed))
    s, F = _plain(s), _plain(F)
    return int(count), s, np.array(F.shape), F @ F.T


def initial_variance(namespace: dict[str, Any], fan_in: int, fan_out: int, seed: int) -> Any:
    """Variance of the weights; NaN where biases are not 0 or the weights are all positive."""
    np.random.seed(seed)  # noqa: NPY002 (what notebooks use)
    torch.manual_seed(seed)
    layer = nn.Linear(fan_in, fan_out)
    namespace["better_init"](nn.ReLU())
    namespace["better_init"](layer)
    W = _plain(layer.weight)
    is_fair = abs(W.mean()) <= 0.1 * W.std() and not np.any(_plain(layer.bias))
    return float(W.var()) if is_fair else float("nan")
