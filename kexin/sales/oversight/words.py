"""The facts of an inspection item in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.models import PolicyVersion
from kexin.core.policy import numbers_of
from kexin.party.choices import RelationshipKind
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.followup.calling import numbers_for
from kexin.sales.followup.choices import AttemptResult
from kexin.sales.models import ConductReport, InspectionItem, ReturnCall
from kexin.sales.oversight.choices import ItemSource

Told = list[tuple[str, str]]


def facts_told(row: InspectionItem) -> Told:
    """What the rule saw: pairs of a label and words, in the reader's language."""
    told = _TELL.get(ItemSource(row.source))
    return told(row, row.facts) if told else []


def _contradiction(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    call = ReturnCall.objects.filter(sale=row.sale_id).first()
    if call is None:
        return []
    key = "en" if (get_language() or "").startswith("en") else "zh"
    found: Told = []
    for question in numbers_for(call).sheet(call.sheet).questions:
        if question.code in facts.get("questions", ()):
            said = next((o.text[key] for o in question.options if o.code == call.answers.get(question.code)), "")
            found.append((question.text[key], said))
    if call.note:
        found.append((_t("What the customer said"), str(call.note)))
    return found


def _unreached(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    code = facts.get("result")
    last = str(AttemptResult(code).label) if code in AttemptResult.values else str(code or "")
    return [(_t("Attempts"), str(facts.get("attempts", ""))), (_t("Last attempt"), last)]


def _device(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    told = [(_t("Customers"), str(facts.get("customers", "")))]
    if facts.get("sales"):
        told.append((_t("Other sales"), " · ".join(str(each) for each in facts["sales"])))
    return told


def _terminal(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    near = _t("%(n)s minutes before or after") % {"n": facts.get("minutes", "")}
    return [(_t("Network address"), str(facts.get("address", ""))), (_t("The seller acted there"), near)]


def _again(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    return [(_t("Grade"), f"C{facts.get('before')} → C{facts.get('after')}")]


def _related(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    code = facts.get("kind")
    label = str(RelationshipKind(code).label) if code in RelationshipKind.values else str(code or "")
    return [(_t("Relationship"), label)]


def _link(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    return [(_t("Network address"), str(facts.get("address", "")))]


def _conduct(row: InspectionItem, facts: Mapping[str, Any]) -> Told:
    report = ConductReport.objects.select_related("reporter").filter(item=row).first()
    if report is None:
        return []
    rules = numbers_of(ConductRulesPolicy, PolicyVersion.objects.get(pk=report.policy_id))
    return [
        (_t("Rule of conduct"), rules.label_of(report.rule)),
        (_t("What was seen or heard"), str(report.words)),
        (_t("Reported by"), report.reporter.shown_name),
    ]


_TELL: dict[ItemSource, Callable[[InspectionItem, Mapping[str, Any]], Told]] = {
    ItemSource.CONTRADICTION: _contradiction,
    ItemSource.UNREACHED: _unreached,
    ItemSource.SAME_DEVICE: _device,
    ItemSource.SAME_NUMBER: _device,
    ItemSource.SELLER_TERMINAL: _terminal,
    ItemSource.ASSESSED_AGAIN: _again,
    ItemSource.RELATIVE: _related,
    ItemSource.LINK_REUSED: _link,
    ItemSource.CONDUCT: _conduct,
}
