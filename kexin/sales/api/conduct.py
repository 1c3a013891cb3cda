"""The rules of conduct for other systems: reading and acknowledging them, who owes it, reporting conduct at a sale."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, page_of
from kexin.people.models import Employee
from kexin.sales.conduct.acknowledging import acknowledge_conduct_rules
from kexin.sales.conduct.queries import VIEW_RULES, acknowledgement_counts, conduct_rules, owing_sellers
from kexin.sales.conduct.reporting import REPORT, report_conduct
from kexin.sales.models import Sale
from kexin.sales.oversight.compliance import VIEW_OVERSIGHT

router = Endpoints("conduct", _("Rules of conduct"))
Words = dict[str, str]


class ConductRuleShown(Shown):
    """One rule, and what the system does against breaking it."""

    code: str = Field(examples=["benefit_transfer"])
    name: Words = Field(examples=[{"zh": "不输送利益", "en": "No transfer of benefits"}])
    control: Words = Field(examples=[{"zh": "检查事项", "en": "Inspection items"}])


class ConductRulesShown(Shown):
    """The rules in force; ``acknowledged_at``: one's own acknowledgement of this version."""

    version: Id
    acknowledge_days: int = Field(examples=[10], description="Working days")
    rules: list[ConductRuleShown]
    acknowledged_at: Moment | None


class ConductAcknowledged(Taken):
    """The version that was read."""

    version: Id


class ConductOwingAsked(Taken):
    """Of which unit and below; all within reach where left out."""

    unit_id: Id | None = None


class ConductCountsShown(Shown):
    """Of the people who may sell today, how many acknowledged the rules in force."""

    acknowledged: int = Field(examples=[38])
    owed: int = Field(examples=[2])


class ConductOwingShown(Shown):
    """Somebody who may sell and has not acknowledged the rules in force."""

    employee_id: Id
    staff_no: str = Field(examples=["1001"])
    unit_id: Id


class ConductReported(Taken):
    """Which rule, and what was seen or heard."""

    rule: Annotated[str, Field(max_length=40, examples=["misleading_statement"])]
    words: Annotated[str, Field(max_length=500, examples=["She called it a deposit"])]


class ConductReportShown(Shown):
    """What was reported; consumer protection looks into it."""

    sale_id: Id
    rule: str = Field(examples=["misleading_statement"])
    reported_at: Moment


def _shown(request: ApiRequest) -> ConductRulesShown:
    found = conduct_rules(request.actor)
    return ConductRulesShown(
        version=found.rules.policy_version,
        acknowledge_days=found.rules.acknowledge_days,
        rules=[ConductRuleShown(code=each.code, name=each.name, control=each.control) for each in found.rules.parsed],
        acknowledged_at=found.mine.at if found.mine is not None else None,
    )


@router.read("/conduct-rules", VIEW_RULES)
def read_conduct_rules(request: ApiRequest) -> ConductRulesShown:
    """The rules in force, and one's own acknowledgement."""
    return _shown(request)


@router.write("POST", "/conduct-rules/acknowledgement", "sales.acknowledge_conduct_rules")
def acknowledge_rules(request: ApiRequest, data: ConductAcknowledged) -> ConductRulesShown:
    """Acknowledge the version that was read; refused where another one is in force by now."""
    acknowledge_conduct_rules(actor=request.actor, version=data.version)
    return _shown(request)


@router.read("/conduct-rules/acknowledgements", VIEW_OVERSIGHT, _("Count acknowledgements of the rules of conduct"))
def count_acknowledgements(request: ApiRequest, wanted: Query[ConductOwingAsked]) -> ConductCountsShown:
    """How many of the people who may sell acknowledged the rules in force."""
    found = acknowledgement_counts(request.actor, wanted.unit_id)
    return ConductCountsShown(acknowledged=found.acknowledged, owed=found.owed)


@router.read("/conduct-rules/owing", VIEW_OVERSIGHT, _("See who has not acknowledged the rules of conduct"))
def list_owing(request: ApiRequest, paging: Query[Paging], wanted: Query[ConductOwingAsked]) -> Page[ConductOwingShown]:
    """Sellers within reach without acknowledgement, by staff number."""

    def shown(row: Employee) -> ConductOwingShown:
        return ConductOwingShown(employee_id=row.pk, staff_no=row.staff_no, unit_id=row.unit_id)

    rows = owing_sellers(request.actor, wanted.unit_id)
    items, following = page_of(request, rows, paging, [("staff_no", "asc"), ("pk", "asc")], shown)
    return Page[ConductOwingShown](items=items, next=following)


@router.write("POST", "/sales/{sale_id}/conduct-reports", REPORT, status=201)
def report_on_sale(request: ApiRequest, sale_id: Id, data: ConductReported) -> ConductReportShown:
    """Report conduct at a sale: once for each rule by the same person, never by the seller."""
    row = existing(request.actor, REPORT, Sale.objects.all(), sale_id)
    done = report_conduct(row, actor=request.actor, rule=data.rule, words=data.words)
    return ConductReportShown(sale_id=row.pk, rule=done.rule, reported_at=done.reported_at)
