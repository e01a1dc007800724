"""Signatures as the rubric writes them: `gd_scalar_path(sigma, y, eta, T, w0=0.0) -> path`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from grader.codec import freeze
from grader.values import Value

EXAMPLE = "name(a, b=0.0) -> (x, y)"


class SignatureError(ValueError):
    """A text that is not a signature; the message says why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `default` counts only if it is not required."""

    name: str
    is_required: bool = True
    default: Value = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function is called, takes and returns; `outputs` is empty when the rubric does not name them."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)


def parse_signature(text: str) -> Signature:
    """The signature in `text`. Raises SignatureError."""
    head, arrow, tail = text.partition("->")
    function = _parse_head(head.strip(), text)
    return Signature(
        name=function.name,
        parameters=_parameters(function.args, text),
        outputs=_outputs(tail.strip(), text) if arrow else (),
    )


def order_arguments(parameters: tuple[Parameter, ...], given: Mapping[str, Value]) -> tuple[Value, ...]:
    """The arguments by position: optional ones are left out at the end and get their default in the middle."""
    last = max((index for index, parameter in enumerate(parameters) if parameter.name in given), default=-1)
    return tuple(given.get(parameter.name, parameter.default) for parameter in parameters[: last + 1])


def _parse_head(head: str, text: str) -> ast.FunctionDef:
    try:
        (function,) = ast.parse(f"def {head}: pass").body
    except (SyntaxError, ValueError):
        raise SignatureError(f"{text!r} is not a signature; write it like {EXAMPLE!r}") from None
    if not isinstance(function, ast.FunctionDef) or not isinstance(function.body[0], ast.Pass):
        raise SignatureError(f"{text!r} is not a signature; write it like {EXAMPLE!r}")
    return function


def _parameters(arguments: ast.arguments, text: str) -> tuple[Parameter, ...]:
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        raise SignatureError(f"{text!r}: only plain parameters are allowed, no *, ** or /")
    if len({argument.arg for argument in arguments.args}) < len(arguments.args):
        raise SignatureError(f"{text!r}: two parameters have the same name")
    required = len(arguments.args) - len(arguments.defaults)
    optional = zip(arguments.args[required:], arguments.defaults, strict=True)
    return (
        *(Parameter(argument.arg) for argument in arguments.args[:required]),
        *(Parameter(argument.arg, is_required=False, default=_default(node, text)) for argument, node in optional),
    )


def _default(node: ast.expr, text: str) -> Value:
    try:
        return freeze(ast.literal_eval(node))
    except ValueError:
        raise SignatureError(f"{text!r}: the default {ast.unparse(node)} is not a literal value") from None


def _outputs(tail: str, text: str) -> tuple[str, ...]:
    try:
        node = ast.parse(tail, mode="eval").body
    except (SyntaxError, ValueError):
        node = ast.Constant(None)
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    names = [item.id for item in items if isinstance(item, ast.Name)]
    if len(names) != len(items) or len(set(names)) != len(names) or not names:
        raise SignatureError(f"{text!r}: after -> comes a name or several in parentheses, as in {EXAMPLE!r}")
    return tuple(names)
