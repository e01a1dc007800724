"""What student code can leave in its process for other code to stumble over."""

from __future__ import annotations

import _thread
import contextlib
import gc
import mmap
import operator
import os
import resource
import signal
import sys
import time
import warnings
from types import ModuleType
from typing import Any

import numpy as np

from grader.sandbox.capture import open_or_discard
from grader.sandbox.limits import address_space

WATCHED = (
    *("builtins", "cmath", "copy", "decimal", "functools", "itertools", "math", "operator", "random", "statistics"),
    *("time", "warnings", "numpy", "numpy.fft", "numpy.linalg", "numpy.random"),
    *("torch", "torch.linalg", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.optim"),
)  # modules whose names may have been given another meaning
BUILT_IN = ("__import__", "__build_class__")  # the only names that begin so and are watched
SPARE = 8  # a child in which more than this part of its memory or processor time is used up is not as it was


class Snapshot:
    """The process as it is now: what the common modules hold, settings, memory."""

    def __init__(self) -> None:
        self._names = {name: {**module.__dict__} for name in WATCHED if (module := sys.modules.get(name))}
        self._names["builtins"]["open"] = open_or_discard  # as a child sets it before student code runs
        self._settings = _settings()
        self._mapped = address_space()

    def is_still_true(self) -> bool:
        """Whether code that runs now finds everything so. Threads that go on, or used up memory and time, change it too."""
        return (
            _thread._count() == 0  # noqa: SLF001 (threading forgets those that others have started)
            and _settings() == self._settings
            and all(map(self._is_as_it_was, self._names))
            and _has_time()
            and self._has_memory()
        )

    def _is_as_it_was(self, name: str) -> bool:
        module = sys.modules.get(name)
        return module is not None and _are_same(self._names[name], module.__dict__)

    def _has_memory(self) -> bool:
        """Whether a mapping of nearly all that a new child could have is possible. What has no owner any more is collected."""
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return True
        gc.collect()
        room = limit - self._mapped
        with contextlib.suppress(OSError, ValueError):  # the latter: no room at all was foreseen
            mmap.mmap(-1, room - room // SPARE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=0).close()
            return True
        return False


def _has_time() -> bool:
    limit = resource.getrlimit(resource.RLIMIT_CPU)[0]
    return limit == resource.RLIM_INFINITY or time.process_time() * SPARE < limit


def _are_same(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the names mean what they meant. Nearly always all do, and in the same order, which is quick to see."""
    if len(before) == len(now) and all(map(operator.is_, before.values(), now.values())):
        return True
    old, new = _public(before), _public(now)
    return old.keys() == new.keys() and all(old[name] is new[name] for name in old)


def _public(names: dict[str, Any]) -> dict[str, Any]:
    """Without what Python adds by itself: submodules, and its own names."""
    return {name: thing for name, thing in names.items() if name in BUILT_IN or not _is_pythons(name, thing)}


def _is_pythons(name: str, thing: object) -> bool:
    return name.startswith("_") or isinstance(thing, ModuleType)


def _settings() -> tuple[object, ...]:
    return (
        [*warnings.filters],
        (np.geterr(), np.geterrcall(), np.get_printoptions()),
        ([*sys.path], dict(os.environ)),
        getattr(sys, "get_int_max_str_digits", int)(),  # from Python 3.10.7
        [signal.getitimer(which) for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)],
        _of_decimal(),
        _of_torch(),
    )


def _of_decimal() -> object:
    decimal = sys.modules.get("decimal")
    return decimal and repr(decimal.getcontext())


def _of_torch() -> object:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    return (
        torch.get_default_dtype(),
        str(torch.get_default_device()) if hasattr(torch, "get_default_device") else "",
        (torch.is_grad_enabled(), torch.is_anomaly_enabled(), torch.are_deterministic_algorithms_enabled()),
        torch.get_num_threads(),
    )
