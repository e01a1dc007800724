"""Wrong variants for question 5. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Config = dict[str, Any]
Step = tuple[Array, Config]
Params = dict[str, Array]
Generator = np.random.Generator


def _momentum(w: Array, config: Config | None) -> tuple[Config, Array, float, float]:
    """Options with defaults; velocity, momentum and learning rate."""
    c = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    return c, c["velocity"], c["momentum"], c["learning_rate"]


def sgd_momentum_learning_rate_and_sign_in_velocity(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The velocity here is a sum of gradients: the learning rate and the minus sign come in when w is updated."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v - lr * dw
    return w + v, {**c, "velocity": v}


def sgd_momentum_learning_rate_in_velocity(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The velocity here is a sum of gradients: the learning rate comes in when w is updated."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v + lr * dw
    return w - v, {**c, "velocity": v}


def sgd_momentum_average(w: Array, dw: Array, config: Config | None = None) -> Step:
    """This form of momentum adds the new gradient as it is: it is not an average."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v + (1 - mu) * dw
    return w - lr * v, {**c, "velocity": v}


def sgd_momentum_old_velocity(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Update the velocity first, then take the step with the new one."""
    c, v, mu, lr = _momentum(w, config)
    return w - lr * v, {**c, "velocity": mu * v + dw}


def sgd_momentum_not_stored(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The next call starts from the velocity in the dict that you return: store the new one there."""
    c, v, mu, lr = _momentum(w, config)
    return w - lr * (mu * v + dw), c


def sgd_momentum_negative_velocity(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The gradient is added to the velocity; the minus sign comes in when w is updated."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v - dw
    return w + lr * v, {**c, "velocity": v}


def sgd_momentum_nesterov(w: Array, dw: Array, config: Config | None = None) -> Step:
    """This is Nesterov's variant: plain momentum takes the step with the new velocity alone."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v + dw
    return w - lr * (dw + mu * v), {**c, "velocity": v}


def sgd_momentum_ascent(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The sign of the step makes the loss grow: descent subtracts."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v + dw
    return w + lr * v, {**c, "velocity": v}


def sgd_momentum_learning_rate_twice(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The learning rate is in the velocity and in the step: it belongs in one of them only."""
    c, v, mu, lr = _momentum(w, config)
    v = mu * v + lr * dw
    return w - lr * v, {**c, "velocity": v}


def sgd_momentum_without_momentum(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The velocity of the steps before has no influence: that is plain gradient descent."""
    c, _v, _mu, lr = _momentum(w, config)
    return w - lr * dw, {**c, "velocity": dw.copy()}


def sgd_momentum_changes_gradient(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Your function changes dw, which belongs to the caller: make a new array for the velocity."""
    c, v, mu, lr = _momentum(w, config)
    dw += mu * v
    return w - lr * dw, {**c, "velocity": dw.copy()}


def sgd_momentum_unfinished(w: Array, dw: Array, config: Config | None = None) -> Step | tuple[None, Config]:  # noqa: ARG001
    """The next weights are still None: fill in the update."""
    c, _v, _mu, _lr = _momentum(w, config)
    return None, c


def _rmsprop(w: Array, config: Config | None) -> tuple[Config, Array, float, Callable[[Array, Array, Array], Array]]:
    """Options with defaults; cache, decay rate and the right step from w, dw and the new cache."""
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}
    c = {**defaults, **(config or {})}
    lr, eps = c["learning_rate"], c["epsilon"]
    return c, c["cache"], c["decay_rate"], lambda w, dw, cache: w - lr * dw / (np.sqrt(cache) + eps)


def rmsprop_epsilon_in_root(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Epsilon is added to the square root of the cache, not to the cache."""
    c, cache, rho, _step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * dw**2
    return w - c["learning_rate"] * dw / np.sqrt(cache + c["epsilon"]), {**c, "cache": cache}


def rmsprop_without_epsilon(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Epsilon is missing: without it a gradient of zero gives 0/0."""
    c, cache, rho, _step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * dw**2
    return w - c["learning_rate"] * dw / np.sqrt(cache), {**c, "cache": cache}


def rmsprop_old_cache(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Update the cache first, then take the step with the new one."""
    c, cache, rho, step = _rmsprop(w, config)
    return step(w, dw, cache), {**c, "cache": rho * cache + (1 - rho) * dw**2}


def rmsprop_without_one_minus_decay(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The cache is an average: the new square has a weight too, and the weights add up to 1."""
    c, cache, rho, step = _rmsprop(w, config)
    cache = rho * cache + dw**2
    return step(w, dw, cache), {**c, "cache": cache}


def rmsprop_decay_swapped(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The decay rate is the weight of the old cache, not of the new square."""
    c, cache, rho, step = _rmsprop(w, config)
    cache = (1 - rho) * cache + rho * dw**2
    return step(w, dw, cache), {**c, "cache": cache}


def rmsprop_not_squared(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The cache averages the squares of the gradients, not their absolute values."""
    c, cache, rho, step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * np.abs(dw)
    return step(w, dw, cache), {**c, "cache": cache}


def rmsprop_adagrad(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The cache must forget old gradients: a sum of all squares is another optimizer."""
    c, cache, _rho, step = _rmsprop(w, config)
    cache = cache + dw**2
    return step(w, dw, cache), {**c, "cache": cache}


def rmsprop_without_root(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Divide by the root of the mean square, not by the mean square."""
    c, cache, rho, _step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * dw**2
    return w - c["learning_rate"] * dw / (cache + c["epsilon"]), {**c, "cache": cache}


def rmsprop_not_stored(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The next call starts from the cache in the dict that you return: store the new one there."""
    c, cache, rho, step = _rmsprop(w, config)
    return step(w, dw, rho * cache + (1 - rho) * dw**2), c


def rmsprop_matrix_product(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Square every entry of the gradient: `@` is the matrix product."""
    c, cache, rho, step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * (dw @ dw)
    return step(w, dw, cache), {**c, "cache": cache}


def rmsprop_ascent(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The sign of the step makes the loss grow: descent subtracts."""
    c, cache, rho, step = _rmsprop(w, config)
    cache = rho * cache + (1 - rho) * dw**2
    return step(w, -dw, cache), {**c, "cache": cache}


def rmsprop_changes_gradient(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Your function changes dw, which belongs to the caller: make a new array for the squares."""
    c, cache, rho, step = _rmsprop(w, config)
    gradient = dw.copy()
    dw *= dw
    cache = rho * cache + (1 - rho) * dw
    return step(w, gradient, cache), {**c, "cache": cache}


def rmsprop_unfinished(w: Array, dw: Array, config: Config | None = None) -> Step | tuple[None, Config]:  # noqa: ARG001
    """The next weights are still None: fill in the update."""
    return None, _rmsprop(w, config)[0]


def _adam(w: Array, config: Config | None) -> Config:
    """Options with defaults."""
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    return {**defaults, "m": np.zeros_like(w), "v": np.zeros_like(w), **(config or {})}


def _averages(c: Config, dw: Array) -> tuple[Array, Array]:
    """The new m and v."""
    return c["beta1"] * c["m"] + (1 - c["beta1"]) * dw, c["beta2"] * c["v"] + (1 - c["beta2"]) * dw**2


def _corrected(c: Config, m: Array, v: Array, t: int) -> tuple[Array, Array]:
    """Without their bias to 0."""
    return m / (1 - c["beta1"] ** t), v / (1 - c["beta2"] ** t)


def _adam_step(w: Array, c: Config, m: Array, v: Array) -> Array:
    """The right step, if m and v are."""
    return np.asarray(w - c["learning_rate"] * m / (np.sqrt(v) + c["epsilon"]))


def adam_without_bias_correction(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Both averages start at 0, so they are too small at first: correct them with t."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, m, v), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_old_t(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Increase t before you use it: the first step is t = 1."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"])), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_t_twice(w: Array, dw: Array, config: Config | None = None) -> Step:
    """One call is one step: t grows by 1."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 2)), {**c, "m": m, "v": v, "t": c["t"] + 2}


def adam_t_not_stored(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The next call reads t from the dict that you return: store the new one there."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 1)), {**c, "m": m, "v": v}


def adam_averages_not_stored(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The next call starts from the m and v in the dict that you return: store the new ones there."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 1)), {**c, "t": c["t"] + 1}


def adam_nothing_stored(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The next call starts from the m, v and t in the dict that you return: store the new ones there."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 1)), c


def adam_stores_corrected(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Store m and v as they are: the corrected ones are for this step only."""
    c = _adam(w, config)
    m, v = _corrected(c, *_averages(c, dw), c["t"] + 1)
    return _adam_step(w, c, m, v), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_corrects_first_only(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The average of the squares needs its correction too."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    m_hat, _v_hat = _corrected(c, m, v, c["t"] + 1)
    return _adam_step(w, c, m_hat, v), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_divides_by_one_minus_beta(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The correction depends on t: it fades as the averages forget their start."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    return _adam_step(w, c, *_corrected(c, m, v, 1)), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_beta_times_t(w: Array, dw: Array, config: Config | None = None) -> Step:
    """In the correction beta is raised to the power t, not multiplied with it."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    t = c["t"] + 1
    m_hat, v_hat = m / (1 - c["beta1"] * t), v / (1 - c["beta2"] * t)
    w = w - c["learning_rate"] * m_hat / (np.sqrt(np.abs(v_hat)) + c["epsilon"])
    return w, {**c, "m": m, "v": v, "t": t}


def adam_epsilon_in_root(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Epsilon is added to the square root, not under it."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    m_hat, v_hat = _corrected(c, m, v, c["t"] + 1)
    return w - c["learning_rate"] * m_hat / np.sqrt(v_hat + c["epsilon"]), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_without_epsilon(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Epsilon is missing: without it a gradient of zero gives 0/0."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    m_hat, v_hat = _corrected(c, m, v, c["t"] + 1)
    return w - c["learning_rate"] * m_hat / np.sqrt(v_hat), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_betas_swapped(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The first beta belongs to the average of the gradients, the second to that of their squares."""
    c = _adam(w, config)
    exchanged = {**c, "beta1": c["beta2"], "beta2": c["beta1"]}
    m, v = _averages(exchanged, dw)
    return _adam_step(w, c, *_corrected(exchanged, m, v, c["t"] + 1)), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_not_squared(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The second average is over the squares of the gradients, not over their absolute values."""
    c = _adam(w, config)
    m = _averages(c, dw)[0]
    v = c["beta2"] * c["v"] + (1 - c["beta2"]) * np.abs(dw)
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 1)), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_gradient_for_average(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The step goes along the average m, not along the gradient of this call."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    _m_hat, v_hat = _corrected(c, m, v, c["t"] + 1)
    return _adam_step(w, c, dw, v_hat), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_without_root(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Divide by the root of the mean square, not by the mean square."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    m_hat, v_hat = _corrected(c, m, v, c["t"] + 1)
    return w - c["learning_rate"] * m_hat / (v_hat + c["epsilon"]), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_ascent(w: Array, dw: Array, config: Config | None = None) -> Step:
    """The sign of the step makes the loss grow: descent subtracts."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    m_hat, v_hat = _corrected(c, m, v, c["t"] + 1)
    return _adam_step(w, c, -m_hat, v_hat), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_changes_gradient(w: Array, dw: Array, config: Config | None = None) -> Step:
    """Your function changes dw, which belongs to the caller: make a new array for the squares."""
    c = _adam(w, config)
    m, v = _averages(c, dw)
    dw *= dw
    return _adam_step(w, c, *_corrected(c, m, v, c["t"] + 1)), {**c, "m": m, "v": v, "t": c["t"] + 1}


def adam_unfinished(w: Array, dw: Array, config: Config | None = None) -> Step | tuple[None, Config]:  # noqa: ARG001
    """The next weights are still None: fill in the update."""
    return None, _adam(w, config)


def he_normal_one_over_fan_in(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """ReLU sets half of its inputs to zero: the variance must make up for it."""
    return rng.normal(0, math.sqrt(1 / fan_in), (fan_in, fan_out))


def he_normal_fan_out(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The variance depends on how many numbers a unit adds up, the rows of W, not on how many units there are."""
    return rng.normal(0, math.sqrt(2 / fan_out), (fan_in, fan_out))


def he_normal_kaiming(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """PyTorch's initializers expect W as (fan_out, fan_in): on a W of this shape they take the wrong one for fan_in."""
    import torch  # noqa: PLC0415 (only this variant needs it)

    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    W = torch.empty(fan_in, fan_out, dtype=torch.float64)
    return np.asarray(torch.nn.init.kaiming_normal_(W, nonlinearity="relu", generator=generator).numpy())


def he_normal_glorot(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """This is the initialization of Glorot and Bengio (Xavier): that of He uses fan_in alone."""
    return rng.normal(0, math.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out))


def he_normal_glorot_uniform(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """This is the uniform initialization of Glorot and Bengio (Xavier): that of He is normal and uses fan_in alone."""
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


def he_normal_variance_as_std(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """2/fan_in is the variance: a normal generator takes the standard deviation."""
    return rng.normal(0, 2 / fan_in, (fan_in, fan_out))


def he_normal_uniform_to_std(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The weights are normal; and the standard deviation of a uniform number is not the end of its range."""
    return rng.uniform(-math.sqrt(2 / fan_in), math.sqrt(2 / fan_in), (fan_in, fan_out))


def he_normal_uniform(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The standard deviation is right, but the weights are to be normal, not uniform."""
    return rng.uniform(-math.sqrt(6 / fan_in), math.sqrt(6 / fan_in), (fan_in, fan_out))


def he_normal_library_default(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """This is what PyTorch draws by itself for a linear layer: the weights are to be normal, and larger."""
    return rng.uniform(-1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in), (fan_in, fan_out))


def he_normal_absolute(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The weights have both signs: their mean is zero."""
    return np.abs(rng.normal(0, math.sqrt(2 / fan_in), (fan_in, fan_out)))


def he_normal_positive_uniform(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """`rand` draws between 0 and 1: normal numbers of both signs come from `randn`."""
    return rng.random((fan_in, fan_out)) * 2 * math.sqrt(2 / fan_in)


def he_normal_same_in_row(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """Every weight is drawn on its own: here all units of the layer are equal."""
    return np.repeat(rng.normal(0, math.sqrt(2 / fan_in), (fan_in, 1)), fan_out, axis=1)


def he_normal_same_in_column(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """Every weight is drawn on its own: here a unit has the same weight for all its inputs."""
    return np.repeat(rng.normal(0, math.sqrt(2 / fan_in), (1, fan_out)), fan_in, axis=0)


def he_normal_constant(fan_in: int, fan_out: int, rng: Generator) -> Array:  # noqa: ARG001
    """The weights are random numbers, not all the same."""
    return np.full((fan_in, fan_out), math.sqrt(2 / fan_in))


def he_normal_zero(fan_in: int, fan_out: int, rng: Generator) -> Array:  # noqa: ARG001
    """All weights are zero: draw them at random."""
    return np.zeros((fan_in, fan_out))


def he_normal_truncated(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The normal distribution is not cut off: large weights are rare but possible."""
    Z = rng.standard_normal((fan_in, fan_out))
    while np.abs(Z).max() > 2:  # noqa: PLR2004 (standard deviations)
        Z = np.where(np.abs(Z) > 2, rng.standard_normal(Z.shape), Z)  # noqa: PLR2004
    return math.sqrt(2 / fan_in) * Z


def he_normal_truncated_and_rescaled(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The standard deviation is right, but the normal distribution is not cut off: large weights are rare but possible."""
    return he_normal_truncated(fan_in, fan_out, rng) / 0.8796256610342398  # standard deviation of N(0, 1) cut off at 2


def he_normal_weight_scale(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The scale follows from the shape of W: this one is fixed."""
    return 0.01 * rng.standard_normal((fan_in, fan_out))


def he_normal_unscaled(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The random numbers must be scaled with the size of the layer."""
    return rng.standard_normal((fan_in, fan_out))


def he_normal_bias_counted(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """The bias is zero at the start, so it does not count as an input."""
    return rng.normal(0, math.sqrt(2 / (fan_in + 1)), (fan_in, fan_out))


def he_normal_transposed(fan_in: int, fan_out: int, rng: Generator) -> Array:
    """W has one row per input and one column per unit."""
    return rng.normal(0, math.sqrt(2 / fan_in), (fan_out, fan_in))


def he_normal_fixed_seed(fan_in: int, fan_out: int, rng: Generator) -> Array:  # noqa: ARG001
    """Use the generator that is passed in: a seed of your own gives every layer the same weights."""
    return np.random.default_rng(0).normal(0, math.sqrt(2 / fan_in), (fan_in, fan_out))


def _standard_deviation(scheme: str, fan_in: int, weight_scale: float) -> float:
    return {"random": weight_scale, "he": math.sqrt(2 / fan_in), "zero": 0.0}[scheme]


def _draw(
    dims: Sequence[int], rng: Generator, std: Callable[[int, int], float], bias: Callable[[int], Array] = np.zeros
) -> Params:
    """W of standard deviation std(fan_in, fan_out), and biases."""
    params: Params = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(map(int, dims)), start=1):
        params[f"W{layer}"] = std(fan_in, fan_out) * rng.standard_normal((fan_in, fan_out))
        params[f"b{layer}"] = bias(fan_out)
    return params


def init_params_he_variance_as_std(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "he", 2/fan_in is the variance: a normal generator takes the standard deviation."""
    he = scheme == "he"
    return _draw(dims, rng, lambda i, _o: 2 / i if he else _standard_deviation(scheme, i, weight_scale))


def init_params_he_fan_out(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "he", the variance depends on the rows of W, not on its columns."""
    he = scheme == "he"
    return _draw(dims, rng, lambda i, o: math.sqrt(2 / o) if he else _standard_deviation(scheme, i, weight_scale))


def init_params_he_glorot(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "he", the variance depends on fan_in alone: yours is that of Glorot and Bengio (Xavier)."""
    he = scheme == "he"
    return _draw(dims, rng, lambda i, o: math.sqrt(2 / (i + o)) if he else _standard_deviation(scheme, i, weight_scale))


def init_params_he_one_over_fan_in(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "he", ReLU sets half of its inputs to zero: the variance must make up for it."""
    he = scheme == "he"
    return _draw(dims, rng, lambda i, _o: math.sqrt(1 / i) if he else _standard_deviation(scheme, i, weight_scale))


def init_params_he_first_fan_in(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "he", every layer has its own fan_in, not that of the first."""
    return _draw(dims, rng, lambda _i, _o: _standard_deviation(scheme, dims[0], weight_scale))


def init_params_scale_is_variance(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "random", weight_scale is the standard deviation, not the variance."""
    return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, math.sqrt(weight_scale)))


def init_params_scale_squared(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "random", a normal generator takes the standard deviation, not the variance."""
    return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale**2))


def init_params_without_scale(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:  # noqa: ARG001
    """For "random", the numbers must be scaled with weight_scale."""
    return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, 1.0))


def init_params_zero_is_small(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """For "zero", all weights are exactly 0."""
    small = scheme == "zero"
    return _draw(dims, rng, lambda i, _o: 1e-8 if small else _standard_deviation(scheme, i, weight_scale))


def init_params_random_biases(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """The biases start at 0."""
    noise = 0.01 * rng.standard_normal(int(max(dims)))
    return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale), lambda o: noise[:o])


def init_params_biases_are_one(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """The biases start at 0, not at 1."""
    return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale), np.ones)


def init_params_transposed(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """W has one row per input and one column per unit."""
    params = _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale))
    return {name: value.T for name, value in params.items()}


def init_params_last_layer_missing(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """The output layer has weights too: there is one W more than hidden layers."""
    return _draw(dims[:-1], rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale))


def init_params_counted_from_zero(dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator) -> Params:
    """The names start with W1 and b1."""
    params = _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale))
    return {f"{name[0]}{int(name[1:]) - 1}": value for name, value in params.items()}


class _Net:
    """Just the parameters of a `FullyConnectedNet`."""

    def __init__(self, init: Callable[..., Params], hidden_dims: Sequence[int], options: dict[str, Any]) -> None:
        dims = [options.get("input_dim", 3072), *hidden_dims, options.get("num_classes", 10)]
        scheme, scale = options.get("initialization", "random"), options.get("weight_scale", 1e-2)
        if options.get("seed") is not None:
            np.random.seed(options["seed"])  # noqa: NPY002 (as the handout does)
        generator: Any = np.random  # what the handout draws from: with the probe's seed, the numbers are a student's
        params = init(dims, scheme, scale, generator)
        self.params = {name: value.astype(options.get("dtype", np.float32)) for name, value in params.items()}


def FullyConnectedNet_he_variance_as_std(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", 2/fan_in is the variance: a normal generator takes the standard deviation."""
    return _Net(init_params_he_variance_as_std, hidden_dims, options)


def FullyConnectedNet_he_fan_out(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", the variance depends on the rows of W, not on its columns."""
    return _Net(init_params_he_fan_out, hidden_dims, options)


def FullyConnectedNet_he_glorot(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", the variance depends on fan_in alone: yours is that of Glorot and Bengio (Xavier)."""
    return _Net(init_params_he_glorot, hidden_dims, options)


def FullyConnectedNet_he_one_over_fan_in(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", ReLU sets half of its inputs to zero: the variance must make up for it."""
    return _Net(init_params_he_one_over_fan_in, hidden_dims, options)


def FullyConnectedNet_he_first_fan_in(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", every layer has its own fan_in, not that of the first."""
    return _Net(init_params_he_first_fan_in, hidden_dims, options)


def FullyConnectedNet_he_uniform(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", the weights are to be normal, not uniform."""
    return _Net(partial(_he_by, he_normal_uniform), hidden_dims, options)


def FullyConnectedNet_he_library_default(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "he", this is what PyTorch draws by itself for a linear layer: the weights are to be normal, and larger."""
    return _Net(partial(_he_by, he_normal_library_default), hidden_dims, options)


def _he_by(
    he: Callable[[int, int, Generator], Array], dims: Sequence[int], scheme: str, weight_scale: float, rng: Generator
) -> Params:
    """The right parameters, but for "he" with weights by another function."""
    if scheme != "he":
        return _draw(dims, rng, lambda i, _o: _standard_deviation(scheme, i, weight_scale))
    params: Params = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(map(int, dims)), start=1):
        params[f"W{layer}"], params[f"b{layer}"] = he(fan_in, fan_out, rng), np.zeros(fan_out)
    return params


def FullyConnectedNet_scale_is_variance(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "random", weight_scale is the standard deviation, not the variance."""
    return _Net(init_params_scale_is_variance, hidden_dims, options)


def FullyConnectedNet_scale_squared(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "random", a normal generator takes the standard deviation, not the variance."""
    return _Net(init_params_scale_squared, hidden_dims, options)


def FullyConnectedNet_without_scale(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "random", the numbers must be scaled with weight_scale."""
    return _Net(init_params_without_scale, hidden_dims, options)


def FullyConnectedNet_zero_is_small(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """For "zero", all weights are exactly 0."""
    return _Net(init_params_zero_is_small, hidden_dims, options)


def FullyConnectedNet_random_biases(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """The biases start at 0."""
    return _Net(init_params_random_biases, hidden_dims, options)


def FullyConnectedNet_transposed(hidden_dims: Sequence[int], **options: Any) -> _Net:
    """W has one row per input and one column per unit."""
    return _Net(init_params_transposed, hidden_dims, options)


def mean_grad_norm_sum(grads: Params) -> float:
    """This is the sum of the norms: take their mean."""
    return float(sum(np.linalg.norm(g) for g in grads.values()))


def mean_grad_norm_squared(grads: Params) -> float:
    """The norm is the root of the sum of squares: the root is missing."""
    return float(np.mean([np.sum(g**2) for g in grads.values()]))


def mean_grad_norm_mean_of_squares(grads: Params) -> float:
    """This is the mean of the squared entries: take the norm of every array, then the mean of the norms."""
    return float(np.mean([np.mean(g**2) for g in grads.values()]))


def mean_grad_norm_root_mean_square(grads: Params) -> float:
    """The norm of an array is not divided by how many entries it has."""
    return float(np.mean([np.sqrt(np.mean(g**2)) for g in grads.values()]))


def mean_grad_norm_weights_only(grads: Params) -> float:
    """The gradients of the biases count too."""
    return float(np.mean([np.linalg.norm(g) for g in grads.values() if g.ndim > 1]))


def mean_grad_norm_global(grads: Params) -> float:
    """Take the norm of every array, then the mean: this is the norm of all gradients together."""
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads.values()))


def mean_grad_norm_absolute_sum(grads: Params) -> float:
    """The l2 norm adds up squares, not absolute values."""
    return float(np.mean([np.sum(np.abs(g)) for g in grads.values()]))


def mean_grad_norm_one(grads: Params) -> float:
    """The second argument of the norm chooses another one than l2: this is the largest sum over a column."""
    return float(np.mean([np.linalg.norm(g, 1) for g in grads.values()]))


def mean_grad_norm_absolute_mean(grads: Params) -> float:
    """This is the mean size of an entry: take the norm of every array, then the mean of the norms."""
    return float(np.mean([np.mean(np.abs(g)) for g in grads.values()]))


def mean_grad_norm_last(grads: Params) -> float:
    """This is the norm for one parameter only: take the mean over all."""
    return float(np.linalg.norm(list(grads.values())[-1]))


def mean_grad_norm_rows(grads: Params) -> float:
    """Take the norm of a whole array, not of each of its rows."""
    return float(np.mean([np.mean(np.linalg.norm(np.atleast_2d(g), axis=1)) for g in grads.values()]))


class _Solver:
    """The steps of a `Solver`, without updates; `record` is what goes into the history."""

    def __init__(self, record: Callable[[Params], list[float]], model: Any, data: dict[str, Array]) -> None:
        self.record, self.model, self.X, self.y = record, model, data["X_train"], data["y_train"]
        self.loss_history: list[float] = []
        self.log_grad_norm_history: list[float] = []

    def _step(self) -> None:
        loss, grads = self.model.loss(self.X, self.y)
        self.loss_history.append(loss)
        self.log_grad_norm_history.extend(self.record(grads))


def Solver_sum(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """Your history has the sums of the norms: take their mean."""
    return _Solver(lambda grads: [mean_grad_norm_sum(grads)], model, data)


def Solver_mean_of_squares(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """This is the mean of the squared entries: take the norm of every array, then the mean of the norms."""
    return _Solver(lambda grads: [mean_grad_norm_mean_of_squares(grads)], model, data)


def Solver_squared(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The norm is the root of the sum of squares: the root is missing."""
    return _Solver(lambda grads: [mean_grad_norm_squared(grads)], model, data)


def Solver_root_mean_square(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The norm of an array is not divided by how many entries it has."""
    return _Solver(lambda grads: [mean_grad_norm_root_mean_square(grads)], model, data)


def Solver_absolute_sum(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The l2 norm adds up squares, not absolute values."""
    return _Solver(lambda grads: [mean_grad_norm_absolute_sum(grads)], model, data)


def Solver_absolute_mean(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """This is the mean size of an entry: take the norm of every array, then the mean of the norms."""
    return _Solver(lambda grads: [mean_grad_norm_absolute_mean(grads)], model, data)


def Solver_rows(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """Take the norm of a whole array, not of each of its rows."""
    return _Solver(lambda grads: [mean_grad_norm_rows(grads)], model, data)


def Solver_weights_only(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The gradients of the biases count too."""
    return _Solver(lambda grads: [mean_grad_norm_weights_only(grads)], model, data)


def Solver_global(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """Take the norm of every array, then the mean: this is the norm of all gradients together."""
    return _Solver(lambda grads: [mean_grad_norm_global(grads)], model, data)


def Solver_last(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """This is the norm for one parameter only: take the mean over all."""
    return _Solver(lambda grads: [mean_grad_norm_last(grads)], model, data)


def Solver_one_per_parameter(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """The history gets one number per step: the mean over all parameters."""
    return _Solver(lambda grads: [float(np.linalg.norm(g)) for g in grads.values()], model, data)


def Solver_nothing_recorded(model: Any, data: dict[str, Array], **options: Any) -> _Solver:  # noqa: ARG001
    """Nothing is recorded: append the mean norm to `log_grad_norm_history` in every step."""
    return _Solver(lambda _grads: [], model, data)


Logs = dict[str, Any]


def _initialization(**losses: Array) -> Logs:
    """Only the files of the first experiment: what a check of others would find is missing."""
    accuracies = {"train_accs": np.linspace(0.1, 0.2, 6), "val_accs": np.linspace(0.1, 0.2, 6)}
    return {
        f"submission_logs/initialization_experiment_{name}.npz": {"train_losses": curve, **accuracies}
        for name, curve in losses.items()
    }


def _optimizers(**accuracies: float) -> Logs:
    return {
        f"submission_logs/optimizer_experiment_{name}.npz": {
            "train_losses": FALLING,
            "train_accs": np.linspace(0.1, last, 6),
            "val_accs": np.linspace(0.1, last, 6),
        }
        for name, last in accuracies.items()
    }


FLAT = np.full(200, math.log(10))
FALLING = 1.2 + 1.1 * np.exp(-np.arange(200) / 60)


def submission_logs_without_zero() -> Logs:
    """The curves of the initialization `zero` are missing."""
    return _initialization(he=FALLING, random=FLAT)


def submission_logs_zero_learns() -> Logs:
    """With all weights zero nothing but the last bias can learn: the loss stays near ln 10."""
    return _initialization(he=FALLING, random=FLAT, zero=FALLING)


def submission_logs_random_learns() -> Logs:
    """With weights of 0.01 in 11 layers the gradients vanish: the loss stays near ln 10."""
    return _initialization(he=FALLING, random=FALLING, zero=FLAT)


def submission_logs_zero_is_nan() -> Logs:
    """A loss that is not a number is no result: with all weights zero the loss stays near ln 10."""
    return _initialization(he=FALLING, random=FLAT, zero=np.full(200, math.nan))


def submission_logs_without_accuracies() -> Logs:
    """The accuracies belong to every run, not only the losses."""
    logs = _initialization(he=FALLING, random=FLAT, zero=FLAT)
    for curves in logs.values():
        curves["train_accs"] = curves["val_accs"] = np.array([])
    return logs


def submission_logs_he_explodes() -> Logs:
    """With He's initialization and this learning rate the loss falls; here it grows until it is infinite."""
    return _initialization(he=np.array([*FALLING[:100][::-1], *[math.inf] * 100]), random=FLAT, zero=FLAT)


def submission_logs_he_stuck() -> Logs:
    """With He's initialization the loss falls."""
    return _initialization(he=FLAT, random=FLAT, zero=FLAT)


def submission_logs_stds_of_random() -> Logs:
    """These are the standard deviations of `random`, for every initialization."""
    return {f"submission_logs/w_stds_{scheme}.json": [0.01] * 11 for scheme in ("he", "random", "zero")}


def submission_logs_ten_layers() -> Logs:
    """Ten hidden layers and the output are eleven matrices: one standard deviation is missing."""
    stds = {"he": [math.sqrt(2 / 3072), *[0.2] * 9], "random": [0.01] * 10, "zero": [0.0] * 10}
    return {f"submission_logs/w_stds_{scheme}.json": values for scheme, values in stds.items()}


def submission_logs_three_optimizers() -> Logs:
    """One of the four optimizers has no curves."""
    return _optimizers(sgd=0.5, sgd_momentum=0.5, rmsprop=0.5)


def submission_logs_one_epoch() -> Logs:
    """The accuracies of all epochs are due, not only the last one."""
    logs = _optimizers(sgd=0.5, sgd_momentum=0.5, rmsprop=0.5, adam=0.5)
    for curves in logs.values():
        curves["val_accs"] = curves["val_accs"][-1:]
    return logs


def submission_logs_nan() -> Logs:
    """The losses are not numbers: the run diverged."""
    logs = _optimizers(sgd=0.5, sgd_momentum=0.5, rmsprop=0.5, adam=0.5)
    for curves in logs.values():
        curves["train_losses"] = np.full(200, np.nan)
    return logs


def submission_logs_two_epochs() -> Logs:
    """Every optimizer runs for five epochs."""
    ends = {"train_losses": 80, "train_accs": 3, "val_accs": 3}
    logs = _optimizers(sgd=0.5, sgd_momentum=0.5, rmsprop=0.5, adam=0.5)
    return {path: {name: curve[: ends[name]] for name, curve in curves.items()} for path, curves in logs.items()}


def submission_logs_slow() -> Logs:
    """RMSProp and Adam should classify more than 45 % of the training images after five epochs."""
    return _optimizers(sgd=0.4, sgd_momentum=0.4, rmsprop=0.4, adam=0.4)


def submission_logs_accuracies_in_percent() -> Logs:
    """Accuracies are parts of 1, not percentages."""
    return _optimizers(sgd=50.0, sgd_momentum=50.0, rmsprop=50.0, adam=50.0)


def submission_logs_low_accuracy() -> Logs:
    """The best model should classify more than 45 % of the validation images."""
    return {"submission_logs/results.json": {"val_acc": 0.31}}


def submission_logs_without_val_acc() -> Logs:
    """The accuracy on the validation images is missing: it decides, not the one on the test images."""
    return {"submission_logs/results.json": {"test_acc": 0.46}}


def submission_logs_percent() -> Logs:
    """An accuracy is a part of 1, not a percentage."""
    return {"submission_logs/results.json": {"val_acc": 48.0}}
