"""Running care plans: each occasion once, in portions, within consent, quiet hours and the contact budget; pauses."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import add, business_date
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import open_work
from kexin.engagement.messages.sending import write_message
from kexin.party.consents.queries import agreed_channels
from kexin.party.models import Customer
from kexin.people.queries import held_on
from kexin.service.care.budget import full, not_before, reachable, way
from kexin.service.care.choices import CareAct, CareState, HeldReason, TouchState
from kexin.service.care.choosing import Chosen, chosen, key_of
from kexin.service.care.events import CareGiven, CarePaused
from kexin.service.care.policies import ContactBudgetPolicy
from kexin.service.models import CarePause, CarePlan, CareTouch
from kexin.service.rules import clean

CLOCK = "clock.care"
WORK, SUBJECT, PURPOSE = "service.care", "service.CareTouch", "service.care"
AT_ONCE, CATCH_UP = 300, 3  # customers in one transaction; days looked back at after a stop
WAYS = ("sms", "email")
LONGEST_PAUSE = 730


@operation("service.run_care_plan", label=_("Run a care plan"))
def run_care_plan(plan_id: int, *, actor: Actor, today: dt.date | None = None) -> int:
    """The next occasions of one plan; how many were looked at, at most 300. Nought: nothing is left for today."""
    if not actor.everything:
        raise NotPermitted
    plan = CarePlan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    day = today or business_date()
    budget, now = in_force(ContactBudgetPolicy), timezone.now()
    if plan.state != CareState.RUNNING or (plan.act == CareAct.MESSAGE and not_before(now, budget) > now):
        return 0
    last = day + dt.timedelta(days=plan.ahead_days)
    first = max(day, last - dt.timedelta(days=CATCH_UP))
    found = list(islice(chosen(plan, first, last), AT_ONCE))
    if found:
        _touch(plan, found, actor, budget, day)
    return len(found)


def _touch(plan: CarePlan, found: list[Chosen], actor: Actor, budget: ContactBudgetPolicy, today: dt.date) -> None:
    ids = [row.pk for row, _day in found]
    paused = set(CarePause.objects.filter(customer__in=ids, until__gte=today).values_list("customer_id", flat=True))
    message = plan.act == CareAct.MESSAGE
    enough = full(ids, budget)
    ways, agreed = (reachable(ids), agreed_channels(ids)) if message else ({}, {})
    there = set(held_on(today).values_list("post_id", flat=True))
    for row, day in found:
        touch = CareTouch(
            key=key_of(plan, row.pk, day), plan=plan, customer=row, day=day, state=TouchState.HELD,
            made_at=timezone.now(),
        )  # fmt: skip
        if row.pk in paused:
            touch.held = HeldReason.PAUSED
        elif row.pk in enough:
            touch.held = HeldReason.BUDGET
        elif message:
            channel = way(row.party.preferred_channel, WAYS, ways.get(row.pk, ()), agreed.get(row.pk, ()))
            _write(plan, row, touch, actor, channel)
        elif row.lead_post_id not in there:
            touch.held = HeldReason.NOBODY
        else:
            touch.state = TouchState.OWED
        touch.save()
        if touch.state == TouchState.OWED:
            _owe(plan, row, touch)
        if touch.state != TouchState.HELD:
            emit(CareGiven(row.pk, plan.name, plan.pk, touch.state))


def _write(plan: CarePlan, row: Customer, touch: CareTouch, actor: Actor, channel: str) -> None:
    english = row.party.language.startswith("en")
    try:
        if not channel:
            raise RuleViolation
        write_message(
            row, actor=actor, channel=channel, purpose=PURPOSE, body=plan.text_en if english else plan.text,
            subject_line=plan.name_en if english else plan.name,
        )  # fmt: skip
    except RuleViolation:
        touch.held = HeldReason.CONSENT
    else:
        touch.state, touch.channel = TouchState.SENT, channel


def _owe(plan: CarePlan, row: Customer, touch: CareTouch) -> None:
    due = add(timezone.now(), Duration(max(plan.ahead_days, 1), "calendar_days"))
    open_work(
        WORK,
        unit_id=row.unit_id,
        owner_post_id=row.lead_post_id or 0,
        due_at=due,
        customer_id=row.pk,
        subject_kind=SUBJECT,
        subject_id=touch.pk,
        details={
            "plan": plan.name, "plan_en": plan.name_en, "day": touch.day.isoformat(), "text": plan.text,
            "text_en": plan.text_en,
        },
    )  # fmt: skip


def run_all() -> int:
    """Every running plan (called by the clock); how many occasions were looked at."""
    actor, total = system(CLOCK), 0
    for pk in CarePlan.objects.filter(state=CareState.RUNNING).order_by("pk").values_list("pk", flat=True):
        while number := run_care_plan(pk, actor=actor):
            total += number
    return total


@operation("service.pause_care", label=_("Pause care for a customer"))
def pause_care(customer: Customer | int, *, actor: Actor, until: dt.date | None, reason: str = "") -> CarePause | None:
    """All plans leave the customer in peace until a day; None lets them go on."""
    row = Customer.objects.lock(customer, actor)
    if until is None:
        CarePause.objects.filter(customer=row).delete()
        emit(CarePaused(row.pk, row.customer_no, ""))
        return None
    today, why = business_date(), clean(reason)
    if not today <= until <= today + dt.timedelta(days=LONGEST_PAUSE):
        raise RuleViolation(fields={"until": _("A day within the next two years.")})
    if not 0 < len(why) <= 200:
        raise RuleViolation(fields={"reason": _("Say why, in at most 200 characters.")})
    made, _new = CarePause.objects.update_or_create(
        customer=row, defaults={"until": until, "reason": why, "paused_by": actor.name}
    )
    emit(CarePaused(row.pk, row.customer_no, until.isoformat()))
    return made
