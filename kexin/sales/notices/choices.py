"""Closed vocabularies of notices to customers."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.products.texts.choices import TextKind


class NoticeMatter(TextChoices):
    """What holders are told of; an offer goes to one customer alone, behind an opinion."""

    RERATED = "rerated", _("Risk grade changed")
    ALERT = "alert", _("Alert on the net value")
    TEXT = "text", _("Product text changed")
    SUSPENDED = "suspended", _("Sale of the product suspended")
    WITHDRAWN = "withdrawn", _("Product withdrawn from sale")
    MATURITY = "maturity", _("Maturity is coming")
    OFFER = "offer", _("Information about a product")


class NoticeState(TextChoices):
    """A notice waits until its words are reviewed in both languages; then it goes out in portions."""

    WAITING = "waiting", pgettext_lazy("notice", "Waiting for a reviewed text")
    SENDING = "sending", pgettext_lazy("notice", "Going out")
    SENT = "sent", pgettext_lazy("notice", "Sent")


class TellingState(TextChoices):
    """How far one customer's notice has come, besides lying in the portal's messages."""

    WRITTEN = "written", pgettext_lazy("notice", "Prompt on its way")
    PROMPTED = "prompted", pgettext_lazy("notice", "Prompted")
    FAILED = "failed", pgettext_lazy("notice", "Failed, tried again")
    UNTOLD = "untold", pgettext_lazy("notice", "Not to be reached: the manager tells")


KINDS = {
    NoticeMatter.RERATED: TextKind.NOTICE_RERATED,
    NoticeMatter.ALERT: TextKind.NOTICE_ALERT,
    NoticeMatter.TEXT: TextKind.NOTICE_CHANGED,
    NoticeMatter.SUSPENDED: TextKind.NOTICE_CHANGED,
    NoticeMatter.WITHDRAWN: TextKind.NOTICE_CHANGED,
    NoticeMatter.MATURITY: TextKind.NOTICE_MATURITY,
    NoticeMatter.OFFER: TextKind.PROMOTION,
}
