"""What feedback enters into the floors below when the floor starts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.models import WorkItem
from kexin.engagement.timeline import Payload, register_timeline
from kexin.service.choices import Confirmation
from kexin.service.feedback.choices import FeedbackSource


def _received(payload: Payload) -> str:
    code = payload.get("source")
    return f"{payload.get('subject', '')} · {FeedbackSource(code).label if code in FeedbackSource.values else code}"


def _closed(payload: Payload) -> str:
    code = payload.get("confirmation")
    return f"{payload.get('subject', '')} · {Confirmation(code).label if code in Confirmation.values else ''}"


def _line(item: WorkItem) -> str:
    return _t("Answer feedback %(feedback_no)s.") % item.details


def register() -> None:
    """Doors, work, sentences, menu, palette, panel."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.palette import register_command
    from kexin.core.ui.panels import register_head_action
    from kexin.core.workflow import WorkKind, register_work_kind
    from kexin.party.history import register_history
    from kexin.service.feedback import events, improving, policies, queries, taking  # noqa: F401
    from kexin.service.feedback.queries import VIEW

    register_work_kind(
        WorkKind(
            taking.WORK,
            pgettext_lazy("work", "Feedback"),
            _line,
            lambda item: reverse("service:feedback", args=[item.subject_id]),
            icon="message-report",
            outcomes={
                "answered": pgettext_lazy("feedback", "Answered"),
                "regraded": pgettext_lazy("feedback", "Graded anew"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            improving.REVIEW,
            _("Review of the feedback mechanism"),
            lambda item: _t("Review how feedback is gathered, answered and used."),
            lambda item: reverse("service:feedback_review"),
            icon="clipboard-check",
            outcomes={"reviewed": pgettext_lazy("feedback", "Reviewed")},
            closable=False,
        )
    )
    for name, label, icon, sentence in (
        ("FeedbackReceived", _("Feedback came in"), "message-report", _received),
        ("FeedbackAnswered", _("Feedback answered"), "message-check", lambda payload: payload.get("subject", "")),
        ("FeedbackClosed", _("Feedback closed"), "circle-check", _closed),
    ):
        register_timeline(f"service.{name}", label, icon, sentence, group="contacts", operation=VIEW)
    register_history("service_feedback", VIEW)
    register_menu("service", pgettext_lazy("work", "Feedback"), "service:feedback_list", "message-report", VIEW, 42)
    report = "service.report_feedback"
    register_command(
        "report-feedback",
        _("Report feedback"),
        "service:feedback_report",
        report,
        "message-report",
        "反馈 fankui feedback",
    )
    register_head_action(
        "customer", "feedback", 45, _("Report feedback"), report, "service:feedback_report_of", "message-report"
    )
