"""What the customer's timeline says of return calls."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.followup.choices import AttemptResult
from kexin.sales.followup.queries import VIEW_CALLS


def _sale(payload: Payload) -> str:
    return str(payload.get("subject", ""))


def _tried(payload: Payload) -> str:
    code = payload.get("result", "")
    label = str(AttemptResult(code).label) if code in AttemptResult.values else str(code)
    return f"{payload.get('subject', '')} · {label}"


def _answered(payload: Payload) -> str:
    against = len(payload.get("contradicted") or ())
    if not against:
        return f"{payload.get('subject', '')} · " + str(_("All understood"))
    words = ngettext("%(n)s answer contradicts the sale", "%(n)s answers contradict the sale", against)
    return f"{payload.get('subject', '')} · " + words % {"n": against}


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, operation=VIEW_CALLS)
    told("sales.ReturnCallPlanned", _("Return call planned"), "phone-calling", _sale, "calm")
    told("sales.ReturnCallTried", _("Return call in vain"), "phone-off", _tried, "warn")
    told("sales.ReturnCallAnswered", _("Return call made"), "phone-check", _answered, "good")
