"""Every attack in every environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import environments
import pytest
from attack import Attack
from catalogue import ATTACKS
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
