"""What scheduled reports put into the inbox: a file that lies ready, a report that is not made any more."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind

READY = "desk.report_ready"
FILE = "desk.ReportFile"
STOPPED = "desk.report_stopped"
SUBJECT = "desk.Report"
REASONS = {
    "left": _("its owner has left or holds no post"),
    "rights": _("its owner may not see these figures any more"),
    "failed": _("it can no longer be computed"),
}


def _ready(item: WorkItem) -> str:
    return _t("Report “%(name)s” of %(day)s lies ready.") % {"name": item.details["name"], "day": item.details["day"]}


def _stopped(item: WorkItem) -> str:
    why = str(REASONS.get(item.details["reason"], item.details["reason"]))
    return _t("Report “%(name)s” is not made any more: %(why)s.") % {"name": item.details["name"], "why": why}


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            READY, _("Report ready"), _ready, lambda item: reverse("desk:report_file", args=[item.subject_id]),
            icon="report-analytics", outcomes={"fetched": _("Fetched"), "done": _("Dealt with")},
        )
    )  # fmt: skip
    register_work_kind(
        WorkKind(
            STOPPED, _("Report stopped"), _stopped, lambda item: reverse("desk:report", args=[item.subject_id]),
            icon="report-off", outcomes={"done": _("Dealt with"), "scheduled": _("Scheduled again")},
        )
    )  # fmt: skip
