"""What the comparators of question 6 leave open, and what not, on Jacobians of real networks."""

# ruff: noqa: N803, N806 (J and U as on the blackboard)

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader.compare.gram import Gram
from grader.compare.principal_features import PrincipalFeatures
from grader.compare.singular_values import SingularValues
from reference import local_linearization as q6

Matrix = npt.NDArray[Any]
X = torch.linspace(-0.95, 0.9, 24)[:, None]
seeds = st.integers(0, 2**31 - 1)
few = settings(max_examples=15, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Many small products are slower on many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def net(seed: int) -> nn.Sequential:
    """With random biases, so that no rank is lost."""
    torch.manual_seed(seed)
    return q6.make_deep_net()


def jacobian(model: nn.Module) -> Matrix:
    return q6.jacobian_features(model.double(), X.double())


def permuted(model: nn.Sequential, seed: int) -> nn.Sequential:
    """The same function, with the units of every hidden layer in another order."""
    other, generator = copy.deepcopy(model), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for index in range(0, 8, 2):
            order = torch.randperm(20, generator=generator)
            mine: Any = other[index]
            following: Any = other[index + 2]
            mine.weight.copy_(mine.weight[order])
            mine.bias.copy_(mine.bias[order])
            following.weight.copy_(following.weight[:, order])
    return other


def rescaled(model: nn.Sequential, factor: float) -> nn.Sequential:
    """The same function, with larger weights before a ReLU and smaller ones after it."""
    other = copy.deepcopy(model)
    before: Any = other[2]
    after: Any = other[4]
    with torch.no_grad():
        before.weight.mul_(factor)
        before.bias.mul_(factor)
        after.weight.div_(factor)
    return other


def accepted(answer: Matrix, right: Matrix) -> tuple[bool, bool, bool]:
    """As a Jacobian, and what NumPy's decomposition of it gives, as singular values and as features."""
    s, features = q6.svd_features(np.asarray(answer, float))
    due, wanted = q6.svd_features(right)
    return (
        Gram()(answer, right).passed,
        SingularValues()(s, due).passed,
        PrincipalFeatures()(features, PrincipalFeatures().expect(wanted)).passed,
    )


ALL, NONE = (True, True, True), (False, False, False)


@few
@given(seed=seeds)
def test_units_in_another_order_are_accepted(seed: int) -> None:
    model = net(seed)
    assert accepted(jacobian(permuted(model, seed)), jacobian(model)) == ALL


@few
@given(seed=seeds)
def test_parameters_in_another_order_with_other_signs_are_accepted(seed: int) -> None:
    J, rng = jacobian(net(seed)), np.random.default_rng(seed)
    assert accepted(J[:, rng.permutation(1321)] * rng.choice([-1, 1], 1321), J) == ALL


@few
@given(seed=seeds)
def test_a_network_in_float32_is_accepted(seed: int) -> None:
    model = net(seed)
    mine = q6.jacobian_features(copy.deepcopy(model), X)
    assert accepted(mine, jacobian(model)) == ALL


@few
@given(seed=seeds)
def test_a_decomposition_in_float32_is_accepted(seed: int) -> None:
    J = jacobian(net(seed))
    U, s, _Vt = np.linalg.svd(J.astype(np.float32), full_matrices=False)
    due, wanted = q6.svd_features(J)
    assert SingularValues()(s, due).passed
    assert PrincipalFeatures()(U * s, wanted).gap == ""


@few
@given(seed=seeds)
def test_roots_of_eigenvalues_are_accepted(seed: int) -> None:
    J = jacobian(net(seed))
    squares, U = np.linalg.eigh(J @ J.T)
    s = np.sqrt(np.maximum(squares, 0))
    due, wanted = q6.svd_features(J)
    assert SingularValues()(s, due).passed
    assert PrincipalFeatures()(U * s, wanted).gap == ""


@few
@given(seed=seeds, factor=st.sampled_from([0.5, 2.0, 10.0]))
def test_other_scales_of_the_layers_are_not_accepted(seed: int, factor: float) -> None:
    """A positive rescaling of a ReLU's weights leaves the function as it is, but not its gradients."""
    model = net(seed)
    assert accepted(jacobian(rescaled(model, factor)), jacobian(model)) == NONE


@pytest.mark.parametrize(
    "change",
    [
        lambda J: J[:, :-1] @ np.eye(1320, 1321),  # without the output's bias
        lambda J: J - J.mean(axis=0),
        lambda J: J / len(J),
        lambda J: np.cumsum(J, axis=0),
        lambda J: np.tile(J.sum(axis=0), (len(J), 1)),
        lambda J: J[:, -21:] @ np.eye(21, 1321),  # only the last layer
    ],
    ids=["no output bias", "centred", "divided", "accumulated", "summed", "last layer"],
)
def test_wrong_jacobians_are_not_accepted(change: Any) -> None:
    J = jacobian(net(3))
    assert accepted(change(J), J) == NONE


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (lambda U, _s, _Vt: U, "These look like U without the singular values"),
        (lambda U, s, _Vt: U * s**2, "These look like U times the squares of the singular values"),
        (lambda _U, s, Vt: Vt.T * s, "There is a row for every point."),
        (lambda U, s, _Vt: (U * s).T, "inner products of rows"),
        (lambda U, s, _Vt: U * s - (U * s).mean(axis=0), "the mean of every column had been taken off"),
    ],
    ids=["U", "U s^2", "V", "transposed", "centred"],
)
def test_wrong_features_are_not_accepted(features: Any, words: str) -> None:
    J = jacobian(net(3))
    wanted = q6.svd_features(J)[1]
    assert words in PrincipalFeatures()(features(*np.linalg.svd(J, full_matrices=False)), wanted).gap


@pytest.mark.parametrize(("step", "passed"), [(1e-5, True), (1e-2, False)])
def test_differences_are_accepted_if_they_are_fine(step: float, passed: bool) -> None:  # noqa: FBT001
    model = net(3).double()
    theta = nn.utils.parameters_to_vector(model.parameters()).detach()
    columns = []
    with torch.no_grad():
        for direction in torch.eye(len(theta), dtype=theta.dtype):
            ends = []
            for end in (theta + step * direction, theta - step * direction):
                nn.utils.vector_to_parameters(end, model.parameters())
                ends.append(model(X.double()).ravel())
            columns.append((ends[0] - ends[1]) / (2 * step))
        nn.utils.vector_to_parameters(theta, model.parameters())
    assert Gram()(torch.stack(columns, dim=1).numpy(), jacobian(model)).passed is passed
