"""Every attack, by family."""

from __future__ import annotations

import network
from attack import Attack

FAMILIES = (network,)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.ATTACKS)
BY_NAME = {attack.name: attack for attack in ATTACKS}
