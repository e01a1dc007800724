"""What functions of a document do with their arguments."""

from __future__ import annotations

import ast

import pytest

from grader.submission.handling import Handling

TRAIN = """
def train(net, data, steps=3):
    net = net.to('cpu')
    for _ in range(steps):
        loss = net(data).sum()
        loss.backward()
    return net, loss
"""
COPY = "def train(net):\n    net = copy.deepcopy(net)\n    return net"


def learned(source: str) -> Handling:
    """Everything that a document of these functions shows, in two rounds."""
    handling = Handling()
    for _round in range(2):
        for node in ast.parse(source).body:
            assert isinstance(node, ast.FunctionDef)
            handling.learn(node)
    return handling


@pytest.mark.parametrize(
    ("functions", "statement", "names"),
    [
        (TRAIN, "net, losses = train(net, data)", {"net"}),
        (TRAIN, "net, losses = train(data=x, net=net)", {"net"}),
        (TRAIN, "model, losses = train(model, data)", {"model"}),
        (TRAIN, "other, losses = train(model, data)", set()),
        (TRAIN, "losses, net = train(net, data)", set()),
        (TRAIN, "net = train(net, data)", set()),
        (TRAIN, "net, *rest = train(net, data)", set()),
        (TRAIN, "net, losses = train(*net)", set()),
        (TRAIN, "net, losses = fit(net, data)", set()),
        (TRAIN, "net, losses = train(f(net), data)", set()),
        (TRAIN, "train(net, data)", set()),
        ("def same(x):\n    x.a = 1\n    return x", "f = same(f)", {"f"}),
        ("def same(x):\n    if x: return x\n    return None", "f = same(f)", set()),
        ("def same(x): pass", "f = same(f)", set()),
        ("def same(x):\n    yield 1\n    return x", "f = same(f)", set()),
        ("def wrap(f):\n    def g(x): return x\n    return g", "f = wrap(f)", set()),
        (COPY, "net = train(net)", set()),
        (f"{COPY}\ndef train(net): return net", "net = train(net)", set()),
        ("def train(net, /, k): return k, net", "j, net = train(net, j)", {"j", "net"}),
    ],
)
def test_handed_back_names_what_is_the_same_object(functions: str, statement: str, names: set[str]) -> None:
    assert learned(functions).handed_back(ast.parse(statement).body[0]) == names


@pytest.mark.parametrize(
    ("statement", "trains"),
    [
        ("loss.backward()", True),
        ("for x in data:\n    f(x).sum().backward()", True),
        ("net, losses = train(net, data)", True),
        ("twice(net)", True),
        ("nothing(net)", False),
        ("net.apply(init)", False),
        ("backward = 3", False),
    ],
)
def test_trains_is_about_gradients(statement: str, trains: bool) -> None:  # noqa: FBT001
    source = f"def twice(n): return train(train(n))\n{TRAIN}\ndef nothing(n): return n"
    assert learned(source).trains([*ast.walk(ast.parse(statement))]) is trains
