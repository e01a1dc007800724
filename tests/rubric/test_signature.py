from __future__ import annotations

import re

import pytest

from grader.rubric.signature import Parameter, Signature, SignatureError, order_arguments, parse_signature
from grader.values import Items, Value


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("f() -> y", Signature("f", (), ("y",))),
        ("f(a)", Signature("f", (Parameter("a"),), ())),
        ("f(a)->(lo, hi)", Signature("f", (Parameter("a"),), ("lo", "hi"))),
        ("f(a) -> lo, hi", Signature("f", (Parameter("a"),), ("lo", "hi"))),
        (
            " f(a, b=-0.5, c=None) -> y ",
            Signature(
                "f",
                (Parameter("a"), Parameter("b", is_required=False, default=-0.5), Parameter("c", is_required=False)),
                ("y",),
            ),
        ),
        (
            "f(a=(1, 2)) -> y",
            Signature("f", (Parameter("a", is_required=False, default=Items("tuple", (1, 2))),), ("y",)),
        ),
    ],
)
def test_parse_signature(text: str, signature: Signature) -> None:
    assert parse_signature(text) == signature


LIKE = "write it like 'name(a, b=0.0) -> (x, y)'"
AFTER = "after -> comes a name or several in parentheses, as in 'name(a, b=0.0) -> (x, y)'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f", f"'f' is not a signature; {LIKE}"),
        ("f(a", f"'f(a' is not a signature; {LIKE}"),
        ("f(a, a) -> y", "'f(a, a) -> y': two parameters have the same name"),
        ("f(): print(1)\ndef g()", f"'f(): print(1)\\ndef g()' is not a signature; {LIKE}"),
        ("f(): return 1 #", f"'f(): return 1 #' is not a signature; {LIKE}"),
        ("f(a\0)", f"'f(a\\x00)' is not a signature; {LIKE}"),
        ("f(*a)", "'f(*a)': only plain parameters are allowed, no *, ** or /"),
        ("f(a, *, b)", "'f(a, *, b)': only plain parameters are allowed, no *, ** or /"),
        ("f(a, /)", "'f(a, /)': only plain parameters are allowed, no *, ** or /"),
        ("f(a=np.pi)", "'f(a=np.pi)': the default np.pi is not a literal value"),
        ("f(a) -> ", f"'f(a) -> ': {AFTER}"),
        ("f(a) -> 3", f"'f(a) -> 3': {AFTER}"),
        ("f(a) -> ()", f"'f(a) -> ()': {AFTER}"),
        ("f(a) -> (x, x)", f"'f(a) -> (x, x)': {AFTER}"),
        ("f(a) -> y -> z", f"'f(a) -> y -> z': {AFTER}"),
    ],
)
def test_parse_signature_refuses(text: str, message: str) -> None:
    with pytest.raises(SignatureError, match=f"^{re.escape(message)}$"):
        parse_signature(text)


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({"a": 1}, (1,)),
        ({"b": 2, "a": 1}, (1, 2)),
        ({"a": 1, "c": 3}, (1, 0.5, 3)),
        ({"a": 1, "b": None}, (1, None)),
        ({}, ()),
    ],
)
def test_order_arguments(given: dict[str, Value], arguments: tuple[Value, ...]) -> None:
    parameters = parse_signature("f(a, b=0.5, c=None)").parameters
    assert order_arguments(parameters, given) == arguments
