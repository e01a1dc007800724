"""Which attacks succeed when a layer is left out: `python tests/attacks/layers_off.py` tries all and stores the names."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

from catalogue import ATTACKS
from servers import DIED, Servers

STORED = Path(__file__).with_name("layers_off.json")


class Off(NamedTuple):
    """A layer, where it is looked at (where few others stand behind it), and what is left out there."""

    layer: str
    environment: str
    omitted: tuple[str, ...]


ROWS = (
    Off("namespaces", "user-namespaces", ("namespaces", "landlock", "no-open")),
    Off("descriptors", "user", ("descriptors",)),
    Off("limits", "user", ("limits",)),
    Off("user", "docker", ("user", "landlock", "no-open")),
    Off("privileges", "user", ("privileges",)),
    Off("landlock", "user", ("landlock", "no-open")),
    Off("seccomp", "user", ("seccomp",)),
    Off("no-open", "user-no-landlock", ("no-open",)),
)
# What already succeeds where the layer is on, but those behind it are left out too: not its merit.
BEHIND = {
    "namespaces": Off("", "user-namespaces", ("landlock", "no-open")),
    "user": Off("", "docker", ("landlock", "no-open")),
}


def succeeding(off: Off) -> list[str]:
    """The names of the attacks that get through there."""
    with closing(Servers()) as servers:
        achieved = {attack.name: servers.run(attack.name, off.environment, *off.omitted) for attack in ATTACKS}
    if died := [name for name, what in achieved.items() if what.startswith(DIED)]:
        raise RuntimeError(f"without {off.layer}, the grader died of {died}")
    return [name for name, what in achieved.items() if what]


def stored() -> dict[str, list[str]]:
    """By layer, the names as they were found."""
    found: dict[str, list[str]] = json.loads(STORED.read_text("utf-8"))
    return found


def main(*layers: str) -> None:
    """Try every attack without each layer, or without these."""
    found = stored() if layers else {}
    for off in (row for row in ROWS if row.layer in layers or not layers):
        anyway = set(succeeding(BEHIND[off.layer])) if off.layer in BEHIND else set()
        found[off.layer] = [name for name in succeeding(off) if name not in anyway]
        print(off.layer, len(found[off.layer]), flush=True)
    STORED.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
