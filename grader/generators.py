"""Random generators in a known state, so that what draws from them gives the same every time."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator

import numpy as np

SEED = 0  # as in a child


@contextlib.contextmanager
def known_generators() -> Iterator[None]:
    """In the block as in a child; afterwards as they were before."""
    torch = sys.modules.get("torch")
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the legacy generator is what notebooks use)
    with torch.random.fork_rng() if torch else contextlib.nullcontext():
        random.seed(SEED)
        np.random.seed(SEED)  # noqa: NPY002
        if torch:
            torch.manual_seed(SEED)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002
