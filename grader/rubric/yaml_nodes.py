"""YAML text as plain data with the line of every node.

Built from the parser's events rather than by a loader: nothing is constructed but None, bool, int, float, str, list and
dict, and limits hold while reading. What the editor's YAML 1.2 would read differently, or could hide a mistake
(duplicate keys, merge keys, tags), is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, DocumentStartEvent, Event, ScalarEvent, SequenceStartEvent

from grader.rubric.yaml_scalars import CORE_TAGS, Scalar, read_plain, read_tagged

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 50
NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster, where it exists

Children = Mapping["str | int", "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its plain data, its line (1-based; of the key, for a mapping's value), its children by key or index."""

    data: object
    line: int
    children: Children = field(default_factory=lambda: MappingProxyType({}))
    size: int = 1  # nodes, aliases expanded
    height: int = 1


@dataclass(frozen=True, slots=True)
class YamlFault:
    """What is wrong with a text as YAML, at a line (1-based)."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What was read; `root` is None when it could not be read at all, and then there is at least one fault."""

    root: Node | None
    faults: tuple[YamlFault, ...] = ()


class _UnreadableError(Exception):
    """Reading cannot go on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.fault = YamlFault(line, message)


def read_yaml(data: bytes) -> YamlFile:
    """Read one YAML document; every fault that still allows to read on is reported together."""
    reader = _Reader()
    try:
        return YamlFile(reader.read(_decode(data)), tuple(reader.faults))
    except _UnreadableError as error:
        return YamlFile(None, (*reader.faults, error.fault))
    except yaml.MarkedYAMLError as error:
        return YamlFile(None, (*reader.faults, _syntax_fault(error)))


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _UnreadableError(1, f"the file has {len(data)} bytes; the limit is {MAX_BYTES}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(line, "not UTF-8: save the file with the encoding UTF-8") from None
    if match := NOT_PRINTABLE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise _UnreadableError(line, f"the control character {match.group()!r} is not allowed")
    return text


def _syntax_fault(error: yaml.MarkedYAMLError) -> YamlFault:
    mark = error.problem_mark or error.context_mark
    words = (error.context, error.problem)
    return YamlFault(mark.line + 1 if mark else 1, f"not YAML: {', '.join(word for word in words if word)}")


@dataclass(slots=True)
class _Reader:
    """The state while reading one document."""

    faults: list[YamlFault] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)  # None: still being read
    nodes: int = 0
    depth: int = 0

    def read(self, text: str) -> Node:
        events: Iterator[Event] = yaml.parse(text, Loader=LOADER)
        starts = (event for event in events if isinstance(event, DocumentStartEvent))
        if next(starts, None) is None:
            raise _UnreadableError(1, "the file is empty")
        root = self.node(next(events), events)
        if second := next(starts, None):
            raise _UnreadableError(_line(second), "a second document starts here; a file holds one")
        return root

    def node(self, event: Event, events: Iterator[Event]) -> Node:
        if isinstance(event, AliasEvent):
            return self.alias(event)
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = None
        self.count(event, 1, 1)
        self.depth += 1
        node = self.content(event, events)
        self.depth -= 1
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def content(self, event: Event, events: Iterator[Event]) -> Node:
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        self.check_tag(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, events)
        return self.mapping(event, events)

    def alias(self, event: AliasEvent) -> Node:
        name = event.anchor or ""
        node = self.anchors.get(name)
        if node is None:
            reason = "contains itself" if name in self.anchors else "has no anchor before it"
            raise _UnreadableError(_line(event), f"the alias *{name} {reason}")
        self.count(event, node.size, node.height)
        return Node(node.data, _line(event), node.children, node.size, node.height)

    def scalar(self, event: ScalarEvent) -> Node:
        try:
            value = self.scalar_value(event)
        except ValueError as error:
            self.faults.append(YamlFault(_line(event), str(error)))
            value = event.value
        return Node(value, _line(event))

    def scalar_value(self, event: ScalarEvent) -> Scalar:
        if event.tag not in (None, "!"):
            return read_tagged(event.tag, event.value) if self.check_tag(event) else event.value
        return read_plain(event.value) if event.implicit[0] and event.tag is None else event.value

    def sequence(self, event: Event, events: Iterator[Event]) -> Node:
        children: dict[str | int, Node] = {}
        for index, item in enumerate(_until_end(events)):
            children[index] = self.node(item, events)
        return _branch([child.data for child in children.values()], event, children)

    def mapping(self, event: Event, events: Iterator[Event]) -> Node:
        children: dict[str | int, Node] = {}
        for key_event in _until_end(events):
            key = self.key(key_event)
            value = self.node(next(events), events)
            if key in children:
                first = children[key].line
                self.faults.append(YamlFault(_line(key_event), f'duplicate key "{key}" (first in line {first})'))
            else:
                children[key] = Node(value.data, _line(key_event), value.children, value.size, value.height)
        return _branch({key: child.data for key, child in children.items()}, event, children)

    def key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise _UnreadableError(_line(event), "a key must be a plain text")
        self.count(event, 1, 1)
        self.check_tag(event)
        if event.value == "<<" and event.implicit[0]:
            self.faults.append(
                YamlFault(_line(event), "merge keys (<<) are not part of YAML 1.2: write the fields out")
            )
        return event.value

    def check_tag(self, event: Event) -> bool:
        tag: str | None = getattr(event, "tag", None)
        if tag is None or tag == "!" or tag in CORE_TAGS:
            return True
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self.faults.append(YamlFault(_line(event), f"the tag {shown} is not allowed"))
        return False

    def count(self, event: Event, size: int, height: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise _UnreadableError(_line(event), f"more than {MAX_NODES} nodes (aliases expanded)")
        if self.depth + height > MAX_DEPTH:
            raise _UnreadableError(_line(event), f"nested more than {MAX_DEPTH} levels deep")


def _until_end(events: Iterator[Event]) -> Iterator[Event]:
    """The events that start an item, until the collection ends; the caller consumes each item's own events."""
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return
        yield event


def _branch(data: object, event: Event, children: dict[str | int, Node]) -> Node:
    sizes = [child.size for child in children.values()]
    heights = [child.height for child in children.values()]
    return Node(data, _line(event), MappingProxyType(children), 1 + sum(sizes), 1 + max(heights, default=0))


def _line(event: Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1 if mark else 1
