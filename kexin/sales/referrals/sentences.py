"""How the facts of referrals read on a customer's timeline."""

from __future__ import annotations

import functools

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.referrals.choices import BusinessLine, ReferralOutcome
from kexin.sales.referrals.queries import VIEW


def _label(choices: type[TextChoices], code: object) -> str:
    return str(choices(code).label) if code in choices.values else str(code or "")


def _made(payload: Payload) -> str:
    return f"{_label(BusinessLine, payload.get('from_line'))} → {_label(BusinessLine, payload.get('to_line'))}"


def _answered(payload: Payload) -> str:
    return _t("taken over") if payload.get("accepted") else _t("not taken over")


def _attributed(payload: Payload) -> str:
    return _t("giver %(share)s%%") % {"share": payload.get("share", "")}


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, group="contacts", operation=VIEW)
    told("sales.ReferralMade", _("Referral"), "arrows-exchange", _made, "calm")
    told("sales.ReferralAnswered", _("Referral answered"), "arrows-exchange", _answered)
    told("sales.ReferralClosed", _("Outcome of a referral"), "arrows-exchange",
         lambda payload: _label(ReferralOutcome, payload.get("outcome")), "good")  # fmt: skip
    told("sales.ReferralWithdrawn", _("Referral taken back"), "arrow-back-up")
    told("sales.ReferralAttributed", _("Shares of a referral entered"), "chart-pie", _attributed)
