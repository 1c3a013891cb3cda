"""Reads of feedback, of improvement plans and of reviews."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.service.feedback.choices import FeedbackAspect, FeedbackState
from kexin.service.models import Feedback, FeedbackReview, ImprovementPlan

VIEW, VIEW_OWN = "service.view_feedback", "service.view_own_feedback"
TEXTS = ("text", "answer")


@query(VIEW, label=_("See feedback"), record="list", plain=("state",))
def feedback_list(actor: Actor, *, state: str = "", late: bool = False) -> QuerySet[Feedback]:
    """Feedback within reach."""
    rows = Feedback.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "plan")
    if state in FeedbackState.values:
        rows = rows.filter(state=state)
    return rows.filter(state=FeedbackState.OPEN, due_at__lt=timezone.now()) if late else rows


def opened(rows: list[Feedback]) -> list[Feedback]:
    """The words of customers made readable; those of nobody stand plain."""
    decrypt_rows(Feedback, [row for row in rows if row.customer_id], TEXTS)
    return rows


@query(VIEW, label=_("See feedback"), record="open")
def feedback_file(actor: Actor, pk: int) -> Feedback:
    """One of them, its words opened. NotFound."""
    rows = Feedback.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "plan")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return opened([row])[0]


@dataclass(frozen=True, slots=True)
class AspectLine:
    """One aspect: how much came in, how much is open, late, not agreed with, and how many measures it led to."""

    aspect: str
    label: str
    count: int
    open: int
    late: int
    disputed: int
    plans: int


@query(VIEW, label=_("See feedback"))
def feedback_by_aspect(actor: Actor, days: int = 90) -> list[AspectLine]:
    """The four aspects over the last days, within reach (G-11)."""
    now = timezone.now()
    rows = Feedback.objects.visible_to(actor, VIEW).filter(received_at__gt=now - dt.timedelta(days=days))
    lines: list[Any] = list(
        rows.order_by().values("aspect").annotate(
            n=Count("pk"), open=Count("pk", filter=Q(state="open")),
            late=Count("pk", filter=Q(state="open", due_at__lt=now)),
            disputed=Count("pk", filter=Q(confirmation="disputed")), plans=Count("plan", distinct=True),
        )
    )  # fmt: skip
    counted = {each["aspect"]: each for each in lines}
    found = []
    for code, label in FeedbackAspect.choices:
        each = counted.get(code, {})
        figures = (int(each.get(name, 0)) for name in ("n", "open", "late", "disputed", "plans"))
        found.append(AspectLine(code, str(label), *figures))
    return found


@query(VIEW, label=_("See feedback"))
def improvement_plans(actor: Actor) -> list[ImprovementPlan]:
    """Measures within reach, those that wait first."""
    rows = ImprovementPlan.objects.visible_to(actor, VIEW).select_related("unit").annotate(n=Count("feedback"))
    return list(rows.order_by("state", "due_on", "pk")[:200])


@query(VIEW, label=_("See feedback"))
def improvement_plan(actor: Actor, pk: int) -> ImprovementPlan:
    """One measure. NotFound."""
    row = ImprovementPlan.objects.visible_to(actor, VIEW).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW, label=_("See feedback"))
def feedback_reviews(actor: Actor) -> list[FeedbackReview]:
    """Reviews of the mechanism, the newest first."""
    return list(FeedbackReview.objects.order_by("-reviewed_on", "-pk")[:20])


@query(VIEW_OWN, label=_("See one's own feedback"), record="list")
def own_feedback(actor: Actor) -> list[Feedback]:
    """The customer's own, the newest first."""
    return opened(list(Feedback.objects.visible_to(actor, VIEW_OWN).order_by("-received_at", "-pk")[:30]))
