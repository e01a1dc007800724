"""Modules that are imported when they are first used."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from types import ModuleType


class _Later(ModuleType):
    """Stands for a module until somebody wants something of it."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        self.__dict__.update(module.__dict__)  # so that this is not asked again
        return getattr(module, name)


def import_later(name: str) -> None:
    """Let `import name` give a stand-in, which becomes the module when it is first used.

    For a command that mostly does without: modules may name it at their top as usual. Only for a top-level module of
    which nothing has been imported yet; else nothing happens.
    """
    spec = None if name in sys.modules else PathFinder.find_spec(name)
    if spec is not None:
        module = sys.modules[name] = _Later(name)
        module.__spec__ = spec
