"""Writing down a visit and an analysis of needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.engagement.choices import AppointmentState, Channel
from kexin.engagement.models import Appointment
from kexin.engagement.operations import add_reminder
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.sales.advice.events import NeedsAnalysed, VisitChanged, VisitRecorded
from kexin.sales.advice.queries import latest_visit
from kexin.sales.advice.rules import clean, may_analyse, may_record_visit, short_enough
from kexin.sales.models import NeedsAnalysis, Visit

MORNING = dt.time(9)


def open_file(customer: Customer | int, actor: Actor) -> Customer:
    """The customer, locked, if the file can be written in."""
    row = Customer.objects.lock(customer, actor)
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    return row


def own_post(actor: Actor) -> Post:
    """The post that writes. Raises RuleViolation for somebody without one."""
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post writes this down."))
    return post


@operation("sales.record_visit", label=_("Write down a visit"), plain=("purpose", "way"))
def record_visit(
    customer: Customer | int,
    *,
    actor: Actor,
    purpose: str,
    way: str,
    visited_on: dt.date,
    facts: str,
    place: str = "",
    people: str = "",
    next_step: str = "",
    next_on: dt.date | None = None,
    appointment_id: int | None = None,
) -> Visit:
    """A visit as a record of the customer. A next step with a day becomes a reminder of that morning.

    ``appointment_id``: the meeting that it came of, kept and of the same customer, once.
    """
    row, post = open_file(customer, actor), own_post(actor)
    said = {"place": clean(place), "people": clean(people), "facts": clean(facts), "next_step": clean(next_step)}
    today = business_date()
    (
        may_record_visit(
            purpose=purpose, way=way, ways=Channel.values, on=visited_on, today=today, facts=said["facts"],
            next_on=next_on, next_step=said["next_step"],
        )
        & short_enough(said)
    ).enforce()  # fmt: skip
    visit = Visit.objects.create(
        customer=row,
        key_id=row.party.key_id,
        unit_id=post.unit_id,
        post=post,
        appointment=_meeting(appointment_id, row, actor),
        purpose=purpose,
        way=way,
        visited_on=visited_on,
        next_on=next_on,
        written_by=actor.name,
        **{name: text or None for name, text in said.items()},
    )
    if next_on is not None and next_on > today:
        due = dt.datetime.combine(next_on, MORNING, zone())
        add_reminder(actor=actor, customer=row, text=said["next_step"], due_at=due)
    emit(VisitRecorded(row.pk, row.customer_no, visit.pk, purpose, way))
    return visit


def _meeting(pk: int | None, customer: Customer, actor: Actor) -> Appointment | None:
    if pk is None:
        return None
    rows = Appointment.objects.visible_to(actor, "engagement.view_appointments")
    found = rows.filter(pk=pk, customer=customer).first()
    if found is None or found.state != AppointmentState.KEPT:
        raise RuleViolation(fields={"appointment_id": _("A visit comes of a meeting that was kept.")})
    if Visit.objects.filter(appointment=found).exists():
        raise RuleViolation(fields={"appointment_id": _("The visit of this meeting is written down already.")})
    return found


@operation("sales.change_visit", label=_("Change one's own visit"), plain=("purpose", "way"))
def change_visit(
    visit: Visit | int,
    *,
    actor: Actor,
    version: int,
    purpose: str,
    way: str,
    visited_on: dt.date,
    facts: str,
    place: str = "",
    people: str = "",
    next_step: str = "",
    next_on: dt.date | None = None,
) -> Visit:
    """Only who wrote it changes it; the history keeps what stood before."""
    row = Visit.objects.lock(visit, actor, version=version)
    if row.written_by != actor.name:
        raise RuleViolation(_("Only who wrote it down changes a visit."))
    said = {"place": clean(place), "people": clean(people), "facts": clean(facts), "next_step": clean(next_step)}
    kept = next_on if next_on != row.next_on else None  # a day that stood there already may have passed meanwhile
    (
        may_record_visit(
            purpose=purpose, way=way, ways=Channel.values, on=visited_on, today=business_date(), facts=said["facts"],
            next_on=kept, next_step=said["next_step"],
        )
        & short_enough(said)
    ).enforce()  # fmt: skip
    row.purpose, row.way, row.visited_on, row.next_on = purpose, way, visited_on, next_on
    for name, text in said.items():
        setattr(row, name, text or None)
    row.version += 1
    row.save()
    emit(VisitChanged(row.customer_id, row.customer.customer_no, row.pk))
    return row


@operation("sales.analyse_needs", label=_("Write down an analysis of needs"))
def analyse_needs(
    customer: Customer | int,
    *,
    actor: Actor,
    goals: Sequence[str],
    horizon: str,
    liquidity: str,
    income: str,
    outgoings: str,
    cover: Sequence[str] = (),
    product_needs: str = "",
    service_needs: str = "",
    risk_needs: str = "",
    wealth_needs: str = "",
) -> NeedsAnalysis:
    """A new analysis; earlier ones stay as they were. It rests on the latest visit, if there was one."""
    row, post = open_file(customer, actor), own_post(actor)
    said = {
        "product_needs": clean(product_needs),
        "service_needs": clean(service_needs),
        "risk_needs": clean(risk_needs),
        "wealth_needs": clean(wealth_needs),
    }
    (
        may_analyse(
            goals=goals, horizon=horizon, liquidity=liquidity, income=income, outgoings=outgoings, cover=cover,
            texts=list(said.values()),
        )
        & short_enough(said)
    ).enforce()  # fmt: skip
    before = NeedsAnalysis.objects.filter(customer=row).aggregate(Max("number"))["number__max"] or 0
    made = NeedsAnalysis.objects.create(
        customer=row,
        key_id=row.party.key_id,
        unit_id=post.unit_id,
        post=post,
        number=before + 1,
        visit=latest_visit(row.pk),
        goals=list(dict.fromkeys(goals)),
        horizon=horizon,
        liquidity=liquidity,
        income=income,
        outgoings=outgoings,
        cover=list(dict.fromkeys(cover)),
        written_on=business_date(),
        written_by=actor.name,
        **{name: text or None for name, text in said.items()},
    )
    emit(NeedsAnalysed(row.pk, row.customer_no, made.pk, made.number))
    return made
