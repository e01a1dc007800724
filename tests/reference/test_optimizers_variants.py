"""Question 5: every listed mistake deviates from the reference, every alternative agrees, on inputs that separate them."""

# ruff: noqa: N803 (X as on the blackboard)

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from reference import optimizers
from reference.alternatives import optimizers as alternatives
from reference.mistakes import optimizers as mistakes
from reference.optimizers import he_normal_mean_square_range, mean_grad_norm, mean_grad_norm_spectral

Array = npt.NDArray[Any]
Variant = Callable[..., Any]
Config = dict[str, Any]


def table(low: float, high: float) -> Array:
    """The notebook's arrays."""
    return np.linspace(low, high, 20).reshape(4, 5)


W, DW = table(-0.4, 0.6), table(-0.6, 0.4)
GRADS = {"W1": np.array([[3.0, 0.0], [0.0, 4.0]]), "b1": np.array([1.0, 2.0, 2.0])}


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


class Run(NamedTuple):
    """Steps of an update rule: options and state at the start, the gradient of every step."""

    config: Config
    gradients: Array
    rtol: float = 1e-4


RNG = np.random.default_rng(9)
FIVE = RNG.normal(size=(5, 4, 5))
TINY = np.full((1, 4, 5), 1e-4)  # from a cold start, with the default epsilon, it shows where epsilon is
WITH_ZERO = np.where(np.arange(20).reshape(1, 4, 5) == 3, 0.0, FIVE[:1])
HELD = {"m": table(0.6, 0.9), "v": table(0.7, 0.5), "t": 5, "learning_rate": 1e-2}
RUNS: dict[str, list[Run]] = {
    "sgd_momentum": [
        Run({"learning_rate": 1e-3, "velocity": table(0.6, 0.9)}, DW[None]),
        Run({"learning_rate": 0.3, "momentum": 0.7}, FIVE),
    ],
    "rmsprop": [
        Run({"learning_rate": 1e-2, "cache": table(0.6, 0.9)}, DW[None]),
        Run({"learning_rate": 0.3, "decay_rate": 0.8}, FIVE),
        Run({"learning_rate": 1.0}, TINY, rtol=1e-2),
        Run({"learning_rate": 1.0}, WITH_ZERO),
    ],
    "adam": [
        Run(HELD, DW[None]),
        Run({"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.95}, FIVE),
        Run({"learning_rate": 1.0}, TINY, rtol=1e-2),
        Run({"learning_rate": 1.0}, WITH_ZERO),
    ],
}
STATE = {"sgd_momentum": ["velocity"], "rmsprop": ["cache"], "adam": ["m", "v", "t"]}


def plain(value: Any) -> Array:
    return np.squeeze(np.asarray(value.detach() if hasattr(value, "detach") else value, float))


def run(rule: Variant, name: str, one: Run) -> list[Array] | None:
    """The total change of w, the state, and the last gradient as the rule left it; None if the rule does not run."""
    w, config = W.copy(), {key: np.copy(v) if np.ndim(v) else v for key, v in one.config.items()}
    dw = one.gradients[0]
    try:
        for gradient in one.gradients:
            dw = gradient.copy()
            w, config = rule(w, dw, config)
            w = np.array(plain(w))
        return [w - W, *(plain(config[key]) for key in STATE[name]), dw]
    except (TypeError, ValueError, KeyError):
        return None


def close(actual: list[Array] | None, expected: list[Array] | None, rtol: float) -> bool:
    if actual is None or expected is None:
        return False
    distances = [np.linalg.norm(a - e) <= rtol * np.linalg.norm(e) for a, e in zip(actual, expected, strict=True)]
    return all(distances)


def follows(name: str, rule: Variant) -> bool:
    reference = getattr(optimizers, name)
    with np.errstate(all="ignore"):
        return all(close(run(rule, name, one), run(reference, name, one), one.rtol) for one in RUNS[name])


ALPHA = 1e-6


def is_he_sample(Z: Array) -> bool:
    """Whether the entries are independent N(0, 1): size, mean, rows and columns, tails, and no two alike."""
    count = Z.size
    tests = [
        stats.kstest(Z.ravel(), "norm").pvalue > ALPHA,
        ALPHA < stats.chi2.cdf(np.sum(Z**2), count) < 1 - ALPHA,
        stats.chi2.sf(np.sum(Z.sum(axis=0) ** 2) / Z.shape[0], Z.shape[1]) > ALPHA,
        stats.chi2.sf(np.sum(Z.sum(axis=1) ** 2) / Z.shape[1], Z.shape[0]) > ALPHA,
        stats.binomtest(int(np.sum(np.abs(Z) > 2.4)), count, 2 * stats.norm.sf(2.4)).pvalue > ALPHA,
        len(np.unique(Z)) > 0.99 * count,
    ]
    return all(tests)


def follows_he(draw: Variant) -> bool:
    generator = np.random.default_rng(10)
    shapes = [(64, 256), (256, 64), (3, 8192), (64, 256)]
    samples = [plain(draw(fan_in, fan_out, generator)) for fan_in, fan_out in shapes]
    if [sample.shape for sample in samples] != shapes or np.array_equal(samples[0], samples[3]):
        return False
    return all(is_he_sample(Z / math.sqrt(2 / shape[0])) for Z, shape in zip(samples, shapes, strict=True))


DIMS = [90, 200, 40, 150]


def follows_scheme(params: dict[str, Any], scheme: str, scale: float) -> bool:
    names = {
        f"{letter}{i}": shape
        for i in (1, 2, 3)
        for letter, shape in (("W", tuple(DIMS[i - 1 : i + 1])), ("b", (DIMS[i],)))
    }
    values = {name: plain(value) for name, value in params.items()}
    if {name: value.shape for name, value in values.items()} != names:
        return False
    if scheme == "zero":
        return not any(map(np.any, values.values()))
    if any(np.any(values[f"b{i}"]) for i in (1, 2, 3)):
        return False
    return all(
        is_he_sample(values[f"W{i}"] / (math.sqrt(2 / DIMS[i - 1]) if scheme == "he" else scale)) for i in (1, 2, 3)
    )


def follows_init(init: Variant) -> bool:
    return all(
        follows_scheme(init(DIMS, s, 0.02, np.random.default_rng(11)), s, 0.02) for s in ("he", "random", "zero")
    )


def follows_net(net: Variant) -> bool:
    def params(scheme: str) -> dict[str, Any]:
        made = net(
            DIMS[1:-1], input_dim=DIMS[0], num_classes=DIMS[-1], weight_scale=0.02, seed=12, initialization=scheme
        )
        return dict(made.params)

    return all(follows_scheme(params(scheme), scheme, 0.02) for scheme in ("he", "random", "zero"))


NET_GRADS = {
    "W1": RNG.normal(size=(6, 4)), "b1": RNG.normal(size=4), "W2": RNG.normal(size=(4, 3)), "b2": RNG.normal(size=3),
}  # fmt: skip


def follows_norm(norm: Variant) -> bool:
    accepted = [mean_grad_norm(NET_GRADS), mean_grad_norm_spectral(NET_GRADS)]
    return any(plain(norm(NET_GRADS)) == pytest.approx(value, rel=1e-4) for value in accepted)


def follows_solver(solver: Variant) -> bool:
    history = recorded(solver)
    return len(history) == 3 and any([plain(n) for n in history] == pytest.approx([v] * 3) for v in (4.0, 3.5))


FOLLOWS: dict[str, Callable[[Variant], bool]] = {
    **{name: lambda rule, name=name: follows(name, rule) for name in RUNS},  # type: ignore[misc]
    "he_normal": follows_he,
    "init_params": follows_init,
    "FullyConnectedNet": follows_net,
    "mean_grad_norm": follows_norm,
    "Solver": follows_solver,
}


def listed(module: Any) -> list[tuple[str, Variant]]:
    """Every public function of the module with the homework function whose name it extends."""
    functions = [
        one for _name, one in inspect.getmembers(module, inspect.isfunction) if one.__module__ == module.__name__
    ]
    return [
        (next(name for name in FOLLOWS if one.__name__.startswith(f"{name}_")), one)
        for one in functions
        if not one.__name__.startswith(("_", "submission_logs_"))  # logs: the rubric tries them
    ]


MISTAKES, ALTERNATIVES = listed(mistakes), listed(alternatives)


def identify(value: object) -> str:
    return value.__name__ if inspect.isfunction(value) else str(value)


@pytest.mark.parametrize("name", FOLLOWS)
def test_reference_is_right(name: str) -> None:
    assert FOLLOWS[name](getattr(optimizers, name))


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=identify)
def test_mistake_deviates(name: str, mistake: Variant) -> None:
    assert not FOLLOWS[name](mistake)


@pytest.mark.parametrize(("name", "alternative"), ALTERNATIVES, ids=identify)
def test_alternative_is_right(name: str, alternative: Variant) -> None:
    assert FOLLOWS[name](alternative)


@pytest.mark.parametrize(("_name", "mistake"), MISTAKES, ids=identify)
def test_mistake_has_a_hint_of_one_sentence(_name: str, mistake: Variant) -> None:
    hint = mistake.__doc__ or ""
    assert hint.endswith(".") and "\n" not in hint  # noqa: PT018


@pytest.mark.parametrize("name", FOLLOWS)
def test_function_has_three_mistakes(name: str) -> None:
    assert sum(owner == name for owner, _mistake in MISTAKES) >= 3


@pytest.mark.parametrize("name", FOLLOWS)
def test_function_has_an_alternative(name: str) -> None:
    assert any(owner == name for owner, _alternative in ALTERNATIVES)


@pytest.mark.parametrize("name", ["he_normal_uniform", "he_normal_truncated_and_rescaled"])
def test_other_distribution_of_the_right_size_is_within_the_mean_square_range(name: str) -> None:
    low, high = he_normal_mean_square_range(64, 256, np.random.default_rng())
    draw = getattr(mistakes, name)
    assert low < np.mean(draw(64, 256, np.random.default_rng(13)) ** 2) < high
