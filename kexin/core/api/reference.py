"""The readable reference of the interface, made of its document: groups, endpoints, shapes, examples, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from kexin.core.api import problems
from kexin.core.api.document import example_of
from kexin.core.errors import Conflict, KexinError, NotFound, NotPermitted, RuleViolation, SecondFactorNeeded

_LEVELS = {"GET": "calm", "POST": "good", "PUT": "warn", "PATCH": "warn", "DELETE": "bad"}
_REFUSALS: tuple[type[KexinError], ...] = (
    problems.Malformed,
    problems.Unauthenticated,
    NotPermitted,
    SecondFactorNeeded,
    problems.CsrfFailed,
    NotFound,
    problems.Unsupported,
    Conflict,
    problems.TwinRunning,
    problems.AnswerLost,
    problems.StateChanged,
    RuleViolation,
    problems.InvalidRequest,
    problems.KeyReused,
    problems.ConditionNeeded,
    problems.TooMany,
    problems.Broken,
    problems.Away,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter, or a field of a body or an answer."""

    name: str
    kind: str
    required: bool
    about: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back in a good case."""

    status: str
    media: str
    parts: list[Part]
    example: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One endpoint."""

    anchor: str
    method: str
    level: str
    path: str
    title: str
    about: str
    permission: str
    parameters: list[Part]
    body_media: str
    body: list[Part]
    body_example: str
    answers: list[Answer]
    refusals: list[str]
    call: str


@dataclass(slots=True)
class Group:
    """Endpoints that belong together."""

    anchor: str
    title: str
    entries: list[Entry] = field(default_factory=list)


Document = Callable[[], dict[str, Any]]


def document_in(make: Document, language: str) -> dict[str, Any]:
    """The document with its words in one language."""
    with override(language):
        return make()


def groups_of(document: dict[str, Any]) -> list[Group]:
    """The document as people read it."""
    groups = {tag["name"]: Group(tag["name"].replace(" ", "-"), tag["description"]) for tag in document["tags"]}
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, endpoint in methods.items():
            groups[endpoint["tags"][0]].entries.append(_entry(method.upper(), path, endpoint, schemas))
    return [group for group in groups.values() if group.entries]


def _entry(method: str, path: str, endpoint: dict[str, Any], schemas: dict[str, Any]) -> Entry:
    content = endpoint.get("requestBody", {}).get("content", {})
    media, body = _media(content)
    answers, refusals = [], []
    for status, response in endpoint["responses"].items():
        if "$ref" in response:
            refusals.append(status)
            continue
        kind, shown = _media(response.get("content", {}))
        parts = list(_parts(shown.get("schema", {}), schemas))
        answers.append(Answer(status, kind, parts, _json(shown.get("example"))))
    parameters = [
        Part(each["name"], _kind(each["schema"], schemas), each["required"], each.get("description", ""))
        for each in sorted(endpoint["parameters"], key=lambda each: ("path", "query", "header").index(each["in"]))
    ]
    return Entry(
        anchor=endpoint["operationId"],
        method=method,
        level=_LEVELS[method],
        path=path,
        title=endpoint["summary"],
        about=endpoint.get("description", ""),
        permission=endpoint["x-permission"],
        parameters=parameters,
        body_media=media,
        body=list(_parts(body.get("schema", {}), schemas)),
        body_example=_json(body.get("example")),
        answers=answers,
        refusals=refusals,
        call=_call(method, path, endpoint, media, body.get("example")),
    )


def _media(content: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The kinds of content of a body or an answer, and what the first looks like; empty where there is none."""
    if not content:
        return "", {}
    return ", ".join(content), next(iter(content.values()))


def _parts(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Iterator[Part]:
    schema = _resolved(schema, schemas)
    required = set(schema.get("required", ()))
    for name, each in schema.get("properties", {}).items():
        yield Part(name, _kind(each, schemas), name in required, each.get("description", ""), depth)
        inner = _resolved(_inner(each), schemas)
        if inner.get("properties") and depth < 2:
            yield from _parts(inner, schemas, depth + 1)


def _inner(schema: dict[str, Any]) -> dict[str, Any]:
    """What a field is made of: itself, its choice beside null, or the entries of its list."""
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return _inner(choice)
    return _inner(schema["items"]) if schema.get("type") == "array" else schema


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    return found


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A kind in few words: ``integer``, ``text up to 80``, ``list of …``, the codes of a vocabulary."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(each, schemas) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"] if each != "")
    kind = str(schema.get("format") or schema.get("type") or "any")
    if kind == "array":
        return f"[{_kind(schema.get('items', {}), schemas)}]"
    bounds = [
        f"{sign} {schema[key]}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"), ("maxLength", "≤"))
        if key in schema and schema[key] < 10**12
    ]
    return " ".join([kind, *bounds])


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)


def _call(method: str, path: str, endpoint: dict[str, Any], media: str, example: Any) -> str:
    """The endpoint as a command line."""
    values = {each["name"]: str(example_of(each["schema"], {})) for each in endpoint["parameters"]}
    address = re.sub(r"{(\w+)}", lambda found: values[found[1]], path)
    needed = {e["name"]: values[e["name"]] for e in endpoint["parameters"] if e["in"] == "query" and e["required"]}
    address += f"?{urlencode(needed)}" if needed else ""
    lines = [f"curl -X {method} 'https://kexin.example{address}'", '-H "Authorization: Bearer $TOKEN"']
    for each in endpoint["parameters"]:
        if each["in"] == "header" and each["required"]:
            value = str(each["example"]).replace('"', '\\"')
            lines.append(f'-H "{each["name"]}: {value}"')
    if media == "application/json":
        lines += [f'-H "Content-Type: {media}"', f"-d '{json.dumps(example, ensure_ascii=False)}'"]
    elif media == "application/octet-stream":
        lines += [f'-H "Content-Type: {media}"', "--data-binary @file"]
    elif media:
        lines += [f"-F {name}={'@' if name == 'file' else ''}{value}" for name, value in example.items()]
    return " \\\n  ".join(lines)


@lru_cache(maxsize=4)
def _groups(make: Document, language: str) -> list[Group]:
    return groups_of(document_in(make, language))


def about() -> list[tuple[str, str]]:
    """The introduction: what every caller must know, heading by heading."""
    return [
        (_("Who asks"), _("A service account sends Authorization: Bearer kx_…; a browser sends X-CSRFToken to write.")),
        (
            _("Refusals"),
            _("come as application/problem+json with a permanent code; what you may not reach is not found."),
        ),
        (_("Changes"), _("say which state they change: If-Match with the ETag you read; another state answers 412.")),
        (_("Repeating a write"), _("is harmless with Idempotency-Key.")),
        (_("Lists"), _("are paged by cursor: follow next until it is empty.")),
        (_("Limits"), _("stand in RateLimit-…; above them comes 429 with Retry-After.")),
    ]


def reference_page(make: Document) -> Callable[[HttpRequest], HttpResponse]:
    """The page of an interface whose document ``make`` returns. For people: it asks to sign in."""

    def page(request: HttpRequest) -> HttpResponse:
        if getattr(request, "actor", None) is None:
            return redirect_to_login(request.get_full_path())
        refusals = [{"code": each.code, "status": each.status, "title": each.title} for each in _REFUSALS]
        context = {"groups": _groups(make, get_language() or "zh-hans"), "refusals": refusals, "about": about()}
        return render(request, "core/api_reference.html", context)

    return page
