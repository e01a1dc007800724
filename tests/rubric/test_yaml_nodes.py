from __future__ import annotations

import pytest

from grader.rubric.yaml_nodes import MAX_BYTES, YamlFault, read_yaml

LAUGHS = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)
)


def data_of(text: str) -> object:
    read = read_yaml(text.encode())
    assert read.faults == ()
    assert read.root is not None
    return read.root.data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1e-6\nb: no", {"a": 1e-6, "b": "no"}),
        ("y: [1, '1', \"no\", ~]", {"y": [1, "1", "no", None]}),
        ("a: !!str 3\nb: ! 4", {"a": "3", "b": "4"}),
        ("a: &x {b: [1]}\nc: *x", {"a": {"b": [1]}, "c": {"b": [1]}}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("1: a\nnull: b\ntrue: c", {"1": "a", "null": "b", "true": "c"}),
        ("\ufeffa: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("%YAML 1.1\n---\na: no\n...\n", {"a": "no"}),
        ("'<<': 1", {"<<": 1}),
        ("3", 3),
        ("a: {}\nb: []", {"a": {}, "b": []}),
    ],
)
def test_read_yaml_data(text: str, data: object) -> None:
    assert data_of(text) == data


@pytest.mark.parametrize(
    ("path", "line"),
    [(("a",), 2), (("b",), 3), (("b", 0), 4), (("b", 1), 5), (("b", 1, "d"), 6), (("e",), 8), (("e", "c"), 5)],
)
def test_read_yaml_lines_are_those_of_keys_and_items(path: tuple[str | int, ...], line: int) -> None:
    node = read_yaml(b"# a comment\na: 1\nb:\n  - c: 1\n  - &x\n    d: 2\n\ne: *x\n").root
    if path == ("e", "c"):  # an alias's inner lines are those of its anchor
        node = read_yaml(b"\n\n\nx: &x\n  c: 1\ne: *x\n").root
    for step in path:
        assert node is not None
        node = node.children[step]
    assert node is not None
    assert node.line == line


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "the file is empty")]),
        ("# only a comment\n", [(1, "the file is empty")]),
        ("a: [1, 2\nb: 3", [(2, "not YAML: while parsing a flow sequence, did not find expected ',' or ']'")]),
        ("a: 1\n  b: 2", [(2, "not YAML: mapping values are not allowed in this context")]),
        ("a:\n\tb: 1", [(2, "not YAML: while scanning for the next token, found character that cannot start any token")]),
        ("a: 1\nb: 2\na: 3", [(3, 'duplicate key "a" (first in line 1)')]),
        (
            "a: 1\n'a': 2\nb: {c: 1, c: 2}",
            [(2, 'duplicate key "a" (first in line 1)'), (3, 'duplicate key "c" (first in line 3)')],
        ),
        ("a: !!python/name:os.system x", [(1, "the tag !!python/name:os.system is not allowed")]),
        ("a: !!set {x}", [(1, "the tag !!set is not allowed")]),
        ("a: !mine [x]", [(1, "the tag !mine is not allowed")]),
        ("a: !!int x", [(1, "'x' is not of the kind !!int")]),
        ("b: &b {x: 1}\na:\n  <<: *b", [(3, "merge keys (<<) are not part of YAML 1.2: write the fields out")]),
        ("a: 1\n--- \nb: 2", [(2, "a second document starts here; a file holds one")]),
        ("a: &a [*a]", [(1, "the alias *a contains itself")]),
        ("a: 1\nb: *c", [(2, "the alias *c has no anchor before it")]),
        ("a: 1\n[b]: 2", [(2, "a key must be a plain text")]),
        ("a: 1\nb: \x01", [(2, "the control character '\\x01' is not allowed")]),
        ("[" * 51 + "]" * 51, [(1, "nested more than 50 levels deep")]),
        ("[" * 500, [(1, "nested more than 50 levels deep")]),
        ("a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 25 + "*a" + "]" * 25, [(2, "nested more than 50 levels deep")]),
        (LAUGHS, [(5, "more than 100000 nodes (aliases expanded)")]),
        ("[" + "1," * 100_000 + "]", [(1, "more than 100000 nodes (aliases expanded)")]),
        ("a: 1\nb: 1e999", [(2, "1e999 is too large for a number; write .inf for infinity")]),
    ],
)  # fmt: skip
def test_read_yaml_faults(text: str, faults: list[tuple[int, str]]) -> None:
    assert [(fault.line, fault.message) for fault in read_yaml(text.encode()).faults] == faults


def test_read_yaml_bytes_that_are_not_utf8() -> None:
    message = "not UTF-8: save the file with the encoding UTF-8"
    assert read_yaml("a: 1\nb: Größe".encode("latin-1")).faults == (YamlFault(2, message),)


def test_read_yaml_file_that_is_too_large() -> None:
    message = f"the file has {MAX_BYTES + 1} bytes; the limit is {MAX_BYTES}"
    assert read_yaml(b"#" * (MAX_BYTES + 1)).faults == (YamlFault(1, message),)


def test_read_yaml_largest_file_that_is_read() -> None:
    assert read_yaml(b"a: 1 #" + b"x" * (MAX_BYTES - 6)).faults == ()


def test_read_yaml_fault_after_which_reading_goes_on_keeps_the_data() -> None:
    read = read_yaml(b"a: 1\na: 2\nb: 3")
    assert read.root is not None
    assert read.root.data == {"a": 1, "b": 3}
