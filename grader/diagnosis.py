"""What `grader doctor` finds: the machine, the layers of a child, and whether each property of isolation holds."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from contextlib import closing
from pathlib import Path

import msgspec

from grader import __version__
from grader.isolation import REMEDIES, Isolation, measure
from grader.places import places_around
from grader.records import LayerState, Limits, Property
from grader.sandbox.client import Sandbox

MEGABYTE = 2**20


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What grader runs on."""

    grader: str
    python: str
    kernel: str
    user: str
    torch: str  # version, or that it is not installed
    memory_megabytes: int  # of the machine
    free_megabytes: int


class PropertyState(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried of a property of isolation."""

    name: str
    holds: bool
    tried: int
    succeeded: tuple[str, ...]  # what student code could do
    remedy: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `grader doctor` finds."""

    machine: Machine
    layers: tuple[LayerState, ...]
    properties: tuple[PropertyState, ...]

    def is_confined(self) -> bool:
        """Whether every property holds, so that `grader run` will grade."""
        return all(state.holds for state in self.properties)


def diagnose(assignment: Path) -> Diagnosis:
    """Run the self-test as `grader run` does."""
    places = places_around(assignment)
    with closing(Sandbox(Limits(), places.private)) as sandbox:
        isolation = measure(sandbox, places)
    states = tuple(_property(isolation, kind) for kind in Property)
    return Diagnosis(machine=_machine(), layers=isolation.layers, properties=states)


def _property(isolation: Isolation, kind: Property) -> PropertyState:
    trials = [trial for trial in isolation.trials if trial.property is kind]
    failed = tuple(trial.action for trial in trials if not trial.is_as_it_should)
    remedy = REMEDIES[kind] if failed else ""
    return PropertyState(name=kind.value, holds=not failed, tried=len(trials), succeeded=failed, remedy=remedy)


def _machine() -> Machine:
    page = os.sysconf("SC_PAGE_SIZE")
    return Machine(
        grader=__version__,
        python=f"{platform.python_version()} ({sys.executable})",
        kernel=f"{platform.system()} {platform.release()} {platform.machine()}",
        user="root" if os.geteuid() == 0 else f"an ordinary user ({os.geteuid()})",
        torch=_version_of("torch"),
        memory_megabytes=os.sysconf("SC_PHYS_PAGES") * page // MEGABYTE,
        free_megabytes=os.sysconf("SC_AVPHYS_PAGES") * page // MEGABYTE if "SC_AVPHYS_PAGES" in os.sysconf_names else 0,
    )


def _version_of(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "not installed: answers that use it cannot be graded"
