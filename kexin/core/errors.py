"""The four ways in which Kexin says no. Mapped once for pages and once for the API."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type_text = str | Promise


class KexinError(Exception):
    """A refusal with a sentence for the person, and sentences per field where it concerns fields."""

    status = 400
    code = "error"
    title: type_text = _("This cannot be done")

    def __init__(self, message: type_text = "", *, fields: Mapping[str, type_text] | None = None) -> None:
        self.message = message or self.title
        self.fields = dict(fields or {})
        super().__init__(str(message) if isinstance(message, str) else self.code)


class NotFound(KexinError):
    """It does not exist, or not within the actor's reach: the two are told alike."""

    status = 404
    code = "not-found"
    title = _("Not found, or outside your reach")


class NotPermitted(KexinError):
    """None of the actor's posts grants this operation."""

    status = 403
    code = "not-permitted"
    title = _("Your posts do not allow this")


class SecondFactorNeeded(NotPermitted):
    """The actor's posts grant it, and the session has not shown the second factor that customer data need."""

    code = "second-factor-needed"
    title = _("A second factor is needed before customer data")


class RuleViolation(KexinError):
    """A rule of business forbids it; the message says which and why."""

    status = 422
    code = "rule-violation"
    title = _("A rule does not allow this")


class Conflict(KexinError):
    """Somebody changed the record meanwhile, or it exists already. ``current`` tells what stands now."""

    status = 409
    code = "conflict"
    title = _("Somebody else changed this meanwhile")

    def __init__(
        self,
        message: type_text = "",
        *,
        fields: Mapping[str, type_text] | None = None,
        current: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, fields=fields)
        self.current = dict(current or {})
