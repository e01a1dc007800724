"""A process that lives in one environment and tries the attacks that it is told by name, one per line."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

import environments
from arena import Arena
from catalogue import BY_NAME


def main(environment: str, omitted: frozenset[str]) -> None:
    """Enter the environment, then answer with what each attack achieved."""
    environments.enter(environment)
    with closing(Arena(omitted)) as arena:
        for line in sys.stdin:
            print(json.dumps(BY_NAME[line.strip()].run(arena)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], frozenset(sys.argv[2:]))
