"""Who has an occasion within a span of days: the database chooses, one statement for each kind of occasion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth

from kexin.core.calendar import zone
from kexin.engagement.choices import AppointmentState
from kexin.engagement.models import Appointment, Contact
from kexin.engagement.returns.rules import months_after
from kexin.party.birthdays import lunar_codes, solar_codes
from kexin.party.models import Customer
from kexin.people.queries import units_below
from kexin.service.care.choices import Occasion
from kexin.service.models import CarePlan, CareTouch

Chosen = tuple[Customer, dt.date]
CHUNK = 500


def people(plan: CarePlan) -> QuerySet[Customer]:
    """Active customers of the plan's units and tiers."""
    rows = Customer.objects.filter(status="active", unit__in=units_below(plan.unit_id)).select_related("party")
    return rows.filter(tier__in=plan.tiers) if plan.tiers else rows


def key_of(plan: CarePlan, customer_id: int, day: dt.date) -> str:
    """The occasion's name: the same one is never used twice."""
    if plan.occasion == Occasion.VISIT:
        months = day.year * 12 + day.month - 1
        return f"{plan.pk}:{customer_id}:m{months // max(plan.every_months, 1)}"
    return f"{plan.pk}:{customer_id}:{day.isoformat()}"


def chosen(plan: CarePlan, first: dt.date, last: dt.date, rows: QuerySet[Customer] | None = None) -> Iterator[Chosen]:
    """Customers with the day of their occasion from ``first`` to ``last``, the nearest day first; each occasion once.

    ``rows`` narrows whom to look at. An occasion of which something came already is left out.
    """
    everybody = people(plan) if rows is None else rows
    span = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    if plan.occasion in (Occasion.FESTIVAL, Occasion.VISIT):
        yield from _at_once(plan, everybody, span)
        return
    touched = CareTouch.objects.filter(plan=plan, day__gte=first, day__lte=last)
    done = set(touched.values_list("customer_id", "day"))
    pairs = sorted((day, pk) for pk, day in _dated(plan, everybody, span) if (pk, day) not in done)
    for at in range(0, len(pairs), CHUNK):
        part = pairs[at : at + CHUNK]
        found = everybody.in_bulk([pk for _day, pk in part])
        yield from ((found[pk], day) for day, pk in part)


def _at_once(plan: CarePlan, rows: QuerySet[Customer], span: list[dt.date]) -> Iterator[Chosen]:
    """Occasions that many have on the same day."""
    if plan.occasion == Occasion.VISIT:
        since = months_after(span[0], -plan.every_months)
        done = CareTouch.objects.filter(plan=plan, customer=OuterRef("pk"), day__gt=since)
        silent = rows.filter(~Exists(_spoken(since)), ~Exists(_met(since)), ~Exists(done))
        yield from ((row, span[0]) for row in silent.order_by("pk").iterator(chunk_size=CHUNK))
        return
    for day in span:
        if set(plan.festivals) & {f"{day:%m-%d}", *(f"L{each}" for each in lunar_codes(day))}:
            done = CareTouch.objects.filter(plan=plan, customer=OuterRef("pk"), day=day)
            for row in rows.filter(~Exists(done)).order_by("pk").iterator(chunk_size=CHUNK):
                yield row, day


def _dated(plan: CarePlan, rows: QuerySet[Customer], span: list[dt.date]) -> Iterator[tuple[int, dt.date]]:
    """Occasions that each customer has on a day of one's own."""
    if plan.occasion == Occasion.BIRTHDAY:
        solar = {code: day for day in span for code in solar_codes(day)}
        lunar = {code: day for day in span for code in lunar_codes(day)}
        kept = rows.filter(birthday__in=list(solar), party__lunar_birthday="")
        yield from ((pk, solar[code]) for pk, code in kept.values_list("pk", "birthday") if code is not None)
        moon = rows.filter(party__lunar_birthday__in=list(lunar))
        yield from ((pk, lunar[code]) for pk, code in moon.values_list("pk", "party__lunar_birthday"))
    elif plan.occasion == Occasion.ANNIVERSARY:
        codes = {code: day for day in span for code in solar_codes(day)}
        code = ExtractMonth("admitted_on") * 100 + ExtractDay("admitted_on")
        dated = rows.annotate(code=code).filter(code__in=list(codes))
        for pk, found, since in dated.values_list("pk", "code", "admitted_on"):
            if since is not None and since.year < codes[found].year:
                yield pk, codes[found]
    else:
        due = rows.filter(maturities__due_on__in=span).values_list("pk", "maturities__due_on").distinct()
        yield from ((pk, day) for pk, day in due if day is not None)


def _spoken(since: dt.date) -> QuerySet[Contact]:
    """A conversation had since a day; for use inside Exists."""
    moment = dt.datetime.combine(since, dt.time.min, zone())
    return Contact.objects.filter(customer=OuterRef("pk"), reached=True, undone_at=None, at__gte=moment)


def _met(since: dt.date) -> QuerySet[Appointment]:
    """A meeting kept since a day; for use inside Exists."""
    moment = dt.datetime.combine(since, dt.time.min, zone())
    return Appointment.objects.filter(customer=OuterRef("pk"), state=AppointmentState.KEPT, starts_at__gte=moment)
