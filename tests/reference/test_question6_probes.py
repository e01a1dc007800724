"""The experiments of question 6's probes are those of the reference."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from reference import local_linearization as q6


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    path = q6.__file__.replace("reference", "rubrics/probes")
    spec = importlib.util.spec_from_file_location("question6_probes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("seed", "high"), [(10, 1.0), (50, 0.4)])
def test_data_are_those_of_the_reference(probes: ModuleType, seed: int, high: float) -> None:
    x, y = q6.train_data(seed, high=high)
    mine = probes._data(seed, high)
    np.testing.assert_array_equal(mine[0], x.numpy())
    np.testing.assert_allclose(mine[1], y.numpy(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("start", "seed"), [("small", 200), ("large", 300), ("he_normal", 600)])
def test_weights_are_those_of_the_reference(probes: ModuleType, start: str, seed: int) -> None:
    model = q6.make_deep_net()
    torch.manual_seed(seed)
    for layer in model:
        scale = {"small": 0.03, "large": 3.0}.get(start)
        q6.better_init(layer) if scale is None else q6.naive_init(scale, layer)
    mine = nn.utils.parameters_to_vector(probes._started(start, 0).parameters())
    assert torch.equal(mine, nn.utils.parameters_to_vector(model.parameters()))


@pytest.mark.parametrize("start", ["he_normal", "shallow"])
def test_training_by_hand_is_that_of_torch(probes: ModuleType, start: str) -> None:
    model, (x, y) = probes._started(start, 0), probes._data()
    mine = probes._trained(model, x, y, seed=3, steps=25)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for batch in np.random.RandomState(3).randint(len(x), size=(25, 32)):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(torch.tensor(x[batch])), torch.tensor(y[batch])).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    for array, p in zip(mine, model.parameters(), strict=True):
        np.testing.assert_allclose(array.T, p.detach().numpy(), rtol=1e-3, atol=1e-4)


def test_run_that_ends_at_a_constant_is_followed_by_the_next(probes: ModuleType) -> None:
    seen: list[int] = []

    def dead_at_first(module: nn.Module) -> None:
        """Zero weights in the first network, He's in the next."""
        if isinstance(module, nn.Linear):
            seen.append(module.in_features)
            probes._start("he_normal")(module)
            if len(seen) <= len(probes.WEIGHTS):
                nn.init.zeros_(module.weight)

    layers = probes._trained_from(dead_at_first, probes._data(), 0)
    assert (len(seen), probes._forward(layers, probes.GRID)[-1].std() > 0.1) == (10, True)


def test_answer_of_too_few_values_has_zeros(probes: ModuleType) -> None:
    namespace = {"svd_local_linearization": lambda _model: (1321, [2.0, 1.0], np.ones((80, 2)))}
    namespace["svd_local_linearization"].__globals__["train_x"] = None
    assert probes._features(namespace, probes._net())[0][:4].tolist() == [2, 1, 0, 0]
