"""Work that engagement makes: documents whose validity ends, reminders, meetings whose outcome is owed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.calendar import zone
from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.engagement.choices import AppointmentPurpose, DocumentCategory

EXPIRING = "engagement.document_expiring"
REMINDER = "engagement.reminder"
REMINDER_SUBJECT = "engagement.Reminder"
OUTCOME = "engagement.appointment_outcome"
APPOINTMENT = "engagement.Appointment"
RETURN = "engagement.return_visit"
CUSTOMER = "party.Customer"
NOTE = "engagement.Note"
HANDED = "engagement.note_handed"  # a note that a post is to answer
ANSWER = "engagement.note_answered"  # an answer to be read by who asked


def _sentence(item: WorkItem) -> str:
    category = DocumentCategory(item.details["category"]).label
    values = {"category": category, "day": item.details["expires_on"]}
    return _t("%(category)s is valid until %(day)s: ask for a new one or withdraw it.") % values


def _url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=documents"


def _outcome(item: WorkItem) -> str:
    purpose = AppointmentPurpose(item.details["purpose"]).label
    return _t("%(purpose)s, %(at)s: write down what became of it.") % {"purpose": purpose, "at": item.details["at"]}


def _return_visit(item: WorkItem) -> str:
    values = {"day": item.details["day"], "last": item.details.get("last") or _t("never")}
    return _t("Return visit on %(day)s: agree on a time. Last visited: %(last)s.") % values


def _propose(item: WorkItem) -> str:
    """The form of a new appointment, filled."""
    at = f"{item.due_at.astimezone(zone()):%Y-%m-%dT%H:%M}"
    url = reverse("engagement:new_appointment")
    return f"{url}?customer={item.subject_id}&purpose={AppointmentPurpose.RETURN}&starts_at={at}"


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
            HANDED,
            _("Note to be answered"),
            lambda item: _t("A colleague handed you a note on this customer: read and answer it."),
            lambda item: reverse("engagement:handed_note", args=[item.subject_id]),
            icon="message-question",
            closable=False,
            outcomes={"answered": _("Answered")},
        )
    )
    register_work_kind(
        WorkKind(
            ANSWER,
            _("Answer to your note"),
            lambda item: _t("Your note on this customer was answered."),
            lambda item: reverse("engagement:handed_note", args=[item.subject_id]),
            icon="message-reply",
            outcomes={"done": pgettext_lazy("note", "Read")},
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
    register_work_kind(
        WorkKind(
            RETURN,
            _("Regular return visit"),
            _return_visit,
            _propose,
            icon="calendar-repeat",
            outcomes={
                "done": _("Dealt with"),
                "planned": _("An appointment was made"),
                "superseded": _("No visit is due any more"),
            },
        )
    )
