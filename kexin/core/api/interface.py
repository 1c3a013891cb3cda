"""The interface as one object: its groups are mounted by the project, its document is made here."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext, gettext_noop
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from kexin.core.api import problems
from kexin.core.api.authentication import CALLERS
from kexin.core.api.document import finished
from kexin.core.api.endpoints import framed, settled
from kexin.core.api.parser import Parser
from kexin.core.api.reference import document_in
from kexin.core.errors import KexinError, NotFound

PREFIX = "/api/v1/"


class Interface(NinjaAPI):
    """django-ninja with our refusals, our reading of bodies and our document."""

    def __init__(self) -> None:
        super().__init__(
            title="Kexin",
            version="1",
            description=_ABOUT,
            urls_namespace="api",
            docs_url=None,
            openapi_url=None,
            auth=CALLERS,
            parser=Parser(),
        )
        self.add_decorator(settled, mode="operation")
        self.add_decorator(framed, mode="view")
        self.add_exception_handler(KexinError, _refused)
        self.add_exception_handler(AuthenticationError, _unknown)
        self.add_exception_handler(ValidationError, _invalid)
        self.add_exception_handler(HttpError, _unreadable)
        self.add_exception_handler(Http404, _missing)

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The document, finished: examples, shared refusals, headers, words."""
        made = super().get_openapi_schema(path_prefix=PREFIX.lstrip("/"))
        document = copy.deepcopy(made)  # parts of it belong to the endpoints and serve every language
        document["info"]["description"] = gettext(_ABOUT)
        finished(document)
        return document

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = [each for each in super()._get_urls() if getattr(each, "name", "") != "api-root"]
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _with_methods(pattern.callback)
        return patterns

    def document(self) -> dict[str, Any]:
        """The document in the language active now."""
        return dict(self.get_openapi_schema())


def document_view(make: Callable[[], dict[str, Any]]) -> Callable[[HttpRequest], HttpResponse]:
    """The document for programmes: whoever is signed in or has a token may read it.

    In English, or in the language that ``?lang=`` or ``Accept-Language`` asks for.
    """

    def view(request: HttpRequest) -> HttpResponse:
        request.answer_headers = {}  # type: ignore[attr-defined]
        try:
            if not any(caller(request) for caller in CALLERS):
                raise problems.Unauthenticated
        except KexinError as refusal:
            return problems.response_to(request, refusal)
        content = json.dumps(document_in(make, _language_of(request)), ensure_ascii=False)
        return HttpResponse(content, content_type="application/json")

    return view


def _language_of(request: HttpRequest) -> str:
    """The language asked for by address or header; programmes that ask for none get English, whatever ours is."""
    wanted = request.GET.get("lang", "") or request.headers.get("Accept-Language", "")
    return "zh-hans" if wanted.lower().lstrip().startswith("zh") else "en"


def _with_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A method that an address does not know is refused like everything else, with ``Allow``."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refusal = problems.response_to(request, problems.Unsupported())
        known = response.headers.get("Allow", "").split(",")
        refusal.headers["Allow"] = ", ".join(sorted(each.strip() for each in known))
        return refusal

    return wrapper


def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problems.response_to(request, refusal)


def _unknown(request: HttpRequest, _error: Any) -> HttpResponse:
    return problems.response_to(request, problems.Unauthenticated())


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.response_to(request, problems.invalid(error.errors))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """Ninja wraps what our parser refuses; the cause is the refusal itself."""
    cause = error.__cause__ if isinstance(error.__cause__, KexinError) else problems.Malformed()
    return problems.response_to(request, cause)


def _missing(request: HttpRequest, _error: Any) -> HttpResponse:
    return problems.response_to(request, NotFound())


def no_such_address(request: HttpRequest) -> HttpResponse:
    """Everything below ``/api/`` that is no endpoint."""
    return problems.response_to(request, NotFound())


_ABOUT = gettext_noop("""\
Everything people do on Kexin's pages, for other systems: the same operations, the same rules, the same reach.

* **Who asks**: a service account sends `Authorization: Bearer kx_…`; a browser's own session works too and sends the
  header `X-CSRFToken` when it writes.
* **Refusals** are `application/problem+json` with a permanent `code`. What is outside your reach is *not found*.
* **Changes** say which state they change: `If-Match` with the `ETag` you read; another state answers 412.
* **Repeating a write** is harmless with `Idempotency-Key`.
* **Lists** are paged by cursor: follow `next` until it is empty.
* **Limits** are told in `RateLimit-*`; above them comes 429 with `Retry-After`.
* **Languages**: `Accept-Language: zh-hans` or `en` decides about words, never about codes.
""")
