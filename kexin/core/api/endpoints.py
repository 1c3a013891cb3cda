"""What stands around every endpoint: its permission and words for the reference, refusals, repeated writes, headers."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_type_hints

from django.db import InterfaceError, OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from psycopg_pool import PoolTimeout
from pydantic import BaseModel

from kexin.core.actor import Actor
from kexin.core.api import problems
from kexin.core.api.idempotency import HEADER, answered_once
from kexin.core.errors import KexinError, type_text
from kexin.core.operation import doors

F = TypeVar("F", bound=Callable[..., Any])
log = logging.getLogger(__name__)
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_READS, _WRITES = (400, 401, 403, 404, 422, 429), (400, 401, 403, 404, 409, 422, 429)


class ApiRequest(HttpRequest):
    """A request after authentication."""

    actor: Actor
    answer_headers: dict[str, str]


class Endpoints(Router):
    """A group of endpoints. ``label`` heads the group in the reference."""

    def __init__(self, name: str, label: type_text) -> None:
        super().__init__(tags=[name])
        self.name, self.label = name, label
        groups[name] = label

    def read(self, path: str, permission: str, summary: type_text = "", **more: Any) -> Callable[[F], F]:
        """GET. ``permission`` is the door it opens; ``summary`` defaults to the door's own words."""
        return self._endpoint("GET", path, permission, summary, _READS, **more)

    def write(
        self,
        method: str,
        path: str,
        permission: str,
        summary: type_text = "",
        *,
        status: int = 200,
        conditional: bool = False,
        once: bool = True,
        sends: Iterable[Mapping[str, Any]] = (),
        **more: Any,
    ) -> Callable[[F], F]:
        """POST, PATCH, PUT or DELETE. ``conditional``: needs If-Match; ``once``: may be repeated by Idempotency-Key.

        ``sends`` describes further headers of the request, as OpenAPI parameters.
        """
        refusals = (*_WRITES, 412, 428) if conditional else _WRITES
        headers: list[Mapping[str, Any]] = [_IF_MATCH] if conditional else []
        headers += [_ONCE] if once else []
        headers += sends
        return self._endpoint(
            method, path, permission, summary, refusals, status=status, headers=headers, once=once, **more
        )

    def _endpoint(
        self,
        method: str,
        path: str,
        permission: str,
        summary: type_text,
        refusals: Iterable[int],
        *,
        status: int = 200,
        headers: Iterable[Mapping[str, Any]] = (),
        once: bool = False,
        etag: bool = False,
        content: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Callable[[F], F]:
        def register(function: F) -> F:
            hints = get_type_hints(function)
            answer = hints.get("return", type(None))
            function.answer_filters = frozenset(getattr(hints.get("wanted"), "model_fields", ()))  # type: ignore[attr-defined]
            shown = isinstance(answer, type) and issubclass(answer, BaseModel)
            function.answer_status = status if shown or content or status != 200 else 204  # type: ignore[attr-defined]
            function.answer_once = once  # type: ignore[attr-defined]
            function.answer_permission = permission  # type: ignore[attr-defined]
            extra: dict[str, Any] = {
                "parameters": list(headers),
                "responses": {each: {"$ref": f"#/components/responses/Problem{each}"} for each in refusals},
                "x-permission": permission,
                "x-label": summary,
                "x-etag": etag,
            }
            if content:
                extra["responses"][status] = {"content": content}
            if body:
                extra["requestBody"] = body
            self.add_api_operation(
                path,
                [method],
                function,
                response={function.answer_status: answer if shown else None},  # type: ignore[attr-defined]
                operation_id=function.__name__,
                tags=[self.name],
                openapi_extra=extra,
            )
            endpoints[function.__name__] = permission
            return function

        return register


groups: dict[str, type_text] = {}
endpoints: dict[str, str] = {}

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the state you change, or * for whichever stands now",
    "schema": {"type": "string", "pattern": '^("[0-9]{1,9}"|\\*)$'},
    "example": '"3"',
}
_ONCE = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A name of your own for this write: sent again with the same name it is answered, not done again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "5f0c2f9e-open-chen",
}


def label_of(permission: str, summary: type_text) -> type_text:
    """The words of an endpoint: its own, or its door's."""
    door = doors.get(permission)
    return summary or (door.label if door else permission)


def settled(function: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Operation-level wrapper: call the endpoint, render what it shows, answer refusals, repeat nothing."""
    status: int = getattr(function, "answer_status", 200)
    permission: str = getattr(function, "answer_permission", "")

    def answer(request: ApiRequest, kwargs: dict[str, Any]) -> HttpResponse:
        try:
            shown = function(request, **kwargs)
        except problems.InvalidRequest as refusal:
            # whether a record that the body names exists is nothing to tell who may not do this at all
            may = permission not in doors or doors[permission].open_to_all or request.actor.may(permission)
            return problems.response_to(request, refusal if may else request.actor.refusal(permission))
        except KexinError as refusal:
            return problems.response_to(request, refusal)
        if isinstance(shown, HttpResponse | StreamingHttpResponse | FileResponse):
            return shown  # type: ignore[return-value]
        body = shown.model_dump_json() if isinstance(shown, BaseModel) else ""
        response = HttpResponse(body, status=status, content_type="application/json")
        if not body:
            del response.headers["Content-Type"]
        for name in ("ETag", "Location", "Link"):
            if name in request.answer_headers:
                response.headers[name] = request.answer_headers[name]
        return response

    @functools.wraps(function)
    def endpoint(request: ApiRequest, **kwargs: Any) -> HttpResponse:
        strange = set(request.GET) - getattr(function, "answer_filters", frozenset())
        if strange:  # a mistyped filter must not pass for "everything"
            raise problems.InvalidRequest(
                fields=dict.fromkeys(sorted(strange)[:20], _("This field is not known here."))
            )
        if getattr(function, "answer_once", False):
            return answered_once(request, lambda: answer(request, kwargs))
        return answer(request, kwargs)

    return endpoint


def framed(run: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """View-level wrapper: headers of every answer, and a problem instead of a page where something broke."""

    @functools.wraps(run)
    def view(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.answer_headers = {}
        try:
            response: HttpResponse = run(request, *args, **kwargs)
        except DATABASE_AWAY:
            raise  # the outermost middleware answers calmly
        except KexinError as refusal:
            response = problems.response_to(request, refusal)
        except Exception:
            log.exception("the interface broke at %s %s", request.method, request.path)
            response = problems.response_to(request, problems.Broken())
        for name, value in request.answer_headers.items():
            if name.startswith("RateLimit"):
                response.headers[name] = value
        return response

    return view
