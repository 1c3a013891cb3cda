"""Reads of the rules of conduct: what they are, one's own acknowledgement, who owes one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Employee, ProductAuthorisation
from kexin.people.queries import units_in_reach
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.models import ConductAcknowledgement
from kexin.sales.oversight.compliance import VIEW_OVERSIGHT

VIEW_RULES = "sales.view_conduct_rules"


@dataclass(frozen=True, slots=True)
class RulesFile:
    """The rules in force and the reader's own acknowledgement of them; ``employee``: the reader can give one."""

    rules: ConductRulesPolicy
    employee: bool
    mine: ConductAcknowledgement | None


@dataclass(frozen=True, slots=True)
class AcknowledgementCounts:
    """Of the people who may sell today: how many acknowledged the rules in force, how many did not."""

    acknowledged: int
    owed: int


def authorised_sellers() -> QuerySet[Employee]:
    """Employees in service with a product authorisation that runs today."""
    today = business_date()
    running = ProductAuthorisation.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=today), employee=OuterRef("pk"), starts_on__lte=today,
        ends_on__gte=today,
    )  # fmt: skip
    return Employee.objects.filter(Exists(running), status=EmployeeStatus.ACTIVE)


def acknowledged(policy_id: int) -> Exists:
    """Has the employee of the row acknowledged this version?"""
    return Exists(ConductAcknowledgement.objects.filter(employee=OuterRef("pk"), policy_id=policy_id))


@query(VIEW_RULES, label=_("See the rules of conduct"), open_to_all=True)
def conduct_rules(actor: Actor) -> RulesFile:
    """The rules in force; everybody who works here may read them."""
    rules = in_force(ConductRulesPolicy)
    row = Employee.objects.filter(user=actor.user_id).first() if actor.user_id is not None else None
    said = ConductAcknowledgement.objects.filter(employee=row, policy_id=rules.policy_version).first() if row else None
    return RulesFile(rules, row is not None, said)


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def acknowledgement_counts(actor: Actor, unit_id: int | None = None) -> AcknowledgementCounts:
    """Of the sellers within reach, of one unit and below where named. NotFound for a unit out of reach."""
    sellers, said = _within(actor, unit_id), acknowledged(in_force(ConductRulesPolicy).policy_version)
    return AcknowledgementCounts(sellers.filter(said).count(), sellers.exclude(said).count())


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def owing_sellers(actor: Actor, unit_id: int | None = None) -> QuerySet[Employee]:
    """Who may sell today and has not acknowledged the rules in force, by staff number."""
    said = acknowledged(in_force(ConductRulesPolicy).policy_version)
    return _within(actor, unit_id).exclude(said).select_related("unit").order_by("staff_no")


def _within(actor: Actor, unit_id: int | None) -> QuerySet[Employee]:
    reach = Employee.objects.visible_to(actor, VIEW_OVERSIGHT)
    rows = authorised_sellers().filter(pk__in=reach.order_by().values("pk"))
    if unit_id is None:
        return rows
    path = units_in_reach(actor, VIEW_OVERSIGHT).filter(pk=unit_id).values_list("path", flat=True).first()
    if path is None:
        raise NotFound
    return rows.filter(unit__path__startswith=path)
