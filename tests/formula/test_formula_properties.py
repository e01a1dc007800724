"""What holds for all formulas: printing and reading agree, values agree with exact fractions, comparison is never unfair."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from grader.formula import Formula, FormulaError, Node, compare, domain, evaluate, explain, parse, show
from grader.formula.limits import check
from grader.formula.modular import PRIME, Residues
from grader.formula.tree import Call, Known, Name, Negative, Number, Operation, Power
from grader.formula.walk import walk

NAMES = ("x", "y", "beta", "sigma_max")
POSITIVE = domain(x=(0.2, 3), y=(0.2, 3), beta=(0, 1), sigma_max=(0.5, 4))
AT = {"x": Fraction(7, 5), "y": Fraction(3, 11), "beta": Fraction(5, 8), "sigma_max": Fraction(9, 4)}
EXPONENTS = [(-2, 1), (-1, 1), (2, 1), (3, 1), (12, 1)]
ROOTS = [(1, 2), (-1, 2), (1, 3), (3, 4)]

numbers = st.builds(
    lambda digits, exponent: Number(digits, exponent if digits != "0" else 0),
    st.integers(0, 10**25 - 1).map(lambda number: str(number).rstrip("0") or "0"),
    st.integers(-40, 40),
)
small_numbers = st.sampled_from([Number("1"), Number("2"), Number("3"), Number("5", -1)])
names = st.sampled_from([Name(name) for name in NAMES])


def operations(of: st.SearchStrategy[Node], exponents: list[tuple[int, int]]) -> st.SearchStrategy[Node]:
    return (
        st.builds(Operation, st.sampled_from(["+", "-", "*", "/"]), of, of)
        | st.builds(Negative, of)
        | st.builds(lambda base, exponent: Power(base, *exponent), of, st.sampled_from(exponents))
    )


def with_functions(of: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    one = st.builds(lambda name, node: Call(name, (node,)), st.sampled_from(["sqrt", "abs", "exp", "log"]), of)
    many = st.builds(
        lambda name, nodes: Call(name, tuple(nodes)),
        st.sampled_from(["max", "min"]),
        st.lists(of, min_size=1, max_size=3),
    )
    return operations(of, EXPONENTS + ROOTS) | one | many


rational_trees: st.SearchStrategy[Node] = st.recursive(
    small_numbers | names, lambda of: operations(of, EXPONENTS[:4]), max_leaves=10
)
trees: st.SearchStrategy[Node] = st.recursive(
    small_numbers | names | st.just(Known("pi")), with_functions, max_leaves=10
)
printed_trees: st.SearchStrategy[Node] = st.recursive(
    numbers | names | st.sampled_from([Known("pi"), Known("i")]), with_functions, max_leaves=15
)
formulas = st.builds(Formula, st.tuples(printed_trees) | st.tuples(printed_trees), st.just("")) | st.builds(
    Formula,
    st.lists(printed_trees, min_size=2, max_size=4).map(tuple),
    st.sampled_from(["", "()", "[]", "(]", "[)", "{}"]),
)
pieces = st.text("xyabσβη0123456789.+-*/^()[]{}|,<>=±√²⁻₁ \\_$e", max_size=40) | st.lists(
    st.sampled_from(
        [
            *"xy()+-*/^|,{}[]<2",
            "\\frac",
            "\\sqrt",
            "beta",
            "sqrt(",
            "exp(",
            "max(",
            "²",
            "_",
            "1e9",
            "±",
            "eta =",
            "inf",
            "i",
        ]
    ),
    max_size=25,
).map("".join)


def infix(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts that Python and we must read in the same way."""
    return (
        st.builds(
            lambda left, sign, right: f"{left}{sign}{right}",
            inner,
            st.sampled_from(["+", " - ", "*", " / ", "*-", "--"]),
            inner,
        )
        | inner.map(lambda text: f"({text})")
        | inner.map(lambda text: f"-{text}")
        | st.builds(
            lambda text, power: f"({text})**{power}", inner, st.sampled_from(["2", "-1", "-2", "3", "2**1", "-1**2"])
        )
        | st.builds(
            lambda name, power: f"{name}**{power}",
            st.sampled_from(NAMES[:3]),
            st.sampled_from(["2", "-1", "-2", "(3)"]),
        )
    )


texts = st.recursive(st.sampled_from([*NAMES, "2", "3.5", "1e-2", ".25"]), infix, max_leaves=12)


def fitting(formula: Formula) -> Formula:
    try:
        check(formula)
        parse(show(formula))
    except FormulaError:
        reject()
    return formula


def exact(text: str, values: Mapping[str, Fraction]) -> Fraction:
    """What Python computes for the same text, in fractions."""
    python = re.sub(r"(?<![A-Za-z_\d.])(\d+\.?\d*(?:e-?\d+)?|\.\d+)", r"F('\1')", text.replace("^", "**"))
    try:
        return Fraction(eval(python, {"F": Fraction, **values}))  # noqa: S307
    except (ZeroDivisionError, OverflowError):
        reject()


@settings(deadline=None, max_examples=300)
@given(formulas)
def test_parse_of_show_is_the_same(formula: Formula) -> None:
    try:
        check(formula)
    except FormulaError:
        reject()
    text = show(formula)
    assume(len(text) <= 600)
    assert parse(text) == formula


@settings(deadline=None, max_examples=200)
@given(formulas)
def test_stored_formula_is_the_same(formula: Formula) -> None:
    assert msgspec.json.decode(msgspec.json.encode(formula), type=Formula) == formula


@settings(deadline=None, max_examples=300)
@given(texts)
def test_residue_is_that_of_python(text: str) -> None:
    formula = fitting(parse_or_skip(text))
    value = exact(text, AT)
    residues = {name: Residues().number(number) for name, number in AT.items()}
    assert walk(formula.items[0], Residues(), residues) == value.numerator * pow(value.denominator, -1, PRIME) % PRIME


@settings(deadline=None, max_examples=300)
@given(rational_trees)
def test_float_is_that_of_python(tree: Node) -> None:
    fitting(Formula((tree,)))
    value = exact(show(tree), AT)
    terms = exact(show(magnitude(tree)), AT)  # what rounding errors are relative to
    assume(terms < 1e300 and (value == 0 or abs(value) > Fraction(1, 10**300)))
    assume(not has_cancelled_denominator(tree))
    assert evaluate(tree, {name: float(number) for name, number in AT.items()}) == pytest.approx(
        float(value), rel=1e-9, abs=float(terms) * 1e-9
    )


@settings(deadline=None, max_examples=200)
@given(rational_trees)
def test_perturbed_formula_is_different(tree: Node) -> None:
    fitting(Formula((tree,)))
    assume(exact(show(tree), AT) != 0)
    perturbed = Formula((Operation("*", tree, parse("1 + 1e-7").items[0]),))
    assert compare(perturbed, Formula((tree,)), POSITIVE).outcome == "different"


@settings(deadline=None, max_examples=200)
@given(trees, st.integers(0, 2**32))
def test_rewritten_formula_is_never_different(tree: Node, seed: int) -> None:
    expected = fitting(Formula((tree,)))
    answer = fitting(Formula((rewritten(tree, random.Random(seed)),)))  # noqa: S311
    try:
        outcome = compare(answer, expected, POSITIVE).outcome
    except ValueError:
        reject()
    assert outcome != "different"


@settings(deadline=None, max_examples=200)
@given(rational_trees, st.integers(0, 2**32))
def test_rewritten_rational_formula_is_equal(tree: Node, seed: int) -> None:
    expected = fitting(Formula((tree,)))
    exact(show(tree), AT)
    answer = fitting(Formula((rewritten(tree, random.Random(seed)),)))  # noqa: S311
    assert compare(answer, expected, POSITIVE).outcome == "equal"


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=60) | pieces)
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        formula = parse(text, ("x", "y", "a", "b", "beta", "sigma", "eta"))
    except FormulaError:
        return
    assert parse(show(formula)) == formula


@settings(deadline=None, max_examples=200)
@given(formulas, st.sampled_from(["x", "sqrt(x)", "(0, x/y)", "{x, y}", "i sqrt(x)"]))
def test_any_formula_can_be_compared(formula: Formula, expected: str) -> None:
    verdict = compare(fitting(formula), parse(expected), POSITIVE)
    assert explain(formula, verdict)


@settings(deadline=None, max_examples=200)
@given(trees)
def test_any_formula_has_a_float(tree: Node) -> None:
    values: list[dict[str, float | complex]] = [
        {name: float(number) for name, number in AT.items()},
        dict.fromkeys(NAMES, math.nan),
        dict.fromkeys(NAMES, -math.inf),
        dict.fromkeys(NAMES, 1e300 + 1j),
    ]
    assert all(isinstance(evaluate(tree, each), float | complex) for each in values)


def parse_or_skip(text: str) -> Formula:
    try:
        return parse(text, NAMES)
    except FormulaError:
        reject()


def magnitude(node: Node) -> Node:
    """The same tree where nothing cancels in numerators: every difference is a sum."""
    match node:
        case Operation("/", left, right):
            return Operation("/", magnitude(left), right if not isinstance(right, Negative) else right.operand)
        case Operation(operator, left, right):
            return Operation("+" if operator == "-" else operator, magnitude(left), magnitude(right))
        case Negative(operand):
            return magnitude(operand)
        case Power(base, numerator, denominator) if numerator > 0:
            return Power(magnitude(base), numerator, denominator)
        case _:
            return node


def has_cancelled_denominator(node: Node) -> bool:
    """Whether something is divided by a sum, which may be nearly zero in floating point."""
    match node:
        case Operation("/", left, right):
            return "+" in show(right) or "-" in show(right) or has_cancelled_denominator(left)
        case Power(base, numerator):
            return (numerator < 0 and ("+" in show(base) or "-" in show(base))) or has_cancelled_denominator(base)
        case Operation(_, left, right):
            return has_cancelled_denominator(left) or has_cancelled_denominator(right)
        case Negative(operand):
            return has_cancelled_denominator(operand)
        case _:
            return False


def rewritten(node: Node, generator: random.Random) -> Node:
    """The same function, written in another way."""
    match node:
        case Operation(operator, left, right):
            left, right = rewritten(left, generator), rewritten(right, generator)
            return generator.choice(REWRITES[operator])(left, right)
        case Negative(operand):
            return Operation("*", Power(Negative(Number("1")), -1), rewritten(operand, generator))
        case Power(base, 2, 1):
            base = rewritten(base, generator)
            return Operation("*", base, base)
        case Power(base, numerator, denominator):
            return Power(rewritten(base, generator), numerator, denominator)
        case Call("sqrt", (argument,)):
            return Power(rewritten(argument, generator), 1, 2)
        case Call(function, arguments):
            return Call(function, tuple(rewritten(argument, generator) for argument in arguments[::-1]))
        case _:
            return node


ONE = Number("1")
REWRITES: dict[str, list[Callable[[Node, Node], Node]]] = {
    "+": [lambda a, b: Operation("+", b, a), lambda a, b: Operation("-", a, Negative(b)), lambda a, b: Negative(Operation("-", Negative(a), b))],
    "-": [lambda a, b: Negative(Operation("-", b, a)), lambda a, b: Operation("+", Negative(b), a)],
    "*": [lambda a, b: Operation("*", b, a), lambda a, b: Operation("+", Operation("*", Operation("-", a, ONE), b), b)],
    "/": [lambda a, b: Operation("*", a, Power(b, -1)), lambda a, b: Negative(Operation("/", a, Negative(b)))],
}  # fmt: skip
