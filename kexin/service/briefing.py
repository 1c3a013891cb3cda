"""What a caller is told before a call: the service side's open requests and complaints, and care that was refused."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.engagement.calls.known import Known, reached
from kexin.party.models import Customer
from kexin.service.care.queries import VIEW as VIEW_CARE
from kexin.service.care.queries import care_of
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.complaints.queries import complaints_of
from kexin.service.queries import UNFINISHED, requests_of
from kexin.service.queries import VIEW as VIEW_REQUESTS

SHOWN = 3


def known(actor: Actor, customer: Customer) -> Iterator[Known]:
    """Whoever is complained about is told nothing of the case: the reads leave it out."""
    if actor.may(VIEW_COMPLAINTS):
        for case in [each for each in complaints_of(actor, customer) if each.is_open][:SHOWN]:
            link = reverse("complaints:complaint", args=[case.pk])
            yield Known(_("Complaint"), f"{case.subject} · {case.get_state_display()}", link)
            said = _t("A complaint is open (%(number)s): offer nothing, promise nothing about it.")
            yield Known("", said % {"number": case.complaint_no}, level="warn")
    if actor.may(VIEW_REQUESTS):
        for row in [each for each in requests_of(actor, customer) if each.state in UNFINISHED][:SHOWN]:
            link = reverse("service:request", args=[row.pk])
            yield Known(_("Request"), f"{row.subject} · {row.get_state_display()}", link)
    if reached(actor, customer, VIEW_CARE):
        touches, pause = care_of(actor, customer.pk)
        for touch in touches[:1]:
            words = f"{touch.plan.shown_name} · {touch.day} · {touch.get_state_display()}"
            yield Known(pgettext_lazy("work", "Care"), words)
        if pause is not None:
            yield Known("", _t("Wants no care until %(day)s.") % {"day": pause.until}, level="warn")
