"""`python stat_shows.py ENVIRONMENT`: what stat(2) shows a child of a file that it must not read, as JSON."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

import environments
from arena import Arena

from grader.records import Returned

STAT = """
import os
def attack(facts):
    try:
        return os.stat(facts["secret"]).st_size
    except OSError as error:
        return error.strerror
"""


def main(environment: str) -> None:
    """What shows of a file in a folder that everybody may enter, and in a private one; which layers are on."""
    environments.enter(environment)
    with closing(Arena()) as arena:
        shown = {"open": _shown(arena)}
        Path(arena.facts.secret).parent.chmod(0o700)
        shown["private"] = _shown(arena)
        print(json.dumps(shown | {"layers": [layer.name for layer in arena.sandbox.layers if layer.is_active]}))


def _shown(arena: Arena) -> object:
    answer = arena.call(STAT)
    return answer.value if isinstance(answer, Returned) else repr(answer)


if __name__ == "__main__":
    main(sys.argv[1])
