"""What student code can leave in its process for other code to stumble over."""

from __future__ import annotations

import _thread
import operator
import os
import resource
import sys
import warnings
from types import ModuleType
from typing import Any

import numpy as np

from grader.sandbox.capture import open_or_discard

WATCHED = (
    *("builtins", "cmath", "copy", "functools", "itertools", "math", "operator", "random", "statistics", "time"),
    *("numpy", "numpy.fft", "numpy.linalg", "numpy.random"),
    *("torch", "torch.linalg", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.optim"),
)  # modules whose names may have been given another meaning
MUCH_MEMORY = 64 * 2**10  # KiB, as getrusage(2) counts the most that was used


class Snapshot:
    """The process as it is now: what the common modules hold, settings, memory."""

    def __init__(self) -> None:
        self._names = {name: {**module.__dict__} for name in WATCHED if (module := sys.modules.get(name))}
        self._names["builtins"]["open"] = open_or_discard  # as a child sets it before student code runs
        self._settings = _settings()
        self._memory = _peak()

    def is_still_true(self) -> bool:
        """Whether code that runs now finds everything so. Threads that go on, or much used memory, are a change too."""
        return (
            _thread._count() == 0  # noqa: SLF001 (threading forgets those that others have started)
            and _peak() - self._memory <= MUCH_MEMORY
            and _settings() == self._settings
            and all(map(self._is_as_it_was, self._names))
        )

    def _is_as_it_was(self, name: str) -> bool:
        module = sys.modules.get(name)
        return module is not None and _are_same(self._names[name], module.__dict__)


def _are_same(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the names mean what they meant. Nearly always all do, and in the same order, which is quick to see."""
    if len(before) == len(now) and all(map(operator.is_, before.values(), now.values())):
        return True
    old, new = _public(before), _public(now)
    return old.keys() == new.keys() and all(old[name] is new[name] for name in old)


def _public(names: dict[str, Any]) -> dict[str, Any]:
    """Without what Python adds by itself: submodules, and its own names."""
    return {name: thing for name, thing in names.items() if not (name.startswith("_") or isinstance(thing, ModuleType))}


def _settings() -> tuple[object, ...]:
    torch = sys.modules.get("torch")
    return (
        [*warnings.filters],
        np.geterr(),
        np.get_printoptions(),
        [*sys.path],
        dict(os.environ),
        torch and (torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads()),
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
