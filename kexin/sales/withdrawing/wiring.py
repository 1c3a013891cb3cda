"""What taking back registers with the floors below, when the floor starts."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.queries import VIEW
from kexin.sales.withdrawing import events, taking_back  # noqa: F401  doors
from kexin.sales.withdrawing.choices import Ground, WithdrawalOutcome


def _asked(payload: Payload) -> str:
    ground = payload.get("ground", "")
    label = str(Ground(ground).label) if ground in Ground.values else str(ground)
    return f"{payload.get('subject', '')} · {label}"


def _ended(payload: Payload) -> str:
    outcome = payload.get("outcome", "")
    label = str(WithdrawalOutcome(outcome).label) if outcome in WithdrawalOutcome.values else str(outcome)
    return " · ".join(filter(None, (str(payload.get("subject", "")), label, str(payload.get("reason", "")))))


def wire() -> None:
    """Sentences of the timeline."""
    told = functools.partial(register_timeline, operation=VIEW)
    told("sales.WithdrawalAsked", _("Purchase taken back"), "arrow-back-up", _asked, "warn")
    told("sales.WithdrawalEnded", _("Answer on a purchase taken back"), "arrow-back-up", _ended, "calm")
