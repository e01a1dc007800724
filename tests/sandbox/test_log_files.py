"""What a probe of logs meets: data, or an exception that says in words what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.codec import freeze
from grader.records import Log
from grader.sandbox.log_files import MissingLogError, on_logs

LOGS = (
    Log(path="a.npz", value=freeze({"losses": np.arange(3.0)})),
    Log(path="stds.json", value=freeze([0.1, 0.2])),
    Log(path="broken.json", fault="its JSON cannot be read"),
)
Probe = Callable[[Any], object]


@pytest.mark.parametrize(
    ("probe", "value"),
    [
        (lambda logs: logs["a.npz"]["losses"].tolist(), [0, 1, 2]),
        (lambda logs: logs["stds.json"][-1], 0.2),
        (lambda logs: logs["stds.json"][:1], [0.1]),
        (lambda logs: logs["stds.json"], [0.1, 0.2]),
        (lambda logs: float(np.sum(np.array(logs["stds.json"]))), 0.1 + 0.2),
        (sorted, ["a.npz", "stds.json"]),
        (lambda logs: "broken.json" in logs, False),
        (lambda logs: logs["a.npz"].get("accs"), None),
    ],
)
def test_on_logs_gives_plain_data(probe: Probe, value: object) -> None:
    found = on_logs(probe, LOGS)()
    assert (found, type(found)) == (value, type(value))


def test_on_logs_gives_every_call_fresh_logs() -> None:
    drain = on_logs(lambda logs: logs["stds.json"].pop(), LOGS)
    assert [drain(), drain()] == [0.2, 0.2]


def test_on_logs_passes_arguments_on() -> None:
    assert on_logs(lambda logs, name, times: logs[name][0] * times, LOGS)("stds.json", 3) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("probe", "message"),
    [
        (lambda logs: logs["b.npz"], "b.npz was not handed in"),
        (lambda logs: logs["broken.json"], "broken.json cannot be read: its JSON cannot be read"),
        (lambda logs: logs["a.npz"]["accs"], 'a.npz has no "accs"'),
        (lambda logs: logs["stds.json"]["he"], 'stds.json has no "he": it is a list'),
        (lambda logs: logs["stds.json"][2], "stds.json has only 2 items"),
    ],
)
def test_on_logs_says_what_is_missing(probe: Probe, message: str) -> None:
    with pytest.raises(MissingLogError) as caught:
        on_logs(probe, LOGS)()
    assert str(caught.value) == message
