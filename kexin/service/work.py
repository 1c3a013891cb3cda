"""The work that requests give: clocks, an offer to accept or decline, a question among colleagues."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import add
from kexin.core.models import WorkItem
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.people.models import Post
from kexin.service.choices import FollowUpState
from kexin.service.models import Clock, Complaint, RequestNote, ServiceRequest
from kexin.service.policies import RequestPolicy

CLOCK, COMPLAINT_CLOCK = "service.clock", "service.complaint_clock"
CLOCKS = (CLOCK, COMPLAINT_CLOCK)
OFFER = "service.offer"
QUESTION = "service.question"
SUBJECT = "service.Clock"
REQUEST = "service.ServiceRequest"
NOTE = "service.RequestNote"


def owe_clock(row: ServiceRequest | Complaint, clock: Clock) -> WorkItem:
    """The owner of the request, or who handles the complaint, owes the milestone; late, the ladder carries it upwards.

    A provisional due time is dated anew with its clock (:mod:`kexin.service.requests.sweeping`). The work of a
    complaint names no customer; the database keeps it from whom it is about.
    """
    words = {"clock": clock.name, "clock_en": clock.name_en}
    if isinstance(row, Complaint):
        return open_work(
            COMPLAINT_CLOCK,
            unit_id=row.officer_post.unit_id,
            owner_post_id=row.officer_post_id,
            due_at=clock.due_at,
            due_provisional=clock.provisional,
            subject_kind=SUBJECT,
            subject_id=clock.pk,
            details={"complaint_no": row.complaint_no, "complaint_id": row.pk, **words},
            policy_id=row.policy_id,
        )
    return open_work(
        CLOCK,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=clock.due_at,
        due_provisional=clock.provisional,
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=clock.pk,
        details={"request_no": row.request_no, "request_id": row.pk, **words},
        policy_id=row.policy_id,
    )


def owe_offer(row: ServiceRequest, post: Post, rules: RequestPolicy) -> WorkItem:
    """Who is offered a request accepts or declines it."""
    return open_work(
        OFFER,
        unit_id=post.unit_id,
        owner_post_id=post.pk,
        due_at=add(timezone.now(), Duration(rules.offer_hours, "working_hours")),
        customer_id=row.customer_id,
        subject_kind=REQUEST,
        subject_id=row.pk,
        details={"request_no": row.request_no},
        policy_id=rules.policy_version,
    )


def owe_reply(row: ServiceRequest, note: RequestNote, post: Post, rules: RequestPolicy) -> WorkItem:
    """A colleague was asked in a note."""
    return open_work(
        QUESTION,
        unit_id=post.unit_id,
        owner_post_id=post.pk,
        due_at=add(timezone.now(), Duration(rules.mention_hours, "working_hours")),
        customer_id=row.customer_id,
        subject_kind=f"{NOTE}:{post.pk}",
        subject_id=note.pk,
        details={"request_no": row.request_no, "request_id": row.pk},
        policy_id=rules.policy_version,
    )


def settle_offer(row: ServiceRequest, *, outcome: str, by: str, cancelled: bool = False) -> None:
    close_work(OFFER, REQUEST, row.pk, outcome=outcome, by=by, cancelled=cancelled)


def _clock_line(item: WorkItem) -> str:
    english = (get_language() or "").startswith("en")
    named = {**item.details, "clock": item.details["clock_en"] if english else item.details["clock"]}
    return _t("Request %(request_no)s: %(clock)s") % named


def _page(item: WorkItem) -> str:
    return reverse("service:request", args=[item.details.get("request_id") or item.subject_id])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            CLOCK,
            _("Limit of a request"),
            _clock_line,
            _page,
            icon="headset",
            outcomes={
                "met": pgettext_lazy("clock", "Met"),
                "ended": pgettext_lazy("clock", "Ended with the request"),
                "paused": pgettext_lazy("clock", "Paused"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            OFFER,
            _("Request offered to you"),
            lambda item: _t("Take over request %(request_no)s, or say why not.") % item.details,
            _page,
            icon="user-question",
            outcomes={
                "accepted": pgettext_lazy("request", "Taken over"),
                "declined": pgettext_lazy("request", "Not taken over"),
                "withdrawn": pgettext_lazy("request", "Offer withdrawn"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            QUESTION,
            _("Question about a request"),
            lambda item: _t("A colleague asks you about request %(request_no)s.") % item.details,
            _page,
            icon="at",
            outcomes={"done": pgettext_lazy("note", "Read")},
        )
    )
    register_work_kind(
        WorkKind(
            "service.follow_up",
            _("Return visit after a request"),
            lambda item: _t("Ask the customer whether request %(request_no)s is really settled.") % item.details,
            _page,
            icon="phone-check",
            outcomes={each.value: each.label for each in FollowUpState},
            closable=False,
        )
    )
