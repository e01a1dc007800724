"""Splitting into statements; what does not parse costs only its own block."""

from __future__ import annotations

import pytest

from grader.submission.blocks import Block, split_statements


def texts(source: str) -> list[str]:
    return [block.text for block in split_statements(source) if block.node is not None]


def faults(source: str) -> list[tuple[int, str]]:
    return [(block.fault_line, block.fault) for block in split_statements(source) if block.node is None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1\nb = 2", ["a = 1", "b = 2"]),
        ("a = 1; b = 2", ["a = 1", "b = 2"]),
        ("@deco\ndef f():\n    pass\nx = 1", ["@deco\ndef f():\n    pass", "x = 1"]),
        ("x = (1,\n2)\ny = 3", ["x = (1,\n2)", "y = 3"]),
        ("if a:\n  b\nelse:\n  c", ["if a:\n  b\nelse:\n  c"]),
        ("é = 'ü'; b = 2", ["é = 'ü'", "b = 2"]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_split_statements_keeps_the_text(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_split_statements_knows_the_first_line() -> None:
    assert [block.line for block in split_statements("\n\n@deco\ndef f(): pass\n\nx = 1")] == [3, 6]


@pytest.mark.parametrize(
    ("source", "survivors"),
    [
        ("a = 1\nlr = ?\nb = 2", ["a = 1", "b = 2"]),
        ("def f(x)\n    return x\n\ndef g(x):\n    return x", ["def g(x):\n    return x"]),
        ("x = [1,\n2\ndef g():\n    return 1", ["def g():\n    return 1"]),
        ("@deco\ndef f(:\n    pass\n@deco\ndef g():\n    pass", ["@deco\ndef g():\n    pass"]),
        ("if a:\n    b = ?\nelse:\n    c = 1\nd = 2", ["d = 2"]),
        ('def f():\n    """doc\nstill doc\n    """\n    return ?\nx = 1', ["x = 1"]),
        ("s = '''\ndef not_code():\n'''\nlr = ?", ["s = '''\ndef not_code():\n'''"]),
        ("a = 1\n)\nb = 2", ["b = 2"]),
    ],
)
def test_split_statements_saves_the_blocks_around_a_broken_one(source: str, survivors: list[str]) -> None:
    assert texts(source) == survivors


def test_split_statements_names_the_line_of_the_fault() -> None:
    assert faults("a = 1\n\ndef f(x):\n    y = ?\n    return y") == [(4, "invalid syntax")]


def test_split_statements_reads_python_2_prints() -> None:
    blocks = list(split_statements("def f(x):\n    print 'x is', x\n    return x\nprint f(1)"))
    assert [block.text for block in blocks] == ["def f(x):\n    print('x is', x)\n    return x", "print(f(1))"]
    assert all(block.has_print_statement for block in blocks)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print 'a'  # comment", "print('a')  # comment"),
        ("if x > 0: print 'a'", "if x > 0: print('a')"),
        ("print 'a' % b,", "print('a' % b)"),
        ("print 'a; # b: c', d", "print('a; # b: c', d)"),
        ("print 'a %s' % (\n  x)", "print('a %s' % (\n  x))"),
        ("print >>sys.stderr, 'a'; print 'b'", "print('a', file=sys.stderr);print('b')"),
        ("for i in x:\n    print i,\nelse: print 'print b'", "for i in x:\n    print(i)\nelse: print('print b')"),
    ],
)
def test_split_statements_reads_prints_wherever_they_stand(source: str, expected: str) -> None:
    assert ";".join(texts(source)) == expected


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "-" * 200_000 + "1",
        "x = " + "1+" * 100_000 + "1",
        "a\x00b",
        "if 1:\n" * 1 + " " * 200 + "if 1:\n" * 150,
    ],
)
def test_split_statements_survives_what_the_parser_does_not(source: str) -> None:
    assert all(isinstance(block, Block) for block in split_statements(source))


def test_split_statements_refuses_a_very_long_text() -> None:
    assert faults("x = 1\n" * 900_000) == [(1, "it is longer than 5242880 characters")]


def test_split_statements_reads_a_long_text_piece_by_piece() -> None:
    long = "x = '" + "a" * 2**20 + "'"
    assert texts(long + "\ndef f():\n    return 1") == ["def f():\n    return 1"]
    assert faults(long) == [(1, "it is longer than 1048576 characters")]
