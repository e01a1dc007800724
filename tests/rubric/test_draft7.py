from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.commands.schema import print_schema
from grader.errors import UsageError
from grader.rubric.draft7 import json_schema
from grader.rubric.yaml_nodes import read_yaml

RUBRICS = Path(__file__).parents[2] / "rubrics"
QUESTIONS = sorted(path.name for path in RUBRICS.glob("q*.yaml"))


def data_of(path: Path) -> Any:
    root = read_yaml(path.read_bytes()).root
    assert root is not None
    return root.data


@pytest.mark.parametrize("kind", ["rubric", "assignment"])
def test_print_schema_is_the_shipped_file(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_schema(kind) == 0
    assert capsys.readouterr().out == (RUBRICS / f"{kind}.schema.json").read_text("utf-8")


def test_print_schema_unknown_kind() -> None:
    with pytest.raises(UsageError, match="there is no schema 'plan'; choose one of rubric, assignment"):
        print_schema("plan")


@pytest.mark.parametrize("kind", ["rubric", "assignment"])
def test_json_schema_is_draft_7(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("word", ["$defs", "prefixItems", "unevaluatedProperties"])
def test_json_schema_has_no_word_of_later_drafts(word: str) -> None:
    assert f'"{word}"' not in json.dumps(json_schema("rubric"))


@pytest.mark.parametrize("kind", ["rubric", "assignment"])
def test_json_schema_describes_every_field_of_a_file(kind: str) -> None:
    schema = json_schema(kind)
    models = [schema, *(schema["definitions"][name] for name in schema["definitions"] if name.endswith("Fields"))]
    silent = [name for model in models for name, field in model["properties"].items() if not field.get("description")]
    assert silent == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_shipped_question_validates(name: str) -> None:
    jsonschema.validate(data_of(RUBRICS / name), json_schema("rubric"), jsonschema.Draft7Validator)


def test_shipped_assignment_validates() -> None:
    jsonschema.validate(data_of(RUBRICS / "hw2.yaml"), json_schema("assignment"), jsonschema.Draft7Validator)


@pytest.mark.parametrize("path", sorted(RUBRICS.glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_file_names_its_schema(path: Path) -> None:
    kind = "assignment" if path.name == "hw2.yaml" else "rubric"
    assert path.read_text("utf-8").startswith(f"# yaml-language-server: $schema={kind}.schema.json\n")


CASE = {"x": 1}
CHECK = {"name": "n", "points": 1, "cases": [CASE], "compare": "close"}


@pytest.mark.parametrize(
    ("changes", "is_valid"),
    [
        ({}, True),
        ({"cases": [{"x": [[1, 2], [3, 4]], "s": "a", "b": True, "n": None}]}, True),
        ({"cases": [{"x": {"uniform": [0, 1]}}, {"random": {"count": 3, "x": {"log_uniform": [1, 2]}}}]}, True),
        ({"cases": [{"x": {"uniform": {"shape": [2], "low": 0, "high": 1}}}]}, True),
        ({"cases": [{"x": {"list": [1, [2, "a"], {"tuple": [3]}]}}]}, True),
        ({"compare": {"close": {"rtol": 1e-6}}}, True),
        ({"compare": {"close": None}}, True),
        ({"compare": "clse"}, False),
        ({"compare": {}}, False),
        ({"compare": {"close": {}, "exact": {}}}, False),
        ({"compare": {"close": {"rotl": 1}}}, False),
        ({"cases": []}, False),
        ({"cases": [{"x": {"normall": {}}}]}, False),
        ({"cases": [{"random": {"x": 1}}]}, False),
        ({"cases": [{"x": {"linspace": [0, 1]}}]}, False),
        ({"points": -1}, False),
        ({"visibility": "visble"}, False),
        ({"pionts": 1}, False),
    ],
)
def test_json_schema_of_a_check(changes: dict[str, object], is_valid: bool) -> None:  # noqa: FBT001 (a table)
    part = {"part": "a", "title": "t", "points": 1, "checks": [CHECK | changes]}
    question = {"question": 1, "title": "t", "reference": "f.py", "parts": [part]}
    assert jsonschema.Draft7Validator(json_schema("rubric")).is_valid(question) is is_valid
