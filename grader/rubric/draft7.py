"""JSON Schema of the YAML files for editors: draft 7, which is what the YAML language server reads."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from grader.rubric.schema import FILES

DRAFT = "http://json-schema.org/draft-07/schema#"


class _WithoutTitles(GenerateJsonSchema):
    """Field names need no titles that repeat them."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of a "rubric" (a question file) or an "assignment"."""
    schema = FILES[kind].model_json_schema(
        ref_template="#/definitions/{model}", schema_generator=_WithoutTitles, mode="validation"
    )
    return {"$schema": DRAFT, **_to_draft7(schema)}


def _to_draft7(node: Any) -> Any:
    """`node` in the words of draft 7."""
    if isinstance(node, list):
        return [_to_draft7(item) for item in node]
    if not isinstance(node, dict):
        return node
    words = {key: _to_draft7(value) for key, value in node.items()}
    if "$defs" in words:
        words["definitions"] = words.pop("$defs")
    if "prefixItems" in words:  # draft 7 writes tuples as a list of items
        words["items"] = words.pop("prefixItems")
        words["additionalItems"] = False
    if "$ref" in words and len(words) > 1:  # draft 7 ignores what stands beside a $ref
        words["allOf"] = [{"$ref": words.pop("$ref")}]
    return words
