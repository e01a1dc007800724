"""Probes for question 5: they run in the child, on the student's functions and classes."""

from __future__ import annotations

from typing import Any

import numpy as np

STATE = {"sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}


def _steps(
    namespace: dict[str, Any], rule: str, w: Any, dws: Any, config: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The weights after every step, and the last state. The rule gets copies: it may work in place on w."""
    w, path = w.copy(), []
    for dw in dws:
        given = dw.copy()
        w, config = namespace[rule](w, given, config)
        if not np.array_equal(given, dw):
            raise ValueError(f"{rule} must not change dw")
        path.append(np.array(w, dtype=float))
    return np.array(path), config


def _config(given: dict[str, Any], **state: Any) -> dict[str, Any]:
    return {**given, **{name: np.copy(value) for name, value in state.items() if value is not None}}


def _state(rule: str, config: dict[str, Any]) -> list[Any]:
    for name in STATE[rule]:
        if name not in config:
            raise ValueError(f"the config that {rule} returns has no {name!r}, so the next call cannot go on from it")
    return [np.array(config[name], dtype=float) for name in STATE[rule]]


def momentum_path(
    namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, momentum: float, velocity: Any
) -> Any:
    """The weights after every step, from this velocity (None: a cold start)."""
    config = _config({"learning_rate": learning_rate, "momentum": momentum}, velocity=velocity)
    return _steps(namespace, "sgd_momentum", w, dws, config)[0]


def momentum_state(
    namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, momentum: float, velocity: Any
) -> Any:
    """The velocity after the last step."""
    config = _config({"learning_rate": learning_rate, "momentum": momentum}, velocity=velocity)
    return _state("sgd_momentum", _steps(namespace, "sgd_momentum", w, dws, config)[1])[0]


def rmsprop_path(
    namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, decay_rate: float, cache: Any
) -> Any:
    """The weights after every step, from this cache (None: a cold start)."""
    config = _config({"learning_rate": learning_rate, "decay_rate": decay_rate}, cache=cache)
    return _steps(namespace, "rmsprop", w, dws, config)[0]


def rmsprop_state(
    namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, decay_rate: float, cache: Any
) -> Any:
    """The cache after the last step."""
    config = _config({"learning_rate": learning_rate, "decay_rate": decay_rate}, cache=cache)
    return _state("rmsprop", _steps(namespace, "rmsprop", w, dws, config)[1])[0]


def adam_path(namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, m: Any, v: Any, t: int) -> Any:
    """The weights after every step, from this state (None and 0: a cold start)."""
    config = _config({"learning_rate": learning_rate, "t": t}, m=m, v=v)
    return _steps(namespace, "adam", w, dws, config)[0]


def adam_averages(namespace: dict[str, Any], w: Any, dws: Any, learning_rate: float, m: Any, v: Any, t: int) -> Any:
    """Both averages after the last step."""
    config = _config({"learning_rate": learning_rate, "t": t}, m=m, v=v)
    return np.array(_state("adam", _steps(namespace, "adam", w, dws, config)[1])[:2])


def adam_steps(namespace: dict[str, Any], w: Any, dws: Any, t: int) -> Any:
    """The number of steps that is stored after the last one."""
    return float(_state("adam", _steps(namespace, "adam", w, dws, {"t": t})[1])[2])


def default_path(namespace: dict[str, Any], rule: str, w: Any, dws: Any) -> Any:
    """The weights after every step without any options: the defaults of the handout."""
    w, config, path = w.copy(), None, []
    for dw in dws:
        w, config = namespace[rule](w, dw.copy(), config)
        path.append(np.array(w, dtype=float))
    return np.array(path)


def _net(namespace: dict[str, Any], dims: Any, scheme: str, weight_scale: float) -> Any:
    first, *hidden, last = (int(size) for size in dims)
    return namespace["FullyConnectedNet"](
        hidden, input_dim=first, num_classes=last, weight_scale=weight_scale, dtype=np.float64, initialization=scheme
    )


def weights(namespace: dict[str, Any], dims: Any, scheme: str, weight_scale: float, layer: int, seed: int) -> Any:
    """The weights of a layer (counted from 1) of a new network."""
    np.random.seed(seed)  # noqa: NPY002 (what the handout's network draws from)
    return np.array(_net(namespace, dims, scheme, weight_scale).params[f"W{layer}"], dtype=float)


def standardized_weights(
    namespace: dict[str, Any], dims: Any, scheme: str, weight_scale: float, layer: int, seed: int
) -> Any:
    """The same, divided by their own standard deviation: for a check of the distribution, whatever its scale is.

    Tail counts vary less around the own standard deviation than around a given one, so binomial thresholds hold.
    """
    W = weights(namespace, dims, scheme, weight_scale, layer, seed)
    return W / W.std() if W.std() > 0 else W


def shapes(namespace: dict[str, Any], dims: Any, scheme: str) -> Any:
    """The shapes of W1, b1, W2, …."""
    params = _net(namespace, dims, scheme, 1e-2).params
    names = [f"{kind}{layer}" for layer in range(1, len(dims)) for kind in "Wb"]
    return [list(np.shape(params[name])) for name in names]


def biases(namespace: dict[str, Any], dims: Any, scheme: str) -> Any:
    """All biases of a new network in a row."""
    params = _net(namespace, dims, scheme, 1e-2).params
    return np.concatenate([np.ravel(np.array(params[f"b{layer}"], dtype=float)) for layer in range(1, len(dims))])


class _Model:
    """A network whose gradients are known."""

    def __init__(self, grads: dict[str, Any]) -> None:
        self.params = {name: np.zeros(np.shape(grad)) for name, grad in grads.items()}
        self.reg = 0.0
        self._grads = grads
        self._calls = 0

    def loss(self, _X: Any, _y: Any = None) -> Any:
        """A loss, and gradients that grow with every step."""
        self._calls += 1
        return 1.0 / self._calls, {name: self._calls * grad for name, grad in self._grads.items()}


def recorded_norms(namespace: dict[str, Any], dW1: Any, db1: Any, dW2: Any, db2: Any, steps: int) -> Any:
    """What the solver has recorded after some steps on gradients that are known."""
    model = _Model({"W1": dW1, "b1": db1, "W2": dW2, "b2": db2})
    data = {"X_train": np.zeros((8, 3)), "y_train": np.zeros(8, dtype=int)}
    data |= {"X_val": data["X_train"], "y_val": data["y_train"]}
    solver = namespace["Solver"](
        model, data, update_rule="sgd", optim_config={"learning_rate": 1e-3}, batch_size=4, num_epochs=1, verbose=False
    )
    for _step in range(int(steps)):
        solver._step()
    return np.array([float(norm) for norm in solver.log_grad_norm_history])


LOSSES = "submission_logs/initialization_experiment_{}.npz"
RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")
SCHEMES = ("he", "random", "zero")
EPOCHS = 5


def _losses(logs: Any, scheme: str) -> Any:
    return np.ravel(np.array(logs[LOSSES.format(scheme)]["train_losses"], dtype=float))


def logged_stds(logs: Any, scheme: str) -> Any:
    """The standard deviations of the weights of all layers."""
    return np.array(logs[f"submission_logs/w_stds_{scheme}.json"], dtype=float)


def distance_from_chance(logs: Any, scheme: str, low: float, high: float) -> float:
    """How far the loss ever gets from ln 10, that of a guess; low and high say what is accepted."""
    del low, high
    return float(np.max(np.abs(_losses(logs, scheme) - np.log(10))))


def loss_at_the_end(logs: Any, scheme: str, low: float, high: float) -> float:
    """The median of the last tenth of the losses over that of the first tenth, which may be infinite (0 then)."""
    del low, high
    losses = _losses(logs, scheme)
    tenth = max(1, len(losses) // 10)
    return float(np.median(losses[-tenth:]) / np.median(losses[:tenth]))


def complete_initializations(logs: Any) -> int:
    """For how many of the initializations `_is_complete` holds."""
    return sum(_is_complete(logs[LOSSES.format(scheme)]) for scheme in SCHEMES)


def complete_curves(logs: Any) -> int:
    """For how many of the optimizers there are complete curves of five epochs."""
    runs = [logs[f"submission_logs/optimizer_experiment_{rule}.npz"] for rule in RULES]
    return sum(_is_complete(curves) and _has_five_epochs(curves) for curves in runs)


def _has_five_epochs(curves: Any) -> bool:
    """As many steps in each; accuracies before training and after every epoch."""
    return np.shape(curves["train_accs"]) == (EPOCHS + 1,) and np.size(curves["train_losses"]) % EPOCHS == 0


def _is_complete(curves: Any) -> bool:
    """Losses, which may be infinite but not NaN, and as many accuracies of training as of validation, parts of 1."""
    names = ("train_losses", "train_accs", "val_accs")
    losses, train, val = (np.ravel(np.array(curves[name], dtype=float)) for name in names)
    are_parts = all(bool(((accuracies >= 0) & (accuracies <= 1)).all()) for accuracies in (train, val))
    steps = np.isfinite(losses).sum()
    return steps > train.size == val.size > 1 and are_parts and not bool(np.isnan(losses).any())


def best_training_accuracy(logs: Any, rule: str, low: float, high: float) -> float:
    """The largest one of an optimizer's run."""
    del low, high
    return float(np.max(logs[f"submission_logs/optimizer_experiment_{rule}.npz"]["train_accs"]))


def validation_accuracy(logs: Any, low: float, high: float) -> float:
    """Of the tuned model."""
    del low, high
    return float(logs["submission_logs/results.json"]["val_acc"])
