"""What a check calls in the child. Kept apart from the plan: a child knows nothing else of it."""

from __future__ import annotations

import msgspec


class FunctionTarget(msgspec.Struct, frozen=True, kw_only=True, tag="function"):
    """Call the function `name` with the case's arguments, by position."""

    name: str
    parameters: tuple[str, ...] = ()  # of the signature, to show a call
    libraries: tuple[str, ...] = ()


class ProbeTarget(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """Run the author's function `probe` of `source` on the student's namespace: `probe(namespace, *arguments)`."""

    name: str  # the student's function that the probe needs
    probe: str
    source: str
    parameters: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()  # top-level modules that its source imports


class ValueTarget(msgspec.Struct, frozen=True, kw_only=True, tag="value"):
    """The value of the module-level name `name`."""

    name: str
    parameters: tuple[str, ...] = ()  # none
    libraries: tuple[str, ...] = ()


class LogTarget(msgspec.Struct, frozen=True, kw_only=True, tag="log"):
    """Run the author's function `probe` of `source` on the files that came with the code: `probe(logs, *arguments)`.

    `logs` is a dict from a path ("submission_logs/results.json") to what the file holds.
    """

    name: str  # the reference's function that makes right ones
    probe: str
    source: str
    parameters: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


Target = FunctionTarget | ProbeTarget | ValueTarget | LogTarget
