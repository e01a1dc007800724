"""Every attack, by family."""

from __future__ import annotations

import answers
import channels
import credit
import crosstalk
import files
import handed_in
import harness
import network
import notebooks
import patching
import persistence
import processes
import reports
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
    crosstalk,
)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.ATTACKS)
BY_NAME = {attack.name: attack for attack in ATTACKS}
