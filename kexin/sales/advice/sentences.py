"""How the facts of advice read on a customer's timeline."""

from __future__ import annotations

import functools

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.engagement.choices import Channel
from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.advice.choices import VisitPurpose
from kexin.sales.advice.queries import VIEW


def _label(choices: type[TextChoices], code: object) -> str:
    return str(choices(code).label) if code in choices.values else str(code or "")


def _visit(payload: Payload) -> str:
    return f"{_label(VisitPurpose, payload.get('purpose'))} · {_label(Channel, payload.get('way'))}"


def _number(payload: Payload) -> str:
    return _t("no. %(number)s") % {"number": payload.get("number", "")}


def _plan(payload: Payload) -> str:
    words = {"plan": payload.get("subject", ""), "number": payload.get("number", "")}
    return _t("%(plan)s, version %(number)s") % words


def _withdrawn(payload: Payload) -> str:
    return f"{_plan(payload)} · {payload.get('reason', '')}"


def _answered(payload: Payload) -> str:
    said = _t("accepted by the customer") if payload.get("accepted") else _t("declined by the customer")
    return f"{_plan(payload)} · {said}"


def _sale(payload: Payload) -> str:
    return f"{payload.get('subject', '')} → {payload.get('sale_no', '')}"


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, group="contacts", operation=VIEW)
    told("sales.VisitRecorded", _("Visit"), "walk", _visit, "good")
    told("sales.VisitChanged", _("Visit changed"), "pencil")
    told("sales.NeedsAnalysed", _("Needs analysis"), "list-check", _number, "good")
    told("sales.PlanDrafted", _("Plan drafted"), "clipboard-text", _plan)
    told("sales.PlanSent", _("Plan sent to the customer"), "send", _plan, "calm")
    told("sales.PlanWithdrawn", _("Plan taken back"), "clipboard-x", _withdrawn, "warn")
    told("sales.PlanAnswered", _("Answer to a plan"), "clipboard-check", _answered, "good")
    told("sales.PlanSaleOpened", _("Sale opened from a plan"), "shopping-bag-plus", _sale, "calm")
