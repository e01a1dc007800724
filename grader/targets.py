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


Target = FunctionTarget | ProbeTarget
