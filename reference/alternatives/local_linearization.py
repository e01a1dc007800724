"""Correct answers to question 6 in other forms and types: each must get full marks."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

Array = npt.NDArray[np.float64]
Tensor = torch.Tensor

train_x, train_y = torch.zeros(1, 1), torch.zeros(1, 1)  # globals, as in the notebook


def model_by_hand() -> nn.Sequential:
    """Written out."""
    width = 20
    return nn.Sequential(
        nn.Linear(1, width), nn.ReLU(),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, 1),
    )  # fmt: skip


def model_appended() -> nn.Sequential:
    """Named modules, added one by one; ReLU in place."""
    model = nn.Sequential()
    for i in range(4):
        model.add_module(f"linear{i}", nn.Linear(20 if i else 1, 20))
        model.add_module(f"relu{i}", nn.ReLU(inplace=True))
    model.add_module("output", nn.Linear(20, 1))
    return model


def _mean_squared_error(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    return torch.as_tensor(((model(x).squeeze() - y.squeeze()) ** 2).sum() / len(y))


def _backward(model: nn.Module, loss: Tensor) -> None:
    model.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch declares no return type


def weight_grad_norms_backward(model: nn.Module, x: Tensor, y: Tensor) -> list[Any]:
    """With `backward`; tensors without axes."""
    _backward(model, nn.functional.mse_loss(model(x), y))
    return [p.grad.norm() for p in model.parameters() if p.ndim > 1 and p.grad is not None]


def weight_grad_norms_array(model: nn.Module, x: Tensor, y: Tensor) -> Array:
    """The loss written out; an array."""
    _backward(model, _mean_squared_error(model, x, y))
    named = [p.grad for name, p in model.named_parameters() if "weight" in name and p.grad is not None]
    return np.array([np.sqrt((g.numpy() ** 2).sum()) for g in named])


def weight_grad_norms_tensor(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """A tensor; the layers of a `Sequential` are gone through."""
    _backward(model, _mean_squared_error(model, x, y))
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    return torch.stack([torch.linalg.norm(m.weight.grad) for m in layers if m.weight.grad is not None])


def print_gnorms_other_words(model: nn.Module) -> None:
    """Other text around the numbers."""
    print("Gradient norms:")  # noqa: T201 (what it is for)
    names = [name for name, _p in model.named_parameters() if name.endswith("weight")]
    for name, norm in zip(names, weight_grad_norms_backward(model, train_x, train_y), strict=True):
        print(f"{name:>10} = {norm.item():.8f}")  # noqa: T201


def print_gnorms_scientific(model: nn.Module) -> None:
    """More digits, in scientific notation."""
    names = [name for name, _p in model.named_parameters() if name.endswith("weight")]
    for name, norm in zip(names, weight_grad_norms_array(model, train_x, train_y), strict=True):
        print(name, f"{norm:.6e}")  # noqa: T201


def better_init_kaiming_normal(module: nn.Module) -> None:
    """PyTorch's initializer: its weights have shape (fan_out, fan_in)."""
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        module.bias.data.fill_(0)


def better_init_kaiming_uniform(module: nn.Module) -> None:
    """The uniform one of the same variance."""
    if isinstance(module, nn.Linear):
        nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)


def better_init_xavier_normal(module: nn.Module) -> None:
    """The one of Glorot and Bengio, normal."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_normal_(module.weight)
        nn.init.zeros_(module.bias)


def better_init_xavier_uniform(module: nn.Module) -> None:
    """The one of Glorot and Bengio, uniform."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def better_init_data(module: nn.Module) -> None:
    """Through `data`; the module's own class by name."""
    if type(module).__name__ == "Linear" and isinstance(module, nn.Linear):
        module.weight.data = torch.randn_like(module.weight) * (2 / module.in_features) ** 0.5
        module.bias.data = torch.zeros_like(module.bias)


def better_init_numpy(module: nn.Module) -> None:
    """Drawn with NumPy, copied; returns the module."""
    if isinstance(module, nn.Linear):
        W = np.random.randn(*module.weight.shape) * np.sqrt(2 / module.in_features)  # noqa: NPY002 (what students write)
        with torch.no_grad():
            module.weight.copy_(torch.as_tensor(W))
            module.bias.zero_()


def jacobian_features_backward(model: nn.Module, x: Tensor) -> Tensor:
    """With `backward` and `zero_grad`; a tensor."""
    rows = []
    for i in range(len(x)):
        _backward(model, model(x[i : i + 1]).sum())
        rows.append(torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]))
    return torch.stack(rows)


def jacobian_features_of_function(model: nn.Module, x: Tensor) -> Array:
    """With `torch.func`, all points at once."""
    parameters = {name: p.detach() for name, p in model.named_parameters()}
    blocks = torch.func.jacrev(lambda p: torch.func.functional_call(model, p, (x,)).squeeze(-1))(parameters)
    return np.concatenate([block.reshape(len(x), -1).numpy() for block in blocks.values()], axis=1)


def jacobian_features_other_order(model: nn.Module, x: Tensor) -> Array:
    """The parameters from the last to the first, with the sign turned."""
    return -np.asarray(jacobian_features_backward(model, x).numpy(), float)[:, ::-1]


def jacobian_features_differences(model: nn.Module, x: Tensor) -> Array:
    """Central differences on a copy of the network in float64."""
    net, step = copy.deepcopy(model).double(), 1e-5
    theta = nn.utils.parameters_to_vector(net.parameters()).detach()
    columns = []
    with torch.no_grad():
        for direction in torch.eye(len(theta), dtype=theta.dtype):
            ends = []
            for sign in (1, -1):
                nn.utils.vector_to_parameters(theta + sign * step * direction, net.parameters())
                ends.append(net(x.double()).ravel())
            columns.append((ends[0] - ends[1]) / (2 * step))
    return np.asarray(torch.stack(columns, dim=1).numpy(), float)


Svd = tuple[Any, Any]


def svd_features_projected(J: Array) -> Svd:
    """J V."""
    _U, s, Vt = np.linalg.svd(J, full_matrices=False)
    return s, J @ Vt.T


def svd_features_full(J: Array) -> Svd:
    """The full decomposition, cut."""
    U, s, _Vt = np.linalg.svd(J)
    return s, U[:, : len(s)] @ np.diag(s)


def svd_features_torch(J: Array) -> Svd:
    """Torch tensors, with turned signs."""
    U, s, _Vt = torch.linalg.svd(torch.as_tensor(np.array(J)), full_matrices=False)
    return s, -U * s


def svd_features_eigenvalues(J: Array) -> Svd:
    """The roots of the eigenvalues of J J^T, without what rounding makes negative."""
    r = min(J.shape)
    squares, U = np.linalg.eigh(J @ J.T)
    s = np.sqrt(np.maximum(squares, 0))[::-1][:r]
    return s, U[:, ::-1][:, :r] * s


def svd_local_linearization_projected(model: nn.Module) -> tuple[int, Any, Any]:
    """All points at once; J V."""
    J = jacobian_features_of_function(model, train_x)
    return sum(p.numel() for p in model.parameters()), *svd_features_projected(J)


def svd_local_linearization_tensors(model: nn.Module) -> list[Any]:
    """A list with tensors."""
    J = jacobian_features_backward(model, train_x).double().numpy()
    return [torch.tensor(J.shape[1]), *svd_features_torch(J)]
