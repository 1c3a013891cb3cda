"""How the facts of sales read on a customer's timeline."""

from __future__ import annotations

import functools
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from kexin.core.ui.numbers import exact
from kexin.engagement.timeline import Payload, register_timeline
from kexin.people.models import by_language
from kexin.sales.choices import Gate, SaleState
from kexin.sales.queries import VIEW


def told_amount(payload: Payload) -> str:
    """The amount of an event with its thousands apart."""
    try:
        return exact(Decimal(str(payload.get("amount", ""))))
    except InvalidOperation:
        return str(payload.get("amount", ""))


def _opened(payload: Payload) -> str:
    return f"{payload.get('product', '')} · {told_amount(payload)}"


def _gate(payload: Payload) -> str:
    number = payload.get("gate")
    label = str(Gate(number).label) if number in Gate.values else str(number)
    return f"{payload.get('subject', '')} · {label}"


def _closed(payload: Payload) -> str:
    state = payload.get("state", "")
    label = str(SaleState(state).label) if state in SaleState.values else str(state)
    reason, english = str(payload.get("reason", "")), str(payload.get("reason_en", ""))
    return " · ".join(filter(None, (label, by_language(reason, english))))


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, operation=VIEW)
    told("sales.SaleOpened", _("Sale opened"), "shopping-bag", _opened, "calm")
    told("sales.GatePassed", _("Step of a sale"), "circle-check", _gate, "good")
    told("sales.SaleChanged", _("Amount of a sale changed"), "refresh", told_amount, "warn")
    told("sales.SaleClosed", _("Sale ended"), "shopping-bag", _closed, "warn")
