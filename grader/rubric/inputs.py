"""A check's cases as inputs: seeded, in order (random ones the simplest first), with a text to show each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from grader.codec import freeze, thaw
from grader.rubric.calls import Failure, call_quietly
from grader.rubric.faults import Fault, Spot, did_you_mean
from grader.rubric.records import Cases, CheckRules
from grader.rubric.signature import Parameter
from grader.rubric.specs import make_input
from grader.values import Array, Complex, Items, Mapping, Opaque, Seed, Value

SHOWN_ELEMENTS = 12  # of an array that is written out
SHOWN_TEXT = 60  # characters of one input
SHORT_NUMBER = 8  # characters of a number that is shown in full
WHOLE_NUMBER = 16  # the same of a whole one: digits would be lost, not only rounding


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one call, as its case in the rubric gives them: parameters in their order, then globals."""

    spot: Spot
    arguments: tuple[tuple[str, Value], ...]
    globals: tuple[tuple[str, Value], ...] = ()

    @property
    def shown(self) -> str:
        """`sigma=1.7, T=3; globals X=array of shape (8, 3)`."""
        arguments, globals_ = (
            ", ".join(f"{name}={show_input(value)}" for name, value in pairs)
            for pairs in (self.arguments, self.globals)
        )
        return "; ".join(text for text in (arguments, f"globals {globals_}" if globals_ else "") if text)


def make_inputs(check: CheckRules) -> tuple[tuple[Inputs, ...], list[Fault]]:
    """The inputs of all cases of a check, and the faults of its draws."""
    inputs: list[Inputs] = []
    faults: list[Fault] = []
    for number, cases in enumerate(check.cases):
        made = [_make_one(check, cases, (*check.seed, number, turn)) for turn in range(cases.count or 1)]
        faults += list(dict.fromkeys(one for one in made if isinstance(one, Fault)))[:1]
        good = [one for one in made if isinstance(one, Inputs)]
        inputs += sorted(good, key=simplicity) if cases.count else good
    return tuple(inputs), faults


def _make_one(check: CheckRules, cases: Cases, seed: tuple[str | int, ...]) -> Inputs | Fault:
    given = {name: make_input(written, seeded((*seed, name))) for name, written in cases.inputs}
    if cases.draw is not None:
        draw = cases.draw
        drawn = call_quietly(lambda: draw(seeded((*seed, "draw"))))
        if fault := _draw_fault(check, cases, drawn, set(given)):
            return fault
        given = {**cast("dict[str, object]", drawn), **given}
    frozen = {name: freeze(_plain(value)) for name, value in given.items()}
    for name, value in frozen.items():
        if isinstance(value, Opaque):
            return cases.spot.fault(f'the input "{name}" is {value.what}, which is not plain data')
    names = [parameter.name for parameter in check.parameters]
    return Inputs(
        spot=cases.spot,
        arguments=tuple((name, frozen[name]) for name in names if name in frozen),
        globals=tuple((name, frozen[name]) for name in check.globals),
    )


def _draw_fault(check: CheckRules, cases: Cases, drawn: object, given: set[str]) -> Fault | None:
    spot = cases.spot.at("draw")
    if isinstance(drawn, Failure):
        return spot.fault(f"raised {drawn}")
    if not isinstance(drawn, dict) or not all(isinstance(name, str) for name in drawn):
        return spot.fault(f"must return a dict of inputs by name, not {type(drawn).__name__}")
    if both := given & drawn.keys():
        return spot.fault(f'gives "{min(both)}", which the case gives too')
    faults = check_inputs(spot, given | drawn.keys(), check.parameters, check.globals)
    return faults[0] if faults else None


def seeded(parts: tuple[str | int, ...]) -> np.random.Generator:
    """A generator that depends on nothing but `parts`."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _plain(thing: object) -> object:
    """NumPy scalars as Python's: a draw means a number, not an array of shape ()."""
    if isinstance(thing, np.generic):
        return thing.item()
    if isinstance(thing, list):
        return [_plain(item) for item in thing]
    if isinstance(thing, tuple):
        return tuple(_plain(item) for item in thing)
    if isinstance(thing, dict):
        return {name: _plain(item) for name, item in thing.items()}
    return thing


def simplicity(inputs: Inputs) -> tuple[int, float]:
    """A sort key: few numbers first, then those whose magnitudes are nearest to 1."""
    numbers = np.concatenate([np.zeros(0), *(_numbers(value) for _name, value in (*inputs.arguments, *inputs.globals))])
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    return numbers.size, float(np.abs(np.log10(sizes)).mean()) if sizes.size else 0.0


def _numbers(value: Value) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(list(_magnitudes(value)), np.float64)


def _magnitudes(value: Value) -> Iterator[float]:
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, Complex):
        yield abs(complex(value.real, value.imag))
    elif isinstance(value, Array):
        yield from np.abs(cast("np.ndarray[tuple[int], np.dtype[np.float64]]", thaw(value))).ravel().tolist()
    elif isinstance(value, Items | Mapping):
        items = value.items if isinstance(value, Items) else tuple(item for _name, item in value.pairs)
        for item in items:
            yield from _magnitudes(item)


def show_input(value: Value) -> str:
    """An input as a student would write it; long ones are described."""
    text = _show(value)
    return text if len(text) <= SHOWN_TEXT else _describe(value, text)


def _show(value: Value) -> str:
    if isinstance(value, float):
        longest = WHOLE_NUMBER if value.is_integer() else SHORT_NUMBER
        return repr(value) if len(repr(value)) <= longest else f"{value:.6g}"
    if isinstance(value, Complex):
        return f"{complex(value.real, value.imag):.6g}"
    if isinstance(value, Array):
        array = cast("np.ndarray[tuple[int], np.dtype[np.float64]]", thaw(value))
        return _show(freeze(array.tolist())) if array.size <= SHOWN_ELEMENTS else _describe(value, "")
    if isinstance(value, Items):
        items = ", ".join(_show(item) for item in value.items)
        return f"[{items}]" if value.kind == "list" else f"({items}{',' * (len(value.items) == 1)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name!r}: {_show(item)}' for name, item in value.pairs)}}}"
    return f"default_rng({value.seed})" if isinstance(value, Seed) else repr(value)


def _describe(value: Value, text: str) -> str:
    if isinstance(value, Array):
        return f"array of shape {tuple(value.shape)}"
    if isinstance(value, Items):
        return f"{value.kind} of {len(value.items)} items"
    if isinstance(value, Mapping):
        return f"dict with {len(value.pairs)} keys"
    return f"{text[: SHOWN_TEXT - 1]}…"


def check_inputs(
    spot: Spot,
    given: set[str],
    parameters: tuple[Parameter, ...],
    globals_: tuple[str, ...],
    *,
    is_partial: bool = False,
) -> list[Fault]:
    """Faults of a case's input names; with `is_partial` others may still be added, so none is missing."""
    known = [*(parameter.name for parameter in parameters), *globals_]
    unknown = sorted(given - set(known))
    required = [*(parameter.name for parameter in parameters if parameter.is_required), *globals_]
    missing = [] if is_partial else [name for name in required if name not in given]
    return [
        *(
            spot.at(name).fault(f"is not a parameter ({', '.join(known)}){did_you_mean(name, known)}")
            for name in unknown
        ),
        *(spot.fault(f'the input "{name}" is missing') for name in missing),
    ]
