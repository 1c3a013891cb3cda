"""Work that engagement makes: documents whose validity ends, reminders, meetings whose outcome is owed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.engagement.choices import AppointmentPurpose, DocumentCategory

EXPIRING = "engagement.document_expiring"
REMINDER = "engagement.reminder"
REMINDER_SUBJECT = "engagement.Reminder"
OUTCOME = "engagement.appointment_outcome"
APPOINTMENT = "engagement.Appointment"


def _sentence(item: WorkItem) -> str:
    category = DocumentCategory(item.details["category"]).label
    values = {"category": category, "day": item.details["expires_on"]}
    return _t("%(category)s is valid until %(day)s: ask for a new one or withdraw it.") % values


def _url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=documents"


def _outcome(item: WorkItem) -> str:
    purpose = AppointmentPurpose(item.details["purpose"]).label
    return _t("%(purpose)s, %(at)s: write down what became of it.") % {"purpose": purpose, "at": item.details["at"]}


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            EXPIRING,
            _("Document expiring"),
            _sentence,
            _url,
            icon="file-time",
            outcomes={"done": _("Dealt with"), "withdrawn": _("Withdrawn"), "renewed": _("A new one was kept")},
        )
    )
    register_work_kind(
        WorkKind(
            REMINDER,
            _("Reminder"),
            lambda item: _t("Reminder to oneself"),
            lambda item: reverse("engagement:reminder", args=[item.subject_id]),
            icon="bell",
        )
    )
    register_work_kind(
        WorkKind(
            OUTCOME,
            _("Outcome of an appointment"),
            _outcome,
            lambda item: reverse("engagement:close_appointment", args=[item.subject_id]),
            icon="calendar-check",
            closable=False,
        )
    )
