"""Reactions: a service ends, answers come in. Told twice, done once."""

from __future__ import annotations

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.service.complaints.events import ComplaintClosed
from kexin.service.events import RequestClosed
from kexin.service.models import Complaint, ServiceRequest
from kexin.service.surveys.choices import SurveyTrigger
from kexin.service.surveys.events import SurveyAnswered
from kexin.service.surveys.inviting import CLOCK, trigger_survey
from kexin.service.surveys.work import owe_low_score


@subscribe(RequestClosed)
def ask_after_service(fact: RequestClosed) -> None:
    """Whoever was responsible is judged; a request opened again and closed again asks no second time."""
    row = ServiceRequest.objects.filter(pk=fact.request_id).first()
    if row is not None and fact.customer_id is not None:  # who is not on file is not asked
        trigger_survey(
            fact.customer_id, actor=system(CLOCK), trigger=SurveyTrigger.SERVICE, subject_no=fact.subject,
            unit_id=row.unit_id, post_id=row.owner_post_id,
        )  # fmt: skip


@subscribe(ComplaintClosed)
def ask_after_complaint(fact: ComplaintClosed) -> None:
    """The complaint desk is judged, not whom it was about: a low score goes to the desk's head."""
    row = Complaint.objects.select_related("officer_post").filter(pk=fact.complaint_id).first()
    if row is not None and fact.customer_id is not None:
        trigger_survey(
            fact.customer_id, actor=system(CLOCK), trigger=SurveyTrigger.COMPLAINT, subject_no=fact.subject,
            unit_id=row.officer_post.unit_id, post_id=row.officer_post_id,
        )  # fmt: skip


@subscribe(SurveyAnswered)
def look_into_low_score(fact: SurveyAnswered) -> None:
    """Somebody talks to the customer."""
    if fact.low:
        owe_low_score(fact.invitation_id, actor=system(CLOCK))
