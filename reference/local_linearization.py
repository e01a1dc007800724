"""Homework 2, problem 6: gradients at initialization and the local linearization of a deep network.

The network maps one number to one number: 4 hidden layers of 20 ReLU units. Its local linearization at the parameters theta
is f(x; theta) + J(x) (theta' - theta); the rows of J are the gradients of the outputs with respect to all parameters.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

torch.set_num_threads(1)  # networks as small as these take ten times as long where several threads wait for each other

Array = npt.NDArray[np.float64]

WIDTH, HIDDEN_LAYERS = 20, 4
TRAIN_N, TEST_N, NOISE = 1500, 500, 0.1
F_TRUE_PARAMS = 2 * np.random.RandomState(0).rand(5) - 1  # the notebook's, from np.random.seed(0)


def f_true(x: Array) -> Array:
    """The function to learn, sum_k p_k sin(k pi x) for k = 0..4, of the shape of x."""
    return np.asarray(sum(p * np.sin(k * np.pi * x) for k, p in enumerate(F_TRUE_PARAMS)))


def train_data(seed: int = 10, low: float = -1.0, high: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """1500 points x from U(low, high) and y = f_true(x) plus N(0, 0.1^2), float32 columns (1500, 1).

    The notebook's data are those of the seed 10; those outside of the test range are seed 50, high 0.4.
    """
    rng = np.random.RandomState(seed)
    x = rng.uniform(low, high, (TRAIN_N, 1))
    y = f_true(x) + NOISE * rng.randn(TRAIN_N, 1)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


train_x, train_y = train_data()  # globals, as in the notebook


def make_net(width: int, hidden_layers: int) -> nn.Sequential:
    """A network from (n, 1) to (n, 1) with ReLU after every layer but the last."""
    sizes = [1, *[width] * hidden_layers]
    layers: list[nn.Module] = []
    for i in range(hidden_layers):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 1))


def make_deep_net() -> nn.Sequential:
    """The homework's network: 9 modules, 1321 parameters."""
    return make_net(WIDTH, HIDDEN_LAYERS)


model = make_deep_net  # in the notebook, `model` is the network itself; the probe takes either


def naive_init(scale: float, module: nn.Module) -> None:
    """Weights of a linear layer from U(-scale, scale), biases 0; other modules are left alone. Given in the homework."""
    if isinstance(module, nn.Linear):
        nn.init.uniform_(module.weight, -scale, scale)
        nn.init.zeros_(module.bias)


def better_init(module: nn.Module) -> None:
    """Weights of a linear layer from N(0, 2/fan_in), biases 0; other modules are left alone. Problem 6(f)."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=(2 / module.in_features) ** 0.5)
        nn.init.zeros_(module.bias)


def better_init_variance_range(fan_in: int, fan_out: int, seed: int) -> tuple[float, float]:  # noqa: ARG001
    """The variances that count as better for weights of this shape: those of Glorot and He and between, 10 % wider."""
    variances = 2 / fan_in, 2 / (fan_in + fan_out)
    return 0.9 * min(variances), 1.1 * max(variances)


def weight_grad_norms(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> list[float]:
    """For every parameter named *.weight, in order, the l2 norm of the gradient of the mean squared error. x, y: (n, 1)."""
    weights = [p for name, p in model.named_parameters() if name.endswith(".weight")]
    gradients = torch.autograd.grad(nn.functional.mse_loss(model(x), y), weights)
    return [float(torch.linalg.vector_norm(gradient)) for gradient in gradients]


def print_gnorms(model: nn.Module) -> None:
    """Print a line `name norm` with 8 decimals for every weight, on the globals train_x and train_y. Problem 6(a)."""
    names = [name for name, _p in model.named_parameters() if name.endswith(".weight")]
    for name, norm in zip(names, weight_grad_norms(model, train_x, train_y), strict=True):
        print(f"{name} {norm:.8f}")  # noqa: T201 (what it is for)


def jacobian_features(model: nn.Module, x: torch.Tensor) -> Array:
    """J, shape (n, P): row i is the gradient of the output at x[i] with respect to all P parameters, in order. x: (n, 1)."""
    theta = list(model.parameters())
    gradients = [torch.autograd.grad(model(point).squeeze(), theta) for point in x]
    return np.array([torch.cat([g.flatten() for g in row]).numpy() for row in gradients], dtype=float)


def svd_features(J: Array) -> tuple[Array, Array]:
    """The singular values s, descending, and the principal features U s = J V of J = U diag(s) V^T.

    J: (n, P); s: (r,) and features (n, r) with r = min(n, P).
    """
    U, s, _Vt = np.linalg.svd(J, full_matrices=False)
    return s, U * s


def svd_local_linearization(model: nn.Module) -> tuple[int, Array, Array]:
    """The number of parameters, the singular values and the principal features at the global train_x."""
    J = jacobian_features(model, train_x)
    return J.shape[1], *svd_features(J)


def kernel(model: nn.Module, x: torch.Tensor) -> Array:
    """J J^T, shape (n, n): what is left of the features when signs and the order of parameters do not matter."""
    J = jacobian_features(model, x)
    return J @ J.T


def train_model(
    model: nn.Module, seed: int, data: tuple[torch.Tensor, torch.Tensor], n_steps: int = 468, batch_size: int = 32
) -> nn.Module:
    """Stochastic gradient descent on the mean squared error, learning rate 0.1 and momentum 0.9, in place."""
    x, y = data
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    for _step in range(n_steps):
        batch = torch.randint(len(x), (batch_size,), generator=generator)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[batch]), y[batch])
        loss.backward()  # type: ignore[no-untyped-call]  # torch declares no return type
        optimizer.step()
    return model
