"""Finishing the OpenAPI document: whole examples made of the fields' own, shared refusals, headers, words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from kexin.core.api.endpoints import groups, label_of
from kexin.core.api.problems import MEDIA_TYPE, Problem

_REFUSALS = {
    400: "malformed",
    401: "unauthenticated",
    403: "not-permitted",
    404: "not-found",
    409: "conflict",
    412: "state-changed",
    422: "rule-violation",
    428: "condition-needed",
    429: "too-many-requests",
    503: "away",
}


PHRASES = {
    200: _("OK"),
    201: _("Created"),
    202: _("Accepted"),
    204: _("No Content"),
    400: _("Bad Request"),
    401: _("Unauthorized"),
    403: _("Forbidden"),
    404: _("Not Found"),
    409: _("Conflict"),
    412: _("Precondition Failed"),
    422: _("Unprocessable Entity"),
    428: _("Precondition Required"),
    429: _("Too Many Requests"),
    503: _("Service Unavailable"),
}


def finished(document: dict[str, Any]) -> None:
    """Complete a document made by ninja, in place. Words are in the language active now."""
    schemas = document["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["responses"] = {f"Problem{status}": _refusal(status) for status in _REFUSALS}
    used = [endpoint["tags"][0] for path in document["paths"].values() for endpoint in path.values()]
    document["tags"] = [{"name": name, "description": str(groups[name])} for name in dict.fromkeys(used)]
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    del document["servers"]
    for path in document["paths"].values():
        for endpoint in path.values():
            _finish_endpoint(endpoint, schemas)
    for schema in schemas.values():
        _without_titles(schema)
    _in_words(document)


def _finish_endpoint(endpoint: dict[str, Any], schemas: dict[str, Any]) -> None:
    endpoint["summary"] = str(label_of(endpoint["x-permission"], endpoint.pop("x-label")))
    etag = endpoint.pop("x-etag")
    responses = endpoint["responses"]
    endpoint["responses"] = {str(status): responses[status] for status in sorted(responses)}
    for status, response in endpoint["responses"].items():
        if "$ref" in response:
            response.pop("description", None)
            continue
        if etag:
            response["headers"] = {"ETag": {"description": "Version of the record", "schema": {"type": "string"}}}
        response["description"] = PHRASES[int(status)]
        _add_examples(response, schemas)
    endpoint["responses"]["503"] = {"$ref": "#/components/responses/Problem503"}
    if "requestBody" in endpoint:
        _add_examples(endpoint["requestBody"], schemas)
    for parameter in endpoint["parameters"]:
        parameter["schema"] = _sendable(parameter["schema"])
        _without_titles(parameter["schema"])
        parameter.pop("examples", None)  # of the schema, where they are an array as 3.1 has it
        parameter.get("schema", {}).pop("description", None)


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """An address has no null: what may be left out is simply not sent."""
    kinds = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kinds[0], **rest}


def _refusal(status: int) -> dict[str, Any]:
    example = {
        "type": f"/api/v1/docs#{_REFUSALS[status]}",
        "title": gettext(PHRASES[status]),
        "status": status,
        "detail": gettext(PHRASES[status]),
        "code": _REFUSALS[status],
        "fields": {},
        "current": {},
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": PHRASES[status],
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def _add_examples(holder: dict[str, Any], schemas: dict[str, Any]) -> None:
    for media in holder.get("content", {}).values():
        schema = media.get("schema", {})
        _without_titles(schema)
        if "example" not in media and schema.get("format") != "binary":
            media["example"] = example_of(schema, schemas)


def example_of(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits: the field's own example, its default, or one made of its parts."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, depth + 1)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "default" in schema and schema["default"] not in (None, [], {}):
        return schema["default"]
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return example_of(choice, schemas, depth)
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        parts = schema.get("properties", {})
        return {name: example_of(part, schemas, depth + 1) for name, part in parts.items()} if depth < 6 else {}
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas, depth + 1)] if depth < 6 else []
    return {"integer": 1, "number": 1, "boolean": False, "null": None, "string": "…"}.get(str(kind), "…")


def _without_titles(schema: Any) -> None:
    """Pydantic's generated titles repeat the names; without them a difference is readable."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for each in schema.values():
            _without_titles(each)
    elif isinstance(schema, list):
        for each in schema:
            _without_titles(each)


def _in_words(part: Any) -> None:
    """Descriptions in the language active now, in place. The document's own introduction has paragraphs and stays."""
    if isinstance(part, dict):
        told = part.get("description")
        if isinstance(told, str) and told:
            words = " ".join(told.split())
            part["description"] = gettext(words)
        for name, each in part.items():
            if name not in ("example", "examples", "info"):
                _in_words(each)
    elif isinstance(part, list):
        for each in part:
            _in_words(each)
