"""Question 6 against published outputs of the notebook, other ways to differentiate, and every variant."""

# ruff: noqa: N803, N806 (J and U as on the blackboard)

from __future__ import annotations

import copy
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from reference import local_linearization as q6
from reference.alternatives import local_linearization as alternatives
from reference.mistakes import local_linearization as mistakes

Array = npt.NDArray[np.float64]
Variant = Callable[..., Any]
Init = Callable[[nn.Module], None]

EVIDENCE = Path(__file__).resolve().parents[2] / "rubrics" / "evidence" / "question6.json"
SMALL, LARGE = partial(q6.naive_init, 0.03), partial(q6.naive_init, 3.0)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Many small products are slower on many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def he_uniform(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)


def initialized(init: Init, seed: int) -> nn.Sequential:
    """As in the notebook: the network exists when the seed is set."""
    model = q6.make_deep_net()
    torch.manual_seed(seed)
    return model.apply(init)


def generic_net() -> nn.Sequential:
    """Random biases, so that no rank is lost."""
    torch.manual_seed(1)
    return q6.make_deep_net()


X, Y = torch.linspace(-0.95, 0.9, 12)[:, None], torch.linspace(0.8, -0.3, 12)[:, None] ** 2


# The notebook's numbers


def test_f_true_params_are_those_of_the_notebook() -> None:
    assert [round(float(p), 4) for p in q6.F_TRUE_PARAMS] == [0.0976, 0.4304, 0.2055, 0.0898, -0.1527]


def test_f_true_is_odd() -> None:
    x = np.linspace(0, 1, 7)
    np.testing.assert_allclose(q6.f_true(-x), -q6.f_true(x), atol=1e-15)


def test_f_true_has_the_variance_of_the_notebook() -> None:
    assert q6.f_true(np.linspace(-1, 1, q6.TEST_N)).var() == pytest.approx(0.1292, abs=5e-5)


def test_train_data_are_float_columns() -> None:
    assert (q6.train_x.shape, q6.train_y.shape, q6.train_x.dtype) == ((1500, 1), (1500, 1), torch.float32)


def test_train_data_have_noise_of_a_tenth() -> None:
    residual = q6.train_y.numpy() - q6.f_true(q6.train_x.double().numpy())
    assert residual.std() == pytest.approx(0.1, rel=0.08)


def test_train_data_end_where_they_are_told() -> None:
    x, _y = q6.train_data(seed=50, high=0.4)
    assert (float(x.min()), float(x.max())) == pytest.approx((-1, 0.4), abs=0.01)


def test_deep_net_has_nine_modules_and_1321_parameters() -> None:
    model = q6.make_deep_net()
    assert (len(model), sum(p.numel() for p in model.parameters())) == (9, 1321)


@pytest.mark.parametrize(
    ("init", "seed", "norms"),
    [
        (SMALL, 200, [9.36e-7, 1.06e-6, 8.30e-7, 1.33e-6, 8.72e-7]),
        (LARGE, 300, [65412.5, 50393.4, 48513.1, 139719.4, 177876.7]),
        (he_uniform, 600, [0.0849771, 0.310949, 0.336475, 0.402389, 0.421496]),
        (q6.better_init, 600, [1.84, 6.72, 4.60, 5.05, 7.20]),
    ],
)
def test_weight_grad_norms_are_those_of_the_notebook(init: Init, seed: int, norms: list[float]) -> None:
    assert q6.weight_grad_norms(initialized(init, seed), q6.train_x, q6.train_y) == pytest.approx(norms, rel=3e-3)


@pytest.mark.parametrize(
    ("name", "init", "seed"), [("small", SMALL, 200), ("large", LARGE, 300), ("he_normal", q6.better_init, 600)]
)
def test_stored_evidence_is_that_of_the_reference(name: str, init: Init, seed: int) -> None:
    stored = json.loads(EVIDENCE.read_text())["before_training"][name]["weight_grad_norms"]
    assert q6.weight_grad_norms(initialized(init, seed), q6.train_x, q6.train_y) == pytest.approx(stored, rel=1e-4)


def test_print_gnorms_prints_the_lines_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    q6.print_gnorms(initialized(SMALL, 200))
    assert capsys.readouterr().out.splitlines()[:2] == ["0.weight 0.00000094", "2.weight 0.00000106"]


@pytest.mark.parametrize(
    ("init", "seed", "expected"),
    [
        (SMALL, 200, [38.79, 0.393, 1.4e-4, 7.8e-5]),
        (q6.better_init, 600, [174, 110, 35, 19]),
    ],
)
def test_singular_values_are_those_of_the_notebook(init: Init, seed: int, expected: list[float]) -> None:
    s = np.linalg.svd(q6.jacobian_features(initialized(init, seed), q6.train_x), compute_uv=False)
    assert s[:4] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("init", [SMALL, LARGE, q6.better_init])
def test_net_without_biases_has_four_features(init: Init) -> None:
    s = q6.svd_features(q6.jacobian_features(initialized(init, 5).double(), X.double()))[0]
    assert s[4] < 1e-12 * s[0]


# Other ways to the same numbers


def test_naive_init_leaves_other_modules_alone() -> None:
    q6.naive_init(0.1, nn.ReLU())
    weights = torch.cat([p.flatten() for p in initialized(partial(q6.naive_init, 0.1), 3).parameters()])
    assert float(weights.abs().max().detach()) <= 0.1


@pytest.mark.parametrize(("fan_in", "fan_out"), [(100, 400), (400, 100)])
def test_better_init_has_the_variance_of_he(fan_in: int, fan_out: int) -> None:
    layer = nn.Linear(fan_in, fan_out)
    q6.better_init(layer)
    assert float(layer.weight.detach().std()) == pytest.approx(math.sqrt(2 / fan_in), rel=0.03)


def test_jacobian_is_the_slope_of_the_output() -> None:
    model = generic_net().double()
    theta = nn.utils.parameters_to_vector(model.parameters()).detach()
    direction = torch.randn(len(theta), dtype=theta.dtype, generator=torch.Generator().manual_seed(2))
    ends = []
    for step in (1e-6, -1e-6):
        nn.utils.vector_to_parameters(theta + step * direction, model.parameters())
        ends.append(model(X.double()).detach().numpy().ravel())
    nn.utils.vector_to_parameters(theta, model.parameters())
    slopes = q6.jacobian_features(model, X.double()) @ direction.numpy()
    np.testing.assert_allclose(slopes, (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-8)


def test_kernel_does_not_depend_on_the_order_of_hidden_units() -> None:
    model, turned = generic_net().double(), generic_net().double()
    order = torch.randperm(20, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        turned[2].weight.copy_(model[2].weight[order])  # type: ignore[operator, index]
        turned[2].bias.copy_(model[2].bias[order])  # type: ignore[operator, index]
        turned[4].weight.copy_(model[4].weight[:, order])  # type: ignore[operator, index]
    np.testing.assert_allclose(q6.kernel(turned, X.double()), q6.kernel(model, X.double()), rtol=1e-12)


@pytest.mark.parametrize("shape", [(5, 8), (8, 5)])
def test_svd_features_span_the_kernel(shape: tuple[int, int]) -> None:
    J = np.random.default_rng(4).normal(size=shape)
    s, features = q6.svd_features(J)
    assert s.shape == (5,)
    np.testing.assert_allclose(features @ features.T, J @ J.T, atol=1e-12)


def test_train_model_fits() -> None:
    model = q6.train_model(initialized(he_uniform, 601), 651, (q6.train_x, q6.train_y))
    with torch.no_grad():
        assert float(nn.functional.mse_loss(model(q6.train_x), q6.train_y)) < 0.05


def test_train_model_of_small_weights_stays_at_a_constant() -> None:
    model = q6.train_model(initialized(SMALL, 200), 250, (q6.train_x, q6.train_y), n_steps=60)
    with torch.no_grad():
        assert float(model(q6.train_x).std()) < 1e-6


# Every variant


def near(actual: Any, expected: Any, rtol: float = 1e-4) -> bool:
    """In shape and, as a whole, in value."""
    plain = [value.detach().cpu() if isinstance(value, torch.Tensor) else value for value in (actual, expected)]
    a, e = (np.asarray(value, float) for value in plain)
    return a.shape == e.shape and bool(np.linalg.norm(a - e) <= rtol * np.linalg.norm(e))


def is_deep_net(make: Variant) -> bool:
    """With the same parameters it computes the same."""
    model, right = make(), generic_net()
    shapes = [p.shape for p in model.parameters()]
    if len(model) != 9 or shapes != [p.shape for p in right.parameters()]:
        return False
    model.load_state_dict(dict(zip(model.state_dict(), right.state_dict().values(), strict=True)))
    return near(model(3 * X), right(3 * X))


def with_gradients(model: nn.Module) -> nn.Module:
    """As after a `backward` of something else."""
    model(X).sum().backward()
    return model


def are_weight_grad_norms(norms: Variant) -> bool:
    cases = [(with_gradients(generic_net()), X, Y), (initialized(q6.better_init, 600), X[3:], Y[3:])]
    return all(near([float(n) for n in norms(*case)], q6.weight_grad_norms(*case)) for case in cases)


def printed(show: Variant) -> list[float]:
    """The last number of every line that has one."""
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda *parts: lines.append(" ".join(map(str, parts))))
        show(generic_net())
    found = [re.findall(r"[-+]?\d+\.\d+(?:e[-+]?\d+)?$", line) for line in lines]
    return [float(numbers[0]) for numbers in found if numbers]


def prints_gnorms(show: Variant) -> bool:
    return near(printed(show), q6.weight_grad_norms(generic_net(), q6.train_x, q6.train_y))


def is_better_init(init: Variant) -> bool:
    """Weights of both signs with a variance from Glorot's to He's, all different; biases 0; other modules as they were."""
    np.random.seed(6)  # noqa: NPY002 (variants that draw with NumPy)
    torch.manual_seed(6)
    init(nn.ReLU())
    for fan_in, fan_out in [(100, 400), (400, 100)]:
        layer = nn.Linear(fan_in, fan_out)
        init(layer)
        W = layer.weight.detach().numpy()
        low, high = q6.better_init_variance_range(fan_in, fan_out, 0)
        is_sized = low <= W.var() <= high
        if not is_sized or abs(W.mean()) > 0.1 * W.std() or np.any(layer.bias.detach().numpy()):
            return False
    return True


def are_jacobian_features(features: Variant) -> bool:
    """The kernel is right: the order and the signs of the columns do not matter."""
    for model in (with_gradients(generic_net()), initialized(q6.better_init, 600)):
        J = features(copy.deepcopy(model), X)
        J = J.detach().numpy() if isinstance(J, torch.Tensor) else J
        if J.shape != (12, 1321) or not near(J @ J.T, q6.kernel(model, X)):
            return False
    return True


def right_svd(answer: Any, J: Array) -> bool:
    """Singular values and the features' kernel, and features that are orthogonal with the singular values as lengths."""
    s, F = (np.asarray(part, float) for part in answer)
    expected = q6.svd_features(J)[0]
    if s.shape != expected.shape or F.shape != (len(J), len(expected)):
        return False
    return near(s, expected) and near(F @ F.T, J @ J.T) and near(F.T @ F, np.diag(expected**2))


def are_svd_features(svd: Variant) -> bool:
    J = np.random.default_rng(7)
    return all(right_svd(svd(M), M) for M in (J.normal(size=(5, 8)), J.normal(size=(8, 5))))


def is_svd_local_linearization(linearize: Variant) -> bool:
    model = generic_net()
    count, *svd = linearize(model)
    return float(count) == 1321 and right_svd(svd, q6.jacobian_features(model, X))


FOLLOWS: dict[str, Callable[[Variant], bool]] = {
    "model": is_deep_net,
    "weight_grad_norms": are_weight_grad_norms,
    "print_gnorms": prints_gnorms,
    "better_init": is_better_init,
    "jacobian_features": are_jacobian_features,
    "svd_features": are_svd_features,
    "svd_local_linearization": is_svd_local_linearization,
}


def listed(module: Any) -> list[tuple[str, Variant]]:
    """Every public function of the module with the homework function whose name it extends."""
    functions = [
        one for _name, one in inspect.getmembers(module, inspect.isfunction) if one.__module__ == module.__name__
    ]
    return [
        (next(name for name in FOLLOWS if one.__name__.startswith(f"{name}_")), one)
        for one in functions
        if not one.__name__.startswith("_")
    ]


MISTAKES, ALTERNATIVES = listed(mistakes), listed(alternatives)


def identify(value: object) -> str:
    return value.__name__ if inspect.isfunction(value) else str(value)


@pytest.fixture
def data_of_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some functions read their data from globals."""
    for module in (q6, mistakes, alternatives):
        monkeypatch.setattr(module, "train_x", X)
        monkeypatch.setattr(module, "train_y", Y)


@pytest.mark.usefixtures("data_of_a_notebook")
@pytest.mark.parametrize("name", FOLLOWS)
def test_reference_is_right(name: str) -> None:
    assert FOLLOWS[name](getattr(q6, name))


@pytest.mark.filterwarnings("ignore:Using a target size:UserWarning")
@pytest.mark.usefixtures("data_of_a_notebook")
@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=identify)
def test_mistake_deviates(name: str, mistake: Variant) -> None:
    assert not FOLLOWS[name](mistake)


@pytest.mark.usefixtures("data_of_a_notebook")
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
