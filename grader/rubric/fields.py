"""Field types that the models of the YAML files share."""

from __future__ import annotations

import keyword
import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

T = TypeVar("T")

LABEL = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"
PYTHON_FILE = r"^[A-Za-z_][A-Za-z0-9_]*\.py$"
CODE_FILE = r"^(?:[A-Za-z0-9_-]+/)*[A-Za-z_][A-Za-z0-9_]*\.py$"
YAML_FILE = r"^[A-Za-z0-9_.-]+\.ya?ml$"


class Model(BaseModel):
    """A mapping of the YAML: frozen, no unknown keys, no conversion between kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _to_label(raw: object) -> object:
    """A label may be written as a number: `question: 1`."""
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _check_identifier(text: str) -> str:
    if not re.fullmatch(IDENTIFIER, text) or keyword.iskeyword(text):
        raise PydanticCustomError("identifier", "{text} is not a Python name", {"text": repr(text)})
    return text


def _matching(pattern: str, what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise PydanticCustomError("pattern", "{text} is not {what}", {"text": repr(text), "what": what})
        return text

    return AfterValidator(check)


Many = Annotated[tuple[T, ...], Strict(False)]

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, AfterValidator(_check_identifier), Field(json_schema_extra={"pattern": IDENTIFIER})]
Label = Annotated[
    str,
    BeforeValidator(_to_label),
    _matching(LABEL, "a label of letters, digits, '_', '.' and '-'"),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": LABEL}, {"type": "integer"}]}),
]
PythonFile = Annotated[
    str,
    _matching(PYTHON_FILE, "the name of a Python file without a folder (learning_rates.py)"),
    Field(json_schema_extra={"pattern": PYTHON_FILE}),
]
YamlFile = Annotated[
    str,
    _matching(YAML_FILE, "the name of a YAML file without a folder (q1.yaml)"),
    Field(json_schema_extra={"pattern": YAML_FILE}),
]
CodeFile = Annotated[
    str,
    _matching(CODE_FILE, "the path of a Python file inside rubrics/ (stubs/run_gdm.py)"),
    Field(json_schema_extra={"pattern": CODE_FILE}),
]
Points = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Ends = Annotated[tuple[Finite, Finite], Strict(False), Field(description="an interval: [low, high]")]
