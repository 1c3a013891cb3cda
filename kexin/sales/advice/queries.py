"""Reads of visits, needs and plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.models import NeedsAnalysis, Plan, PlanLine, PlanVersion, Visit

VIEW = "sales.view_advice"
VISIT_TEXTS = ("place", "people", "facts", "next_step")
NEEDS_TEXTS = ("product_needs", "service_needs", "risk_needs", "wealth_needs")
PLAN_TEXTS = ("title", "content", "term", "fees", "risk", "reason")
MOST = 20


@query(VIEW, label=_("See visits, needs and plans"), record="list")
def visits(actor: Actor) -> QuerySet[Visit]:
    """Visits to customers within reach; the caller orders and cuts."""
    return Visit.objects.visible_to(actor, VIEW).select_related("customer__party", "unit")


@query(VIEW, label=_("See visits, needs and plans"), record="list")
def plans(actor: Actor, state: str = "") -> QuerySet[Plan]:
    """Plans of customers within reach, of one state if asked; the caller orders and cuts."""
    rows = Plan.objects.visible_to(actor, VIEW).select_related("customer__party", "unit")
    return rows.filter(state=state) if state in PlanState.values else rows


@query(VIEW, label=_("See visits, needs and plans"), record="open")
def visit_file(actor: Actor, pk: int) -> Visit:
    """One visit within reach, its words opened. NotFound."""
    row = Visit.objects.visible_to(actor, VIEW).select_related("customer__party", "unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return decrypt_rows(Visit, [row], VISIT_TEXTS)[0]


@query(VIEW, label=_("See visits, needs and plans"), record="open")
def needs_file(actor: Actor, pk: int) -> NeedsAnalysis:
    """One analysis within reach, its words opened. NotFound."""
    rows = NeedsAnalysis.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "visit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return decrypt_rows(NeedsAnalysis, [row], NEEDS_TEXTS)[0]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its versions, the newest first; ``shown`` is the one that was asked for, with its lines."""

    plan: Plan
    shown: PlanVersion
    lines: list[PlanLine]
    versions: list[PlanVersion]
    expires_at: dt.datetime | None

    @property
    def is_newest(self) -> bool:
        return self.shown.number == self.plan.number


@query(VIEW, label=_("See visits, needs and plans"), record="open")
def plan_file(actor: Actor, pk: int, number: int | None = None) -> PlanFile:
    """A plan within reach, its newest version or the one of that number. NotFound."""
    plan = Plan.objects.visible_to(actor, VIEW).select_related("customer__party", "unit").filter(pk=pk).first()
    if plan is None:
        raise NotFound
    return file_of(plan, number)


def file_of(plan: Plan, number: int | None = None) -> PlanFile:
    """The file of a plan in hand. NotFound for a number that it does not have."""
    versions = list(PlanVersion.objects.filter(plan=plan).select_related("visit", "needs").order_by("-number"))
    shown = next((each for each in versions if number is None or each.number == number), None)
    if shown is None:
        raise NotFound
    decrypt_rows(PlanVersion, [shown], PLAN_TEXTS)
    lines = list(PlanLine.objects.filter(plan_version=shown).select_related("product", "sale").order_by("place"))
    decrypt_rows(PlanLine, lines, ("why",))
    until = shown.sent_at + dt.timedelta(days=in_force(AdvicePolicy).answer_days) if shown.sent_at else None
    return PlanFile(plan, shown, lines, versions, until if shown.state == PlanState.SENT else None)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is known of a customer: the latest visits, the needs as they stand, plans. ``fresh``: needs still count."""

    visits: list[Visit]
    needs: NeedsAnalysis | None
    fresh: bool
    plans: list[tuple[Plan, str]]  # with the name of the newest version


@query(VIEW, label=_("See visits, needs and plans"))
def advice_of(actor: Actor, customer: Customer) -> Advice:
    """The newest of a customer whom the caller has in reach."""
    seen = Visit.objects.visible_to(actor, VIEW).filter(customer=customer).order_by("-visited_on", "-pk")[:5]
    found = NeedsAnalysis.objects.visible_to(actor, VIEW).filter(customer=customer).order_by("-number").first()
    made = list(Plan.objects.visible_to(actor, VIEW).filter(customer=customer).order_by("-made_at", "-pk")[:MOST])
    oldest = business_date() - dt.timedelta(days=in_force(AdvicePolicy).needs_days)
    if found is not None:
        decrypt_rows(NeedsAnalysis, [found], NEEDS_TEXTS)
    return Advice(
        visits=decrypt_rows(Visit, list(seen), ("facts", "next_step")),
        needs=found,
        fresh=found is not None and found.written_on >= oldest,
        plans=[(plan, title) for plan, title in zip(made, titles_of(made), strict=True)],
    )


def titles_of(made: Iterable[Plan]) -> list[str]:
    """The name of the newest version of each plan."""
    rows = list(made)
    newest = {
        each.plan_id: each
        for each in PlanVersion.objects.filter(plan__in=[row.pk for row in rows]).order_by("plan", "number")
    }
    decrypt_rows(PlanVersion, list(newest.values()), ("title",))
    return [str(newest[row.pk].title or "") for row in rows]


@query(VIEW, label=_("See visits, needs and plans"))
def plan_line(actor: Actor, pk: int) -> PlanLine:
    """A line of a plan within reach, with its plan. NotFound."""
    rows = PlanLine.objects.filter(plan_version__plan__in=Plan.objects.visible_to(actor, VIEW).order_by().values("pk"))
    row = rows.select_related("product", "sale", "plan_version__plan__customer__party").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def latest_visit(customer_id: int, on: dt.date | None = None) -> Visit | None:
    """The latest visit to a customer up to a day. No reach is checked: for floors' own work only."""
    rows = Visit.objects.filter(customer=customer_id)
    return (rows.filter(visited_on__lte=on) if on else rows).order_by("-visited_on", "-pk").first()


def latest_needs(customer_id: int, on: dt.date | None = None) -> NeedsAnalysis | None:
    """The latest analysis of a customer's needs up to a day. No reach is checked."""
    rows = NeedsAnalysis.objects.filter(customer=customer_id)
    return (rows.filter(written_on__lte=on) if on else rows).order_by("-number").first()
