"""What confinement costs: a plain fork against a fully confined child, measured side by side in one run.

`python benchmarks/confinement.py [numpy|torch]` starts two templates, one whose children put on no layer and one
whose children put on all, and takes a child of each in turn: fork, layers, first words, end, wait.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import closing

from grader.records import Limits
from grader.sandbox.client import Sandbox
from grader.sandbox.layers import LAYERS

ROUNDS = 200
EVERY_LAYER = frozenset(layer.name for layer in LAYERS)


def main(kind: str = "numpy") -> None:
    """Print medians, minima and the difference within each round, in milliseconds."""
    with closing(Sandbox(Limits(), omitted=EVERY_LAYER)) as plain, closing(Sandbox(Limits())) as confined:
        for sandbox in (plain, confined):  # the templates start
            sandbox.child(kind).end()
        pairs = [(milliseconds(plain, kind), milliseconds(confined, kind)) for _round in range(ROUNDS)]
        active = [layer.name for layer in confined.layers if layer.is_active]
    print(f"{kind}, {ROUNDS} rounds; layers: {', '.join(active)}")
    for name, times in (
        ("plain fork", [pair[0] for pair in pairs]),
        ("confined child", [pair[1] for pair in pairs]),
        ("difference", [pair[1] - pair[0] for pair in pairs]),
    ):
        low, middle, high = statistics.quantiles(times, n=4)
        print(f"{name:15} median {middle:6.2f} ms   quartiles {low:6.2f} to {high:6.2f}   min {min(times):6.2f}")


def milliseconds(sandbox: Sandbox, kind: str) -> float:
    """How long a child takes from the command to fork it until it has been waited for."""
    start = time.perf_counter()
    sandbox.child(kind).end()
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main(*sys.argv[1:2])
