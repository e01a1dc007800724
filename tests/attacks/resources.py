"""Attacks that use the machine up: time, processes, memory, output (family F)."""

from __future__ import annotations

import amounts
import deadlines
import floods
from attack import Attack

UNTESTED: dict[int, str] = {}
ATTACKS: tuple[Attack, ...] = (*deadlines.ATTACKS, *amounts.ATTACKS, *floods.ATTACKS)
