"""Every attack, by family."""

from __future__ import annotations

import answers
import channels
import credit
import handed_in
import network
import notebooks
import reports
from attack import Attack

FAMILIES = (answers, handed_in, notebooks, reports, credit, channels, network)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.ATTACKS)
BY_NAME = {attack.name: attack for attack in ATTACKS}
