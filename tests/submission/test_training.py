"""Which statements train something."""

from __future__ import annotations

import ast

import pytest

from grader.submission.training import Training

FUNCTIONS = """
def train(net):
    for _ in range(3):
        net(x).sum().backward()
def twice(net): return train(train(net))
def nothing(net): return net
def later():
    def closure(): loss.backward()
    optimizer.step(closure)
"""


@pytest.mark.parametrize(
    ("statement", "trains"),
    [
        ("loss.backward()", True),
        ("for x in data:\n    f(x).sum().backward()", True),
        ("net, losses = train(net)", True),
        ("twice(net)", True),
        ("later()", True),
        ("nothing(net)", False),
        ("net.apply(init)", False),
        ("net.append(layer)", False),
        ("backward = 3", False),
        ("calls[0](net)", False),
    ],
)
def test_training_is_where_gradients_are_computed(statement: str, trains: bool) -> None:  # noqa: FBT001
    training = Training()
    for node in ast.parse(FUNCTIONS).body:
        assert isinstance(node, ast.FunctionDef)
        training.learn(node)
    assert training.happens_in(ast.walk(ast.parse(statement))) is trains
