"""What the customer's timeline says of orders."""

from __future__ import annotations

import functools

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.orders.choices import DifferenceKind, Settlement
from kexin.sales.orders.queries import VIEW_ORDERS
from kexin.sales.sentences import told_amount


def _order(payload: Payload) -> str:
    return str(payload.get("subject", ""))


def _amount(payload: Payload) -> str:
    return f"{payload.get('subject', '')} · {told_amount(payload)} {payload.get('currency', '')}"


def _why(payload: Payload) -> str:
    return f"{payload.get('subject', '')}：{payload.get('reason', '')}"


def _difference(payload: Payload) -> str:
    return f"{payload.get('subject', '')}：{_label(DifferenceKind, payload.get('kind'))}"


def _settled(payload: Payload) -> str:
    return f"{payload.get('subject', '')}：{_label(Settlement, payload.get('way'))}"


def _label(choices: type[TextChoices], code: object) -> str:
    """The word for a code; the code itself where the vocabulary has forgotten it."""
    return str(choices(code).label) if code in choices.values else str(code or "")


def register() -> None:
    """Called once, when the floor is ready."""
    line = functools.partial(register_timeline, group="changes", operation=VIEW_ORDERS)
    line("sales.OrderSent", _("Order handed over"), "send", _order)
    line("sales.OrderConfirmed", _("Order confirmed"), "circle-check", _amount, "good")
    line("sales.OrderRefused", _("Order refused by the core system"), "circle-x", _why, "warn")
    line("sales.OrderAbandoned", _("Order given up"), "circle-x", _why, "warn")
    line("sales.OrderDifferenceFound", _("Difference with the core system"), "arrows-diff", _difference, "warn")
    line("sales.OrderDifferenceSettled", _("Difference settled"), "checks", _settled)
