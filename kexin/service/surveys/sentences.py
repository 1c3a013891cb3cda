"""How the facts of surveys read on a customer's timeline: that somebody was asked and answered, never what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, leave_out, register_timeline
from kexin.service.surveys.choices import SurveyTrigger
from kexin.service.surveys.queries import VIEW


def _what(payload: Payload) -> str:
    code = payload.get("trigger")
    when = str(SurveyTrigger(code).label) if code in SurveyTrigger.values else str(code or "")
    return " · ".join(each for each in (str(payload.get("survey", "")), when, str(payload.get("subject", ""))) if each)


def register() -> None:
    """Called once, when the floor is ready."""
    register_timeline("service.SurveyInvited", _("Survey sent"), "mood-search", _what, group="contacts", operation=VIEW)
    register_timeline(
        "service.SurveyAnswered", _("Survey answered"), "mood-check", _what, "good", group="contacts", operation=VIEW
    )
    leave_out("service.SurveyApproved")
    leave_out("service.SampleAsked")
