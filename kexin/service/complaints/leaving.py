"""Nobody holds a post any more that has a part in a case: somebody without interest takes its place at once.

The case keeps its limits. What the post owed goes to its successor; an investigation is given out anew by the officer.
"""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted
from kexin.core.events import subscribe
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.people.choices import EmployeeStatus
from kexin.people.events import AppointmentEnded
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.record import step, store
from kexin.service.complaints.reviewing import reviewer_of
from kexin.service.complaints.work import CASE, INVESTIGATE, settle
from kexin.service.models import Complaint, StatutoryReview
from kexin.service.work import SUBJECT

CLOCK = "clock.complaints"
BATCH = 200
OFFICER, CONTACT = "service.grade_complaint", "service.receive_complaint"


@operation("service.hand_over_complaints", label=_("Hand complaints of a post that nobody holds to another"))
def hand_over_complaints(*, actor: Actor) -> int:
    """How many cases and reviews went on, at most 200 at once. Where nobody is found, the post keeps them."""
    if not actor.everything:
        raise NotPermitted
    held = held_on(business_date()).exclude(employee__status=EmployeeStatus.LEFT).values("post")
    left = ~Q(officer_post__in=held) | ~Q(contact_post__in=held)
    left |= Q(investigator_post__isnull=False) & ~Q(investigator_post__in=held) & Q(state="inquiry")
    rows = Complaint.objects.unfinished().filter(left).select_for_update(of=("self",), skip_locked=True)
    held_now = set(held.values_list("post", flat=True))
    moved = sum(_hand_over(row, held_now, actor) for row in rows.order_by("legal_due_at", "pk")[:BATCH])
    reviews = StatutoryReview.objects.filter(result="").exclude(reviewer_post__in=held)
    for review in reviews.select_for_update(of=("self",), skip_locked=True).select_related("complaint")[:BATCH]:
        moved += _review_on(review, actor)
    return moved


def _hand_over(row: Complaint, held: set[int], actor: Actor) -> bool:
    sellers = sellers_of(row.subject_kind, row.subject_no)

    def found(right: str) -> Post | None:
        return officer_for(right, row.unit_id, row.accused, sellers, row.concerned_unit_id)

    moved = False
    for role, right in (("officer_post", OFFICER), ("contact_post", CONTACT)):
        before = getattr(row, f"{role}_id")
        post = found(right) if before not in held else None
        if post is not None and post.pk != before:
            setattr(row, role, post)
            _work_goes(row, before, post)
            moved = True
    if row.investigator_post_id is not None and row.investigator_post_id not in held and row.state == "inquiry":
        settle(INVESTIGATE, row, outcome="reassigned", by=actor.name, cancelled=True)
        row.investigator_post = None
        moved = True
    if moved:
        store(row)
        step(row, "handed", actor)
    return moved


def _review_on(review: StatutoryReview, actor: Actor) -> bool:
    row, before = review.complaint, review.reviewer_post_id
    post = reviewer_of(row)
    if post is None or post.pk == before:
        return False
    review.reviewer_post, review.unit_id = post, post.unit_id
    review.save(update_fields=["reviewer_post", "unit"])
    _work_goes(row, before, post)
    step(row, "handed", actor)
    return True


def _work_goes(row: Complaint, before: int, post: Post) -> None:
    clocks: QuerySet[WorkItem] = WorkItem.objects.open().filter(owner_post_id=before)
    about = Q(subject_kind=CASE, subject_id=row.pk)
    about |= Q(subject_kind=SUBJECT, subject_id__in=list(row.clocks.values_list("pk", flat=True)))
    clocks.filter(about).update(owner_post_id=post.pk, unit_id=post.unit_id, version=F("version") + 1)


@subscribe(AppointmentEnded)
def after_leaving(fact: AppointmentEnded) -> None:
    """At once; an appointment that ends later is found by the clock on the day after."""
    hand_over_complaints(actor=system(CLOCK))
