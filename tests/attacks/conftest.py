"""The environments, for the tests of attacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The environments; each worker of the tests has its own."""
    running = Servers()
    yield running
    running.close()
