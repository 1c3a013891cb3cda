"""What the customer's timeline says of matters after a sale."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.aftercare.choices import CareOutcome
from kexin.sales.aftercare.queries import VIEW_CARE
from kexin.sales.aftercare.words import matter_label


def _owed(payload: Payload) -> str:
    return f"{payload.get('product', '')} · {matter_label(payload.get('matter'))}"


def _settled(payload: Payload) -> str:
    code = payload.get("outcome")
    outcome = str(CareOutcome(code).label) if code in CareOutcome.values else str(code or "")
    return f"{_owed(payload)} · {outcome}"


def register() -> None:
    """Called once, when the floor is ready."""
    line = functools.partial(register_timeline, operation=VIEW_CARE)
    line("sales.AftercareOwed", _("Care after a sale"), "heart-handshake", _owed, "calm")
    line("sales.AftercareSettled", _("Care after a sale settled"), "heart-check", _settled, "good")
