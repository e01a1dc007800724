"""What a probe of logs reads: dicts that say in words what is missing."""

from __future__ import annotations

from grader.records import Log


class MissingLogError(LookupError):
    """A file, or something in a file, that was not handed in; the message is for a person."""


class LogFiles(dict[str, object]):
    """The logs by their paths."""

    def __missing__(self, path: str) -> object:
        """Say so."""
        raise MissingLogError(f"{path} was not handed in, or cannot be read")


class LogContent(dict[str, object]):
    """What a log holds, by name."""

    def __init__(self, path: str, content: dict[str, object]) -> None:
        super().__init__(content)
        self.path = path

    def __missing__(self, name: str) -> object:
        """Say so."""
        raise MissingLogError(f'{self.path} has no "{name}"')


def named(log: Log, content: object) -> object:
    """The content of a log, which knows its name."""
    return LogContent(log.path, content) if isinstance(content, dict) else content
