"""How the interface says no: ``application/problem+json`` (RFC 9457) with a code for machines and words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from kexin.core.errors import Conflict, KexinError, NotPermitted, type_text

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong. ``code`` is permanent; ``title`` and ``detail`` are in the language asked for."""

    type: str = Field(description="Address of the explanation of this code", examples=["/api/v1/docs#not-found"])
    title: str = Field(examples=["Not found, or outside your reach"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["Not found, or outside your reach"])
    code: str = Field(examples=["not-found"])
    fields: dict[str, str] = Field(
        default_factory=dict, description="Sentences by field, where the problem lies in fields", examples=[{}]
    )
    current: dict[str, Any] = Field(
        default_factory=dict, description="After a conflict: what stands now", examples=[{}]
    )


class Malformed(KexinError):
    """The request cannot be read at all."""

    status = 400
    code = "malformed"
    title = _("The request cannot be read")


class Unauthenticated(KexinError):
    """Nobody is signed in, or the token is unknown, expired, revoked or used from a strange address."""

    status = 401
    code = "unauthenticated"
    title = _("Sign in, or send a valid token")


class CsrfFailed(NotPermitted):
    """A browser's session wrote without the token against forged requests."""

    code = "csrf"
    title = _("The token against forged requests is missing or old")


class Unsupported(KexinError):
    """The address exists, the method does not."""

    status = 405
    code = "method-not-allowed"
    title = _("This address does not know this method")


class StateChanged(KexinError):
    """The condition of a conditional write does not hold any more."""

    status = 412
    code = "state-changed"
    title = _("Somebody else changed this meanwhile")

    def __init__(self, message: type_text = "", *, current: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.current = dict(current or {})


class InvalidRequest(KexinError):
    """Values are missing or of the wrong kind; ``fields`` says which."""

    status = 422
    code = "invalid-request"
    title = _("Some values are missing or not understood")


class KeyReused(KexinError):
    """The idempotency key belongs to another request."""

    status = 422
    code = "idempotency-key-reused"
    title = _("This idempotency key was used for another request")


class TwinRunning(KexinError):
    """The same write is being done at this moment."""

    status = 409
    code = "idempotency-in-progress"
    title = _("The same write is being done at this moment; ask again in a second")


class AnswerLost(KexinError):
    """The write was done, but its answer was lost in a breakdown."""

    status = 409
    code = "idempotency-answer-lost"
    title = _("The write was done, but its answer was lost; read the record instead")


class ConditionNeeded(KexinError):
    """A change says which state it changes: ``If-Match`` with the ``ETag`` read before."""

    status = 428
    code = "condition-needed"
    title = _("Say which state you change: send If-Match with the ETag you read")


class TooMany(KexinError):
    """The limit of requests per minute is reached."""

    status = 429
    code = "too-many-requests"
    title = _("Too many requests; wait a moment")

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait


class Broken(KexinError):
    """A mistake of ours."""

    status = 500
    code = "internal"
    title = _("Something went wrong on our side; it has been noted")


class Away(KexinError):
    """The database cannot be reached."""

    status = 503
    code = "away"
    title = _("The database is away; please try again in a moment")


def body_of(refusal: KexinError) -> dict[str, Any]:
    """The problem as plain values."""
    return Problem(
        type=f"/api/v1/docs#{refusal.code}",
        title=str(refusal.title),
        status=refusal.status,
        detail=str(refusal.message),
        code=refusal.code,
        fields={str(name): str(text) for name, text in refusal.fields.items()},
        current={name: _plain(value) for name, value in getattr(refusal, "current", {}).items()},
    ).model_dump()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def response_to(request: HttpRequest, refusal: KexinError) -> HttpResponse:
    """The refusal as an answer, with the headers its status asks for."""
    if isinstance(refusal, Conflict) and refusal.current and request.headers.get("If-Match"):
        refusal = StateChanged(refusal.message, current=refusal.current)
    content = Problem(**body_of(refusal)).model_dump_json()
    response = HttpResponse(content, status=refusal.status, content_type=MEDIA_TYPE)
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="kexin"'
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.wait)
    elif isinstance(refusal, TwinRunning):
        response.headers["Retry-After"] = "1"
    elif isinstance(refusal, Away):
        response.headers["Retry-After"] = "5"
    return response


# pydantic's kinds of error that people meet, in our own words; everything else is "not of the right kind".
_WORDS: dict[str, type_text] = {
    "missing": _("This value is needed."),
    "extra_forbidden": _("This field is not known here."),
    "string_too_long": _("At most %(max_length)s characters."),
    "string_too_short": _("This value is needed."),
    "literal_error": _("One of: %(expected)s."),
    "enum": _("One of: %(expected)s."),
    "greater_than_equal": _("At least %(ge)s."),
    "less_than_equal": _("At most %(le)s."),
    "too_long": _("At most %(max_length)s entries."),
    "decimal_max_digits": _("This number is too long."),
    "decimal_max_places": _("At most %(decimal_places)s decimal places."),
}


def invalid(errors: list[dict[str, Any]]) -> InvalidRequest:
    """What is wrong with the values of a request, as sentences by field."""
    fields: dict[str, type_text] = {}
    for error in errors:
        place = [str(part) for part in error.get("loc", ())]
        # ("body", "data", "contacts", 0, "value"): source and name of the argument are of no use to the caller
        skip = 2 if place[:1] == ["body"] and len(place) > 2 else 1
        name = ".".join(place[skip:]) or ".".join(place) or "body"
        text = str(_WORDS.get(error.get("type", ""), _t("This value is not understood.")))
        fields.setdefault(name, text % error["ctx"] if "%(" in text and error.get("ctx") else text)
    return InvalidRequest(fields=fields)
