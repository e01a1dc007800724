from __future__ import annotations

import msgspec
import pytest

from grader.compare.close import Close
from grader.compare.exact import Exact
from grader.plan import Case, Check, Handout, Mistake, Part, Plan, Question, decode_plan, encode_plan, wanted_names
from grader.records import Limits
from grader.report import Visibility
from grader.targets import FunctionTarget, ProbeTarget
from grader.values import Array, Complex, Items, Mapping, Opaque, Seed

CASE = Case(
    arguments=(1, 2.5, None, True, "text", Seed(7), Array("<f8", (1,), b"\0" * 8)),
    expected=(Items("tuple", (1, Complex(1.0, -2.0))), Mapping((("a", 1),))),
    globals=(("X", Array("<i8", (), b"\0" * 8)),),
    shown="x=1",
)
CHECKS = (
    Check(
        name="first",
        points=1.5,
        target=FunctionTarget(name="power", parameters=("x",)),
        compare=Close(rtol=1e-6),
        cases=(CASE,),
        visibility=Visibility.HIDDEN,
        output=1,
        outputs=("a", "b"),
        keeps_inputs=True,
        mistakes=(Mistake(name="m", hint="h", outputs=(Opaque("raised KeyError"),)),),
    ),
    Check(
        name="second",
        points=0,
        target=ProbeTarget(name="root", probe="p", source="def p(namespace): pass"),
        compare=Exact(),
        cases=(CASE,),
    ),
    Check(name="third", points=1, target=FunctionTarget(name="power"), compare=Exact(), cases=(CASE,)),
)
PLAN = Plan(
    assignment="hw",
    title="H",
    questions=(Question(label="1", title="Q", parts=(Part(label="a", title="P", checks=CHECKS, needs=("b",)),)),),
    files=("*.py",),
    limits=Limits(call_seconds=1.0),
    handout=Handout(functions=(("power", "0f"),)),
)


def test_decode_plan_gives_what_was_encoded() -> None:
    assert decode_plan(encode_plan(PLAN)) == PLAN


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", encode_plan(PLAN)[:-1], encode_plan(PLAN) + b"\0"])
def test_decode_plan_of_something_else(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_plan(data)


def test_wanted_names_each_once_in_order() -> None:
    assert wanted_names(PLAN) == ("power", "root")
