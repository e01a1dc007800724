"""Files that students got and did not hand in again."""

from __future__ import annotations

import msgspec

from grader.records import Candidate, Module, Reading


def with_starter(reading: Reading, starter: tuple[Module, ...]) -> Reading:
    """The reading with the starter's files that the submission lacks; a note says so when an answer may import them."""
    missing = tuple(module for module in starter if not _has(reading, module))
    packages = {module.path.partition("/")[0].removesuffix(".py") for module in missing}
    notes = reading.notes
    if any(_may_import(candidate, packages, reading) for candidate in reading.candidates):
        names = ", ".join(module.path for module in missing)
        notes = (*notes, f"not handed in, so the files of the handout are used: {names}")
    return msgspec.structs.replace(reading, modules=reading.modules + missing, notes=notes)


def _has(reading: Reading, module: Module) -> bool:
    return any(f"/{own.path}".endswith(f"/{module.path}") for own in reading.modules)


def _may_import(candidate: Candidate, packages: set[str], reading: Reading) -> bool:
    """Whether its slice imports one of the packages, or its file lies in one (and may import the others relatively)."""
    folders = reading.documents[candidate.document].name.split("/")[:-1]
    return not candidate.is_placeholder and not packages.isdisjoint({*candidate.libraries, *folders})
