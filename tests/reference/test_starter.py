"""The students' starter of question 5: it imports as handed out, and trains once the reference fills it in."""

# ruff: noqa: N806 (X as on the blackboard)

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from reference import optimizers

Array = npt.NDArray[Any]

STARTER = Path(__file__).resolve().parents[2] / "rubrics" / "handout" / "deeplearning"
ANSWERS = {
    "classifiers/fc_net.py": [
        "weight_scale * np.random.randn(fan_in, fan_out)",
        "np.sqrt(2 / fan_in) * np.random.randn(fan_in, fan_out)",
        "np.zeros((fan_in, fan_out))",
    ],
    "solver.py": ["np.mean([np.linalg.norm(grads[name]) for name in grads])"],
}
RULES = ("sgd_momentum", "rmsprop", "adam")


class Starter:
    """The starter in a folder of its own, imported from there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "deeplearning"
        shutil.copytree(STARTER, self.folder, ignore=shutil.ignore_patterns("__pycache__"))

    def load(self, name: str) -> ModuleType:
        return importlib.import_module(f"deeplearning.{name}")

    def fill_in(self) -> None:
        """The answers in place of the stubs."""
        for name, answers in ANSWERS.items():
            text = (self.folder / name).read_text()
            for answer in answers:
                text = text.replace("FIXME", answer, 1)
            (self.folder / name).write_text(text)
        for rule in RULES:
            setattr(self.load("optim"), rule, getattr(optimizers, rule))


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Starter(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "deeplearning"]:
        del sys.modules[name]


@pytest.fixture
def filled(starter: Starter) -> Starter:
    starter.fill_in()
    return starter


def data() -> dict[str, Array]:
    """Clouds of images, one for each of three classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    X = rng.normal(size=(400, 2, 2, 3)) + 2 * rng.normal(size=(3, 2, 2, 3))[y]
    return {"X_train": X[:300], "y_train": y[:300], "X_val": X[300:], "y_val": y[300:]}


def trained(starter: Starter, rule: str, rate: float) -> Any:
    net = starter.load("classifiers.fc_net").FullyConnectedNet([20, 20], 12, 3, seed=1, initialization="he")
    options = {"optim_config": {"learning_rate": rate}, "batch_size": 30, "num_epochs": 6, "verbose": False}
    solver = starter.load("solver").Solver(net, data(), update_rule=rule, **options)
    solver.train()
    return solver


MODULES = ["optim", "layers", "layer_utils", "classifiers.fc_net", "solver", "data_utils", "gradient_check"]


@pytest.mark.parametrize("name", MODULES)
def test_module_imports_as_handed_out(starter: Starter, name: str) -> None:
    assert starter.load(name).__doc__


@pytest.mark.parametrize("rule", RULES)
def test_rule_is_a_stub(starter: Starter, rule: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(starter.load("optim"), rule)(np.zeros(2), np.zeros(2))


@pytest.mark.parametrize("scheme", ["random", "he", "zero"])
def test_initialization_is_a_stub(starter: Starter, scheme: str) -> None:
    with pytest.raises(NameError, match="FIXME"):
        starter.load("classifiers.fc_net").FullyConnectedNet([2], 3, initialization=scheme)


def test_starter_has_only_the_stubs_that_are_asked_for() -> None:
    found = {str(path.relative_to(STARTER)): path.read_text().count("FIXME") for path in STARTER.rglob("*.py")}
    assert {name: count for name, count in found.items() if count} == {"classifiers/fc_net.py": 3, "solver.py": 1}


def test_net_refuses_other_initializations(filled: Starter) -> None:
    with pytest.raises(ValueError, match="initialization"):
        filled.load("classifiers.fc_net").FullyConnectedNet([2], 3, initialization="xavier")


@pytest.mark.parametrize(("rule", "rate"), [("sgd", 0.1), ("sgd_momentum", 0.03), ("rmsprop", 0.003), ("adam", 0.01)])
def test_filled_in_starter_trains(filled: Starter, rule: str, rate: float) -> None:
    assert trained(filled, rule, rate).val_acc_history[-1] > 0.8


def test_solver_records_every_step_and_epoch(filled: Starter) -> None:
    solver = trained(filled, "sgd", 0.1)
    counts = [len(solver.loss_history), len(solver.log_grad_norm_history), len(solver.val_acc_history)]
    assert counts == [60, 60, 7]


def test_solver_ends_with_the_best_parameters(filled: Starter) -> None:
    solver = trained(filled, "sgd", 0.1)
    assert solver.check_accuracy(solver.X_val, solver.y_val) == solver.best_val_acc == max(solver.val_acc_history)


def test_solver_prints_what_it_does(filled: Starter, capsys: pytest.CaptureFixture[str]) -> None:
    net = filled.load("classifiers.fc_net").FullyConnectedNet([5], 12, 3, seed=1, initialization="he")
    filled.load("solver").Solver(net, data(), num_epochs=1, print_every=2).train()
    lines = [line.partition(" loss")[0] for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == ["(Iteration 1 / 3)", "(Iteration 3 / 3)"]


def test_solver_lets_the_learning_rate_decay(filled: Starter) -> None:
    net = filled.load("classifiers.fc_net").FullyConnectedNet([5], 12, 3, seed=1)
    solver = filled.load("solver").Solver(net, data(), lr_decay=0.5, num_epochs=2, verbose=False)
    solver.train()
    assert {config["learning_rate"] for config in solver.optim_configs.values()} == {0.0025}


@pytest.mark.parametrize("options", [{"update_rule": "adagrad"}, {"learning_rate": 0.1}])
def test_solver_refuses_what_it_does_not_know(filled: Starter, options: dict[str, Any]) -> None:
    net = filled.load("classifiers.fc_net").FullyConnectedNet([5], 12, 3)
    with pytest.raises(ValueError, match=r"update rule|unknown options"):
        filled.load("solver").Solver(net, data(), **options)


def test_net_is_that_of_the_reference(filled: Starter) -> None:
    options: dict[str, Any] = {
        "input_dim": 12,
        "num_classes": 3,
        "reg": 0.2,
        "dtype": np.float64,
        "initialization": "he",
    }
    net = filled.load("classifiers.fc_net").FullyConnectedNet([7, 5], **options)
    right = optimizers.FullyConnectedNet([7, 5], **options)
    right.params = net.params
    X, y = data()["X_train"][:9], data()["y_train"][:9]
    (loss, grads), (expected_loss, expected) = net.loss(X, y), right.loss(X, y)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert all(grads[name] == pytest.approx(expected[name], abs=1e-12) for name in expected)


@pytest.mark.parametrize("loss", ["softmax_loss", "svm_loss"])
def test_losses_have_the_gradients_of_small_differences(starter: Starter, loss: str) -> None:
    scores, y = np.random.default_rng(2).normal(size=(5, 4)), np.array([0, 3, 1, 1, 2])
    function, check = getattr(starter.load("layers"), loss), starter.load("gradient_check")
    numerical = check.eval_numerical_gradient(lambda x: function(x, y)[0], scores)
    assert check.rel_error(numerical, function(scores, y)[1]) < 1e-6


@pytest.mark.parametrize("index", [0, 1, 2])
def test_layers_have_the_gradients_of_small_differences(starter: Starter, index: int) -> None:
    rng, utils, check = np.random.default_rng(3), starter.load("layer_utils"), starter.load("gradient_check")
    arguments = [rng.normal(size=shape) for shape in ((3, 2, 2), (4, 5), (5,))]
    dout = rng.normal(size=(3, 5))
    _out, cache = utils.affine_relu_forward(*arguments)
    numerical = check.eval_numerical_gradient_array(
        lambda moved: utils.affine_relu_forward(*arguments[:index], moved, *arguments[index + 1 :])[0],
        arguments[index],
        dout,
    )
    assert check.rel_error(numerical, utils.affine_relu_backward(dout, cache)[index]) < 1e-6


def test_data_are_missed_only_when_they_are_read(starter: Starter) -> None:
    with pytest.raises(FileNotFoundError, match="put the CIFAR-10 data there"):
        starter.load("data_utils").get_CIFAR10_data(root="nowhere")


@pytest.mark.parametrize("ending", [".bin", ".npz"])
def test_data_are_read_from_both_kinds_of_files(starter: Starter, tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(4)
    for name in ["test_batch", *(f"data_batch_{number}" for number in range(1, 6))]:
        images, labels = rng.integers(0, 256, (4, 3072), dtype=np.uint8), rng.integers(0, 10, 4, dtype=np.uint8)
        if ending == ".bin":
            np.column_stack([labels, images]).tofile(tmp_path / f"{name}.bin")
        else:
            np.savez(tmp_path / f"{name}.npz", data=images, labels=labels)
    read = starter.load("data_utils").get_CIFAR10_data(15, 5, 3, root=str(tmp_path))
    shapes = {name: value.shape for name, value in read.items() if name[0] == "X"}
    assert shapes == {"X_train": (15, 3, 32, 32), "X_val": (5, 3, 32, 32), "X_test": (3, 3, 32, 32)}


def test_data_have_no_mean(starter: Starter, tmp_path: Path) -> None:
    for name in ["test_batch", *(f"data_batch_{number}" for number in range(1, 6))]:
        np.random.default_rng(5).integers(0, 9, 4 * 3073, dtype=np.uint8).tofile(tmp_path / f"{name}.bin")
    train = starter.load("data_utils").get_CIFAR10_data(20, 0, 3, root=str(tmp_path))["X_train"]
    assert np.abs(train.mean(axis=0)).max() < 1e-12
