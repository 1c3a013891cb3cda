"""Reads of questions to support desks."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.models import Complaint, ServiceRequest, SupportQuestion
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.support.choices import SupportState

VIEW = "service.view_support"
MINE, TO_ANSWER, LATE = "mine", "answer", "late"
MOST = 20


@query(VIEW, label=_("See questions to support desks"), plain=("state", "side"))
def support_questions(actor: Actor, *, state: str = "", side: str = "") -> QuerySet[SupportQuestion]:
    """Questions within reach. ``side``: those one asked, or those one is to answer; ``state`` may be "late"."""
    rows = SupportQuestion.objects.visible_to(actor, VIEW).select_related("request", "unit")
    if side == MINE:
        rows = rows.filter(asked_post__in=list(actor.post_ids))
    elif side == TO_ANSWER:
        rows = rows.filter(owner_post__in=list(actor.post_ids), state=SupportState.OPEN)
    if state == LATE:
        rows = rows.filter(state=SupportState.OPEN, due_at__lt=timezone.now())
    elif state in SupportState.values:
        rows = rows.filter(state=state)
    return rows


@query(VIEW, label=_("See questions to support desks"), record="open")
def support_question(actor: Actor, pk: int) -> SupportQuestion:
    """One within reach. NotFound."""
    rows = SupportQuestion.objects.visible_to(actor, VIEW).select_related(
        "request", "customer__party", "article", "unit"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW, label=_("See questions to support desks"))
def support_beside(
    actor: Actor, *, request_id: int | None = None, customer_id: int | None = None
) -> list[SupportQuestion]:
    """The newest questions that came up with a request, or with a customer."""
    rows = SupportQuestion.objects.visible_to(actor, VIEW)
    rows = rows.filter(request=request_id) if request_id is not None else rows.filter(customer=customer_id)
    return list(rows.order_by("-asked_at", "-pk")[:MOST])


@query(VIEW, label=_("See questions to support desks"), record="list")
def support_of_customer(actor: Actor, customer: Customer) -> list[SupportQuestion]:
    """The newest questions that came up with a customer within reach, those that await an answer first.

    Where a case of the customer is kept from the reader (hidden from the branch, or about the reader), what others
    asked may be about it: the reader sees then only what is theirs to ask or to answer. The same for questions of a
    request that the reader may not see.
    """
    act = frame.current.get()
    if act is not None and act.operation == VIEW:
        act.customer_id = customer.pk  # whose page it was
    rows = SupportQuestion.objects.visible_to(actor, VIEW).filter(customer=customer)
    mine = Q(asked_post__in=list(actor.post_ids)) | Q(owner_post__in=list(actor.post_ids))
    seen = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(customer=customer).order_by().values("pk")
    rows = rows.filter(mine | Q(request=None) | Q(request__in=seen))
    kept = Complaint.objects.filter(customer=customer).filter(Q(hidden_from_unit=True) | ~Q(accused=[]))
    within = Complaint.objects.visible_to(actor, VIEW_COMPLAINTS).filter(customer=customer).order_by().values("pk")
    if kept.exclude(pk__in=within).exists():
        rows = rows.filter(mine)
    found = list(rows.select_related("owner_post").order_by("-asked_at", "-pk")[:MOST])
    return sorted(found, key=lambda row: row.state != SupportState.OPEN)
