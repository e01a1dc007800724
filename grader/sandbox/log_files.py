"""What a probe of logs reads: dicts and lists that say in words what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from grader.codec import thaw
from grader.records import Log


class MissingLogError(LookupError):
    """A file, or something in a file, that was not handed in; the message is for a person."""


class LogFiles(dict[str, object]):
    """The logs by their paths, as fresh copies: no probe can change what the next one reads."""

    def __init__(self, logs: Iterable[Log]) -> None:
        logs = tuple(logs)
        super().__init__({log.path: _named(log) for log in logs if not log.fault})
        self._faults = {log.path: log.fault for log in logs if log.fault}

    def __missing__(self, path: str) -> object:
        """Say why there is nothing."""
        fault = self._faults.get(path)
        raise MissingLogError(f"{path} cannot be read: {fault}" if fault else f"{path} was not handed in")


class LogContent(dict[str, object]):
    """What a log holds, by name."""

    def __init__(self, path: str, content: dict[str, object]) -> None:
        super().__init__(content)
        self.path = path

    def __missing__(self, name: str) -> object:
        """Say what was looked for."""
        raise MissingLogError(f'{self.path} has no "{name}"')


class LogItems(list[object]):
    """What a log holds, in a row."""

    def __init__(self, path: str, content: list[object]) -> None:
        super().__init__(content)
        self.path = path

    def __getitem__(self, index: Any) -> Any:
        """Like a list's, with the file named where there is no such item."""
        if isinstance(index, str):
            raise MissingLogError(f'{self.path} has no "{index}": it is a list')
        try:
            return super().__getitem__(index)
        except IndexError:
            raise MissingLogError(f"{self.path} has only {len(self)} items") from None


def on_logs(probe: Callable[..., object], logs: Iterable[Log]) -> Callable[..., object]:
    """The probe as a function of its other arguments."""
    return lambda *arguments: _plain(probe(LogFiles(logs), *arguments))


def _plain(thing: object) -> object:
    """What a probe returns as it is, or as it lies in a log."""
    if isinstance(thing, LogFiles | LogContent):
        return {**thing}
    return [*thing] if isinstance(thing, LogItems) else thing


def _named(log: Log) -> object:
    content = thaw(log.value)
    if isinstance(content, dict):
        return LogContent(log.path, content)
    return LogItems(log.path, content) if isinstance(content, list) else content
