"""Every attack in every environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import environments
import pytest
from attack import Attack
from catalogue import ATTACKS
from layers_off import ROWS, Off, stored
from servers import Servers

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the other environments")


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A process for each environment; each worker of the tests has its own."""
    with closing(Servers()) as running:
        yield running


@pytest.mark.parametrize("environment", environments.NAMES)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_stopped(servers: Servers, environment: str, attack: Attack) -> None:
    assert servers.run(attack.name, environment) == ""


TRIES = 3  # on a busy machine, an attack may not have time enough


@pytest.mark.parametrize("off", ROWS, ids=lambda off: off.layer)
def test_layer_matters(off: Off) -> None:
    """What was found to succeed without a layer still does: no other one has made it superfluous."""
    found = stored()[off.layer]
    first = found[:2]
    with closing(Servers()) as servers:
        tries = {name: (servers.run(name, off.environment, *off.omitted) for _try in range(TRIES)) for name in first}
        achieved = {name: next(filter(None, results), "") for name, results in tries.items()}
    assert first
    assert [name for name, what in achieved.items() if not what] == []
