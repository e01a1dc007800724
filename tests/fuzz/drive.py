"""`make fuzz`: one target for so many seconds under atheris, with feedback from the grader's code.

The process ends with 0, with 1 when it has grown too much, and with 77 (libFuzzer's code) for a finding, of which the
input and the traceback are printed. It has the address space that a child has when it reads, so a MemoryError
is what it is there: an answer (child.py makes OutOfMemory of it), and counted apart.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import atheris

with atheris.instrument_imports(include=["grader"]):
    from fuzz import seeds, test_fuzz_archive, test_fuzz_notebook, test_fuzz_wire
    from fuzz.properties import holds_for_archive, holds_for_frame, holds_for_notebook, holds_for_source

WARM_UP = 1_000  # inputs: by then everything is imported, compiled and cached
MAX_GROWTH = 64 * 2**20  # bytes, from the end of the warm-up to the end; libFuzzer's own corpus is part of it
ADDRESS_SPACE = 2 * 2**30  # bytes, on top of what the process has when it starts
SLOW = 20  # seconds for one input: a finding
MAX_LENGTH = 4_096  # bytes of an input
Target = Callable[[bytes], bool]


def _of_bytes(holds: Callable[[bytes], None]) -> Target:
    """Every input is tried as it is."""

    def target(data: bytes) -> bool:
        holds(data)
        return True

    return target


def _of_choices(test: Any) -> Target:
    """The input decides what a Hypothesis test's strategies draw; one that is too short for that is not tried."""
    fuzz_one_input = test.hypothesis.fuzz_one_input
    return lambda data: fuzz_one_input(data) is not None


class _Form(NamedTuple):
    """A way to make something to try of an input; the input's first byte says which."""

    name: str
    target: Target
    seeds: tuple[bytes, ...]


NOISE = seeds.choices()
TARGETS = {
    "wire": (
        _Form("frames", _of_bytes(holds_for_frame), seeds.frames()),
        _Form("made answers", _of_choices(test_fuzz_wire.test_answer_holds_for_what_a_child_can_say), NOISE),
    ),
    "archive": (
        _Form("files", _of_bytes(holds_for_archive), seeds.archives()),
        _Form("made zips", _of_choices(test_fuzz_archive.test_archive_holds_for_damaged_and_odd_zips), NOISE),
    ),
    "notebook": (
        _Form("files", _of_bytes(holds_for_notebook), seeds.notebooks()),
        _Form("cells", _of_bytes(holds_for_source), seeds.sources()),
        _Form(
            "made notebooks", _of_choices(test_fuzz_notebook.test_notebook_holds_for_damaged_and_odd_notebooks), NOISE
        ),
    ),
}


class _Run:
    """Tries inputs until the time is up; then says how many, how fast, and how large the process became."""

    def __init__(self, name: str, seconds: float, corpus: Path) -> None:
        self._name = name
        self._corpus = corpus
        self._forms = TARGETS[name]
        self._started = time.monotonic()
        self._ends = self._started + seconds
        self._counts = dict.fromkeys((form.name for form in self._forms), 0)
        self._out_of_memory = 0
        self._first, self._warm = _resident(), 0

    def __call__(self, data: bytes) -> None:
        form = self._forms[data[0] % len(self._forms) if data else 0]
        try:
            self._counts[form.name] += form.target(data[1:])
        except MemoryError:
            self._counts[form.name] += 1
            self._out_of_memory += 1
        if not self._warm and sum(self._counts.values()) >= WARM_UP:
            self._warm = _resident()
        if time.monotonic() > self._ends:
            self._finish()

    def _finish(self) -> None:
        """End here: libFuzzer would not come back to Python."""
        seconds, last, inputs = time.monotonic() - self._started, _resident(), sum(self._counts.values())
        grown = last - (self._warm or last)
        remark = "" if self._warm else ", too few to say anything of its growth"
        verdict = (
            f"no finding{remark}" if grown <= MAX_GROWTH else f"FINDING: it grew by more than {_mb(MAX_GROWTH)} MB"
        )
        forms = ", ".join(f"{count:,} {name}" for name, count in self._counts.items())
        sys.stdout.write(
            f"{self._name}: {inputs:,} inputs ({forms}) in {seconds:.0f} s, {inputs / seconds:,.0f} a second; resident "
            f"{_mb(self._first)} MB at first, {_mb(self._warm)} MB after {WARM_UP:,} inputs, {_mb(last)} MB at last; "
            f"{self._out_of_memory} out of memory; {verdict}\n"
        )
        sys.stdout.flush()
        shutil.rmtree(self._corpus)  # after a finding it stays, with the input
        os._exit(int(grown > MAX_GROWTH))


def _resident() -> int:
    """Bytes of memory that the process has now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _mb(count: int) -> int:
    return round(count / 2**20)


def _cap_address_space() -> None:
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ADDRESS_SPACE, used + ADDRESS_SPACE))


def _fuzz(name: str, seconds: float, corpus: Path) -> None:
    for form_number, form in enumerate(TARGETS[name]):
        for number, seed in enumerate(form.seeds):
            (corpus / f"{form_number}-{number}").write_bytes(bytes([form_number]) + seed)
    warnings.simplefilter("error")
    _cap_address_space()
    options = [
        f"-timeout={SLOW}",
        f"-max_len={MAX_LENGTH}",
        f"-artifact_prefix={corpus}/",
        "-rss_limit_mb=0",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], _Run(name, seconds, corpus))
    atheris.Fuzz()


def main() -> None:
    """Fuzz one target, or name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    _fuzz(arguments.target, arguments.seconds, Path(tempfile.mkdtemp(prefix="grader-fuzz-")))


if __name__ == "__main__":
    main()
