"""Every attack, by family."""

from __future__ import annotations

import answers
import channels
import credit
import crosstalk
import files
import handed_in
import harness
import kernel_objects
import network
import notebooks
import patching
import persistence
import processes
import reports
import resources
import results
import searches
import side_channels
import theft
from attack import Attack

FAMILIES = (
    answers,
    handed_in,
    notebooks,
    reports,
    credit,
    channels,
    network,
    files,
    harness,
    patching,
    persistence,
    processes,
    theft,
    kernel_objects,
    results,
    searches,
    crosstalk,
    resources,
    side_channels,
)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.ATTACKS)
BY_NAME = {attack.name: attack for attack in ATTACKS}
UNTESTED: dict[int, str] = {
    number: why for family in FAMILIES for number, why in getattr(family, "UNTESTED", {}).items()
}
