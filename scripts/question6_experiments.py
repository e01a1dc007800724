"""Question 6's experiments, run on the reference: the source of the bands in its rubric.

    python scripts/question6_experiments.py > rubrics/evidence/question6.json   # some minutes
    python scripts/question6_experiments.py --check                             # the rubric against the stored numbers
    python scripts/question6_experiments.py --check --fresh --runs 3            # the rubric against new ones

What does not depend on the order of batches (gradient norms and singular values at the notebook's seeds, before training) is
given as numbers. What does is given as bands, the least and the largest value over `--runs` seeds: no run has to come out in
a particular way. Networks here are trained with torch, those of the rubric's evidence by its own probes, which run here too.
Both depend on torch's random generator on the CPU, which has given the same numbers in all versions so far.

With --check the exit code is 1 if a band of the rubric does not hold what was measured, or if norms are not the published ones.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.codec import thaw
from grader.compare.bands import Bands
from grader.rubric.inputs import make_inputs
from grader.rubric.load import load_rubric
from grader.rubric.records import CheckRules
from reference import local_linearization as q6  # a folder of files, not an installed package

ROOT = Path(__file__).resolve().parent.parent
Array = npt.NDArray[np.float64]
Data = tuple[torch.Tensor, torch.Tensor]
Init = Callable[[nn.Module], None]
Number = float | int | None
Ranges = dict[str, list[Number]]  # [least, largest] by name

EDGE, LISTED = 0.4, 6  # the end of the training range of 6(j); singular values that are shown
NOTICEABLE = 1e-5  # of the largest: below, float32 has only noise
TINY, CONSTANT = torch.finfo(torch.float32).tiny, 1e-6  # predictions that spread less are constant
STORED = ROOT / "rubrics" / "evidence" / "question6.json"
EXACT = "norms_at_start"  # the probe of numbers that one seed gives; its bands hold for that seed only
ROUNDING = 1e-3  # of stored numbers, relative
PUBLISHED = {  # gradient norms in printed outputs of the notebook: (relative rounding there, norms)
    "small": (6e-3, (9.36e-7, 1.06e-6, 8.30e-7, 1.33e-6, 8.72e-7)),
    "large": (1e-6, (65412.5, 50393.4, 48513.1, 139719.4, 177876.7)),
    "he_uniform": (2e-6, (0.0849771, 0.310949, 0.336475, 0.402389, 0.421496)),
}


class Measurement(NamedTuple):
    """A trained network: squared errors over the test range, left and right of `EDGE`; singular values; spread."""

    test_error: float
    inside_error: float
    outside_error: float
    s1: float
    s5_over_s1: float
    s20_over_s1: float
    noticeable_values: float
    spread: float


class Experiment(NamedTuple):
    """A network, its initialization, the notebook's seed for it and for its batches, and the training data."""

    net: Callable[[], nn.Module]
    init: Init
    init_seed: int
    train_seed: int
    data: Data


def leave(_module: nn.Module) -> None:
    """PyTorch's own initialization stays."""


def he_uniform(module: nn.Module) -> None:
    """The uniform initialization of the same variance as `better_init`."""
    if isinstance(module, nn.Linear):
        nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)


WHOLE, LEFT = q6.train_data(), q6.train_data(seed=50, high=EDGE)
EXPERIMENTS = {
    "small": Experiment(q6.make_deep_net, partial(q6.naive_init, 0.03), 200, 250, WHOLE),
    "large": Experiment(q6.make_deep_net, partial(q6.naive_init, 3.0), 300, 350, WHOLE),
    "he_normal": Experiment(q6.make_deep_net, q6.better_init, 600, 650, WHOLE),
    "he_uniform": Experiment(q6.make_deep_net, he_uniform, 600, 650, WHOLE),
    "shallow": Experiment(partial(q6.make_net, q6.WIDTH, 1), leave, 100, 150, WHOLE),
    "shallow_left": Experiment(partial(q6.make_net, q6.WIDTH, 1), leave, 100, 150, LEFT),
    "he_normal_left": Experiment(q6.make_deep_net, q6.better_init, 600, 650, LEFT),
}


def initialized(experiment: Experiment, shift: int) -> nn.Module:
    """The network before training; a `shift` of 0 is the notebook's seed, which is set when the network exists already."""
    torch.manual_seed(experiment.init_seed + shift)
    model = experiment.net()  # PyTorch's own initialization draws here
    torch.manual_seed(experiment.init_seed + shift)
    return model.apply(experiment.init)


def trained(experiment: Experiment, shift: int) -> nn.Module:
    """The network after 468 steps."""
    return q6.train_model(initialized(experiment, shift), experiment.train_seed + shift, experiment.data)


def errors(model: nn.Module) -> tuple[Array, Array]:
    """The inputs of the test and the squared errors on the noise-free function, both (500,)."""
    x = np.linspace(-1, 1, q6.TEST_N)
    with torch.no_grad():
        predictions = model(torch.tensor(x[:, None], dtype=torch.float32)).double().numpy().ravel()
    return x, (predictions - q6.f_true(x)) ** 2


def spread(model: nn.Module) -> float:
    """The standard deviation of the predictions over the test range: 0 for a constant."""
    with torch.no_grad():
        return float(model(torch.linspace(-1, 1, q6.TEST_N)[:, None]).double().std())


def singular_values(model: nn.Module) -> Array:
    """Of the features at the notebook's training points; NaN where they are not finite."""
    features = q6.jacobian_features(model, q6.train_x)
    return q6.svd_features(features)[0] if np.isfinite(features).all() else np.full(min(features.shape), np.nan)


def measure(model: nn.Module) -> Measurement:
    """What is known of a trained network."""
    (x, squares), s = errors(model), singular_values(model)
    ratios = s / max(float(s[0]), TINY)
    last = min(len(s), 20) - 1
    return Measurement(
        float(squares.mean()), float(squares[x <= EDGE].mean()), float(squares[x > EDGE].mean()),
        float(s[0]), float(ratios[4]), float(ratios[last]), float((ratios > NOTICEABLE).sum()), spread(model),
    )  # fmt: skip


def rounded(number: float, digits: int = 4) -> Number:
    """To so many significant digits; null where JSON has no number."""
    return float(f"{number:.{digits}g}") if math.isfinite(number) else None


def before_training(experiment: Experiment) -> dict[str, list[Number]]:
    """What the notebook's seeds give exactly."""
    model = initialized(experiment, 0)
    return {
        "weight_grad_norms": [rounded(norm, 7) for norm in q6.weight_grad_norms(model, q6.train_x, q6.train_y)],
        "singular_values": [rounded(float(s), 6) for s in singular_values(model)[:LISTED]],
    }


def after_training(experiment: Experiment, runs: int) -> dict[str, object]:
    """How many runs diverged, how many ended at a constant, and bands over the others (over the constant, if all are)."""
    rows = [measure(trained(experiment, shift)) for shift in range(runs)]
    finite = [row for row in rows if all(map(math.isfinite, row))]
    varied = [row for row in finite if row.spread > CONSTANT]
    columns = zip(*(varied or finite), strict=True)
    bands = {
        name: [rounded(min(column)), rounded(max(column))]
        for name, column in zip(Measurement._fields, columns, strict=False)  # no run, no columns
    }
    return {"runs": runs, "not_finite": len(rows) - len(finite), "constant": len(finite) - len(varied), **bands}


def constants() -> dict[str, object]:
    """The data: what predicting the mean, or nothing but the constant feature, gives."""
    truth = q6.f_true(np.linspace(-1, 1, q6.TEST_N))
    return {
        "parameters": sum(p.numel() for p in q6.make_deep_net().parameters()),
        "variance_of_test": rounded(float(truth.var()), 6),
        "root_of_train_n": rounded(math.sqrt(q6.TRAIN_N), 6),
        "f_true_params": [rounded(float(p), 8) for p in q6.F_TRUE_PARAMS],
    }


def norm_statistics(init: Init, runs: int) -> dict[str, list[Number]]:
    """The mean and standard deviation of log10 of every weight's gradient norm over seeds."""
    rows = []
    for seed in range(runs):
        torch.manual_seed(seed)
        rows.append(q6.weight_grad_norms(q6.make_deep_net().apply(init), q6.train_x, q6.train_y))
    logarithms = np.log10(rows)
    return {
        "mean": [rounded(float(value), 3) for value in logarithms.mean(axis=0)],
        "standard_deviation": [rounded(float(value), 3) for value in logarithms.std(axis=0)],
    }


def evidence_checks() -> Iterator[tuple[str, CheckRules, Bands]]:
    """The evidence of question 6 with its name: "6(b) the network stays at a constant"."""
    question = next(one for one in load_rubric(ROOT).questions if one.label == "6")
    for part in question.parts:
        for rules in part.evidence:
            if isinstance(rules.compare, Bands):
                yield f"6({part.label}) {rules.name}", rules, rules.compare


def measured(rules: CheckRules, runs: int) -> dict[str, list[float]]:
    """What the check's probe gives on the reference, by name, over this many runs (one, where a seed gives the number)."""
    assert rules.probe is not None  # noqa: S101 (of all evidence of this question)
    (inputs,), _faults = make_inputs(rules)
    *arguments, _run = [thaw(value) for _name, value in inputs.arguments]
    count = 1 if rules.probe.name == EXACT else runs
    rows = [cast("dict[str, float]", rules.probe.function(vars(q6), *arguments, run)) for run in range(count)]
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def evidence(runs: int) -> dict[str, Ranges]:
    """The least and the largest value of everything that the rubric's evidence measures."""
    return {
        name: {one: [rounded(min(values)), rounded(max(values))] for one, values in measured(rules, runs).items()}
        for name, rules, _bands in evidence_checks()
    }


def drift(found: dict[str, Ranges]) -> Iterator[str]:
    """Where the rubric's bands do not hold what was measured, and what is measured for only one of them."""
    checks = {name: bands for name, _rules, bands in evidence_checks()}
    yield from (f"{name}: only measured, or only in the rubric" for name in sorted(checks.keys() ^ found.keys()))
    for name in checks.keys() & found.keys():
        bands, ranges = checks[name].of, found[name]
        yield from (f"{name}: {quantity} is only in one" for quantity in sorted(bands.keys() ^ ranges.keys()))
        for quantity in bands.keys() & ranges.keys():
            if not _holds(bands[quantity], ranges[quantity]):
                yield f"{name}: {quantity} is from {ranges[quantity]}, outside of {list(bands[quantity])}"


def _holds(band: tuple[float, float], measured_range: list[Number]) -> bool:
    low, high = (math.nan if value is None else value for value in measured_range)
    return band[0] * (1 - ROUNDING) <= low <= high <= band[1] * (1 + ROUNDING)


def unlike_published(stored: dict[str, Ranges]) -> Iterator[str]:
    """The norms before training that are not those of the notebook's printed outputs."""
    for name, (rounding, norms) in PUBLISHED.items():
        mine = [math.nan if norm is None else norm for norm in stored[name]["weight_grad_norms"]]
        if not np.allclose(mine, norms, rtol=rounding, atol=0):
            yield f"{name}: the norms are {mine}, published were {list(norms)}"


def check(*, fresh: bool, runs: int) -> int:
    """The exit code; faults are printed."""
    stored = json.loads(STORED.read_text("utf-8"))
    before = {name: before_training(EXPERIMENTS[name]) for name in PUBLISHED} if fresh else stored["before_training"]
    faults = [*drift(evidence(runs) if fresh else stored["evidence"]), *unlike_published(before)]
    print("\n".join(faults) or "the bands hold what was measured")
    return 1 if faults else 0


def lists_on_one_line(text: str) -> str:
    """JSON with its lists of numbers as they are read."""
    return re.sub(r"\[[^][{}]*]", lambda match: " ".join(match[0].split()).replace("[ ", "[").replace(" ]", "]"), text)


def main(arguments: list[str] | None = None) -> int:
    """Print everything as JSON, or check the rubric."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=8, help="training runs of every experiment (default 8)")
    parser.add_argument("--norm-runs", type=int, default=200, help="seeds of the statistics of the norms (default 200)")
    parser.add_argument("--check", action="store_true", help="compare the rubric's bands with the stored numbers")
    parser.add_argument(
        "--fresh", action="store_true", help="with --check: measure again instead of reading what is stored"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if options.check:
        return check(fresh=options.fresh, runs=options.runs)
    print(lists_on_one_line(json.dumps(everything(options.runs, options.norm_runs), indent=1)))
    return 0


def everything(runs: int, norm_runs: int) -> dict[str, object]:
    """All experiments."""
    deep = {name: EXPERIMENTS[name].init for name in ("small", "large", "he_normal", "he_uniform")}
    return {
        "command": f"python scripts/question6_experiments.py --runs {runs} --norm-runs {norm_runs}",
        "torch": torch.__version__.partition("+")[0],
        "constants": constants(),
        "log10_of_weight_grad_norms": {name: norm_statistics(init, norm_runs) for name, init in deep.items()},
        "before_training": {name: before_training(one) for name, one in EXPERIMENTS.items()},
        "after_training": {name: after_training(one, runs) for name, one in EXPERIMENTS.items()},
        "evidence": evidence(runs),
    }


if __name__ == "__main__":
    raise SystemExit(main())
