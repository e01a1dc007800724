"""A small homework with everything that a handout can have, to write into a folder."""

from __future__ import annotations

from pathlib import Path

HOMEWORK = {
    "rubrics/hw.yaml": """\
assignment: hw
title: Powers
questions: [q1.yaml]
starter: starter
statement: Everything is real.
""",
    "rubrics/q1.yaml": """\
question: 1
title: Numbers
reference: powers.py
parts:
  - part: a
    title: A power
    points: 3
    statement: Square $x$ and multiply.
    given: given/data.py
    function: power
    signature: "power(x, n=2) -> y"
    mistakes: [power_doubled]
    stubs:
      power: n times the square of x.

    checks:
      - name: the power
        points: 2
        cases:
          - {x: 3.0}
          - random: {count: 3, x: {uniform: [2, 9]}}
        compare: close
        formula:
          answer: answer_1a
          expected: n*x^2
          where: {x: [1, 2], n: [1, 2]}
      - name: large_ones
        points: 1
        visibility: after_due_date
        cases:
          - {x: 1000.0, n: 3}
        compare: close
  - part: b
    title: A sum
    points: 2
    needs: [a]
    function: total
    signature: "total(xs) -> y"
    stubs:
      total: {file: stubs/total.py}
    checks:
      - name: the sum
        points: 1
        cases:
          - {xs: [1.0, 2.0]}
          - random: {count: 2, xs: {normal: {shape: 4}}}
        compare: close
      - name: twice
        points: 1
        probe: twice
        parameters: [xs]
        cases:
          - {xs: [1.0, 2.0]}
        compare: close
  - part: c
    title: Why
    points: 4
    written:
      points: 4
      checklist: [because of the order of the numbers]
  - part: d
    title: A step
    points: 1
    function: step
    signature: "step(w) -> w"
    checks:
      - {name: the step, points: 1, cases: [{w: 1.0}, {w: 2.0}], compare: close}
""",
    "rubrics/given/data.py": "def helper(x):\n    return x\n\n# %%\nDATA = 3\n",
    "rubrics/stubs/total.py": "def total(xs):\n    return ?\n",
    "rubrics/probes/powers.py": """\
\"\"\"Probes.\"\"\"
import numpy as np

SECRET = "for another probe"


def _doubled(number):
    return np.multiply(number, 2)


def twice(namespace, xs):
    return _doubled(namespace["total"](xs))


def other(namespace):
    return SECRET
""",
    "rubrics/starter/net/rules.py": "def step(w):\n    raise NotImplementedError\n",
    "reference/powers.py": """\
def power(x, n=2):
    return n * x**2


def total(xs):
    return sum(xs)


def step(w):
    return w + 1
""",
    "reference/mistakes/powers.py": 'def power_doubled(x, n=2):\n    """Multiplied."""\n    return x * n\n',
}
RIGHT = "def power(x, n=2):\n    return x * n * x"


def homework(folder: Path, *swaps: tuple[str, str]) -> Path:
    """The homework's folder; `swaps` are replacements in its files."""
    for name, content in HOMEWORK.items():
        text = content
        for old, new in swaps:
            text = text.replace(old, new)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


SQUARES = """\
question: 1
title: Squares
reference: squares.py
parts:
  - part: a
    title: A square
    points: 2
    function: square
    signature: "square(x) -> y"
    checks:
      - {name: squares, points: 2, cases: [{x: 2.0}, {x: 3.0}], compare: close}
"""
