"""Reads of care: plans, who would be touched, what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.consents.queries import agreed_channels
from kexin.party.models import Customer
from kexin.service.care.budget import full, reachable, way
from kexin.service.care.choices import CareAct, HeldReason, Occasion
from kexin.service.care.choosing import chosen, people
from kexin.service.care.policies import ContactBudgetPolicy
from kexin.service.care.running import WAYS
from kexin.service.models import CarePause, CarePlan, CareTouch

VIEW = "service.view_care"
MOST, LOOK_AHEAD = 300, 31


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan with what came of it within reach."""

    row: CarePlan
    given: int
    held: int


@query(VIEW, label=_("See care plans"))
def care_plans(actor: Actor) -> list[PlanLine]:
    """Plans within reach, the newest first."""
    rows = list(CarePlan.objects.visible_to(actor, VIEW).select_related("unit").order_by("-pk")[:200])
    touches = CareTouch.objects.visible_to(actor, VIEW).filter(plan__in=[row.pk for row in rows]).order_by()
    counted = {
        pk: (given, held)
        for pk, given, held in touches.values("plan")
        .annotate(given=Count("pk", filter=~Q(state="held")), held=Count("pk", filter=Q(state="held")))
        .values_list("plan", "given", "held")
    }
    return [PlanLine(row, *counted.get(row.pk, (0, 0))) for row in rows]


@query(VIEW, label=_("See care plans"))
def care_plan(actor: Actor, pk: int) -> CarePlan:
    """One plan. NotFound."""
    row = CarePlan.objects.visible_to(actor, VIEW).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class Coming:
    """One customer whom a plan would touch, on which day, and why perhaps not."""

    customer: Customer
    day: dt.date
    held: str

    @property
    def why(self) -> str:
        return str(HeldReason(self.held).label) if self.held else ""


@query(VIEW, label=_("See care plans"), record="list")
def care_coming(actor: Actor, pk: int) -> list[Coming]:
    """Whom a plan would touch within the next 31 days, within the reader's reach, as things stand today; at most 300.

    A draft is looked at like a running plan: nothing is written.
    """
    plan = care_plan(actor, pk)
    today = business_date()
    seen = Customer.objects.visible_to(actor, VIEW).values("pk")
    last = today if plan.occasion == Occasion.VISIT else today + dt.timedelta(days=LOOK_AHEAD)
    found = list(islice(chosen(plan, today, last, people(plan).filter(pk__in=seen)), MOST))
    ids = [row.pk for row, _day in found]
    paused = dict(CarePause.objects.filter(customer__in=ids).values_list("customer_id", "until"))
    enough = full(ids, in_force(ContactBudgetPolicy))
    message = plan.act == CareAct.MESSAGE
    ways, agreed = (reachable(ids), agreed_channels(ids)) if message else ({}, {})

    def held(row: Customer, day: dt.date) -> str:
        if row.pk in paused and paused[row.pk] >= day - dt.timedelta(days=plan.ahead_days):
            return HeldReason.PAUSED
        if row.pk in enough:
            return HeldReason.BUDGET
        if message and not way(row.party.preferred_channel, WAYS, ways.get(row.pk, ()), agreed.get(row.pk, ())):
            return HeldReason.CONSENT
        return HeldReason.NOBODY if not message and row.lead_post_id is None else ""

    lines = [Coming(row, day, held(row, day)) for row, day in found]
    return sorted(lines, key=lambda each: (each.day, each.customer.pk))


@query(VIEW, label=_("See care plans"))
def care_of(actor: Actor, customer_id: int) -> tuple[list[CareTouch], CarePause | None]:
    """What care a customer within reach had lately, and the pause that stands."""
    row = Customer.objects.fetch(customer_id, actor, VIEW)
    touches = CareTouch.objects.filter(customer=row).select_related("plan").order_by("-made_at", "-pk")[:8]
    return list(touches), CarePause.objects.filter(customer=row, until__gte=business_date()).first()
