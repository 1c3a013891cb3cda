"""From feedback to a measure to its effect (G-06, G-11), and the review of the way itself by date (G-13)."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import Confirmation
from kexin.service.feedback.choices import FeedbackAspect, FeedbackState, PlanState
from kexin.service.feedback.policies import FeedbackPolicy
from kexin.service.models import Feedback, FeedbackReview, ImprovementPlan, KnownProblem, ProblemLink
from kexin.service.rules import clean

REVIEW = "service.feedback_review"
WARN_DAYS = 14


@operation("service.plan_improvement", label=_("Plan an improvement"), plain=("aspect",))
def plan_improvement(
    *, actor: Actor, aspect: str, measure: str, due_on: dt.date, owner_post_id: int, feedback_id: int | None = None
) -> ImprovementPlan:
    """A measure with a person and a date, of feedback within reach or of many alike."""
    found = None
    if feedback_id is not None:
        found = Feedback.objects.lock(feedback_id, actor)
    post, wrong = Post.objects.filter(pk=owner_post_id, closed_on=None).first(), {}
    if aspect not in FeedbackAspect.values:
        wrong["aspect"] = _("Choose one of the list.")
    if not 0 < len(clean(measure)) <= 500:
        wrong["measure"] = _("Say what is done, in at most 500 characters.")
    if due_on < business_date():
        wrong["due_on"] = _("This day has passed.")
    if post is None:
        wrong["owner_post_id"] = _("Choose one of the list.")
    if wrong or post is None:
        raise RuleViolation(fields=wrong)
    row = ImprovementPlan.objects.create(
        unit_id=found.unit_id if found else post.unit_id,
        aspect=aspect,
        measure=clean(measure),
        owner_post=post,
        due_on=due_on,
        made_at=timezone.now(),
        made_by=actor.name,
    )
    if found is not None:
        found.plan = row
        found.save(update_fields=["plan"])
    return row


@operation("service.carry_out_improvement", label=_("Say that an improvement is carried out"))
def carry_out_improvement(plan: ImprovementPlan | int, *, actor: Actor) -> ImprovementPlan:
    """The effect is looked at after the policy's days."""
    row = ImprovementPlan.objects.lock(plan, actor)
    if row.state != PlanState.OPEN:
        raise RuleViolation(_("This is not possible in the present state."))
    row.state, row.done_on = PlanState.DONE, business_date()
    row.look_on = row.done_on + dt.timedelta(days=in_force(FeedbackPolicy).effect_days)
    row.version += 1
    row.save()
    return row


@operation("service.judge_improvement", label=_("Judge the effect of an improvement"), plain=("effective",))
def judge_improvement(plan: ImprovementPlan | int, *, actor: Actor, effective: bool, effect: str) -> ImprovementPlan:
    """What came of it, in words; not before the day from which the effect can be seen."""
    row, said = ImprovementPlan.objects.lock(plan, actor), clean(effect)
    if row.state != PlanState.DONE or row.look_on is None:
        raise RuleViolation(_("This is not possible in the present state."))
    if business_date() < row.look_on:
        raise RuleViolation(_("The effect is looked at from %(day)s on.") % {"day": row.look_on.isoformat()})
    if not 0 < len(said) <= 500:
        raise RuleViolation(fields={"effect": _("Say what came of it, in at most 500 characters.")})
    row.state, row.effect = PlanState.EFFECTIVE if effective else PlanState.WITHOUT, said
    row.judged_by = actor.name
    row.version += 1
    row.save()
    return row


@operation("service.review_feedback_mechanism", label=_("Review the feedback mechanism"))
def review_feedback_mechanism(*, actor: Actor, findings: str, measures: str = "") -> FeedbackReview:
    """What was found and is done about the way itself, with the figures of that day; the next review follows the
    policy's months."""
    found = clean(findings)
    if not 0 < len(found) <= 2000:
        raise RuleViolation(fields={"findings": _("Say what was found, in at most 2,000 characters.")})
    today = business_date()
    months = today.month - 1 + in_force(FeedbackPolicy).review_months
    following = dt.date(today.year + months // 12, months % 12 + 1, min(today.day, 28))
    row = FeedbackReview.objects.create(
        reviewed_on=today,
        findings=found,
        measures=clean(measures)[:2000],
        figures=mechanism_figures(),
        next_on=following,
        reviewed_by=actor.name,
    )
    for item in WorkItem.objects.open().filter(kind=REVIEW):
        close_work(REVIEW, item.subject_kind, item.subject_id or 0, outcome="reviewed", by=actor.name)
    return row


def mechanism_figures() -> dict[str, int]:
    """How the loop went since the last review: collected, answered late, not agreed with, measures and their effect,
    known problems and how often they came back after a fix (G-06, K-26)."""
    last = FeedbackReview.objects.order_by("-reviewed_on", "-pk").values_list("reviewed_on", flat=True).first()
    since = dt.datetime.combine(last or dt.date(2000, 1, 1), dt.time(), zone())
    rows = Feedback.objects.filter(received_at__gte=since)
    plans = ImprovementPlan.objects.filter(made_at__gte=since)
    met = ProblemLink.objects.filter(ended_at=None, met_at__gte=since)
    return {
        "received": rows.count(),
        "open": rows.filter(state=FeedbackState.OPEN).count(),
        "late": rows.filter(Q(answered_at__gt=F("due_at")) | Q(answered_at=None, due_at__lt=timezone.now())).count(),
        "disputed": rows.filter(confirmation=Confirmation.DISPUTED).count(),
        "measures": plans.count(),
        "effective": plans.filter(state=PlanState.EFFECTIVE).count(),
        "without": plans.filter(state=PlanState.WITHOUT).count(),
        "problems": KnownProblem.objects.filter(found_at__gte=since).count(),
        "returned": met.filter(problem__fixed_at__isnull=False, met_at__gt=F("problem__fixed_at")).count(),
    }


@operation("service.owe_mechanism_review", label=_("Have the feedback mechanism reviewed when its day comes"))
def owe_mechanism_review(*, actor: Actor) -> bool:
    """From two weeks before its day on the review is somebody's work; was there anything to owe?"""
    if not actor.everything:
        raise NotPermitted
    due = next_review() or business_date()
    if business_date() < due - dt.timedelta(days=WARN_DAYS):
        return False
    unit_id = OrgUnit.objects.filter(parent=None).order_by("path").values_list("pk", flat=True).first()
    owner = duty_holder("service.review_feedback_mechanism", unit_id) if unit_id is not None else None
    if unit_id is None or owner is None:
        return False
    open_work(
        REVIEW,
        unit_id=unit_id,
        owner_post_id=owner,
        due_at=dt.datetime.combine(due, dt.time(18), zone()),
        subject_kind="service.FeedbackReview",
        subject_id=due.toordinal(),
        details={},
        policy_id=in_force(FeedbackPolicy).policy_version,
    )
    return True


def next_review() -> dt.date | None:
    """When the mechanism is to be reviewed; None where it never was."""
    return FeedbackReview.objects.order_by("-reviewed_on", "-pk").values_list("next_on", flat=True).first()
