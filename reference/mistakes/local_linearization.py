"""Wrong variants for question 6. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import mse_loss

Array = npt.NDArray[np.float64]
Tensor = torch.Tensor

train_x, train_y = torch.zeros(1, 1), torch.zeros(1, 1)  # globals, as in the notebook


def _net(sizes: Sequence[int], activation: type[nn.Module] = nn.ReLU, *, bias: bool = True) -> nn.Sequential:
    """Linear layers from 1 to 1 with an activation between them."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip([1, *sizes], [*sizes, 1], strict=True):
        layers += [nn.Linear(fan_in, fan_out, bias=bias), activation()]
    return nn.Sequential(*layers[:-1])


def model_three_hidden_layers() -> nn.Sequential:
    """There are four hidden layers, and the output layer is one more."""
    return _net([20, 20, 20])


def model_five_hidden_layers() -> nn.Sequential:
    """There are four hidden layers: the output layer is not one of them, and not added to them twice."""
    return _net([20, 20, 20, 20, 20])


def model_without_activations() -> nn.Sequential:
    """Without a ReLU after every hidden layer the whole network is a straight line."""
    return _net([20, 20, 20, 20], nn.Identity)


def model_tanh() -> nn.Sequential:
    """The activation is ReLU."""
    return _net([20, 20, 20, 20], nn.Tanh)


def model_without_biases() -> nn.Sequential:
    """The linear layers have biases."""
    return _net([20, 20, 20, 20], bias=False)


def model_rectified_output() -> nn.Sequential:
    """The output can be negative: there is no ReLU after the last layer."""
    return nn.Sequential(*_net([20, 20, 20, 20]), nn.ReLU())


def model_wide_output() -> nn.Sequential:
    """The output is one number for each input: shape (n, 1)."""
    return nn.Sequential(*list(_net([20, 20, 20, 20]))[:-1], nn.Linear(20, 20))


def model_wider() -> nn.Sequential:
    """The hidden layers have 20 units."""
    return _net([32, 32, 32, 32])


def _weights(model: nn.Module) -> list[nn.Parameter]:
    return [p for name, p in model.named_parameters() if name.endswith(".weight")]


def _norms(
    loss: Tensor, parameters: Iterable[nn.Parameter], norm: Callable[[Tensor], Tensor] = torch.norm
) -> list[float]:
    return [float(norm(g)) for g in torch.autograd.grad(loss, list(parameters))]


def weight_grad_norms_sum_of_squares(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The loss is the mean of the squared errors, not their sum."""
    return _norms(mse_loss(model(x), y, reduction="sum"), _weights(model))


def weight_grad_norms_half_loss(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The loss is the mean of the squared errors, without a 1/2."""
    return _norms(mse_loss(model(x), y) / 2, _weights(model))


def weight_grad_norms_absolute_errors(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The errors are squared in the loss."""
    return _norms((model(x) - y).abs().mean(), _weights(model))


def weight_grad_norms_of_output(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:  # noqa: ARG001
    """The gradient is that of the loss, not of the output."""
    return _norms(model(x).mean(), _weights(model))


def weight_grad_norms_of_weights(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:  # noqa: ARG001
    """These are the norms of the weights: take those of their gradients."""
    return [float(p.detach().norm()) for p in _weights(model)]


def weight_grad_norms_squared(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The norm is the root of the sum of squares: the root is missing."""
    return _norms(mse_loss(model(x), y), _weights(model), lambda g: (g**2).sum())


def weight_grad_norms_absolute_sum(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The l2 norm adds up squares, not absolute values."""
    return _norms(mse_loss(model(x), y), _weights(model), lambda g: g.abs().sum())


def weight_grad_norms_root_mean_square(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The norm of an array is not divided by how many entries it has."""
    return _norms(mse_loss(model(x), y), _weights(model), lambda g: (g**2).mean().sqrt())


def weight_grad_norms_mean_of_squares(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """This is the mean of the squared entries: the norm is the root of their sum."""
    return _norms(mse_loss(model(x), y), _weights(model), lambda g: (g**2).mean())


def weight_grad_norms_largest(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The l2 norm takes all entries into account, not only the largest."""
    return _norms(mse_loss(model(x), y), _weights(model), lambda g: g.abs().max())


def weight_grad_norms_with_biases(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """Only the weights are asked for: leave the biases out."""
    return _norms(mse_loss(model(x), y), model.parameters())


def weight_grad_norms_biases_only(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The weights are asked for, not the biases."""
    return _norms(mse_loss(model(x), y), [p for name, p in model.named_parameters() if name.endswith(".bias")])


def weight_grad_norms_broadcast(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """A column (n, 1) minus a vector (n,) is a matrix (n, n): give both one shape."""
    return _norms(((model(x) - y.ravel()) ** 2).mean(), _weights(model))


def weight_grad_norms_accumulated(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """Gradients add up from one `backward` to the next: set them to zero before."""
    once = torch.autograd.grad(mse_loss(model(x), y), _weights(model))
    for p, g in zip(_weights(model), once, strict=True):
        p.grad = g if p.grad is None else p.grad + g
    return [float(p.grad.norm()) for p in _weights(model) if p.grad is not None]


def weight_grad_norms_first_point(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """The loss is over all data, not over one point."""
    return _norms(mse_loss(model(x[:1]), y[:1]), _weights(model))


def weight_grad_norms_reversed(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """Give the layers in order, the one next to the input first."""
    return _norms(mse_loss(model(x), y), _weights(model))[::-1]


def _print(model: nn.Module, norms: list[float]) -> None:
    names = [name for name, _p in model.named_parameters() if name.endswith(".weight")]
    for name, norm in zip(names, norms, strict=True):
        print(f"{name} {norm:.8f}")  # noqa: T201 (what it is for)


def print_gnorms_sum_of_squares(model: nn.Module) -> None:
    """The loss is the mean of the squared errors, not their sum."""
    _print(model, weight_grad_norms_sum_of_squares(model, train_x, train_y))


def print_gnorms_of_weights(model: nn.Module) -> None:
    """These are the norms of the weights: take those of their gradients."""
    _print(model, weight_grad_norms_of_weights(model, train_x, train_y))


def print_gnorms_squared(model: nn.Module) -> None:
    """The norm is the root of the sum of squares: the root is missing."""
    _print(model, weight_grad_norms_squared(model, train_x, train_y))


def print_gnorms_absolute_sum(model: nn.Module) -> None:
    """The l2 norm adds up squares, not absolute values."""
    _print(model, weight_grad_norms_absolute_sum(model, train_x, train_y))


def print_gnorms_root_mean_square(model: nn.Module) -> None:
    """The norm of an array is not divided by how many entries it has."""
    _print(model, weight_grad_norms_root_mean_square(model, train_x, train_y))


def print_gnorms_mean_of_squares(model: nn.Module) -> None:
    """This is the mean of the squared entries: the norm is the root of their sum."""
    _print(model, weight_grad_norms_mean_of_squares(model, train_x, train_y))


def print_gnorms_broadcast(model: nn.Module) -> None:
    """A column (n, 1) minus a vector (n,) is a matrix (n, n): give both one shape."""
    _print(model, weight_grad_norms_broadcast(model, train_x, train_y))


def print_gnorms_returned(model: nn.Module) -> list[float]:
    """Print the norms: returning them is not enough."""
    return _norms(mse_loss(model(train_x), train_y), _weights(model))


def _initialize(module: nn.Module, std: Callable[[int, int], float]) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=std(module.in_features, module.out_features))
        nn.init.zeros_(module.bias)


def better_init_variance_as_std(module: nn.Module) -> None:
    """2/fan_in is the variance: a normal generator takes the standard deviation."""
    _initialize(module, lambda fan_in, _fan_out: 2 / fan_in)


def better_init_inverted(module: nn.Module) -> None:
    """The more inputs a unit has, the smaller its weights must be."""
    _initialize(module, lambda fan_in, _fan_out: math.sqrt(fan_in / 2))


def better_init_small(module: nn.Module) -> None:
    """This scale does not depend on the size of the layer: it is as small as in part (a)."""
    _initialize(module, lambda _fan_in, _fan_out: 0.03)


def better_init_unscaled(module: nn.Module) -> None:
    """The random numbers must be scaled with the size of the layer."""
    _initialize(module, lambda _fan_in, _fan_out: 1.0)


def better_init_squared_fan_in(module: nn.Module) -> None:
    """The variance falls with fan_in, not with its square."""
    _initialize(module, lambda fan_in, _fan_out: 1 / fan_in)


def better_init_zero(module: nn.Module) -> None:
    """With weights of zero no signal and no gradient gets through."""
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.weight)
        nn.init.zeros_(module.bias)


def better_init_constant(module: nn.Module) -> None:
    """With equal weights all units of a layer compute the same: draw them at random."""
    if isinstance(module, nn.Linear):
        nn.init.constant_(module.weight, math.sqrt(2 / module.in_features))
        nn.init.zeros_(module.bias)


def better_init_positive(module: nn.Module) -> None:
    """The weights have both signs: `rand` draws between 0 and 1."""
    if isinstance(module, nn.Linear):
        nn.init.uniform_(module.weight, 0, math.sqrt(6 / module.in_features))
        nn.init.zeros_(module.bias)


def better_init_random_biases(module: nn.Module) -> None:
    """The biases start at 0."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=math.sqrt(2 / module.in_features))
        nn.init.normal_(module.bias)


def better_init_new_tensor(module: nn.Module) -> Tensor | None:
    """The module keeps its old weights: change them in place."""
    if isinstance(module, nn.Linear):
        return torch.randn(module.weight.shape) * math.sqrt(2 / module.in_features)
    return None


def _rows(model: nn.Module, x: Tensor, parameters: Iterable[nn.Parameter], output: Callable[[Tensor], Tensor]) -> Array:
    """The gradients of `output` of the prediction at every point."""
    theta = list(parameters)
    rows = [torch.autograd.grad(output(model(point).squeeze()), theta) for point in x]
    return np.array([torch.cat([g.flatten() for g in row]).numpy() for row in rows], dtype=float)


def _jacobian(model: nn.Module, x: Tensor) -> Array:
    return _rows(model, x, model.parameters(), lambda f: f)


def jacobian_features_of_loss(model: nn.Module, x: Tensor) -> Array:
    """The rows are gradients of the output, not of a loss."""
    return _rows(model, x, model.parameters(), lambda f: f**2)


def jacobian_features_accumulated(model: nn.Module, x: Tensor) -> Array:
    """Gradients add up from one `backward` to the next: set them to zero before each point."""
    before = [np.zeros(p.shape) if p.grad is None else p.grad.numpy() for p in model.parameters()]
    return np.concatenate([g.ravel() for g in before]) + np.cumsum(_jacobian(model, x), axis=0)


def jacobian_features_batch_sum(model: nn.Module, x: Tensor) -> Array:
    """This is the gradient of the sum of the outputs: every point has a row of its own."""
    return np.repeat(_jacobian(model, x).sum(axis=0, keepdims=True), len(x), axis=0)


def jacobian_features_batch_mean(model: nn.Module, x: Tensor) -> Array:
    """This is the gradient of the mean of the outputs: every point has a row of its own."""
    return np.asarray(_jacobian(model, x).mean(axis=0))


def jacobian_features_divided(model: nn.Module, x: Tensor) -> Array:
    """The rows are not divided by the number of points."""
    return _jacobian(model, x) / len(x)


def jacobian_features_without_biases(model: nn.Module, x: Tensor) -> Array:
    """The biases are parameters too."""
    return _rows(model, x, _weights(model), lambda f: f)


def jacobian_features_without_output_bias(model: nn.Module, x: Tensor) -> Array:
    """The bias of the last layer is a parameter too."""
    return _rows(model, x, list(model.parameters())[:-1], lambda f: f)


def jacobian_features_last_layer(model: nn.Module, x: Tensor) -> Array:
    """All layers have parameters, not only the last."""
    return _rows(model, x, list(model.parameters())[-2:], lambda f: f)


def jacobian_features_transposed(model: nn.Module, x: Tensor) -> Array:
    """There is a row for every point and a column for every parameter."""
    return _jacobian(model, x).T


def jacobian_features_centred(model: nn.Module, x: Tensor) -> Array:
    """The columns are not centred: their mean belongs to the features."""
    J = _jacobian(model, x)
    return np.asarray(J - J.mean(axis=0))


def jacobian_features_normalized(model: nn.Module, x: Tensor) -> Array:
    """The rows are not scaled to length 1."""
    J = _jacobian(model, x)
    return np.asarray(J / np.linalg.norm(J, axis=1, keepdims=True))


def jacobian_features_with_respect_to_inputs(model: nn.Module, x: Tensor) -> Array:
    """The gradient is with respect to the parameters, not to the inputs."""
    points = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model(points).sum(), points)
    return np.asarray(gradient.numpy(), float)


def jacobian_features_coarse_differences(model: nn.Module, x: Tensor) -> Array:
    """These differences are too coarse: use automatic differentiation, or much smaller steps in float64."""
    theta, step = nn.utils.parameters_to_vector(model.parameters()).detach(), 0.05
    columns = []
    with torch.no_grad():
        base = model(x).ravel()
        for direction in torch.eye(len(theta), dtype=theta.dtype):
            nn.utils.vector_to_parameters(theta + step * direction, model.parameters())
            columns.append((model(x).ravel() - base) / step)
        nn.utils.vector_to_parameters(theta, model.parameters())
    return np.asarray(torch.stack(columns, dim=1).numpy(), float)


Svd = tuple[Array, Array]


def _svd(J: Array) -> tuple[Array, Array, Array]:
    return np.linalg.svd(J, full_matrices=False)


def svd_features_left_vectors(J: Array) -> Svd:
    """The features are the left singular vectors times their singular values: the second factor is missing."""
    U, s, _Vt = _svd(J)
    return s, U


def svd_features_scaled_twice(J: Array) -> Svd:
    """The left singular vectors are multiplied by their singular values once, not twice."""
    U, s, _Vt = _svd(J)
    return s, U * s**2


def svd_features_right_vectors(J: Array) -> Svd:
    """The features have a row for every point: they come from the left singular vectors."""
    _U, s, Vt = _svd(J)
    return s, Vt.T * s


def svd_features_not_transposed(J: Array) -> Svd:
    """The third factor that `svd` returns is V^T already: J times its transpose gives the features."""
    _U, s, _Vt = _svd(J)
    return s, J @ np.linalg.svd(J)[2][:, : len(s)]


def svd_features_rows_scaled(J: Array) -> Svd:
    """Every column of U has its singular value, not every row."""
    U, s, _Vt = _svd(J)
    return s, U * np.resize(s, (len(U), 1))


def svd_features_centred(J: Array) -> Svd:
    """The columns are not centred: their mean belongs to the features."""
    U, s, _Vt = _svd(J - J.mean(axis=0))
    return s, U * s


def svd_features_squares(J: Array) -> Svd:
    """These are the eigenvalues of J J^T: the singular values are their roots."""
    U, s, _Vt = _svd(J)
    return s**2, U * s


def svd_features_transposed(J: Array) -> Svd:
    """There is a row for every point and a column for every feature."""
    U, s, _Vt = _svd(J)
    return s, (U * s).T


def svd_features_first_only(J: Array) -> Svd:
    """All features are asked for, not only the first."""
    U, s, _Vt = _svd(J)
    return s, U[:, :1] * s[0]


def svd_features_normalized(J: Array) -> Svd:
    """The singular values are not divided by the largest."""
    U, s, _Vt = _svd(J)
    return s / s[0], U * s / s[0]


def svd_features_divided(J: Array) -> Svd:
    """The singular values are not divided by the root of the number of points."""
    U, s, _Vt = _svd(J / math.sqrt(len(J)))
    return s, U * s


def svd_features_not_scaled_by_own(J: Array) -> Svd:
    """Every feature has its own singular value, not the largest."""
    U, s, _Vt = _svd(J)
    return s, U * s[0]


def svd_local_linearization_of_loss(model: nn.Module) -> tuple[int, Array, Array]:
    """The rows are gradients of the output, not of a loss."""
    J = jacobian_features_of_loss(model, train_x)
    return J.shape[1], *_features(J)


def svd_local_linearization_accumulated(model: nn.Module) -> tuple[int, Array, Array]:
    """Gradients add up from one `backward` to the next: set them to zero before each point."""
    J = jacobian_features_accumulated(model, train_x)
    return J.shape[1], *_features(J)


def svd_local_linearization_without_biases(model: nn.Module) -> tuple[int, Array, Array]:
    """The biases are parameters too."""
    J = jacobian_features_without_biases(model, train_x)
    return J.shape[1], *_features(J)


def svd_local_linearization_left_vectors(model: nn.Module) -> tuple[int, Array, Array]:
    """The features are the left singular vectors times their singular values: the second factor is missing."""
    J = _jacobian(model, train_x)
    return J.shape[1], *svd_features_left_vectors(J)


def svd_local_linearization_right_vectors(model: nn.Module) -> tuple[int, Array, Array]:
    """The features have a row for every point: they come from the left singular vectors."""
    J = _jacobian(model, train_x)
    return J.shape[1], *svd_features_right_vectors(J)


def svd_local_linearization_centred(model: nn.Module) -> tuple[int, Array, Array]:
    """The columns are not centred: their mean belongs to the features."""
    J = _jacobian(model, train_x)
    return J.shape[1], *svd_features_centred(J)


def svd_local_linearization_counts_points(model: nn.Module) -> tuple[int, Array, Array]:
    """The first number is how many parameters there are, not how many points."""
    J = _jacobian(model, train_x)
    return J.shape[0], *_features(J)


def _features(J: Array) -> Svd:
    U, s, _Vt = _svd(J)
    return s, U * s
